"""What hands do to a finished question: casing, greetings, typing errors, missing punctuation."""

from __future__ import annotations

import re
from functools import cache
from random import Random

from tasks.fit_query.dataset import layouts, terse
from tasks.fit_query.dataset.nouns import TECHNOLOGIES
from tasks.fit_query.dataset.phrases import table
from tasks.fit_query.dataset.places import names_with_care
from tasks.fit_query.dataset.question import SPAN

QUESTION = re.compile(
    r"(which|what|how|are|is|do|does|can|could|would|where|who|any|may|have|got|when)\b", re.IGNORECASE
)


# Registers of people in a hurry: search boxes, notes, telegrams.
HURRIED = ("box", "note", *terse.STYLES)


def typed(rng: Random, text: str, style: str, plain_text: bool = False) -> str:
    """`text` (with marks) as somebody types it in that register."""
    if style == "as written":
        return _punctuated(rng, _cased(rng, text, style), style)
    ask = table("ask")
    if style not in (*HURRIED, *layouts.STYLES) and not plain_text:
        if rng.random() < 0.06:
            text = rng.choice(ask["greeting"]) + text
        if rng.random() < 0.1 and not text.rstrip().endswith((".", "?")):
            text += rng.choice(ask["closing"])
    if style in ("dictated", "chatty"):
        text = _with_fillers(rng, text, ask["filler"])
    if style == "dictated" and not plain_text and rng.random() < 0.12:
        text = _with_spoken_stops(rng, text)
    typos = 0.22 if style in (*HURRIED, "chatty") else 0.11
    while rng.random() < typos:
        text = _mistyped(rng, text)
    if style in HURRIED and rng.random() < 0.12:
        text = re.sub(r" ([<>≥≤~+/-])", r"\1", text)
    return _punctuated(rng, _cased(rng, text, style), style)


def _with_spoken_stops(rng: Random, text: str) -> str:
    """Punctuation as dictation writes it when it is spoken: "in kent full stop just the ones over 250 kW"."""
    spans = [(found.start(), found.end()) for found in SPAN.finditer(text)]

    def word(found: re.Match[str]) -> str:
        if any(start <= found.start() < end for start, end in spans):
            return found.group()
        spoken = {",": " comma", "?": " question mark"}.get(found.group()[0])
        return spoken or str(rng.choice([" full stop", " full stop", " new line"]))

    return re.sub(r"[,.?](?= |$)", word, text)


def _with_fillers(rng: Random, text: str, fillers: list[str]) -> str:
    words = text.split(" ")
    if rng.random() < 0.4 and len(words) > 4:
        at = rng.randrange(1, len(words) - 1)
        inside = " ".join(words[:at])
        joined = {"and", "or", "&", "+", "to", "-"} & {words[at - 1], words[at]}
        if not joined and inside.count("\ue000") == inside.count("\ue001"):
            words.insert(at, rng.choice(fillers))
    return " ".join(words)


def _mistyped(rng: Random, text: str) -> str:
    """One ordinary word mistyped; quotations are left alone."""
    typos = table("clutter")["typos"]
    spans = [(found.start(), found.end()) for found in SPAN.finditer(text)]
    found = [
        match
        for match in re.finditer(r"[a-z]+", text)
        if match.group() in typos and not any(start <= match.start() < end for start, end in spans)
    ]
    if not found:
        return _slipped(rng, text, spans)
    one = rng.choice(found)
    return text[: one.start()] + str(rng.choice(typos[one.group()])) + text[one.end() :]


@cache
def technology_words() -> frozenset[str]:
    """Words that name a technology, typed right or wrong; a further slip would leave nothing to know them by."""
    words = table("technology")
    forms = [form for name in TECHNOLOGIES for group in words[name].values() for form in group]
    return frozenset(word for form in forms for word in re.findall(r"[a-z]+", form.lower()))


def _slipped(rng: Random, text: str, spans: list[tuple[int, int]]) -> str:
    """Two letters swapped, or one lost, in some long word outside the quotations."""
    found = [
        match
        for match in re.finditer(r"[a-z]{6,}", text)
        if not any(start <= match.start() < end for start, end in spans)
        and match.group() not in technology_words() | names_with_care("bounds")
    ]
    if not found:
        return text
    one = rng.choice(found)
    at = rng.randrange(one.start() + 1, one.end() - 2)
    lost = rng.random() < 0.5
    return text[:at] + text[at + 1] + ("" if lost else text[at]) + text[at + 2 :]


def _cased(rng: Random, text: str, style: str) -> str:
    roll = rng.random()
    if style in (*HURRIED, "dictated", "chatty"):
        if style == "wire":
            return text.upper() if roll < 0.65 else text.lower() if roll < 0.8 else text
        if roll < 0.64:
            return text.lower()
        return text.upper() if roll < 0.67 else text
    if roll < 0.34:
        return text.lower()
    if roll < 0.355:
        return text.upper()
    if roll < 0.7 and text[0].isalpha():
        return text[0].upper() + text[1:]
    return text


def _punctuated(rng: Random, text: str, style: str) -> str:
    text = re.sub(r"\b([Tt]he|any|which|what) the\b", r"\1", text.strip())
    if style in (*HURRIED, "dictated", "chatty"):
        text = text.rstrip(".") if rng.random() < 0.9 else text
        return text + "?" if rng.random() < 0.03 and not text.endswith("?") else text
    if text.endswith((".", "?", "!")):
        return text.rstrip(".") or text if rng.random() < 0.4 else text
    if QUESTION.match(text):
        return text + "?" if rng.random() < 0.45 else text
    return text + "." if rng.random() < 0.12 else text
