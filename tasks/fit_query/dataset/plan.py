"""What a question is made of before its words: technologies, place, filters; and the finished `Question`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tasks.fit_query.dataset import capacities, locations, measures, nouns, orders, periods, values
from tasks.fit_query.dataset.compose import arranged, merged
from tasks.fit_query.dataset.phrases import said, table
from tasks.fit_query.dataset.question import Clause, Marks


@dataclass(frozen=True, slots=True)
class Question:
    """A composed question: its text still holds marks; `family` and `place` make the group."""

    text: str
    reading: dict[str, Any]
    answer: dict[str, Any]
    style: str
    family: str
    place: str


def question(
    rng: Random, style: str, names: list[str], parts: list[Clause], head: Clause | None = None, place: str = "-"
) -> Question:
    everything = [nouns.what(names), *parts, *([head] if head else [])]
    reading, answer = merged(everything)
    kinds = "+".join(sorted(clause.kind for clause in everything[1:])) or "noun"
    text = arranged(rng, style, names, parts, head)
    return Question(text, reading, answer, style, f"{style}:{kinds}", place)


def names_of(rng: Random, none: float = 0.15, two: float = 0.06) -> list[str]:
    roll = rng.random()
    if roll < none:
        return []
    if roll < none + two:
        return nouns.technologies(rng, rng.choice([2, 2, 2, 3]))
    return [nouns.technology(rng)]


def place_of(rng: Random, marks: Marks, chance: float, style: str = "plain") -> tuple[list[Clause], str]:
    if rng.random() >= chance:
        return [], "-"
    clause, key = locations.where(rng, marks, style=style)
    return [clause], key


def filters(rng: Random, marks: Marks, style: str, kinds: tuple[str, ...], count: int) -> list[Clause]:
    """`count` clauses of different kinds."""
    makers: dict[str, Callable[[], Clause]] = {
        "capacity": lambda: capacities.capacity(rng, marks, style),
        "built": lambda: periods.built(rng, marks, style),
        "remaining": lambda: periods.remaining(rng, marks, style),
        "repowering": measures.repowering,
        "order": lambda: orders.order(rng, marks, style),
        "revenue": lambda: measures.revenue(rng),
        "size": lambda: capacities.size(rng),
    }
    chosen = rng.sample(list(kinds), min(count, len(kinds)))
    return [makers[kind]() for kind in chosen]


def fit_id(rng: Random) -> tuple[str, str]:
    """(as written, the id)."""
    number = str(
        rng.choice(
            [
                rng.randint(1, 99),
                rng.randint(100, 999),
                rng.randint(1000, 9999),
                rng.randint(10000, 99999),
                rng.randint(100000, 999999),
            ]
        )
    )
    return (number if rng.random() < 0.93 else number.zfill(len(number) + rng.randint(1, 3))), number


def _in_single_digits(rng: Random, number: str) -> str:
    """ "1280" as it is dictated: "one two eight zero"."""
    zero = rng.choice(["zero", "zero", "oh"])
    return " ".join(zero if digit == "0" else values.ONES[int(digit)] for digit in number)


def with_id(
    rng: Random, marks: Marks, templates: list[str], reading: dict[str, Any], answer: dict[str, Any], family: str
) -> Question:
    text, number = fit_id(rng)
    slot, mark = marks.quote(text)
    style = "plain"
    if rng.random() < 0.07:
        style, (slot, _), mark = "dictated", marks.quote(_in_single_digits(rng, text)), text
    single = str(rng.choice(table("technology")[nouns.technology(rng)]["single"]))
    template = rng.choice(templates)
    described = {"p": locations.anywhere(rng), "n": values.amount(rng, "plain").text}
    question = said(rng, [template], {"id": slot, "single": single, **described})
    return Question(
        question,
        {"fit_id": mark, **reading},
        {"fit_id": number, **answer},
        style,
        f"{family}:{template}",
        number[-2:],
    )
