"""From the labels of entity recognizers to the entity types of the model."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache

__all__ = ["DEFAULT_TYPES", "model_type", "warn_of_unmapped"]

# OntoNotes 5 (spaCy's English pipelines) and CoNLL labels; an empty type leaves a mention out.
# Nationalities are places in DocRED ("American" is a LOC); ordinals are no entities there.
DEFAULT_TYPES = {
    "PERSON": "PER",
    "PER": "PER",
    "ORG": "ORG",
    "GPE": "LOC",
    "LOC": "LOC",
    "FAC": "LOC",
    "NORP": "LOC",
    "DATE": "TIME",
    "TIME": "TIME",
    "CARDINAL": "NUM",
    "MONEY": "NUM",
    "PERCENT": "NUM",
    "QUANTITY": "NUM",
    "NUM": "NUM",
    "ORDINAL": "",
    "EVENT": "MISC",
    "LANGUAGE": "MISC",
    "LAW": "MISC",
    "PRODUCT": "MISC",
    "WORK_OF_ART": "MISC",
    "MISC": "MISC",
}


def model_type(label: str, types: Mapping[str, str]) -> str:
    """The entity type of a recognizer's label; labels nobody mapped are what MISC is."""
    return types.get(label, types.get("MISC", "MISC"))


@cache
def warn_of_unmapped(label: str, component: str) -> None:
    """Say, once for every label, that nobody mapped it for this component."""
    warnings.warn(
        f"{component}: nobody has said which type of the model the label {label!r} is, so it is taken for MISC, of "
        f"which there are few relations; say it where {component} is added, with "
        f'config={{"entity_types": {{{label!r}: "ORG"}}}} ("" leaves it out)',
        stacklevel=3,
    )
