from __future__ import annotations

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[3] / "tasks" / "fit_query"
DEVELOPMENT, UNOPENED, CASES = "development.jsonl", "unopened.jsonl", "cases.jsonl"
FILES = (DEVELOPMENT, UNOPENED)
# Written later and by others, in manners of their own.
ALL = (
    *FILES,
    *("development_2.jsonl", "development_3.jsonl", "development_4.jsonl"),
    *("development_5.jsonl", "development_6.jsonl", "development_7.jsonl"),
    *("unopened_2.jsonl", "unopened_3.jsonl", "unopened_4.jsonl"),
)
LENGTHS = {DEVELOPMENT: 320, UNOPENED: 120}
# Only the unopened questions are asked in these manners: they show whether a reader goes beyond what it was tuned on.
NEW_STYLES = {"forwarded_email", "telegram", "voice_correction"}
STYLES = {
    "chatty",
    "corner",
    "dictated",
    "figures",
    "hurried",
    "injection",
    "non_native",
    "note",
    "polite",
    "refusal",
    "search_box",
    "story_first",
    "two_sentences",
}
CATEGORIES = {
    "aggregation",
    "basic",
    "business",
    "capacity",
    "combined",
    "comparison",
    "dates",
    "fit_rate",
    "location",
    "refusal",
    "regional",
    "sorting",
    "years_left",
}
FILTERS = (
    {"technology", "technologies"},
    {"capacity_min_kw", "capacity_max_kw"},
    {"location", "postcode_patterns"},
    {"commissioned_from", "commissioned_to"},
    {"fit_remaining_min_years", "fit_remaining_max_years"},
    {"fit_id"},
)
BOUNDS = (
    ("capacity_min_kw", "capacity_max_kw"),
    ("commissioned_from", "commissioned_to"),
    ("fit_remaining_min_years", "fit_remaining_max_years"),
)


@cache
def questions(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines())


@cache
def places() -> dict[str, list[str]]:
    with (FOLDER / "data" / "places.csv").open(encoding="utf-8", newline="") as file:
        return {row["place"]: row["postcode_patterns"].split() for row in csv.DictReader(file)}


@cache
def postcode_areas() -> set[str]:
    return {re.split(r"\d", pattern)[0] for patterns in places().values() for pattern in patterns}


def number_of_filters(answer: dict[str, Any]) -> int:
    return sum(not fields.isdisjoint(answer) for fields in FILTERS)


def same_words(question: str) -> str:
    return " ".join(re.findall(r"[\w.,<>~=+]+", question.lower()))


@pytest.mark.parametrize("name", ALL)
def test_every_line_has_a_question_an_answer_and_tags_and_nothing_else(name: str) -> None:
    known = {"query", "expected", "tags"}
    assert [line for line in questions(name) if not known <= set(line) <= known | {"today"}] == []
    assert [line for line in questions(name) if line["query"] != line["query"].strip() or not line["query"]] == []


@pytest.mark.parametrize("name", ALL)
def test_every_answer_is_valid_by_the_schema(name: str) -> None:
    schema = Draft202012Validator(json.loads((FOLDER / "schema.json").read_text(encoding="utf-8")))
    assert [
        (line["query"], error.message) for line in questions(name) for error in schema.iter_errors(line["expected"])
    ] == []


@pytest.mark.parametrize("name", ALL)
def test_every_location_is_a_place_of_the_gazetteer(name: str) -> None:
    named = {place for line in questions(name) for place in line["expected"].get("location", "").split(", ") if place}
    assert named - set(places()) == set()


@pytest.mark.parametrize("name", FILES)
def test_patterns_are_those_of_the_places_unless_a_postcode_or_a_qualifier_changed_them(name: str) -> None:
    changed = []
    for line in questions(name):
        answer = line["expected"]
        if "location" in answer:
            named = [pattern for place in answer["location"].split(", ") for pattern in places()[place]]
            if answer["postcode_patterns"] != list(dict.fromkeys(named)):
                changed.append(line["query"])
    expected = {
        DEVELOPMENT: [
            "note to self - solar St Ives Cornwall",
            "Newport in Shropshire",
            "wind Alford, Aberdeenshire",
            "bangor (county down) solar",
            "Whitby YO21",
            "wind in Malton and YO25",
        ],
        UNOPENED: ["Gillingham, Kent", "Richmond in North Yorkshire, hydro"],
    }
    assert changed == expected[name]


