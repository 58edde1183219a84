"""Text to a knowledge graph people can trust.

:func:`load` gives a spaCy pipeline from raw text to relations, and :func:`render` shows what it found. What the command
line does can be had from Python:

- :class:`kg_docre.predictor.Predictor` finds relations in documents whose entities are known;
- :class:`kg_docre.corpus.pipeline.Pipeline` and :func:`kg_docre.corpus.build.build` read a corpus
  (:func:`kg_docre.corpus.reader.read_corpus`) into a :class:`kg_docre.store.FactStore`;
- :class:`kg_docre.graph.KnowledgeGraph` is the graph of a store, which :mod:`kg_docre.graph` exports;
- :mod:`kg_docre.training`, :mod:`kg_docre.evaluation` and :mod:`kg_docre.resolution` do what they are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc

    from spacy_components.render import Rendered

__all__ = ["load", "render"]

__version__ = "0.1.0"


def load(model: str | Path = "default", **config: Any) -> Language:
    """A spaCy pipeline from raw English text to relations: ``kg_docre.load()(text)._.relations``.

    ``model`` is "small" (the default), "base" or a checkpoint's folder. Sentences come from spaCy's small English
    pipeline, mentions from the checkpoint's own detector or, where that finds its types, the default one's.
    ``config`` has options of the component ``docre``: ``kg_docre.load(min_precision=0.9)``. They are ``threshold`` (0
    to 1) or ``min_precision``, ``device``, ``precision``, ``batch_tokens``, ``max_entities``,
    ``split_subjects``, ``checks``, ``entity_types`` and ``attributes``.

    Raises :exc:`FileNotFoundError` if there is no such checkpoint, and :exc:`ValueError` if there is no detector for
    its types.
    """
    from spacy_components.pipeline import load

    return load(model, **config)


def render(doc: Doc) -> Rendered:
    """A ``Doc`` to look at: its text with the things it names, and its facts, each with the sentences behind it.

    Notebooks show it; elsewhere it is a string of HTML to write to a file. See :func:`spacy_components.render.render`.
    """
    from spacy_components.render import render

    return render(doc)
