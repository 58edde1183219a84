"""How well facts are kept apart where a text goes from one subject to another.

    python -m benchmarks.several_subjects FILE [--model default] [--held-out 0] [--sizes 1 2 4] [--max-entities 100]
                                               [--precision auto]

The documents of FILE, in DocRED format, are read alone and then joined to texts of two and of four that have no name in
common: every fact that leads from one of them to another is wrong. Entities are given. ``--held-out 100`` reads but the
hundred documents of FILE that training holds out. Texts with more than ``--max-entities`` are read in passages.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from time import perf_counter

from kg_docre.annotations import Document
from kg_docre.predictor import MAX_ENTITIES, Predictor
from kg_docre.training.dataset import read_split
from kg_docre.training.joined import join, names_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--held-out", type=int, default=0)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--max-entities", type=int, default=MAX_ENTITIES)
    parser.add_argument("--precision", default="auto")
    options = parser.parse_args()
    rest, held_out = read_split([options.file], development_size=options.held_out)
    documents = held_out or rest
    predictor = Predictor.from_pretrained(options.model, precision=options.precision, max_entities=options.max_entities)
    print("documents a text   texts   seconds     P     R    F1   facts from one to another, at .9 or more")
    for size in options.sizes:
        texts = together(documents, size)
        start = perf_counter()
        scores = measured(texts, predictor)
        print(f"{size:16}   {len(texts):5}   {perf_counter() - start:7.0f}   {scores}", flush=True)


def together(documents: list[Document], size: int) -> list[list[Document]]:
    """Every document in one group of as many, if there are others that have none of its names."""
    chance = random.Random(size)
    left = [(document, names_of(document)) for document in documents]
    chance.shuffle(left)
    groups = []
    while left:
        group, names = [], set[str]()
        for place in range(len(left) - 1, -1, -1):
            if len(group) < size and names.isdisjoint(left[place][1]):
                document, called = left.pop(place)
                group.append(document)
                names |= called
        if len(group) == size:
            groups.append(group)
    return groups


def measured(texts: list[list[Document]], predictor: Predictor) -> str:
    right = found = gold = across = sure = 0
    joined = [join(text) for text in texts]
    for text, document, read in zip(texts, joined, predictor.pipe(joined), strict=True):
        part = [number for number, one in enumerate(text) for _ in one.entities]
        facts = {(r.head, r.label, r.tail) for r in document.relations}
        gold += len(facts)
        found += len(read.relations)
        right += sum((r.head, r.label, r.tail) in facts for r in read.relations)
        wrong = [r for r in read.relations if part[r.head] != part[r.tail]]
        across += len(wrong)
        sure += sum(r.score >= 0.9 for r in wrong)
    precision, recall = right / max(1, found), right / max(1, gold)
    f1 = 2 * right / max(1, found + gold)
    scores = " ".join(f"{100 * score:5.1f}" for score in (precision, recall, f1))
    return f"{scores}   {across} of {found} ({100 * across / max(1, found):.1f} %), {sure}"


if __name__ == "__main__":
    main()
