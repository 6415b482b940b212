"""Bounds that are denied: "mustn't be lower than 30 kW" is a minimum.

with_denied_turned(text, lexemes)   LESS behind such a denial becomes MORE, BEFORE becomes SINCE, and so on
"""

from __future__ import annotations

import re

from tasks.fit_query.bound_words import DENIED, NOT_VERBS, NOUGHT
from tasks.fit_query.rules.classes import CLASSES, NAMES, Lexeme
from tasks.fit_query.rules.families import TECHNOLOGY

_CONTRARY = {"LESS": "MORE", "MORE": "LESS", "BEFORE": "SINCE", "AFTER": "UNTIL"}
_REACH = 100  # characters before a bound in which it may be denied
_NOUNS = frozenset({*TECHNOLOGY, "SITE_ONE", "SITE_MANY", "CAPACITY"})
_MAY_DENY = re.compile(
    rf"n['’]t\b|['’]nt\b|[a-z] t\b|\b(?:not|never|cannot|nothing|none|nobody|shant|{NOT_VERBS}|{NOUGHT})\b",
    re.IGNORECASE,
)


def with_denied_turned(text: str, lexemes: list[Lexeme]) -> list[Lexeme]:
    """`lexemes` with each denied bound turned into its contrary, without the words that deny it."""
    if not _MAY_DENY.search(text):
        return lexemes
    lowered = text.lower()
    turned = list(lexemes)
    for bound in lexemes:
        contrary = "LESS" if bound.key == "past" else _CONTRARY.get(NAMES[bound.kind])
        denial = DENIED.search(lowered, max(0, bound.start - _REACH), bound.start) if contrary else None
        if contrary and denial:
            turned = [one for one in turned if not denial.start() < one.end <= bound.start or NAMES[one.kind] in _NOUNS]
            turned[turned.index(bound)] = bound._replace(kind=CLASSES[contrary])
    return turned
