from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.fit_query.gazetteer import find_outside, find_places, outcodes, resolve
from tasks.fit_query.places import DATA, near_words
from tasks.fit_query.postcodes import find_postcodes, parse_postcode
from tasks.fit_query.resolution import nearest_place

ROOT = Path(__file__).parents[3]


def rows() -> list[dict[str, str]]:
    with (DATA / "places.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def names(text: str, *, misspelt: bool = False) -> list[str]:
    return [mention.place.name for mention in find_places(text, misspelt=misspelt)]


def test_every_canonical_name_resolves_to_its_own_row_in_any_case() -> None:
    for row in rows():
        for written in (row["place"], row["place"].upper(), row["place"].lower(), row["place"].replace("-", " ")):
            resolution = resolve(written)
            assert resolution.place is not None, written
            assert (resolution.place.name, " ".join(resolution.patterns)) == (row["place"], row["postcode_patterns"])
            assert not resolution.corrected


def test_every_alias_resolves_to_its_place() -> None:
    for row in rows():
        for alias in filter(None, row["aliases"].split("|")):
            place = resolve(alias).place
            assert place is not None, alias
            assert place.name == row["place"]


def test_every_canonical_name_is_found_after_a_word_of_place() -> None:
    missed = [row["place"] for row in rows() if names(f"wind sites near {row['place'].lower()}") != [row["place"]]]
    assert missed == []


def test_a_canonical_name_beats_an_alias() -> None:
    durham = resolve("Durham").place
    highlands = resolve("highland").place
    assert durham is not None
    assert highlands is not None
    assert (durham.name, highlands.name) == ("Durham", "Highlands")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("yorkshir", "Yorkshire"),
        ("wlaes", "Wales"),
        ("Glocestershire", "Gloucestershire"),
        ("middlesborough", "Middlesbrough"),
        ("Aberistwith", "Aberystwyth"),
        ("Leiecster", "Leicester"),
        ("sommerset", "Somerset"),
        ("kirkaldy", "Kirkcaldy"),
        ("Bury St Edmonds", "Bury St. Edmunds"),
        ("newcastel", "Newcastle upon Tyne"),
        ("Leed", "Leeds"),
        ("Yrok", "York"),
        ("the county of Kent", "Kent"),
        ("Leeds area", "Leeds"),
        ("the city of bristol", "Bristol"),
        ("perth n kinross", "Perth and Kinross"),
        ("Co. Durham", "County Durham"),
        ("saint ives", "St. Ives"),
        ("Kings Lynn", "King's Lynn"),
        ("tyne & wear", "Tyne and Wear"),
    ],
)
def test_a_name_is_resolved_however_it_is_written(written: str, name: str) -> None:
    place = resolve(written).place
    assert place is not None
    assert place.name == name


ELSEWHERE = (
    "Paris|Rome|Cork|Dublin|Berlin|Kerry|Essen|Bern|Islington|Exmoor|cotswolds|Norway|Ystradgynlais|Hogwarts|Milton|Harrison"
    "|the moon|New York|north devon|Yorkshire Dales|Perth, Australia|Boston, Massachusetts|west wales"
    "|Newcastle under Lyme|concept|starting|network|tariff|x||..."
)


@pytest.mark.parametrize("elsewhere", ELSEWHERE.split("|"))
def test_what_is_no_place_of_ours_is_never_turned_into_one(elsewhere: str) -> None:
    resolution = resolve(elsewhere)
    assert resolution.place is None
    assert not resolution.everywhere
    assert resolution.unknown == elsewhere


@pytest.mark.parametrize(
    "words", ["UK", "the uk", "Britain", "nationwide", "anywhere", "anywhere in the UK", "Great Britain"]
)
def test_the_whole_country_is_no_filter(words: str) -> None:
    assert resolve(words).everywhere


@pytest.mark.parametrize(
    ("written", "patterns"),
    [
        ("Newport in Shropshire", "TF10"),
        ("Newport, Gwent", "NP10 NP11 NP18 NP19 NP20"),
        ("Newport (Isle of Wight)", "PO30"),
        ("newport shropshire", "TF10"),
        ("Richmond, North Yorkshire", "DL10 DL11"),
        ("Ashford, Kent", "TN23 TN24 TN25 TN26 TN27"),
        ("March, Cambs", "PE15"),
        ("St Ives Cornwall", "TR26"),
        ("bangor (county down)", "BT19 BT20"),
        ("Skipton, North Yorkshire", "BD23 BD24"),
        ("Perth, Scotland", "PH"),
        ("Newport, UK", "NP10 NP11 NP18 NP19 NP20 PO30 SA42 TF10"),
    ],
)
def test_a_qualifier_narrows_a_name_that_stands_for_several_towns(written: str, patterns: str) -> None:
    assert " ".join(resolve(written).patterns) == patterns


def test_a_qualifier_that_is_no_known_place_is_reported_with_the_place() -> None:
    resolution = resolve("Truro, Zzyzx")
    assert resolution.place is not None
    assert (resolution.place.name, resolution.unknown) == ("Truro", "Zzyzx")


def test_no_word_of_the_dictionary_that_is_near_to_a_place_is_taken_for_it() -> None:
    near = near_words()
    assert len(near) > 900
    assert {"concert", "regards", "staff", "bring", "home"} & near
    assert [word for word in near if resolve(word).place] == []


