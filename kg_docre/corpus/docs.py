"""From docs that a spaCy pipeline of one's own has read to the fact store."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from spacy.tokens import Doc

from kg_docre import __version__
from kg_docre.corpus.titles import called_by_title
from kg_docre.data.errors import DataError
from kg_docre.metadata import as_metadata
from kg_docre.names import short_hash
from kg_docre.resolution.forms import form_id
from kg_docre.resolution.resolve import resolve_if_grown
from kg_docre.store import FactStore
from spacy_components.annotations import relations_of, to_document

__all__ = ["add_docs"]


def add_docs(
    store: FactStore, docs: Iterable[tuple[Doc, str | Mapping[str, Any]]], *, model: str, keep: str | Sequence[str] = ()
) -> int:
    """Add docs with their entities and relations, each under a uri, as ``nlp.pipe(texts_and_uris, as_tuples=True)``
    gives them, or with a context of ``uri``, ``title`` and whatever else; how many the store did not have. What a
    context has of ``keep`` is the document's metadata: strings, numbers, truth values, or lists of them. ``model`` is
    what has read them, by a name of one's own: what another one said of the same text is replaced. A uri that is no
    address (``https://…``) is a file's path from the store's folder to whatever forgets files and folders: ``texts/a``
    goes with ``texts``.

    What was found at a uri before its text changed is deleted at the end, also where a doc breaks it off; then a store
    of which a tenth has changed is resolved. Raises :exc:`~kg_docre.data.errors.DataError` for a doc in which no
    component ``docre`` has looked for relations, one without a uri or with one that a doc of another text has had, or
    with a title or metadata that can't be kept. A name in ``keep`` that no context has is warned of.
    """
    if not (isinstance(model, str) and model):
        raise DataError(f"model is {model!r}: expected a name for what has read the docs")
    keep = [keep] if isinstance(keep, str) else keep
    run = store.begin_run(version=__version__, config={"model": model})
    added = 0
    lacking = {*keep}
    texts: dict[str, str] = {}
    try:
        for pair in docs:
            if not (isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], Doc)):
                raise DataError(f"expected pairs of a doc and its uri or context, found {type(pair).__name__}")
            doc, context = pair
            said = context if isinstance(context, Mapping) else {"uri": context}
            uri, title = said.get("uri"), said.get("title") or None
            if not (isinstance(uri, str) and uri):
                raise DataError(f"a doc's uri is {uri!r:.60}: expected a string, or a context with one under 'uri'")
            if not isinstance(title, str | None):
                raise DataError(f"{uri}: its title is {title!r:.60}: expected a string")
            text = short_hash(doc.text)
            if texts.setdefault(uri, text) != text:
                raise DataError(f"{uri}: another doc has this uri")
            found = relations_of(doc)
            if found is None:
                raise DataError(f"{uri}: no component docre has looked for relations in this doc")
            relations, names = found
            try:
                metadata = as_metadata({name: said.get(name) for name in keep})
                lacking -= metadata.keys()
            except ValueError as error:
                raise DataError(f"{uri}: {error}") from error
            document = replace(to_document(doc, id=uri), title=title or uri, relations=tuple(relations))
            document = called_by_title(document)
            added += store.add(document, model=model, names=names, resolve=form_id, run=run, metadata=metadata)
    finally:
        store.prune()
    if lacking:
        warnings.warn(f"no doc's context has anything in {' or '.join(map(repr, sorted(lacking)))}", stacklevel=2)
    resolve_if_grown(store)
    return added
