"""Clauses of time: commissioning dates and support time left."""

from __future__ import annotations

import re
from datetime import date
from random import Random
from typing import Any

from tasks.fit_query.dataset import terse, values
from tasks.fit_query.dataset.frames import framed
from tasks.fit_query.dataset.phrases import said, table
from tasks.fit_query.dataset.question import Clause, Marks
from tasks.fit_query.dataset.values import plain

# "In the last 5 years" counts from the day of the question; the data set's questions are asked on this day.
REFERENCE_DAY = date(2026, 11, 1)
SPOKEN = values.SPOKEN_REGISTERS
# How often a bound takes its words from bound_words.toml, where every word stands in every position.
FRAMED = 0.4


def built(rng: Random, marks: Marks, register: str = "plain", kind: str | None = None) -> Clause:
    kind = (
        kind
        or rng.choices(
            ["in", "from", "after", "before", "to", "between", "or", "window", "last", "on"],
            [26, 19, 13, 15, 8, 11, 2, 2, 6, 1.5],
        )[0]
    )
    forms = table("built")[kind]
    if kind in table("terse")["built"]:
        forms = forms | terse.forms("built", kind)
    if kind in ("before", "after", "from", "to") and rng.random() < FRAMED:
        forms = forms | framed("built", kind)
    if kind == "last":
        return _built_last(rng, marks, forms)
    if kind in ("between", "or", "window"):
        return _built_range(rng, marks, register, kind, forms)
    span = values.day_span(rng, values.year(rng)) if kind == "on" else values.moment(rng, register)
    if kind == "in" and span.first == span.last:
        span = values.month_span(rng, span.first.year)
    slot, mark = marks.quote(span.text)
    if span.text.isdigit() and rng.random() < 0.015:
        wrong = str(values.year(rng))
        slot = said(rng, table("place")["corrected"]["templates"], {"wrong": wrong, "p": slot})
        forms = forms | {"pre": []}
    if not span.text.isdigit():
        forms = forms | {"pre": []}
    field = {"on": "in"}.get(kind, kind)
    return Clause("built", forms, {f"built_{field}": mark}, answered(kind, span), {"d": slot})


def answered(kind: str, span: values.Span) -> dict[str, Any]:
    """What "in", "before", … a span of time means."""
    first, last = {
        "in": (span.first, span.last),
        "on": (span.first, span.last),
        "from": (span.first, None),
        "after": (values.day_after(span.last), None),
        "before": (None, values.day_before(span.first)),
        "to": (None, span.last),
    }[kind]
    return _dates(first, last)


def _dates(first: date | None, last: date | None) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if first:
        answer["commissioned_from"] = first.isoformat()
    if last:
        answer["commissioned_to"] = last.isoformat()
    return answer


def _built_last(rng: Random, marks: Marks, forms: dict[str, list[str]]) -> Clause:
    years = rng.choice([2, 3, 4, 5, 5, 6, 7, 8, 10, 10, 12, 15])
    text = rng.choice([f"{years} years", f"{years} years", f"{years} yrs", f"{values.in_words(years)} years"])
    if rng.random() < 0.15:
        text, years = rng.choice(
            [("decade", 10), ("year", 1), ("12 months", 1), ("24 months", 2), ("36 months", 3), ("two decades", 20)]
        )
    slot, mark = marks.quote(text)
    answer = {"commissioned_from": REFERENCE_DAY.replace(year=REFERENCE_DAY.year - years).isoformat()}
    return Clause("built", forms, {"built_last": mark}, answer, {"t": slot})


def _built_range(rng: Random, marks: Marks, register: str, kind: str, forms: dict[str, list[str]]) -> Clause:
    low, high = sorted(rng.sample(range(2009, 2020), 2))
    if kind == "or":
        high = low + 1
    if kind == "window" and high - low < 2:
        high = low + 2
    first, last = values.year_span(low), values.year_span(high)
    if register in SPOKEN and rng.random() < 0.5:
        first, last = (values.year_span(number, values.year_in_words(number)) for number in (low, high))
        forms = forms | {"pre": [], **_without_hyphens(forms)}
    elif kind == "between" and rng.random() < 0.2:
        first, last = values.month_span(rng, low), values.month_span(rng, high)
        forms = forms | {"pre": [], **_without_hyphens(forms)}
    elif kind == "between" and rng.random() < 0.22:
        last = values.year_span(high, f"{high % 100:02d}")
        forms = forms | {
            "post": ["built {from}-{to}", "installed {from}-{to}", "commissioned in {from}-{to}"],
            "rel": [],
            "tail": ["{from}-{to}"],
            "sent": [],
            "bare": ["{from}-{to}", "built {from}-{to}"],
            "terse": ["{from}-{to}", "{from}-{to}", "built {from}-{to}", "comm {from}-{to}", "COD {from}-{to}"],
            "label": ["years: {from}-{to}", "built: {from}-{to}", "COD: {from}-{to}"],
            "wire": ["{from}-{to}", "COD {from}-{to}"],
        }
    from_slot, from_mark = marks.quote(first.text)
    to_slot, to_mark = marks.quote(last.text)
    slots = {"from": from_slot, "to": to_slot}
    if kind == "window":
        answer = _dates(values.day_after(first.last), values.day_before(last.first))
        return Clause("built", forms, {"built_after": from_mark, "built_before": to_mark}, answer, slots)
    return Clause("built", forms, {"built_from": from_mark, "built_to": to_mark}, _dates(first.first, last.last), slots)


def _without_hyphens(forms: dict[str, list[str]]) -> dict[str, list[str]]:
    """The forms that still read well around dates of several words."""
    positions = ("bare", *terse.STYLES)
    return {
        position: [form for form in forms[position] if not re.search("[-–]", form)]
        for position in positions
        if position in forms
    }


def remaining(rng: Random, marks: Marks, register: str, kind: str | None = None) -> Clause:
    kind = kind or rng.choices(["max", "min", "between"], [58, 32, 10])[0]
    forms = table("remaining")[kind] | terse.forms("remaining", kind)
    if kind != "between" and rng.random() < FRAMED:
        forms = forms | framed("remaining", kind)
    if kind == "between":
        low, high = sorted(rng.sample([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15], 2))
        texts = (str(low), f"{high} {rng.choice(['years', 'years', 'yrs'])}")
        if register in SPOKEN:
            texts = (values.in_words(low), f"{values.in_words(high)} years")
        low_slot, low_mark = marks.quote(texts[0])
        high_slot, high_mark = marks.quote(texts[1])
        answer = {"fit_remaining_min_years": low, "fit_remaining_max_years": high}
        return Clause(
            "remaining",
            forms,
            {"remaining_min": low_mark, "remaining_max": high_mark},
            answer,
            {"low": low_slot, "high": high_slot},
        )
    time = values.length(rng, register)
    if register in terse.STYLES and time.years == int(time.years) and rng.random() < 0.15:
        figure = table("terse")["remaining"][kind]["figure"]
        time = values.Length(f"{time.years:g}", time.years)
        forms = dict.fromkeys((*terse.STYLES, "bare", "tail"), figure)
    slot, mark = marks.quote(time.text)
    return Clause(
        "remaining", forms, {f"remaining_{kind}": mark}, {f"fit_remaining_{kind}_years": plain(time.years)}, {"t": slot}
    )
