"""Named rules that every example must keep; each returns what is wrong, or None."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tasks.fit_query.dataset.nouns import TECHNOLOGIES
from tasks.fit_query.dataset.periods import REFERENCE_DAY
from tasks.fit_query.dataset.places import gazetteer
from tasks.fit_query.dataset.values import ONES
from tasks.fit_query.spoken_codes import spelled_pattern
from tuneserve.example import Example

FOLDER = Path(__file__).parent.parent


@cache
def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name))


def _invalid(name: str, value: Any) -> str | None:
    error = next(iter(_validator(name).iter_errors(value)), None)
    return f"{error.json_path}: {error.message}" if error else None


def reading_is_valid(example: Example) -> str | None:
    return _invalid("reading.schema.json", json.loads(example.target))


def answer_is_valid(example: Example) -> str | None:
    return _invalid("schema.json", example.answer)


def technology_is_spelt_right(example: Example) -> str | None:
    for one in (json.loads(example.target), example.answer):
        wrong = [
            name for name in [one.get("technology"), *one.get("technologies", ())] if name and name not in TECHNOLOGIES
        ]
        if wrong:
            return f"technology {wrong}"
    return None


def postcodes_are_known(example: Example) -> str | None:
    gaz = gazetteer()
    known = {*gaz.outcodes, *gaz.areas, *(pattern for place in gaz.places for pattern in place.patterns)}
    wrong = [pattern for pattern in example.answer.get("postcode_patterns", ()) if pattern not in known]
    return f"postcode patterns {wrong} are in no gazetteer" if wrong else None


def place_has_its_patterns(example: Example) -> str | None:
    """Every pattern of the answer belongs to a named place or to a postcode of the reading."""
    if "location" not in example.answer:
        return None
    rows = {place.name: place for place in gazetteer().places}
    quoted = json.loads(example.target).get("postcodes", ())
    written = {spelled_pattern(code) or code.upper().replace(" ", "") for code in quoted}
    allowed: set[str] = set()
    for name in example.answer["location"].split(", "):
        if name not in rows:
            return f"'{name}' is not a name in places.csv"
        allowed |= set(rows[name].patterns)
    wrong = [
        one
        for one in example.answer["postcode_patterns"]
        if one not in allowed and not any(code.startswith(one) for code in written)
    ]
    return f"patterns {wrong} belong to no place of the answer" if wrong else None


def keys_are_in_order(example: Example) -> str | None:
    reading = json.loads(example.target)
    order = list(schema("reading.schema.json")["properties"])
    if list(reading) != sorted(reading, key=order.index):
        return f"keys {list(reading)} are not in the order of reading.schema.json"
    text = json.dumps(reading, ensure_ascii=False, separators=(",", ":"))
    return None if text == example.target else "the target is not compact JSON"


def _in_single_digits(number: str) -> str:
    return " ".join(ONES[int(digit)] for digit in number)


def _digit_by_digit(text: str) -> str:
    """The text with "double four" as "four four" and every nought as "zero"."""
    words = re.sub(r"\b(?:oh|nought)\b", "zero", text.lower())
    return re.sub(r"\bdouble (\w+)", r"\1 \1", words)


def quotations_are_in_the_question(example: Example) -> str | None:
    for key, value in json.loads(example.target).items():
        if (
            key in ("query_type", "technology", "technologies", "size", "aggregate", "group_by", "sort")
            or value is True
        ):
            continue
        for quotation in value if isinstance(value, list) else [value]:
            spoken = key == "fit_id" and _in_single_digits(quotation) in _digit_by_digit(example.text)
            if quotation not in example.text and not spoken and not (key == "limit" and quotation == "1"):
                return f"{key} '{quotation}' is not in the question"
    return None


def text_is_clean(example: Example) -> str | None:
    """No mark, slot or bracket of the phrase files is left in the question."""
    if re.search(r"[\ue000-\uf8ff]", example.text) or re.search(r"\{[a-z_0-9]+\}", example.text):
        return "a mark or slot is left in the question"
    return "an empty or endless question" if not 1 <= len(example.text.strip()) <= 600 else None


def capacity_is_in_kw(example: Example) -> str | None:
    for key in ("capacity_min_kw", "capacity_max_kw"):
        value = example.answer.get(key)
        if value is not None and not 0.1 <= value <= 200_000:
            return f"{key} is {value}"
    low, high = example.answer.get("capacity_min_kw"), example.answer.get("capacity_max_kw")
    return f"range {low} to {high} is empty" if low is not None and high is not None and low > high else None


def refusal_says_nothing_else(example: Example) -> str | None:
    if example.answer.get("query_type") == "unsupported" and len(example.answer) > 1:
        return "a refusal carries filters"
    return None


def grounds_to_the_answer(example: Example) -> str | None:
    """What grounding makes of the reading is the answer that the generator computed by itself."""
    from tasks.fit_query.ground import ground

    output = ground(example.text, json.loads(example.target), REFERENCE_DAY).output
    if _comparable(output) == _comparable(example.answer):
        return None
    return f"ground() gives {json.dumps(output)}, the generator {json.dumps(example.answer)}"


def _comparable(answer: dict[str, Any] | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {key: sorted(value) if isinstance(value, list) else value for key, value in answer.items()}


QUALITY: dict[str, Callable[[Example], str | None]] = {
    "reading valid": reading_is_valid,
    "answer valid": answer_is_valid,
    "technology spelling": technology_is_spelt_right,
    "postcode known": postcodes_are_known,
    "postcode of its place": place_has_its_patterns,
    "key order": keys_are_in_order,
    "quotation in question": quotations_are_in_the_question,
    "clean text": text_is_clean,
    "capacity in kW": capacity_is_in_kw,
    "bare refusal": refusal_says_nothing_else,
    "grounds to answer": grounds_to_the_answer,
}
