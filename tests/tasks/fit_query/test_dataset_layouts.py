"""Questions over several lines, requests that point back, histories, vague amounts and parts of years."""

from __future__ import annotations

import re
from datetime import date
from random import Random

import pytest

from tasks.fit_query.dataset import capacities, layouts, locations, periods, referring, values
from tasks.fit_query.dataset.asides import with_asides
from tasks.fit_query.dataset.generator import misleading
from tasks.fit_query.dataset.phrases import table
from tasks.fit_query.dataset.plan import Question
from tasks.fit_query.dataset.question import SPAN, Clause, Marks

SEEDS = range(120)


def clauses(seed: int) -> list[Clause]:
    """A place, a lower bound and a date."""
    rng, marks = Random(seed), Marks()
    return [
        locations.where(rng, marks, "one")[0],
        capacities.capacity(rng, marks, "plain", "min"),
        periods.built(rng, marks, "plain", "before"),
    ]


def quoted(asked: list[Clause]) -> set[str]:
    """The marks to which the clauses' readings refer."""
    return {value for clause in asked for value in clause.reading.values()}


@pytest.mark.parametrize("style", layouts.STYLES)
def test_every_filter_stands_in_the_layout_once(style: str) -> None:
    for seed in SEEDS:
        asked = clauses(seed)
        text = layouts.laid_out(Random(seed), style, ["Hydro"], asked)
        assert sorted(found.group(1) for found in SPAN.finditer(text)) == sorted(quoted(asked)), text


def test_points_stand_on_lines_of_their_own() -> None:
    for seed in SEEDS:
        asked = clauses(seed)
        text = layouts.laid_out(Random(seed), "points", ["Hydro"], asked)
        lines = [line for line in text.splitlines() if SPAN.search(line)]
        assert len(lines) == len(asked), text


def test_points_are_numbered_in_order() -> None:
    texts = [layouts.laid_out(Random(seed), "points", ["Hydro"], clauses(seed)) for seed in SEEDS]
    numbered = [re.findall(r"^\(?([0-9])[.):] ?", SPAN.sub(r"\2", text), re.MULTILINE) for text in texts]
    counted = [numbers for numbers in numbered if len(numbers) > 2 and numbers[0] == "1"]
    assert len(counted) > 10
    assert all(numbers == [str(number + 1) for number in range(len(numbers))] for numbers in counted)


def test_a_table_names_the_technology_and_its_columns() -> None:
    texts = [SPAN.sub(r"\2", layouts.laid_out(Random(seed), "table", ["Hydro"], clauses(seed))) for seed in SEEDS]
    assert all(re.search(r"hydro|hydel|water", text, re.IGNORECASE) for text in texts)
    assert sum("|" in text for text in texts) > 20
    assert sum(re.search(r"^(tech|type|kind|source|t|energy|site|plant|generation)", text, re.I | re.M) is not None
               for text in texts) > 60  # fmt: skip


def test_what_was_told_first_is_asked_with_the_rest() -> None:
    for seed in SEEDS:
        asked = clauses(seed)
        text = referring.referred(Random(seed), ["Hydro"], asked)
        assert text is not None
        assert {found.group(1) for found in SPAN.finditer(text)} == quoted(asked), text
        assert re.search(r"\b(those|these|them|the ones|which|they|ones)\b", text), text


def test_nothing_is_referred_to_without_a_place_and_a_technology() -> None:
    asked = clauses(1)
    assert referring.referred(Random(1), [], asked) is None
    assert referring.referred(Random(1), ["Hydro"], asked[1:]) is None


def test_a_history_has_figures_and_leaves_the_request_as_it_is() -> None:
    asked = Question("solar in Kent", {"technology": "Photovoltaic", "location": "Kent"}, {}, "plain", "f", "Kent")
    told = [one for one in (with_asides(Random(seed), asked) for seed in range(900)) if one.family == "f|history"]
    assert len(told) > 10
    assert all(one.text.lower().endswith(("solar in kent", "solar in kent?")) for one in told)
    assert sum(re.search(r"\d", one.text) is not None for one in told) > len(told) * 2 / 3
    assert all(one.reading == asked.reading for one in told)


def test_a_mail_holds_the_whole_request() -> None:
    for template in table("asides")["mail"]["templates"]:
        assert template.count("{request}") == 1, template


@pytest.mark.parametrize("seed", range(12))
def test_an_amount_that_is_vague_by_its_form_is_about_its_figure(seed: int) -> None:
    one = values.vague(Random(seed))
    figure = re.match(r"[0-9]+", one.text)
    assert figure
    assert one.kw == float(figure.group())
    assert re.search(r"ish k|or so k", one.text, re.IGNORECASE)


def test_parts_of_years_begin_and_end_with_their_months() -> None:
    spans = {span.text.lower(): span for span in (values.part_span(Random(seed), 2014) for seed in range(200))}
    assert (spans["q2 2014"].first, spans["q2 2014"].last) == (date(2014, 4, 1), date(2014, 6, 30))
    assert (spans["h2 2014"].first, spans["h2 2014"].last) == (date(2014, 7, 1), date(2014, 12, 31))
    assert spans["the fourth quarter of 2014"].last == date(2014, 12, 31)


def test_small_letters_that_mean_something_else_stand_beside_the_word_postcode() -> None:
    asked = [locations.where(Random(seed), Marks(), "area")[0] for seed in range(600)]
    written = {SPAN.sub(r"\2", clause.slots["c"]): clause for clause in asked}
    small = {text: clause for text, clause in written.items() if text.islower() and len(text) == 2}
    assert len(small) > 20
    for text in small.keys() & set(table("names")["area_not_small"]):
        assert all("postcode" in form for forms in small[text].forms.values() for form in forms), text


@pytest.mark.parametrize(("text", "wrong"), [("I am after {} hydro", True), ("hydro built in {}", False)])
def test_a_year_right_behind_a_word_of_a_bound_is_not_asked_for_by_itself(text: str, wrong: bool) -> None:
    slot, mark = Marks().quote("2013")
    asked = Question(text.format(slot), {"technology": "Hydro", "built_in": mark}, {}, "plain", "f", "-")
    assert misleading(asked) is wrong