def test_the_list_of_near_words_fits_the_places() -> None:
    needless = [word for word in near_words() if not nearest_place(word, frozenset())]
    assert needless == [], "make it again: python -m tasks.fit_query.near_words DICTIONARY"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wind sites over 100kw in berkshire", ["Berkshire"]),
        ("compare wind in Scotland and Wales", ["Scotland", "Wales"]),
        ("fleet pv", ["Fleet"]),
        ("anything near Street", ["Street"]),
        ("what is there near Battle", ["Battle"]),
        ("sites in Sandy and Rugby", ["Sandy", "Rugby"]),
        ("skye / mull", ["Isle of Skye", "Isle of Mull"]),
        ("in march, cambs since march 2013", ["March", "Cambridgeshire"]),
        ("commissioned in march 2013", []),
        ("solar built in march", []),
        ("sites in march", ["March"]),
        ("turbines for sale in sale", ["Sale"]),
        ("show me a great deal on solar", []),
        ("I am reading about solar street lights", []),
        ("Kent's wind farms", ["Kent"]),
        ("we sell solar in New York", []),
        ("turbines north west of Leeds", ["Leeds"]),
        ("total capacity in the north west", ["North West England"]),
        ("south facing roofs", []),
        ("Dumfries and Galloway or Argyll & Bute", ["Dumfries and Galloway", "Argyll and Bute"]),
        ("hydro in the yorkshire dales", []),
        ("wind in welwyn garden city", ["Welwyn Garden City"]),
        ("", []),
    ],
)
def test_places_are_found_where_they_stand_as_places(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_a_mention_says_where_it_stands() -> None:
    (mention,) = find_places("pv in St. Ives please")
    assert (mention.start, mention.end, mention.text) == (6, 14, "St. Ives")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("anythng in scarbrough", ["Scarborough"]),
        ("wind farms carmarthan abv 100kw pls", ["Carmarthen"]),
        ("midlesbrough + darlington", ["Middlesbrough", "Darlington"]),
        ("pv in bury st edmonds", ["Bury St. Edmunds"]),
        ("whats the tarriff for turbins of any capcity", []),
        ("which installations are starting to expire", []),
        ("find: 6kw and over", []),
    ],
)
def test_misspelt_places_are_found_when_asked_for(text: str, found: list[str]) -> None:
    assert names(text, misspelt=True) == found


def test_places_outside_the_data_are_found() -> None:
    text = "hydro in Norway, solar near exmoor, wind in Kent, nice panels"
    assert [text[start:end] for start, end in find_outside(text)] == ["Norway", "exmoor"]


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("RG17 9AB", "RG17"),
        ("rg179ab", "RG17"),
        ("YO17", "YO17"),
        ("sy", "SY"),
        ("EC1A 1BB", "EC1A"),
        ("m1 1ae", "M1"),
        ("B", "B"),
        ("the RG area", "RG"),
        ("DT postcode area", "DT"),
        ("RG17 9", "RG17"),
        ("l l fifty five", "LL55"),
        ("d g", "DG"),
        ("EC1", "EC1"),
    ],
)
def test_the_outward_part_of_a_postcode_counts(written: str, pattern: str) -> None:
    postcode = parse_postcode(written)
    assert postcode is not None
    assert (postcode.pattern, postcode.known) == (pattern, True)


@pytest.mark.parametrize("written", ["XX9", "RG99", "ZQ", "YO99 1AA"])
def test_a_postcode_that_does_not_exist_is_not_known(written: str) -> None:
    postcode = parse_postcode(written)
    assert postcode is not None
    assert not postcode.known


@pytest.mark.parametrize("written", ["", "hello", "123", "RG17 9ABC", "R2D2X", "12 RG"])
def test_what_has_not_the_form_of_a_postcode_is_none(written: str) -> None:
    assert parse_postcode(written) is None


def test_every_outcode_of_the_gazetteer_is_a_known_postcode() -> None:
    odd = {"GIR", "NPT"}
    assert [code for code in outcodes() - odd if (found := parse_postcode(code)) is None or not found.known] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("anything near RG17 9AB under 50 kW", ["RG17"]),
        ("tr13 or tr12", ["TR13", "TR12"]),
        ("SY postcode", ["SY"]),
        ("sites in RG", ["RG"]),
        ("postcode area dt pv", ["DT"]),
        ("commisioned b4 2012", []),
        ("over 500 KW in Kent, AD or PV", []),
        ("FIT 4004 on the M98", []),
    ],
)
def test_postcodes_are_found_in_a_text(text: str, found: list[str]) -> None:
    assert [mention.pattern for mention in find_postcodes(text)] == found


def test_importing_the_gazetteer_reads_nothing() -> None:
    program = (
        "import builtins, io, sys, types\n"
        "package = types.ModuleType('tasks.fit_query'); package.__path__ = [sys.argv[1]]\n"
        "import tasks; sys.modules['tasks.fit_query'] = package\n"
        "import tasks.fit_query.gazetteer as gazetteer\n"
        "assert gazetteer.gazetteer.cache_info().currsize == 0\n"
        "assert gazetteer.outcodes.cache_info().currsize == 0\n"
    )
    folder = str(ROOT / "tasks" / "fit_query")
    done = subprocess.run(
        [sys.executable, "-c", program, folder], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
