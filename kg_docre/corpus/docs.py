"""From docs that a spaCy pipeline of one's own has read to the fact store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from spacy.tokens import Doc

from kg_docre import __version__
from kg_docre.corpus.titles import called_by_title
from kg_docre.data.errors import DataError
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve_if_grown
from kg_docre.store import FactStore
from spacy_components.annotations import relations_of, to_document

__all__ = ["add_docs"]


def add_docs(store: FactStore, docs: Iterable[tuple[Doc, str | Mapping[str, str]]], *, model: str) -> int:
    """Add docs with their entities and relations, each under a uri, as ``nlp.pipe(texts_and_uris, as_tuples=True)``
    gives them, or with a context of ``uri`` and ``title``; how many the store did not have. ``model`` is what has read
    them, by a name of one's own: what another one said of the same text is replaced. A uri that is no address
    (``https://…``) is a file's path from the store's folder to whatever forgets files and folders: ``texts/a`` goes
    with ``texts``.

    What was found at a uri before its text changed is deleted at the end, also where a doc breaks it off; then a store
    of which a tenth has changed is resolved. Raises :exc:`~kg_docre.data.errors.DataError` for a doc in which no
    component ``docre`` has looked for relations, or one without a uri.
    """
    run = store.begin_run(version=__version__, config={"model": model})
    added = 0
    try:
        for doc, context in docs:
            uri, title = (context.get("uri"), context.get("title")) if isinstance(context, Mapping) else (context, None)
            if not (isinstance(uri, str) and uri):
                raise DataError(f"a doc's uri is {uri!r}: expected a string, or a context with one under 'uri'")
            found = relations_of(doc)
            if found is None:
                raise DataError(f"{uri}: no component docre has looked for relations in this doc")
            relations, names = found
            document = replace(to_document(doc, id=uri), title=title or uri, relations=tuple(relations))
            added += store.add(called_by_title(document), model=model, names=names, resolve=form_id, run=run)
    finally:
        store.prune()
    resolve_if_grown(store)
    return added
