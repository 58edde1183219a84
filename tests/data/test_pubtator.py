import pytest

from kg_docre.data.documents import read_documents
from kg_docre.data.errors import DataError
from kg_docre.data.pubtator import read_pubtator

# made up, in the format of BioCreative V's CDR
TEXT = """\
11|t|Lidocaine-induced cardiac asystole.
11|a|A 50-mg bolus of lidocaine was given (vs. placebo). Asystole, an arrhythmia, and ocular and auditory toxicity \
followed.
11\t0\t9\tLidocaine\tChemical\tD008012
11\t18\t34\tcardiac asystole\tDisease\tD006323
11\t53\t62\tlidocaine\tChemical\tD008012
11\t74\t77\tvs.\tChemical\t-1
11\t88\t96\tAsystole\tDisease\tD006323
11\t101\t111\tarrhythmia\tDisease\tD001145
11\t117\t145\tocular and auditory toxicity\tDisease\tD014786|D006311\tocular toxicity|auditory toxicity
11\tCID\tD008012\tD006323

12|t|Nothing here
12|a|
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sample.PubTator.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_mentions_of_an_id_are_one_entity_at_their_place(file):
    document, empty = read_documents(file)
    assert (document.where, empty.where) == (f"{file}: 11", f"{file}: 12")
    assert document.text == TEXT.splitlines()[0][5:] + " " + TEXT.splitlines()[1][5:]
    names = {entity.kb_id: [mention.name for mention in entity.mentions] for entity in document.entities}
    assert names == {
        "D008012": ["Lidocaine", "lidocaine"],
        "D006323": ["cardiac asystole", "Asystole"],
        "D001145": ["arrhythmia"],
        "D014786": ["ocular and auditory toxicity"],
        "D006311": ["ocular and auditory toxicity"],
    }
    for entity in document.entities:
        for mention in entity.mentions:
            first, last = document.characters(mention.start, mention.end)
            assert document.text[first:last] == mention.name
            start, end = document.sentences[mention.sentence]
            assert start <= mention.start < mention.end <= end
    assert [(r.head, r.label, r.tail) for r in document.relations] == [(0, "CID", 1)]
    assert (empty.id, empty.entities, empty.relations) == ("12", (), ())


def test_the_title_and_full_stops_end_sentences_but_not_inside_mentions(file):
    document = read_pubtator(file)[0]
    first_words = [document.words[start] for start, _ in document.sentences]
    assert first_words == ["Lidocaine", "A", "Asystole"]


def test_a_disease_above_one_that_holds_is_not_judged(file, tmp_path):
    hierarchy = tmp_path / "mesh.tsv"
    hierarchy.write_text("D006323\tC14.280.067.1\nD001145\tC14.280.067\nD001145\tC23\nD014786\tC14.280.06\n")
    document = read_documents(file, hierarchy=hierarchy)[0]
    assert document.unjudged == ((0, 2),), "arrhythmia, not what only begins with the same digits"
    assert read_documents(file)[0].unjudged == ()
    hierarchy.write_text("D001145\tC14.280\nD006323\tC14.280.067\n", encoding="utf-8-sig")
    assert read_documents(file, hierarchy=hierarchy)[0].unjudged == ((0, 2),)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("11\tCID\tD008012", "11\tCID\tD999999", "line 10: document 11: D999999 is in a relation but has no mention"),
        ("11\t0\t9", "11\t1\t10", "line 3: characters 1-10 are 'idocaine-', not 'Lidocaine'"),
        ("11\t0\t9", "11\t0\t990", "line 3: characters 0-990"),
        ("\n\n12|t|", "\n12|t|", "line 11: .12.t.Nothing here. among the lines of document 11"),
        ("11\t0\t9\tLidocaine", "11\t9\t9\t", "line 3: characters 9-9 of 155 are no mention"),
        ("11\t0\t9\tLidocaine", "11\t9\t0\t", "line 3: characters 9-0"),
        ("11\t18\t34\tcardiac asystole", "11\t17\t18\t ", "line 4: characters 17-18 of 155 are no mention"),
        ("11\t0\t9", "11\t²\t9", "line 3: neither a mention nor"),
        ("11\t0\t9", "99\t0\t9", "line 3: '99.*' among the lines of document 11"),
        ("Disease\tD001145", "Disease\tD008012", "D008012 is Chemical and Disease"),
        ("11\t0\t9", "11\tzero\t9", "line 3: neither a mention nor"),
        ("11|t|", "11|x|", "line 1: a document begins with NUMBER"),
    ],
)
def test_what_is_wrong_is_named(old, new, message, file):
    file.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_pubtator(file)


def test_a_broken_hierarchy_is_named(file, tmp_path):
    (tmp_path / "mesh.tsv").write_text("D006323 C14\n")
    with pytest.raises(DataError, match=r"mesh\.tsv: line 1"):
        read_documents(file, hierarchy=tmp_path / "mesh.tsv")
    (tmp_path / "mesh.tsv").write_text("\n")
    with pytest.raises(DataError, match=r"mesh\.tsv: there is no tree number in it"):
        read_documents(file, hierarchy=tmp_path / "mesh.tsv")
    (tmp_path / "mesh.tsv").write_text("MESH:D006323\tC14\n")
    with pytest.warns(UserWarning, match=r"PubTator\.txt: none of its ids .* has no D001145, but MESH:D006323"):
        read_documents(file, hierarchy=tmp_path / "mesh.tsv")
    assert read_pubtator(file, hierarchy={}) == read_pubtator(file)
    with pytest.raises(DataError, match="No such file"):
        read_documents(tmp_path / "none.pubtator")


def test_a_hyphen_is_no_id(file):
    """As in PubTator Central, where chemicals and diseases without an id have the same."""
    file.write_text(TEXT.replace("Chemical\t-1", "Chemical\t-") + "\n13|t|Fever\n13|a|\n13\t0\t5\tFever\tDisease\t-\n")
    assert [len(document.entities) for document in read_pubtator(file)] == [5, 0, 0]
