from dataclasses import replace

import pytest

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.contradictions import BracketedDates, weighed
from kg_docre.predictor import Predictor


def marked(text):
    """The document in which entities are marked as «PER Ada Berg »; marks of one name are one entity."""
    words, mentions, start, kind = [], {}, 0, ""
    for word in text.split():
        if word == "»":
            name = " ".join(words[start:])
            mention = Mention(start=start, end=len(words), sentence=0, name=name)
            mentions.setdefault((name, kind), []).append(mention)
        elif word.startswith("«"):
            kind, start = word[1:], len(words)
        else:
            words.append(word)
    entities = tuple(Entity(name=name, type=kind, mentions=tuple(its)) for (name, kind), its in mentions.items())
    spaces = (True,) * len(words)
    return Document(id="a", words=tuple(words), spaces=spaces, sentence_starts=(0,), entities=entities)


@pytest.mark.parametrize(
    ("text", "label", "said"),
    [
        ("«PER Ada Berg » ( «TIME 1801 » - «TIME 1855 » ) , brother of «PER Bo Lind »", "P569", [True, False]),
        ("«PER Ada Berg » ( «TIME 1801 » ) and «PER Ada Berg » ; «PER Bo Lind »", "P570", [True, False]),
        ("«MISC Kushi » ( «TIME 2000 » ) , «MISC New » ( «TIME 2004 » )", "P577", [True, False]),
        ("«PER Ada Berg » ( «TIME 1801 » ) and «PER Berg »", "P569", [True, None]),
        ("«PER Ada Berg » ( «TIME 1801 » ) , «PER Bo Lind » in «TIME 1801 »", "P569", [None, None]),
        ("«PER Ada Berg » ( «TIME 1801 » ) , «PER Bo Lind »", "P27", [None, None]),
        ("«PER Ada Berg » came ( «TIME 1801 » ) , «PER Bo Lind »", "P569", [None, None]),
        ("«PER Ada Berg » ( a poet ) in «TIME 1801 » , «PER Bo Lind »", "P569", [None, None]),
        (f"«PER Ada Berg » ( {'so ' * 20} «TIME 1801 » ) , «PER Bo Lind »", "P569", [None, None]),
    ],
)
def test_dates_in_brackets_are_those_of_the_name_before(text, label, said):
    document = marked(text)
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    date = min(number for number, entity in enumerate(document.entities) if entity.type == "TIME")
    others = [number for name, number in numbers.items() if document.entities[number].type != "TIME"]
    dates = BracketedDates(document)
    assert [dates.agree(Relation(head, date, label, 0.9, ())) for head in others] == said


def test_what_is_contradicted_has_a_twentieth_of_its_odds_and_goes_where_that_is_too_little():
    document = marked("«LOC Helsinki » «LOC Sweden » «LOC Finland »")
    relations = tuple(Relation(0, tail, "P17", score, (0,)) for tail, score in ((1, 0.75), (2, 0.75), (1, 1.0)))
    document = replace(document, relations=relations)
    low, right, sure = weighed(document, {"P17": 0.1})
    assert low.score == pytest.approx(0.15 / 1.15)
    assert right == relations[1]
    assert 0.9 < sure.score <= 1.0
    assert [relation.tail for relation in weighed(document, {"P17": 0.5})] == [2, 1]


def test_a_predictor_minds_it_unless_it_is_not_to(checkpoint):
    document = marked("«LOC Helsinki » is in «LOC Sweden » .")
    found = {}
    for checks in (True, False):
        predictor = Predictor.from_pretrained(checkpoint, device="cpu", checks=checks)
        (read,) = predictor.pipe([document], threshold=0.0)
        found[checks] = {(r.head, r.label, r.tail): r.score for r in read.relations}
    changed = {key for key, score in found[True].items() if score != found[False][key]}
    within, holds = ("P17", "P131", "P1376"), ("P150", "P36")
    assert changed <= {*((h, label, 1 - h) for label in within + holds for h in (0, 1))}
    assert (0, "P17", 1) in changed
    odds = [score / (1 - score) for score in (found[flag][0, "P17", 1] for flag in (True, False))]
    assert odds[0] == pytest.approx(odds[1] / 20, rel=1e-3)
