"""Ask a graph: Cypher of a Neo4j server; SPARQL of an Oxigraph store or of an RDF file, without a server."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from kg_docre.graph.address import check_address, is_address
from kg_docre.graph.answer import Answer
from kg_docre.graph.errors import ExportError
from kg_docre.graph.targets import Credentials, no_credentials

__all__ = ["ask"]

_REAL = ("double", "float", "decimal")
_UPDATE = re.compile(
    r"(\s|#.*\n|PREFIX\s+\S*\s*<[^>]*>|BASE\s*<[^>]*>)*(INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|COPY|MOVE|ADD|WITH)\b",
    re.IGNORECASE,
)
_CYPHER = re.compile(r"\s*(OPTIONAL\s+)?(MATCH|MERGE|UNWIND|CALL|RETURN|SHOW)\b", re.IGNORECASE)
_SPARQL = re.compile(r"\s*(PREFIX|BASE|SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)
_ERRORS = (OSError, EOFError, zlib.error, SyntaxError, ValueError, RuntimeError)  # the last of an unknown parameter


def ask(
    target: str | Path,
    query: str,
    credentials: Credentials = no_credentials,
    parameters: Mapping[str, str] | None = None,
) -> Answer:
    """The answer of ``target``: Neo4j's address, the folder of an Oxigraph store, or an RDF file.

    Nothing is ever written. Neo4j alone needs ``credentials()``. ``parameters`` are what Cypher calls ``$name``, and
    SPARQL ``?name``, where they must be columns of the answer. SPARQL knows the prefixes of
    :data:`~kg_docre.graph.vocabulary.PREFIXES` and sees all named graphs together: a fact in two of them is found
    twice.

    Raises :exc:`ExportError` with the target and the reason, of a query that can't be understood too.
    """
    target = str(target)
    if is_address(target):
        from kg_docre.graph.bolt import BoltDatabase

        check_address(target)
        if _SPARQL.match(query):
            raise ExportError(f"{target}: Neo4j is asked in Cypher, and this is SPARQL, which RDF files are asked in")
        user, password, database = credentials()
        with BoltDatabase(target, user=user, password=password, database=database) as server:
            columns, rows = server.query(query, dict(parameters or {}))
        return Answer(columns, iter(rows))
    return _sparql(Path(target), query, parameters or {})


def _sparql(path: Path, query: str, parameters: Mapping[str, str]) -> Answer:
    from pyoxigraph import Literal, QueryBoolean, QueryTriples, Variable

    from kg_docre.graph.sparql_errors import syntax_error
    from kg_docre.graph.vocabulary import PREFIXES

    try:
        found = _open(path).query(
            query,
            prefixes=PREFIXES,
            use_default_graph_as_union=True,
            substitutions={Variable(name): Literal(value) for name, value in parameters.items()},
        )
    except _ERRORS as error:
        if _UPDATE.match(query):
            raise ExportError(f"{path}: queries only read; kg-docre reject takes wrong facts out of a store") from error
        if isinstance(error, SyntaxError) and _CYPHER.match(query):
            raise ExportError(f"{path}: asked in SPARQL, and this is Cypher, which Neo4j is asked in") from error
        if isinstance(error, SyntaxError) and (reason := syntax_error(query, str(error), PREFIXES)):
            raise ExportError(f"{path}: {reason}") from error
        raise _error(path, error) from error
    if isinstance(found, QueryBoolean):
        return Answer(("answer",), iter([(bool(found),)]))
    rows = _rows(path, found)
    if isinstance(found, QueryTriples):
        return Answer(("subject", "predicate", "object"), rows)
    return Answer(tuple(variable.value for variable in found.variables), rows)


def _rows(path: Path, found: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Solutions or triples, found as they are asked for."""
    try:
        for row in found:
            yield tuple(map(_plain, row))
    except _ERRORS as error:
        raise _error(path, error) from error


def _error(path: Path, error: Exception) -> ExportError:
    reason = " ".join(str(getattr(error, "strerror", None) or error).split())
    if missing := re.search(r"does not contains? variable (\?\w+)", reason):
        reason = f"{missing[1]} is given a value and must be among what is asked for: SELECT {missing[1]} …"
    return ExportError(f"{path}: {reason}")


def _open(path: Path) -> Any:
    """The store at ``path``, or one in memory with what the RDF file there says."""
    from pyoxigraph import Store

    from kg_docre.graph.oxigraph import is_store
    from kg_docre.graph.rdf import FORMATS

    if is_store(path):
        return Store.read_only(str(path))
    ending = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if ending == ".sqlite":
        raise ExportError(
            f"{path}: no Oxigraph store, but a fact store; kg-docre export {path} --to kg.oxigraph makes one"
        )
    if path.is_dir() or ending not in FORMATS:
        raise ExportError(f"{path}: no Oxigraph store, RDF file or Neo4j address; kg-docre export makes all of them")
    store = Store()
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        store.bulk_load(input=cast(IO[bytes], file), format=FORMATS[ending])
    return store


def _plain(term: Any) -> Any:
    """A term as Python has it: numbers and truth values as such, all else as text."""
    from pyoxigraph import Literal, NamedNode

    if isinstance(term, Literal):
        kind = term.datatype.value.rpartition("#")[2]
        if kind == "boolean":
            return term.value == "true"
        with suppress(ValueError):  # what calls itself a number need not be one
            return int(term.value) if kind == "integer" else float(term.value) if kind in _REAL else term.value
        return term.value
    return term.value if isinstance(term, NamedNode) else None if term is None else str(term)
