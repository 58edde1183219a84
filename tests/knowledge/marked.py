"""Documents as text in which names are marked."""

from kg_docre.annotations import Document, Entity, Mention


def marked(text):
    """The document in which entities are marked as «PER Ada Berg »; marks of one name are one entity. Every full stop
    or question mark ends a sentence."""
    words, mentions, starts, start, kind = [], {}, [0], 0, ""
    for word in text.split():
        if word == "»":
            name = " ".join(words[start:])
            mention = Mention(start=start, end=len(words), sentence=len(starts) - 1, name=name)
            mentions.setdefault((name, kind), []).append(mention)
        elif word.startswith("«"):
            kind, start = word[1:], len(words)
        else:
            words.append(word)
            starts += [len(words)] * (word in (".", "?"))
    entities = tuple(Entity(name=name, type=kind, mentions=tuple(its)) for (name, kind), its in mentions.items())
    spaces = (True,) * len(words)
    return Document(
        id="a",
        words=tuple(words),
        spaces=spaces,
        sentence_starts=tuple(place for place in starts if place < len(words) or not place),
        entities=entities,
    )
