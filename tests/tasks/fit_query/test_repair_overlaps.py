"""Quotations that take in too much or too little, and values taken back behind the question."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tasks.fit_query.everything import asks_for_everything
from tasks.fit_query.ground import ground

TODAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("text", "reading", "output"),
    [
        (
            "wind in the north east one and a half megawatts or more pet",
            {"capacity_min": "one and a half megawatts", "location": "north east one and a half megawatts"},
            {"capacity_min_kw": 1500, "location": "North East England"},
        ),
        (
            "Wick KW1 / Thurso KW14 turbines",
            {"locations": ["Wick KW1", "Thurso KW14"]},
            {"location": "Wick, Thurso", "postcode_patterns": ["KW1", "KW14"]},
        ),
        (
            "wind 30 months left max, LD1 LD2 LD6",
            {"postcodes": ["LD1", "LD2"], "remaining_max": "30 months"},
            {"postcode_patterns": ["LD1", "LD2", "LD6"], "fit_remaining_max_years": 2.5},
        ),
        (
            "the postcode's tango alpha five whats the wind like in there i mean which sites",
            {"postcodes": ["alpha five"]},
            {"postcode_patterns": ["TA5"]},
        ),
        ("Inverness IV2 wind", {"postcodes": ["IV2"]}, {"location": "Inverness", "postcode_patterns": ["IV2"]}),
        (
            "Any 330 kW turbines up by Fraserburgh?",
            {"capacity_min": "330 kW", "location": "Fraserburgh"},
            {"capacity_min_kw": 330, "capacity_max_kw": 330},
        ),
        (
            "wind in yeovil over thirty kilowatts no sorry over forty kilowatts",
            {"capacity_min": "forty kilowatts", "capacity_max": "forty kilowatts", "location": "yeovil"},
            {"capacity_min_kw": 40, "location": "Yeovil"},
        ),
        (
            "count of wind by region no by postcode area actually",
            {"aggregate": "count", "group_by": "region"},
            {"group_by": "postcode_area"},
        ),
        (
            "wind over 500 kW in Devon. Sorry, make that 300 kW",
            {"capacity_min": "500 kW", "location": "Devon"},
            {"capacity_min_kw": 300},
        ),
        (
            "wind who is more big than 800 kW",
            {"query_type": "comparison", "capacity_min": "800 kW"},
            {"capacity_min_kw": 800},
        ),
        ("wind built after 2012 - I mean 2014", {"built_after": "2012"}, {"commissioned_from": "2015-01-01"}),
    ],
)
def test_the_question_settles_what_was_meant(text: str, reading: dict[str, Any], output: dict[str, Any]) -> None:
    grounded = ground(text, {"technology": "Wind", **reading}, TODAY)
    assert grounded.output is not None
    assert {key: grounded.output.get(key) for key in output} == output
    assert ("capacity_max_kw" in grounded.output) == ("capacity_max_kw" in output)
    assert {problem.code for problem in grounded.problems} == {"repaired"}


def test_a_bound_against_the_field_replaces_nothing() -> None:
    reading = {"technology": "Wind", "capacity_min": "500 kW"}
    grounded = ground("wind over 500 kW. Actually make that under 300 kW", reading, TODAY)
    assert grounded.output is None or grounded.output.get("capacity_min_kw") != 300


@pytest.mark.parametrize(
    "text",
    [
        "heyyy, it's me again. everything this time please. literally list all sites, the whole lot",
        "My colleagues have laughed already. But I would like to see everything you've got: list all sites.",
        "show me the lot, every last installation in the UK",
    ],
)
def test_everything_is_asked_for_behind_a_story(text: str) -> None:
    assert asks_for_everything(text)


@pytest.mark.parametrize(
    "text",
    [
        "my colleagues laughed, list all sites in Kent",
        "list all sites, but not the old ones",
        "all installations, biggest first",
        "we have all sites listed here, show hydro",
        "I am new here. All sites since 2012",
        "all sites, repowering candidates",
    ],
)
def test_a_filter_beside_it_is_not_everything(text: str) -> None:
    assert not asks_for_everything(text)
