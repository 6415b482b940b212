"""Training data: the same seed gives the same examples, byte for byte."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tuneserve.example import Example
from tuneserve.task import JsonObject

from .ground import ground

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OPENINGS = (
    "a room",
    "we need a room",
    "book me a meeting room",
    "somewhere to meet",
    "is there a room free",
    "room pls",
)
PEOPLE = ("for {}", "for {} people", "{} of us", "with {} seats", "for {} colleagues")
DAY = ("on {}", "{}", "for {} morning", "this {}")
SCREEN = ("with a screen", "with a projector", "it needs a display", "screen too")
FOREIGN = ("what is for lunch on {}", "who won the match on {}", "my flight is on {}", "translate {} into French")

PROMPT = (Path(__file__).parent / "prompt.md").read_text(encoding="utf-8").strip()


def generate(seed: int, count: int) -> Iterator[Example]:
    """At most `count` distinct examples; fewer when the phrases give no more."""
    chance = random.Random(seed)
    seen: set[str] = set()
    for _ in range(count * 20):
        if len(seen) == count:
            return
        text, reading, tag = _foreign(chance) if chance.random() < 0.1 else _request(chance)
        if text not in seen:
            seen.add(text)
            yield _example(text, reading, tag)


def _request(chance: random.Random) -> tuple[str, JsonObject, str]:
    clauses = []
    reading: JsonObject = {}
    if chance.random() < 0.7:
        reading["people"] = chance.randint(2, 60)
        clauses.append(chance.choice(PEOPLE).format(reading["people"]))
    if chance.random() < 0.7 or not reading:
        reading["day"] = chance.choice(DAYS)
        clauses.append(chance.choice(DAY).format(reading["day"]))
    if chance.random() < 0.3:
        reading["screen"] = True
        clauses.append(chance.choice(SCREEN))
    chance.shuffle(clauses)
    return " ".join([chance.choice(OPENINGS), *clauses]), reading, "+".join(sorted(reading))


def _foreign(chance: random.Random) -> tuple[str, JsonObject, str]:
    return chance.choice(FOREIGN).format(chance.choice(DAYS)), {"unsupported": True}, "refusal"


def _example(text: str, reading: JsonObject, tag: str) -> Example:
    return Example(
        id=f"{text.replace(' ', '-')}",
        messages=(
            {"role": "system", "content": PROMPT},
            {"role": "user", "content": text},
            {"role": "assistant", "content": json.dumps(reading, separators=(",", ":"))},
        ),
        answer=reading,
        source="generated",
        group=text,
        tags=(tag,),
    )


def _grounds(example: Example) -> str | None:
    grounded = ground(example.text, json.loads(example.target), date(2026, 1, 1))
    return None if grounded.output == example.answer else f"grounding makes {grounded.output} of it"


QUALITY = {"grounds to its answer": _grounds}
