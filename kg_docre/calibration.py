"""Scores that mean something: log-odds of a model turned into probabilities that hold on unseen documents."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from kg_docre.pretrained import reading

__all__ = ["PRECISIONS", "UNCALIBRATED", "Calibration"]

_FILE = "calibration.json"
PRECISIONS = range(50, 100)  # percent that cutoffs are kept for


class Calibration(BaseModel):
    r"""Platt scaling with an offset for every relation.

    .. math:: p = \sigma(a \cdot s + b + \delta_r)

    where s is the model's log-odds that relation r holds. ``cutoffs`` has, for precisions in percent, the
    probability from which on facts were right that often in held-out documents, luck allowed for. ``decision`` is the
    s from which on the model's facts are reported where nothing else is asked for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slope: float = Field(gt=0, description="a")
    intercept: float = Field(description="b")
    offsets: dict[str, float] = Field(description="δ_r, 0 for a relation that is not there")
    cutoffs: dict[int, float] = Field(description="percent of precision → probability")
    decision: float = Field(default=0.0, description="s from which on a fact is reported")

    def cutoff(self, min_precision: float) -> float:
        """The probability from which on at least this share of facts is right, as far as known; a share below a half
        counts as a half.

        Raises :exc:`ValueError` for a share outside 0 to 1, or one that was never reached.
        """
        if not 0 <= min_precision <= 1:
            raise ValueError(f"min_precision must lie between 0 and 1, not {min_precision}")
        wanted = max(PRECISIONS[0], math.ceil(round(100 * min_precision, 6)))
        if wanted not in self.cutoffs:
            best = max(self.cutoffs, default=0)
            raise ValueError(f"min_precision {min_precision} was never reached with this model; at most {best / 100}")
        return self.cutoffs[wanted]

    def save(self, folder: str | Path) -> None:
        (Path(folder) / _FILE).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> Self | None:
        """The calibration of a checkpoint folder, None if it has none."""
        file = Path(folder) / _FILE
        with reading(file):
            return cls.model_validate_json(file.read_text(encoding="utf-8")) if file.is_file() else None


UNCALIBRATED = Calibration(slope=1.0, intercept=0.0, offsets={}, cutoffs={})  # a model's own probabilities
