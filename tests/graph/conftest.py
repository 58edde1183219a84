"""A store of real documents."""

from dataclasses import replace

import pytest

from kg_docre.data.docred_relations import docred_relations
from kg_docre.graph import KnowledgeGraph
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore


@pytest.fixture
def store(tmp_path, documents):
    """The sample with its gold relations, scored as if predicted, some documents saying the same."""
    with FactStore(tmp_path / "kg.sqlite") as store:
        for number, document in enumerate(documents):
            scored = tuple(
                replace(r, score=0.5 + (7.123456789 * i % 50) / 100) for i, r in enumerate(document.relations)
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
