"""Repairs of amounts that a reader copied wrongly, where the question settles what was meant.

repair_amounts(repair)   "under 100kw" read as a minimum; "200 to 500kw" quoted as one amount; an
                         amount that the question has in other digits; "about" where it says none
"""

from __future__ import annotations

import re

from rapidfuzz.fuzz import ratio

from tasks.fit_query.amounts import KW, TIMES, Amount, find_amounts, parse_kw, parse_years
from tasks.fit_query.bound_words import may_be_bound, said_of_amount
from tasks.fit_query.quotation import Span, spans_of
from tasks.fit_query.repair import CAPACITY, REMAINING, Repair
from tasks.fit_query.story_figures import is_of_story
from tasks.fit_query.words import split_words, word_set

_SIMILAR = 80
_CORRECTION = 30  # characters at most between a value that is taken back and the one that counts
_PLURAL = 2
JOINT = re.compile(r"\s*(?:[-–—&]|\b(?:to|and|n|up to|through|until)\b)\s*", re.IGNORECASE)
_LONGER = re.compile(
    r"[>≥+]|\b(?:(?:at)?least|more|gt|gte|ge|over|ovr|longer|plus|min\w*|less|fewer|exceed\w*|beyond|further|another|above|from|no|not|up\w*)\b"
)
_PARTNER = {"capacity_min": "capacity_max", "capacity_max": "capacity_min"}
_PLAIN_NEIGHBOURS = word_set(
    """
    a an the any exactly wants in near for show list find please thanks me all built commissioned
    installed rated site sites farm farms turbine turbines scheme schemes plant plants installation installations unit
    units system systems array arrays project projects
    """
)


def repair_amounts(repair: Repair) -> None:
    """Amounts of power and of time left; see the module's docstring."""
    _divide_ranges(repair)
    _drop_second_bound(repair)
    for keys in (CAPACITY, REMAINING):
        _replace_strange_amount(repair, keys)
        _complete_bounds(repair, keys)
        _swap_turned_range(repair, keys)
    for key in (*CAPACITY, *REMAINING):
        if key in repair.reading:
            _turn(repair, key)
    _add_left_out(repair)


def _add_left_out(repair: Repair) -> None:
    """The only capacity that the reader left out, where the words beside it say which bound it is: "not below 1 MW"."""
    if not repair.reading or "fit_id" in repair.reading:
        return
    quotations = repair.quotations()
    for value in [repair.reading[key] for key in (*CAPACITY, *REMAINING) if key in repair.reading]:
        quotations.take(value)
    free = [
        amount
        for amount in repair.draft.amounts
        if amount.unit in KW and amount.number is not None and quotations.is_free(amount.start, amount.end)
    ]
    if len(free) != 1 or is_of_story(repair.text, free[0].start, free[0].end):
        return
    said = said_of_amount(repair.lowered, free[0].start, free[0].end)
    taken = [key for key in CAPACITY if key in repair.reading]
    if said in ("min", "max") and (not taken or taken == [_PARTNER[f"capacity_{said}"]]):
        repair.add(f"capacity_{said}", free[0].text, f"capacity_{said}_kw", f"'{free[0].text}' was left out")


def _drop_second_bound(repair: Repair) -> None:
    """Both bounds quoted from one amount that the words beside it make one of them: "over forty kilowatts"."""
    for low, high in (("capacity_min", "capacity_max"), ("remaining_min", "remaining_max")):
        quoted = repair.reading.get(low)
        if quoted is None or quoted != repair.reading.get(high) or repair.lowered.count(quoted.lower()) != 1:
            continue
        at = repair.lowered.find(quoted.lower())
        said = said_of_amount(repair.lowered, at, at + len(quoted))
        if said in ("min", "max"):
            gone = high if said == "min" else low
            del repair.reading[gone]
            repair.note(gone, f"'{quoted}' is one bound")


