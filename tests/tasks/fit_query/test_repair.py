"""Slips in copying that the question settles, and those that it does not."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tasks.fit_query.bound_words import said_of_amount, said_of_date
from tasks.fit_query.ground import ground
from tasks.fit_query.score import score
from tuneserve.task import Grounded

TODAY = date(2026, 11, 21)
FOLDER = Path(__file__).parents[3] / "tasks" / "fit_query"
CASES = [json.loads(line) for line in (FOLDER / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
READINGS = [
    json.loads(line) for line in (Path(__file__).parent / "readings.jsonl").read_text(encoding="utf-8").splitlines()
]
UNSUPPORTED = {"query_type": "unsupported"}


def grounded(text: str, reading: dict[str, Any]) -> Grounded:
    before = copy.deepcopy(reading)
    result = ground(text, reading, TODAY)
    assert reading == before
    return result


def codes(result: Grounded) -> list[str]:
    return [problem.code for problem in result.problems]


@pytest.mark.parametrize(
    ("text", "slip", "right"),
    [
        ("solar near bodmin", {"location": "bodmunnyin"}, {"location": "bodmin"}),
        ("solar near bodmin", {"location": "Gardens"}, {"location": "bodmin"}),
        ("wind round kelso and hawick", {"locations": ["kelsoso", "hawick"]}, {"locations": ["kelso", "hawick"]}),
        ("hydro in Perth and Kinross", {"locations": ["Perth", "Kinross"]}, {"location": "Perth and Kinross"}),
        ("hydro in Tyne & Wear", {"location": "Tyne"}, {"location": "Tyne & Wear"}),
        ("wind in Ely, Cambs", {"location": "Cambs"}, {"location": "Ely, Cambs"}),
        ("wind in Ely, Cambs", {"locations": ["Ely", "Cambs"]}, {"location": "Ely, Cambs"}),
        ("wind in Kent", {}, {"location": "Kent"}),
        ("wind in TQ9", {}, {"postcodes": ["TQ9"]}),
        ("wind over 20 kW", {"capacity_max": "20 kW"}, {"capacity_min": "20 kW"}),
        ("wind topping 20 kW", {"capacity_max": "20 kW"}, {"capacity_min": "20 kW"}),
        ("wind no more than 20 kW", {"capacity_min": "20 kW"}, {"capacity_max": "20 kW"}),
        ("wind 20 kW or more", {"capacity_exactly": "20 kW"}, {"capacity_min": "20 kW"}),
        ("wind 20 kW and under", {"capacity_min": "20 kW"}, {"capacity_max": "20 kW"}),
        ("wind of around 20 kW", {"capacity_exactly": "20 kW"}, {"capacity_about": "20 kW"}),
        ("wind of 20 kW", {"capacity_about": "20 kW"}, {"capacity_exactly": "20 kW"}),
        ("wind over about 20 kW", {"capacity_about": "20 kW"}, {"capacity_min": "20 kW"}),
        ("wind 20 to 90 kW", {"capacity_min": "20 to 90 kW"}, {"capacity_min": "20", "capacity_max": "90 kW"}),
        (
            "wind between fifty and a hundred kW",
            {"capacity_about": "fifty and a hundred kW"},
            {"capacity_min": "fifty", "capacity_max": "a hundred kW"},
        ),
        (
            "wind between 20 and 90 kW",
            {"capacity_min": "90 kW", "capacity_max": "20"},
            {"capacity_min": "20", "capacity_max": "90 kW"},
        ),
        ("wind under 20 kW", {"capacity_max": "2 0 kW"}, {"capacity_max": "20 kW"}),
        ("wind with at least 6 years left", {"remaining_max": "6 years"}, {"remaining_min": "6 years"}),
        ("wind with 6 years left", {"remaining_min": "6 years"}, {"remaining_max": "6 years"}),
        ("wind since 2012", {"built_in": "2012"}, {"built_from": "2012"}),
        ("wind after 2012", {"built_from": "2012"}, {"built_after": "2012"}),
        ("wind on or after 4 May 2012", {"built_after": "4 May 2012"}, {"built_from": "4 May 2012"}),
        ("wind built before 2012", {"built_to": "2012"}, {"built_before": "2012"}),
        ("wind built by 2012", {"built_in": "2012"}, {"built_to": "2012"}),
        ("wind built 2012 onwards", {"built_in": "2012"}, {"built_from": "2012"}),
        ("wind 2010-13", {"built_in": "2010"}, {"built_from": "2010", "built_to": "13"}),
        ("wind 2010-13", {"built_to": "13"}, {"built_from": "2010", "built_to": "13"}),
        (
            "wind from May 2010 to June 2012",
            {"built_from": "May 2010"},
            {"built_from": "May 2010", "built_to": "June 2012"},
        ),
    ],
)
def test_a_slip_that_the_question_settles_is_mended_and_told(
    text: str, slip: dict[str, Any], right: dict[str, Any]
) -> None:
    technology = {"technology": "Hydro" if "hydro" in text else "Photovoltaic" if "solar" in text else "Wind"}
    mended, meant = grounded(text, technology | slip), grounded(text, technology | right)
    assert meant.output is not None
    assert (mended.output, codes(meant)) == (meant.output, [])
    assert set(codes(mended)) == {"repaired"}
    assert not mended.blocked


@pytest.mark.parametrize(
    ("text", "slip", "right"),
    [
        ("wind in HR", {"location": "HR"}, {"postcodes": ["HR"]}),
        ("wind, postcode area ab", {"location": "ab"}, {"postcodes": ["ab"]}),
        ("wind in beds", {"postcodes": ["beds"]}, {"location": "beds"}),
        (
            "wind up to 30 kW in TQ9",
            {"capacity_max": "30 kW", "location": "TQ9"},
            {"capacity_max": "30 kW", "postcodes": ["TQ9"]},
        ),
    ],
)
def test_a_place_or_postcode_under_the_other_key_means_the_same(
    text: str, slip: dict[str, Any], right: dict[str, Any]
) -> None:
    mended = grounded(text, {"technology": "Wind"} | slip)
    assert mended.output == grounded(text, {"technology": "Wind"} | right).output
    assert (mended.output is not None, codes(mended)) == (True, [])


def test_a_postcode_among_the_capacities_is_moved() -> None:
    result = grounded(
        "wind in ML11 up to 30 kW", {"technology": "Wind", "capacity_min": "ML11", "capacity_max": "30 kW"}
    )
    assert (result.output, codes(result)) == (
        {"technology": "Wind", "capacity_max_kw": 30, "postcode_patterns": ["ML11"]},
        ["repaired"],
    )


def test_a_technology_or_an_id_that_was_left_out_is_added_from_the_question() -> None:
    result = grounded("wnd farms in Kent", {"location": "Kent"})
    assert result.output is not None
    assert (result.output["technology"], codes(result)) == ("Wind", ["repaired"])
    assert result.fields["technology"].source == "grounding"
    described = grounded("FIT 00715, the turbine near Truro", {"technology": "Wind", "location": "Truro"})
    assert (described.output, codes(described)) == ({"fit_id": "715"}, ["repaired"])


def test_words_that_describe_the_installation_of_an_id_add_nothing() -> None:
    result = grounded("FIT 715, the turbine near Truro", {"fit_id": "715", "technology": "Wind", "location": "Truro"})
    assert (result.output, codes(result)) == ({"fit_id": "715"}, [])


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("wind in Kent", {"technology": "Wind", "location": "Devon"}),
        ("wind in Kent, Essex or Surrey", {"technology": "Wind", "locations": ["Kent", "Garden"]}),
        ("wind over 20 kW", {"technology": "Wind", "capacity_min": "30 kW"}),
        ("wind since 2012", {"technology": "Wind", "built_from": "2013"}),
        ("wind in the morning", {"technology": "Wind", "location": "Garden"}),
    ],
)
def test_another_real_value_or_several_candidates_are_not_mended(text: str, reading: dict[str, Any]) -> None:
    result = grounded(text, reading)
    assert result.blocked
    assert "not_in_question" in codes(result)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("wind in Kent, nothing over 20 kW", {"capacity_max": "20 kW"}),
        ("wind that is not older than 2012", {"built_from": "2012"}),
        ("wind with another 6 years left", {"remaining_min": "6 years"}),
        ("wind a year and a half left", {"remaining_max": "a year and a half"}),
        ("wind near enough 20 kW", {"capacity_about": "20 kW"}),
        ("wind, Kent and Ely", {"locations": ["Kent", "Ely"]}),
        ("wind, Ely, Cambs and Kent", {"locations": ["Ely", "Cambs", "Kent"]}),
    ],
)
def test_a_reading_that_may_be_right_is_left_alone(text: str, reading: dict[str, Any]) -> None:
    assert "repaired" not in codes(grounded(text, {"technology": "Wind"} | reading)) or "location" not in reading


def test_a_refusal_is_never_mended() -> None:
    assert grounded("wind in Kent", {"query_type": "unsupported"}).output == UNSUPPORTED


@pytest.mark.parametrize("case", range(len(CASES)))
def test_no_right_reading_is_changed(case: int) -> None:
    result = grounded(READINGS[case]["query"], READINGS[case]["reading"])
    assert result.output is not None
    assert score(CASES[case]["expected"], result.output)["exact"]
    assert "repaired" not in codes(result)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("under [20 kW]", "max"),
        ("no less than [20 kW]", "min"),
        ("[20 kW]+ wind", "min"),
        ("[20 kW]-plus", "min"),
        ("[20 kW] tops", "max"),
        ("~[20 kW]", "about"),
        ("over about [20 kW]", "min"),
        ("[20 kW] in Kent", None),
        ("nobody wants over [20 kW]", "min"),
        ("we do not want anything over [20 kW]", "max"),
        ("mustn't be lower than [20 kW]", "min"),
        ("it has not to do with wind but over [20 kW]", None),
        ("between 10 and [20 kW]", None),
        ("from [20] to 90 kW", None),
        ("over [20 kW] or less", None),
    ],
)
def test_what_the_words_beside_an_amount_say(text: str, said: str | None) -> None:
    start, end = text.index("["), text.index("]") - 1
    assert said_of_amount(text.replace("[", "").replace("]", "").lower(), start, end) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("since [2012]", "built_from"),
        ("no older than [2012]", "built_from"),
        ("[2012] or later", "built_from"),
        ("post-[2012]", "built_after"),
        ("b4 [2012]", "built_before"),
        ("on or before [2012]", "built_to"),
        ("until [2012]", "built_to"),
        ("in [2012]", None),
        ("nothing after [2012]", None),
        ("from [2012] to 2014", None),
        ("since [2012] or before", None),
    ],
)
def test_what_the_words_beside_a_date_say(text: str, said: str | None) -> None:
    start, end = text.index("["), text.index("]") - 1
    assert said_of_date(text.replace("[", "").replace("]", "").lower(), start, end) == said


@pytest.mark.parametrize(
    ("text", "slip", "right"),
    [
        ("the smallest wind farms", "capacity desc", "capacity asc"),
        ("wind, oldest first", "commissioning_date desc", "commissioning_date asc"),
        ("wind by the longest time left", "fit_remaining asc", "fit_remaining desc"),
    ],
)
def test_a_sort_turned_round_is_mended(text: str, slip: str, right: str) -> None:
    result = grounded(text, {"technology": "Wind", "sort": slip})
    assert result.output is not None
    assert (f"{result.output['sort_by']} {result.output['sort_order']}", codes(result)) == (right, ["repaired"])


def test_the_place_of_somebody_in_the_story_is_no_second_place() -> None:
    result = grounded("my brother is in Ripon; wind in Kent", {"technology": "Wind", "locations": ["Ripon", "Kent"]})
    assert result.output is not None
    assert (result.output["location"], codes(result)) == ("Kent", ["repaired"])


@pytest.mark.parametrize(
    ("question", "reading", "answer"),
    [
        (
            "AD in Norfolk expiring within 30 months and over 250 kW",
            {"remaining_max": "30 months", "capacity_min": "250 kW"},
            {"fit_remaining_max_years": 2.5, "capacity_min_kw": 250},
        ),
        (
            "AD in Norfolk over 250 kW and under five years left",
            {"capacity_min": "250 kW", "remaining_max": "five years"},
            {"capacity_min_kw": 250, "fit_remaining_max_years": 5},
        ),
    ],
)
def test_a_bound_before_the_next_amount_is_not_that_of_the_one_before(
    question: str, reading: dict[str, str], answer: dict[str, float]
) -> None:
    named = {"technology": "Anaerobic digestion", "location": "Norfolk"}
    output = ground(question, named | reading, TODAY).output
    assert output is not None
    assert output.items() >= answer.items()
