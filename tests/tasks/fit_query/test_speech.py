"""Dictated questions of the data set, and what rules and grounding make of dictated text."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tasks.fit_query.amounts import parse_kw
from tasks.fit_query.dataset.question import Marks, finished
from tasks.fit_query.dataset.speech import dictated
from tasks.fit_query.ground import ground
from tasks.fit_query.numerals import read_number
from tasks.fit_query.postcodes import parse_postcode
from tasks.fit_query.rules import read
from tasks.fit_query.technologies import find_technologies
from tasks.fit_query.words import as_typed

TODAY = date(2026, 11, 1)


def marked(*pieces: str) -> tuple[str, list[str]]:
    """A text in which each second piece is quoted, and the marks of these."""
    marks, text, quoted = Marks(), "", []
    for at, piece in enumerate(pieces):
        slot, mark = marks.quote(piece) if at % 2 else (piece, "")
        text += slot
        quoted += [mark] if mark else []
    return text, quoted


@pytest.mark.parametrize("seed", range(40))
def test_a_dictated_question_has_no_figure_and_means_the_same(seed: int) -> None:
    text, (low, built, code) = marked("Wind over ", "2.5 MW", ", built since ", "2012", " in ", "RG17", "!")
    spoken = dictated(
        Random(seed), text, {"technology": "Wind", "capacity_min": low, "built_from": built, "postcodes": [code]}
    )
    assert spoken is not None
    words, reading = finished(*spoken)
    assert not re.search(r"[0-9!,]", words)
    assert ground(words, reading, TODAY).output == {
        "technology": "Wind",
        "capacity_min_kw": 2500,
        "commissioned_from": "2012-01-01",
        "postcode_patterns": ["RG17"],
    }


def test_what_nobody_says_stays_typed() -> None:
    assert dictated(Random(1), "wind >500kW", {"technology": "Wind"}) is None


def test_an_id_is_dictated_digit_by_digit_and_read_as_a_number() -> None:
    text, (mark,) = marked("rate of fit ", "15885")
    said = [dictated(Random(seed), text, {"fit_id": mark, "query_type": "fit_rate"}) for seed in range(30)]
    texts = [finished(*one) for one in said if one]
    assert {reading["fit_id"] for _, reading in texts} == {"15885"}
    assert any("one five double eight five" in words for words, _ in texts)


@pytest.mark.parametrize(
    ("written", "kw"),
    [
        ("point eight megawatts", 800),
        ("nought point two five megawatts", 250),
        ("two fifty kilowatts", 250),
        ("three seventy one kilowatt peak", 371),
        ("one ten kilowatt", 110),
    ],
)
def test_figures_as_they_are_said(written: str, kw: int) -> None:
    assert parse_kw(written) == Decimal(kw)


def test_a_second_and_begins_a_second_number() -> None:
    assert read_number("two hundred and fifty and two thousand") is None
    assert read_number("two thousand five hundred and fifty") == 2550


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("S nine nine B S", "S9"),
        ("E C four P", "EC4P"),
        ("o l seven eight d n", "OL7"),
        ("rg seventeen", "RG17"),
        ("tango alpha five", "TA5"),
        ("p e one zero", "PE10"),
    ],
)
def test_postcodes_as_they_are_spelled(written: str, pattern: str) -> None:
    postcode = parse_postcode(written)
    assert postcode is not None
    assert postcode.pattern == pattern
    assert postcode.known


@pytest.mark.parametrize(
    ("text", "names"), [("A D plants", ["Anaerobic digestion"]), ("c h p or p v", ["Micro CHP", "Photovoltaic"])]
)
def test_technologies_spelled_letter_by_letter(text: str, names: list[str]) -> None:
    assert [mention.technology for mention in find_technologies(text)] == names


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("over, um, 500 kW", "over 500 kW"),
        ("not over like fifteen months", "not over fifteen months"),
        ("how many uh mw", "how many mw"),
        ("Devon er Dorset", "Devon er Dorset"),
        ("solar like 500 kW", "solar like 500 kW"),
        ("digesters near kings lynn k i n g s l y n n", "digesters near kings lynn"),
        ("find f i t i d six six", "find FIT id six six"),
        ("a b c d", "a b c d"),
    ],
)
def test_what_is_only_said_aloud_is_gone(said: str, typed: str) -> None:
    assert as_typed(said) == typed


@pytest.mark.parametrize(
    ("text", "output"),
    [
        (
            "hydro in herts nowt under uh seven and a half years left how many",
            {"technology": "Hydro", "location": "Hertfordshire", "fit_remaining_min_years": 7.5, "aggregate": "count"},
        ),
        (
            "solar whose capacity is between two hundred and fifty and two thousand kilowatts",
            {"technology": "Photovoltaic", "capacity_min_kw": 250, "capacity_max_kw": 2000},
        ),
        ("wind between one and two and a half megawatts", {"capacity_min_kw": 1000, "capacity_max_kw": 2500}),
        ("top 10 solar\nkent\nactually make it 20", {"limit": 20, "location": "Kent"}),
        ("solar over 500 kW in Devon. Sorry, make that 300 kW", {"capacity_min_kw": 300, "location": "Devon"}),
        ("newest 5 AD plants in Essex. Sorry, Suffolk I mean", {"location": "Suffolk", "limit": 5}),
        ("AD Stone, Staffs", {"location": "Stone", "postcode_patterns": ["ST15"]}),
        ("Wick KW1 / Thurso KW14 turbines", {"location": "Wick, Thurso", "postcode_patterns": ["KW1", "KW14"]}),
        ("solar in march the town i mean march in cambridgeshire", {"location": "March"}),
        ("NI capacity by technology", {"location": "Northern Ireland", "group_by": "technology"}),
        ("what is the smallest micro chp unit in greater london i bet its tiny", {"limit": 1, "sort_order": "asc"}),
    ],
)
def test_rules_and_grounding_read_it(text: str, output: dict[str, Any]) -> None:
    reading = read(text, TODAY)
    assert reading is not None
    grounded = ground(text, reading, TODAY)
    assert grounded.output is not None
    assert {key: grounded.output.get(key) for key in output} == output
    assert "capacity_max_kw" not in grounded.output or "capacity_max_kw" in output


def test_a_value_that_was_taken_back_is_replaced_in_any_reading() -> None:
    reading = {"technology": "Wind", "location": "lancashire", "sort": "capacity desc", "limit": "ten"}
    grounded = ground("give us the top ten wind in lancashire nah make it top fifteen", reading, TODAY)
    assert grounded.output is not None
    assert grounded.output["limit"] == 15
    assert [problem.code for problem in grounded.problems] == ["repaired"]


def test_just_not_there_excludes() -> None:
    grounded = ground("all the hydro in Wales? just not Gwynedd", {"technology": "Hydro", "location": "Wales"}, TODAY)
    assert grounded.output == {"query_type": "unsupported"}
