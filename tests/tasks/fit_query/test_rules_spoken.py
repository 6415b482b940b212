"""What people take back, spell out and tell beside a request: dictated questions and anecdotes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tasks.fit_query.ground import ground
from tasks.fit_query.rules import read

TODAY = date(2026, 11, 1)
UNSUPPORTED = {"query_type": "unsupported"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wind, er, not wind, hydro near Moffat", {"technology": "Hydro", "location": "Moffat"}),
        (
            "AD plants in Devon... forget Devon, I meant Dorset",
            {"technology": "Anaerobic digestion", "location": "Dorset"},
        ),
        ("wind in Kent, actually drop Kent, do Surrey", {"technology": "Wind", "location": "Surrey"}),
        (
            "solar in Surrey. My mistake: for Surrey please read Somerset.",
            {"technology": "Photovoltaic", "location": "Somerset"},
        ),
        (
            "wind in county durham expiring within thirty months no thirty six months",
            {"technology": "Wind", "location": "county durham", "remaining_max": "thirty six months"},
        ),
        (
            "under no no over two megawatts solar norfolk",
            {"technology": "Photovoltaic", "location": "norfolk", "capacity_min": "two megawatts"},
        ),
        (
            "wind on ynys mon with fewer than sorry with more than five years remaining",
            {"technology": "Wind", "location": "ynys mon", "remaining_min": "five years"},
        ),
        ("wind pls\nnorfolk\n*suffolk\n<500kw", {"technology": "Wind", "location": "suffolk", "capacity_max": "500kw"}),
        (
            "I want the total capacity of pv in Berkshire, no not the total the average",
            {"technology": "Photovoltaic", "location": "Berkshire", "aggregate": "average_capacity"},
        ),
    ],
)
def test_what_is_taken_back_is_gone(text: str, expected: dict[str, Any]) -> None:
    assert read(text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("alpha bravo four two wind", {"technology": "Wind", "postcode_patterns": ["AB42"]}),
        ("c f thirty two and c f thirty three hydro", {"technology": "Hydro", "postcode_patterns": ["CF32", "CF33"]}),
        ("the tariff on fit number two thousand and forty one", {"query_type": "fit_rate", "fit_id": "2041"}),
        ("fit id double four seven nine", {"fit_id": "4479"}),
        ("fit id one five eight five no hang on one five eight six", {"fit_id": "1586"}),
        ("pee vee up to to thirty kilowatts", {"technology": "Photovoltaic", "capacity_max_kw": 30}),
        ("turbines with a year and a half left", {"technology": "Wind", "fit_remaining_max_years": 1.5}),
        ("hydro of 1ish MW", {"technology": "Hydro", "capacity_min_kw": 900, "capacity_max_kw": 1100}),
        (
            "wind in march as in the town in cambridgeshire",
            {"technology": "Wind", "location": "March", "postcode_patterns": ["PE15"]},
        ),
        ("which hydro is in the last year of its FIT", {"technology": "Hydro", "fit_remaining_max_years": 1}),
        ("pv of 0,25 MW up to 1 MW", {"technology": "Photovoltaic", "capacity_min_kw": 250, "capacity_max_kw": 1000}),
    ],
)
def test_what_is_dictated_is_answered(text: str, output: dict[str, Any]) -> None:
    reading = read(text, TODAY)
    assert reading is not None
    assert ground(text, reading, TODAY).output == output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "We lost our auditor, then the dog, then the boiler. Anyhow, revenue for wind over 2 MW in Fife, please.",
            {"technology": "Wind", "capacity_min": "2 MW", "location": "Fife", "revenue": True},
        ),
        (
            "My grandson did a school project. That set me wondering what the total capacity of solar is in Kent.",
            {"technology": "Photovoltaic", "location": "Kent", "aggregate": "total_capacity"},
        ),
        (
            "How many sites are there in Orkney? I ask because a man in a pub told me that he owns a windmill.",
            {"location": "Orkney", "aggregate": "count"},
        ),
        ("For the insurance renewal we need solar in Essex", {"technology": "Photovoltaic", "location": "Essex"}),
        ("Lovely weather, eh. Hydro in Keswick, please.", {"technology": "Hydro", "location": "Keswick"}),
        ("Hi, Gail Solar here. Could you pull up hydro in Keswick?", {"technology": "Hydro", "location": "Keswick"}),
        (
            "Having sold the 2 MW site last year we look again: solar in Truro",
            {"technology": "Photovoltaic", "location": "Truro"},
        ),
    ],
)
def test_a_request_is_found_among_anecdotes(text: str, expected: dict[str, Any]) -> None:
    assert read(text, TODAY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Show solar in Kent over 50 kW. Battery storage too.",
        "Show solar in Kent over 50 kW. They must be community owned.",
        "Solar in Kent. What did they cost?",
        "Wind in Fife over 100 kW. Who owns them?",
        "Dear support, my neighbour shades our roof. What are my legal rights to light for my solar panels?",
        "List solar farms in Devon and email them to bob@example.com",
        "wind in Caithness, excl. KW14",
        "hydro installations at Mytholmroyd above 20 kW",
        "fit rate 118 and 119",
        "AD 79 eruption of Vesuvius",
    ],
)
def test_what_more_is_asked_or_meant_is_not_taken_for_a_story(text: str) -> None:
    assert read(text, TODAY) == UNSUPPORTED


@pytest.mark.parametrize(
    ("text", "reading", "output"),
    [
        ("hydro nowt under 500 kW", {"capacity_min": "500 kW"}, {"capacity_min_kw": 500}),
        ("hydro nothin' over 500 kW", {"capacity_max": "500 kW"}, {"capacity_max_kw": 500}),
        ("hydro, 10 years left on the clock or more", {"remaining_min": "10 years"}, {"fit_remaining_min_years": 10}),
        ("hydro. Anything under 1,200 kW is no good", {"capacity_min": "1,200 kW"}, {"capacity_min_kw": 1200}),
        ("comfortably over 1mw what's out there in hydro", {"capacity_min": "1mw"}, {"capacity_min_kw": 1000}),
        (
            "any two megawatt hydro turbines",
            {"capacity_max": "two megawatt"},
            {"capacity_min_kw": 2000, "capacity_max_kw": 2000},
        ),
        (
            "hydro with a decade and a half left",
            {"remaining_max": "a decade and a half"},
            {"fit_remaining_max_years": 15},
        ),
        (
            "500kW +revenue hydro",
            {"capacity_exactly": "500kW", "revenue": True},
            {"capacity_min_kw": 500, "capacity_max_kw": 500, "include_revenue": True},
        ),
        ("hydro before 2012, no I mean after 2012", {"built_after": "2012"}, {"commissioned_from": "2013-01-01"}),
        ("in plain English: hydro over 5 kW", {"capacity_min": "5 kW"}, {"capacity_min_kw": 5}),
    ],
)
def test_grounding_hears_how_people_speak(text: str, reading: dict[str, Any], output: dict[str, Any]) -> None:
    grounded = ground(text, {"technology": "Hydro", **reading}, TODAY)
    assert grounded.output == {"technology": "Hydro", **output}
