import pytest

from kg_docre.annotations import Document, Entity, Mention, ReasoningStep, Relation, premises
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.reasoning import reasoning_of
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
def told(tmp_path):
    """What is told of the town's country when these documents are in a store."""

    def tell(*documents):
        with FactStore(tmp_path / "kg.sqlite") as store:
            for document in documents:
                store.add(document, model="m", names=NAMES, resolve=form_id)
            every = list(KnowledgeGraph(store).facts())
            steps = reasoning_of(store, every)
            fact = next(f for f in every if f.label == "P17" and f.evidence[0].score >= 0.8)
            assert steps.keys() <= {fact.id}
            return steps.get(fact.id)

    return tell


def test_the_weightiest_step_whose_pairs_are_related_is_told_with_what_relates_them(told):
    step = told(_document("a", score=0.8, steps=(_step(1, RIVER, 0.5), _step(1, COUNTY, 0.3), _step(4, COUNTY, 0.1))))
    assert (step.pattern, step.weight) == (1, 0.3)
    assert str(step) == "Ajax —located in→ Durham, Durham —located in / country→ Canada"


def test_pairs_are_those_of_the_pattern(told):
    step = told(_document("a", score=0.8, steps=(_step(2, COUNTY, 0.6), _step(3, COUNTY, 0.4))))
    assert step.pattern == 3, "nothing leads from the county to the town, as pattern 2 wants it"
    assert str(step) == "Ajax —located in→ Durham, Canada —contains→ Durham"


def test_the_surest_document_is_asked_first(told):
    first = _document("a", score=0.8, steps=(_step(1, COUNTY, 0.9),))
    second = _document("b", score=0.95, steps=(_step(3, COUNTY, 0.2),))
    assert told(first, second).pattern == 3


@pytest.mark.parametrize("steps", [(), (_step(1, RIVER, 0.9),), (_step(1, SAME_COUNTRY, 0.9),)])
def test_nothing_is_told_where_no_step_explains(told, steps):
    assert told(_document("a", score=0.8, steps=steps)) is None
