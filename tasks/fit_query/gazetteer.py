"""Places of places.csv in a text.

    find_places(text) -> [PlaceMention(start, end, text, place)]   places that stand in a text as one,
                         longest names first, no overlaps, in order; exact spellings only, unless
                         `misspelt=True`: then also single words and names that `resolve` corrects
    find_outside(text) -> [(start, end)]                           real places that places.csv does not have
    resolve(quoted)    -> Resolution                               what a quoted place means (resolution.py)

    mention.place      Place(name, kind, patterns); kind: town, city, county, region, nation

All are pure; the data is read on the first call and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from tasks.fit_query.place_context import stands_as_place
from tasks.fit_query.place_words import ORDINARY
from tasks.fit_query.places import Place, area_of, gazetteer, outcodes
from tasks.fit_query.resolution import Resolution, is_foreign, narrowed_patterns, qualifies, resolve
from tasks.fit_query.words import Word, key_of, split_words, word_set

__all__ = [
    "Place",
    "PlaceMention",
    "Resolution",
    "area_of",
    "find_outside",
    "find_places",
    "gazetteer",
    "is_foreign",
    "narrowed_patterns",
    "outcodes",
    "qualifies",
    "resolve",
]

_COMPASS = frozenset({"north east", "north west", "south east", "south west", "northeast", "northwest", "southeast"})
_LEADS = word_set("in near around at across nearby nr round")
# Of the names that are no places of ours, those that mean something else even after "in".
_NO_PLACES = word_set(
    """
    ash cork down fez hart lakes lode mars mayo nice over peel phoenix sound split thorn tours town us valley buffalo
    jordan clare florence georgia virginia carolina austin dallas houston sofia brittany darwin adelaide java bari meath
    """
)
_LONGEST_MISSPELT = 3
_SEARCH_BOX = 6
# What a misspelt word of these questions is rather than a place: "tarriff" is not Turriff.
_JOB_WORDS = word_set(
    """
    tariff tariffs turbine turbines solar hydro biogas capacity revenue revenues income earnings region regional compare
    installation installations installed commissioned commissioning years remaining largest biggest smallest oldest
    newest average number total technology postcode farms sites schemes plants systems digester digesters kilowatts
    megawatts repowering candidates expiring between generation photovoltaic inverter inverters
    large larger small smaller bigger medium
    """
)


class PlaceMention(NamedTuple):
    """`text` is `question[start:end]`."""

    start: int
    end: int
    text: str
    place: Place


def find_places(text: str, *, misspelt: bool = False) -> list[PlaceMention]:
    """Places that `text` names (any case), in order, without overlaps.

    A name that is also an ordinary word counts only where it stands as a place (see place_context).
    `misspelt`: words that are near to one place and no word of a dictionary count too.
    """
    words = split_words(text)
    found = [(first, end, place) for first, end, place in _scan(text, words) if place is not None]
    mentions = _standing_as_places(text, words, found)
    return sorted([*mentions, *_misspelt(text, words, mentions)]) if misspelt else mentions


def _scan(text: str, words: Sequence[Word]) -> Iterator[tuple[int, int, Place | None]]:
    """(first word, word behind, place) of each longest name; None for a name of OUTSIDE."""
    index = gazetteer().by_first_word
    possessive = "'" in text or "’" in text
    at = 0
    while at < len(words):
        length = 1
        if words[at].key == "english" and _is_language(words, at):
            at += 1
            continue
        named = index.get(words[at].key, ())
        if possessive and not named:
            named = index.get(_without_possessive(words[at], text), ())
        for keys, place in named:
            # Most of the names that begin with this word ("the", "st") go on with another one.
            if len(keys) > 1 and not possessive and (at + 1 == len(words) or words[at + 1].key != keys[1]):
                continue
            if _matches(words, at, keys, text):
                length = len(keys)
                yield at, at + length, place
                break
        at += length


_BEFORE_LANGUAGE = frozenset({"my", "plain", "poor", "bad", "good", "broken", "better", "simple", "speak", "speaking"})
_BEHIND_LANGUAGE = frozenset({"is", "isnt", "not", "language", "literature", "teacher", "lesson", "lessons", "isn't"})


def _is_language(words: Sequence[Word], at: int) -> bool:
    """ "English is not my first language", "in plain English"."""
    before, behind = words[at - 1].key if at else "", words[at + 1].key if at + 1 < len(words) else ""
    return before in _BEFORE_LANGUAGE or behind in _BEHIND_LANGUAGE


def find_outside(text: str) -> list[tuple[int, int]]:
    """(start, end) of real places in `text` that are not in places.csv: "in Norway", "near Exmoor".

    A name counts after a word of place; one of OUTSIDE also written large, or in a question of a few words.
    """
    words = split_words(text)
    found = []
    scanned = {first: (end, place) for first, end, place in _scan(text, words)}
    covered = 0
    for at, word in enumerate(words):
        end, place = scanned.get(at, (at, None))
        if end > at and place is not None:
            covered = end
        if at < covered:
            continue
        end = end if end > at else _foreign_end(words, at)
        if end == at or word.key in _NO_PLACES:
            continue
        plain = at in scanned and (len(words) <= _SEARCH_BOX or (text[word.start].isupper() and not text.isupper()))
        if plain or len(words) == end - at or (at and words[at - 1 - (words[at - 1].key == "the")].key in _LEADS):
            found.append((word.start, words[end - 1].end))
            covered = end
    return found


def _foreign_end(words: Sequence[Word], at: int) -> int:
    foreign = gazetteer().foreign
    for length in (3, 2, 1):
        if " ".join(word.key for word in words[at : at + length]) in foreign:
            return min(at + length, len(words))
    return at


def _misspelt(text: str, words: Sequence[Word], mentions: list[PlaceMention]) -> list[PlaceMention]:
    """Free words, or two or three of them, that `resolve` corrects to a place; of one word, 5 letters at least."""
    free = [all(word.end <= one.start or one.end <= word.start for one in mentions) for word in words]
    found, at = [], 0
    while at < len(words):
        step = 1
        for length in range(min(_LONGEST_MISSPELT, len(words) - at), 0, -1):
            start, end = words[at].start, words[at + length - 1].end
            # "haven't" is not Havant, and "Gran's" is not Grays.
            contracted = re.search(r"n['’]t|['’]s\b", text[start:end], re.IGNORECASE)
            if contracted or not all(free[at : at + length]) or not _may_be_misspelt(words[at : at + length]):
                continue
            resolution = resolve(text[start:end])
            if _is_of_the_job(words[at].key):
                continue
            if resolution.corrected and resolution.place and len(key_of(resolution.place.name).split()) >= length:
                found.append(PlaceMention(start, end, text[start:end], resolution.place))
                step = length
                break
        at += step
    return found


@lru_cache(maxsize=4096)
def _is_of_the_job(key: str) -> bool:
    """Whether `key` is rather a misspelt word of the questions here than a place: "tarriff" is not Turriff."""
    return any(OSA.distance(key, word, score_cutoff=1) <= 1 for word in _JOB_WORDS)


def _may_be_misspelt(words: Sequence[Word]) -> bool:
    if len(words) == 1:
        return len(words[0].key) > 4 and words[0].key.isalpha()
    parts = gazetteer().name_parts
    return any(word.key in parts for word in words) and all(word.key.isalpha() for word in words)


def _standing_as_places(text: str, words: Sequence[Word], found: list[tuple[int, int, Place]]) -> list[PlaceMention]:
    certain = [not _is_ordinary(words, first, end) for first, end, _ in found]
    mentions = []
    for number, (first, end, place) in enumerate(found):
        before = number > 0 and certain[number - 1] and found[number - 1][1]
        after = number + 1 < len(found) and certain[number + 1] and found[number + 1][0]
        if _is_compass(words, first, end) and _continues(words, end, number + 1 < len(found) and found[number + 1][0]):
            continue
        pair = found[number : number + 2]
        if (
            not certain[number]
            and len(pair) > 1
            and (_is_qualified(text, words, pair) or _are_counties(text, words, pair))
        ):
            certain[number] = certain[number + 1] = True
        if not certain[number]:
            if not stands_as_place(text, words, first, end, before or None, after or None):
                continue
            certain[number] = True
        start, stop = words[first].start, words[end - 1].end
        if _without_possessive(words[end - 1], text) in gazetteer().last_words:
            stop -= 2
        mentions.append(PlaceMention(start, stop, text[start:stop], place))
    return mentions


def _is_qualified(text: str, words: Sequence[Word], pair: Sequence[tuple[int, int, Place]]) -> bool:
    """Whether a county behind a comma makes a place of the word before it: "Stone, Staffs", "Stone (Staffs)"."""
    (first, end, _), (at, _, county) = pair
    large = text[words[first].start].isupper() and text[words[at].start].isupper()
    return large and county.kind == "county" and text[words[end - 1].end : words[at].start].strip() in (",", "(")


def _are_counties(text: str, words: Sequence[Word], pair: Sequence[tuple[int, int, Place]]) -> bool:
    """Whether two short forms of counties make places of each other: "beds + bucks"."""
    (_, end, one), (at, _, other) = pair
    between = text[words[end - 1].end : words[at].start].strip().lower()
    return one.kind == other.kind == "county" and between in ("+", "&", "/", "and", "or")


def _is_ordinary(words: Sequence[Word], first: int, end: int) -> bool:
    return " ".join(word.key for word in words[first:end]) in ORDINARY


def _is_compass(words: Sequence[Word], first: int, end: int) -> bool:
    return " ".join(word.key for word in words[first:end] if word.key != "the") in _COMPASS


def _continues(words: Sequence[Word], end: int, next_place: int | bool) -> bool:
    """Whether "north west" goes on: "north west of Leeds", "south east facing", "north west Wales"."""
    follows = words[end].key if end < len(words) else ""
    return follows in ("of", "facing") or (next_place is not False and next_place == end)


def _without_possessive(word: Word, text: str) -> str:
    return word.key[:-1] if text[word.end - 2 : word.end] in ("'s", "’s", "'S", "’S") else ""


def _matches(words: Sequence[Word], at: int, keys: tuple[str, ...], text: str) -> bool:
    if at + len(keys) > len(words):
        return False
    for offset, key in enumerate(keys):
        word = words[at + offset]
        if word.key != key and _without_possessive(word, text) != key:
            return False
        if offset and not _one_name(text[words[at + offset - 1].end : word.start]):
            return False
    return True


def _one_name(between: str) -> bool:
    """Whether two words with this between them can be one name: "St. Ives", "Stoke-on-Trent", not "Ash, Vale"."""
    return len(between) <= 3 and between.strip() in ("", "-", ".", "‐", "–")