def _divide_ranges(repair: Repair) -> None:
    """A range quoted as one amount: "200 n 500kw" is from 200 to 500 kW."""
    for key in (*CAPACITY, *REMAINING):
        quoted = repair.reading.get(key)
        amounts = find_amounts(quoted) if quoted else []
        if quoted is None or len(amounts) != 2 or not JOINT.fullmatch(quoted[amounts[0].end : amounts[1].start]):
            continue
        first, second = amounts[0].number, amounts[1].number
        if first is None or second is None or second < 1:  # "a year and a half" is one amount
            continue
        kind = key.split("_")[0]
        low, high = f"{kind}_min", f"{kind}_max"
        others = {name for name in (*CAPACITY, *REMAINING) if name.startswith(kind)} - {key}
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
    units = KW.keys() if keys is CAPACITY else set(TIMES)
    free = [
        amount
        for amount in repair.draft.amounts
        if amount.unit in units and amount.number is not None and quotations.is_free(amount.start, amount.end)
    ]
    quoted = repair.reading[strange[0]]
    alike = [amount for amount in free if is_copy(quoted, amount.text)]
    if len(alike) == 1:
        repair.put(strange[0], alike[0].text, f"'{quoted}' is not in the question, '{alike[0].text}' is")


def is_copy(quoted: str, written: str) -> bool:
    """Whether `quoted` is `written` with a slip: the same digits or nearly the same words. Other digits are none."""
    digits = ["".join(re.findall(r"\d", text)) for text in (quoted, written)]
    return digits[0] == digits[1] and (bool(digits[0]) or ratio(quoted.lower(), written.lower()) >= _SIMILAR)


def _same(repair: Repair, key: str) -> bool:
    """Whether an amount of the question says the same in other words."""
    quoted = repair.reading[key]
    value = parse_kw(quoted) if key in CAPACITY else parse_years(quoted)
    parse = parse_kw if key in CAPACITY else parse_years
    return value is not None and any(parse(amount.text) == value for amount in repair.draft.amounts)


def _complete_bounds(repair: Repair, keys: tuple[str, ...]) -> None:
    """Both ends of "between 100 and 500 kW", of which one was read as exact or about."""
    read = [key for key in keys if key in repair.reading]
    if len(read) != 2 or set(read) == set(keys[:2]):
        return
    quotations = repair.quotations()
    spans = {key: quotations.take(repair.reading[key]) for key in read}
    first, second = sorted(read, key=lambda key: spans[key] or Span(0, 0))
    one, other = spans[first], spans[second]
    if one is None or other is None or one == other:
        return
    between = repair.text[one.end : other.start]
    whole = re.search(r"\b(?:between|from)\s+$", repair.lowered[: one.start]) or re.fullmatch(
        r"\s*(?:-|–|to)\s*", between
    )
    if not JOINT.fullmatch(between) or not whole:
        return
    low, high = repair.reading.pop(first), repair.reading.pop(second)
    repair.put(keys[0], low, f"'{repair.text[one.start : other.end]}' is a range")
    repair.reading[keys[1]] = high


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
    if second.end < first.start and JOINT.fullmatch(between) and len(kw) == 2 and None not in kw and kw[0] > kw[1]:  # type: ignore[operator]
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
    if _said_elsewhere(repair, repair.reading[key], bound):
        return
    said = said_of_amount(repair.lowered, amount.start, max(span.end, amount.end))
    if said is None and "+" in amount.text:
        said = "min"  # "5+ MW"
    if said is None and re.search(r"(?:ish|odd|or so)\b", amount.text, re.IGNORECASE):
        said = "about"  # "500-odd kW"
    if said is None and key == "remaining_min" and "remaining_max" not in repair.reading:
        corrected = [one.start for one in repair.draft.amounts if 0 < amount.start - one.end < _CORRECTION]
        first = min([*corrected, amount.start])  # "over 4, sorry, 5 years left"
        around = repair.lowered[max(0, first - 30) : amount.start] + "|" + repair.lowered[amount.end :][:15]
        said = None if _LONGER.search(around) else "max"  # "5 years left" without more is at most 5
    if said == "about" and bound in ("min", "max"):
        said = "about" if kind == "capacity" and _is_only_about(repair, amount, key) else None
        if said is None:
            return
    if said == "about" and kind == "remaining":
        return
    if said is None and key in ("capacity_min", "capacity_max") and _is_bare(repair, amount, key):
        said_key = "capacity_exactly"
    elif (
        said is None
        and bound == "about"
        and _has_plain_word_before(repair, amount)
        and not _is_bound_nearby(repair, amount)
    ):
        said_key = f"{kind}_exactly"
    elif said is not None and said != bound:
        said_key = f"{kind}_{said}"
    else:
        return
    if said_key in repair.reading:
        return
    words = repair.text[max(0, amount.start - 15) : amount.end + 8].strip()
    repair.rename(key, said_key, f"'{words}' does not mean {key}")


