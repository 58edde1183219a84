from types import SimpleNamespace

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


def test_a_log_says_how_long_it_takes_at_the_rate_since_the_last_line(monkeypatch, capsys):
    clock = iter([0.0, 40.0, 60.0, 100.0, 200.0])
    monkeypatch.setattr("kg_docre.progress.time", SimpleNamespace(monotonic=lambda: next(clock)))
    with progress("documents", 204) as advance:
        advance(100)
        advance(2)
        advance(20, "fewer now")
        advance(82)
    assert capsys.readouterr().err.splitlines() == [
        "documents: 100/204 · 0:00:42 left",
        "documents: 122/204 · 0:03:44 left · fewer now",
        "documents: 204/204",
    ]


def test_where_nobody_knows_how_many_there_are_no_time_is_said(monkeypatch, capsys):
    clock = iter([0.0, 40.0])
    monkeypatch.setattr("kg_docre.progress.time", SimpleNamespace(monotonic=lambda: next(clock)))
    with progress("documents", None) as advance:
        advance(5)
    assert capsys.readouterr().err == "documents: 5\n"
