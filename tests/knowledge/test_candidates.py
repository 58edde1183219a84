import pytest

from kg_docre.annotations import Relation
from kg_docre.contradictions import Knowledge
from tests.knowledge.marked import marked


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("«LOC Serbia » applied to join the «ORG EU » in 2009 .", True),
        ("«LOC Serbia » is a candidate for membership of the «ORG EU » .", True),
        ("Talks on «LOC Serbia » 's membership of the «ORG EU » begin . «LOC Serbia » is in Europe .", True),
        ("«LOC Serbia » left the talks on joining «ORG EU » . Negotiations on entry to the «ORG EU » ended .", True),
        ("«LOC Serbia » 's bid to join «ORG EU » was accepted by the «ORG EU » .", False),
        ("«LOC Serbia » 's bid to join «ORG EU » failed . «LOC Serbia » is in the «ORG EU » .", False),
        ("«LOC Serbia » 's bid to join «ORG EU » was long . It joined in 2030 .", False),
        ("«LOC Serbia » 's bid to join «ORG EU » was approved .", False),
        ("«LOC Serbia » held talks . Membership in «ORG EU » is old .", False),
        ("«LOC Serbia » held talks with «ORG EU » .", False),
        ("Talks to join ended . «LOC Serbia » left «ORG EU » .", False),
        ("«LOC Serbia » has talks . It is to join . «ORG EU » has others .", False),
    ],
)
def test_who_seeks_to_join_is_no_member(text, denied):
    document = marked(text)
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    ends, knowledge = (numbers["Serbia"], numbers["EU"]), Knowledge(document)
    assert knowledge.denies(Relation(*ends, "P463", 0.9, ())) is denied
    assert knowledge.denies(Relation(*ends[::-1], "P150", 0.9, ())) is denied
    assert not knowledge.denies(Relation(*ends, "P17", 0.9, ()))


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("«PER Ada » ran for president of «LOC Kenya » in 2016 .", True),
        ("«PER Ada » stood as a liberal for prime minister of the «LOC Kenya » .", True),
        ("«PER Ada » , a candidate for mayor of «LOC Kenya » , spoke . «PER Ada » is rich .", True),
        ("«PER Ada » ran for president of «LOC Kenya » and won .", False),
        ("«PER Ada » ran for president of «LOC Kenya » . She held the office until 2020 .", False),
        ("«PER Ada » ran for president of «LOC Kenya » . «PER Ada » leads «LOC Kenya » .", False),
        ("«PER Ada » , president of «LOC Kenya » , ran home .", False),
        ("«PER Ada » ran for «LOC Kenya » .", False),
    ],
)
def test_who_seeks_an_office_does_not_hold_it(text, denied):
    document = marked(text)
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    ends, knowledge = (numbers["Kenya"], numbers["Ada"]), Knowledge(document)
    assert knowledge.denies(Relation(*ends, "P35", 0.9, ())) is denied
    assert knowledge.denies(Relation(*ends[::-1], "P1001", 0.9, ())) is denied
    assert not knowledge.denies(Relation(*ends[::-1], "P27", 0.9, ()))
