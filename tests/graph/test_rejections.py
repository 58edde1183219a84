import json
import random
from itertools import permutations

import pytest
from rdflib import Graph
from typer.testing import CliRunner

from kg_docre.cli import app
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.rejected import Rejected
from kg_docre.graph.rejections import reject, take_back
from kg_docre.resolution.decision_file import apply_decisions
from kg_docre.resolution.decisions import merge
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore
from tests.graph.exported import WDT, write
from tests.graph.test_constraints import add, facts
from tests.resolution.test_resolve import document

ADA, BO, CY = ("PER", "Ada Delorme"), ("PER", "Bo Delorme"), ("PER", "Cy Marsh")
FIRST = document("a", ADA, BO, CY, facts=((0, "P26", 1, 0.9), (0, "P22", 2, 0.8), (1, "P3373", 2, 0.7)))

FACTS_OF_TWO = ((0, "P26", 2, 0.9), (1, "P26", 2, 0.9))


@pytest.fixture
def store(tmp_path):
    with FactStore(tmp_path / "kg.sqlite") as store:
        add(store, FIRST)
        yield store


def run(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "120"})


def test_a_rejected_fact_is_in_no_graph_and_others_are(store, tmp_path):
    before = facts(store, inverses=True)
    (wrong,) = reject(store, "ada delorme", "Spouse", "Bo Delorme")
    assert (wrong.label, wrong.confidence) == ("P26", 0.9)
    assert wrong.evidence[0].document.title == "a"
    gone = {("Ada Delorme", "P26", "Bo Delorme"), ("Bo Delorme", "P26", "Ada Delorme")}
    assert gone <= before.keys()
    assert facts(store, inverses=True).keys() == before.keys() - gone
    assert not list(KnowledgeGraph(store, about=["Ada Delorme"], relations=["spouse"]).facts())
    assert not list(Graph().parse(write(KnowledgeGraph(store), tmp_path / "kg.ttl")).triples((None, WDT.P26, None)))


def test_it_stays_wrong_when_other_documents_say_so_either_way(store):
    reject(store, "Ada Delorme", "P26", "Bo Delorme")
    add(store, document("b", ADA, BO, facts=((0, "P26", 1, 0.99), (0, "P3373", 1, 0.9))))
    add(store, document("c", BO, ADA, facts=((0, "P26", 1, 0.99),)))
    resolve(store)
    assert not {key for key in facts(store) if key[1] == "P26"}
    assert facts(store)["Ada Delorme", "P3373", "Bo Delorme"].conflicts == (), "what is wrong speaks against nothing"
    assert take_back(store, "Bo Delorme", "spouse", "Ada Delorme") == 1
    assert facts(store)["Ada Delorme", "P26", "Bo Delorme"].support == 2
    assert "kinship" in facts(store)["Ada Delorme", "P3373", "Bo Delorme"].conflicts
    with pytest.raises(ResolutionError, match="nobody has rejected"):
        take_back(store, "Ada Delorme", "spouse", "Bo Delorme")


def test_it_holds_for_what_its_things_turn_out_to_be(store):
    add(store, document("b", ("PER", "Ada the Elder"), BO, facts=((0, "P26", 1, 0.9),)))
    reject(store, "Ada Delorme", "P26", "Bo Delorme")
    assert ("Ada the Elder", "P26", "Bo Delorme") in facts(store)
    merge(store, "Ada Delorme", "Ada the Elder")
    assert not {key for key in facts(store) if key[1] == "P26"}


@pytest.mark.parametrize("fact", [("Ada Delorme", "father", "Cy Marsh"), ("Cy Marsh", "child", "Ada Delorme")])
def test_the_inverse_goes_too_whichever_is_named(fact, store):
    reject(store, *fact)
    assert not {key for key in facts(store, inverses=True) if key[1] in ("P22", "P40")}


def test_it_stays_when_resolving_tells_homonyms_and_bare_names_apart(store):
    reject(store, "Ada Delorme", "P26", "Bo Delorme")
    born = ("TIME", "5 May 1950")
    for number, year in enumerate(("3 May 1801", "4 May 1801", "5 May 1801")):
        when = ("TIME", year.replace("3 May", "5 May").replace("4 May", "5 May"))
        add(store, document(f"old{number}", ADA, when, BO, facts=((0, "P569", 1, 0.9),)))
        add(store, document(f"new{number}", ADA, born, CY, facts=((0, "P569", 1, 0.9),)))
    resolve(store)
    nodes = {node for (node,) in store.read("SELECT DISTINCT node FROM entity WHERE name = 'Ada Delorme'")}
    assert len(nodes) > 1
    assert not {key for key in facts(store) if key[1] == "P26"}

    john, oslo = ("PER", "John"), ("LOC", "Oslo")
    add(store, document("j", john, oslo, facts=((0, "P19", 1, 0.9),)))
    reject(store, "John", "place of birth", "Oslo")
    add(
        store,
        *(document(f"f{n}", ("PER", f"John {name}")) for n, name in enumerate("Ash Bell Cox Dow Eck Fox".split())),
    )
    add(store, *(document(f"k{n}", john, ("LOC", f"Town {n}")) for n in range(4)))
    resolve(store)
    assert len({node for (node,) in store.read("SELECT DISTINCT node FROM entity WHERE name = 'John'")}) > 1
    assert not {key for key in facts(store) if key[1] == "P19"}
    add(store, document("later", john, oslo, facts=((0, "P19", 1, 0.9),)))
    assert not {key for key in facts(store) if key[1] == "P19"}, "nor of a document to come"
    assert take_back(store, "John", "place of birth", "Oslo") == 1
    resolve(store)
    assert {key for key in facts(store) if key[1] == "P19"}
    assert store.read("SELECT count(*) FROM rejected WHERE label = 'P19'").fetchone() == (0,)


