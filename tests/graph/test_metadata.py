"""What is known of documents besides their text, in every target as it was given."""

import json
import re
from pathlib import Path
from urllib.parse import quote

import networkx
import pytest
from lxml import html
from rdflib import RDF, Dataset, Graph, Literal, Namespace, URIRef

from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.errors import ExportError
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.query import ask
from kg_docre.graph.rdf import KG
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore
from tests.graph.exported import no_credentials, write
from tests.graph.neo4j_contents import contents
from tests.graph.test_hostile_names import NAMES, NOT_HTML, NOT_XML, TAGS
from tests.graph.test_neo4j_import import _read as read_import
from tests.resolution.test_resolve import document

XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
PLAIN = {
    "date": "2024-01-31",
    "created": "2024-01-31T10:00:00+01:00",
    "url": "https://example.org/?a=1&b=<2>",
    "author": ["Ada", "Bo"],
    "pages": 12,
    "rating": 4.5,
    "free": True,
    "sizes": [1, 2.5],
    "huge": 2**70,
    "mixed": ["a", 1, False],
    "uri": "taken",
    "uri_": "taken too",
    "title": "taken",
    "metadata_fields": "taken",
    "model": 7,
    "og:type": "article",
    ":LABEL": "taken",
    "No.": "7a",
}
HOSTILE = {name: [value, f"{value}!"] for name, value in NAMES.items()} | {
    f"{number} {value}": value for number, value in enumerate(NAMES.values()) if "\0" not in value and len(value) < 1000
}
DOCUMENTS = {"a": {}, "b": PLAIN, "c": HOSTILE, "d": {"date": 2024, "pages": "xii", "url": ["javascript:alert(1)"]}}


def _set(store, uri, metadata):
    said = document(uri, ("PER", "Ada"), ("LOC", "Rome"), facts=((0, "P19", 1, 0.9),))
    store.add(said, model="m", names={"P19": "place of birth"}, resolve=form_id, metadata=metadata)


@pytest.fixture
def store(tmp_path):
    with FactStore(tmp_path / "metadata.sqlite") as store:
        for uri, metadata in DOCUMENTS.items():
            _set(store, uri, metadata)
        yield store


@pytest.fixture
def export(store, bolt, database):
    """A function that writes the graph of a store to a server."""
    uri, user, password, name = bolt

    def exported(store=store):
        with Neo4jTarget(uri, user=user, password=password, database=name) as target:
            target.write(KnowledgeGraph(store))

    return exported


def test_documents_and_evidence_have_it(store):
    graph = KnowledgeGraph(store)
    assert {document.uri: document.metadata for document in graph.documents()} == DOCUMENTS
    for details in (True, False):
        (fact,) = graph.facts(details=details)
        assert {evidence.document.uri: evidence.document.metadata for evidence in fact.evidence} == DOCUMENTS


@pytest.mark.parametrize("ending", [".json", ".graphml", ".gexf"])
def test_evidence_in_files_has_it(ending, store, tmp_path):
    path = write(KnowledgeGraph(store), tmp_path / f"kg{ending}")
    if ending == ".json":
        graph = networkx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges")
    else:
        graph = {".graphml": networkx.read_graphml, ".gexf": networkx.read_gexf}[ending](path)
    ((*_, data),) = graph.edges(data=True)
    evidence = data["evidence"] if ending == ".json" else json.loads(data["evidence"])
    expected = DOCUMENTS if ending == ".json" else json.loads(NOT_XML.sub("\ufffd", _dumped(DOCUMENTS)))
    assert {one["document"]: one["metadata"] for one in evidence} == expected


