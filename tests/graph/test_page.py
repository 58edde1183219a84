import re
from collections import Counter

import pytest
from lxml import html

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.graph import KnowledgeGraph, page
from kg_docre.graph.errors import ExportError
from kg_docre.graph.provenance import Provenance
from kg_docre.graph.targets import open_target
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore
from tests.graph.exported import no_credentials, write
from tests.resolution.test_resolve import add, document


def text(element):
    return " ".join(element.text_content().split())


def views(path):
    """What is shown of each thing: its name, and rows of head, relation, tail, confidence and blocks of evidence."""
    for section in html.parse(path).getroot().iter("section"):
        if not section.get("id").startswith("t"):
            continue  # a document
        rows = []
        for details in section.iter("details"):
            number, head, relation, tail = details.find("summary")
            rows.append(
                (text(head), relation.text.strip(), text(tail), float(text(number)), details.findall("blockquote"))
            )
        yield section.findtext("h1/bdi"), rows


def test_each_thing_has_a_view_with_all_that_is_said_of_it_and_where(graph, tmp_path):
    names = {node.id: " ".join(node.name.split()) for node in graph.nodes()}
    expected = Counter()
    for fact in graph.facts():
        said = (names[fact.head], fact.name, names[fact.tail], float(f"{fact.confidence:.2f}"), fact.support)
        expected.update([said, said])  # in the view of its head and in that of its tail
    found = Counter()
    for name, rows in views(write(graph, tmp_path / "kg.html")):
        for head, relation, tail, confidence, evidence in rows:
            assert " ".join(name.split()) in (head, tail)
            found[head, relation, tail, confidence, len(evidence)] += 1
    assert found == expected


def test_sentences_are_shown_with_the_names_marked_and_by_way_of_what(graph, tmp_path):
    fact = next(f for f in graph.facts() if f.support == 1 and f.evidence[0].step and f.evidence[0].sentences)
    names = {node.id: node for node in graph.nodes()}
    shown = dict(views(write(graph, tmp_path / "kg.html")))[names[fact.head].name]
    (block,) = next(row for row in shown if row[1:3] == (fact.name, names[fact.tail].name))[4]
    for _, sentence in fact.evidence[0].sentences:
        assert " ".join(sentence.split()) in text(block)
    marked = {mark.text for mark in block.iter("mark")}
    assert block.find("p/a").get("href") == f"#d{fact.evidence[0].document.id}-{fact.evidence[0].sentences[0][0]}"
    called = [{names[end].name, *names[end].aliases} for end in (fact.head, fact.tail)]
    assert all(marked & its for its in called)
    assert marked <= set().union(*called)
    assert "looked at: " in text(block)
    assert names[fact.evidence[0].step.via].name in {link.text_content() for link in block.iter("a")}


def test_documents_are_shown_with_links_to_what_they_name_and_what_they_say(tmp_path):
    ada, where = ("PER", "Ada Delorme", "Delorme"), ("LOC", "Rome")
    with FactStore(tmp_path / "kg.sqlite") as store:
        add(store, document("one", ada, where, ("LOC", "Nowhere"), facts=((0, "P19", 1, 0.9),)), document("two", ada))
        add(store, document("low", ada, where, facts=((0, "P569", 1, 0.3),)))
        root = html.parse(write(KnowledgeGraph(store, min_confidence=0.5), tmp_path / "kg.html")).getroot()
    index = root.get_element_by_id("index")
    assert [text(item) for item in index.findall("ul")[-1]] == ["one 1"]
    assert "1 fact about 2 things, from 1 document." in text(index)
    things = {section.findtext("h1/bdi"): section for section in root.iter("section")}
    (words,) = things["one"].find_class("text")
    assert text(words) == "Ada Delorme Delorme Rome Nowhere one"
    links = [(link.text, link.get("href")) for link in words.iter("a")]
    ada, where = (f"#{things[name].get('id')}" for name in ("Ada Delorme", "Rome"))
    assert links == [("Ada Delorme", ada), ("Delorme", ada), ("Rome", where)]
    assert [text(row) for row in things["one"].find_class("said")] == ["0.90 Ada Delorme P19 Rome"]
    assert "two" not in things
    assert "low" not in things


