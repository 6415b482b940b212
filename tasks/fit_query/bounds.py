"""Capacity, commissioning dates and support time left: from quoted amounts and dates to bounds.

Each `add_…(draft)` reads its keys of the reading and puts the bounds into the draft. An amount is
taken from the question, not from the quotation: with the unit that stands behind it there, or the one
that it shares with the other end of a range ("1-2MW"). Quoting a part of a number, or a bound against
the word before it ("under 100kw" as a minimum), blocks the answer.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from tasks.fit_query.amounts import KW, Amount, as_number, find_amounts, parse_kw, parse_years
from tasks.fit_query.bound_words import DENIED, NOT_VERBS, NOUGHT, REFUSED, USELESS, may_be_bound
from tasks.fit_query.dates import RELATIONS, commissioned, parse_period
from tasks.fit_query.draft import Draft
from tasks.fit_query.numerals import read_number
from tasks.fit_query.quotation import Span

SIZES: dict[str, tuple[int | None, int | None]] = {
    "small": (None, 50),
    "medium": (50, 500),
    "large": (500, None),
    "small or medium": (None, 500),
    "medium or large": (50, None),
}
_FIGURES = ("capacity_min", "capacity_max", "capacity_about", "capacity_exactly")
_REMAINING = ("remaining_min", "remaining_max")
_PARTNER = {
    "capacity_min": "capacity_max",
    "capacity_max": "capacity_min",
    "remaining_min": "remaining_max",
    "remaining_max": "remaining_min",
}
_RANGE_JOINT = re.compile(r"\s*(?:-|–|—|to|and|n|&|or|up to|through|until|/|\.\.+)\s*", re.IGNORECASE)

_ABOUT = r"(?:about|around|roughly|approx(?:imately)?\.?|circa|nearly|~|≈)"
_MORE = (
    r"(?:over|ovr|above|abv|(?:more|greater|bigger|larger|higher)\s*than|exceeding|at\s*least|min(?:imum)?(?: of)?"
    r"|(?<![-=])>=?|≥)"
)
_LESS = r"(?:under|below|(?:less|smaller|fewer|lower)\s*than|at\s*most|up\s*to|max(?:imum)?(?: of)?|<=?|≤)"
_BEFORE_AMOUNT = re.compile(
    rf"(?:(?P<more>(?<![a-z]){_MORE})|(?P<less>(?<![a-z]){_LESS}))?\s*(?P<about>(?<![a-z]){_ABOUT})?\s*(?:an?\s+)?$"
)
_NEGATED = re.compile(
    rf"(?:\b(?:no|not|nothing|none|never|without|nor|cannot|{NOT_VERBS}|{NOUGHT})|n['’]t)(?![a-z])[^.;]{{0,30}}$"
)
_HALF_MORE = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)
_AFTER_DATE_WORD = re.compile(r"\b(?:after|since)\s+(?:the\s+)?$")
_OTHER_DATE_WORD = re.compile(r"\b(?:after|since|before|until|till|pre|prior to|b4)[\s-]+(?:the\s+)?$")
_BEFORE_DATE_WORD = re.compile(r"\b(?:before|until|till|pre|prior to|b4)[\s-]+(?:the\s+)?$")


def add_capacity(draft: Draft) -> None:
    """capacity_min_kw and capacity_max_kw, from figures or else from a size word."""
    figures = {key: _measure(draft, key) for key in _FIGURES if key in draft.reading}
    size = draft.reading.get("size")
    if size and not figures:
        _put_bounds(draft, "capacity_{}_kw", *SIZES[size], size, size)
        return
    lows: list[tuple[Decimal | None, str]] = []
    highs: list[tuple[Decimal | None, str]] = []
    for key, (span, amount) in figures.items():
        value = amount.kw if amount else None
        if span is None:
            continue
        words = draft.text[span.start : span.end]
        if amount is None or value is None:
            value = parse_kw(words)
        if value is None:
            draft.note("unreadable_value", f"'{words}' is no capacity", key, blocking=True)
            continue
        low, high = _spread(key, round(value, 3))
        lows += [(low, words)] if low is not None else []
        highs += [(high, words)] if high is not None else []
    lowest = max(lows, default=(None, ""), key=_bound)
    highest = min(highs, default=(None, ""), key=_bound)
    _put_bounds(draft, "capacity_{}_kw", lowest[0], highest[0], lowest[1], highest[1])


def _bound(found: tuple[Decimal | None, str]) -> Decimal:
    return found[0] or Decimal(0)


def _spread(key: str, value: Decimal) -> tuple[Decimal | None, Decimal | None]:
    if key == "capacity_about":
        return round(value * Decimal("0.9"), 3), round(value * Decimal("1.1"), 3)
    return (None if key == "capacity_max" else value), (None if key == "capacity_min" else value)


def add_remaining(draft: Draft) -> None:
    """fit_remaining_min_years and fit_remaining_max_years, and the 10 years of a repowering question."""
    bounds: dict[str, Decimal | None] = {}
    words = {"remaining_min": "", "remaining_max": ""}
    for key in _REMAINING:
        if key in draft.reading:
            span, amount = _measure(draft, key)
            if span is None:
                continue
            words[key] = draft.text[span.start : span.end]
            years = None
            if amount and amount.number is not None:
                years = parse_years(f"{amount.number:f} {amount.unit or 'years'}")
            years = parse_years(words[key]) if years is None and not (amount and amount.unit) else years
            if years is None:
                draft.note("unreadable_value", f"'{words[key]}' is no length of time", key, blocking=True)
            bounds[key] = years
    low, high = bounds.get("remaining_min"), bounds.get("remaining_max")
    _put_bounds(draft, "fit_remaining_{}_years", low, high, words["remaining_min"], words["remaining_max"])
    if draft.reading.get("repowering") and not any(key in draft.reading for key in _REMAINING):
        draft.put("fit_remaining_max_years", 10, None, looked_up=True)


def _put_bounds(
    draft: Draft, name: str, low: Decimal | int | None, high: Decimal | int | None, low_words: str, high_words: str
) -> None:
    if low is not None:
        draft.put(name.format("min"), as_number(Decimal(low)), low_words)
    if high is not None:
        draft.put(name.format("max"), as_number(Decimal(high)), high_words)
    if low is not None and high is not None and low > high:
        message = f"at least {low_words} and at most {high_words} leave nothing between them"
        draft.note("contradictory_bounds", message, name.format("min"), blocking=True)


def _measure(draft: Draft, key: str) -> tuple[Span | None, Amount | None]:
    """Where the quotation of `key` is, and the one amount there with its unit; notes what is wrong with it."""
    quoted = draft.reading[key]
    span = draft.quotations.take(quoted) or _same_amount(draft, key)
    if span is None:
        draft.note("not_in_question", f"'{quoted}' is not in the question", key, blocking=True)
        return None, None
    here = [amount for amount in draft.amounts if amount.start < span.end and span.start < amount.end]
    if any(amount.number is None for amount in here):
        draft.unsupported = True
        draft.note("vague_amount", f"no field can say '{here[0].text}'", key)
        return None, None
    if len(here) != 1 or any(map(str.isalnum, draft.text[span.start : here[0].start])):
        return span, None
    amount = here[0]
    if draft.text[amount.start : span.start].strip() == draft.reading.get("limit"):
        amount = amount._replace(
            start=span.start, number=read_number(draft.text[span.start : amount.number_end])
        )  # "top 6 630 kW"
    if amount.start < span.start or span.end < amount.number_end or amount.number is None:
        message = f"'{quoted}' is only a part of '{amount.text}'"
        draft.note("unreadable_value", message, key, blocking=True)
        return None, None
    half = _HALF_MORE.match(draft.text, amount.end) if amount.unit else None
    if half:  # "a year and a half" of which "a year" was quoted
        span = draft.quotations.claim(amount.start, half.end())
        _check_word_before(draft, key, span)
        return span, None
    span = draft.quotations.claim(amount.start, max(span.end, amount.end))
    _check_word_before(draft, key, span)
    alone = key in ("capacity_min", "capacity_max") and _PARTNER[key] not in draft.reading
    if alone and "+" not in amount.text and not may_be_bound(draft.quotations.lowered, span.start, span.end):
        draft.note("weak_evidence", f"no word near '{amount.text}' makes it {key}", key)
    return span, amount if amount.unit else amount._replace(unit=_shared_unit(draft, key, amount))


def _same_amount(draft: Draft, key: str) -> Span | None:
    """A free amount of the question that says the same in other words ("2MW" for "2 megawatts")."""
    quoted = find_amounts(draft.reading[key])
    if len(quoted) != 1 or quoted[0].number is None:
        return None
    for amount in draft.amounts:
        same = amount.number == quoted[0].number and amount.unit == quoted[0].unit
        if (same or (amount.unit and quoted[0].unit in KW and amount.kw == quoted[0].kw)) and draft.quotations.is_free(
            amount.start, amount.end
        ):
            return draft.quotations.claim(amount.start, amount.end)
    return None


def _shared_unit(draft: Draft, key: str, amount: Amount) -> str | None:
    """The unit of the range's other end, when `amount` has none and they stand in one range."""
    if _PARTNER.get(key) not in draft.reading:
        return None
    for other in draft.amounts:
        first, second = sorted((amount, other))
        if other.unit and _RANGE_JOINT.fullmatch(draft.text[first.end : second.start]):
            both_kw = (amount._replace(unit=other.unit).kw, other.kw)
            lower_first = other is second
            if None not in both_kw and (both_kw[0] > both_kw[1]) == lower_first and both_kw[0] != both_kw[1]:  # type: ignore[operator]
                return None  # "between 100 and 2 MW": the 100 are kW
            return other.unit
    return None