def _dumped(value):
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("ending", [".ttl", ".nt", ".nq", ".trig", ".jsonld", ".oxigraph"])
def test_rdf_has_terms_of_dublin_core_or_its_own(ending, store, tmp_path):
    path = write(KnowledgeGraph(store), tmp_path / f"kg{ending}")
    query = """SELECT ?uri ?field ?value { ?document a kg:Document ; dcterms:identifier ?uri ; ?field ?value
               FILTER(STRSTARTS(STR(?field), "urn:kg-docre:vocabulary:field:") || ?field = dcterms:date
                      || ?field = dcterms:created) }"""
    rows = [*ask(str(path), query, no_credentials).rows]
    found = {(field.rpartition("/")[2].rpartition(":")[2], value) for uri, field, value in rows if uri == "b"}
    assert {
        ("date", "2024-01-31"),
        ("url", PLAIN["url"]),
        ("author", "Ada"),
        ("author", "Bo"),
        ("og%3Atype", "article"),
    } <= found
    assert {("pages", 12), ("rating", 4.5), ("free", True), ("model", 7), ("uri_", "taken too")} <= found
    names = {name for name, _ in found}
    assert names == {"No%2E" if name == "No." else quote(name) for name in PLAIN}
    assert {value for uri, _, value in rows if uri == "c"} == {
        value for said in HOSTILE.values() for value in _many(said)
    }
    assert len({field for uri, field, _ in rows if uri == "c"}) == len(HOSTILE)
    assert {value for uri, _, value in rows if uri == "d"} == {2024, "xii", "javascript:alert(1)"}
    if ending == ".oxigraph":
        return
    rdf = (Graph() if ending in (".ttl", ".nt") else Dataset(default_union=True)).parse(path)
    terms = URIRef("http://purl.org/dc/terms/")
    (day,) = rdf.subjects(terms + "created")
    assert rdf.value(day, terms + "date").eq(Literal("2024-01-31", datatype=XSD.date))
    assert rdf.value(day, terms + "created").datatype == XSD.dateTime
    assert rdf.value(day, KG["field:free"]).datatype == XSD.boolean
    assert rdf.value(day, KG["field:pages"]).datatype == XSD.integer
    assert rdf.value(day, KG["field:rating"]).datatype == XSD.double
    assert rdf.value(day, KG["field:url"]).datatype is None
    assert len([*rdf.objects(day, terms + "title")]) == len([*rdf.objects(day, terms + "identifier")]) == 1
    assert len([*rdf.subjects(RDF.type, KG.Document)]) == 4


def _many(said):
    return said if isinstance(said, list) else [said]


