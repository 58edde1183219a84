"""What a store was told of: which of it is meant, and what a corpus does not have any more."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from kg_docre.corpus.build import BuildResult
from kg_docre.corpus.reader import uri_of
from kg_docre.corpus.records import PIPED, Problem, files_of
from kg_docre.resolution.resolve import resolve_if_grown
from kg_docre.store import FactStore, list_sources

__all__ = ["called_from", "forget_missing", "meant_by", "missing", "moved"]


def meant_by(store: FactStore, names: Iterable[str], *, base: str | Path = ".") -> dict[str, set[str]]:
    """For each name the uris that it means: of the document that is called so, or else of all in the file or the folder
    of that name, or else of all that are called so with any characters for each ``*``, those that could not be read
    among them. An empty one means nothing.

    Raises :exc:`ValueError` for one that is something in the store, and a path to something else from the current
    folder.
    """
    read = {uri for (uri,) in store.read("SELECT uri FROM source")}
    known = read.union(uri for (uri,) in store.read("SELECT uri FROM failure"))
    meant = {}
    for name in names:
        place = uri_of(Path(name), Path(base))
        called, there = read & {name}, read & {place}
        if name and not called | there:
            whole = _whole(place, base)
            called, there = known & {name}, {uri for uri in known if _is_path(uri) and whole in _places(uri, base)}
        if "*" in name and not called | there:
            called, there = _like(name, known), _like(place, known)
        if there and (others := called - there):
            raise ValueError(
                f"{name!r} may be {min(others)}, as {store.path} has it, or {min(there)}, where it leads from here; "
                f"'./{name}' is the latter, and in the folder of the store {name!r} the former"
            )
        meant[name] = called | there
    return meant


def _like(name: str, uris: Iterable[str]) -> set[str]:
    """Those that are called so with any characters for each ``*``."""
    pattern = re.compile(".*".join(map(re.escape, name.split("*"))), re.DOTALL)
    return {*filter(pattern.fullmatch, uris)}


def called_from(store: FactStore, other: FactStore) -> Callable[[str], str]:
    """What ``store`` calls what ``other`` does: as it did before, whatever has become of the texts since; what is new,
    files that are there by their paths from its own folder, all else as it is."""
    before, now = other.path.parent, store.path.parent
    if before.samefile(now):
        return lambda uri: uri
    is_there = cache(lambda file, folder: _whole(file, folder).exists())

    def renamed(uri: str) -> str:
        for file in reversed(files_of(uri)) if _is_path(uri) else ():
            placed = uri_of(_whole(file, before), now) + uri.removeprefix(file)
            if _found(store, placed):
                return placed
            if is_there(file, before):  # now, if not when it was copied
                was_away = _found(store, uri) == _found(other, uri) and not is_there(file, now)
                return uri if was_away else placed
        return uri

    return renamed


def _found(store: FactStore, uri: str) -> str:
    """The content hash of what the store has found there, or why that could not be read."""
    query = """SELECT content_hash FROM source JOIN document d ON d.id = document WHERE uri = ?1
               UNION ALL SELECT reason FROM failure WHERE uri = ?1"""
    found = store.read(query, (uri,)).fetchone()
    return str(found[0]) if found else ""


def _is_path(uri: str) -> bool:
    """Whether it may be of a file: not of a pipe, and no address."""
    return not uri.startswith(PIPED) and "://" not in uri.partition("#")[0]


def forget_missing(
    store: FactStore, result: BuildResult, sources: Iterable[str | Path], *, base: str | Path = "."
) -> list[str]:
    """Delete what the store has of these sources and the build that gave ``result`` did not meet; what that was."""
    gone = missing((source.uri for source in list_sources(store)), result.met, result.problems, sources, base=base)
    store.forget(*gone)
    resolve_if_grown(store)
    return gone


def missing(
    known: Iterable[str],
    met: Collection[str],
    problems: Iterable[Problem],
    sources: Iterable[str | Path],
    *,
    base: str | Path = ".",
) -> list[str]:
    """Of the uris ``known``, those of the files and folders ``sources`` that are not among those ``met``.

    What came through a pipe, or has an address, was in none of them. A file counts as missing if it is gone from a
    folder that has others, a part of one if other parts were met. Where there was a problem nothing does: not of a file
    of whose parts one could not even be told from others, and not in a folder that could not be listed, or had nothing
    in it, as one does whose disk is not there.
    """
    problems = list(problems)
    asked = {_whole(uri_of(Path(source), Path(base)), base) for source in sources}
    told = {*met, *(problem.uri for problem in problems)}
    unsure = (problem.uri for problem in problems if not (problem.nothing or problem.part))
    closed = {_whole(place, base) for uri in unsure for place in files_of(uri)}
    sure = {*met, *(problem.uri for problem in problems if problem.nothing or problem.part)}
    read = {_whole(file, base) for uri in sure for file in files_of(uri)}
    return [
        uri
        for uri in known
        if uri not in told and _is_path(uri)
        for places in [_places(uri, base)]
        if not asked.isdisjoint(places) and closed.isdisjoint(places) and _is_gone(uri, base, read)
    ]


def moved(store: FactStore, met: Collection[str], *, base: str | Path = ".") -> dict[str, str]:
    """Uris of files that are not there, with those ``met`` that only begin in another way, as all do when a store is
    moved and its texts are not. Which way, what leads to one document by both tells. They need not be what is met:
    copies of a text, and folders of a disk that is not there, look no other."""
    shared = """SELECT document, uri FROM source WHERE document IN
                (SELECT document FROM source GROUP BY document HAVING count(*) > 1) ORDER BY document"""
    ways = {
        way
        for _, copies in groupby(store.read(shared), itemgetter(0))
        for uris in [[uri for _, uri in copies]]
        for old in uris
        if _is_away(old, met, base)
        for new in uris
        if new in met and (way := _begins(old, new))
    }
    if not ways:
        return {}
    known = [uri for (uri,) in store.read("SELECT uri FROM source ORDER BY uri")]
    return {
        old: new
        for old in known
        for before, now in ways
        if old.startswith(before) and (new := now + old.removeprefix(before)) in met and _is_away(old, met, base)
    }


def _is_away(uri: str, met: Collection[str], base: str | Path) -> bool:
    return uri not in met and _is_path(uri) and not any(_whole(file, base).exists() for file in files_of(uri))


def _begins(old: str, new: str) -> tuple[str, str] | None:
    """What is before the end that both paths have, if one of them only leads upwards to it."""
    olds, news = old.split("/"), new.split("/")
    while olds and news and olds[-1] == news[-1] != "..":
        del olds[-1], news[-1]
    if {*olds} - {".."} and {*news} - {".."}:
        return None
    before, now = ("".join(f"{part}/" for part in parts) for parts in (olds, news))
    return before, now


def _is_gone(uri: str, base: str | Path, read: set[Path]) -> bool:
    """Whether its file is not there, though something is where that was; of a part, whether its file was read."""
    there = [file for file in (_whole(file, base) for file in files_of(uri)) if file.exists()]
    if there:
        return "#" in uri and not read.isdisjoint(there)
    folder = _whole(files_of(uri)[-1], base).parent
    return not folder.is_dir() or any(folder.iterdir())


def _places(uri: str, base: str | Path) -> set[Path]:
    """The document, the file that it may be a part of, and every folder that holds it."""
    files = {_whole(file, base) for file in files_of(uri)}
    return files.union(*(file.parents for file in files))


def _whole(uri: str, base: str | Path) -> Path:
    return Path(os.path.normpath(Path(base).absolute() / uri))
