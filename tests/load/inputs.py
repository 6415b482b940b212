"""`Made`: requests and texts of a model such as nobody would write, the same ones for the same seed and number."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tuneserve.errors import EngineError, EngineTimeout, EngineUnavailable
from tuneserve.task import JsonObject, Task

JSON = "application/json"
# Letters that programs trip over: controls, halves of pairs, directions, joiners, wide, very wide, look-alikes.
STRANGE = "\x00\x07\x1b\x7f\x85\u200b\u200d\u202e\u2028\ufeff\ufffd\ud800\udfff\U0001f9d1\U0010ffff"
STRANGE += "０Ａ𝟙İıßЅ'\"\\{}[]<>|`$%;"
VALUES: Sequence[Any] = (
    None, True, False, 0, -1, 1e308, 10**30, 0.1, "", " ", "0", [], {}, [[]], "\ud800", "null", "{}", "a" * 3000
)  # fmt: skip
PROSE = (
    "Sure! Here you are:", "I cannot help with that.", "```json\n{}\n```", "   \n\t  ", "\n" * 160, "[" * 5000,
    '{"a":' * 2000, "NaN", '{"x": NaN}', '{"x": 1e999}', '{"x": 1, "x": 2}', '{"', "}", "null", "[]", '"text"',
    "\ufeff{}", "a " * 4000, '{"\ud800": "\udfff"}', "<|im_end|>",
)  # fmt: skip
PATHS = ("/v1/tasks", "/v1/tasks/{}", "/v1/models", "/v1/models/{}", "/v1/tasks/{}/releases", "/healthz", "/{}")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request."""

    method: str
    path: str
    body: bytes = b""
    content_type: str = JSON


@dataclass(frozen=True, slots=True)
class Made:
    """One request, and what the model does whenever it is asked on its account."""

    request: Sent
    play: str | Exception


class Maker:
    """Makes them of hand-written questions of the tasks, by damaging what works."""

    def __init__(self, tasks: Sequence[Task], questions: Callable[[Task], Sequence[str]], seed: int) -> None:
        self._tasks = [(task, questions(task)) for task in tasks]
        self._seed = seed

    def made(self, number: int) -> Made:
        chance = random.Random(f"{self._seed}:{number}")
        task, questions = chance.choice(self._tasks)
        text = _text(chance, questions)
        return Made(_request(chance, task, text), _play(chance, task, text))


def _text(chance: random.Random, questions: Sequence[str]) -> str:
    """A question, mostly damaged."""
    text = chance.choice(questions)
    kind = chance.randrange(8)
    if kind == 0:
        return text
    if kind == 1:
        return "".join(chr(chance.randrange(1, 0x3000)) for _ in range(chance.randrange(1, 300)))
    if kind == 2:
        return (text + " ") * chance.randrange(1, 40)
    if kind == 3:
        return text[: chance.randrange(len(text) + 1)] + chance.choice(questions)
    return damaged(chance, text)


