"""Write benchmarks/results.md and its figures from the results that are kept.

python -m benchmarks.experiments.tables      (needs the extra "benchmark" for the figures)
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from benchmarks.experiments.experiment import HERE, RESULTS, Row, experiments_of, read_protocol, read_row
from benchmarks.experiments.figures import draw_entities, draw_mask_rates

Results = dict[str, list[dict[str, Any]]]  # row → one result a seed

MAIN = ("atlop", "atlop-direct", "docunet", "docre-sd", "docre-sd-linear", "knowledge-distillation", "r-drop")
DOCRE_SD = (
    "docre-sd",
    "msa",
    "first-pattern",
    "third-entities",
    "without-first-branch",
    "without-second-branch",
    "without-curriculum",
)
DOCUNET = ("docunet", "docunet-similarity", "docunet-without-balanced-softmax", "docunet-without-u-net")
INFERRED = ("docre-sd", "third-entities", "without-first-branch", "atlop")
SCORES = {
    "f1": "F1",
    "ign_f1": "Ign F1",
    "intra_f1": "Intra-F1",
    "inter_f1": "Inter-F1",
    "infer_f1": "Infer-F1",
    "infer_acc": "Infer-Ac",
}
EVIDENCE_SCORES = {
    "evidence_f1": "Evidence F1",
    "sentence_precision": "Sentences of right facts P",
    "sentence_recall": "R",
}
RAW_SCORES = {
    "mention_f1": "mention F1",
    "cluster_f1": "cluster F1",
    "relation_f1": "relation F1, both clusters exact",
    "relation_f1_any_mention": "any shared mention",
    "relation_precision_marked": "precision between marked things",
    "ece_marked": "ECE of these",
}
COVERAGE_PUBLISHED = {"1": 24.83, "2": 19.28, "3": 24.69, "4": 7.70}


def main() -> None:
    parts = [(HERE / "preface.md").read_text(encoding="utf-8").rstrip()]
    for file in sorted((HERE / "protocols").glob("*.toml")):
        parts += _protocol(file.stem)
    parts += _coverage()
    parts += _shipped()
    parts += _docred()
    parts += _cdr()
    (RESULTS.parent / "results.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _protocol(name: str) -> list[str]:
    protocol, results = read_protocol(name), _read(name)
    rows = {row: read_row(row) for row in protocol.rows}
    left = sum(not experiment.result.exists() for experiment in experiments_of(name))
    parts = [f"## {protocol.title}", f"{protocol.about}. `python -m benchmarks.experiments.run {name} --jobs 2`"]
    if left:
        parts.append(f"{left} of {len(experiments_of(name))} runs are still to be made; the same command goes on.")
    sections: Sequence[tuple[str, Sequence[str], str, Sequence[str]]] = (
        ("The models (DocRE-SD, Table 2; DocuNet, Table 2)", MAIN, "atlop", tuple(SCORES)),
        ("DocRE-SD without its parts (Table 4)", DOCRE_SD, "docre-sd", ("f1", "ign_f1")),
        ("DocuNet without its parts (Table 4)", DOCUNET, "docunet", ("f1", "ign_f1")),
    )
    for title, members, reference, scores in sections:
        members = [row for row in members if row in rows]
        if len(members) > 1 and any(row in results for row in members):
            parts += [f"### {title}", _table(rows, results, members, scores, reference)]
    inferring = [row for row in INFERRED if row in rows]
    if any(row in results for row in inferring):
        inferred = ("infer_f1", "infer_precision", "infer_recall")
        parts += ["### Infer-F1 (DocRE-SD, Table 5)", _table(rows, results, inferring, inferred, "docre-sd")]
    first = min(protocol.seeds)
    curve = {
        read_row(row).training.get("max_mask_rate", 0.2): f"{100 * result['test']['f1']:.2f}"
        for row in rows
        if row == "docre-sd" or row in protocol.once
        for result in results.get(row, ())
        if result["seed"] == first
    }
    if len(curve) > 1:
        rates = sorted(curve)
        head, line = ["γ_max", *(f"{rate:g}" for rate in rates)], ["F1", *(curve[rate] for rate in rates)]
        parts += [f"### Maximum mask rate in training (DocRE-SD, Fig. 4), seed {first}", _grid(head, [line])]
    masked = {row: results[row] for row in rows if any(result["masked_at_test"] for result in results.get(row, ()))}
    if masked:
        figure = f"results/{name}-masked.svg"
        draw_mask_rates({rows[row].title: found for row, found in masked.items()}, RESULTS.parent / figure)
        parts += ["### Pairs masked while testing (DocRE-SD, Fig. 5)", f"![F1 over the mask rate]({figure})"]
    compared = [row for row in ("atlop", "docunet-without-u-net", "docunet", "docre-sd") if row in results]
    if compared:
        figure = f"results/{name}-entities.svg"
        draw_entities({rows[row].title: results[row] for row in compared}, RESULTS.parent / figure)
        parts += ["### By number of entities (DocuNet, Fig. 5)", f"![F1 by number of entities]({figure})"]
    return parts


def _read(protocol: str) -> Results:
    found: Results = {}
    for experiment in experiments_of(protocol):
        if experiment.result.exists():
            found.setdefault(experiment.row, []).append(json.loads(experiment.result.read_text(encoding="utf-8")))
    return found


def _table(
    rows: dict[str, Row], results: Results, members: Iterable[str], scores: Sequence[str], reference: str
) -> str:
    """A line a row: mean and deviation over seeds, the difference to the reference, and the paper's of both."""
    lines = []
    published = read_row(reference).published
    for name in members:
        row, found = rows[name], results.get(name, [])
        cells = [_mean(found, lambda result, score=score: result["test"][score]) for score in scores]
        gain, paper_gain = "", ""
        if name != reference:
            gain = _difference(found, results.get(reference, []), scores[0])
            if scores[0] in row.published and scores[0] in published:
                paper_gain = f"{row.published[scores[0]] - published[scores[0]]:+.2f}"
        theirs = [f"{row.published[score]:.2f}" if score in row.published else "–" for score in scores]
        about = f"{row.title} ({row.about})" if row.about else row.title
        lines.append([about, str(len(found)), *cells, gain, paper_gain, " / ".join(theirs)])
    names = {**SCORES, "infer_precision": "P", "infer_recall": "R"}
    headings = [names[score] for score in scores]
    versus = f"{headings[0]} over {read_row(reference).title}"
    return _grid(["", "seeds", *headings, versus, "the paper's", f"paper: {' / '.join(headings)}"], lines)


