"""Commands on models: training, evaluation, calibration."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Annotated

import typer

from kg_docre.cli.options import (
    Checks,
    Device,
    MinPrecision,
    Precision,
    SpacyModel,
    Threshold,
    counted,
    one_line_errors,
)
from kg_docre.cli.root import app

Hierarchy = Annotated[Path | None, typer.Option(help="Tree numbers of a PubTator file's ids.")]


@app.command(rich_help_panel="Models")
def train(
    config: Annotated[Path, typer.Argument(help="A training file (TOML).")],
    output: Annotated[Path, typer.Option(help="Folder for checkpoints and the log.")] = Path("runs/train"),
) -> None:
    """Train a model; go on where a killed run stopped."""
    with one_line_errors():
        from kg_docre.training.config import TrainingConfig
        from kg_docre.training.trainer import train as run

        result = run(TrainingConfig.from_toml(config), output)
        best = result.scores
        scores = "" if best is None else f", F1 {best.f1:.4f}, Ign F1 {best.ign_f1:.4f}"
        typer.echo(f"best: {result.folder} (epoch {result.epoch}{scores})")


@app.command(rich_help_panel="Models")
def compress(
    model: Annotated[str, typer.Argument(help="A checkpoint's folder.")],
    output: Annotated[Path, typer.Argument(help="Folder for the small checkpoint.")],
    encoder: Annotated[
        str | None, typer.Option(help="Folder or hub name of the encoder it was trained from: leave that out.")
    ] = None,
    rank: Annotated[
        int | None, typer.Option(min=1, help="Of what training added to each of the encoder's matrices; default: 128.")
    ] = None,
) -> None:
    """Make a checkpoint smaller: only what training added to its public encoder, or its vocabulary in eight bits."""
    with one_line_errors():
        from kg_docre.modeling.low_rank import compress as keep_differences
        from kg_docre.modeling.tables import compress_tables
        from kg_docre.pretrained import checkpoint_path

        folder = checkpoint_path(model)
        if output.resolve() == folder.resolve():
            raise ValueError(f"{output}: the checkpoint itself; name another folder")
        if encoder is not None:
            keep_differences(folder, output, encoder=encoder, rank=rank or 128)
        elif rank is not None:
            raise ValueError("--rank is of what training added to an --encoder")
        else:
            compress_tables(folder, output)
        before, after = ((f / "model.safetensors").stat().st_size / 1e6 for f in (folder, output))
        typer.echo(f"{output}: {after:.0f} MB instead of {before:.0f}")


@app.command("train-mentions", rich_help_panel="Models")
def train_mentions(
    config: Annotated[Path, typer.Argument(help="A training file (TOML).")],
    output: Annotated[Path, typer.Option(help="Folder for the checkpoint with its detector.")] = Path("runs/mentions"),
) -> None:
    """Train what finds mentions in raw text, on top of a checkpoint."""
    with one_line_errors():
        from kg_docre.training.mentions import MentionTrainingConfig
        from kg_docre.training.mentions import train_mentions as run

        result = run(MentionTrainingConfig.from_toml(config), output)
        score = "" if result.f1 is None else f", mention F1 {result.f1:.4f}, cluster F1 {result.cluster_f1:.4f}"
        typer.echo(f"best: {result.folder} (epoch {result.epoch}{score})")


@app.command("train-subjects", rich_help_panel="Models")
def train_subjects(
    model: Annotated[str, typer.Argument(help="A checkpoint's folder.")],
    data: Annotated[list[Path], typer.Argument(help="Files with entities, labelled or not; a document is a subject.")],
    held_out: Annotated[
        int, typer.Option(min=0, help="Leave out so many documents of the first file: those that training holds out.")
    ] = 0,
    hierarchy: Hierarchy = None,
) -> None:
    """Teach a checkpoint where a text turns to another subject. Texts of several are read as that many then."""
    with one_line_errors():
        from kg_docre.training.subjects import train_subjects as run

        number = run(model, data, held_out=held_out, hierarchy=hierarchy)
        typer.echo(f"{model} has learned from {number} documents where a text turns to another subject")


@app.command(rich_help_panel="Models")
def evaluate(
    model: Annotated[str, typer.Argument(help="A shipped checkpoint or a folder.")],
    data: Annotated[Path, typer.Argument(help="A file with labels: DocRED format or PubTator.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    predictions: Annotated[
        Path | None, typer.Option(help="Write the facts found to this file, in the format of DocRED's leaderboard.")
    ] = None,
    known_facts: Annotated[
        Path | None, typer.Option(help="Facts Ign F1 leaves out; default: those the checkpoint was trained on.")
    ] = None,
    threshold: Threshold = None,
    min_precision: MinPrecision = None,
    hierarchy: Hierarchy = None,
    raw: Annotated[bool, typer.Option("--raw", help="From words alone: mentions, clusters and relations.")] = False,
    spacy_model: SpacyModel = None,
    checks: Checks = True,
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """Score a model on gold mentions: F1, Ign F1, Intra- and Inter-F1, Infer-F1, Infer-Ac, evidence F1, ECE; or on raw
    text: mention, cluster and relation F1."""
    with one_line_errors():
        from dataclasses import asdict

        from kg_docre.corpus.pipeline import Pipeline
        from kg_docre.data.docred import write_predictions
        from kg_docre.data.documents import is_pubtator, read_documents
        from kg_docre.evaluation.mentions import score_raw_text
        from kg_docre.evaluation.relations import KnownFacts
        from kg_docre.evaluation.report import print_report, report
        from kg_docre.pretrained import checkpoint_path
        from kg_docre.progress import progress
        from kg_docre.training.checks import warn_of_facts_never_found

        if spacy_model and not raw:
            raise ValueError("--spacy-model goes with --raw: gold mentions need none")
        if predictions is not None:
            if raw:
                raise ValueError("--predictions are about the entities of the file, which --raw does not read")
            if predictions.resolve() == data.resolve():
                raise ValueError(f"{predictions}: that is what is read; name another file")
            if predictions.is_dir():
                raise ValueError(f"{predictions}: a folder")
            if not predictions.resolve().parent.is_dir():
                raise ValueError(f"{predictions}: its folder does not exist")
        documents = read_documents(data, hierarchy=hierarchy)
        labelled = any(document.relations for document in documents)
        if not (labelled or raw or predictions):
            raise ValueError(f"{data}: no fact is labelled: there is nothing to compare with")
        folder = checkpoint_path(model)
        known = KnownFacts.from_json(known_facts) if known_facts else KnownFacts.of_checkpoint(folder)
        pipeline = Pipeline.from_pretrained(
            model,
            spacy_model,
            threshold=threshold,
            min_precision=min_precision,
            max_entities=None,
            checks=checks,
            device=device,
            precision=precision,
        )
        config = pipeline.predictor.model.config
        relations = config.relations
        if not raw:  # which has pairs of its own
            warn_of_facts_never_found(documents, config)
        if unknown := [r.label for d in documents for r in d.relations if r.label not in relations]:
            some = ", ".join(sorted(set(unknown))[:5])
            facts = sum(len(document.relations) for document in documents)
            warnings.warn(
                f"{len(unknown)} of {counted(facts, 'fact')} count as missed, for {model} does not know their "
                f"relations: {some}",
                stacklevel=2,
            )
        found = pipeline.reread(documents) if raw else pipeline.predictor.pipe(documents, threshold=pipeline.threshold)
        predicted = []
        with progress("documents", len(documents)) as advance:
            for document in found:
                predicted.append(document)
                advance()
        if predictions is not None:
            write_predictions(predicted, predictions, by_id=is_pubtator(data))
            typer.echo(f"wrote {predictions}", err=True)
            if not labelled:
                typer.echo("null" if as_json else f"scores: unknown, for {data} has no labels")
                return
        scores = asdict(score_raw_text(documents, predicted)) if raw else report(documents, predicted, known)
        if as_json:
            typer.echo(json.dumps(scores))
            return
        print_report(scores, relations)


@app.command(rich_help_panel="Models")
def calibrate(
    model: Annotated[str, typer.Argument(help="A checkpoint's folder.")],
    data: Annotated[Path, typer.Argument(help="A file with labels, of documents that the model was not trained on.")],
    tune_threshold: Annotated[
        bool, typer.Option("--tune-threshold", help="And report facts from where F1 on these documents is best.")
    ] = False,
    hierarchy: Hierarchy = None,
    device: Device = "auto",
) -> None:
    """Make scores probabilities that hold for documents annotated like these. Training does it, too."""
    with one_line_errors():
        from kg_docre.data.documents import read_documents
        from kg_docre.training.calibration import calibrate as run

        documents = read_documents(data, hierarchy=hierarchy)
        if not any(document.relations for document in documents):
            raise ValueError(f"{data}: no fact is labelled: there is nothing to compare with")
        run(model, documents, tune_threshold=tune_threshold, device=device)
        typer.echo(f"calibrated {model} on {len(documents)} documents")


@app.command(rich_help_panel="Models")
def models() -> None:
    """List the checkpoints that ship with the package."""
    from kg_docre.pretrained import shipped_checkpoints

    for name, folder in shipped_checkpoints().items():
        typer.echo(f"{name:<10} {folder}")
