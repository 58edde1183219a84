"""Models that judge together: the average of their log-odds is what is decided by."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Self

from kg_docre.data.features import Featurizer
from kg_docre.modeling import DocREModel
from kg_docre.pretrained import ensemble_of

__all__ = ["Member"]


class Member(NamedTuple):
    """One model of an ensemble, with what reads documents for it.

    ``weight`` is its share w of the log-odds, :math:`s = \\sum_m w_m s_m` with :math:`\\sum_m w_m = 1`; ``order`` has
    the place that each relation of the first member has here.
    """

    model: DocREModel
    featurizer: Featurizer
    weight: float
    order: list[int]

    @classmethod
    def beside(cls, first: DocREModel, folder: Path) -> tuple[Self, ...]:
        """Those that judge together with the checkpoint in ``folder``, whose model is ``first``.

        Raises :exc:`ValueError` for one that judges other relations or pairs.
        """
        return tuple(cls._read(other, weight, first, folder) for other, weight in ensemble_of(folder).items())

    @classmethod
    def _read(cls, folder: Path, weight: float, first: DocREModel, beside: Path) -> Self:
        model = DocREModel.from_pretrained(folder)
        for name in ("relations", "pair_types", "entity_types"):
            if {*getattr(model.config, name)} != {*getattr(first.config, name)}:
                raise ValueError(f"{beside / 'ensemble.json'}: {folder.name} has other {name}")
        places = {label: number for number, label in enumerate(model.config.relations)}
        order = [places[label] for label in first.config.relations]
        return cls(model, Featurizer.from_pretrained(folder, model.config), weight, order)
