import pytest

from kg_docre.annotations import Relation
from kg_docre.contradictions import Knowledge
from tests.knowledge.marked import marked

_EU = ("Serbia", "P463", "EU", "P150")  # both ways to say that it is a member
_HEAD = ("Ada", "P1001", "Kenya", "P35")


@pytest.mark.parametrize(
    ("fact", "text", "denied"),
    [
        (_EU, "«LOC Serbia » applied to join the «ORG EU » in 2009 .", True),
        (_EU, "«LOC Serbia » is a candidate for membership of the «ORG EU » .", True),
        (_EU, "Talks on «LOC Serbia » 's membership of the «ORG EU » begin . «LOC Serbia » is in Europe .", True),
        (
            _EU,
            "«LOC Serbia » left the talks on joining «ORG EU » . Negotiations on entry to the «ORG EU » ended .",
            True,
        ),
        (_EU, "«LOC Serbia » 's bid to join «ORG EU » was accepted by the «ORG EU » .", False),
        (_EU, "«LOC Serbia » 's bid to join «ORG EU » failed . «LOC Serbia » is in the «ORG EU » .", False),
        (_EU, "«LOC Serbia » 's bid to join «ORG EU » was long . It joined in 2030 .", False),
        (_EU, "«LOC Serbia » 's bid to join «ORG EU » was approved .", False),
        (_EU, "«LOC Serbia » held talks . Membership in «ORG EU » is old .", False),
        (_EU, "«LOC Serbia » held talks with «ORG EU » .", False),
        (_EU, "Talks to join ended . «LOC Serbia » left «ORG EU » .", False),
        (_EU, "«LOC Serbia » has talks . It is to join . «ORG EU » has others .", False),
        (_HEAD, "«PER Ada » ran for president of «LOC Kenya » in 2016 .", True),
        (_HEAD, "«PER Ada » stood as a liberal for prime minister of the «LOC Kenya » .", True),
        (_HEAD, "«PER Ada » , a candidate for mayor of «LOC Kenya » , spoke . «PER Ada » is rich .", True),
        (_HEAD, "«PER Ada » ran for president of «LOC Kenya » and won .", False),
        (_HEAD, "«PER Ada » ran for president of «LOC Kenya » . She held the office until 2020 .", False),
        (_HEAD, "«PER Ada » ran for president of «LOC Kenya » . «PER Ada » leads «LOC Kenya » .", False),
        (_HEAD, "«PER Ada » , president of «LOC Kenya » , ran home .", False),
        (_HEAD, "«PER Ada » ran for «LOC Kenya » .", False),
    ],
)
def test_who_seeks_to_join_or_to_lead_does_not_do_so_yet(fact, text, denied):
    document = marked(text)
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    head, label, tail, inverse = fact
    ends, knowledge = (numbers[head], numbers[tail]), Knowledge(document)
    assert knowledge.denies(Relation(*ends, label, 0.9, ())) is denied
    assert knowledge.denies(Relation(*ends[::-1], inverse, 0.9, ())) is denied
    assert not knowledge.denies(Relation(*ends, "P27", 0.9, ()))
