import re
from collections import Counter

import pytest
from lxml import html

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
        root = html.parse(write(KnowledgeGraph(store), tmp_path / "kg.html")).getroot()
    index = root.get_element_by_id("index")
    assert [text(item) for item in index.findall("ul")[-1]] == ["one 1", "two 0"]
    things = {section.findtext("h1/bdi"): section for section in root.iter("section")}
    (words,) = things["one"].find_class("text")
    assert text(words) == "Ada Delorme Delorme Rome Nowhere one"
    links = [(link.text, link.get("href")) for link in words.iter("a")]
    ada, where = (f"#{things[name].get('id')}" for name in ("Ada Delorme", "Rome"))
    assert links == [("Ada Delorme", ada), ("Delorme", ada), ("Rome", where)]
    assert [text(row) for row in things["one"].find_class("said")] == ["0.90 Ada Delorme P19 Rome"]
    assert not things["two"].find_class("said")


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
