"""How well facts are kept apart where a text goes from one subject to another.

    python -m benchmarks.several_subjects FILE [--model default] [--held-out 0] [--sizes 1 2 4] [--alike]
                                               [--one-subject] [--max-entities 100] [--precision auto]

The documents of FILE, in DocRED format, are read alone and then joined to texts of two and of four that have no name in
common: every fact that leads from one of them to another is wrong. With ``--alike`` they are such as have many, and
what is called the same is one thing. Entities are given. ``--held-out 100`` reads only the hundred documents that
training holds out. With ``--one-subject`` texts are not cut where they turn to another subject; else the last column
says at how many such places they are, and at how many others. Texts with more than ``--max-entities`` are read in
passages.
"""

from __future__ import annotations

import argparse
import random
from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from time import perf_counter

from kg_docre.annotations import Document
from kg_docre.batching import MAX_ENTITIES
from kg_docre.predictor import Predictor
from kg_docre.training.dataset import read_split
from kg_docre.training.joined import join, names_of
from kg_docre.training.subjects import one_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--held-out", type=int, default=0)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--alike", action="store_true")
    parser.add_argument("--one-subject", action="store_true")
    parser.add_argument("--max-entities", type=int, default=MAX_ENTITIES)
    parser.add_argument("--precision", default="auto")
    options = parser.parse_args()
    rest, held_out = read_split([options.file], development_size=options.held_out)
    documents = held_out or rest
    predictor = Predictor.from_pretrained(
        options.model,
        precision=options.precision,
        max_entities=options.max_entities,
        split_subjects=not options.one_subject,
        checks=False,
    )
    print(
        "documents a text   texts   seconds     P     R    F1   facts from one to another, at .9 or more   cuts, others"
    )
    for size in options.sizes:
        texts = alike(documents, size) if options.alike else together(documents, size)
        start = perf_counter()
        scores = measured(texts, predictor, one_text if options.alike else joined)
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


def alike(documents: list[Document], size: int) -> list[list[Document]]:
    """Every document in one group of as many that have many names in common, as far as they go."""
    chance = random.Random(size)
    left = [(document, names_of(document)) for document in documents]
    chance.shuffle(left)
    groups = []
    while len(left) >= size:
        document, called = left.pop()
        group, names = [document], set(called)
        while len(group) < size:
            nearest = max(range(len(left)), key=lambda place: len(names & left[place][1]))
            document, called = left.pop(nearest)
            group.append(document)
            names |= called
        groups.append(group)
    return groups


def joined(text: list[Document]) -> tuple[Document, list[int]]:
    """As :func:`~kg_docre.training.subjects.one_text`, but that no two entities become one."""
    return join(text), list(accumulate(len(document.sentence_starts) for document in text[:-1]))


def measured(
    texts: list[list[Document]], predictor: Predictor, made_one: Callable[[list[Document]], tuple[Document, list[int]]]
) -> str:
    right = found = gold = across = sure = cut = places = others = 0
    made = [made_one(text) for text in texts]
    for (document, begins), read in zip(made, predictor.pipe(document for document, _ in made), strict=True):
        part = [{bisect(begins, mention.sentence) for mention in entity.mentions} for entity in document.entities]
        facts = {(r.head, r.label, r.tail) for r in document.relations}
        gold += len(facts)
        found += len(read.relations)
        right += sum((r.head, r.label, r.tail) in facts for r in read.relations)
        wrong = [r for r in read.relations if part[r.head].isdisjoint(part[r.tail])]
        across += len(wrong)
        sure += sum(r.score >= 0.9 for r in wrong)
        cuts = predictor.subjects.beginnings(document) if predictor.subjects else []
        cut, places = cut + len({*cuts} & {*begins}), places + len(begins)
        others += len({*cuts} - {*begins})
    precision, recall = right / max(1, found), right / max(1, gold)
    f1 = 2 * right / max(1, found + gold)
    scores = " ".join(f"{100 * score:5.1f}" for score in (precision, recall, f1))
    wrong_ones = f"{across} of {found} ({100 * across / max(1, found):.1f} %), {sure}"
    return f"{scores}   {wrong_ones}   {cut} of {places}, {others}"


if __name__ == "__main__":
    main()
