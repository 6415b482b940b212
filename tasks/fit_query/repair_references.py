"""Repairs of places that a question only points back to: "I'm off to Wick. What turbines are near there?"

repair_references(repair)   "that island" or "there" quoted as a place, or no place read at all, becomes
                            the place named last before it; "those counties" all places of that sentence

Nothing is settled where the sentence before names several places and one is pointed to.
"""

from __future__ import annotations

import re
from itertools import pairwise

from tasks.fit_query.quotation import Span, spans_of
from tasks.fit_query.repair import Repair

_KIND = (
    r"island|isle|county|area|region|town|city|place|part of the (?:world|country)|postcode|district|village|valley"
    r"|spot|neck of the woods|one|patch"
)
_KINDS = (
    r"islands|isles|counties|areas|regions|towns|cities|places|parts|postcodes|districts|villages|valleys"
    r"|two|three|both"
)
_BACK = re.compile(
    rf"\b(?:that|this|the same|the said|said) (?:{_KIND})\b(?! (?:of|in|for)\b)|\bwithin it\b"
    r"|\b(?:near|nearby|round|around|from|in|over|up|down|about|close to|out|based|located|sited|built|installed"
    r"|sites?|schemes?|farms?|turbines?|panels?|installations?|plants?|ones?|units?|digesters?|hydro|solar|wind|pv|ad|chp)\s+there\b"
    r"(?!\s+(?:is|are|was|were|be|has been|have been)\b(?! (?:over|under|above|below|more|less|at)\b))"
    rf"|(?P<several>\b(?:these|those|both|the same|said) (?:{_KINDS})\b)",
    re.IGNORECASE,
)
_POINTER = re.compile(
    rf"(?:(?:that|this|the same|the said|said|these|those|both|near|round|around|in|the|over|up"
    rf"|down)\s+)*(?:there|it|{_KIND}|{_KINDS})",
    re.IGNORECASE,
)
_EXISTS = re.compile(r"\b(?:is|are|was|were)\s+there\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.?!;:]\s|\n|\s[–—-]\s")
_LIST = re.compile(r"\s*(?:,|,?\s*(?:and|or)|&|/|\+)\s*(?:in\s+|near\s+|the\s+|also\s+)*", re.IGNORECASE)


def repair_references(repair: Repair) -> None:
    """See the module's docstring."""
    if "fit_id" in repair.reading or not repair.reading:
        return
    pointers = list(_BACK.finditer(repair.text))
    if not pointers:
        return
    back = pointers[-1]  # the request comes last
    pointed = _without_pointers(repair)
    if repair.reading.keys() & {"location", "locations", "postcodes"}:
        return
    meant = _antecedent(repair, back)
    if meant is None:
        if pointed:
            repair.reading |= pointed
        return
    places, postcodes = meant
    words = ", ".join([*places, *postcodes])
    message = f"'{back.group()}' points back to '{words}'"
    if places:
        key = "location" if len(places) == 1 else "locations"
        repair.add(key, places[0] if len(places) == 1 else places, "location", message)
    if postcodes:
        repair.add("postcodes", postcodes, "postcode_patterns", message)


def _without_pointers(repair: Repair) -> dict[str, object]:
    """Drops a place that is only "there" or "that island"; what was dropped."""
    quoted = repair.reading.get("location", "")
    return {"location": repair.reading.pop("location")} if _POINTER.fullmatch(quoted.strip()) else {}


def _antecedent(repair: Repair, back: re.Match[str]) -> tuple[list[str], list[str]] | None:
    """Places and postcodes of the nearest sentence before that names any; None where it is not clear which."""
    draft = repair.draft
    named = sorted(
        [*spans_of(draft.likely_places, draft.postcodes)],
        key=lambda span: span.start,
    )
    named = [span for span in named if span.end <= back.start()]
    if not named or any(start < back.start() for start, _ in draft.outside):
        return None
    last = named[-1]
    ends = [found.end() for found in _SENTENCE.finditer(repair.text) if found.end() <= last.start]
    sentence = max(ends, default=0)
    group = _one_list(repair.text, [span for span in named if span.start >= sentence])
    if group is None or (len(group) > 1 and not back["several"]):
        return None
    codes = {(one.start, one.end) for one in draft.postcodes}
    texts = [(repair.text[span.start : span.end], (span.start, span.end) in codes) for span in group]
    return [text for text, code in texts if not code], [text for text, code in texts if code]


def _one_list(text: str, spans: list[Span]) -> list[Span] | None:
    """`spans` when they are one place or one list of places, else None; a name inside another counts once."""
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    joined = all(_LIST.fullmatch(text[one.end : other.start]) for one, other in pairwise(kept))
    return kept if joined else None
