"""Words that facts are said with, and those that deny them."""

from __future__ import annotations

__all__ = [
    "AFTER_ALL",
    "AGAIN",
    "ALLEGEDLY",
    "ARTICLES",
    "ASKED_ENDS",
    "ASKS",
    "AUXILIARIES",
    "BE",
    "BEFORE",
    "BUT_ITS",
    "CLAIMS",
    "CLAUSES",
    "CUES",
    "DENIES",
    "ENDS",
    "EVIDENCE",
    "FALSE",
    "FILLS",
    "GOES_ON",
    "HELD",
    "IN",
    "LINKS",
    "MAKES",
    "MAY",
    "MUTUAL",
    "NEARLY",
    "NOT",
    "NOUNS",
    "OPENS",
    "OTHERS",
    "PLANNED",
    "PLANS",
    "PLURAL",
    "PRONOUNS",
    "PROSPECTS",
    "QUOTES",
    "REFUTED",
    "RESERVES",
    "RUMOURED",
    "SAYINGS",
    "SINGULAR",
    "SO",
    "STANDS",
    "STOPS",
    "SUNG",
    "UNLESS",
    "WORK",
    "WRONGLY",
    "YES",
]

_MEMBER = "P54 P102 P118 P361 P463 P527"
_PART = "P17 P30 P127 P131 P150 P205 P206 P276 P355 P361 P463 P527 P706 P749"
_PLACE = "P17 P30 P131 P150 P159 P276 P706"
_WORK = "P800"
# words that are said of two things, and the facts about the two that are said, or denied, with them
SAYINGS: dict[str, frozenset[str]] = {
    word: frozenset(labels.split())
    for words, labels in (
        ("born", "P19 P569"),
        ("die died", "P20 P570"),
        ("married marry marrying wed weds wife husband spouse widow widower", "P26"),
        ("son daughter child children father mother parent parents", "P22 P25 P40"),
        ("brother sister brothers sisters sibling siblings", "P3373"),
        ("related", "P22 P25 P40 P3373"),
        ("citizen citizens national", "P27"),
        ("founder founders founded found establish established", "P112 P571 P740"),
        ("employee employed worked work working", "P108 P937"),
        ("attended attend graduate graduated studied study educated alumnus", "P69"),
        ("member members", f"{_MEMBER} P17 P131 P150"),
        ("join joined", f"{_MEMBER} P17 P108 P131 P150"),
        ("played sign signed", "P54"),
        ("part annexed ceded incorporated", _PART),
        ("located situated lie lies lay", f"{_PLACE} P205 P206"),
        ("based headquartered", _PLACE),
        ("capital", "P36 P1376"),
        (
            "president leader head premier chancellor king queen monarch minister mayor governor",
            "P6 P35 P39 P488 P1001",
        ),
        ("chairman chairwoman chair chief", "P488"),
        (
            "own owned owner owners acquire acquired buy bought belong belonged subsidiary",
            "P127 P137 P355 P361 P749",
        ),
        ("star starred appear appeared appears cast", f"P161 P1344 {_WORK}"),
        ("direct directed director", f"P57 {_WORK}"),
        ("write written wrote writer author", f"P50 P58 P86 P170 P676 {_WORK}"),
        ("compose composed composer", f"P86 {_WORK}"),
        ("produce produced producer", f"P162 P272 {_WORK}"),
        ("created create creator designed invented painted", f"P170 P178 {_WORK}"),
        ("record recorded perform performed sing sung sang", f"P175 {_WORK}"),
        ("develop developed developer", f"P178 P176 P1056 {_WORK}"),
        ("publish published publisher released", "P123 P264 P577"),
        ("made manufactured built", "P176 P178 P1056"),
        ("receive received win won awarded", "P166"),
        ("language", "P37 P364 P1412"),
        ("speak speaks spoke", "P1412"),
        ("flow flows flowed empty empties", "P403"),
        ("participate participated compete competed", "P1344 P710"),
        ("sequel prequel", "P155 P156 P179"),
    )
    for word in words.split()
}
AGAIN = frozenset("P161 P166 P175 P710 P1344 P1412".split())  # of what is done time and again
WORK = frozenset({_WORK})
SUNG = frozenset({"sing", "perform"})  # what is not done once may be done at other times: "never" is needed
IN = frozenset(f"{_PLACE} P161 P205 P206 P361 P463".split())  # with "is not in"

