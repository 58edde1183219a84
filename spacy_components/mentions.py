"""``mentions``: ``doc.ents`` from a checkpoint's own mention detector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.tokens import Doc, Span

from spacy_components.annotations import COREFERENCE
from spacy_components.checkpoint import CheckpointComponent

if TYPE_CHECKING:  # spaCy imports every factory at start-up; torch is for pipelines that use this one
    from kg_docre.mention_predictor import FoundMentions, MentionPredictor

__all__ = ["Mentions", "make_mentions"]


_OWN = f"{COREFERENCE}_mentions_"  # what keys of this component's clusters begin with


@Language.factory(
    "mentions",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type", "doc.spans"],
    default_config={"model": "default", "coreference": True, "device": "auto", "precision": "auto"},
)
def make_mentions(nlp: Language, name: str, model: str, coreference: bool, device: str, precision: str) -> Mentions:
    """Create a :class:`Mentions`.

    ``model``: a shipped checkpoint's name or a folder, with a mention detector. ``coreference``: also say which
    mentions name the same thing; without it names alone tell. ``device`` and ``precision``: "auto" takes a GPU and
    bf16 where there are.
    """
    return Mentions(name=name, model=model, coreference=coreference, device=device, precision=precision)


class Mentions(CheckpointComponent["MentionPredictor"]):
    """Finds people, places, organizations, works, dates and numbers, as DocRED marks them.

    Labels are the model's entity types (PER, ORG, LOC, TIME, NUM, MISC). Entities that a component has set
    before stay, and what overlaps them is left out. If the detector tells, mentions of one thing are a group in
    ``doc.spans``, where ``entity_clusters`` and ``docre`` find them: ``coref_clusters_mentions_1`` and so on, also for
    what is mentioned once; not where an earlier component has left such clusters. The checkpoint is read at the first
    use, or when the pipeline is initialized.
    """

    def __init__(
        self,
        *,
        name: str = "mentions",
        model: str = "default",
        coreference: bool = True,
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        super().__init__(
            name=name, model=model, options={"device": device, "precision": precision, "coreference": coreference}
        )

    def _load(self) -> MentionPredictor:
        from kg_docre.mention_predictor import MentionPredictor

        return MentionPredictor.from_pretrained(self._model, **self._options)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotate docs in batches of ``batch_size``, in order."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            tokens = [[token.i for token in doc if not token.is_space] for doc in batch]
            words = [[doc[i].text for i in numbers] for doc, numbers in zip(batch, tokens, strict=True)]
            found = self.predictor.pipe(words, batch_size=batch_size)
            for doc, numbers, mentions in zip(batch, tokens, found, strict=True):
                self._annotate(doc, numbers, mentions)
                yield doc

    def _annotate(self, doc: Doc, numbers: list[int], mentions: FoundMentions) -> None:
        """Set what was found among the tokens ``numbers``."""
        there = {(span.start, span.end): span for span in doc.ents}
        taken = {i for start, end in there for i in range(start, end)}
        every = [Span(doc, numbers[start], numbers[end - 1] + 1, label=kind) for start, end, kind in mentions.spans]
        free = {i: span for i, span in enumerate(every) if taken.isdisjoint(range(span.start, span.end))}
        kept = {i: there[span.start, span.end] for i, span in enumerate(every) if (span.start, span.end) in there}
        doc.ents = [*doc.ents, *free.values()]
        for key in [key for key in doc.spans if key.startswith(_OWN)]:
            del doc.spans[key]
        if any(key.startswith(COREFERENCE) for key in doc.spans):
            return
        ours = free | kept
        left = ([ours[i] for i in cluster if i in ours] for cluster in mentions.clusters or ())
        for number, spans in enumerate((spans for spans in left if spans), 1):
            doc.spans[f"{_OWN}{number}"] = spans