def _check_word_before(draft: Draft, key: str, span: Span) -> None:
    """Blocks a bound that contradicts the word right before its amount; says nothing where a negation is near."""
    before = draft.quotations.lowered[max(0, span.start - 100) : span.start]
    found = _BEFORE_AMOUNT.search(before)
    if not found or not found.lastgroup:
        return
    if _NEGATED.search(before[: found.start()]) or REFUSED.search(before[: found.start()]):
        return
    if USELESS.match(draft.quotations.lowered, span.end):
        return
    says = "more" if found["more"] else "less" if found["less"] else "about"
    right = {
        "more": key.endswith("_min"),
        "less": key.endswith("_max"),
        "about": key != "capacity_exactly",
    }[says]
    if not right:
        words = f"{found.group().strip()} {draft.text[span.start : span.end]}"
        draft.note("contradicts_question", f"'{words}' does not mean {key}", key, blocking=True)


def add_commissioned(draft: Draft) -> None:
    """commissioned_from and commissioned_to."""
    quoted: dict[str, str] = {}
    for key in RELATIONS:
        if key not in draft.reading:
            continue
        span = draft.quotations.take(draft.reading[key]) or _same_date(draft, draft.reading[key])
        if span is None:
            draft.note("not_in_question", f"'{draft.reading[key]}' is not in the question", key, blocking=True)
            continue
        quoted[key] = draft.text[span.start : span.end]
        _check_date(draft, key, span)
    bounds = commissioned(quoted, draft.today)
    for key in bounds.unread:
        draft.note("unreadable_value", f"'{quoted[key]}' is no date or length of time", key, blocking=True)
    words = ", ".join(quoted.values())
    if bounds.from_:
        draft.put("commissioned_from", bounds.from_.isoformat(), words)
    if bounds.to:
        draft.put("commissioned_to", bounds.to.isoformat(), words)
    if bounds.from_ and bounds.to and bounds.from_ > bounds.to:
        message = f"no day is from {bounds.from_} to {bounds.to}"
        draft.note("contradictory_bounds", message, "commissioned_from", blocking=True)


