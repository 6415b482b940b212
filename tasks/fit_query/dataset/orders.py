"""Clauses of order and number of rows."""

from __future__ import annotations

from random import Random
from typing import Any

from tasks.fit_query.dataset import terse, values
from tasks.fit_query.dataset.phrases import table
from tasks.fit_query.dataset.question import Clause, Marks

SPOKEN = values.SPOKEN_REGISTERS
ROWS = (3, 3, 5, 5, 5, 10, 10, 10, 2, 4, 6, 7, 8, 12, 15, 20, 20, 25, 30, 50, 100)


def order(rng: Random, marks: Marks, register: str) -> Clause:
    """A sort, with or without a limit, or a limit alone."""
    words = table("order")
    shapes = {"one": 20, "which": 8, "sort": 21, "sup": 13, "k": 16, "top": 12, "first": 8, "top_by": 8}
    if register in terse.STYLES:
        shapes["which"] = 0
    shape = rng.choices(list(shapes), list(shapes.values()))[0]
    if shape in ("top", "first"):
        return _rows(rng, marks, register, shape)
    by = rng.choices(list(words)[:6], [40, 12, 19, 17, 7, 5])[0]
    field, direction = by.split()
    reading: dict[str, Any] = {"sort": by}
    answer: dict[str, Any] = {"sort_by": field, "sort_order": direction}
    phrases = words[by]
    if shape == "which":
        forms = {"head": phrases["which"], "pre": phrases["pre_single"]}
        return Clause("order", forms, reading | {"limit": "1"}, answer | {"limit": 1}, number="s")
    if shape == "top_by":
        count, slot, mark = numbered(rng, marks, register)
        forms = phrases["top_by"]
        return Clause("order", forms, reading | {"limit": mark}, answer | {"limit": count}, {"k": slot})
    if shape == "one":
        forms = (
            {"pre": phrases["pre_single"]}
            if "rel_single" not in phrases or rng.random() < 0.2
            else {"rel": phrases["rel_single"]}
        )
        return Clause("order", forms, reading | {"limit": "1"}, answer | {"limit": 1}, number="s")
    if shape == "k":
        count, slot, mark = numbered(rng, marks, register)
        pre = [template.replace("{sup}", word) for template in words["limit"]["pre"] for word in phrases["pre_plural"]]
        if "rel" in phrases and rng.random() < 0.8:
            forms = {"around": [f"{{k}} {{noun}} {words_after}" for words_after in phrases["rel"]]}
            return Clause("order", forms, reading | {"limit": mark}, answer | {"limit": count}, {"k": slot})
        return Clause(
            "order", {"pre": pre, "bare": pre}, reading | {"limit": mark}, answer | {"limit": count}, {"k": slot}
        )
    if shape == "sup":
        forms = {
            "pre": phrases["pre_plural"] + [f"the {word}" for word in phrases["pre_plural"]],
            "bare": phrases["bare"],
        }
        if "rel" in phrases:
            forms = {"rel": phrases["rel"], "bare": phrases["bare"]}
        return Clause("order", forms, reading, answer)
    return Clause("order", {key: phrases[key] for key in ("bare", "tail", "sent")}, reading, answer)


def numbered(rng: Random, marks: Marks, register: str, choices: tuple[int, ...] = ROWS) -> tuple[int, str, str]:
    count = rng.choice(choices)
    spoken = count <= 20 and (register in SPOKEN or rng.random() < 0.15)
    if count == 12 and rng.random() < 0.3:
        slot, mark = marks.quote("dozen" if register != "box" else "12")
        return count, slot, mark
    slot, mark = marks.quote(values.in_words(count) if spoken else str(count))
    return count, slot, mark


def _rows(rng: Random, marks: Marks, register: str, shape: str) -> Clause:
    words = table("order")["limit"]
    count, slot, mark = numbered(rng, marks, register)
    reading: dict[str, Any] = {"limit": mark}
    answer: dict[str, Any] = {"limit": count}
    if shape == "top":
        reading["sort"] = "capacity desc"
        answer |= {"sort_by": "capacity", "sort_order": "desc"}
    forms = {
        "pre": words[shape],
        "bare": words[f"{shape}_bare"],
        "tail": words[f"{shape}_tail"],
        "sent": words[f"{shape}_sent"],
    }
    return Clause("order", forms, reading, answer, {"k": slot})
