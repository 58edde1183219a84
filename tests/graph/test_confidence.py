import pytest

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.confidence import joint_confidence
from kg_docre.resolution.forms import form_id
from kg_docre.store import FactStore

ABOUT = "About Acme : Acme is a maker of anvils in Toontown ."
QUOTED = "> about Acme: ACME is a maker of anvils, in Toontown"
OWN = "{} Acme , whose works at Toontown burnt down , sells anvils ."


def released(id, text, score, label="P159"):
    """A document about Acme in Toontown, of which ``text`` says where it is and the first sentence something else."""
    said = text.split()
    words = (id, "sold", "ten", "more", "today", ".", *said)
    where = [6 + next(i for i, word in enumerate(said) if name in word.lower()) for name in ("acme", "toontown")]
    entities = tuple(
        Entity(name, type, (Mention(at, at + 1, 1, name),))
        for name, type, at in zip(("Acme", "Toontown"), ("ORG", "LOC"), where, strict=True)
    )
    return Document(id, words, (0, 6), entities, (Relation(0, 1, label, score, (1,)),))


def confidence(tmp_path, *documents):
    with FactStore(tmp_path / "kg.sqlite") as store:
        for one in documents:
            store.add(one, model="m", names={"P159": "headquarters location"}, resolve=form_id)
        graph = KnowledgeGraph(store)
        (fact,) = graph.facts()
        (bare,) = graph.facts(details=False)
        (about,) = KnowledgeGraph(store, about=["Acme"]).facts()
    assert fact.support == len(documents)
    assert fact.confidence == bare.confidence == about.confidence
    return fact.confidence


def test_documents_that_repeat_a_sentence_are_as_sure_as_the_surest(tmp_path):
    same = [released(f"r{n}", text, 0.5 + n / 100) for n, text in enumerate((ABOUT, ABOUT, QUOTED, ABOUT))]
    assert confidence(tmp_path, *same) == 0.53


def test_documents_with_words_of_their_own_support_each_other(tmp_path):
    own = [released(f"r{n}", OWN.format(n), 0.5) for n in range(3)]
    assert confidence(tmp_path, *own, released("again", ABOUT, 0.2), released("and again", ABOUT, 0.1)) == 0.9


def test_whoever_rests_on_no_sentence_of_those_that_count_counts_too():
    first, second, third = "one two three four five", "six seven eight nine ten", "a b c d e"
    assert joint_confidence([(0.5, [first]), (0.4, [first, second]), (0.3, [second])]) == 0.65
    assert joint_confidence([(0.5, [first]), (0.5, [third]), (0.4, [first, third])]) == 0.75
    assert joint_confidence([(0.5, ["A heading"]), (0.5, ["A heading"]), (0.5, [])]) == 0.875, "too short to tell"


def test_ways_to_be_relatives_are_as_sure_as_facts(tmp_path):
    """Odds of 1, said twice in the same words, and of 1.5: 1 / (1 + 1 + 1.5)."""
    told = "Ada Lovelace lived with Bo Lovelace for years ."
    with FactStore(tmp_path / "kg.sqlite") as store:
        for id, label, score in (("a", "P26", 0.5), ("b", "P26", 0.5), ("c", "P3373", 0.6)):
            words = (*told.split(), id)
            entities = tuple(
                Entity(name, "PER", (Mention(at, at + 2, 0, name),))
                for at, name in ((0, "Ada Lovelace"), (4, "Bo Lovelace"))
            )
            said = Document(id, words, (0, 9), entities, (Relation(0, 1, label, score, (0,)),))
            store.add(said, model="m", names={label: label}, resolve=form_id)
        found = {fact.label: (fact.confidence, fact.plausibility) for fact in KnowledgeGraph(store).facts()}
    assert found == {"P26": (0.5, pytest.approx(1 / 3.5, abs=1e-6)), "P3373": (0.6, pytest.approx(1.5 / 3.5, abs=1e-6))}
