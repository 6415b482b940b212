"""Glued words, query strings, and what speech recognition writes."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.fit_query.dates import find_dates, parse_period
from tasks.fit_query.rules import read
from tasks.fit_query.rules.glued import unglued
from tasks.fit_query.rules.lexeme import NAMES, lexemes
from tasks.fit_query.spoken_dates import spoken_day_and_month

TODAY = date(2026, 11, 21)


def kinds(text: str) -> list[str]:
    return [NAMES[lexeme.kind] for lexeme in lexemes(text)]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("lessthan", ("less", "than")),
        ("nomorethan", ("no", "more", "than")),
        ("yearsleft", ("years", "left")),
        ("solarpanels", ("solar", "panels")),
        ("howmanyturbines", ("how", "many", "turbines")),
    ],
)
def test_words_typed_without_a_blank_fall_apart(word: str, parts: tuple[str, ...]) -> None:
    assert unglued(word) == parts


@pytest.mark.parametrize(
    "word", ["incapacity", "moreover", "andover", "underwood", "sizewell", "windows", "hydrogen", "forest", "together"]
)
def test_a_word_of_its_own_does_not_fall_apart(word: str) -> None:
    assert unglued(word) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("after:2012-06-30", ["AFTER", "DATE"]),
        ("built<2013", ["BUILT", "BEFORE", "YEAR"]),
        ("year>=2013", ["BUILT", "SINCE", "YEAR"]),
        ("limit=10", ["LIMIT", "NUMBER"]),
        ("rows=10", ["LIMIT", "NUMBER"]),
        ("sort=newest", ["SORT", "BY", "SUPER"]),
        ("loc=kent", ["PLACE"]),
        ("loc!=kent", ["IN", "NOT", "PLACE"]),
        ("!kent", ["NOT", "PLACE"]),
        ("kent!", ["PLACE", "STOP"]),
        ("wind < 2013", ["TECHNOLOGY", "LESS", "YEAR"]),
        ("cap<2013", ["CAPACITY", "LESS", "YEAR"]),
        ("compare: wind", ["COMPARE", "STOP", "TECHNOLOGY"]),
    ],
)
def test_signs_of_a_query_string_stand_for_words(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "wind page=2",
        "count=10 wind",
        "hydroinwales over20kw",
        "area51 solar",
        "windows10 hydro codes",
        "wind limit 5 offset 10",
    ],
)
def test_a_sign_that_may_be_a_filter_leaves_the_question_unread(text: str) -> None:
    assert read(text, TODAY) is None


@pytest.mark.parametrize("text", ["wind -kent", "kent solar -wind"])
def test_a_minus_before_a_name_excludes_it(text: str) -> None:
    assert read(text, TODAY) == {"query_type": "unsupported"}


@pytest.mark.parametrize(
    ("text", "day_and_month"),
    [
        ("thirty first of march", (31, 3)),
        ("fifth of oh nine", (5, 9)),
        ("twenty second june", (22, 6)),
        ("first of the twelve", (1, 12)),
        ("thirty second of march", None),
        ("first of all", None),
    ],
)
def test_a_spoken_day_is_a_number(text: str, day_and_month: tuple[int, int] | None) -> None:
    assert spoken_day_and_month(text) == day_and_month


def test_a_spoken_date_is_one_date() -> None:
    text = "solar after the thirty first of oh three twenty thirteen"
    assert [found.text for found in find_dates(text)] == ["thirty first of oh three twenty thirteen"]
    period = parse_period("thirty first of oh three twenty thirteen", TODAY)
    assert period is not None
    assert (period.first, period.last) == (date(2013, 3, 31), date(2013, 3, 31))


def test_a_day_that_no_month_has_is_no_date() -> None:
    assert parse_period("thirty first of april twenty thirteen", TODAY) is None
