"""Examples in the shares of `phrases/shares.toml`; the same seed gives the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from tasks.fit_query.dataset import layouts
from tasks.fit_query.dataset.asides import with_asides
from tasks.fit_query.dataset.categories import CATEGORIES
from tasks.fit_query.dataset.noise import typed
from tasks.fit_query.dataset.phrases import table
from tasks.fit_query.dataset.plan import Question
from tasks.fit_query.dataset.quality import FOLDER, grounds_to_the_answer, schema
from tasks.fit_query.dataset.question import OPEN, SPAN, Marks, finished
from tasks.fit_query.dataset.speech import dictated
from tuneserve.errors import DataError
from tuneserve.example import Example, read_cases

TRIES = 200
# Registers of the keyboard: nobody says a label with its colon or a table.
NEVER_DICTATED = ("label", "wire", *layouts.STYLES)
DISAGREEMENTS_AT_MOST = 0.005
BOUND_WORDS = r"\b(about|around|over|under|from|by|than|to|up)"
DATE_BOUND_WORDS = r"\b(after|since|before|by|until|than|post|pre)"


def normalised(text: str) -> str:
    """The form in which two questions count as the same: lower case, words and signs only."""
    return " ".join(re.findall(r"[a-z0-9.<>=~+-]+", text.lower()))


def schedule(rng: Random, count: int) -> list[str]:
    """`count` categories in their shares, shuffled."""
    shares = table("shares")["categories"]
    wanted = [name for name, share in shares.items() for _ in range(round(share * count))]
    names = list(shares)
    while len(wanted) < count:
        wanted.append(rng.choices(names, list(shares.values()))[0])
    rng.shuffle(wanted)
    return wanted[:count]


def generate(seed: int, count: int) -> Iterator[Example]:
    """`count` distinct examples (by `normalised`), none of them one of the task's hand-written cases.

    Dates that count from today take `periods.REFERENCE_DAY`. Deterministic in both arguments. Chance now
    and then builds a sentence with two meanings; where grounding does not make the generator's answer of
    its reading, the sentence is left out. Raises DataError when that happens to more than
    `DISAGREEMENTS_AT_MOST` of the examples: then the generator or grounding is wrong, not the sentence.
    """
    prompt = (FOLDER / "prompt.md").read_text(encoding="utf-8").strip()
    seen = {normalised(case.query) for case in read_cases(FOLDER / "cases.jsonl")}
    disagreements: list[str] = []
    for number, category in enumerate(schedule(Random(seed), count)):
        for attempt in range(TRIES):
            # Each example draws from its own stream, so that one left out does not change those after it.
            rng = Random(f"{seed}/{number}/{attempt}")
            question = with_asides(rng, CATEGORIES[category](rng, Marks()))
            if misleading(question):
                continue
            marked, read, style = _uttered(rng, question, refused=category == "refusal")
            text, reading = finished(marked, read)
            key = normalised(text) or text
            if key in seen:
                continue
            example = _example(f"fit-{seed}-{number:06d}", prompt, category, text, reading, question, style)
            if wrong := grounds_to_the_answer(example):
                disagreements.append(f"'{text}': {wrong}")
                continue
            seen.add(key)
            yield example
            break
        if len(disagreements) > 20 + DISAGREEMENTS_AT_MOST * count:
            raise DataError(
                f"{FOLDER}: generator and grounding disagree on {len(disagreements)} questions of {number + 1}, "
                f"for example {disagreements[-1]}; decide each by SEMANTICS.md"
            )


def _uttered(rng: Random, question: Question, refused: bool) -> tuple[str, dict[str, Any], str]:
    """(the marked text as typed or dictated, its reading, its register)."""
    if question.style not in NEVER_DICTATED and rng.random() < table("shares")["dictation"]["share"]:
        spoken = dictated(rng, question.text, question.reading)
        if spoken:
            return *spoken, "speech"
    return typed(rng, question.text, question.style, plain_text=refused), question.reading, question.style


def misleading(question: Question) -> bool:
    """Whether chance put a bound's word before an exact amount or year ("tell me about 500 kW sites")."""
    if question.place == "March" and any(key.startswith("built") for key in question.reading):
        return True
    bare = question.reading.get("capacity_min")
    plain = SPAN.sub(r"\2", question.text)
    if bare:
        quoted = next((found.group(2) for found in SPAN.finditer(question.text) if found.group(1) == bare), "")
        if quoted.isdigit() and len(re.findall(rf"(?<![0-9]){quoted}(?![0-9])", plain)) > 1:
            return True
    return any(
        mark is not None and re.search(f"{words} (the |all |any )?{OPEN}{mark}", question.text, re.IGNORECASE)
        for mark, words in (
            (question.reading.get("capacity_exactly"), BOUND_WORDS),
            (question.reading.get("built_in"), DATE_BOUND_WORDS),
        )
    )


def canonical(reading: dict[str, Any]) -> str:
    """The reading as the JSON text that the model learns to write."""
    order = list(schema("reading.schema.json")["properties"])
    return json.dumps(
        {key: reading[key] for key in sorted(reading, key=order.index)}, ensure_ascii=False, separators=(",", ":")
    )


def _example(
    name: str, prompt: str, category: str, text: str, reading: dict[str, Any], question: Question, style: str
) -> Example:
    messages = (
        {"role": "system", "content": prompt},
        {"role": "user", "content": text},
        {"role": "assistant", "content": canonical(reading)},
    )
    return Example(
        name, messages, question.answer, "generated", f"{question.family}|{question.place}", (category, style)
    )
