"""What the model is judged by is found in the training data, also when it is written a little otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_splits import example
from training.leaks import Handwritten, handwritten, leaks, normalised

QUERY = "Which wind sites over 100kW in Berkshire were built before 2012?"


@pytest.mark.parametrize(
    "text",
    [
        QUERY,
        "which wind  sites over 100kw in berkshire were built before 2012",
        "in berkshire which wind sites over 100kw were built before 2012?",
        "Which wind sites over 250kW in Berkshire were built before 2012?",
    ],
)
def test_a_handwritten_question_is_found(text: str) -> None:
    assert Handwritten([QUERY]).match(text) == QUERY


@pytest.mark.parametrize(
    "text",
    [
        "wind sites over 100kw in berkshire",
        "Which wind sites over 250kW in Kent were built before 2012?",
        "solar kent",
        "",
    ],
)
def test_another_question_is_not(text: str) -> None:
    assert Handwritten([QUERY, "wind kent"]).match(text) is None


def test_short_questions_match_as_a_whole_only() -> None:
    known = Handwritten(["wind kent"])
    assert known.match("Kent wind?") == "wind kent"
    assert known.match("wind essex") is None


def test_a_turned_bound_is_another_question() -> None:
    assert normalised("wind >50 kW.") == "wind >50 kw"
    assert Handwritten(["wind >50kw"]).match("wind <50kw") is None


def test_every_file_of_cases_counts(tmp_path: Path) -> None:
    for name, query in (("cases", "a"), ("development", "b"), ("unopened", "c")):
        (tmp_path / f"{name}.jsonl").write_text(f'{{"query": "{query}", "expected": {{}}}}\n', encoding="utf-8")
    (tmp_path / "places.jsonl").write_text('{"place": "d"}\n', encoding="utf-8")
    known = handwritten(tmp_path)
    assert [known.match(query) for query in "abcd"] == ["a", "b", "c", None]


def test_leaks_between_splits_are_named() -> None:
    splits = {
        "train": [example(1, "g1", "a", "Wind in Kent"), example(2, "g2", "a", "solar")],
        "test": [example(3, "g3", "a", "wind in kent?"), example(4, "g2", "a", "hydro"), example(5, "g5", "a", QUERY)],
    }
    found = list(leaks(splits, Handwritten([QUERY])))
    assert found == [
        "e3: its text is in 'train' and 'test': 'wind in kent?'",
        "e4: its group is in 'train' and 'test': 'hydro'",
        f"e5 (test): {QUERY!r} is the hand-written {QUERY!r}",
    ]


def test_clean_splits_have_none() -> None:
    splits = {"train": [example(1, "g1", "a")], "test": [example(2, "g2", "a")]}
    assert list(leaks(splits, Handwritten([QUERY]))) == []
