"""From a model's text to a reading: strict JSON, valid by the schema of what readers write.

Serving, evaluation and the release's score all parse with this, so that none is kinder than another.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from jsonschema import Draft202012Validator

from tuneserve.task import JsonObject


class NotAReading(Exception):
    """The text is not what the task's readers write. `code` is short and fixed (a metric label)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ReadingParser:
    """Parses and validates by one schema; the validator is built once."""

    def __init__(self, schema: JsonObject) -> None:
        Draft202012Validator.check_schema(schema)
        self._validator = Draft202012Validator(schema)

    def parse(self, text: str) -> JsonObject:
        """The one JSON object that `text` consists of.

        Strict on purpose: no prose around it, no code fence, no key twice, no NaN, no half of a surrogate
        pair (which nothing could be sent or stored with). A model that has to be guessed at is asked again
        with a grammar instead. Raises NotAReading.
        """
        try:
            found = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_refuse, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            raise NotAReading("not_json", f"the model wrote no JSON: {error}") from error
        if not isinstance(found, dict):
            raise NotAReading("not_json", "the model wrote JSON that is no object")
        if not _is_text(text, found):
            raise NotAReading("not_json", "the model wrote half a character")
        self.check(found)
        return found

    def check(self, reading: JsonObject) -> None:
        """Raises NotAReading when `reading` is not valid by the schema."""
        error = next(iter(self._validator.iter_errors(reading)), None)
        if error is not None:
            where = "/".join(str(step) for step in error.absolute_path) or "the object"
            raise NotAReading("not_by_schema", f"{where} breaks '{error.validator}' of the schema")


def _is_text(text: str, found: JsonObject) -> bool:
    """Whether all of it can be written as UTF-8: JSON can spell code points that are no characters."""
    if text.isascii() and "\\u" not in text:
        return True
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_key_twice(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is out of range")
    return number
