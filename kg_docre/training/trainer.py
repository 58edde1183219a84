"""``kg-docre train``: one run from a training file to the best checkpoint."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from kg_docre.calibration import Calibration
from kg_docre.data.docred_relations import read_relations
from kg_docre.data.errors import DataError
from kg_docre.data.features import Featurizer, collate
from kg_docre.evaluation.relations import KnownFacts, RelationScores
from kg_docre.modeling import DocREModel
from kg_docre.precision import autocast, choose_device
from kg_docre.pretrained import checkpoint_path
from kg_docre.progress import progress
from kg_docre.training.batches import TrainingTexts
from kg_docre.training.checkpoint import load_state, replace_folder, restore_folder, save_state, saved_progress
from kg_docre.training.checks import check_documents
from kg_docre.training.config import TrainingConfig, identity
from kg_docre.training.dataset import read_split
from kg_docre.training.development import evaluate
from kg_docre.training.frozen import FrozenLayers
from kg_docre.training.initial_model import build_model
from kg_docre.training.objective import mask_rate, training_loss
from kg_docre.training.optimization import build_optimizer, build_schedule, learn

__all__ = ["TrainingResult", "train"]

# parts of the loss and their names in the log
_PARTS = {"total": "loss"} | {part: f"loss_{part}" for part in ("plain", "masked", "divergence", "evidence", "steps")}


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """Where the best checkpoint lies, of which epoch, and its development scores (None without data)."""

    folder: Path
    epoch: int
    scores: RelationScores | None


def train(config: TrainingConfig, output: str | Path) -> TrainingResult:
    """Train and leave the best checkpoint in ``output/best``.

    Every epoch is saved to ``output/last``; a run that finds it there goes on from it, and ends with
    the same weights as if it had never stopped. ``output/log.jsonl`` has a line per epoch.

    Raises :exc:`DataError` for unusable data, naming it, and for a folder with a run of other settings.
    """
    folder = Path(output)
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file; name a folder for the run")
    folder.mkdir(parents=True, exist_ok=True)
    return _Run(config, folder).train()


class _Run:
    def __init__(self, config: TrainingConfig, folder: Path) -> None:
        self.config, self.folder = config, folder
        for name in ("last", "best"):
            restore_folder(folder / name)
        self._refuse_another_run()
        self.device = choose_device(config.device)
        torch.manual_seed(config.seed)
        documents, self.development = read_split(
            config.train,
            config.development,
            config.development_size,
            config.training_size,
            config.hierarchy,
            sparse=config.sparse,
            unlabelled=config.unlabelled,
        )
        given = None if config.relations is None else read_relations(config.relations)
        self.model, tokenizer = build_model(config, given)
        self.model.to(self.device)
        if config.step_weight and not getattr(self.model.reasoning, "patterns", ()):
            raise DataError("step_weight: the model reasons over no third entity (reasoning must be 'r-msa')")
        try:
            self.frozen = FrozenLayers(self.model.encoder.encoder, config.frozen_layers)
        except ValueError as error:
            raise DataError(f"frozen_layers: {error}") from error
        decay = config.weight_averaging
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(decay)) if decay else None
        self.tokenizer = tokenizer
        self.featurizer = Featurizer(tokenizer, self.model.config)
        if config.known_facts is None:
            before = None if config.checkpoint is None else KnownFacts.of_checkpoint(checkpoint_path(config.checkpoint))
            self.known = KnownFacts.from_documents(documents).union(before or KnownFacts())
        else:
            self.known = KnownFacts.from_json(config.known_facts)
        documents = [document for document in documents if len(document.entities) > 1]
        settings = self.model.config
        check_documents(documents, self.development, self.featurizer, settings, config.evidence_weight)
        self.texts = TrainingTexts(documents, self.featurizer, config, self.device)

    def _refuse_another_run(self) -> None:
        """Raise :exc:`DataError` if the folder has a run from another configuration, or one without what it kept."""
        saved = saved_progress(self.folder / "last")
        if saved is None:
            return
        different = [name for name, value in identity(self.config).items() if saved["config"].get(name) != value]
        if different:
            raise DataError(
                f"{self.folder} holds a run with other settings ({', '.join(different)}); choose another output folder"
            )
        if not (self.folder / "best").is_dir():
            raise DataError(f"{self.folder} holds a run without its best checkpoint; choose another output folder")

    def _remember(self) -> None:
        """Run the frozen layers over all training documents, once."""
        if not self.frozen.modules:
            return
        with progress("frozen layers", len(self.texts.features)) as advance:
            for features in self.texts.features:
                batch = collate([features], self.model.config).to(self.device)
                with autocast(self.device, self.config.precision):
                    self.frozen.remember(batch.input_ids, batch.attention_mask)
                advance(1)

    def train(self) -> TrainingResult:
        config = self.config
        total = self.texts.steps * config.epochs
        optimizer = build_optimizer(self.model, config)
        scheduler = build_schedule(optimizer, steps=total, warmup=config.warmup)
        done: dict[str, Any] = {"epoch": 0, "best_epoch": 0, "best": None, "log": [], "config": identity(self.config)}
        last = self.folder / "last"
        if (last / "state.json").is_file():
            done |= load_state(last, self._models(), optimizer, scheduler, device=self.device)
            self._write_log(done["log"])
        else:
            (self.folder / "log.jsonl").unlink(missing_ok=True)  # of an older run
        self._remember()
        for epoch in range(done["epoch"], config.epochs):
            losses = self._epoch(epoch, total, optimizer, scheduler)
            evaluation = evaluate(
                self._best_model(), self.development, self.featurizer, self.known, config, device=self.device
            )
            scores = evaluation.scores
            done["epoch"] = epoch + 1
            if scores is None or done["best"] is None or scores.f1 >= done["best"]["f1"]:
                done["best"] = None if scores is None else asdict(scores)
                done["best_epoch"] = epoch + 1
                self._save_best(evaluation.calibration)
            found = {} if scores is None else {"f1": scores.f1, "ign_f1": scores.ign_f1}
            done["log"].append({"epoch": epoch + 1, **losses, **found})
            fresh = self.folder / "last.new"
            shutil.rmtree(fresh, ignore_errors=True)
            save_state(fresh, self._models(), optimizer, scheduler, done, device=self.device)
            replace_folder(fresh, last)
            self._write_log(done["log"])
        best = None if done["best"] is None else RelationScores(**done["best"])
        return TrainingResult(folder=self.folder / "best", epoch=done["best_epoch"], scores=best)

    def _write_log(self, lines: list[dict[str, Any]]) -> None:
        if lines:
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (self.folder / "log.jsonl").write_text(text, encoding="utf-8")

    def _models(self) -> dict[str, torch.nn.Module]:
        """What is trained, and its average if there is one."""
        return {"model": self.model} | ({} if self.average is None else {"average": self.average})

    def _best_model(self) -> DocREModel:
        """What is evaluated and kept."""
        return self.model if self.average is None else cast(DocREModel, self.average.module)

    def _epoch(
        self,
        epoch: int,
        total: int,
        optimizer: torch.optim.Optimizer,
        scheduler: torch.optim.lr_scheduler.LRScheduler,
    ) -> dict[str, float]:
        """Train for one epoch of ``total`` steps of the run: the parts of the loss, by their names in the log."""
        config, model = self.config, self.model
        model.train()
        self.frozen.eval()
        sums = torch.zeros(len(_PARTS), device=self.device)
        with progress(f"epoch {epoch + 1}/{config.epochs}", self.texts.steps) as advance:
            for step, batch in enumerate(self.texts.batches(epoch), epoch * self.texts.steps):
                rate = mask_rate(step, total, config.max_mask_rate, curriculum=config.curriculum)
                with autocast(self.device, config.precision):
                    losses = training_loss(
                        model,
                        batch.inputs,
                        batch.labels,
                        objective=config.objective,
                        rate=rate,
                        unjudged=batch.unjudged,
                        teacher_scores=batch.teacher_scores,
                        taught=batch.taught,
                        evidence=batch.evidence,
                        evidence_weight=config.evidence_weight,
                        step_weight=config.step_weight,
                    )
                most = config.max_gradient_norm
                loss = learn(losses.total, model, optimizer, scheduler, max_gradient_norm=most, epoch=epoch + 1)
                if self.average is not None:
                    self.average.update_parameters(model)
                sums += torch.stack([getattr(losses, name) for name in _PARTS]).detach()
                advance(1, f"loss {loss:.3f}")
        return dict(zip(_PARTS.values(), (sums / self.texts.steps).tolist(), strict=True))

    def _save_best(self, calibration: Calibration | None) -> None:
        fresh = self.folder / "best.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._best_model().save_pretrained(fresh, half=True)
        (fresh / "tokenizer.json").write_text(self.tokenizer.to_str(pretty=True), encoding="utf-8")
        self.known.save(fresh / "known_facts.safetensors")
        if calibration is not None:
            calibration.save(fresh)
        (fresh / "training.json").write_text(self.config.model_dump_json(indent=1) + "\n", encoding="utf-8")
        replace_folder(fresh, self.folder / "best")
