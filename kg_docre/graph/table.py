"""Facts, and what nodes are made of, as tables on the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from shutil import get_terminal_size

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.records import Fact, Step
from kg_docre.resolution.explanations import Form
from kg_docre.store import Source

__all__ = ["best_of_each_relation", "cell", "print_facts", "print_forms", "print_sources", "print_table"]

_WIDE, _NARROW = 160, 100  # columns where nothing says how many; fewer are too few for sentences beside a fact
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def best_of_each_relation(graph: KnowledgeGraph, limit: int) -> list[Fact]:
    """The most confident fact of every relation, the surest ``limit`` of them."""
    best: dict[str, Fact] = {}
    for fact in graph.facts(details=False):
        if fact.label not in best or fact.confidence > best[fact.label].confidence:
            best[fact.label] = fact
    return sorted(best.values(), key=lambda fact: -fact.confidence)[:limit]


def print_facts(graph: KnowledgeGraph, facts: list[Fact], title: str, *, reasoning: bool = False) -> None:
    """A row a fact: confidence, head, relation, tail and the sentences of its strongest document; with ``reasoning``
    also the third thing it was read by way of. Facts must have been read with details."""
    steps = {fact.id: step for fact in facts if (step := _surest_step(fact))} if reasoning else {}
    nodes = {end for fact in facts for end in (fact.head, fact.tail)} | {step.via for step in steps.values()}
    names = {node.id: node.name for node in graph.nodes(nodes)}
    labels = graph.labels()
    table = Table(title=cell(title), title_justify="left", show_lines=False, padding=(0, 1))
    table.add_column("", justify="right")
    if is_narrow := _console().width < _NARROW:
        table.add_column("fact", ratio=1)
    else:
        table.add_column("head", style="bold", max_width=24)
        table.add_column("relation", style="cyan", max_width=24)
        table.add_column("tail", style="bold", max_width=24)
        table.add_column("evidence", style="dim", ratio=1)
    for fact in facts:
        strongest = max(fact.evidence, key=lambda evidence: evidence.score)
        sentences = " … ".join(" ".join(text.split()) for _, text in strongest.sentences)
        evidence = cell(
            f"{sentences} [{strongest.document.title or strongest.document.uri}]"
            + (f" (conflict: {', '.join(fact.conflicts)})" if fact.conflicts else "")
            + (f"\nlooked at: {_told(steps[fact.id], names, labels)}" if fact.id in steps else "")
        )
        said = [cell(names[fact.head]), cell(fact.name), cell(names[fact.tail])]
        if is_narrow:
            evidence.stylize("dim")
            head, relation, tail = said
            said = [Text.assemble((head.plain, "bold"), f" —{relation}→ ", (tail.plain, "bold"), "\n", evidence)]
        else:
            said.append(evidence)
        table.add_row(f"{fact.confidence:.2f}", *said)
    print_table(table)


def _surest_step(fact: Fact) -> Step | None:
    """The step of the document that is surest of the fact, among those that have one."""
    surest = max((e for e in fact.evidence if e.step), key=lambda e: e.score, default=None)
    return surest.step if surest else None


def _told(step: Step, names: dict[str, str], labels: dict[str, str]) -> str:
    return ", ".join(
        f"{names[head]} —{' / '.join(labels[label] for label in read)}→ {names[tail]}"
        for head, read, tail in step.premises
    )


def print_forms(forms: list[Form], title: str) -> None:
    """A row a form of a node: its names, type, how often it is found, and why it is part of the node."""
    table = Table(title=cell(title), title_justify="left", show_lines=False, padding=(0, 1))
    table.add_column("called", style="bold", max_width=36)
    table.add_column("type", style="cyan")
    table.add_column("entities", justify="right")
    table.add_column("because", ratio=1)
    table.add_column("for example in", style="dim", max_width=32)
    for form in forms:
        why = ", ".join(f"{reason} {weight:+.1f}" if weight else reason for reason, weight in form.reasons.items())
        table.add_row(
            cell(", ".join(form.names)), cell(form.type), str(form.entities), cell(why), cell(form.documents[0])
        )
    print_table(table)


def print_sources(sources: Iterable[Source]) -> None:
    """A row a source: where it was found, what it gave, and who read it when, or why it could not be read."""
    table = Table(show_lines=False, padding=(0, 1))
    table.add_column("document", style="bold", overflow="fold")
    table.add_column("entities", justify="right")
    table.add_column("relations", justify="right")
    table.add_column("read by", style="dim")
    table.add_column("at", style="dim")
    table.add_column("status")
    for source in sources:
        status = cell(f"not read: {source.failure}", style="red") if source.failure else cell("read", style="green")
        counts = map(str, (source.entities, source.relations)) if source.model else ("", "")
        table.add_row(cell(source.uri), *counts, cell(source.model), cell(source.added), status)
    print_table(table)


def cell(text: str, style: str = "") -> Text:
    """Text as a table shows it: nothing in it is markup, and what would command the terminal becomes U+FFFD."""
    return Text(_CONTROL.sub("\ufffd", text), style=style)


def print_table(table: Table) -> None:
    """Print as wide as the terminal is, or as ``COLUMNS`` says; where there is neither, 160 characters."""
    _console().print(table)


def _console() -> Console:
    return Console(width=get_terminal_size((_WIDE, 0)).columns)
