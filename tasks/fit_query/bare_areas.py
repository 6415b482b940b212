"""Postcode areas that stand without "postcode" beside them: "hydro ld", "AD in NR or IP", "TR/PL solar".

    find_bare_areas(text, known) -> [PostcodeMention(start, end, text, pattern)]

`known`: what the other parts of grounding found in the text (places, technologies, figures, dates, marks).
Two letters are an area only where they can be nothing else: after a word of place, in a list with
another postcode, or where every other word of the question is accounted for. Codes that are words or
other abbreviations (me, so, co, ne, kw) never count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.fit_query.place_context import goes_on
from tasks.fit_query.postcodes import PostcodeMention, areas
from tasks.fit_query.quotation import Span
from tasks.fit_query.words import Word, split_words, word_set

# Areas that are words, compass points, units or common abbreviations.
_NEVER = word_set("al ba ca co da de en ex ha im kw la me ne nw pa po se so st sw ta yo")
# Areas that in small letters may be something else: units, "hire purchase", "please", "no problem".
_NOT_SMALL = word_set("br cm ct dd dl ec hp hs hu ls ml np nr pe ph pl pr sm sp ss td tn ts wa wc wd")
_LEADS = word_set(
    "area postcode pcode outcode district in near around across within throughout nr round inside covering"
)
_JOINT = re.compile(r"\s*(?:,|/|&|\+|\bor\b|\band\b|\bn\b|,\s*(?:or|and)\b)\s*", re.IGNORECASE)
_MARKS = frozenset(
    {"sort", "order", "limit", "top", "first", "size", "asc", "desc", "count", "total", "avg", "average"}
)


def find_bare_areas(text: str, known: Sequence[Span], postcodes: Sequence[PostcodeMention]) -> list[PostcodeMention]:
    """See the module's docstring; in order, none that overlaps one of `postcodes`."""
    words = split_words(text)
    shouted = text.isupper()
    taken = [Span(one.start, one.end) for one in postcodes]
    sure = [
        at
        for at, word in enumerate(words)
        if _may_be_area(word, text, shouted) and not any(one.start <= word.start < one.end for one in taken)
        if not any(span.end - span.start > len(word.key) and span.start <= word.start < span.end for span in known)
    ]
    if not sure:
        return []
    candidates = sorted({*sure, *_listed_with(words, text, sure, taken)})
    alone = _accounts_for_the_rest(words, candidates, [*known, *taken])
    found: list[PostcodeMention] = []
    for at in candidates:
        word = words[at]
        lead = at > 0 and words[at - 1].key in _LEADS and _goes_on(words, at, text, candidates)
        if lead or alone or _joined(text, word, [*found, *postcodes]):
            found.append(PostcodeMention(word.start, word.end, text[word.start : word.end], word.key.upper()))
    return found


def _listed_with(words: Sequence[Word], text: str, sure: Sequence[int], taken: Sequence[Span]) -> list[int]:
    """Codes that in small letters may be something else, in a list with one that is none: "dd" of "ab/dd"."""
    spans = [*(Span(words[at].start, words[at].end) for at in sure), *taken]
    return [
        at
        for at, word in enumerate(words)
        if word.key in _NOT_SMALL and word.key.upper() in areas() and not _is_unit(text, word)
        if any(_JOINT.fullmatch(text[min(word.end, one.end) : max(word.start, one.start)]) for one in spans)
    ]


def _may_be_area(word: Word, text: str, shouted: bool) -> bool:
    written = text[word.start : word.end]
    if len(word.key) != 2 or word.key.upper() not in areas() or word.key in _NEVER:
        return False
    large = written.isupper() and not shouted
    return (large or ((written.islower() or shouted) and word.key not in _NOT_SMALL)) and not _is_unit(text, word)


def _is_unit(text: str, word: Word) -> bool:
    """Whether a figure stands right before it, or a stop, an apostrophe or a hyphen ties it to something else."""
    before, behind = text[: word.start], text[word.end : word.end + 1]
    if word.key == "le" and re.match(r"\s*\d", text[word.end :]):
        return True  # "le 500 kW": at most
    return bool(re.search(r"(?<!\b19\d)(?<!\b20\d)\d\s?$|[.'’@_£$-]$", before)) or behind in ("'", "’", "@", "_", "-")


def _goes_on(words: Sequence[Word], at: int, text: str, candidates: Sequence[int]) -> bool:
    """Whether what follows the code may follow a place in a request."""
    if at + 1 == len(words) or text[words[at].end : words[at + 1].start].strip():
        return True
    return goes_on(words[at + 1].key) or words[at + 1].key[:1].isdigit() or at + 1 in candidates


def _accounts_for_the_rest(words: Sequence[Word], candidates: Sequence[int], known: Sequence[Span]) -> bool:
    """Whether each other word belongs to something found or to the phrase of a request."""
    inside = [any(span.start <= word.start < span.end for span in known) for word in words]
    rest = [word.key for at, word in enumerate(words) if at not in candidates and not inside[at]]
    return any(inside) and len(candidates) <= 4 and all(goes_on(key) or key in _MARKS or key.isdigit() for key in rest)


def _joined(text: str, word: Word, others: Sequence[PostcodeMention]) -> bool:
    return any(
        _JOINT.fullmatch(text[one.end : word.start])
        if one.end <= word.start
        else _JOINT.fullmatch(text[word.end : one.start])
        for one in others
    )
