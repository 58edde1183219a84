"""``mentions``: ``doc.ents`` from a checkpoint's own mention detector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from kg_docre.batching import BATCH_SIZE
from spacy_components.annotations import COREFERENCE, set_coreference
from spacy_components.checkpoint import CheckpointComponent
from spacy_components.markup import markup_tokens
from spacy_components.paragraphs import paragraph_starts

if TYPE_CHECKING:  # spaCy imports every factory at start-up; torch is for pipelines that use this one
    from kg_docre.mention_predictor import FoundMentions, MentionPredictor

__all__ = ["Mentions", "make_mentions"]


_BEGINS = 3  # spaCy's number for the first token of an entity; of none, one that is blocked


@Language.factory(
    "mentions",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
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
    before stay, and what overlaps them, or what is blocked, is left out. No mention goes over the end of a
    paragraph. If the detector tells, which mentions are of one thing is kept for ``entity_clusters`` and ``docre``,
    also of what is mentioned once; not where an earlier component has left such clusters in ``doc.spans``. The
    checkpoint is read at the first use, or when the pipeline is initialized.
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
        ((_, found),) = self._found([doc])
        if isinstance(found, Exception):
            raise found
        self._annotate(doc, found)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH_SIZE) -> Iterator[Doc]:
        """Annotate docs in batches of ``batch_size``, in order. A doc that can't be processed goes to the
        pipeline's error handler: by default the error is raised, else the doc is left out."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            for doc, found in self._found(batch):
                if isinstance(found, Exception):
                    self.get_error_handler()(self.name, self, [doc], found)
                else:
                    self._annotate(doc, found)
                    yield doc

    def _found(self, docs: list[Doc]) -> Iterator[tuple[Doc, FoundMentions | Exception]]:
        """Mentions by the numbers of words that are no space; where a batch fails, of each doc by itself."""
        numbers = [_words(doc) for doc in docs]
        words = [[doc[i].text for i in its] for doc, its in zip(docs, numbers, strict=True)]
        breaks = [_breaks(doc, its) for doc, its in zip(docs, numbers, strict=True)]
        try:
            yield from zip(docs, list(self.predictor.pipe(words, breaks=breaks, batch_size=len(docs))), strict=True)
        except Exception as error:  # out of memory, as a rule; what it is, the error handler is told
            if len(docs) == 1:
                yield docs[0], error
                return
            for doc in docs:
                yield from self._found([doc])

    def _annotate(self, doc: Doc, mentions: FoundMentions) -> None:
        numbers = _words(doc)
        there = {(span.start, span.end): span for span in doc.ents}
        marks = doc.to_array(["ENT_IOB", "ENT_TYPE"])
        blocked = [doc[i : i + 1] for i in np.flatnonzero((marks[:, 0] == _BEGINS) & (marks[:, 1] == 0)).tolist()]
        taken = {i for start, end in (*there, *((b.start, b.end) for b in blocked)) for i in range(start, end)}
        every = [Span(doc, numbers[start], numbers[end - 1] + 1, label=kind) for start, end, kind in mentions.spans]
        free = {i: span for i, span in enumerate(every) if taken.isdisjoint(range(span.start, span.end))}
        kept = {i: there[span.start, span.end] for i, span in enumerate(every) if (span.start, span.end) in there}
        doc.set_ents([*doc.ents, *free.values()], blocked=blocked)
        ours, clusters = free | kept, mentions.clusters or ()
        if any(key.startswith(COREFERENCE) for key in doc.spans):
            clusters = ()
        set_coreference(doc, ([ours[i] for i in cluster if i in ours] for cluster in clusters))


def _breaks(doc: Doc, numbers: list[int]) -> list[int]:
    """Which of these words begin a paragraph; one that is nothing but markup begins where the next one does, if any."""
    found: list[int] = np.searchsorted(numbers, paragraph_starts(doc)).tolist()
    return [word for word in found if word < len(numbers)]


def _words(doc: Doc) -> list[int]:
    """Numbers of the tokens that are neither space nor markup."""
    numbers: list[int] = np.flatnonzero(doc.to_array(["IS_SPACE"]).reshape(-1) == 0).tolist()
    markup = markup_tokens(doc)
    return [number for number in numbers if number not in markup] if markup else numbers