QUOTES = frozenset({'"', "“", "”", "„", "«", "»", "'", "‘", "’", "''", "``"})
NOT = frozenset({"not", "NOT", "n't", "n’t", "never", "neither"})
DENIES = frozenset("denied denies deny denying rejected rejects dismissed dismisses".split())
ARTICLES = frozenset({"a", "an", "the"})  # "dismissed the chairman Bo" denies nothing of Bo
FALSE = frozenset("false untrue myth misconception unlikely doubtful doubt doubts doubted".split())  # before a "that"
EVIDENCE = frozenset("evidence proof indication".split())  # that there is "no" of
CLAIMS = frozenset("claim claims Claims rumour rumours Rumours rumor rumors Rumors report reports Reports".split())
REFUTED = frozenset("false untrue unfounded baseless wrong incorrect disproved refuted debunked".split())  # of claims
RUMOURED = frozenset("rumoured rumored alleged".split())  # to be, and may not be
ALLEGEDLY = frozenset("allegedly supposedly purportedly".split())
NEARLY = frozenset({"nearly", "almost"})
# "wrongly" believed to be, or listed as
WRONGLY = frozenset("wrongly falsely mistakenly erroneously incorrectly".split())
HELD = frozenset(
    "believed thought claimed claims said assumed supposed considered called described listed named".split()
)
# before a "to": what is not so, what is not yet so, and what was not yet so and is not, where a "but" follows
_REFUSES = frozenset("refused refuses refuse declined declines decline failed fails fail".split())
_PLANS = frozenset(
    """tries try attempts attempt plans plan hopes hope wants want intends intend seeks seek offers expects expect
    proposes wishes wish""".split()
)
PLANNED = frozenset(
    """tried attempted planned hoped wanted intended sought offered expected proposed threatened wished set agreed
    applied trying attempting planning hoping intending seeking expecting preparing""".split()
)
# the same as nouns, and what is done with these: "announced plans to", "made an attempt to"
PLANS = frozenset("plan plans offer bid attempt attempts proposal intention intentions talks negotiations".split())
MAKES = frozenset(
    """announced announces unveiled revealed confirmed made makes submitted launched dropped abandoned shelved scrapped
    withdrew cancelled canceled in no a an the its his her their failed unsuccessful new own""".split()
)
MAY = frozenset({"may", "might", "could"})
PROSPECTS = _REFUSES | _PLANS | PLANNED | PLANS | MAY
STOPS = NOT | DENIES | FALSE | PROSPECTS | RUMOURED | WRONGLY | {"no", "Neither"}  # nothing is said behind them
ASKS = frozenset("Is Are Was Were Do Does Did Has Have Will Would Can Could".split())  # at the beginning of a question
YES = frozenset("Yes yes Indeed indeed true correct course certain certainly sure".split())  # behind a question
CUES = ASKS | STOPS | CLAIMS | ALLEGEDLY | NEARLY | {"would"}
BE = frozenset({"is", "was", "are", "were"})
PLURAL = frozenset({"are", "were", "have", "do"})
SINGULAR = frozenset({"is", "was", "has", "does"})
MUTUAL = frozenset("married marry wed related siblings brothers sisters".split())  # said of two
# between a name and a "not"
AUXILIARIES = (
    BE
    | PLURAL
    | QUOTES
    | frozenset(
        """be been being has had did does ca can could wo will would who which that voted chose decided also
        still often sometimes therefore thus probably clearly certainly apparently actually really
        deliberately consequently""".split()
    )
)
# between a "not" and the word that is denied
FILLS = frozenset(
    """to be been being have has had having was were is are become became becoming a an the any ever yet actually really
    officially official true that who he she it they evidence proof indication claims rumours rumors reports allegations
    plans""".split()
)
# between the word that is denied and a name
OPENS = QUOTES | frozenset(
    """in at on of to with by for from within a an the his her its film movie song album novel book band group company
    party city town state country region village province kingdom republic either""".split()
)
# behind what is denied, and behind what is planned: "not made for Bo" may have been made for others
ENDS = frozenset(""". , ; : ! ) - – — ' " and but or nor who which although though""".split())
GOES_ON = ENDS | frozenset(
    "next in on at by from for to with as when where while that since after then he she it".split()
)
# between "the" and a name, and no adjective: "the brother of Bo"
LINKS = frozenset(
    """of in on at by for from to with and or as but nor than when where while who whom whose which that is
    are was were has have had not""".split()
)
CLAUSES = frozenset({"who", "whom", "whose", "which", "that"})
ASKED_ENDS = ENDS | {"?", "too", "also", "either"}
BEFORE = QUOTES | {"the", "The"}  # a name, and are no part of it
# before a name that another word is about: "the capital of Norway is not", "had Norway not"
OTHERS = frozenset("of in from for by to with at on than had were should".split())
PRONOUNS = {"he": True, "she": True, "it": False, "they": None}  # and whether they stand for somebody
# what may stand for a name behind a "the", and where a fact is said elsewhere
NOUNS = frozenset(
    """song film movie album novel book play series game company firm band group club team party country city town
    village island river""".split()
)
STANDS = NOUNS | frozenset("he she it they him her them which whom couple".split())
# what makes another "not" of it, behind it and before it: not only, not then, no more, not if, not as is claimed
UNLESS = frozenset(
    """only merely just simply solely alone until till because again anymore longer always originally initially
    unless before whenever first left leaving quit resigned divorced separated ?""".split()
)
RESERVES = (
    NOT
    | DENIES
    | frozenset(
        """if If Had Were whether Whether unless Unless without Without no No nobody Nobody none None wish wished
        imagine Imagine say claim claims claimed alleged argued believed thought pretended lied doubted suspected
        suggested rumour rumor rumours rumors theory theories theorists myth misconception wrong wrongly false
        untrue falsely often sometimes allegedly supposedly reportedly initially Initially originally Originally
        first""".split()
    )
)
# before a "could" that did
SO = frozenset("so when where before until After after With with Thanks thanks enabled allowed enough".split())
AFTER_ALL = frozenset(
    """later Later eventually Eventually finally Finally succeeded did became completed admitted confessed proved
    persuaded accepted changed acknowledged ruled otherwise nevertheless divorced divorce left resigned""".split()
)
# what else somebody is to the same thing: "but its king", "but co-founded it"
BUT_ITS = frozenset("its his her their one co half".split())
