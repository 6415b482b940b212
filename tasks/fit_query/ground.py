"""`ground`: the only way from a reading of a question to an answer about FIT installations.

    ground("wind sites over 100kw in berkshire",
           {"technology": "Wind", "capacity_min": "100kw", "location": "berkshire"}, today)
    -> Grounded(output={"technology": "Wind", "capacity_min_kw": 100, "location": "Berkshire",
                        "postcode_patterns": ["RG", "SL"]}, fields={…}, problems=[])

Problems. Blocking, the answer must not be passed on:
    not_in_question       a quotation, or a technology, that the question does not contain
    unreadable_value      a quotation that is no amount, date, postcode or number, or a part of one
    contradicts_question  "under 100kw" read as a minimum
    contradictory_bounds  a minimum above the maximum
    nothing_understood    no field at all, of a question that does not ask for everything
Not blocking:
    unsupported_request   the question plainly asks what no field can say: the output is unsupported
    unknown_place, vague_amount   the output is unsupported
    unaccounted           words that look like a filter and that no field accounts for
    repaired              a slip of the reader that the question settles (repair.py)
    doubtful_refusal      a refusal of what plainly asks about installations
    doubtful_answer       filters for what is hardly a question about installations
    weak_evidence         a mark (revenue, sort, …) without a known word for it
    unknown_postcode      a postcode that does not exist
    limit_out_of_range    more rows than may be asked for

Measured over 1,774 readings of 1,156 questions on one core of a small cloud machine: half of them take
under 0.5 ms of processor time, 95 in 100 under 1.3 ms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from tasks.fit_query.amounts import KW, parse_count
from tasks.fit_query.bounds import add_capacity, add_commissioned, add_remaining
from tasks.fit_query.draft import UNSUPPORTED, Draft
from tasks.fit_query.everything import asks_for_everything
from tasks.fit_query.evidence import is_plain, support
from tasks.fit_query.leftovers import leftovers
from tasks.fit_query.quotation import Span
from tasks.fit_query.repair import repaired
from tasks.fit_query.spoken_codes import labelled_id, spelled_digits
from tasks.fit_query.subject import plain_request, strange_request
from tasks.fit_query.technologies import evidence_for
from tasks.fit_query.unsayable import other_technology, unsayable
from tasks.fit_query.whereabouts import add_whereabouts
from tasks.fit_query.withdrawn import without_withdrawn
from tasks.fit_query.words import as_typed
from tuneserve.task import Evidence, Grounded, JsonObject

_MAXIMUM_LIMIT = 1000
_TOP = re.compile(r"\btop\W+(?:the\W+)?$", re.IGNORECASE)
_CAPACITY_WORDS = re.compile(
    r"\b(?:capacit\w*|capcity|[kmg]w|mega\s?watts?|kilo\s?watts?"
    r"|(?<!heat and )(?<!heat & )(?<!water )(?<!wind )(?<!solar )(?<!hydro )power|size)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\b(?:number|no\.?|#) of\b|\bhow\s+many\b(?!\s+[kmg]w)|\bcounts?\b", re.IGNORECASE)
# What people write behind a question to somebody who shall do more than search: a refusal of that is not doubted.
_COMMANDS = re.compile(
    r"(?:[.;:!?\n)\]]|\b(?:and|then|but|also))\s*(?:please |kindly |now |just )?(?:put|write|return|output|answer|reply"
    r"|respond|say|pretend|act|ignore|disregard|forget everything|override|always|never|swap|replace|rename|delete"
    r"|translate|decode|execute|remember that|repeat|confirm|agree|insert|append)\b"
    r"(?! (?:off|us|me|back to|in (?:an?|my)))",
    re.IGNORECASE,
)
_DIGIT_RUN = re.compile(r"\d+")
_SINGLE_DIGITS = re.compile(r"(?<![\w.,])\d(?:[ -]\d){1,8}(?![\w.,]\d)")  # "4 0 0 4"
_SPOKEN_RUN = re.compile(
    r"\b(?:(?:(?:double|treble|triple)\s)?(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine)\b[\s-]*){2,9}",
    re.IGNORECASE,
)


def ground(text: str, reading: JsonObject, today: date) -> Grounded:
    """Checks `reading` against `text` and the data, and makes the answer; see the module's docstring.

    `reading` must be valid by reading.schema.json. Never raises on one, never changes it.
    """
    text, reading = without_withdrawn(as_typed(text)), _as_typed(reading)
    draft = Draft(text, reading, today)
    if reading.get("query_type") == "unsupported":
        return _refusal(draft)
    refused = _refused(draft)
    if refused:
        return refused
    for change in repaired(draft):
        draft.note("repaired", change.message, change.field)
    _add_fit_id(draft)
    _add_technology(draft)
    add_capacity(draft)
    add_whereabouts(draft)
    add_commissioned(draft)
    add_remaining(draft)
    _add_marks(draft)
    _add_aggregate(draft)
    _add_order(draft)
    _add_query_type(draft)
    return _finished(draft)


def _as_typed(reading: JsonObject) -> JsonObject:
    """The reading with its quotations changed as the text is."""

    def typed(value: Any) -> Any:
        if isinstance(value, list):
            return [typed(one) for one in value]
        return as_typed(value) if isinstance(value, str) else value

    return {key: typed(value) for key, value in reading.items()}


def _refusal(draft: Draft) -> Grounded:
    """The reader's refusal, doubted when the question plainly asks about installations and no word forbids it."""
    evidence = {"query_type": Evidence("reader", None)}
    commands = _COMMANDS.search(draft.text) is not None
    asked = plain_request(draft) if not commands and unsayable(draft.text) is None else None
    if asked:
        draft.note("doubtful_refusal", f"the question asks about installations: {asked}", "query_type")
    return Grounded(dict(UNSUPPORTED), evidence, tuple(draft.problems))