def test_what_no_document_has_any_more_can_be_taken_back(store):
    reject(store, "Cy Marsh", "child", "Ada Delorme")
    store.forget("a")
    assert take_back(store, "Cy Marsh", "child", "Ada Delorme") == 1
    add(store, FIRST)
    assert ("Ada Delorme", "P22", "Cy Marsh") in facts(store)


def test_types_may_be_ones_own(store):
    gene, cell = ("GENE", "Foo"), ("CELL", "Bar")
    own, other = document("own", gene, cell, facts=((0, "P361", 1, 0.9),)), document("other", gene, cell)
    add(store, own, other)
    (wrong,) = reject(store, "Foo", "part of", "Bar")
    store.forget("own")
    assert take_back(store, "Foo", "part of", "Bar") == 1
    add(store, own)
    reject(store, "Foo", "part of", "Bar")
    store.forget("own", "other")
    assert take_back(store, wrong.head, "part of", wrong.tail) == 1


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (("Ada Delorme", "spouse", "Cy Marsh"), "no fact Ada Delorme —spouse→ Cy Marsh"),
        (("Nobody", "spouse", "Bo Delorme"), "no node is called 'Nobody'$"),
        (("Ada Delorme", "spouse", "Marsh"), "no node is called 'Marsh'; names like it: Cy Marsh"),
        (("Ada Delorme", "spuose", "Bo Delorme"), "relations like it: spouse"),
    ],
)
def test_what_no_document_says_cannot_be_rejected(store, fact, reason):
    with pytest.raises(ResolutionError, match=reason):
        reject(store, *fact)
    assert not Rejected(store).facts


def test_on_the_command_line(store):
    path = store.path
    done = run("reject", path, "Ada Delorme", "spouse", "Bo Delorme")
    assert done.exit_code == 0, done.output
    assert "spouse" in done.output
    assert "Bo Delorme" in done.output
    assert "rejected before" in run("reject", path, "Ada Delorme", "spouse", "Bo Delorme").output
    assert "spouse" not in run("facts", path, "--csv").output
    assert "1 fact taken back" in run("reject", path, "Ada Delorme", "spouse", "Bo Delorme", "--take-back").output
    assert "spouse" in run("facts", path, "--csv").output


@pytest.mark.parametrize("command", [["reject"], ["reject", "--take-back"], ["resolve", "--merge"]])
def test_names_that_are_no_text_are_told(command, store):
    further = ["spouse"] * (command[0] == "reject")
    done = run(*command[:1], store.path, *command[1:], "\udcff", *further, "Bo Delorme")
    assert (done.exit_code, "not valid text, an unpaired surrogate" in done.output) == (1, True)


def test_decisions_bring_it_to_another_store(store, tmp_path):
    file = tmp_path / "decisions.jsonl"
    file.write_text(json.dumps({"reject": ["Ada Delorme", "spouse", "Bo Delorme"]}) + "\n")
    assert run("resolve", store.path, "--decisions", file).exit_code == 0
    printed = run("resolve", store.path, "--decided").output
    lines = list(map(json.loads, printed.splitlines()))
    assert {(line["kind"], line["relation"]) for line in lines} == {("wrong", "P26")}
    assert ["Ada Delorme (PER)", "Bo Delorme (PER)"] in [line["names"] for line in lines]
    file.write_text(printed)
    with FactStore(tmp_path / "other.sqlite") as other:
        assert run("resolve", other.path, "--decisions", file).exit_code == 0
        add(other, FIRST)
        assert (
            facts(other).keys()
            == facts(store).keys()
            == {
                ("Ada Delorme", "P22", "Cy Marsh"),
                ("Bo Delorme", "P3373", "Cy Marsh"),
            }
        )