def _mean(results: Sequence[dict[str, Any]], value: Callable[[dict[str, Any]], float]) -> str:
    numbers = [100 * value(result) for result in results]
    if not numbers:
        return "not run yet"
    spread = f" ± {statistics.stdev(numbers):.2f}" if len(numbers) > 1 else ""
    return f"{statistics.mean(numbers):.2f}{spread}"


def _difference(results: Sequence[dict[str, Any]], reference: Sequence[dict[str, Any]], score: str) -> str:
    """The mean gain over seeds that both rows have."""
    theirs = {result["seed"]: result["test"][score] for result in reference}
    gains = [100 * (result["test"][score] - theirs[result["seed"]]) for result in results if result["seed"] in theirs]
    return f"{statistics.mean(gains):+.2f}" if gains else ""


def _coverage() -> list[str]:
    file = RESULTS / "coverage.json"
    if not file.exists():
        return []
    measured = json.loads(file.read_text(encoding="utf-8"))
    lines = [["the paper, DocRED", "", *(f"{COVERAGE_PUBLISHED[pattern]:.2f}" for pattern in "1234")]]
    for name, found in measured.items():
        shares = (f"{100 * found['coverage'][pattern]:.2f}" for pattern in "1234")
        lines.append([f"here, {name}", str(found["documents"]), *shares])
    about = (
        "The share of facts, in percent, that a pattern can infer: some third entity is joined to head and tail by "
        "facts of any relation in the pattern's directions. DocRED here is its training documents with the original "
        "labels, of which a third were at hand; Re-DocRED's denser labels close many more triangles. "
        "`python -m benchmarks.experiments.coverage`"
    )
    columns = ["", "documents", *(f"pattern {n}" for n in "1234")]
    return ["## What the four patterns can infer (DocRE-SD, Table 1)", about, _grid(columns, lines)]


