"""Bounds that are denied: "mustn't be lower than 30 kW" is a minimum.

with_denied_turned(text, lexemes)   LESS behind such a denial becomes MORE, BEFORE becomes SINCE, and so on
"""

from __future__ import annotations

from tasks.fit_query.bound_words import DENIED
from tasks.fit_query.rules.classes import CLASSES, NAMES, Lexeme
from tasks.fit_query.rules.families import TECHNOLOGY
from tasks.fit_query.words import word_bag, word_set

_CONTRARY = {"LESS": "MORE", "MORE": "LESS", "BEFORE": "SINCE", "AFTER": "UNTIL"}
_REACH = 100  # characters before a bound in which it may be denied
_NOUNS = frozenset({*TECHNOLOGY, "SITE_ONE", "SITE_MANY", "CAPACITY"})
# Words of which DENIED needs one; "can't" is cut at its apostrophe.
_DENIERS = word_set(
    """
    t nt not never cannot nothing none nobody shant isnt arent dont doesnt didnt wasnt werent cant wont wouldnt couldnt
    shouldnt mustnt neednt hasnt havent hadnt nowt nowts nought noughts naught nort nothin nuthin nothink nuttin nuffin
    nuffink nae nane nee zilch nada nil zero
    """
)


def with_denied_turned(text: str, lexemes: list[Lexeme]) -> list[Lexeme]:
    """`lexemes` with each denied bound turned into its contrary, without the words that deny it."""
    if _DENIERS.isdisjoint(word_bag(text)):
        return lexemes
    lowered = text.lower()
    turned = list(lexemes)
    for bound in lexemes:
        # "Past 300 kW" bounds too, though the class of "past" is LAST.
        contrary = "LESS" if bound.key == "past" else _CONTRARY.get(NAMES[bound.kind])
        denial = DENIED.search(lowered, max(0, bound.start - _REACH), bound.start) if contrary else None
        if contrary and denial:
            turned = [one for one in turned if not denial.start() < one.end <= bound.start or NAMES[one.kind] in _NOUNS]
            turned[turned.index(bound)] = bound._replace(kind=CLASSES[contrary])
    return turned
