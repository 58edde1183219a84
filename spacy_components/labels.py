"""From the labels of entity recognizers to the entity types of the model."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DEFAULT_TYPES", "model_type"]

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
