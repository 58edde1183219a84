"""A store of real documents, whose reasoning is made up of what they state."""

from dataclasses import replace

import pytest

from kg_docre.annotations import ReasoningStep, premises
from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph import KnowledgeGraph
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore


def _reasoning(document, relation):
    """A step of every pattern over every third entity; most explain nothing."""
    others = sorted({*range(len(document.entities))} - {relation.head, relation.tail})
    steps = [(pattern, via) for via in others for pattern in (1, 2, 3, 4)]
    return tuple(
        ReasoningStep(pattern, via, premises(pattern, relation.head, via, relation.tail), round(0.9 - 0.01 * i, 6))
        for i, (pattern, via) in enumerate(steps)
    )


@pytest.fixture
def store(tmp_path, documents):
    """The sample with its gold relations, scored as if predicted, some documents saying the same."""
    with FactStore(tmp_path / "kg.sqlite") as store:
        for number, document in enumerate(documents):
            scored = tuple(
                replace(r, score=0.5 + (7.123456789 * i % 50) / 100, reasoning=_reasoning(document, r))
                for i, r in enumerate(document.relations)
            )
            document = replace(document, relations=scored)
            store.add(document, model="test", names=docred_relations(), resolve=form_id)
            if number < 2:  # another text with the same entities and facts
                again = replace(document, id=f"{document.id} again", spaces=(False,) * len(document.words))
                store.add(again, model="test", names=docred_relations(), resolve=form_id)
        yield store


@pytest.fixture
def graph(store):
    return KnowledgeGraph(store)
