"""Guesses at what a model writes next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.engines import guessing
from serving.engines.guessing import MOST_FROM_HABIT, Guesser, Habits

DRAFT = [10, 11, 12, 13, 14, 15, 12, 17]
TOKENS = st.lists(st.integers(0, 6), max_size=30)


def after(written: list[int], most: int = 50, habits: Habits | None = None) -> list[int]:
    return Guesser(DRAFT, habits or Habits()).after(written, most)


def test_at_first_it_is_the_whole_draft() -> None:
    assert after([]) == DRAFT


def test_no_more_is_guessed_than_there_is_room_for() -> None:
    assert after([], 3) == DRAFT[:3]
    assert after([10], 0) == []


def test_the_draft_goes_on_where_the_text_stands() -> None:
    assert after([10, 11, 12]) == DRAFT[3:]


def test_after_a_token_of_its_own_the_text_comes_back_to_the_draft() -> None:
    assert after([10, 11, 99, 14]) == DRAFT[5:]


def test_of_two_places_the_one_with_the_longer_run_before_it_counts() -> None:
    assert after([10, 11, 12]) == DRAFT[3:]
    assert after([99, 15, 12]) == DRAFT[7:]


def test_a_draft_that_is_written_to_its_end_says_no_more() -> None:
    assert after(DRAFT) == []


def test_without_a_place_in_the_draft_habit_speaks() -> None:
    habits = Habits()
    habits.learn([1, 2, 3, 4, 5, 6, 7, 8])
    assert after([99, 2, 3], habits=habits) == [4, 5, 6, 7]
    assert len(after([99, 2, 3], habits=habits)) == MOST_FROM_HABIT


def test_habit_knows_how_a_text_begins() -> None:
    habits = Habits()
    habits.learn([1, 2, 3])
    assert Guesser([], habits).after([], 2) == [1, 2]
    assert Guesser([], habits).after([1], 1) == [2]


def test_the_latest_habit_counts() -> None:
    habits = Habits()
    habits.learn([1, 2, 3])
    habits.learn([1, 2, 4])
    assert habits.after([1, 2], 1) == [4]


def test_habits_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "MOST_RUNS", 100)
    habits = Habits()
    for number in range(200):
        habits.learn([number, number + 1, number + 2])
    assert len(habits._next) <= 100
    assert habits.after([199, 200], 1) == [201]


@given(draft=TOKENS, written=TOKENS, learned=st.lists(TOKENS, max_size=5), most=st.integers(-3, 40))
def test_never_more_than_wanted_and_never_an_error(
    draft: list[int], written: list[int], learned: list[list[int]], most: int
) -> None:
    habits = Habits()
    for text in learned:
        habits.learn(text)
    assert len(Guesser(draft, habits).after(written, most)) <= max(0, most)


@given(draft=TOKENS.filter(bool), place=st.integers(0, 30))
def test_a_text_that_is_the_draft_so_far_is_guessed_to_go_on_so_unless_it_repeats_itself(
    draft: list[int], place: int
) -> None:
    written = list(dict.fromkeys(draft))[:place]
    unique = list(dict.fromkeys(draft))
    assert Guesser(unique, Habits()).after(written, 99) == unique[len(written) :]
