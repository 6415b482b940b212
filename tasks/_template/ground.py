"""Is the reading true of the text? Nobody's memory counts: each value needs its words in the text."""

from __future__ import annotations

import re
from datetime import date

from tuneserve.task import Evidence, Grounded, JsonObject, Problem

SCREEN_WORDS = ("screen", "projector", "display")


def ground(text: str, reading: JsonObject, today: date) -> Grounded:
    """Keeps what the text supports; a value without words in the text is a blocking problem."""
    if "unsupported" in reading:
        return Grounded({"unsupported": True}, {"unsupported": Evidence("reader")})
    if not reading:
        return Grounded(
            None, problems=[Problem("nothing_understood", "no part of the text was understood", None, True)]
        )
    fields = {}
    problems = []
    for name, value in reading.items():
        words = _evidence(text, name, value)
        if words is None:
            problems.append(Problem("not_in_text", f"nothing in the text says {name} = {value}", name, True))
        else:
            fields[name] = Evidence("reader", words)
    for number in re.findall(r"\d+", text):
        if int(number) != reading.get("people"):
            problems.append(Problem("unaccounted", f"'{number}' stands in the text, but in no field"))
    return Grounded(dict(reading), fields, problems)


def _evidence(text: str, name: str, value: object) -> str | None:
    wanted = SCREEN_WORDS if name == "screen" else (str(value),)
    for words in wanted:
        if found := re.search(rf"\b{re.escape(words)}\b", text, re.IGNORECASE):
            return found[0]
    return None