def _said_elsewhere(repair: Repair, quoted: str, bound: str) -> bool:
    """Whether the amount stands twice and the other time has the bound: "not 8 but 11 yrs. At least 11 yrs left"."""
    places = list(re.finditer(rf"(?<![\w.]){re.escape(quoted.lower())}(?!\w)", repair.lowered))
    return len(places) > 1 and any(said_of_amount(repair.lowered, *one.span()) == bound for one in places)


def _is_bare(repair: Repair, amount: Amount, key: str) -> bool:
    """Whether no word near the amount can make it a bound: "northern ireland 225 kw".

    Only an amount with a unit, whose neighbours are a place, a technology, a date, the phrase of a request
    or nothing, in a question without any word of bounds that is not spoken for by another amount.
    """
    if amount.unit not in KW or _PARTNER[key] in repair.reading:
        return False
    if not repair.text[amount.start].isdigit() and (amount.number is None or amount.number < _PLURAL):
        return False  # "a megawatt"
    if "+" in amount.text or may_be_bound(repair.lowered, amount.start, amount.end):
        return False
    draft = repair.draft
    named = spans_of(draft.likely_places, draft.technologies, draft.dates, draft.postcodes)
    words = split_words(repair.text)
    left = [word for word in words if word.end <= amount.start]
    right = [word for word in words if word.start >= amount.end]
    return all(
        word.key in _PLAIN_NEIGHBOURS or any(one.start <= word.start < one.end for one in named)
        for word in (*left[-1:], *right[:1])
    )


def _has_plain_word_before(repair: Repair, amount: Amount) -> bool:
    """Whether the word before the amount cannot be a way to say "about": none, a name, "of", "a"."""
    draft = repair.draft
    named = spans_of(draft.likely_places, draft.technologies, draft.dates, draft.postcodes)
    before = [word for word in split_words(repair.text) if word.end <= amount.start][-1:]
    return all(
        word.key in _PLAIN_NEIGHBOURS | {"of", "at", "is"} or any(one.start <= word.start < one.end for one in named)
        for word in before
    )


def _is_only_about(repair: Repair, amount: Amount, key: str) -> bool:
    """Whether "about" is all that is said of an amount that was read as a bound: "100 kW, give or take"."""
    return _PARTNER[key] not in repair.reading and not may_be_bound(repair.lowered, amount.start, amount.end)


def _is_bound_nearby(repair: Repair, amount: Amount) -> bool:
    """Whether a word near the amount may still make it something else than an exact figure."""
    before = re.split(r"[.;!?]\s", repair.lowered[max(0, amount.start - 30) : amount.start])[-1]
    around = f"{before} | {repair.lowered[amount.end :][:20]}"
    return bool(
        re.search(
            r"\b(?:about|around|roughly|approx\w*|circa|nearly|near(?=\s*\|)|almost|ish|so|thereabouts|close|between|beat\w*"
            r"|than|over|under|above|below|least|most|max\w*|min\w*|more|less|up|ballpark|order|region|some|say|c|ca|abt|aro\w*d|abo\w*t|rou\w*y"
            r"|ap\w*x\w*|arr?ound|neighbourhood|vicinity)\b"
            r"|[~<>+≈±]",
            around,
        )
    )
