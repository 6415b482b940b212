"""The rule-based reader: what answers when the model can't, and a second opinion beside it."""

from __future__ import annotations

import re
from datetime import date

from tuneserve.task import JsonObject

DAY = re.compile(r"\b(monday|tuesday|wednesday|thursday|friday)\b", re.IGNORECASE)
PEOPLE = re.compile(r"\b(\d{1,3}) (?:people|persons|of us|seats|colleagues)\b|\bfor (\d{1,3})\b", re.IGNORECASE)
SCREEN = re.compile(r"\b(screen|projector|display)\b", re.IGNORECASE)


def read(text: str, today: date) -> JsonObject | None:
    """The request in `text`, or None when nothing in it is understood. `today` is not needed here."""
    reading: JsonObject = {}
    if found := PEOPLE.search(text):
        reading["people"] = int(found[1] or found[2])
    if found := DAY.search(text):
        reading["day"] = found[1].lower()
    if SCREEN.search(text):
        reading["screen"] = True
    return reading or None
