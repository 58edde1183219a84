import pickle
import subprocess
import sys

import kg_docre

TEXT = "Ada Vance was born in Hamburg, Germany."


def test_a_pipeline_that_was_used_is_pickled_without_weights_and_reads_as_before(tmp_path):
    nlp = kg_docre.load(precision="fp32")
    relations = list(map(str, nlp(TEXT)._.relations))
    assert relations
    kept = pickle.dumps(nlp)
    assert len(kept) < 10_000_000
    again = pickle.loads(kept)
    assert list(map(str, again(TEXT)._.relations)) == relations
    assert again.pipe_names == nlp.pipe_names
    (tmp_path / "nlp.pickle").write_bytes(kept)
    code = f"""
import pickle
nlp = pickle.load(open("nlp.pickle", "rb"))
print(*nlp({TEXT!r})._.relations, sep="\\n")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == relations, "in another process"