def test_a_reject_is_counted_once_however_it_is_kept(store, tmp_path):
    add(store, document("b", ("PER", "Ada the Elder"), BO, facts=((0, "P26", 1, 0.9),)))
    merge(store, "Ada Delorme", "Ada the Elder")
    lines = [{"reject": ["Ada Delorme", "spouse", "Bo Delorme"]}, {"reject": ["Cy Marsh", "child", "Ada Delorme"]}]
    (tmp_path / "decisions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = run("resolve", store.path, "--decisions", tmp_path / "decisions.jsonl")
    assert done.output.startswith("2 rejects\n"), done.output
    assert run("resolve", store.path, "--decisions", tmp_path / "decisions.jsonl").output.startswith("2 already so\n")
    printed = run("resolve", store.path, "--decided").output
    assert printed.count('"wrong"') > 2, "they are kept under two names, and with what says the same"
    assert "decisions copied: 1 merge, 2 rejects;" in run("merge", tmp_path / "other.sqlite", store.path).output
    (tmp_path / "decisions.jsonl").write_text(printed)
    done = run("resolve", tmp_path / "other.sqlite", "--decisions", tmp_path / "decisions.jsonl")
    assert done.output.startswith("3 already so\n"), done.output


def test_a_name_of_unlike_things_is_not_guessed(store):
    person, song = ("PER", "Ida"), ("MISC", "Ida")
    add(store, document("p", person, CY, facts=((0, "P26", 1, 0.9),)))
    add(store, document("s", song, CY, facts=((0, "P26", 1, 0.9), (0, "P170", 1, 0.9))))
    (id,) = {fact.head for fact in KnowledgeGraph(store, about="Ida", relations="creator").facts()}
    done = run("reject", store.path, "Ida", "spouse", "Cy Marsh")
    assert done.exit_code == 1
    assert "several nodes are called 'Ida'; name one by its id: " in done.output
    assert f"{id} (MISC, in s)" in done.output
    assert not Rejected(store).facts
    assert run("reject", store.path, "Ida", "creator", "Cy Marsh").exit_code == 0, "only one of them is said to be so"
    assert run("reject", store.path, id, "spouse", "Cy Marsh").exit_code == 0
    assert {(fact.head == id, fact.label) for fact in KnowledgeGraph(store, about="Ida").facts()} == {(False, "P26")}
    assert run("reject", store.path, "Ida", "spouse", "Cy Marsh").exit_code == 0, "one that is left"


def test_a_short_name_of_several_is_told_with_their_names(store):
    add(store, document("s", ("PER", "Eli Sand", "Sand"), ("PER", "Max Sand", "Sand"), CY, facts=FACTS_OF_TWO))
    done = run("reject", store.path, "Sand", "spouse", "Cy Marsh")
    assert done.exit_code == 1
    assert "(Eli Sand, PER, in s)" in done.output
    assert "(Max Sand, PER, in s)" in done.output


def test_of_a_file_of_decisions_each_is_followed_as_if_it_were_alone(tmp_path):
    chance, people = random.Random(1), [("PER", f"{first} Delorme") for first in "Ada Bo Cy Di Ed".split()]
    documents = [
        document(
            str(number),
            *people,
            facts=[(*(pair := chance.sample(range(5), 2))[:1], label, pair[1], 0.9) for label in ("P22", "P26", "P40")],
        )
        for number in range(20)
    ]
    every = [["Ada Delorme", "father", "Ada Delorme"], ["Nobody", "father", "Bo Delorme"]]
    for (_, head), (_, tail) in permutations(people, 2):
        every += [[head, relation, tail] for relation in chance.sample(("father", "spouse", "P40", "P17"), 3)]
    every += every[:20]
    with FactStore(tmp_path / "file.sqlite") as store, FactStore(tmp_path / "one.sqlite") as other:
        for its in (store, other):
            add(its, *documents)
            resolve(its)
            merge(its, "Ada Delorme", "Bo Delorme")
        problems = apply_decisions(store, [json.dumps({"reject": fact}) for fact in every]).problems
        refused = []
        for number, fact in enumerate(every, 1):
            try:
                reject(other, *fact)
            except ResolutionError as error:
                refused.append(f"line {number}: {error}")
        assert problems == refused
        assert 2 < len(problems) < len(every)
        assert Rejected(store).facts == Rejected(other).facts
        assert facts(store, inverses=True).keys() == facts(other, inverses=True).keys()


def test_a_graph_follows_what_is_decided_once_it_is_there(store):
    graph, seen = KnowledgeGraph(store), []
    for decide in (reject, take_back, reject):
        seen.append({fact.label for fact in graph.facts()})
        decide(store, "Ada Delorme", "spouse", "Bo Delorme")
    add(store, document("b", ("PER", "Ada the Elder"), BO, facts=((0, "P26", 1, 0.9),)))
    seen.append({fact.label for fact in graph.facts()})
    merge(store, "Ada Delorme", "Ada the Elder")
    seen.append({fact.label for fact in graph.facts()})
    assert ["P26" in labels for labels in seen] == [True, False, True, True, False]


def test_neo4j_follows(store, bolt, database):
    uri, user, password, name = bolt
    count = "MATCH ()-[r:SPOUSE]->() RETURN count(r) AS n"
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(KnowledgeGraph(store))
        assert database(count) == [{"n": 1}]
        reject(store, "Ada Delorme", "spouse", "Bo Delorme")
        target.write(KnowledgeGraph(store))
        assert database(count) == [{"n": 0}]
        assert database("MATCH (f:Fact {property: 'P26'}) RETURN count(f) AS n") == [{"n": 0}]
