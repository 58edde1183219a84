import time

import pytest

from kg_docre.coreference.rules import NamedMention, cluster_mentions


def _clusters(*mentions, links=()):
    """Clusters as lists of names; mentions are (name, type) or (name, type, kb_id)."""
    found = cluster_mentions([NamedMention(*mention) for mention in mentions], links)
    return [[mentions[i][0] for i in cluster] for cluster in found]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Fox Mulder", "PER"), ("Mulder", "PER")),
        (("Fox Mulder", "PER"), ("Fox", "PER")),
        (("President Barack Obama", "PER"), ("Barack Hussein Obama", "PER")),
        (("Dr. Scully", "PER"), ("Dana Scully", "PER")),
        (("Vince Gilligan's", "PER"), ("Vince Gilligan", "PER")),
        (("the United States", "LOC"), ("United States", "LOC")),
        (("U.S.", "LOC"), ("the United States", "LOC")),
        (("Federal Bureau of Investigation", "ORG"), ("FBI", "ORG")),
        (("Zest Airways, Inc.", "ORG"), ("Zest Airways", "ORG")),
        (("The X-Files", "MISC"), ("X-Files", "MISC")),
        (("Microsoft", "ORG"), ("Microsoft", "MISC")),
        (("Martin Luther King Jr.", "PER"), ("Martin Luther King", "PER")),
        (("Martin Luther King Jr.", "PER"), ("King", "PER")),
        (("São Paulo", "LOC"), ("Sao Paulo", "LOC")),
        (("J. Smith", "PER"), ("John Smith", "PER")),
        (("United States", "LOC"), ("United States of America", "LOC")),
    ],
)
def test_one_thing_under_two_names(first, second):
    assert len(_clusters(first, second)) == 1
    assert len(_clusters(second, first)) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Dana Scully", "PER"), ("Fox Mulder", "PER")),
        (("Stephen III", "PER"), ("Stephen IV", "PER")),
        (("Paris", "LOC"), ("Paris", "PER")),
        (("1914", "TIME"), ("1914", "NUM")),
        (("New York", "LOC"), ("York", "LOC")),
        (("FBI", "ORG"), ("Food and Beverage Inc", "TIME")),
        (("Boston College", "ORG"), ("Boston University", "ORG")),
        (("US", "LOC"), ("Universal Studios", "ORG")),
        (("1.5 million", "NUM"), ("15 million", "NUM")),
        (("50%", "NUM"), ("$50", "NUM")),
        (("St. Louis", "PER"), ("Joe Louis", "PER")),
        (("New York", "LOC"), ("New York City", "LOC")),
        (("Washington", "LOC", "Q61"), ("Washington", "LOC", "Q1223")),
        (("Martin Luther King Jr.", "PER"), ("Martin Luther King Sr.", "PER")),
        (("John Smith", "PER"), (" ", "PER")),
    ],
)
def test_two_things_stay_two(first, second):
    assert len(_clusters(first, second)) == 2


def test_an_ambiguous_surname_joins_nobody():
    assert _clusters(("John Smith", "PER"), ("Jane Smith", "PER"), ("Smith", "PER")) == [
        ["John Smith"],
        ["Jane Smith"],
        ["Smith"],
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_order_does_not_matter(order):
    people = [("Smith", "PER"), ("John Smith", "PER"), ("John A. Smith", "PER")]
    firms = [("Acme", "ORG"), ("Acme Corp", "ORG"), ("Acme Corporation", "ORG")]
    for names in (people, firms):
        assert len(_clusters(*(names[i] for i in order))) == 1


def test_coreference_keeps_its_clusters_apart():
    smiths = [("John Smith", "PER"), ("Smith", "PER"), ("John Smith", "PER"), ("Smith", "PER")]
    found = cluster_mentions([NamedMention(*mention) for mention in smiths], [(0, 1), (2, 3)])
    assert found == [[0, 1], [2, 3]]


def test_linkers_and_coreference_have_the_first_word():
    assert _clusters(("Holland", "LOC", "Q55"), ("the Netherlands", "LOC", "Q55")) == [["Holland", "the Netherlands"]]
    assert len(_clusters(("Big Blue", "ORG"), ("IBM", "ORG"), links=[(0, 1)])) == 1
    # a link never joins two things that a linker told apart
    assert len(_clusters(("Georgia", "LOC", "Q230"), ("Georgia", "LOC", "Q1428"), links=[(0, 1)])) == 2


@pytest.mark.parametrize(
    "names",
    [
        ("Acme Corp", "Acme Inc"),
        ("Nimbus", "Globex"),
        ("IBM", "International Business Machines"),
        ("Acme Foods", "Acme Foods Europe"),
    ],
)
def test_a_text_may_name_one_firm_as_often_as_it_likes(names):
    def seconds(times):
        took = []
        for _ in range(3):
            start = time.process_time()
            _clusters(*[(name, "ORG") for name in names] * times)
            took.append(time.process_time() - start)
        return min(took)

    assert seconds(1600) < 24 * seconds(200), "eight times as many take about eight times as long"