def _read(path, words, names, relations, starts=(0,), spaces=None):
    """The page of one document: of names (type, first word, word behind), some of which may be within others."""
    entities = tuple(
        Entity(" ".join(words[start:end]), type, (Mention(start, end, 0, " ".join(words[start:end])),))
        for type, start, end in names
    )
    said = Document("d", tuple(words), starts, entities, relations, spaces=spaces or (True,) * len(words), title="d")
    with FactStore(path.with_suffix(".sqlite")) as store:
        store.add(said, model="m", names={"P131": "located in"}, resolve=form_id)
        return html.parse(write(KnowledgeGraph(store), path)).getroot()


def test_a_name_within_another_is_marked_where_it_is_meant(tmp_path):
    words = "The University of Oslo is old .".split()
    relations = (Relation(0, 1, "P131", 0.9, (0,)),)
    root = _read(tmp_path / "kg.html", words, [("ORG", 1, 4), ("LOC", 3, 4), ("PER", 0, 1)], relations)
    assert {mark.text for mark in root.iter("mark")} == {"University of Oslo"}
    relations = (Relation(2, 1, "P131", 0.9, (0,)),)
    root = _read(tmp_path / "other.html", words, [("ORG", 1, 4), ("LOC", 3, 4), ("PER", 0, 1)], relations)
    assert {mark.text for mark in root.iter("mark")} == {"Oslo", "The"}


def test_of_what_is_long_the_beginning_is_quoted(tmp_path):
    words = ["Ada", *["word"] * 2000, "Oslo", "."]
    root = _read(
        tmp_path / "kg.html", words, [("PER", 0, 1), ("LOC", 2001, 2002)], (Relation(0, 1, "P131", 0.9, (0,)),)
    )
    quoted = text(next(root.iter("blockquote")))
    assert quoted.startswith("Ada word word")
    assert " […] " in quoted
    assert "word word Oslo ." in quoted
    assert len(quoted) < 1000
    assert len(text(root.find_class("text")[0])) > 9000