def _check_date(draft: Draft, key: str, span: Span) -> None:
    for mention in draft.dates:
        if mention.start < span.start < mention.end and mention.text[: span.start - mention.start].strip(" -,"):
            message = f"'{draft.reading[key]}' is only a part of '{mention.text}'"
            draft.note("unreadable_value", message, key, blocking=True)
    before = draft.quotations.lowered[max(0, span.start - 80) : span.start]
    against = {
        "built_in": _OTHER_DATE_WORD,
        "built_from": _BEFORE_DATE_WORD,
        "built_after": _BEFORE_DATE_WORD,
        "built_before": _AFTER_DATE_WORD,
        "built_to": _AFTER_DATE_WORD,
    }.get(key)
    found = against.search(before) if against else None
    if found and not _NEGATED.search(before[-50:]) and not DENIED.search(before[: found.start()]):
        words = draft.text[max(0, span.start - 10) : span.end].strip()
        draft.note("contradicts_question", f"'{words}' does not mean {key}", key, blocking=True)


def _same_date(draft: Draft, quoted: str) -> Span | None:
    """A free date of the question that is the same in other words ("March 2013" for "Mar '13")."""
    wanted: tuple[date, date] | None = parse_period(quoted, draft.today)
    for mention in draft.dates if wanted else ():
        if parse_period(mention.text, draft.today) == wanted and draft.quotations.is_free(mention.start, mention.end):
            return draft.quotations.claim(mention.start, mention.end)
    return None
