"""The command line: every command is one call of the library. Heavy imports wait for their command."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg_docre.graph.provenance import Provenance

if TYPE_CHECKING:
    from kg_docre.corpus.build import Pipeline
    from kg_docre.predictor import Predictor

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Text to a knowledge graph people can trust: document-level relations with score, evidence and reasoning.",
)

Strict = Annotated[bool, typer.Option("--strict", help="Leave out facts that conflict with others or their types.")]
Inverses = Annotated[
    bool, typer.Option("--inverses", help="Complete inverse relations, marked as inferred: part of and has part, …")
]
Store = Annotated[Path, typer.Option(help="The fact store: one SQLite file.")]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        metavar="TARGET",
        help=".ttl .nt .nq .trig .jsonld (or .gz), .oxigraph, .graphml .gexf .json, .neo4j, neo4j://… (repeatable).",
    ),
]
Sources = Annotated[
    Provenance | None,
    typer.Option(
        "--provenance",
        help="How RDF says where a fact comes from: named graphs (where it can), statements, or RDF 1.2 reifiers; "
        "none leaves that out of any target.",
    ),
]
Threshold = Annotated[
    float | None, typer.Option(min=0, max=1, help="Score a relation must reach; default: the model decides.")
]
MinPrecision = Annotated[
    float | None, typer.Option(min=0, max=1, help="Instead: the share of relations that should be right.")
]
SpacyModel = Annotated[
    str | None, typer.Option(help="A spaCy pipeline to find mentions in raw text with, instead of the model's own way.")
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, …")]


@app.command()
def build(
    sources: Annotated[list[str], typer.Argument(help="Texts (.txt), .jsonl, .json, or folders of them.")],
    to: Targets = None,
    store: Store = Path("kg.sqlite"),
    model: Annotated[str, typer.Option(help="A shipped checkpoint or a folder.")] = "default",
    spacy_model: SpacyModel = None,
    threshold: Threshold = None,
    min_precision: MinPrecision = None,
    max_characters: Annotated[int, typer.Option(min=1, help="Longer documents are refused.")] = 200_000,
    strict: Strict = False,
    inverses: Inverses = False,
    provenance: Sources = None,
    device: Device = "auto",
) -> None:
    """Build a knowledge graph from texts. Run it again and only what is new is read."""
    with _one_line_errors():
        from kg_docre.corpus.build import build as build_store
        from kg_docre.corpus.reader import Problem, count_documents, read_corpus
        from kg_docre.graph import KnowledgeGraph
        from kg_docre.graph.table import best_of_each_relation, print_facts
        from kg_docre.graph.targets import open_target
        from kg_docre.predictor import Predictor
        from kg_docre.progress import progress
        from kg_docre.store import FactStore

        def report(problem: Problem) -> None:
            typer.echo(f"skipped {problem}", err=True)

        exports = [open_target(target, _neo4j_credentials, provenance) for target in to or ()]
        predictor = Predictor.from_pretrained(model, device=device)
        pipeline = _pipeline(predictor, model, spacy_model, _threshold(predictor, threshold, min_precision))
        with FactStore(store) as facts:
            ours = [*(store.with_name(store.name + end) for end in ("", "-wal", "-shm")), *(to or ())]
            with progress("documents", count_documents(sources, exclude=ours)) as advance:
                texts = read_corpus(sources, max_characters=max_characters, base=store.parent, exclude=ours)
                result = build_store(texts, pipeline, facts, on_problem=report, advance=advance)
            graph = KnowledgeGraph(facts, strict=strict, inverses=inverses)
            for export in exports:
                export(graph)
            with facts.snapshot():
                print_facts(graph, best_of_each_relation(graph, 10), "Most confident facts")
            counts = facts.counts()
        typer.echo(
            f"{result.added} documents added, {result.already_there} already there; {store} holds "
            f"{counts['documents']} documents, {counts['nodes']} nodes, {counts['relations']} relations"
        )
        for target in to or ():
            typer.echo(f"wrote {target}")
        if result.problems:
            typer.echo(f"{len(result.problems)} skipped:", err=True)
            for problem in result.problems:
                typer.echo(f"  {problem}", err=True)
            raise typer.Exit(1)


@app.command()
def export(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    to: Targets = None,
    strict: Strict = False,
    inverses: Inverses = False,
    provenance: Sources = None,
) -> None:
    """Write the graph of a store to files or Neo4j. Doing it again changes nothing."""
    with _one_line_errors():
        from kg_docre.graph import KnowledgeGraph
        from kg_docre.graph.targets import open_target
        from kg_docre.store import FactStore

        with FactStore(store, create=False) as facts:
            exports = [open_target(target, _neo4j_credentials, provenance) for target in to or ()]
            for target, write in zip(to or (), exports, strict=True):
                write(KnowledgeGraph(facts, strict=strict, inverses=inverses))
                typer.echo(f"wrote {target}")
        if not to:
            raise typer.BadParameter("name at least one target", param_hint="--to")


@app.command()
def facts(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    entity: Annotated[str, typer.Option(help="Only facts about it, by any of its names.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many, most confident first.")] = 20,
) -> None:
    """Show facts with their confidence, evidence and documents."""
    with _one_line_errors():
        from heapq import nlargest

        from kg_docre.graph import KnowledgeGraph
        from kg_docre.graph.table import print_facts
        from kg_docre.store import FactStore

        with FactStore(store, create=False) as known, known.snapshot():
            graph = KnowledgeGraph(known)
            found = graph.facts_about(entity) if entity else graph.facts()
            print_facts(graph, nlargest(limit, found, key=lambda fact: fact.confidence), entity or "Facts")


@app.command()
def query(
    target: Annotated[str, typer.Argument(help="An Oxigraph store, an RDF file, or neo4j://…")],
    text: Annotated[str, typer.Argument(metavar="QUERY", help="SPARQL, or Cypher for Neo4j; - reads standard input.")],
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="$NAME in Cypher, ?NAME in SPARQL; repeatable."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a row instead of a table.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a table.")] = False,
) -> None:
    """Ask a graph. Nothing is written."""
    with _one_line_errors():
        from kg_docre.graph.answer import print_answer
        from kg_docre.graph.query import ask

        if as_json and as_csv:
            raise ValueError("give --json or --csv, not both")
        pairs = dict(pair.partition("=")[::2] for pair in parameters or ())
        if "" in pairs or not all("=" in pair for pair in parameters or ()):
            raise ValueError("--parameter: expected NAME=VALUE")
        answer = ask(target, sys.stdin.read() if text == "-" else text, _neo4j_credentials, pairs)
        print_answer(answer, "json" if as_json else "csv" if as_csv else "table")


@app.command()
def documents(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    failed: Annotated[bool, typer.Option("--failed", help="Only those that could not be read, and why.")] = False,
) -> None:
    """List documents: what each gave, which model read it and when, or why it could not be read."""
    with _one_line_errors():
        from kg_docre.graph.table import print_sources
        from kg_docre.store import FactStore, list_sources

        with FactStore(store, create=False) as known:
            print_sources(list_sources(known, failed=failed))


@app.command()
def forget(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    documents: Annotated[list[str], typer.Argument(help="Documents, called as the store calls their sources.")],
) -> None:
    """Delete documents. A fact goes with the last document that says it, from Neo4j at the next export."""
    with _one_line_errors():
        from kg_docre.store import FactStore

        with FactStore(store, create=False) as known:
            unknown = [uri for uri in documents if not known.forget(uri)]
            counts = known.counts()
        typer.echo(
            f"{len(documents) - len(unknown)} forgotten; {store} holds {counts['documents']} documents, "
            f"{counts['nodes']} nodes, {counts['relations']} relations"
        )
        if unknown:
            raise ValueError(f"{store} has no document {', '.join(map(repr, unknown))}")


@app.command()
def resolve(
    store: Annotated[Path, typer.Argument(help="A fact store.")],
    explain: Annotated[str, typer.Option(metavar="NODE", help="Why a node, by name or id, is one node.")] = "",
    merge: Annotated[
        tuple[str, str], typer.Option(metavar="NODE NODE", help="Two nodes are one, now and from now on.")
    ] = ("", ""),
    split: Annotated[str, typer.Option(metavar="NODE", help="A node is several, now and from now on.")] = "",
) -> None:
    """Find out anew which entities of a store are one real thing, or look into it and decide. No text is read."""
    with _one_line_errors():
        from kg_docre.graph.table import print_forms
        from kg_docre.resolution import decisions
        from kg_docre.resolution.resolve import resolve as run
        from kg_docre.store import FactStore

        if sum(map(any, ([explain], merge, [split]))) > 1:
            raise ValueError("--explain, --merge and --split: one at a time")
        with FactStore(store, create=False) as known:
            if explain:
                print_forms(decisions.explain(known, decisions.find_node(known, explain)), explain)
                return
            before = known.counts()["nodes"]
            if any(merge):
                decisions.merge(known, *merge)
            elif split:
                decisions.split(known, split)
            else:
                run(known)
            counts = known.counts()
            typer.echo(f"{counts['entities']} entities are {counts['nodes']} nodes; they were {before}")


@app.command()
def train(
    config: Annotated[Path, typer.Argument(help="A training file (TOML).")],
    output: Annotated[Path, typer.Option(help="Folder for checkpoints and the log.")] = Path("runs/train"),
) -> None:
    """Train a model; go on where a killed run stopped."""
    with _one_line_errors():
        from kg_docre.training.config import TrainingConfig
        from kg_docre.training.trainer import train as run

        result = run(TrainingConfig.from_toml(config), output)
        best = result.scores
        scores = "" if best is None else f", F1 {best.f1:.4f}, Ign F1 {best.ign_f1:.4f}"
        typer.echo(f"best: {result.folder} (epoch {result.epoch}{scores})")


@app.command()
def compress(
    model: Annotated[str, typer.Argument(help="A checkpoint's folder.")],
    output: Annotated[Path, typer.Argument(help="Folder for the small checkpoint.")],
    encoder: Annotated[str, typer.Option(help="Folder or hub name of the encoder it was trained from.")],
    rank: Annotated[int, typer.Option(min=1, help="Of what training added to each of the encoder's matrices.")] = 128,
) -> None:
    """Keep of a checkpoint only what training added to its public encoder."""
    with _one_line_errors():
        from kg_docre.modeling.low_rank import compress as run
        from kg_docre.pretrained import checkpoint_path

        folder = checkpoint_path(model)
        run(folder, output, encoder=encoder, rank=rank)
        before, after = ((f / "model.safetensors").stat().st_size / 1e6 for f in (folder, output))
        typer.echo(f"{output}: {after:.0f} MB instead of {before:.0f}")


@app.command("train-mentions")
def train_mentions(
    config: Annotated[Path, typer.Argument(help="A training file (TOML).")],
    output: Annotated[Path, typer.Option(help="Folder for the checkpoint with its detector.")] = Path("runs/mentions"),
) -> None:
    """Train what finds mentions in raw text, on top of a checkpoint."""
    with _one_line_errors():
        from kg_docre.training.mentions import MentionTrainingConfig
        from kg_docre.training.mentions import train_mentions as run

        result = run(MentionTrainingConfig.from_toml(config), output)
        score = "" if result.f1 is None else f", mention F1 {result.f1:.4f}"
        typer.echo(f"best: {result.folder} (epoch {result.epoch}{score})")


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="A shipped checkpoint or a folder.")],
    data: Annotated[Path, typer.Argument(help="A file with labels: DocRED format or PubTator.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    known_facts: Annotated[
        Path | None, typer.Option(help="Facts Ign F1 leaves out; default: those the checkpoint was trained on.")
    ] = None,
    threshold: Threshold = None,
    min_precision: MinPrecision = None,
    hierarchy: Annotated[Path | None, typer.Option(help="Tree numbers of a PubTator file's ids.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="From words alone: mentions, clusters and relations.")] = False,
    spacy_model: SpacyModel = None,
    device: Device = "auto",
) -> None:
    """Score a model on gold mentions: F1, Ign F1, Intra- and Inter-F1, Infer-F1, Infer-Ac, evidence F1, ECE; or on raw
    text: mention, cluster and relation F1."""
    with _one_line_errors():
        from kg_docre.data.documents import read_documents
        from kg_docre.evaluation.mentions import score_raw_text
        from kg_docre.evaluation.relations import KnownFacts
        from kg_docre.evaluation.report import print_report, report
        from kg_docre.predictor import Predictor
        from kg_docre.pretrained import checkpoint_path
        from kg_docre.progress import progress

        if spacy_model and not raw:
            raise ValueError("--spacy-model goes with --raw: gold mentions need none")
        documents = read_documents(data, hierarchy=hierarchy)
        stored = checkpoint_path(model) / "known_facts.safetensors"
        known = (
            KnownFacts.from_json(known_facts) if known_facts else KnownFacts.load(stored) if stored.is_file() else None
        )
        predictor = Predictor.from_pretrained(model, device=device)
        cutoff = _threshold(predictor, threshold, min_precision)
        found = (
            _pipeline(predictor, model, spacy_model, cutoff).reread(documents)
            if raw
            else predictor.pipe(documents, threshold=cutoff)
        )
        predicted = []
        with progress("documents", len(documents)) as advance:
            for document in found:
                predicted.append(document)
                advance()
        scores = score_raw_text(documents, predicted).to_dict() if raw else report(documents, predicted, known)
        if as_json:
            typer.echo(json.dumps(scores))
            return
        print_report(scores, predictor.model.config.relations)


@app.command()
def models() -> None:
    """List the checkpoints that ship with the package."""
    from kg_docre.pretrained import shipped_checkpoints

    for name, folder in shipped_checkpoints().items():
        typer.echo(f"{name:<10} {folder}")


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turn what a user can mend into one line on stderr and exit code 1."""
    from kg_docre.data.errors import DataError
    from kg_docre.graph.errors import ExportError
    from kg_docre.resolution.errors import ResolutionError
    from kg_docre.store import StoreError

    logging.getLogger("neo4j").addHandler(logging.NullHandler())  # the driver logs what becomes our one line
    try:
        yield
    except (DataError, ExportError, ResolutionError, StoreError, OSError, ValueError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None


def _threshold(predictor: Predictor, threshold: float | None, min_precision: float | None) -> float | None:
    if threshold is not None and min_precision is not None:
        raise ValueError("give --threshold or --min-precision, not both")
    return threshold if min_precision is None else predictor.threshold(min_precision)


def _pipeline(predictor: Predictor, model: str, spacy_model: str | None, threshold: float | None) -> Pipeline:
    from kg_docre.corpus.build import Pipeline
    from kg_docre.pretrained import detector_of

    return Pipeline(predictor, spacy_model, mentions=detector_of(model), threshold=threshold)


def _neo4j_credentials() -> tuple[str, str, str | None]:
    """User, password and database from the environment; what is missing is asked for on a terminal."""
    from kg_docre.graph.errors import ExportError

    user, password = os.environ.get("NEO4J_USER"), os.environ.get("NEO4J_PASSWORD")
    if (user is None or password is None) and not sys.stdin.isatty():
        raise ExportError("Neo4j: set NEO4J_USER and NEO4J_PASSWORD")
    user = user if user is not None else typer.prompt("Neo4j user", default="neo4j")
    password = password if password is not None else typer.prompt("Neo4j password", hide_input=True)
    return user, password, os.environ.get("NEO4J_DATABASE")


if __name__ == "__main__":
    app()
