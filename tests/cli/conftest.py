import pytest

TEXT = "Vince Gilligan was born in Richmond, Virginia, in the United States. He wrote Paper Hearts for The X-Files.\n"


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "gilligan.txt").write_text(TEXT)
    return folder
