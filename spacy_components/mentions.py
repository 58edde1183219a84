"""``mentions``: ``doc.ents`` from a checkpoint's own mention detector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.tokens import Doc, Span

from spacy_components.checkpoint import CheckpointComponent

if TYPE_CHECKING:  # spaCy imports every factory at start-up; torch is for pipelines that use this one
    from kg_docre.mention_predictor import MentionPredictor

__all__ = ["Mentions", "make_mentions"]


@Language.factory(
    "mentions",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={"model": "default", "device": "auto", "precision": "auto"},
)
def make_mentions(nlp: Language, name: str, model: str, device: str, precision: str) -> Mentions:
    """Create a :class:`Mentions`.

    ``model``: a shipped checkpoint's name or a folder, with a mention detector. ``device`` and
    ``precision``: "auto" takes a GPU and bf16 where there are.
    """
    return Mentions(name=name, model=model, device=device, precision=precision)


class Mentions(CheckpointComponent["MentionPredictor"]):
    """Finds people, places, organizations, works, dates and numbers, as DocRED marks them.

    Labels are the model's entity types (PER, ORG, LOC, TIME, NUM, MISC). Entities that a component has set
    before stay, and what overlaps them is left out. The checkpoint is read at the first use, or when the
    pipeline is initialized.
    """

    def __init__(
        self, *, name: str = "mentions", model: str = "default", device: str = "auto", precision: str = "auto"
    ) -> None:
        super().__init__(name=name, model=model, options={"device": device, "precision": precision})

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
            for doc, numbers, spans in zip(batch, tokens, found, strict=True):
                given = list(doc.ents)
                taken = {i for span in given for i in range(span.start, span.end)}
                ours = [Span(doc, numbers[start], numbers[end - 1] + 1, label=kind) for start, end, kind in spans]
                doc.ents = [*given, *(span for span in ours if taken.isdisjoint(range(span.start, span.end)))]
                yield doc
