"""Where a cheap look says that a costly pattern need not be tried, the pattern finds nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache

import pytest

from tasks.fit_query import TASK, amounts, dates, postcodes
from tasks.fit_query.rules import fixed, narrative, paperwork, story
from tasks.fit_query.words import word_bag
from tuneserve.ladder import handwritten_sets

Look = Callable[[str], bool]

_GLUE = [" "] * 12 + [", ", ". ", ": ", "-", "/", "'", " (", ") ", "\n", "? ", "“", "…", "&"]
_ADDED = """
    7pm room5 5p 01234 567890 2day gr8 l8r 17:42 7.30pm 10-15mins o'clock 2010s 2010's 2015q1 q3 h1 1st half
    '13 12/03/13 2012-06-30 12.03.13 twenty two thousand RG17 rg171aa NR area postcode code starting with
    throughout the LL b4 3x500kW .5 ½ a an megawatt couple hundred half kw1 500kW 1,500 2½ several ADs to and
    so but – £5million aged ref 4/12 since at
"""


@cache
def _texts() -> tuple[str, ...]:
    """All hand-written questions, and rows of words in any order with any mark between two."""
    asked = [question.case.query for questions in handwritten_sets(TASK).values() for question in questions]
    # Of words that stay the same when questions are added.
    words = [word for case in TASK.cases for word in case.query.split()] + 3 * _ADDED.split()
    dice = random.Random(3)
    salads = [
        "".join(part for word in dice.choices(words, k=dice.randint(2, 14)) for part in (word, dice.choice(_GLUE)))
        for _ in range(6000)
    ]
    return (*asked, *salads)


def _needs(words: frozenset[str]) -> Look:
    return lambda text: not words.isdisjoint(word_bag(text))


LOOKS: dict[str, tuple[Look, re.Pattern[str]]] = {
    "story figure": (fixed._may_tell, fixed._STORY_FIGURE),
    "other date": (fixed._may_date, fixed._OTHER_DATE),
    "date": (dates._may_be_dated, dates._MENTION),
    "postcode": (postcodes._may_be_mentioned, postcodes._MENTION),
    "preamble": (_needs(narrative._WANTING), narrative._PREAMBLE),
    "opening": (lambda text: _needs(narrative._OPENERS)(text) or "show" in text.lower(), narrative._OPENS),
    "wish": (_needs(narrative._WISHING), narrative._WISHES),
    "reference": (_needs(narrative._REFERRING), narrative._REFERS),
    "asker": (_needs(narrative._SPEAKING), narrative._SOMEONE),
    **{name: (_needs(looked.words), looked.pattern) for name, looked in fixed._LOOKED.items()},
}


@pytest.mark.parametrize("name", LOOKS)
def test_nothing_is_overlooked(name: str) -> None:
    look, pattern = LOOKS[name]
    texts = _texts()
    assert [text for text in texts if not look(text) and pattern.search(text)] == []
    assert any(not look(text) for text in texts), "a look that always says yes saves nothing"


def test_clauses_end_where_the_whole_patterns_end_them() -> None:
    for text in _texts():
        assert list(story._cuts(text)) == [found.start() for found in story._SENTENCE.finditer(text)], text
        found = [(cut.start(), cut.end()) for cut in narrative.cuts(text)]
        assert found == [(cut.start(), cut.end()) for cut in narrative._CUT.finditer(text)], text


def test_amounts_are_those_of_a_search_from_every_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {text: amounts.find_amounts(text) for text in _texts()}
    monkeypatch.setattr(amounts, "_has_words", lambda text: True)
    assert {text: amounts.find_amounts(text) for text in _texts()} == quick


def test_paperwork_is_found_by_every_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {text: paperwork.without_paperwork(text) for text in _texts()}
    monkeypatch.setattr(paperwork, "_has_sign", lambda text: True)
    assert {text: paperwork.without_paperwork(text) for text in _texts()} == quick
