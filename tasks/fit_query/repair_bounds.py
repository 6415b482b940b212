"""Repairs of amounts and dates that a reader copied wrongly, where the question settles what was meant.

repair_amounts(repair)   "under 100kw" read as a minimum; "200 to 500kw" quoted as one amount; an
                         amount that the question has in other digits; "about" where it says none
repair_dates(repair)     "since 2013" read as "in 2013"; one end of "2010-12"; a date in other digits
"""

from __future__ import annotations

import re

from rapidfuzz.fuzz import ratio

from tasks.fit_query.amounts import KW, Amount, find_amounts, parse_kw, parse_years
from tasks.fit_query.bound_words import said_of_amount, said_of_date
from tasks.fit_query.dates import RELATIONS, parse_period
from tasks.fit_query.quotation import Span
from tasks.fit_query.repair import Repair

_SIMILAR = 80
_CAPACITY = ("capacity_min", "capacity_max", "capacity_about", "capacity_exactly")
_REMAINING = ("remaining_min", "remaining_max")
_JOINT = re.compile(r"\s*(?:[-–—&]|\b(?:to|and|n|up to|through|until)\b)\s*", re.IGNORECASE)
_LONGER = re.compile(
    r"[>≥+]|\b(?:(?:at)?least|more|gt|gte|ge|over|longer|plus|min\w*|less|fewer|exceed\w*|beyond|further|another|above|from|no|not)\b"
)
_DATE_JOINT = re.compile(r"\s*(?:[-–—/&]|\b(?:to|and|or|until|till|through|n)\b)\s*", re.IGNORECASE)
_LAST_OF_RANGE = re.compile(
    r"\s*(?:-|–|—|/|to|and|until|till|through|&|n)\s*((?:19|20)\d\d|['’]?\d\d)(?![\w%]|[.,]\d)", re.I
)
_FIRST_OF_RANGE = re.compile(r"((?:19|20)\d\d)\s*(?:-|–|—|/|to|and|until|till|through|&|n)\s*$", re.IGNORECASE)


def repair_amounts(repair: Repair) -> None:
    """Amounts of power and of time left; see the module's docstring."""
    _divide_ranges(repair)
    for keys in (_CAPACITY, _REMAINING):
        _replace_strange_amount(repair, keys)
        _swap_turned_range(repair, keys)
    for key in (*_CAPACITY, *_REMAINING):
        if key in repair.reading:
            _turn(repair, key)


def _divide_ranges(repair: Repair) -> None:
    """A range quoted as one amount: "200 n 500kw" is from 200 to 500 kW."""
    for key in (*_CAPACITY, *_REMAINING):
        quoted = repair.reading.get(key)
        amounts = find_amounts(quoted) if quoted else []
        if quoted is None or len(amounts) != 2 or not _JOINT.fullmatch(quoted[amounts[0].end : amounts[1].start]):
            continue
        first, second = amounts[0].number, amounts[1].number
        if first is None or second is None or second < 1:  # "a year and a half" is one amount
            continue
        kind = key.split("_")[0]
        low, high = f"{kind}_min", f"{kind}_max"
        others = {name for name in (*_CAPACITY, *_REMAINING) if name.startswith(kind)} - {key}
        if others & repair.reading.keys() or repair.quotations().take(quoted) is None:
            continue
        del repair.reading[key]
        repair.put(low, amounts[0].text, f"'{quoted}' is a range")
        repair.reading[high] = amounts[1].text


def _replace_strange_amount(repair: Repair, keys: tuple[str, ...]) -> None:
    """An amount that the question does not have, by the only one there that nothing else accounts for."""
    quotations = repair.quotations()
    strange = [
        key
        for key in keys
        if key in repair.reading and quotations.take(repair.reading[key]) is None and not _same(repair, key)
    ]
    if len(strange) != 1:
        return
    units = KW.keys() if keys is _CAPACITY else {"years", "months"}
    free = [
        amount
        for amount in repair.draft.amounts
        if amount.unit in units and amount.number is not None and quotations.is_free(amount.start, amount.end)
    ]
    quoted = repair.reading[strange[0]]
    alike = [amount for amount in free if _is_copy(quoted, amount.text)]
    if len(alike) == 1:
        repair.put(strange[0], alike[0].text, f"'{quoted}' is not in the question, '{alike[0].text}' is")


