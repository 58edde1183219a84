"""The graph as a folder for ``neo4j-admin database import full``.

Nodes, relationships and their properties are those of :mod:`kg_docre.graph.neo4j`, so an export of the same store
to the imported database changes nothing. In the folder::

    neo4j-admin database import full neo4j @import.args
    cypher-shell -f after-import.cypher
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from kg_docre.graph.bolt import batched
from kg_docre.graph.errors import ExportError
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.neo4j import CONSTRAINTS, NAMES_INDEX
from kg_docre.graph.property_graph import (
    METADATA_FIELDS,
    Properties,
    document_properties,
    entity_label,
    entity_properties,
    evidence_properties,
    fact_properties,
    relationship_properties,
    relationship_type,
)
from kg_docre.store import FactStore

__all__ = ["is_import", "write_import"]

_SAID = "id property name confidence:double support:long conflicts:string[] plausibility:double inferred:boolean"
_COLUMNS = {
    "entities": "id:ID(Entity) name type kb_id aliases:string[] date stores:string[] :LABEL",
    "relationships": f":START_ID(Entity) :END_ID(Entity) {_SAID} documents:string[] stores:string[] :TYPE",
    "documents": "id:ID(Document) uri title model stores:string[] :LABEL",
    "facts": f"{_SAID.replace('id', 'id:ID(Fact)', 1)} head tail stores:string[] :LABEL",
    "evidence": ":START_ID(Fact) :END_ID(Document) score:double sentence_numbers:long[] sentences:string[] "
    "looked_at:string[] via pattern:long weight:double stores:string[] :TYPE",
}
_NODES = ("entities", "documents", "facts")
_TYPES = {str: "string", int: "long", float: "double", bool: "boolean"}  # of metadata
_NOT_A_HEADER = re.compile(r"[(){}]")  # some versions read them as a group or options, wherever they stand
_DELIMITERS = (*map(chr, range(0x1F, 0x1B, -1)), *map(chr, range(0xE000, 0xF900)))
_BUFFER = 1 << 22  # what neo4j-admin reads at once unless told

# Import takes a list without elements, or of one empty text, for none at all.
_LOST = (
    ("(x:Entity)", "aliases", "[]"),
    ("(:Entity)-[x]->(:Entity)", "conflicts", "[]"),
    ("(:Entity)-[x]->(:Entity)", "documents", "['']"),
    ("(x:Fact)", "conflicts", "[]"),
    ("(:Fact)-[x:EVIDENCED_BY]->(:Document)", "sentence_numbers", "[]"),
    ("(:Fact)-[x:EVIDENCED_BY]->(:Document)", "looked_at", "[]"),
    ("(:Fact)-[x:EVIDENCED_BY]->(:Document)", "sentences", "[number IN x.sentence_numbers | '']"),
)


def write_import(graph: KnowledgeGraph, folder: Path, *, evidence: bool = True) -> None:
    """Fill a new folder: CSV files, the options of their import, and what is to be run once after it.

    Raises :exc:`ExportError` where the store's texts leave no character to keep the elements of lists apart, or
    metadata has a name that can't be imported, and :exc:`OSError` where it can't be written.
    """
    folder.mkdir()
    delimiter = _unused_character(graph.store)
    files = [name for name in _COLUMNS if evidence or name in ("entities", "relationships")]
    with _tables(folder, files, delimiter, graph.store.identity) as tables:
        for node in graph.nodes():
            labels = ["Entity", entity_label(node.type)]
            tables["entities"].add(entity_properties(node) | {":LABEL": labels})
        if evidence:
            _add_documents(map(document_properties, graph.documents()), tables)
        for fact in graph.facts(details=evidence):
            ends = {":START_ID": fact.head, ":END_ID": fact.tail, ":TYPE": relationship_type(fact.label, fact.name)}
            tables["relationships"].add(relationship_properties(fact) | ends)
            if not evidence:
                continue
            tables["facts"].add(fact_properties(fact) | {":LABEL": "Fact"})
            for e in fact.evidence:
                ends = {":START_ID": fact.id, ":END_ID": e.document.id, ":TYPE": "EVIDENCED_BY"}
                tables["evidence"].add(evidence_properties(e) | ends)
    longest = max(table.longest for table in tables.values())
    kinds = {name: "nodes" if name.partition("-")[0] in _NODES else "relationships" for name in tables}
    arguments = [f"--{kind}={name}.csv" for name, kind in kinds.items()]
    arguments += [f"--array-delimiter=U+{ord(delimiter):04X}", "--multiline-fields=true"]
    arguments += [f"--read-buffer-size={max(_BUFFER, 4 * longest)}"]
    (folder / "import.args").write_text("\n".join(arguments) + "\n", encoding="utf-8")
    (folder / "after-import.cypher").write_text("".join(f"{query};\n" for query in _after_import()), encoding="utf-8")


def _add_documents(rows: Iterable[Properties], tables: dict[str, _Table]) -> None:
    """Documents, those with metadata in a table of their own for every set of columns that this has: a column has one
    type, and no way to say that there is nothing in it. Of these one at a time is open, for there may be many."""
    plain, known = tables["documents"], dict[tuple[str, ...], _Table]()
    for batch in batched(rows):
        alike = defaultdict(list)
        for row in batch:
            alike[tuple(_columns_of_metadata(row))].append(row | {":LABEL": "Document"})
        for row in alike.pop((), ()):
            plain.add(row)
        for columns, same in alike.items():
            if columns not in known:
                number, headers = len(known) + 1, dict(zip(same[0][METADATA_FIELDS], columns, strict=True))
                known[columns] = tables[f"documents-{number}"] = plain.beside(number, headers)
            with known[columns].reopened() as table:
                for row in same:
                    table.add(row)


def _columns_of_metadata(row: Properties) -> Iterator[str]:
    for name in row.get(METADATA_FIELDS, ()):
        if _NOT_A_HEADER.search(name):
            raise ExportError(f"neo4j-admin reads no brackets in names, as in {name!r}; export over Bolt")
        value = row[name]
        yield f"{name}:{_TYPES[type(value[0])]}[]" if isinstance(value, list) else f"{name}:{_TYPES[type(value)]}"


def is_import(folder: Path) -> bool:
    """Whether :func:`write_import` made this folder."""
    return all((folder / name).is_file() for name in ("import.args", "after-import.cypher", "entities.csv"))


def _after_import() -> Iterator[str]:
    yield from CONSTRAINTS
    yield NAMES_INDEX
    for pattern, name, value in _LOST:
        change = f"CALL {{ WITH x SET x.{name} = {value} }} IN TRANSACTIONS"
        yield f"MATCH {pattern} WHERE x.{name} IS NULL {change}"


def _unused_character(store: FactStore) -> str:
    """A character of no text that may be the element of a list."""
    query = """SELECT EXISTS (SELECT 1 FROM mention WHERE instr(name, :it))
                   OR EXISTS (SELECT 1 FROM sentence WHERE instr(text, :it))
                   OR EXISTS (SELECT 1 FROM source WHERE instr(uri, :it))
                   OR EXISTS (SELECT 1 FROM document WHERE instr(metadata, :it) OR instr(metadata, :escaped))"""
    for character in _DELIMITERS:
        escaped = json.dumps(character)[1:-1]
        if not store.read(query, {"it": character, "escaped": escaped}).fetchone()[0]:
            return character
    raise ExportError("its texts leave no character to keep the elements of lists apart")


class _Table:
    """One CSV file. All is quoted: without quotes, nothing is no text at all."""

    def __init__(self, path: Path, columns: Mapping[str, str], delimiter: str, store: str) -> None:
        """``columns`` are headers by the names of properties."""
        self.longest = 0  # row, in characters
        self._path, self._columns, self._delimiter, self._store = path, columns, delimiter, store
        self._file = path.open("w", encoding="utf-8", newline="")
        self._same = {"stores": store}
        self._rows = csv.DictWriter(self, [*columns], quoting=csv.QUOTE_ALL, lineterminator="\n")
        header = io.StringIO()
        csv.writer(header).writerow(columns.values())  # quotes the characters of the end that it writes
        self._file.write(header.getvalue().removesuffix("\r\n") + "\n")

    def beside(self, number: int, columns: Mapping[str, str]) -> _Table:
        """A table with more columns."""
        path = self._path.with_stem(f"{self._path.stem}-{number}")
        fields = {METADATA_FIELDS: f"{METADATA_FIELDS}:string[]"}
        return _Table(path, {**self._columns, **fields, **columns}, self._delimiter, self._store)

    @contextmanager
    def reopened(self) -> Iterator[Self]:
        """To be added to, and closed."""
        self._file.close()
        with self._path.open("a", encoding="utf-8", newline="") as self._file:
            yield self

    def write(self, row: str) -> None:
        self.longest = max(self.longest, len(row))
        self._file.write(row)

    def add(self, properties: Properties) -> None:
        self._rows.writerow({name: self._said(value) for name, value in (properties | self._same).items()})

    def close(self) -> None:
        self._file.close()

    def _said(self, value: object) -> object:
        if isinstance(value, list):
            return self._delimiter.join(map(str, value))
        return str(value).lower() if isinstance(value, bool) else value


def _headers(columns: str) -> dict[str, str]:
    names = {column if column[0] == ":" else column.partition(":")[0]: column for column in columns.split()}
    return {name.partition("(")[0]: column for name, column in names.items()}


@contextmanager
def _tables(folder: Path, files: list[str], delimiter: str, store: str) -> Iterator[dict[str, _Table]]:
    tables = {name: _Table(folder / f"{name}.csv", _headers(_COLUMNS[name]), delimiter, store) for name in files}
    try:
        yield tables
    finally:
        for table in tables.values():
            table.close()
