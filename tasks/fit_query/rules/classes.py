"""`Lexeme`: one meaningful piece of a question, and the classes of them (MORE, TECHNOLOGY, AMOUNT, PLACE, …).

A class is one character, so that rules can be regular expressions over the classes of a whole question.
"""

from __future__ import annotations

from typing import NamedTuple

from tasks.fit_query.gazetteer import Place
from tasks.fit_query.rules import lexicon

SYNTAX_WORDS = """
    AMOUNT TIME NUMBER YEAR DATE MONTH DECADE PLACE POSTCODE COMMA STOP DASH SLASH OPEN CLOSE UNKNOWN STORY
    FOREIGN COMPOUND ORDERS OWN VAGUE_AMOUNT DOUBT
"""
SYNTAX = SYNTAX_WORDS.split()
CLASSES = {name: chr(0x100 + number) for number, name in enumerate([*lexicon.PHRASES, *SYNTAX])}
NAMES = {character: name for name, character in CLASSES.items()}
CONSUMED = "_"


class Lexeme(NamedTuple):
    """`text[start:end]`. `value` is what its phrase stands for: a technology, a size, a sort, a Place."""

    kind: str
    start: int
    end: int
    value: str | Place | None = None
    key: str = ""