def _is_copy(quoted: str, written: str) -> bool:
    """Whether `quoted` is `written` with a slip: the same digits or nearly the same words. Other digits are none."""
    digits = ["".join(re.findall(r"\d", text)) for text in (quoted, written)]
    return digits[0] == digits[1] and (bool(digits[0]) or ratio(quoted.lower(), written.lower()) >= _SIMILAR)


def _same(repair: Repair, key: str) -> bool:
    """Whether an amount of the question says the same in other words."""
    quoted = repair.reading[key]
    value = parse_kw(quoted) if key in _CAPACITY else parse_years(quoted)
    parse = parse_kw if key in _CAPACITY else parse_years
    return value is not None and any(parse(amount.text) == value for amount in repair.draft.amounts)


def _swap_turned_range(repair: Repair, keys: tuple[str, ...]) -> None:
    """ "between 3 and 499 kW" with its ends turned round."""
    low, high = keys[0], keys[1]
    if not {low, high} <= repair.reading.keys():
        return
    quotations = repair.quotations()
    spans = [quotations.take(repair.reading[key]) for key in (low, high)]
    if None in spans:
        return
    first, second = spans[0], spans[1]
    assert first is not None
    assert second is not None
    between = repair.text[second.end : first.start]
    amounts = [_amount_at(repair, span) for span in (first, second)]
    kw = [amount.number for amount in amounts if amount]
    if second.end < first.start and _JOINT.fullmatch(between) and len(kw) == 2 and None not in kw and kw[0] > kw[1]:  # type: ignore[operator]
        lower, upper = repair.reading[high], repair.reading[low]
        repair.put(low, lower, f"'{repair.text[second.start : first.end]}' goes up, not down")
        repair.reading[high] = upper


def _amount_at(repair: Repair, span: Span) -> Amount | None:
    return next((one for one in repair.draft.amounts if one.start < span.end and span.start < one.end), None)


def _turn(repair: Repair, key: str) -> None:
    """The bound that the words beside the amount ask for, where the reader wrote another."""
    span = repair.quotations().take(repair.reading[key])
    amount = _amount_at(repair, span) if span else None
    if span is None or amount is None or amount.start < span.start or amount.number is None:
        return
    kind, _, bound = key.partition("_")
    said = said_of_amount(repair.lowered, amount.start, max(span.end, amount.end))
    if said is None and "+" in amount.text:
        said = "min"  # "5+ MW"
    if said is None and key == "remaining_min" and "remaining_max" not in repair.reading:
        around = repair.lowered[max(0, amount.start - 30) : amount.start] + "|" + repair.lowered[amount.end :][:15]
        said = None if _LONGER.search(around) else "max"  # "5 years left" without more is at most 5
    if said == "about" and (kind == "remaining" or bound in ("min", "max")):
        return
    if said is None and bound == "about" and not _is_bound_nearby(repair, amount):
        said_key = f"{kind}_exactly"
    elif said is not None and said != bound:
        said_key = f"{kind}_{said}"
    else:
        return
    if said_key in repair.reading or (bound in ("min", "max") and said == "about"):
        return
    words = repair.text[max(0, amount.start - 15) : amount.end + 8].strip()
    repair.rename(key, said_key, f"'{words}' does not mean {key}")


