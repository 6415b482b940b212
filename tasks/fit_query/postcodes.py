"""Postcodes in a question: full ones, districts and areas -> the outward part, as installations carry it.

    parse_postcode("rg17 9ab") -> Postcode("RG17", known=True)
    parse_postcode("l l fifty five") -> Postcode("LL55", known=True): as speech recognition writes it
    find_postcodes(text) -> [PostcodeMention(start, end, text, pattern)]

`known`: outcode_gazetteer.csv has that district, or one that it begins (EC1 of EC1A), or that area.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from tasks.fit_query.gazetteer import area_of, outcodes
from tasks.fit_query.spoken_codes import find_spelled, spelled_pattern
from tasks.fit_query.words import digit_words, word_bag, word_set

_WITH_INWARD = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)[0-9][A-Z]{2}")
_OUTWARD = re.compile(r"[A-Z]{1,2}(?:[0-9][0-9A-Z]?)?")
_AROUND = re.compile(
    r"\b(?:post\s?codes?|zip\s?codes?|outcodes?|areas?|districts?|sectors?|the|in|near|around|starting|beginning"
    r"|with)\b",
    re.IGNORECASE,
)
_MENTION = re.compile(
    r"(?<![A-Za-z0-9£.,])(?![Bb]4\s+(?:the\s"
    r"|[A-Za-z]{3,9}\s+)?'?\d)(?:(?P<district>[A-Za-z]{1,2}[0-9][0-9A-Za-z]?)(?P<inward>\s?[0-9][A-Za-z]{2})?(?![A-Za-z0-9])"
    r"|(?P<area>(?!me\b|so\b)[A-Za-z]{1,2})(?=\s+(?:post\s?codes?|outcodes?)\b)"
    r"|(?<=code )(?P<area_after>[A-Za-z]{1,2})(?![A-Za-z0-9])"
    r"|(?<=code area )(?P<area_of_code>[A-Za-z]{1,2})(?![A-Za-z0-9])"
    r"|(?<=area )(?P<area_behind>[A-Z]{1,2})(?![A-Za-z0-9])"
    r"|(?<=\bin )(?P<area_in>(?!KW|NI|UK|US|AD|PV)[A-Z]{2})(?![A-Za-z0-9])"
    r"|(?<=\b(?:near|over|with) )(?P<area_near>(?!KW|NI|UK|US|AD|PV)[A-Z]{2})(?![A-Za-z0-9])"
    r"|(?<=starting )(?:with )?(?P<area_first>[A-Za-z]{1,2})(?![A-Za-z0-9])"
    r"|(?<=beginning )(?:with )?(?P<area_begun>[A-Za-z]{1,2})(?![A-Za-z0-9])"
    r"|(?<=throughout )(?P<area_all>(?!KW|NI|UK|US|AD|PV)[A-Z]{2})(?![A-Za-z0-9])"
    r"|(?<=\bthe )(?P<area_the>[A-Za-z]{2})(?=\s+area\b))"
)


# A text has one of these where _MENTION matches, or a word of letters and digits.
_MENTIONED = word_set("postcode postcodes post outcode outcodes code area starting beginning")
_CAPITAL_PAIR = re.compile(r"[A-Z][A-Z](?![A-Za-z0-9])")


class Postcode(NamedTuple):
    """`pattern` is in the form of the schema: RG, RG17, EC1A."""

    pattern: str
    known: bool


class PostcodeMention(NamedTuple):
    start: int
    end: int
    text: str
    pattern: str


@cache
def areas() -> frozenset[str]:
    """All postcode areas: {"RG", …}."""
    return frozenset(area_of(outcode) for outcode in outcodes() if outcode[-1].isdigit() or len(outcode) > 3)


@cache
def _known() -> frozenset[str]:
    shortened = {outcode[:-1] for outcode in outcodes() if outcode[-1].isalpha() and outcode[:-1][-1].isdigit()}
    return outcodes() | areas() | shortened


@lru_cache(maxsize=4096)
def parse_postcode(quoted: str) -> Postcode | None:
    """The outward part of a quoted postcode, or None when it is none by its form."""
    written = _AROUND.sub(" ", quoted).upper()
    text = re.sub(r"[^A-Z0-9]", "", written)
    full = _WITH_INWARD.fullmatch(text)
    pattern = full[1] if full else text if _OUTWARD.fullmatch(text) else _of_sector(written)
    pattern = pattern or spelled_pattern(written)
    return Postcode(pattern, pattern in _known()) if pattern else None


def _of_sector(written: str) -> str | None:
    """ "RG17 9": the district of a sector, or of a full postcode that was cut off."""
    parts = written.split()
    if (
        len(parts) == 2
        and re.fullmatch(r"[A-Z]{1,2}[0-9][0-9A-Z]?", parts[0])
        and re.fullmatch(r"[0-9][A-Z]?", parts[1])
    ):
        return parts[0]
    return None


_ANOTHER_AREA = re.compile(r"\s*(?:,|/|&|\+|\bor\b|\band\b)\s*(?P<area>(?!KW|NI|UK|US|AD|PV)[A-Z]{2})(?![A-Za-z0-9])")


def find_postcodes(text: str) -> list[PostcodeMention]:
    """Known districts and full postcodes in `text` (any case), spelled too, and areas beside "postcode"; in order."""
    mentions = [
        PostcodeMention(span.start, span.end, text[span.start : span.end], pattern)
        for span, pattern in find_spelled(text)
        if pattern in _known()
    ]
    spelled = tuple(mentions)
    for found in _MENTION.finditer(text) if _may_be_mentioned(text) else ():
        if any(one.start < found.end() and found.start() < one.end for one in spelled):
            continue
        pattern = next(filter(None, (found[name] for name in _MENTION.groupindex if name != "inward"))).upper()
        if (
            len(pattern) < 3
            and pattern.isalpha()
            and text.isupper()
            and "area" not in text.lower()[found.end() : found.end() + 6]
        ):
            continue
        if pattern in _known():
            mentions.append(PostcodeMention(found.start(), found.end(), found.group(), pattern))
            if len(pattern) == 2 and found.group().isupper():
                mentions += _areas_behind(text, found.end())
    return sorted(mentions)


def _may_be_mentioned(text: str) -> bool:
    """A cheap look before _MENTION."""
    if any(word[0].isalpha() for word in digit_words(text)):
        return True
    return not _MENTIONED.isdisjoint(word_bag(text)) or _CAPITAL_PAIR.search(text) is not None


def _areas_behind(text: str, at: int) -> list[PostcodeMention]:
    """Areas of a list of which the first is known to be one: "in NR or IP"."""
    mentions = []
    while (found := _ANOTHER_AREA.match(text, at)) and found["area"] in areas():
        at = found.end()
        mentions.append(PostcodeMention(found.start("area"), at, found["area"], found["area"]))
    return mentions
