import pytest
from rdflib import URIRef

from kg_docre.annotations import Document, Entity, Mention, ReasoningStep, Relation, premises
from kg_docre.graph import KnowledgeGraph, Premise, Step
from kg_docre.graph.rdf import KG, to_rdf
from kg_docre.graph.rejections import reject
from kg_docre.graph.table import print_facts
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore

NAMES = {"P17": "country", "P131": "located in", "P150": "contains"}
TOWN, COUNTY, COUNTRY, SAME_COUNTRY, RIVER = range(5)


def _document(id, *, score, steps):
    """A town in a county in a country; the country is there twice; nothing is said of the river."""
    names = ["Ajax", "Durham", "Canada", "CANADA", "Don"]
    entities = tuple(Entity(name, "LOC", (Mention(i, i + 1, 0, name),)) for i, name in enumerate(names))
    relations = (
        Relation(TOWN, COUNTRY, "P17", score, (0,), steps),
        Relation(TOWN, COUNTY, "P131", 0.9),
        Relation(COUNTY, COUNTRY, "P17", 0.6),
        Relation(COUNTY, COUNTRY, "P131", 0.7),
        Relation(COUNTRY, COUNTY, "P150", 0.5),
        Relation(TOWN, SAME_COUNTRY, "P17", 0.1),
        Relation(SAME_COUNTRY, COUNTRY, "P17", 0.1),
    )
    return Document(id, (*names, id), (0,), entities, relations)


def _step(pattern, via, weight):
    return ReasoningStep(pattern, via, premises(pattern, TOWN, via, COUNTRY), weight)


@pytest.fixture
def told(tmp_path, capsys):
    """A function: of the town's country, when these documents are in a store, the step of each and what is printed."""

    def tell(*documents):
        with FactStore(tmp_path / "kg.sqlite") as store:
            for document in documents:
                store.add(document, model="m", names=NAMES, resolve=form_id)
            graph = KnowledgeGraph(store)
            (fact,) = (f for f in graph.facts() if f.label == "P17" and f.evidence[0].score >= 0.8)
            assert not any(e.step for f in graph.facts() for e in f.evidence if f != fact)
            assert not any(e.step for f in graph.facts(details=False) for e in f.evidence)
            assert graph.with_details([bare for bare in graph.facts(details=False) if bare.id == fact.id]) == [fact]
            print_facts(graph, [fact], "", reasoning=True)
            words = " ".join(capsys.readouterr().out.split())
            return [evidence.step for evidence in fact.evidence], words.partition("looked at: ")[2].partition(" │")[0]

    return tell


def test_the_weightiest_step_whose_pairs_are_related_is_told_with_what_relates_them(told):
    steps = (_step(1, RIVER, 0.5), _step(1, COUNTY, 0.3), _step(4, COUNTY, 0.1))
    (step,), words = told(_document("a", score=0.8, steps=steps))
    assert (step.pattern, step.weight) == (1, 0.3)
    first, second = step.premises
    assert (first.tail, first.labels) == (step.via, ("P131",))
    assert (second.head, second.labels) == (step.via, ("P131", "P17")), "the surest first"
    assert step.looked_at == [(first.head, "P131", step.via), *((step.via, p, second.tail) for p in ("P131", "P17"))]
    assert words == "Ajax —located in→ Durham, Durham —located in / country→ Canada"


def test_pairs_are_those_of_the_pattern(told):
    (step,), words = told(_document("a", score=0.8, steps=(_step(2, COUNTY, 0.6), _step(3, COUNTY, 0.4))))
    assert step.pattern == 3, "nothing leads from the county to the town, as pattern 2 wants it"
    assert words == "Ajax —located in→ Durham, Canada —contains→ Durham"


def test_the_step_of_the_surest_document_is_printed(told):
    first = _document("a", score=0.8, steps=(_step(1, COUNTY, 0.9),))
    second = _document("b", score=0.95, steps=(_step(3, COUNTY, 0.2),))
    steps, words = told(first, second)
    assert [step.pattern for step in steps] == [1, 3]
    assert "Canada —contains→ Durham" in words