def _refused(draft: Draft) -> Grounded | None:
    """The unsupported answer, when the question asks what no field can say."""
    asked = unsayable(draft.text)
    if asked is None:
        other = other_technology(draft.text)
        if other and "technology" not in draft.reading and "technologies" not in draft.reading:
            asked = ("other technology", other)
    code = "unsupported_request"
    if asked is None:
        vague = next((amount for amount in draft.amounts if amount.number is None and amount.unit in KW), None)
        asked, code = ("vague amount", vague.text) if vague else None, "vague_amount"
    if asked is None:
        return None
    draft.note(code, f"no field can say '{asked[1]}' ({asked[0]})", "query_type")
    return Grounded(dict(UNSUPPORTED), {"query_type": Evidence("grounding", asked[1])}, tuple(draft.problems))


def _finished(draft: Draft) -> Grounded:
    if draft.unsupported:
        moot = ("unaccounted", "repaired")
        problems = tuple(problem for problem in draft.problems if problem.blocking or problem.code not in moot)
        reason = next((p for p in problems if p.code in ("unknown_place", "vague_amount")), None)
        return Grounded(
            dict(UNSUPPORTED), {"query_type": Evidence("grounding", reason.message if reason else None)}, problems
        )
    strange = strange_request(draft.text)
    if strange:
        draft.note("doubtful_answer", f"'{strange}' is seldom said about installations", "query_type")
    for leftover in leftovers(draft):
        draft.note("unaccounted", f"no field accounts for the {leftover.kind} '{leftover.words}'")
    if (
        not draft.output
        and not any(problem.blocking for problem in draft.problems)
        and not asks_for_everything(draft.text)
    ):
        draft.note(
            "nothing_understood", "no filter was read, and the question does not ask for everything", blocking=True
        )
    if any(problem.blocking for problem in draft.problems):
        return Grounded(None, {}, tuple(draft.problems))
    order = _field_order()
    output = {key: draft.output[key] for key in sorted(draft.output, key=order.__getitem__)}
    return Grounded(output, {key: draft.fields[key] for key in output}, tuple(draft.problems))


@cache
def _field_order() -> Mapping[str, int]:
    schema: dict[str, Any] = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
    return {key: place for place, key in enumerate(schema["properties"])}


def _add_fit_id(draft: Draft) -> None:
    """`fit_id` without leading zeros, where the question has it in digits or spoken ("one two eight zero")."""
    if "fit_id" not in draft.reading:
        return
    wanted = draft.reading["fit_id"].lstrip("0") or "0"
    for run in _DIGIT_RUN.finditer(draft.text):
        if (run.group().lstrip("0") or "0") == wanted and draft.quotations.is_free(run.start(), run.end()):
            return _put_fit_id(draft, wanted, run.start(), run.end())
    for run in _SINGLE_DIGITS.finditer(draft.text):
        if (re.sub(r"\D", "", run.group()).lstrip("0") or "0") == wanted:
            return _put_fit_id(draft, wanted, run.start(), run.end())
    for run in _SPOKEN_RUN.finditer(draft.text):
        if (spelled_digits(run.group()).lstrip("0") or "0") == wanted:
            return _put_fit_id(draft, wanted, run.start(), run.start() + len(run.group().rstrip(" -\t\n")))
    labelled = labelled_id(draft.text)
    if labelled is not None and draft.text[labelled[1].start].isalpha() and draft.quotations.is_free(*labelled[1]):
        if labelled[0] != wanted:  # a small model's digits of a number in words are seldom right
            draft.note("repaired", f"'{wanted}' is not in the question, FIT {labelled[0]} is", "fit_id")
        return _put_fit_id(draft, labelled[0], *labelled[1])
    draft.note("not_in_question", f"'{draft.reading['fit_id']}' is not in the question", "fit_id", blocking=True)


def _put_fit_id(draft: Draft, wanted: str, start: int, end: int) -> None:
    draft.quotations.claim(start, end)
    if len(wanted) > 7:
        draft.note("unreadable_value", f"'{wanted}' is no FIT id: they have at most 7 digits", "fit_id", blocking=True)
        return
    draft.put("fit_id", wanted, draft.text[start:end])


