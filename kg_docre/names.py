"""Forms of a name: what stays the same when one thing is written in different ways."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Sequence

__all__ = [
    "GENERATIONS",
    "LEGAL_FORMS",
    "PARTICLES",
    "TITLES",
    "TRADES",
    "document_form",
    "given_name_first",
    "initials",
    "is_acronym",
    "keeps_possessive",
    "normalize_name",
    "short_hash",
    "strip_endings",
    "strip_titles",
    "without_article",
]

ARTICLES = frozenset({"the", "a", "an"})
TITLES = frozenset(
    """mr mrs ms miss mister madam dr doctor prof professor sir dame lord lady rev reverend fr hon honorable
    president vice premier chancellor minister secretary senator sen congressman congresswoman representative rep
    governor gov mayor judge justice attorney ambassador chairman director ceo general gen lieutenant lt colonel col
    major maj captain capt commander cmdr sergeant sgt corporal private admiral marshal officer detective inspector
    agent king queen prince princess emperor empress duke duchess count countess baron baroness earl pope cardinal
    bishop archbishop brother sister coach singer actor actress""".split()
)
# what may end an organization's name without naming another one: "Acme" and "Acme Corp."
LEGAL_FORMS = frozenset(
    """inc incorporated corp corporation co company ltd limited llc llp plc pty pvt gmbh ag kg sa spa nv bv ab as asa
    oyj""".split()
)
# what ends a company's name in two words, which is then called by the first
TRADES = frozenset(
    """aerospace airlines airways automotive bank beverages biologics biosciences biotech breweries brewery capital
    chemicals cinemas cruises diagnostics energy engineering entertainment ferries foods games genomics industries
    instruments insurance investments laboratories labs logistics media mining motors networks partners petroleum
    pharma pharmaceuticals publishing records robotics securities semiconductor semiconductors shipping software
    steel studios supermarkets systems technologies telecom therapeutics ventures""".split()
)
GENERATIONS = frozenset({"jr", "sr"})
# what is called "Christie's", and no person where nobody is called so
_FIRMS = frozenset("Christie Sotheby McDonald Macy Bloomingdale Sainsbury Moody Kellogg Waterstone".split())
_SAINTS = frozenset({"St", "St.", "Saint"})
# of surnames
PARTICLES = frozenset("al el ben bin ibn van von der den de di da do dos du del della la le ter ten zu".split())
_SMALL_WORDS = frozenset(
    {"of", "the", "and", "for", "in", "on", "at", "to", "de", "la", "du", "des", "der", "und", "&"}
)
_POSSESSIVE = re.compile(r"(?<!\d\d0)(?<!\d\d0\s)\s*['’]s?$", re.IGNORECASE)  # but the 1990's
_NOT_WORD = re.compile(r"[^\w]+")
# what a name is told by besides letters and digits: 1.5 and 15, 50% and $50, C and C++ and C#
_NOT_NAME = re.compile(r"[^\w.%$€£¥+#]+")
_FULL_STOP = re.compile(r"(?<!\d)\.|\.(?!\d)")
_AKTIESELSKAB = re.compile(r"(?<=\w )a ?/ ?s$")


def without_article(name: str) -> str:
    """The name without leading articles and without a possessive ending, otherwise as written."""
    name = _POSSESSIVE.sub("", name.strip()) or name.strip()
    words = name.split()
    while len(words) > 1 and words[0].casefold() in ARTICLES:
        words = words[1:]
    return " ".join(words)


def keeps_possessive(name: str, type: str) -> bool:
    """Whether a possessive ending belongs to the name before it: "Christie's" and "St. John's", but of no person."""
    words = name.split()
    firm = len(words) == 1 and words[0] in _FIRMS
    return (type == "ORG" and firm) or (type in ("ORG", "LOC") and len(words) > 1 and words[0] in _SAINTS)


def given_name_first(name: str) -> str:
    """A person's name that begins with the surname in capitals as it is elsewhere: "HOVENDEN, Thomas" → "Thomas
    Hovenden"."""
    surname, _, given = name.partition(", ")
    turns = (
        surname.isupper() and len(surname) > 2 and given.replace(".", "").replace("-", "").replace(" ", "").isalpha()
    )
    if not turns or given.isupper() or given.rstrip(".").casefold() in GENERATIONS or " of " in given:
        return name
    return f"{given} {surname.title()}"


def normalize_name(name: str) -> str:
    """Case, accents, articles, possessives, punctuation and spacing folded away: "The U.S.'s" → "us".

    Never empty for a name that is not: what is all punctuation stays as it is.
    """
    folded = unicodedata.normalize("NFKD", without_article(unicodedata.normalize("NFKC", name)))
    if not folded.isascii():
        folded = "".join(c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    folded = folded.casefold()
    folded = _AKTIESELSKAB.sub("as", _FULL_STOP.sub("", folded).replace("'", "").replace("’", ""))
    return _NOT_NAME.sub(" ", folded).strip() or " ".join(name.split()) or name


def strip_titles(words: list[str]) -> list[str]:
    """Normalized words of a person's name without titles before it."""
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    return words


def is_acronym(name: str) -> bool:
    """Two to six capitals, with or without full stops."""
    letters = without_article(name).replace(".", "").replace(" ", "")
    return 2 <= len(letters) <= 6 and letters.isalpha() and letters.isupper()


def strip_endings(words: Sequence[str], endings: Collection[str]) -> Sequence[str]:
    """Normalized words without those at the end that are among ``endings``; the first one stays."""
    end = len(words)
    while end > 1 and words[end - 1] in endings:
        end -= 1
    return words[:end]


def initials(name: str) -> set[str]:
    """Acronyms a name of several words may have, with and without its small words."""
    words = [word for word in _NOT_WORD.split(without_article(name).replace(".", "")) if word]
    if len(words) < 2:
        return set()
    every = "".join(word[0] for word in words).casefold()
    large = "".join(word[0] for word in words if word.casefold() not in _SMALL_WORDS).casefold()
    return {form for form in (every, large) if len(form) > 1}


def short_hash(*parts: str) -> str:
    """Sixteen hex digits that stand for these strings, the same on every machine."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def document_form(form: str, digest: str) -> str:
    """Id of what a form names in the document of this content hash, if it is another thing in every one."""
    return short_hash(form, digest)