def test_a_fact_of_many_documents_has_the_surest(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        for n in range(14):
            add(store, document(f"d{n:02}", ("PER", "Ada"), ("LOC", "Rome"), facts=((0, "P19", 1, 0.3 + n / 100),)))
        root = html.parse(write(KnowledgeGraph(store), tmp_path / "kg.html")).getroot()
    details = next(root.iter("details"))
    shown = [text(block.find("p/a")) for block in details.iter("blockquote")]
    assert shown == [f"d{n:02}" for n in range(13, 3, -1)]
    assert text(details.find_class("more")[0]) == "and 4 documents more"


def test_the_drawing_has_the_surest_facts(tmp_path):
    places = [("LOC", f"Town {chr(65 + n)}") for n in range(15)]
    facts = tuple((0, "P131", n + 1, 0.3 + n / 100) for n in range(15))
    with FactStore(tmp_path / "kg.sqlite") as store:
        add(store, document("d", ("LOC", "Here"), *places, facts=facts))
        root = html.parse(write(KnowledgeGraph(store), tmp_path / "kg.html")).getroot()
    (view,) = (section for section in root.iter("section") if section.findtext("h1/bdi") == "Here")
    drawn = {text(link.find("text")) for link in view.find("svg").iter("a")}
    assert drawn == {name for _, name in places[3:]}


def test_paragraphs_of_a_text_stay_apart(tmp_path):
    words = ["Ada", "came", ".", "\n\n", "Bo", "went", ".", "So", "."]
    spaces = (True, False, False, False, True, False, True, False, False)
    root = _read(
        tmp_path / "kg.html",
        words,
        [("PER", 0, 1), ("PER", 4, 5)],
        (Relation(0, 1, "P26", 0.9, (0,)),),
        (0, 4, 7),
        spaces,
    )
    assert root.find_class("text")[0].text_content().strip() == "Ada came.\nBo went. So."


def test_a_document_without_a_source_is_shown_as_in_other_files(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        add(store, document("gone", ("PER", "Ada"), ("LOC", "Rome"), facts=((0, "P19", 1, 0.9),)))
        run = store.begin_run(version="0", config="{}")
        store.note_failure("gone", "no text", run=run, gone=True)
        graph = KnowledgeGraph(store)
        assert [fact.evidence[0].document.uri for fact in graph.facts()] == [""]
        assert len([*views(write(graph, tmp_path / "kg.html"))]) == 2


def test_other_html_is_not_overwritten_and_a_page_is(graph, tmp_path):
    path = tmp_path / "mine.html"
    path.write_text("<!doctype html><p>mine</p>")
    with pytest.raises(ExportError, match=r"mine\.html: something else than a graph's page"):
        open_target(str(path), no_credentials)
    write(graph, tmp_path / "kg.html")
    write(KnowledgeGraph(graph.store, relations=["P569"]), tmp_path / "kg.html")
    assert "<p>mine</p>" in path.read_text()


@pytest.mark.parametrize("part", [{}, {"relations": ["P19"]}, {"min_confidence": 0.7}])
def test_every_link_leads_somewhere(part, graph, tmp_path):
    root = html.parse(write(KnowledgeGraph(graph.store, **part), tmp_path / "kg.html")).getroot()
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    links = {link for element in root.iter("a") if not (link := element.get("href")).startswith("https://")}
    assert len(ids) == len({*ids})
    assert links <= {"#", *(f"#{id}" for id in ids)}
    assert links >= {f"#{section.get('id')}" for section in root.iter("section")}


def test_the_index_has_people_first_and_dates_last(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        ada, day, rome = ("PER", "Ada"), ("TIME", "4 May 1950"), ("LOC", "Rome")
        add(store, document("a", day, ada, rome, ("LOC", "Nowhere"), facts=((1, "P569", 0, 0.9), (1, "P19", 2, 0.8))))
        root = html.parse(write(KnowledgeGraph(store), tmp_path / "kg.html")).getroot()
    index = root.get_element_by_id("index")
    assert [text(heading) for heading in index.iter("h2")] == ["Person 1", "Location 1", "Time 1", "Documents 1"]
    assert [text(item) for item in index.iter("li")] == ["Ada 2", "Rome 1", "4 May 1950 1", "a 2"]
    assert "2 facts about 3 things, from 1 document." in text(index)


def test_a_page_without_sources_has_facts_alone(graph, tmp_path):
    shown = dict(views(write(graph, tmp_path / "kg.html", Provenance.NONE)))
    assert shown
    assert not any(row[4] for rows in shown.values() for row in rows)


def test_what_browsers_would_choke_on_is_refused(graph, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "MAX_FACTS", 20)
    path = tmp_path / "kg.html"
    with pytest.raises(ExportError, match=r"kg\.html: .* at most 20 facts; choose some with --entity, --relation or"):
        open_target(str(path), no_credentials)(graph)
    assert not [*tmp_path.glob("*kg.html*")], "nothing half-written is left"
    write(KnowledgeGraph(graph.store, relations=["P569"]), path)
    assert [*views(path)]


def test_addresses_are_links_if_they_are_the_web_s(tmp_path):
    uris = ("https://example.org/?a=1&b=<2>", "javascript:alert(1)", "a.txt")
    with FactStore(tmp_path / "kg.sqlite") as store:
        for uri in uris:
            said = document(uri, ("PER", "Ada"), ("LOC", "Rome"), facts=((0, "P19", 1, 0.9),), kb_ids={1: "Q220"})
            store.add(said, model="m", names={"P19": "place of birth"}, resolve=form_id)
        path = write(KnowledgeGraph(store), tmp_path / "kg.html")
    links = {link.get("href") for link in html.parse(path).getroot().iter("a")}
    assert {link for link in links if not re.fullmatch("#([td][0-9a-f]{16}(-0)?)?", link)} == {
        uris[0],
        "https://www.wikidata.org/wiki/Q220",
    }
