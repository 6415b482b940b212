"""Splits keep near-duplicates together, categories in proportion, and every example."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.splits import split
from tuneserve.errors import DataError
from tuneserve.example import Example


def example(number: int, group: str, category: str, text: str | None = None) -> Example:
    messages = ({"role": "user", "content": text or f"text {number}"}, {"role": "assistant", "content": "{}"})
    return Example(f"e{number}", messages, {}, "test", group, (category,))


def singles(count: int, category: str = "a", first: int = 0) -> list[Example]:
    return [example(number, f"g{number}", category) for number in range(first, first + count)]


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc")), min_size=60, max_size=300), st.integers(0, 9))
def test_every_example_is_in_one_split_and_groups_are_whole(rows: list[tuple[int, str]], seed: int) -> None:
    examples = singles(40) + [example(100 + n, f"shared{group}", tag) for n, (group, tag) in enumerate(rows)]
    splits = split(examples, seed)
    assert Counter(one.id for chosen in splits.values() for one in chosen) == Counter(one.id for one in examples)
    groups = [{one.group for one in chosen} for chosen in splits.values()]
    assert sum(map(len, groups)) == len(set().union(*groups))


def test_each_category_is_shared_out_80_10_10() -> None:
    splits = split(singles(200, "a") + singles(100, "b", first=1000), seed=1)
    counted = {name: Counter(one.tags[0] for one in chosen) for name, chosen in splits.items()}
    assert counted == {
        "train": {"a": 160, "b": 80},
        "validation": {"a": 20, "b": 10},
        "test": {"a": 20, "b": 10},
    }


def test_groups_that_share_a_text_stay_together() -> None:
    twins = [example(900 + n, f"twin{n}", "a", text="Wind  in KENT?" if n % 2 else "wind in kent") for n in range(20)]
    splits = split(singles(200) + twins, seed=3)
    assert [name for name, chosen in splits.items() if {one.id for one in twins} <= {one.id for one in chosen}]


def test_the_same_seed_gives_the_same_splits_and_another_does_not() -> None:
    examples = singles(100)
    assert split(examples, 1) == split(examples, 1)
    assert split(examples, 1) != split(examples, 2)


def test_too_few_groups_for_three_splits_are_refused() -> None:
    with pytest.raises(DataError, match="no examples for 'validation'"):
        split([example(number, "one", "a") for number in range(50)], 1)
