"""Search-box questions, and bounds that differ in one word."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from random import Random

import pytest

from tasks.fit_query.dataset import contrasts, generate, periods, terse, values
from tasks.fit_query.dataset.capacities import capacity
from tasks.fit_query.dataset.contrasts import SIDES, contrast
from tasks.fit_query.dataset.frames import framed
from tasks.fit_query.dataset.locations import where
from tasks.fit_query.dataset.phrases import table
from tasks.fit_query.dataset.plan import with_id
from tasks.fit_query.dataset.question import Clause, Marks, finished
from tuneserve.example import Example


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(generate(23, 300))


def test_half_of_the_registers_are_hurried_and_a_fifth_of_the_questions_is_short(examples: list[Example]) -> None:
    registers = table("shares")["registers"]
    assert 0.4 < sum(registers[style] for style in (*terse.STYLES, "box", "note")) < 0.6
    typed = [example for example in examples if "speech" not in example.tags]
    short = [example for example in typed if len(example.text.split()) <= 7]
    assert len(short) / len(typed) > 0.15  # 0.20 of 3,000; here are too few for more


def test_place_and_technology_stand_side_by_side_in_both_orders() -> None:
    place = Clause("place", {"terse": ["{p}"]}, {"location": "x"}, {}, {"p": "fife"})
    texts = {terse.beside(Random(seed), "terse", ["Hydro"], [place]) for seed in range(120)}
    assert {text.split(" ") == ["fife", "hydro"] for text in texts} == {True, False}
    assert {"fife hydro", "hydro fife"} <= texts


def test_two_figures_are_kept_apart() -> None:
    assert "".join(terse.apart(["top 5", "500 kW", "kent"], " ")) == "top 5, 500 kW kent"
    assert "".join(terse.apart(["500 kW", "hydro"], " + ")) == "500 kW, hydro"
    assert "".join(terse.apart(["kent", ">500"], " - ")) == "kent, >500"


@pytest.mark.parametrize("field", list(SIDES))
def test_all_sides_of_a_bound_stand_in_the_same_positions(field: str) -> None:
    positions = [{key for key, forms in framed(field, side).items() if forms} for side in SIDES[field]]
    assert all(one >= {"post", "bare", "tail", "sent"} for one in positions)
    assert len({frozenset(one & {"post", "rel", "bare", "tail", "sent"}) for one in positions}) == 1


@pytest.mark.parametrize("field", list(SIDES))
def test_no_words_mean_two_sides_of_a_bound(field: str) -> None:
    words = table("bound_words")[field]
    said = [{word for kind in words[side].values() for word in kind} for side in SIDES[field]]
    assert all(not one & other for at, one in enumerate(said) for other in said[at + 1 :])


def test_a_family_differs_in_its_bound_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contrasts, "FAMILIES", 1)
    families = defaultdict(set)
    for seed in range(30):
        question = contrast(Random(seed), Marks())
        _, reading = finished(question.text, question.reading)
        rest = {key: value for key, value in reading.items() if not re.match("capacity|built|remaining", key)}
        families[json.dumps(rest, sort_keys=True)].add(next(key for key in reading if key not in rest))
    assert len(families) == 1
    assert len(next(iter(families.values()))) >= 2


def test_what_a_date_means_is_the_same_in_every_wording() -> None:
    span = values.year_span(2014)
    assert periods.answered("after", span) == {"commissioned_from": "2015-01-01"}
    assert periods.answered("from", span) == {"commissioned_from": "2014-01-01"}
    assert periods.answered("before", span) == {"commissioned_to": "2013-12-31"}
    assert periods.answered("to", span) == {"commissioned_to": "2014-12-31"}


def test_ranges_in_words_are_not_joined_by_a_hyphen() -> None:
    seen = 0
    for seed in range(400):
        clause = capacity(Random(seed), Marks(), "dictated", "between")
        low = re.sub("[\ue000-\uf8ff]", "", clause.slots["low"])
        if not low[0].isalpha() or re.search("watt|meg|[wW]$", low):
            continue
        seen += 1
        assert not any("{low}-{high}" in form for forms in clause.forms.values() for form in forms)
    assert seen > 50


def test_postcodes_are_spelled_out_by_dictation_alone() -> None:
    def written(style: str) -> set[str]:
        clauses = [where(Random(seed), Marks(), "postcode", style)[0] for seed in range(60)]
        return {re.sub("[\ue000-\uf8ff]", "", clause.slots["c"]) for clause in clauses}

    assert any(re.match("[a-z]( [a-z])? [a-z]{3,}", code) for code in written("dictated"))
    assert not any(re.match("[a-z]( [a-z])? [a-z]{3,}", code) for code in written("plain"))


def test_a_spoken_fit_id_is_written_in_digits() -> None:
    spoken = []
    for seed in range(120):
        asked = with_id(Random(seed), Marks(), ["fit rate for {id}"], {}, {}, "rate_id")
        text, reading = finished(asked.text, asked.reading)
        if reading["fit_id"] not in text:
            spoken.append((text, reading["fit_id"]))
    assert spoken
    for text, number in spoken:
        words = text.removeprefix("fit rate for ").replace("oh", "zero").split()
        assert "".join(str(values.ONES.index(word)) for word in words) == number


def test_small_scale_is_a_size_of_hydro_too() -> None:
    assert not [form for form in table("technology")["Hydro"]["plural"] if "small" in form]
