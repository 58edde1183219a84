"""How well and how fast entities of many documents are resolved to nodes.

    python -m benchmarks.resolution accuracy LINKED.json [--half tuning]
    python -m benchmarks.resolution speed [--entities 100000]

LINKED.json is in DocRED format with a ``wikidata_qcode`` on every mention that an annotator linked. The ids are hidden
from the store and compared with afterwards. Documents fall into two halves by the hash of their title: weights and
the table of countries were chosen on ``tuning``, numbers are quoted from ``reporting``, the default. Relations are the
annotators'.

``speed`` resolves a made-up store: names drawn by Zipf's law, twenty entities a document. Documents are added to it
then, and a file of decisions splits one node, and another file a thousand.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import statistics
import tempfile
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from kg_docre.annotations import Document, Entity, Mention
from kg_docre.data.docred import read_docred
from kg_docre.names import normalize_name
from kg_docre.resolution.decision_file import apply_decisions
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    accuracy_parser = commands.add_parser("accuracy")
    accuracy_parser.add_argument("data", type=Path)
    accuracy_parser.add_argument("--half", choices=["tuning", "reporting"], default="reporting")
    commands.add_parser("speed").add_argument("--entities", type=int, default=100_000)
    options = parser.parse_args()
    if options.command == "accuracy":
        accuracy(options.data, options.half)
    else:
        speed(options.entities)


def accuracy(path: Path, half: str) -> None:
    documents = [d for d in read_docred(path) if _half(d.title) == half]
    gold = [entity.kb_id for document in documents for entity in document.entities]
    hidden = [replace(d, entities=tuple(replace(e, kb_id="") for e in d.entities)) for d in documents]
    exact = [f"{e.type} {normalize_name(e.name)}" for document in hidden for e in document.entities]
    with tempfile.TemporaryDirectory() as folder, FactStore(Path(folder) / "kg.sqlite") as store:
        for document in hidden:
            store.add(document, model="gold", names={r.label: r.label for r in document.relations}, resolve=form_id)
        forms = [node for (node,) in store.read("SELECT node FROM entity ORDER BY id")]
        resolve(store)
        nodes = [node for (node,) in store.read("SELECT node FROM entity ORDER BY id")]
    print(f"{len(documents)} documents, {sum(map(bool, gold))} linked entities ({half})")
    print(f"{'':24} pairwise P / R / F1      B³ P / R / F1")
    for name, found in (("exact name and type", exact), ("forms of names", forms), ("resolved", nodes)):
        linked = [(node, id) for node, id in zip(found, gold, strict=True) if id]
        numbers = (*pairwise(*zip(*linked, strict=True)), *b_cubed(*zip(*linked, strict=True)))
        print(f"{name:24} " + " / ".join(f"{100 * n:.1f}" for n in numbers[:3]), end="      ")
        print(" / ".join(f"{100 * n:.1f}" for n in numbers[3:]))


def _half(title: str) -> str:
    return ("tuning", "reporting")[hashlib.sha256(title.encode()).digest()[-1] % 2]


def pairwise(found: Sequence[Hashable], gold: Sequence[Hashable]) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs of entities that are one thing."""

    def pairs(keys: Sequence[Hashable]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(keys).values())

    both = pairs(list(zip(found, gold, strict=True)))
    return _f1(both / max(1, pairs(found)), both / max(1, pairs(gold)))


def b_cubed(found: Sequence[Hashable], gold: Sequence[Hashable]) -> tuple[float, float, float]:
    """B³ (Bagga and Baldwin 1998): precision and recall of every entity's own node, averaged."""
    both, nodes, things = Counter(zip(found, gold, strict=True)), Counter(found), Counter(gold)
    total = len(found)
    precision = sum(n * n / nodes[node] for (node, _), n in both.items()) / total
    recall = sum(n * n / things[thing] for (_, thing), n in both.items()) / total
    return _f1(precision, recall)


def _f1(precision: float, recall: float) -> tuple[float, float, float]:
    return precision, recall, 2 * precision * recall / max(1e-12, precision + recall)


def speed(entities: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        FactStore(Path(folder) / "empty.sqlite") as empty,
        FactStore(Path(folder) / "kg.sqlite") as store,
    ):
        for document in made_up(entities):
            store.add(document, model="made up", names={}, resolve=form_id)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = perf_counter()
        resolve(store)
        seconds = perf_counter() - start
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"{entities} entities resolved to {store.counts()['nodes']} nodes in {seconds:.1f} s, {grown:.0f} MB")
        times = _adding(store, empty)
        median, mean = (of(times[0]) / of(times[1]) for of in (statistics.median, statistics.mean))
        print(f"a document more: {median:.2f} times what it costs in an empty store (means: {mean:.2f} times)")
        print(f"a decision takes {_deciding(store, 1):.1f} s, a thousand {_deciding(store, 1000):.1f} s")


def _deciding(store: FactStore, decisions: int) -> float:
    """Seconds of as many decisions at once."""
    nodes = store.read("SELECT node FROM entity GROUP BY node HAVING count(*) > 1 ORDER BY count(*), node").fetchall()
    lines = [json.dumps({"split": node}) for (node,) in nodes[:decisions]]
    start = perf_counter()
    apply_decisions(store, lines)
    return perf_counter() - start


def _adding(*stores: FactStore) -> list[list[float]]:
    """Times of adding documents of twenty entities to each store in turn, so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in stores]
    for number, document in enumerate(made_up(10_000, seed="more")):
        for place in range(len(stores)):
            place = (place + number) % len(stores)
            start = perf_counter()
            stores[place].add(replace(document, id=f"more {number}"), model="made up", names={}, resolve=form_id)
            times[place].append(perf_counter() - start)
    return times


def made_up(entities: int, seed: str = "") -> list[Document]:
    """Documents of twenty entities each, whose names are as frequent as Zipf's law has it."""
    chance = random.Random(f"resolution {seed}")
    syllables = [a + b for a in "bdfgklmnprst" for b in "aeiou"]

    def word() -> str:
        return "".join(chance.choice(syllables) for _ in range(chance.randint(2, 4))).capitalize()

    known = [(chance.choice(["PER", "ORG", "LOC", "MISC"]), f"{word()} {word()}") for _ in range(entities // 3)]
    weights = [1 / (rank + 10) for rank in range(len(known))]
    documents = []
    for number in range(entities // 20):
        made, words = [], [f"{seed}{number}"]
        for type, name in dict.fromkeys(chance.choices(known, weights, k=20)):
            mentions = []
            for form in (name, name.split()[-1])[: chance.randint(1, 2)]:
                mentions.append(Mention(start=len(words), end=len(words) + len(form.split()), sentence=0, name=form))
                words += form.split()
            called = mentions[-1].name if chance.random() < 0.2 else name
            made.append(Entity(name=called, type=type, mentions=tuple(mentions)))
        documents.append(Document(id=str(number), words=tuple(words), sentence_starts=(0,), entities=tuple(made)))
    return documents


if __name__ == "__main__":
    main()