@pytest.mark.parametrize("steps", [(), (_step(1, RIVER, 0.9),), (_step(1, SAME_COUNTRY, 0.9),)])
def test_nothing_is_told_where_no_step_explains(told, steps):
    assert told(_document("a", score=0.8, steps=steps)) == ([None], "")


def test_nothing_is_told_by_way_of_what_a_person_rejected(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        store.add(_document("a", score=0.8, steps=(_step(1, COUNTY, 0.9),)), model="m", names=NAMES, resolve=form_id)
        graph = KnowledgeGraph(store)

        def told():
            (fact,) = (fact for fact in graph.facts() if fact.label == "P17" and fact.confidence >= 0.8)
            assert graph.with_details([fact]) == [fact]
            return fact.evidence[0].step

        reject(store, "Durham", "located in", "Canada")
        assert told().premises[1].labels == ("P17",), "the county is in the country by what is left"
        reject(store, "Durham", "country", "Canada")
        assert told() is None


def test_what_only_the_inverse_says_was_read_like_it(tmp_path):
    """Each the other's spouse: of (Ann, Bob) a document says it, by way of their child."""
    entities = tuple(Entity(name, "PER", (Mention(i, i + 1, 0, name),)) for i, name in enumerate(("Ann", "Bob", "Cy")))
    step = ReasoningStep(1, 2, premises(1, 0, 2, 1), 0.4)
    relations = (Relation(0, 1, "P26", 0.8, (0,), (step,)), Relation(0, 2, "P40", 0.9), Relation(2, 1, "P22", 0.7))
    document = Document("a", ("Ann", "Bob", "Cy"), (0,), entities, relations)
    with FactStore(tmp_path / "kg.sqlite") as store:
        store.add(document, model="m", names={}, resolve=form_id)
        said, turned = (f for f in KnowledgeGraph(store, inverses=True).facts() if f.label == "P26")
    assert (turned.head, turned.tail, turned.inferred) == (said.tail, said.head, True)
    (evidence,) = turned.evidence
    via = evidence.step.via
    assert said.evidence[0].step.pattern == 1
    assert evidence.step.pattern == 4, "o to i, and i to s"
    assert evidence.step.looked_at == [(said.head, "P40", via), (via, "P22", said.tail)]


def test_a_step_may_name_facts_that_strict_leaves_out_and_linked_things(tmp_path):
    """A mother is no organization; in RDF the third thing has the IRI of what it is linked to."""
    things = (("Ann", "PER", ""), ("Bob", "PER", ""), ("Cy", "ORG", "Q42"))
    entities = tuple(Entity(n, type, (Mention(i, i + 1, 0, n),), kb_id=q) for i, (n, type, q) in enumerate(things))
    step = ReasoningStep(1, 2, premises(1, 0, 2, 1), 0.4)
    relations = (Relation(0, 1, "P3373", 0.8, (0,), (step,)), Relation(0, 2, "P25", 0.9), Relation(2, 1, "P40", 0.7))
    with FactStore(tmp_path / "kg.sqlite") as store:
        document = Document("a", ("Ann", "Bob", "Cy"), (0,), entities, relations)
        store.add(document, model="m", names={}, resolve=form_id)
        graph = KnowledgeGraph(store, strict=True)
        (fact,) = graph.facts()
        assert [label for _, label, _ in fact.evidence[0].step.looked_at] == ["P25", "P40"]
        rdf = to_rdf(graph)
    assert list(rdf.objects(None, KG.via)) == [URIRef("http://www.wikidata.org/entity/Q42")]


@pytest.mark.parametrize("pattern", [1, 2, 3, 4])
def test_turned_round_the_pattern_is_the_one_that_reads_the_same_pairs(pattern):
    def step(pattern, head, tail):
        return Step(pattern, 0.5, "i", tuple(Premise(a, ("P1",), b) for a, b in premises(pattern, head, "i", tail)))

    turned = step(pattern, "h", "t").turned()
    assert turned == step(turned.pattern, "t", "h")
