from dataclasses import replace

import pytest

from kg_docre.annotations import Document, Entity, Mention, Relation
from kg_docre.bindings import BracketedDates, Nationalities


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
        ("«MISC My Song » ( from «MISC Big Album » , «TIME 2004 » )", "P577", [None, None]),
        ("«LOC Oslo » ( «TIME 1801 » ) , «PER Bo Lind »", "P569", [None, None]),
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


def test_a_name_alone_is_nobodys_country():
    document = marked("«PER Ada »")
    document = replace(document, entities=(*document.entities, Entity(name="Oslo", type="LOC", mentions=())))
    assert Nationalities(document).agree(Relation(0, 1, "P27", 0.9, ())) is None


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("the Swedish botanist «PER Ada Berg » came", {"Sweden"}),
        ("«PER Ada Berg » ( née Lind ; 1801 - 1855 ) was a Swedish botanist", {"Sweden"}),
        ("«PER Ada Berg » , is an early Swedish botanist", {"Sweden"}),
        ("«PER Ada Berg » is a French - Polish sculptor", {"France", "Poland"}),
        ("«PER Ada Berg » is a French-Polish sculptor", {"France", "Poland"}),
        ("the French - Polish sculptor «PER Ada Berg »", {"France", "Poland"}),
        ("«PER Ada Berg » was an English-language poet", set()),
        ("the German - born poet «PER Ada Berg »", set()),
        ("a Swedish botanist and «PER Ada Berg »", set()),
        ("the Swedish «PER Ada Berg »", {"Sweden"}),
        ("French - Polish «PER Ada Berg »", {"France", "Poland"}),
        ("«PER Ada Berg » of Sweden", {"Sweden"}),
        ("«PER Ada Berg » of the United States", {"United States"}),
        ("«PER Ada Berg » of Uppsala", set()),
        ("The Swedish arrested «PER Ada Berg »", set()),
        ("the Swedish film with «PER Ada Berg »", set()),
        ("the Swedish label «PER Ada Berg »", set()),
        ("the Swedish Prime Minister «PER Ada Berg »", set()),
        ("«PER Ada Berg » was the Swedish queen", set()),
        ("«PER Ada Berg » was a", set()),
        ("«PER Ada Berg » (", set()),
    ],
)
def test_of_which_country_a_text_says_that_somebody_is(text, countries):
    document = marked(f"{text} . «LOC Sweden » «LOC French » «LOC Poland » «LOC Norway » «LOC Nowhere »")
    (person,) = (number for number, entity in enumerate(document.entities) if entity.type == "PER")
    nationalities = Nationalities(document)
    for number, entity in enumerate(document.entities):
        if entity.type == "LOC":
            said = nationalities.agree(Relation(person, number, "P27", 0.9, ()))
            known = {"French": "France"}.get(entity.name, entity.name) in countries
            assert said is (known if countries and entity.name != "Nowhere" else None), entity.name
            assert nationalities.agree(Relation(person, number, "P19", 0.9, ())) is None