@pytest.mark.parametrize(
    ("value", "type"),
    [
        ("2024-02-29", XSD.date),
        ("2023-02-29", None),
        ("0000-01-01", None),
        ("２０２４-01-01", None),
        ("2024-01-31 ", None),
        ("2024", None),
        ("20240131", None),
        ("2024-01-31T23:59:59.123456789Z", XSD.dateTime),
        ("2024-01-31T23:59:59-14:00", XSD.dateTime),
        ("2024-01-31T23:59:59-14:01", None),
        ("2024-01-31T24:00:01", None),
        ("2024-01-31T10:00", None),
        ("2024-01-31 10:00:00", None),
        (1e300, XSD.double),
        (-0.0, XSD.double),
        (-7, XSD.integer),
        (False, XSD.boolean),
    ],
)
def test_types_in_rdf_are_those_of_xml_schema(value, type, tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        _set(store, "a", {"date": value})
        path = write(KnowledgeGraph(store), tmp_path / "kg.nt")
    said = path.read_text(encoding="utf-8").partition("<http://purl.org/dc/terms/date> ")[2].partition(" .\n")[0]
    assert said == f'"{str(value).lower() if type == XSD.boolean else value}"' + (f"^^<{type}>" if type else "")
    (found,) = Graph().parse(path).objects(None, URIRef("http://purl.org/dc/terms/date"))
    assert not found.ill_typed


def test_neo4j_has_it_as_properties_of_documents(export, database):
    export()
    shown = {row["d"]["uri"]: row["d"] for row in database("MATCH (d:Document) RETURN properties(d) AS d")}
    assert shown.keys() == DOCUMENTS.keys()
    own = {"id", "uri", "title", "model", "stores"}
    assert shown["a"].keys() == own
    plain = dict(shown["b"])
    assert plain["title"] == "b"
    assert plain.pop("model") == "m"
    assert {name: value for name, value in plain.items() if name not in own} == {
        **{
            name: PLAIN[name]
            for name in ("date", "created", "url", "author", "pages", "rating", "free", "og:type", "No.")
        },
        "sizes": [1.0, 2.5],
        "huge": str(2**70),
        "mixed": ["a", "1", "false"],
        "uri_": "taken",
        "uri__": "taken too",
        "title_": "taken",
        "metadata_fields_": "taken",
        "model_": 7,
        ":LABEL_": "taken",
        "metadata_fields": shown["b"]["metadata_fields"],
    }
    assert {*shown["b"]["metadata_fields"]} == shown["b"].keys() - own - {"metadata_fields"}
    assert {name: shown["c"][name] for name in shown["c"]["metadata_fields"]} == HOSTILE
    assert [row["uri"] for row in database("MATCH (d:Document) WHERE d.date > '2023' RETURN d.uri AS uri")] == ["b"]


def test_what_is_known_no_more_leaves_neo4j_and_what_others_set_stays(store, export, database, tmp_path):
    export()
    first = contents(database)
    export()
    assert contents(database) == first
    database("MATCH (d:Document {uri: 'b'}) SET d.mine = 'x', d.embedding = [1.5] RETURN d.id AS id")
    _set(store, "b", {"date": "2025-01-01", "language": "en"})
    _set(store, "c", {})
    export()
    shown = {row["d"]["uri"]: row["d"] for row in database("MATCH (d:Document) RETURN properties(d) AS d")}
    said = {"date": "2025-01-01", "language": "en", "metadata_fields": ["date", "language"]}
    own = {name: shown["b"][name] for name in ("id", "uri", "title", "model", "stores")}
    assert shown["b"] == {**own, **said, "mine": "x", "embedding": [1.5]}
    assert shown["c"].keys() == own.keys()
    with FactStore(tmp_path / "other.sqlite") as other:
        _set(other, "b", {"date": "2026-01-01"})
        export(other)
    (row,) = database("MATCH (d:Document {uri: 'b'}) RETURN properties(d) AS d")
    assert row["d"]["date"] == "2026-01-01", "what two stores know has the properties written last"
    assert "language" not in row["d"]
    assert row["d"]["mine"] == "x"
    export()
    (row,) = database("MATCH (d:Document {uri: 'b'}) RETURN properties(d) AS d")
    assert {name: row["d"][name] for name in said} == said


def test_files_for_neo4j_admin_say_what_an_export_says(store, export, database, tmp_path, monkeypatch):
    for number in range(20):
        _set(store, f"e{number}", {"date": "2024-01-31", f"only {number % 3}": number, "tags": [number, number + 1]})
    _set(store, "brackets", {"size (kB)": 1})
    with pytest.raises(ExportError, match=r"kg\.neo4j: neo4j-admin reads no brackets in names, as in"):
        write(KnowledgeGraph(store), tmp_path / "kg.neo4j")
    store.forget("brackets")
    _set(store, "c", {name: value for name, value in HOSTILE.items() if not re.search("[(){}]", name)})
    monkeypatch.setattr("kg_docre.graph.bolt._BATCH", 4)
    folder = write(KnowledgeGraph(store), tmp_path / "kg.neo4j")
    assert len([*folder.glob("documents*.csv")]) == 7, "one for each set of columns"
    export()
    written, exported = read_import(folder), contents(database)
    assert written == exported
    assert not [*write(KnowledgeGraph(store), tmp_path / "no.neo4j", Provenance.NONE).glob("documents*")]


def test_a_page_shows_it_at_the_document(store, tmp_path):
    _set(store, "long", {"text": "x" * 100_000, "page": f"https://x.org/{'y' * 2000}", "no": "https://x.org/ and more"})
    root = html.parse(write(KnowledgeGraph(store), tmp_path / "kg.html"), html.HTMLParser(encoding="utf-8")).getroot()
    shown = {section.findtext("h1/bdi"): section for section in root.iter("section")}
    lines = shown["b"].xpath("string(p[@class='faint'])").replace("\n", "")
    assert "date: 2024-01-31" in lines
    assert "author: Ada, Bo" in lines
    assert "free: true" in lines
    links = {link.get("href") for link in root.iter("a")} - {None}
    assert {link for link in links if not link.startswith("#")} == {PLAIN["url"], f"https://x.org/{'y' * 2000}"}
    said = [element.text_content() for element in shown["c"].iter("bdi")]
    for name, value in HOSTILE.items():
        for one in (name, *_many(value)):
            if len(one) < 600:
                assert NOT_HTML.sub("\ufffd", one).replace("\r\n", "\n").replace("\r", "\n") in said
    assert max(map(len, (element.text_content() for element in shown["long"].iter("bdi")))) < 700
    assert {element.tag for element in root.find("body/main").iter()} <= TAGS
    assert not [*root.iter("script")]
    assert "faint" in shown["a"].xpath("string(p[@class='faint']/@class)")


def test_the_page_on_graphs_shows_how_to_ask_for_it(store, export, bolt, tmp_path):
    page = (Path(__file__).parents[2] / "examples/graphs.md").read_text(encoding="utf-8")
    section = page.partition("\n## Where facts are from\n")[2].partition("\n## ")[0]
    cypher, sparql = (re.search(rf"```{name}\n(.*?)```", section, re.DOTALL)[1] for name in ("cypher", "sparql"))
    _set(store, "e", {"date": "2023-12-31", "url": "x"})
    export()
    uri, user, password, name = bolt
    expected = ("Ada", "place of birth", "Rome", PLAIN["date"], PLAIN["url"])
    assert [*ask(uri, cypher, lambda: (user, password, name)).rows] == [expected]
    path = write(KnowledgeGraph(store), tmp_path / "kg.oxigraph")
    assert [row for row in ask(str(path), sparql, no_credentials).rows if row[3] != 2024] == [expected]


def test_it_goes_with_the_provenance(store, tmp_path):
    for ending in (".ttl", ".json", ".html"):
        path = write(KnowledgeGraph(store), tmp_path / f"kg{ending}", Provenance.NONE)
        assert "example.org" not in path.read_text(encoding="utf-8")
