"""What people decided about a store's nodes and facts, as JSON lines: to keep beside the texts, to write by hand, and
to take to another store."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from kg_docre.graph.rejections import decide_reject
from kg_docre.resolution.decision_counts import Made, Triple, made_by
from kg_docre.resolution.decisions import decide_merge, decide_split, forms_by_document, is_split, resolve_what_changed
from kg_docre.resolution.errors import ResolutionError
from kg_docre.resolution.lookup import Lookup
from kg_docre.resolution.resolve import resolve
from kg_docre.store import FactStore

__all__ = ["Applied", "Copied", "apply_decisions", "copy_decisions", "read_decisions"]

_KINDS = {"same": 2, "alone": 1, "by document": 1}  # rules of a store, and how many forms each is about


def read_decisions(store: FactStore) -> Iterator[str]:
    """Everything that was decided, a line each: ``{"kind": …, "forms": […], "names": […]}``, of a wrong fact with its
    ``relation``. Names are for the reader, null where no document has the form now."""
    wrong = store.read("SELECT head, label, tail FROM rejected ORDER BY head, label, tail").fetchall()
    rules = store.read("SELECT kind, first, second FROM rule ORDER BY kind, first, second").fetchall()
    divided = [first for kind, first, _ in rules if kind == "by document"]
    ends = {form for head, _, tail in wrong for form in (head, tail)}
    names = _names(store, ends.union(*(forms for _, *forms in rules)), divided)

    def line(kind: str, forms: list[str], **more: str) -> str:
        most = [names[form].most_common(1) if form in names else [] for form in forms]
        called = ["{} ({})".format(*its[0][0]) if its else None for its in most]
        return json.dumps({"kind": kind, "forms": forms, **more, "names": called}, ensure_ascii=False)

    for kind, *both in rules:
        yield line(kind, both[: _KINDS[kind]])
    for head, label, tail in wrong:
        yield line("wrong", [head, tail], relation=label)


class Applied(NamedTuple):
    """What was decided, how many decisions were so already, and what is wrong with lines that cannot be followed, by
    their numbers."""

    made: Made
    already: int
    problems: list[str]


def apply_decisions(store: FactStore, lines: Iterable[str]) -> Applied:
    """Decide what the lines say, in their order, and resolve the store once.

    A line is ``{"merge": [A, B]}`` or ``{"split": A}`` of nodes by name or id, as they are before all this, or
    ``{"reject": [HEAD, RELATION, TAIL]}`` of a fact, or one of :func:`read_decisions`, whether or not the store has
    such names yet.
    """
    every = list(lines)  # before anything is decided, for there may be something that cannot be read
    resolve_what_changed(store)
    problems: dict[int, str] = {}
    decisions: dict[int, _Decision] = {}
    for number, line in enumerate(every, 1):
        if line.strip():
            try:
                decisions[number] = _decision(line)
            except ResolutionError as error:
                problems[number] = str(error)
    lookup = Lookup(store, chain.from_iterable(decision.names for decision in decisions.values()))
    done: dict[bool, list[_Decision]] = {True: [], False: []}  # by whether it is new
    for number, decision in decisions.items():
        try:
            done[decision.follow(store, lookup)].append(decision)
        except ResolutionError as error:
            problems[number] = str(error)
    resolve(store)
    made, already = (_counted(store, done[new]) for new in (True, False))
    return Applied(made, sum(already), [f"line {number}: {problem}" for number, problem in sorted(problems.items())])


class Copied(NamedTuple):
    """What was decided that a store had not, and the names of what one store has split and another one merged, with
    what they are now."""

    made: Made
    contested: dict[str, str]


def copy_decisions(store: FactStore, others: Sequence[FactStore]) -> Copied:
    """Decide what was decided in other stores, also what was taken back in this one, and resolve the store once. What
    one store has split and another one merged is split where that was by documents, else merged."""
    rules = [its.read("SELECT kind, first, second FROM rule").fetchall() for its in (store, *others)]
    wrong = [its.read("SELECT head, label, tail FROM rejected").fetchall() for its in (store, *others)]
    new = [set(chain(*theirs)).difference(own) for own, *theirs in (rules, wrong)]
    split = [{first for kind, first, _ in its if kind != "same"} for its in rules]
    merged = [{form for kind, *both in its if kind == "same" for form in both} for its in rules]
    weighed = map(set.intersection, split, merged)  # by who has decided both, one after the other
    contested = (set[str]().union(*split) & set[str]().union(*merged)).difference(*weighed)
    by_document = {first for its in rules for kind, first, _ in its if kind == "by document"}
    names = _names(store, contested, by_document & contested)
    store.decide(rule for its in rules for rule in its)
    store.reject(chain(*wrong))
    if any(rules[1:]):
        resolve(store)
    else:
        resolve_what_changed(store)
    told = {min(called)[0]: "split" if form in by_document else "merged" for form, called in names.items()}
    return Copied(made_by(store, *new), told)


def _names(store: FactStore, forms: Iterable[str], divided: Iterable[str]) -> dict[str, Counter[tuple[str, str]]]:
    """Names and types that documents have for forms, also for those that are ``divided`` by documents."""
    decided = {form: form for form in forms} | forms_by_document(store, [*divided])
    names: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for form, name, type in store.read(
        "SELECT form, name, type FROM entity WHERE form IN (SELECT value FROM json_each(?))", (json.dumps([*decided]),)
    ):
        names[decided[form]][name, type] += 1
    return names


class _Decision(NamedTuple):
    """What a line says, and the names of nodes in it."""

    follow: Callable[[FactStore, Lookup], bool]  # whether it is new
    made: Made = Made()
    names: tuple[str, ...] = ()
    rules: tuple[Triple, ...] = ()
    wrong: tuple[Triple, ...] = ()


def _decision(line: str) -> _Decision:
    try:
        decision = json.loads(line.removeprefix("\ufeff"))
        json.dumps(decision, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ResolutionError(f"no JSON: {error}") from None
    match decision:
        case {"merge": [str(first), str(second)]}:
            return _Decision(
                lambda store, lookup: decide_merge(store, first, second, lookup) is not None,
                Made(merges=1),
                (first, second),
            )
        case {"split": str(name)}:
            return _Decision(lambda store, lookup: _split(store, name, lookup), Made(splits=1), (name,))
        case {"reject": [str(head), str(relation), str(tail)]}:
            return _Decision(
                lambda store, lookup: decide_reject(store, head, relation, tail, lookup), Made(rejects=1), (head, tail)
            )
        case {"kind": "wrong", "forms": [str(head), str(tail)], "relation": str(relation)}:
            fact = (head, relation, tail)
            return _Decision(lambda store, _: store.reject([fact]) > 0, wrong=(fact,))
        case {"kind": str(kind), "forms": [str(), *_] as forms} if len(forms) == _KINDS.get(kind) and isinstance(
            forms[-1], str
        ):
            rule = (kind, forms[0], forms[1] if kind == "same" else "")
            return _Decision(lambda store, _: store.decide([rule]) > 0, rules=(rule,))
        case _:
            raise ResolutionError(
                'a decision is {"merge": [NODE, NODE]}, {"split": NODE}, {"reject": [NODE, RELATION, NODE]} '
                'or {"kind": …, "forms": […]}, '
                f"not {line.strip()[:80]}"
            )


def _split(store: FactStore, name: str, lookup: Lookup) -> bool:
    if is_split(store, name, lookup):
        return False
    decide_split(store, name, lookup)
    return True


def _counted(store: FactStore, decisions: Collection[_Decision]) -> Made:
    kept = made_by(
        store,
        {rule for decision in decisions for rule in decision.rules},
        {fact for decision in decisions for fact in decision.wrong},
    )
    return Made(*map(sum, zip(kept, *(decision.made for decision in decisions), strict=True)))
