"""Postcode areas in small letters: "in bs", "postcode area d", "pv in bs, ba or gl"."""

from __future__ import annotations

import re

from tasks.fit_query.postcodes import areas
from tasks.fit_query.rules.classes import CLASSES, NAMES
from tasks.fit_query.rules.rule import Question
from tasks.fit_query.rules.spelled_postcodes import AREA_WORD

_IN_BEFORE = re.compile(r"\bin\s+[a-z]{2}\s*$", re.IGNORECASE)  # "in so or bh"
_LISTED = re.compile(r"\s*(?:,|/|&|\+|\bor\b|\band\b)+\s*(?:in\s+|the\s+)*([a-z]{2})(?![\w'’])", re.IGNORECASE)


def find_areas(question: Question) -> None:
    """Postcode areas in small letters or of one letter, where the words beside them say what they are.

    Two letters that a list of places goes on with make a doubt where nothing says what they are.
    """
    for at, lexeme in enumerate(question.lexemes):
        if lexeme.end - lexeme.start > 2:
            continue
        written = question.text[lexeme.start : lexeme.end]
        if NAMES.get(question.classes[at]) not in ("UNKNOWN", "STORY", "AND", "UNIT") or written.upper() not in areas():
            continue
        before = NAMES[question.lexemes[at - 1].kind] if at else ""
        behind = NAMES[question.lexemes[at + 1].kind] if at + 1 < len(question.lexemes) else ""
        if written == "kw" and behind in ("MORE", "LESS", "EXACT", "BETWEEN"):
            continue  # "area:HG kw>100"
        said = AREA_WORD.match(question.text, lexeme.end) or (at and question.lexemes[at - 1].value == "postcode_area")
        listed = before in ("OR", "AND", "SLASH") and at > 1 and NAMES[question.classes[at]] == "UNKNOWN"
        if listed and NAMES[question.lexemes[at - 2].kind] in ("PLACE", "POSTCODE") and written.lower() != "co":
            _retype_area(question, at)
            continue
        if listed and len(written) == 2 and _IN_BEFORE.search(question.text, 0, question.lexemes[at - 1].start):
            question.doubts.append("two letters that may be a postcode area or not")
        if said or (before in ("IN", "NEAR") and (written.isupper() or len(written) == 2)) or before == "POSTCODE":
            _retype_area(question, at)
            _find_listed_areas(question, at)


def _retype_area(question: Question, at: int) -> None:
    question.lexemes[at] = question.lexemes[at]._replace(kind=CLASSES["POSTCODE"])
    question.retype(at, "POSTCODE")


def _find_listed_areas(question: Question, first: int) -> None:
    """The areas in small letters that a list goes on with: "in bs or ba". A word in place of one makes a doubt.

    Behind a comma it may be a turn of speech: "in bs, ta".
    """
    end = question.lexemes[first].end
    while found := _LISTED.match(question.text, end):
        end, written = found.end(), found[1]
        at = next((at for at, one in enumerate(question.lexemes) if one.start == found.start(1)), None)
        kind = "" if at is None else NAMES.get(question.classes[at], "")
        is_area = written.upper() in areas()
        if at is not None and is_area and kind in ("UNKNOWN", "STORY", "POSTCODE"):
            _retype_area(question, at)
            continue
        if "," not in found.group() and (kind == "UNKNOWN" or is_area):
            question.doubts.append("a word that may be a postcode area or not")
        return
