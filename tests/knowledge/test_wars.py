import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.wars import Wars
from tests.knowledge.marked import marked

_WAR = "«MISC World War II » began ."
_RIVERS = "The «MISC War of Two Rivers » ( 1701 - 1706 ) began ."
_BO = "«PER Bo Lind »"


def _said(text):
    document = marked(text)
    war = next(number for number, entity in enumerate(document.entities) if "War" in entity.name)
    thing = next(n for n, e in enumerate(document.entities) if e.type in ("PER", "ORG", "MISC") and n != war)
    wars = Wars(document)
    taking_part = {wars.agree(Relation(thing, war, label, 0.9, ())) for label in ("P607", "P1344")}
    taking_part.add(wars.agree(Relation(war, thing, "P710", 0.9, ())))
    part = {wars.agree(Relation(thing, war, "P361", 0.9, ())), wars.agree(Relation(war, thing, "P527", 0.9, ()))}
    assert wars.agree(Relation(thing, war, "P800", 0.9, ())) is None
    assert len(taking_part) == len(part) == 1
    return taking_part.pop(), part.pop()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"In «TIME 1815 » it charged under {_BO} . {_WAR}", False),
        (f"{_WAR} In «TIME May 1971 » {_BO} became its colonel .", False),
        (f"{_WAR} The «MISC Battle of Jutland » was in «TIME 1916 » .", False),
        (f"In the «MISC 1908 Olympics » {_BO} rode . {_WAR}", False),
        (f"In «TIME 1815 » it charged under {_BO} . {_RIVERS}", False),
        (f"In «TIME 1702 » it charged under {_BO} . {_RIVERS}", None),
        (f"In «TIME 1702 » it charged under {_BO} . The «MISC War of Two Rivers » began .", None),
        (f"In «TIME 1815 » , and until «TIME 1943 » , {_BO} was there . {_WAR}", None),
        (f"In «TIME 1938 » {_BO} joined . {_WAR}", None),
        (f"In «TIME 1810 » it charged under {_BO} . In «TIME 1943 » {_BO} was its colonel . {_WAR}", None),
        (f"In «TIME 1810 » it charged under {_BO} . {_BO} was its colonel . {_WAR}", None),
        (f"In «TIME 1910 » {_BO} was born . {_WAR}", None),
        (f"He fought in «MISC World War II » . {_BO} came in «TIME 1971 » .", False),
        (f"{_BO} , who died in «TIME 1971 » , fought in «MISC World War II » .", None),
        (f"In «TIME 1815 » the «ORG Royal Navy » charged . {_WAR}", None),
        (f"With «NUM 1500 » men came {_BO} . {_WAR}", None),
        (f"In «TIME 1947 » {_BO} was decorated . {_WAR}", None),
        (f"In «TIME 1847 » {_BO} was decorated . {_WAR}", False),
    ],
)
def test_who_is_named_beside_other_years_was_not_in_a_war(text, said):
    assert _said(text) == (said, said)


def test_a_pronoun_may_stand_for_who_was_in_a_war_and_for_no_battle_of_it():
    assert _said(f"In «TIME 1910 » {_BO} came . He fought in «MISC World War II » .") == (None, False)
    assert _said("The «MISC Ada » sailed in «TIME 1910 » . She was sunk in «MISC World War II » .") == (None, False)
    assert _said("The «MISC Ada » sailed in «TIME 1910 » . In «MISC World War II » the ship sank .") == (None, False)
    assert _said("The «MISC Battle of Jutland » was in «TIME 1916 » . He fought in «MISC World War II » .")[1] is False
    assert _said(f"It sailed under {_BO} in «TIME 1810 » . It was sunk in «MISC World War II » .") == (False, False)