def _shipped() -> list[str]:
    """The shipped models' scores, kept from ``kg-docre evaluate --json``."""
    read = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (RESULTS / "shipped").glob("*.json")}
    parts = []
    for title, needed, names in (
        ("The shipped models, gold mentions", "ign_f1", {**SCORES, **EVIDENCE_SCORES, "ece": "ECE"}),
        ("The shipped models, from words alone", "mention_f1", RAW_SCORES),
    ):
        found = {name: scores for name, scores in sorted(read.items()) if needed in scores}
        if found:
            lines = [[name, *(f"{100 * scores[score]:.1f}" for score in names)] for name, scores in found.items()]
            parts += [f"## {title}", _grid(["", *names.values()], lines)]
    if parts:
        parts.append(
            "The same 300 documents. `kg-docre evaluate default test.json --precision fp32`, with `--raw`, and with "
            "`--spacy-model`. Ign F1 leaves out the facts of DocRED's training set; evidence is Re-DocRED's, which is "
            "not complete: where a right fact has none, all of its sentences lower evidence F1. P and R beside it are "
            "over the right facts that have some."
        )
    return parts


def _docred() -> list[str]:
    """Scores by DocRED's own labels, kept from ``kg-docre evaluate --json``."""
    names = {"f1": "F1", "ign_f1": "Ign F1", "precision": "precision", "recall": "recall", **EVIDENCE_SCORES}
    about = (
        "The same 300 texts with DocRED's labels, which have a third of the facts and the sentences for nearly all of "
        "them. The shipped models find what its annotators left out, which counts as wrong here; `base` trained on is "
        "the same after [another training](../examples/docred/training.toml) on such labels of 1,534 documents (922 of "
        "annotators, the others by matching names), and both are that and `small`, trained on alike, together. "
        "`kg-docre evaluate runs/docred/best test.json --precision fp32`"
    )
    return ["## By DocRED's own labels", about, _kept("docred", names)]


def _cdr() -> list[str]:
    """Scores on CDR's development set, kept from ``kg-docre evaluate --json``."""
    names = {"f1": "F1", "precision": "precision", "recall": "recall", "intra_f1": "Intra-F1", "inter_f1": "Inter-F1"}
    about = (
        "BioCreative V's CDR, which chemicals induce which diseases: 500 abstracts to learn from, and the 500 of the "
        "development set. Of models of 400 the 100 others chose epoch and threshold ([their "
        "recipe](../examples/cdr/training.toml)); one of all takes the threshold over ([its "
        "own](../examples/cdr/all.toml)). They begin with the encoder of `base`, which knows Re-DocRED, or with the "
        "public one that `base` is over, which is for general English (`encoder = "
        '"sentence-transformers/all-mpnet-base-v2"`); ATLOP\'s 69.4 F1 on the test set come of SciBERT, made for '
        "science. As is usual, pairs more general than a marked one are left out in training and scoring, by MeSH "
        "(of 2025); unfiltered, the same models are scored with them. "
        "`kg-docre evaluate runs/all/best CDR_DevelopmentSet.PubTator.txt --hierarchy mesh.tsv --precision fp32`"
    )
    return ["## CDR", about, _kept("cdr", names)]


def _kept(folder: str, names: dict[str, str]) -> str:
    """A line for each of a folder's results."""
    read = ((file.stem, json.loads(file.read_text("utf-8"))) for file in sorted((RESULTS / folder).glob("*.json")))
    lines = [[name.replace("-", " "), *(f"{100 * scores[score]:.1f}" for score in names)] for name, scores in read]
    return _grid(["", *names.values()], lines)


def _grid(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


if __name__ == "__main__":
    main()