@pytest.mark.parametrize("name", ALL)
def test_every_postcode_pattern_begins_with_an_area_of_the_gazetteer(name: str) -> None:
    patterns = {pattern for line in questions(name) for pattern in line["expected"].get("postcode_patterns", [])}
    assert {pattern for pattern in patterns if re.split(r"\d", pattern)[0] not in postcode_areas()} == set()


@pytest.mark.parametrize("name", FILES)
def test_patterns_without_a_location_stand_in_the_question(name: str) -> None:
    unsaid = [
        line["query"]
        for line in questions(name)
        if "location" not in line["expected"]
        for pattern in line["expected"].get("postcode_patterns", [])
        if pattern not in line["query"].upper()
    ]
    # Two are spelt out as they are spoken: "postcode area d g", "l l fifty five".
    assert unsaid == [line["query"] for line in questions(name) if re.search(r"\b(d g|l l) ", line["query"])]


@pytest.mark.parametrize("name", FILES)
def test_a_refusal_says_nothing_else_and_is_tagged_as_one(name: str) -> None:
    refused = [line for line in questions(name) if line["expected"].get("query_type") == "unsupported"]
    assert [line for line in refused if line["expected"] != {"query_type": "unsupported"}] == []
    assert refused == [line for line in questions(name) if line["tags"][1] == "refusal"]


@pytest.mark.parametrize("name", ALL)
def test_lower_bounds_are_not_above_upper_bounds(name: str) -> None:
    answers = [line["expected"] for line in questions(name)]
    assert [a for a in answers for low, high in BOUNDS if low in a and high in a and a[low] > a[high]] == []


@pytest.mark.parametrize("name", FILES)
def test_fields_that_belong_together_come_together(name: str) -> None:
    for line in questions(name):
        answer = line["expected"]
        assert ("sort_by" in answer) == ("sort_order" in answer), line
        assert "aggregate" in answer or "group_by" not in answer, line
        assert ("aggregate" in answer) == (answer.get("query_type") == "aggregation") or (
            answer.get("query_type") == "comparison"
        ), line
        if answer.get("query_type") == "comparison":
            assert len(answer.get("technologies", [])) > 1 or ", " in answer.get("location", ""), line
        if "query_intent" in answer:
            assert "fit_remaining_max_years" in answer or "fit_remaining_min_years" in answer, line


@pytest.mark.parametrize("name", ALL)
def test_no_question_is_asked_twice(name: str) -> None:
    others = [other for other in (*ALL, CASES) if other != name]
    asked = Counter(same_words(line["query"]) for line in questions(name))
    elsewhere = {same_words(line["query"]) for other in others for line in questions(other)}
    assert [words for words, times in asked.items() if times > 1 or words in elsewhere] == []


@pytest.mark.parametrize("name", FILES)
def test_the_mixture_is_as_stated(name: str) -> None:
    lines = questions(name)
    assert len(lines) == LENGTHS[name]
    filters = [number_of_filters(line["expected"]) for line in lines]
    assert 0.40 <= sum(number >= 2 for number in filters) / len(lines) <= 0.55
    assert 0.15 <= sum(number >= 3 for number in filters) / len(lines) <= 0.25
    assert 0.16 <= sum(line["tags"][1] == "refusal" for line in lines) / len(lines) <= 0.20
    assert sum("relative_date" in line["tags"] for line in lines) <= 3


def test_tags_are_a_style_and_a_category() -> None:
    for name, styles in ((DEVELOPMENT, STYLES), (UNOPENED, STYLES | NEW_STYLES)):
        for line in questions(name):
            style, category, *more = line["tags"]
            assert style in styles, line
            assert category in CATEGORIES, line
            assert set(more) <= {"relative_date"}, line


@pytest.mark.parametrize("name", ALL)
def test_what_is_refused_has_no_filters(name: str) -> None:
    refused = [line["expected"] for line in questions(name) if line["expected"].get("query_type") == "unsupported"]
    assert refused
    assert all(answer == {"query_type": "unsupported"} for answer in refused)


def test_three_styles_occur_only_among_the_unopened_questions() -> None:
    assert {line["tags"][0] for line in questions(DEVELOPMENT)} == STYLES
    assert {line["tags"][0] for line in questions(UNOPENED)} >= NEW_STYLES
