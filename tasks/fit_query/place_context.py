"""Whether a word that is also an ordinary word (March, Street, Fleet, Battle) stands as a place.

It does after a word of place ("near Battle") unless the phrase goes on ("in street lights"), beside a
certain place ("Deal, Kent", "Kent and Battle"), before a technology ("fleet pv"), after one at the
end ("wind settle") or before a filter ("hydro bath 2011"), written large in the middle of a sentence,
alone, or in a list of its like. "In March" is a month before a year and after "built", "commissioned" or
"installed".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.fit_query.everything import is_request_word
from tasks.fit_query.numerals import read_number
from tasks.fit_query.place_words import ORDINARY
from tasks.fit_query.places import outcodes
from tasks.fit_query.words import Word, word_set

_LEADS = word_set("in near around at across inside throughout round nearby outside within beside nr me")
_NEAR_TO = frozenset({"close", "near", "next", "local", "adjacent", "closest", "nearest"})
_ISLES = frozenset({"mull", "harris", "lewis", "jersey", "portland"})
_CONNECTING = frozenset({"and", "or", "in", "near", "please"})
_GOING = word_set(
    """
    off going go goes went driving drive drives drove moving move moved travelling travel heading head headed popping
    trip train bus visit visiting holiday weekend week day meeting staying stay over up down round live living based
    survey office conference
    """
)
_BUILT = word_set(
    """
    built commissioned installed completed accredited registered opened started finished went fitted erected energised
    switched put
    """
)
_TECHNOLOGY = word_set(
    """
    wind turbine turbines solar pv photovoltaic photovoltaics panel panels hydro hydroelectric ad anaerobic digester
    digesters biogas chp cogeneration micro
    """
)
_FOLLOWERS = _TECHNOLOGY | word_set(
    """
    and or over under above below with that which are is has have was were built commissioned installed since after
    before between by from greater more less larger smaller at around about near sorted sort please only still on than
    top largest biggest expiring due for to in of up min max minimum maximum exactly roughly still remaining left
    ranked ordered newest oldest site sites farm farms installation installations scheme schemes system systems plant
    plants array arrays project projects generator generators area region capacity revenue vs versus plus suitable
    good candidates repowering postcode rated who what home including includes inc get got they we do does i way as
    that thats whose then until till under over nothing no not any have has got thanks smallest compared against per
    grouped lt gt w max
    capped exceeding upto approx comm based came going rated listed registered running expiring supported counted
    fitted erected energised completed accredited opened switched
    """
)
# What a filter begins with: a word behind a technology and before one of these is a place, as one at the end is.
_FILTERS = word_set(
    """
    over under above below between since after before from with lt gt min max minimum maximum built commissioned
    installed exceeding upto capped approx comm about around exactly roughly rated fitted erected energised
    completed accredited opened
    """
)
_NOT_AT_THE_END = frozenset({"fleet", "sale", "deal", "street", "ware", "stone", "eye", "march", "reading"})


_GAMES = frozenset({"rugby", "battle", "sale", "deal", "reading", "wash"})
_OF_A_PLACE = re.compile(
    r"['’]?s?\s+(?:areas?|way|regions?|districts?|patch|postcodes?|vicinity|side|end)\b", re.IGNORECASE
)
_AS_IN = re.compile(r",?\s+(?:(?:as in|i mean|meaning|that is)\s+)?the (?:town|village|city|place)\b", re.IGNORECASE)


def stands_as_place(
    text: str, words: Sequence[Word], first: int, end: int, before: int | None, after: int | None
) -> bool:
    """Whether words[first:end] stand as a place in `text`.

    `before`: index behind the certain place before them, `after`: index of the certain place after
    them; None without one.
    """
    if all(word.key in _CONNECTING or word.key in ORDINARY for word in words):
        return True
    if _goes_there(text, words, first, end) or _AS_IN.match(text, words[end - 1].end):
        return True
    if _is_ulster(text, words[first]) or (end < len(words) and words[end].key.upper() in outcodes()):
        return True  # "NI capacity", "Wick KW1"
    if not _phrase_ends(text, words, end, after):
        return False
    name = words[end - 1]
    article = words[end - 2].key if end > 1 else ""
    if article == "the" and name.key in _GAMES and not _OF_A_PLACE.match(text, name.end):
        return False  # "gutted about the rugby"
    if end == len(words) and words[first].key == "ni" and first:
        return True  # "mean capacity by tech ni": "in" mistyped is never the last word
    previous = words[first - 1].key if first else ""
    if previous == "the" and first > 1:
        previous = words[first - 2].key
    if previous == "to" and first > 1 and words[first - 2].key in _NEAR_TO:
        return True
    if previous in ("has", "does", "have") and words[min(end, len(words) - 1)].key in ("got", "have", "any"):
        return True  # "how many turbines has Rugby got"
    if previous == "on" and words[first].key in _ISLES:
        return True
    if previous in _LEADS:
        return not (words[first].key == "march" and first > 1 and words[first - 2].key in _BUILT)
    if after is not None and _joined(text[words[end - 1].end : words[after].start]):
        return True
    if before is not None and _joined(text[words[before - 1].end : words[first].start]):
        return True
    if not first:
        return end < len(words) and (words[end].key in _TECHNOLOGY or text[words[end - 1].end] in ",:/")
    at_the_end = end == len(words)
    before_a_filter = not at_the_end and (_is_figure(words[end]) or words[end].key in _FILTERS)
    if (at_the_end or before_a_filter) and (previous in _TECHNOLOGY or previous[:1].isdigit()):
        return words[first].key not in _NOT_AT_THE_END
    return _written_large(text, words, first)


def _is_ulster(text: str, word: Word) -> bool:
    return text[word.start : word.end] == "NI" and not text.isupper()


def _goes_there(text: str, words: Sequence[Word], first: int, end: int) -> bool:
    """Whether a name written large follows a verb of going or staying: "off to Wick next week", "driving to Battle"."""
    if (
        first < 2
        or not _written_large(text, words, first)
        or words[first - 1].key not in ("to", "in", "at", "near", "around")
    ):
        return False
    follows = words[end].key if end < len(words) else ""
    large = end < len(words) and text[words[end].start].isupper() and text[words[end - 1].end : words[end].start] == " "
    going = any(word.key in _GOING for word in words[max(0, first - 5) : first - 1])
    return (
        going and not large and follows not in ("lights", "light", "lamps", "party", "room", "bus", "station", "list")
    )


def goes_on(key: str) -> bool:
    """Whether the word may stand behind a name in a request: "Kent with", "solar over"."""
    return key in _FOLLOWERS or is_request_word(key) or key.endswith(("kw", "mw"))


def _phrase_ends(text: str, words: Sequence[Word], end: int, after: int | None) -> bool:
    if end == len(words):
        return True
    between = text[words[end - 1].end : words[end].start]
    follows = words[end].key
    if between.strip(" '’"):
        return True
    if _is_figure(words[end]):
        return words[end - 1].key != "march"  # "in march 2013" is a month
    return follows in _FOLLOWERS or after == end or follows.endswith(("kw", "mw"))


def _is_figure(word: Word) -> bool:
    return word.key[:1].isdigit() or read_number(word.key) is not None


def _joined(between: str) -> bool:
    return between.strip().lower() in ("", ",", "and", "or", "&", "/", "+", "(", ";", "in", ", and", ", or")


def _written_large(text: str, words: Sequence[Word], first: int) -> bool:
    word = words[first]
    if not text[word.start].isupper() or text.isupper():
        return False
    large = sum(text[other.start].isupper() for other in words)
    return large <= max(2, len(words) // 2) and not text[words[first - 1].start].isupper()
