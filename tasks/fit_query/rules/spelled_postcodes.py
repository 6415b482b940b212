"""Postcodes as speech recognition writes them: "l l fifty five", "postcode area d g"."""

from __future__ import annotations

import re

from tasks.fit_query.postcodes import areas, parse_postcode
from tasks.fit_query.rules.classes import CLASSES, NAMES, Lexeme
from tasks.fit_query.rules.rule import Question

AREA_WORD = re.compile(r"\s*(?:post\s?codes?|outcodes?|postal areas?|areas?\b|districts?)", re.IGNORECASE)


def find_spelled(question: Question) -> None:
    """Postcodes as speech recognition writes them: "l l fifty five"."""
    classes = question.classes
    for at in range(len(classes) - 1):
        if question.lexemes[at].end - question.lexemes[at].start != 1:
            continue
        end = at
        while end < len(classes) - 1 and end - at < 2 and question.lexemes[end].end - question.lexemes[end].start == 1:
            end += 1
        if classes[end] == CLASSES["SITE_ONE"] and end == at + 2 and question.lexemes[end].key == "one":
            classes = classes[:end] + CLASSES["NUMBER"] + classes[end + 1 :]
        if end > at and (end == at + 1 or classes[end] != CLASSES["NUMBER"]) and _is_spelled_area(question, at, at + 1):
            _put_postcode(question, at, at + 1)
            return
        if end == at or classes[end] != CLASSES["NUMBER"]:
            continue
        start, stop = question.lexemes[at].start, question.lexemes[end].end
        postcode = parse_postcode(question.text[start:stop])
        if (
            postcode
            and postcode.known
            and question.text[start].isalpha()
            and "=" not in question.text[start:stop]
            and (end - at == 2 or question.classes[at - 1 : at] in (CLASSES["IN"], CLASSES["NEAR"]))
        ):
            _put_postcode(question, at, end)
            return


def _put_postcode(question: Question, at: int, end: int) -> None:
    fixed = Lexeme(CLASSES["POSTCODE"], question.lexemes[at].start, question.lexemes[end].end)
    question.lexemes[at] = fixed
    question.classes = question.classes[:at] + CLASSES["POSTCODE"] + "_" * (end - at) + question.classes[end + 1 :]


def _is_spelled_area(question: Question, at: int, end: int) -> bool:
    """ "postcode area d g", "in l l": two letters with a word before them that says what they are."""
    lexeme, last = question.lexemes[at], question.lexemes[end]
    letters = question.text[lexeme.start : last.end].replace(" ", "")
    before = question.lexemes[at - 1] if at else None
    led = before is not None and (before.value == "postcode_area" or NAMES[before.kind] in ("IN", "NEAR", "AREA"))
    said = AREA_WORD.match(question.text, last.end)
    return last.end - last.start == 1 and len(letters) == 2 and letters.upper() in areas() and bool(led or said)