def _is_bound_nearby(repair: Repair, amount: Amount) -> bool:
    """Whether a word near the amount may still make it something else than an exact figure."""
    before = re.split(r"[.;!?]\s", repair.lowered[max(0, amount.start - 30) : amount.start])[-1]
    around = f"{before} | {repair.lowered[amount.end :][:20]}"
    return bool(
        re.search(
            r"\b(?:about|around|roughly|approx\w*|circa|nearly|near(?=\s*\|)|almost|ish|so|thereabouts|close|between|beat\w*"
            r"|than|over|under|above|below|least|most|max\w*|min\w*|more|less|up|ballpark|order|region|some|say|c|ca|abt"
            r"|ap\w*x\w*|arr?ound|neighbourhood|vicinity)\b"
            r"|[~<>+≈±]",
            around,
        )
    )


def repair_dates(repair: Repair) -> None:
    """Dates of commissioning; see the module's docstring."""
    _replace_strange_date(repair)
    if len([key for key in RELATIONS if key in repair.reading]) == 1:
        _complete_range(repair)
    for key in ("built_in", "built_from", "built_after", "built_before", "built_to"):
        if key in repair.reading:
            _relate(repair, key)


def _replace_strange_date(repair: Repair) -> None:
    keys = [key for key in RELATIONS if key in repair.reading and key != "built_last"]
    dates = repair.draft.dates
    if len(keys) != 1 or len(dates) != 1 or repair.quotations().take(repair.reading[keys[0]]):
        return
    quoted, today = repair.reading[keys[0]], repair.draft.today
    same = parse_period(quoted, today) == parse_period(dates[0].text, today)
    if not same and _is_copy(quoted, dates[0].text):
        repair.put(keys[0], dates[0].text, f"'{quoted}' is not in the question, '{dates[0].text}' is")


def _complete_range(repair: Repair) -> None:
    """Both ends of a range of years of which the reader quoted one: "2010" of "2010-12", "13" of "2011-13"."""
    key = next(key for key in RELATIONS if key in repair.reading)
    span = repair.quotations().take(repair.reading[key])
    if span is None or key == "built_last":
        return
    quoted = repair.text[span.start : span.end]
    ends = _ends(repair, span, quoted)
    if ends is None:
        return
    first, last, whole = ends
    if parse_period(whole, repair.draft.today) is None or _is_amount(repair, whole):
        return
    del repair.reading[key]
    repair.put("built_from", first, f"'{quoted}' is only one end of '{whole}'")
    repair.reading["built_to"] = last


def _ends(repair: Repair, span: Span, quoted: str) -> tuple[str, str, str] | None:
    """First end, last end and the whole of the range that text[span] is one end of."""
    text = repair.text
    for date in repair.draft.dates:
        if date.start >= span.end and _DATE_JOINT.fullmatch(text[span.end : date.start]):
            return quoted, date.text, text[span.start : date.end]
        if date.end <= span.start and _DATE_JOINT.fullmatch(text[date.end : span.start]):
            return date.text, quoted, text[date.start : span.end]
    behind = _LAST_OF_RANGE.match(text, span.end)
    before = _FIRST_OF_RANGE.search(text, 0, span.start)
    if behind and re.fullmatch(r"(?:19|20)\d\d", quoted):
        return quoted, behind[1], text[span.start : behind.end()]
    if before and re.fullmatch(r"(?:(?:19|20)\d\d|['’]?\d\d)", quoted):
        return before[1], quoted, text[before.start() : span.end]
    return None


def _is_amount(repair: Repair, whole: str) -> bool:
    """Whether the range goes on into a unit: "2010-2012 kW"."""
    at = repair.text.find(whole)
    return any(amount.unit in KW and amount.start < at + len(whole) <= amount.end for amount in repair.draft.amounts)


def _relate(repair: Repair, key: str) -> None:
    span = repair.quotations().take(repair.reading[key])
    if span is None:
        return
    said = said_of_date(repair.lowered, span.start, span.end)
    if said is None or said == key or said in repair.reading:
        return
    if _JOINT.search(repair.reading[key]) and key == "built_in":
        return
    words = repair.text[max(0, span.start - 10) : span.end + 8].strip()
    repair.rename(key, said, f"'{words}' does not mean {key}")
