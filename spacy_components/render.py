"""A ``Doc`` to look at: its text with the things it names, and its facts, each with the sentences behind it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from markupsafe import Markup
from spacy.tokens import Doc, Span

from kg_docre.graph.page_mark import MARK
from kg_docre.templates import readable, templates
from spacy_components.annotations import RELATIONS
from spacy_components.views import EntityView, entities_in, relations_in

__all__ = ["Rendered", "render"]

_Place = tuple[int, int, EntityView]  # first character of a mention, the one behind, and what it names


class Rendered(str):
    """HTML, which notebooks show."""

    def _repr_html_(self) -> str:
        return str(self)


def render(doc: Doc) -> Rendered:
    """HTML of what ``docre`` found in a ``Doc``: shown where it is the last thing in a notebook's cell; a page of its
    own where it is written to a file. It has no scripts, needs nothing besides itself, and leaves what is around it as
    it is.

    Raises :exc:`ValueError` for a ``Doc`` that no ``docre`` has read, :exc:`TypeError` for what is none.
    """
    if not isinstance(doc, Doc):
        raise TypeError(f"render takes the Doc that a pipeline made of a text, not a {type(doc).__name__}")
    if not Doc.has_extension(RELATIONS) or doc._.get(RELATIONS) is None:
        raise ValueError("no relations to render: docre has not read this Doc")
    text = doc.text  # which is made anew whenever it is asked for
    of = {entity.index: [(m.start_char, m.end_char, entity) for m in entity.mentions] for entity in entities_in(doc)}

    def places(*indices: int) -> list[_Place]:
        return sorted(chain(*(of[index] for index in indices)), key=lambda place: (place[0], -place[1]))

    def marked(sentence: Span, *ends: EntityView) -> Markup:
        here = places(*{entity.index for entity in ends})
        return _pieces(text, sentence.start_char, sentence.end_char, here, "<mark>{name}</mark>")

    environment = templates("spacy_components")
    environment.filters["marked"] = marked
    around = '<span class="named is-{type}" title="{title}">{name}</span>'
    return Rendered(
        environment.get_template("render.html").render(
            mark=Markup(MARK),
            text=_pieces(text, 0, len(text), places(*of), around),
            relations=sorted(relations_in(doc), key=lambda relation: -relation.score),
        )
    )


def _pieces(text: str, start: int, end: int, places: Iterable[_Place], around: str) -> Markup:
    """Some of a text, with HTML around names; of names within others around these alone."""
    pieces, last = [], start
    for first, behind, entity in places:
        if last <= first and behind <= end:
            pieces += [
                readable(text[last:first]),
                Markup(around).format(name=readable(text[first:behind]), type=entity.type, title=readable(entity.name)),
            ]
            last = behind
    return Markup("").join([*pieces, readable(text[last:end])])