def damaged(chance: random.Random, text: str) -> str:
    """`text` with one to six changes: letters added, lost, doubled or moved."""
    letters = list(text)
    for _ in range(chance.randrange(1, 7)):
        place = chance.randrange(len(letters) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            letters.insert(place, chance.choice(STRANGE))
        elif kind == 1 and place < len(letters):
            del letters[place]
        elif kind == 2:
            letters[place:place] = letters[place : place + chance.randrange(1, 12)]
        else:
            cut = chance.randrange(len(letters) + 1)
            letters = letters[cut:] + letters[:cut]
    return "".join(letters)


def _request(chance: random.Random, task: Task, text: str) -> Sent:
    kind = chance.randrange(20)
    if kind < 12:
        return Sent("POST", f"/v1/tasks/{task.name}/answer", _body(chance, {"input": text, **_rows(chance)}))
    if kind < 15:
        role = chance.choice(("user", "user", "user", "system"))
        chat = {"model": task.name, "messages": [{"role": role, "content": text}], "stream": chance.random() < 0.2}
        return Sent("POST", "/v1/chat/completions", _body(chance, chat))
    if kind < 17:
        lines = b"\n".join(_body(chance, {"input": damaged(chance, text)}) for _ in range(chance.randrange(4)))
        return Sent("POST", f"/v1/tasks/{task.name}/batch", lines, "application/x-ndjson")
    if kind < 18:
        correction = {"expected": chance.choice(({}, {"x": 1}, VALUES)), "note": chance.choice(VALUES)}
        return Sent("POST", f"/v1/answers/{chance.getrandbits(128):032x}/correction", _body(chance, correction))
    if kind < 19:
        content_type = chance.choice(("text/plain", "", "application/xml", "application/json; charset=utf-16"))
        return Sent("POST", f"/v1/tasks/{task.name}/answer", _body(chance, {"input": text}), content_type)
    name = chance.choice((task.name, "nothing", "..%2f..", "%00", "\u00e9", "a" * 300))
    path = chance.choice(PATHS).format(name)
    return Sent(chance.choice(("GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS")), path)


def _rows(chance: random.Random) -> JsonObject:
    return {"rows": chance.choice((0, 1, 5, -1, 1001, "5", None, 1.5))} if chance.random() < 0.1 else {}


def _body(chance: random.Random, right: JsonObject) -> bytes:
    """What a body should be, or something near it."""
    kind = chance.randrange(10)
    if kind == 0:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(200)))
    if kind == 1:
        right = {**right, chance.choice((*right, "more", "\ud800", "")): chance.choice(VALUES)}
    written = json.dumps(right, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    if kind == 2:
        return written[: chance.randrange(len(written))]
    if kind == 3:
        place = chance.randrange(len(written))
        return written[:place] + bytes([chance.randrange(256)]) + written[place + chance.randrange(3) :]
    return written


def _play(chance: random.Random, task: Task, text: str) -> str | Exception:
    """A model's text: what would be right, that damaged, any reading that the schema allows, or rubbish."""
    kind = chance.randrange(10)
    if kind == 0:
        return chance.choice((EngineError("broken"), EngineTimeout("late"), EngineUnavailable("away")))
    if kind == 1:
        return chance.choice(PROSE)
    if kind == 2:
        return _text(chance, [text or " "])
    reading = None
    if kind < 6 and task.rules is not None and text.strip():
        reading = task.rules(text[:2000], date(2026, 1, 1))
    if kind < 5 and reading is not None:
        written = task.canonical(reading)
        return written if kind == 3 else damaged(chance, written)
    found = {**(reading or {}), **any_reading(chance, task.written_schema, text)}
    return json.dumps(found, ensure_ascii=chance.random() < 0.5)


def any_reading(chance: random.Random, schema: JsonObject, text: str) -> Any:
    """Something by `schema` as far as that is easily said, with words of `text` for strings."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return chance.choice(schema["enum"])
    kind = schema.get("type", "string")
    if kind == "object":
        members = schema.get("properties", {})
        wanted = chance.sample(list(members), min(len(members), chance.randrange(5)))
        wanted += [name for name in schema.get("required", ()) if name not in wanted]
        return {name: any_reading(chance, members[name], text) for name in wanted}
    if kind == "array":
        least, most = schema.get("minItems", 0), schema.get("maxItems", 4)
        return [any_reading(chance, schema["items"], text) for _ in range(chance.randint(least, most))]
    if kind == "boolean":
        return chance.random() < 0.5
    if kind in ("integer", "number"):
        return chance.choice((0, 1, 7, 2026, 10**9, -1))
    return _words(chance, text)[: schema.get("maxLength", 60)] or "x"


def _words(chance: random.Random, text: str) -> str:
    words = text.split() or ["x"]
    begin = chance.randrange(len(words))
    found = " ".join(words[begin : begin + chance.randrange(1, 5)])
    return damaged(chance, found) if chance.random() < 0.3 else found
