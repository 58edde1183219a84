"""Text to a knowledge graph people can trust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["load"]

__version__ = "0.1.0"


def load(model: str = "default", **config: Any) -> Language:
    """A spaCy pipeline from raw English text to relations: ``kg_docre.load()(text)._.relations``.

    Sentences come from spaCy's small English pipeline, mentions from the checkpoint's own detector.
    ``config`` has options of the component ``docre``: ``kg_docre.load(min_precision=0.9)``.
    """
    from spacy_components.pipeline import load

    return load(model, **config)