def _add_technology(draft: Draft) -> None:
    """`technology` or `technologies`, each with a word in the question that speaks of it."""
    key = "technologies" if "technologies" in draft.reading else "technology"
    asked = draft.reading.get(key)
    if asked is None:
        return
    words = {name: evidence_for(name, draft.text) for name in (asked if isinstance(asked, list) else [asked])}
    for name, evidence in words.items():
        if evidence is None:
            draft.note("not_in_question", f"nothing in the question speaks of {name}", key, blocking=True)
    value = list(asked) if isinstance(asked, list) else asked
    draft.put(key, value, ", ".join(evidence for evidence in words.values() if evidence))


def _supported(draft: Draft, claim: str, key: str) -> str | None:
    words = support(claim, draft.text)
    if words is None:
        draft.note("weak_evidence", f"no known word in the question asks for {claim}", key)
    elif not is_plain(claim, draft.text):
        draft.note("weak_evidence", f"'{words}' hardly asks for {claim}", key)
    return words


def _add_marks(draft: Draft) -> None:
    if draft.reading.get("repowering"):
        draft.put("query_intent", "repowering_opportunities", _supported(draft, "repowering", "query_intent"))
    for mark in ("regional", "revenue"):
        if draft.reading.get(mark):
            draft.put(f"include_{mark}", True, _supported(draft, mark, f"include_{mark}"))
    if "size" in draft.reading:
        _supported(draft, f"size {draft.reading['size']}", "size")


def _add_aggregate(draft: Draft) -> None:
    """`aggregate` and `group_by`; a group alone is a total where capacity is named, else a count."""
    aggregate, group = draft.reading.get("aggregate"), draft.reading.get("group_by")
    if aggregate:
        words = support(f"group_by {group}", draft.text) if group and aggregate == "count" else None
        draft.put("aggregate", aggregate, words or _supported(draft, f"aggregate {aggregate}", "aggregate"))
    elif group:
        capacity = None if _COUNTED.search(draft.text) else _CAPACITY_WORDS.search(draft.text)
        inferred = "total_capacity" if capacity else "count"
        draft.put("aggregate", inferred, capacity.group() if capacity else None, looked_up=True)
    if group:
        draft.put("group_by", group, _supported(draft, f"group_by {group}", "group_by"))


def _add_order(draft: Draft) -> None:
    """`sort_by`, `sort_order` and `limit`; "top 10" of rows sorts by capacity, groups come largest first anyway."""
    limit = _add_limit(draft) if "limit" in draft.reading else None
    sort = draft.reading.get("sort")
    if sort is None and limit is not None and "aggregate" not in draft.output and _TOP.search(draft.text[:limit]):
        draft.put("sort_by", "capacity", "top", looked_up=True)
        draft.put("sort_order", "desc", "top", looked_up=True)
    if sort is None or ("group_by" in draft.output and sort == "capacity desc"):
        return
    by, order = sort.split()
    words = _supported(draft, f"sort {by}", "sort_by")
    draft.put("sort_by", by, words)
    draft.put("sort_order", order, words)


def _add_limit(draft: Draft) -> int | None:
    """Puts `limit`; returns where its number begins in the question, None when it has none (a superlative's 1)."""
    quoted = draft.reading["limit"]
    count = parse_count(quoted)
    if count is None or count < 1:
        draft.note("unreadable_value", f"'{quoted}' is no number of rows", "limit", blocking=True)
        return None
    span = _bare_number(draft, count)
    if span is None and count != 1:
        draft.note("not_in_question", f"'{quoted}' is not in the question", "limit", blocking=True)
    if count > _MAXIMUM_LIMIT:
        draft.note("limit_out_of_range", f"at most {_MAXIMUM_LIMIT} rows can be asked for, not {count}", "limit")
    words = draft.text[span.start : span.end] if span else _supported(draft, "limit", "limit")
    draft.put("limit", min(count, _MAXIMUM_LIMIT), words)
    return span.start if span else None


def _bare_number(draft: Draft, count: int) -> Span | None:
    """A free number of the question that is `count` and neither an amount with a unit nor a part of a date."""
    for amount in draft.amounts:
        dated = any(date.start < amount.end and amount.start < date.end for date in draft.dates)
        bare = not amount.unit or (amount.unit == "years" and draft.reading.get("group_by") == "year")
        if amount.number == count and bare and not dated and draft.quotations.is_free(amount.start, amount.end):
            return draft.quotations.claim(amount.start, amount.end)
        first = amount.text.split(" ")[0]
        if (
            first == draft.reading["limit"]
            and not dated
            and draft.quotations.is_free(amount.start, amount.start + len(first))
        ):
            return draft.quotations.claim(amount.start, amount.start + len(first))  # "top 6 630 kW": two numbers
    return None


def _add_query_type(draft: Draft) -> None:
    kind = draft.reading.get("query_type")
    if kind:
        words = _supported(draft, f"query_type {kind}", "query_type")
    if kind == "comparison" or (kind and "aggregate" not in draft.output):
        draft.put("query_type", kind, words)
    elif "aggregate" in draft.output:
        if kind:
            draft.note(
                "unaccounted",
                "rates cannot be counted, added up or averaged: only the aggregate is answered",
                "query_type",
            )
        draft.put("query_type", "aggregation", draft.fields["aggregate"].text, looked_up=True)
