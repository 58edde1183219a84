"""The graph as one page to read in a browser: a view of each thing, with what is said of it and by which sentences, and
of each document."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup, escape

from kg_docre.graph.errors import ExportError
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.page_mark import MARK
from kg_docre.graph.property_graph import TYPE_NAMES
from kg_docre.graph.records import Evidence, Fact, Node, SourceDocument
from kg_docre.graph.texts import Sentence, document_texts
from kg_docre.metadata import Scalar, values_of
from kg_docre.names import short_hash
from kg_docre.templates import readable, templates

__all__ = ["MAX_FACTS", "write_page"]

MAX_FACTS = 10_000  # what browsers open without delay
_NEIGHBOURS = 12  # that a drawing has room for
_WIDTH, _HEIGHT = 900, 400
_MOST_DOCUMENTS, _MOST_CHARACTERS = 10, 600  # that are quoted for a fact, and of a sentence without a name
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f]+", re.IGNORECASE)
_PLACE = {"PER": 0, "ORG": 1, "LOC": 2, "NUM": 8, "TIME": 9}  # of types in the index; others are between


class _Neighbour(NamedTuple):
    """A thing in the drawing of another one: where it stands, in pixels, and the fact that joins them."""

    node: Node
    x: float
    y: float
    fact: Fact


def write_page(graph: KnowledgeGraph, path: str | Path, *, evidence: bool = True) -> None:
    """An HTML file without scripts that needs nothing besides itself.

    Raises :exc:`ExportError` for more facts than :data:`MAX_FACTS`, :exc:`OSError` where it can't be written.
    """
    facts: list[Fact] = []
    for fact in graph.facts(details=evidence):
        if len(facts) == MAX_FACTS:
            raise ExportError(
                f"a page is for at most {MAX_FACTS:,} facts; choose some with --entity, --relation or --min-confidence"
            )
        facts.append(fact)
    steps = (one.step for fact in facts for one in fact.evidence if one.step)
    ids = {step.via for step in steps}.union(*((fact.head, fact.tail) for fact in facts))
    nodes = {node.id: node for node in graph.nodes(ids)}
    about: dict[str, list[Fact]] = defaultdict(list)
    stated: dict[SourceDocument, list[Fact]] = defaultdict(list)
    for fact in sorted(facts, key=lambda fact: (nodes[fact.head].name, fact.name, -fact.confidence)):
        about[fact.head].append(fact)
        about[fact.tail].append(fact)
        for one in fact.evidence:
            stated[one.document].append(fact)
    documents = sorted(stated, key=lambda document: document.title or document.uri)
    texts = dict(document_texts(graph.store, documents if evidence else ()))
    shown = {(document.id, sentence.number): sentence for document, its in texts.items() for sentence in its}

    def marked(number: int, evidence: Evidence, fact: Fact) -> Markup:
        marks = dict.fromkeys((fact.head, fact.tail), "<mark>{}</mark>")
        return _pieces(shown[evidence.document.id, number], marks, most=_MOST_CHARACTERS)

    links = {id: f'<a href="#{_anchor(nodes[id])}">{{}}</a>' for id in about}
    environment = templates("kg_docre.graph")
    environment.filters |= {"anchor": _anchor, "marked": marked, "short": _short, "type_name": _type_name}
    environment.filters |= {"cut": _said, "is_address": _is_address, "listed": values_of}
    environment.filters["linked"] = lambda sentence: _pieces(sentence, links)
    parts = environment.get_template("page.html").generate(
        nodes=nodes,
        known=about,
        mark=Markup(MARK),
        most=_MOST_DOCUMENTS,
        labels=graph.labels(),
        number=len(facts),
        stated=stated,
        texts=texts,
        evidence=evidence,
        index=_index(nodes.values(), about),
        things=((nodes[id], _by_relation(id, its), _neighbours(id, its, nodes)) for id, its in about.items()),
        size=(_WIDTH, _HEIGHT),
    )
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(parts)


def _index(nodes: Iterable[Node], about: Mapping[str, list[Fact]]) -> list[tuple[str, list[tuple[Node, int]]]]:
    """Of every type the things that facts are about, those of most facts first, and how many these are."""
    known = sorted(
        ((node, len(about[node.id])) for node in nodes if node.id in about),
        key=lambda pair: (_PLACE.get(pair[0].type, 5), _type_name(pair[0].type), -pair[1], pair[0].name.casefold()),
    )
    return [(type, list(its)) for type, its in groupby(known, key=lambda pair: _type_name(pair[0].type))]


def _by_relation(id: str, facts: list[Fact]) -> list[Fact]:
    """What is said of a thing, then what is said of others by it; of a relation the surest first."""
    return sorted(facts, key=lambda fact: (fact.head != id, fact.name, -fact.confidence))


def _neighbours(id: str, facts: list[Fact], nodes: Mapping[str, Node]) -> list[_Neighbour]:
    """The things of the surest facts, around the middle of the drawing."""
    others: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: -fact.confidence):
        other = fact.tail if fact.head == id else fact.head
        if len(others) < _NEIGHBOURS:
            others.setdefault(other, fact)
    turns = (2 * math.pi * (number + 0.5) / len(others) for number in range(len(others)))
    return [
        _Neighbour(nodes[other], 0.37 * _WIDTH * math.sin(turn), -0.4 * _HEIGHT * math.cos(turn), fact)
        for (other, fact), turn in zip(others.items(), turns, strict=True)
    ]


def _pieces(sentence: Sentence, around: Mapping[str, str], *, most: int = 0) -> Markup:
    """A sentence with HTML around the names of nodes; of what is between them no more than ``most`` characters."""
    pieces, last = [], 0
    for start, end, node in sentence.names:
        if node in around and start >= last:
            pieces += [_cut(sentence.text[last:start], most), _around(around[node], sentence.text[start:end])]
            last = end
    return Markup("").join([*pieces, _cut(sentence.text[last:], most)])


def _cut(text: str, most: int) -> Markup:
    if most and len(text) > most:
        text = f"{text[: most // 2]} […] {text[-most // 2 :]}"
    return escape(readable(text))


def _said(value: Scalar) -> Markup:
    """A value of metadata, no more than is quoted of a sentence."""
    return _cut(value if isinstance(value, str) else json.dumps(value), _MOST_CHARACTERS)


def _is_address(value: Scalar) -> bool:
    """Whether it is one of the web's, which may be a link."""
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def _around(html: str, name: str) -> Markup:
    return Markup(html).format(readable(name))


def _anchor(node: Node) -> str:
    return f"t{short_hash(node.id)}"


def _short(name: str, length: int) -> str:
    name = " ".join(name.split())
    return name if len(name) <= length else f"{name[: length - 1]}…"


def _type_name(type: str) -> str:
    return TYPE_NAMES.get(type, type)
