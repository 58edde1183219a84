import pytest

from kg_docre.progress import progress


@pytest.mark.parametrize(("total", "said"), [(None, "documents: 7\n"), (7, "documents: 7/7\n"), (9, "documents: 7\n")])
def test_a_log_ends_with_how_many_were_done(total, said, capsys):
    with progress("documents", total) as advance:
        advance(4)
        advance(3)
    assert capsys.readouterr().err == said


def test_a_log_of_what_failed_has_no_end(capsys):
    def fails():
        with progress("documents", None) as advance:
            advance(4)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fails()
    assert capsys.readouterr().err == ""
