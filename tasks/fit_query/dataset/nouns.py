"""Technologies and the words for them."""

from __future__ import annotations

from random import Random
from typing import Any

from tasks.fit_query.dataset.phrases import said, table
from tasks.fit_query.dataset.question import Clause

TECHNOLOGIES = ("Wind", "Photovoltaic", "Hydro", "Anaerobic digestion", "Micro CHP")
# How often a technology is mistyped, by the form in which it stands.
TYPOS = {"plural": 0.06, "bare": 0.08, "terse": 0.1}
TECHNOLOGY_WEIGHTS = (34, 28, 15, 13, 10)


def technology(rng: Random) -> str:
    return rng.choices(TECHNOLOGIES, TECHNOLOGY_WEIGHTS)[0]


def technologies(rng: Random, count: int) -> list[str]:
    """`count` different technologies."""
    chosen: list[str] = []
    while len(chosen) < count:
        another = technology(rng)
        if another not in chosen:
            chosen.append(another)
    return chosen


def noun(rng: Random, names: list[str], form: str) -> str:
    """A noun for no technology, one or several."""
    words = table("technology")
    if not names:
        return str(rng.choice(words["generic"][form]))
    if len(names) == 1:
        if rng.random() < TYPOS.get(form, 0):
            return str(rng.choice(words[names[0]]["typo"]))
        return str(rng.choice(words[names[0]][form]))
    forms = ["mass"] * (len(names) - 1) + [rng.choice(["plural", "mass"]) if form == "plural" else form]
    if rng.random() < 0.3:
        forms = [form] * len(names)
    # "wind turbines and hydro turbines" stays clear; "hydro or turbine" would read as a water turbine
    parts = {key: str(rng.choice(words[name][kind])) for key, name, kind in zip("abc", names, forms, strict=False)}
    return said(rng, words["pairs"]["join" if len(names) == 2 else "join_more"], parts)


def what(names: list[str]) -> Clause:
    """The technology or technologies asked for; their words are chosen by `noun`."""
    if not names:
        return Clause("what", {}, {}, {})
    value: dict[str, Any] = {"technology": names[0]} if len(names) == 1 else {"technologies": names}
    return Clause("what", {}, value, dict(value))
