"""What a build reads, keeps and says."""

import csv
import io
import json

import networkx
from rdflib import Graph

from tests.cli.conftest import TEXT
from tests.command_line import python_run, run

GERMAN = (
    "Ada Berg wurde am 3. Juni 1937 in Köln geboren und war eine deutsche Dichterin. Sie studierte in Paris, wo sie "
    "den Maler Bo Lind kennenlernte, den sie 1961 heiratete. Ihre Gedichte erschienen zuerst in einer Zeitschrift, "
    "später in drei Bänden, von denen der letzte nach ihrem Tod herauskam. Von 1970 bis 1982 war sie Lektorin eines "
    "Verlags in Frankfurt, und danach lebte sie in einem Dorf an der Mosel, wo man ihr ein kleines Museum eingerichtet "
    "hat.\n"
)


def test_build_export_and_facts(corpus, tmp_path):
    done = run("build", corpus, "--to", "kg.ttl", "--to", "kg.graphml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "documents: 1/1" in done.stderr
    assert "place of birth" in done.stdout
    assert "born in Richmond" in done.stdout
    assert "1 document added" in done.stdout
    triples = Graph().parse(tmp_path / "kg.ttl")
    edges = networkx.read_graphml(tmp_path / "kg.graphml").number_of_edges()
    assert len(triples) > 50
    assert edges > 3

    again = run("build", corpus, "--to", "kg.nt", cwd=tmp_path)
    assert "0 documents added, 1 already there" in again.stdout
    assert "place of birth" not in again.stdout, "nothing new to show"
    assert len(Graph().parse(tmp_path / "kg.nt")) == len(triples)

    exported = run("export", "kg.sqlite", "--to", "kg.json", cwd=tmp_path)
    assert exported.returncode == 0, exported.stderr
    facts = len(json.loads((tmp_path / "kg.json").read_text())["edges"])
    assert facts == edges

    completed = run("export", "kg.sqlite", "--to", "inverses.json", "--inverses", "--strict", cwd=tmp_path)
    assert completed.returncode == 0, completed.stderr
    edges = json.loads((tmp_path / "inverses.json").read_text())["edges"]
    assert not any(edge["conflicts"] for edge in edges)

    unheard = run("facts", "kg.sqlite", "--entity", "Vince Giligan [/x]", cwd=tmp_path)
    assert unheard.returncode == 1
    assert unheard.stderr == "Error: nothing is called 'Vince Giligan [/x]'; names like it: Vince Gilligan\n"

    about = run("facts", "kg.sqlite", "--entity", "richmond", cwd=tmp_path)
    assert "Vince Gilligan" in about.stdout
    assert "place of birth" in about.stdout
    assert "looked at: Richmond —" in about.stdout, "what a place lies in, by way of another"

    lines = run("facts", "kg.sqlite", "--limit", "0", "--json", cwd=tmp_path).stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == facts
    born = next(row for row in rows if row["relation"] == "place of birth")
    assert (born["head"], born["property"], born["tail"]) == ("Vince Gilligan", "P19", "Richmond")
    assert born["evidence"][0]["uri"] == "corpus/gilligan.txt"
    assert "born in Richmond" in born["evidence"][0]["sentences"][0]
    steps = [evidence["reasoning"] for row in rows for evidence in row["evidence"] if evidence["reasoning"]]
    assert all(step["via"] in {end for head, _, tail in step["looked_at"] for end in (head, tail)} for step in steps)
    assert steps
    table = list(csv.DictReader(io.StringIO(run("facts", "kg.sqlite", "--limit", "3", "--csv", cwd=tmp_path).stdout)))
    assert [row["head"] for row in table] == [row["head"] for row in rows[:3]]
    for cells, row in zip(table, rows, strict=False):
        surest = row["evidence"][0]
        assert (cells["uri"], cells["title"]) == (surest["uri"], surest["title"])
        assert cells["sentences"] == " … ".join(surest["sentences"])
        assert (cells["conflicts"], cells["confidence"]) == ("; ".join(row["conflicts"]), str(row["confidence"]))

    forgotten = run("forget", "kg.sqlite", "corpus/gilligan.txt", cwd=tmp_path)
    assert "holds 0 documents, 0 nodes, 0 relations" in forgotten.stdout, forgotten.stderr
    unknown = run("forget", "kg.sqlite", "corpus/gilligan.txt", cwd=tmp_path)
    assert unknown.returncode == 1
    assert "has no document 'corpus/gilligan.txt'" in unknown.stderr
    (tmp_path / "elsewhere").mkdir()
    assert run("build", corpus, cwd=tmp_path).returncode == 0
    typed = run("forget", "../kg.sqlite", "../corpus/gilligan.txt", cwd=tmp_path / "elsewhere")
    assert "1 forgotten" in typed.stdout, typed.stderr


def test_documents_come_through_a_pipe(tmp_path):
    line = json.dumps({"id": "https://x.org/gilligan", "text": TEXT})
    done = run("build", "-", cwd=tmp_path, stdin=f"{line}\n")
    assert done.returncode == 0, done.stderr
    assert "1 document added" in done.stdout
    again = run("build", "-", cwd=tmp_path, stdin=f"{line}\n")
    assert "0 documents added, 1 already there" in again.stdout
    refused = run("build", "-", "--forget-missing", cwd=tmp_path, stdin=f"{line}\n")
    assert refused.returncode == 1
    assert "standard input" in refused.stderr
    assert "1 forgotten" in run("forget", "kg.sqlite", "stdin#https://x.org/gilligan", cwd=tmp_path).stdout


def test_a_build_that_finds_no_facts_shows_no_table(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("Good morning.")
    result = run("build", "texts", "--store", "kg.sqlite", cwd=tmp_path)
    assert result.stdout == "1 document added, 0 already there; kg.sqlite holds 1 document, 0 nodes, 0 relations\n"


def test_a_build_does_not_read_its_own_files(corpus, tmp_path):
    for _ in range(2):
        done = run("build", ".", "--to", "kg.ttl", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert "holds 1 document" in done.stdout


def test_two_folders_with_the_same_file_names_are_kept_apart(tmp_path):
    for folder, text in (("a", TEXT), ("b", "The Danube flows through Vienna.")):
        (tmp_path / folder / "texts").mkdir(parents=True)
        (tmp_path / folder / "texts" / "1.txt").write_text(text)
        done = run("build", "texts", "--store", "../kg.sqlite", cwd=tmp_path / folder)
    assert "holds 2 documents" in done.stdout


def test_a_file_that_two_sources_have_is_read_once(corpus, tmp_path):
    done = run("build", corpus, corpus / "gilligan.txt", "--store", "kg.sqlite", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 document added, 0 already there; kg.sqlite holds 1 document" in done.stdout


def test_copies_in_a_folder_are_called_so(corpus, tmp_path):
    (corpus / "a copy.txt").write_text(TEXT)
    done = run("build", corpus, cwd=tmp_path)
    assert "1 document added, 0 already there, 1 copy of another; kg.sqlite holds 1 document" in done.stdout
    (corpus / "another.txt").write_text(TEXT)
    done = run("build", corpus, cwd=tmp_path)
    assert "0 documents added, 1 already there, 2 copies of others; kg.sqlite holds 1 document" in done.stdout


def test_what_is_read_again_for_its_options_is_said(corpus, tmp_path):
    assert "again" not in run("build", corpus, cwd=tmp_path).stdout
    (corpus / "rome.txt").write_text("Rome is the capital of Italy.")
    done = run("build", corpus, "--threshold", "0.9", cwd=tmp_path)
    assert "2 documents added (1 read again, for it was read in another way before), 0 already there" in done.stdout


def test_documents_of_any_length_and_number_of_entities_are_read(tmp_path):
    towns = [f"{name}{end}" for name in ("Lind", "Berg", "Holm", "Sund", "Kirch") for end in ("burg", "heim", "ville")]
    names = " ".join(
        f"{town} is a town in Norway. Its mayor, Anna {town}, was born in 19{n}0." for n, town in enumerate(towns)
    )
    (tmp_path / "long.txt").write_text(names + " Nobody said a word." * 1_000)
    refused = run("build", "long.txt", "--max-characters", "20000", cwd=tmp_path)
    assert refused.returncode == 1
    assert "more than the limit of 20,000" in refused.stderr
    done = run("build", "long.txt", "--max-entities", "10", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    facts = json.loads(
        f"[{','.join(run('facts', 'kg.sqlite', '--limit', '0', '--json', cwd=tmp_path).stdout.splitlines())}]"
    )
    inside = {fact["head"] for fact in facts if (fact["relation"], fact["tail"]) == ("country", "Norway")}
    assert len(inside & {*towns}) > len(towns) / 2, "of all passages"


def test_what_a_build_did_is_one_json_object(corpus, tmp_path):
    (corpus / "a copy.txt").write_text(TEXT)
    (corpus / "broken.jsonl").write_text('{"id": "a"\n')
    (corpus / "empty.txt").write_text("")
    done = run("build", "corpus", "--to", "kg.nt", "--json", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    reasons = {skipped["uri"]: skipped for skipped in told.pop("skipped")}
    assert told.pop("nodes") > 3
    assert told.pop("relations") > 3
    assert told == {
        **{"added": 1, "read_again": 0, "already_there": 0, "copies": 1, "forgotten": [], "wrote": ["kg.nt"]},
        **{"store": "kg.sqlite", "documents": 1, "other_languages": {}},
    }
    assert reasons["corpus/empty.txt"] == {"uri": "corpus/empty.txt", "reason": "empty", "error": False}
    (broken,) = (its for uri, its in reasons.items() if uri.startswith("corpus/broken.jsonl"))
    assert broken["error"]
    assert "JSON" in broken["reason"]

    for name in ("a copy.txt", "broken.jsonl", "empty.txt", "gilligan.txt"):
        (corpus / name).unlink()
    (corpus / "other.txt").write_text("Good morning.")
    done = run("build", "corpus", "--forget-missing", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {"corpus/a copy.txt", "corpus/gilligan.txt"} < {*told["forgotten"]}, "besides, what could not be read"
    assert (told["added"], told["skipped"], told["documents"], told["relations"]) == (1, [], 1, 0)


def test_documents_in_another_language_are_named(corpus, tmp_path):
    """Named, though read, where a shipped model reads them; short texts say too little to tell."""
    (corpus / "berg.txt").write_text(GERMAN)
    (corpus / "kurz.txt").write_text("Ada Berg war Dichterin.")
    done = run("build", "corpus", "--json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["other_languages"]) == (0, {"corpus/berg.txt": "de"}), done.stderr
    assert "1 document seems not to be in English" in done.stderr
    assert "corpus/berg.txt (de 1)" in done.stderr


def test_a_quiet_build_says_only_what_is_wrong(corpus, tmp_path):
    done = python_run("build", corpus, "--to", "kg.nt", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "kg.nt").stat().st_size
    (corpus / "broken.jsonl").write_text('{"id": "a"\n')
    done = run("build", corpus, "-q", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "skipped corpus/broken.jsonl" in done.stderr
    assert "documents:" not in done.stderr


def test_builds_into_neo4j_and_queries_find_it(corpus, tmp_path, bolt, database):
    uri, user, password, name = bolt
    login = {"NEO4J_USER": user, "NEO4J_PASSWORD": password, "NEO4J_DATABASE": name or ""}
    done = run("build", corpus, "--to", uri, cwd=tmp_path, **login)
    assert done.returncode == 0, done.stderr
    rows = database(
        "MATCH (p:Person)-[r:PLACE_OF_BIRTH]->(c:Location) RETURN p.name AS p, c.name AS c, r.property AS id"
    )
    assert {"p": "Vince Gilligan", "c": "Richmond", "id": "P19"} in rows
