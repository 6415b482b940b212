"""A tiny task ('distance') and the parts that the serving tests share."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.engines.engine import Completion, Message
from serving.settings import Settings
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.progress import LogLines
from tuneserve.task import Evidence, Grounded, JsonObject, Lookup, Problem, Rows, Task

UNITS = {"m": 1, "km": 1000, "mile": 1609, "miles": 1609}
LENGTH = re.compile(r"(\d+) ?(km|miles?|m)\b")

READING: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"length": {"type": "string", "minLength": 1, "maxLength": 20}, "by_foot": {"const": True}},
}
ANSWER: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "required": ["metres"],
    "properties": {"metres": {"type": "integer", "maximum": 1_000_000}, "by_foot": {"const": True}},
}


def read(text: str, today: date) -> JsonObject | None:
    found = LENGTH.search(text)
    return {"length": found[0]} if found else None


def ground(text: str, reading: JsonObject, today: date) -> Grounded:
    quoted = reading.get("length", "")
    found = LENGTH.fullmatch(quoted)
    if found is None or quoted not in text:
        return Grounded(None, problems=[Problem("not_in_text", f"'{quoted}' is no length of the text", "length", True)])
    output: JsonObject = {"metres": int(found[1]) * UNITS[found[2]]}
    problems = []
    if "by_foot" in reading:
        output["by_foot"] = True
    elif "walk" in text:
        problems.append(Problem("unaccounted", "'walk' stands in no field"))
    return Grounded(output, {"length": Evidence("reader", quoted), "metres": Evidence("grounding")}, problems)


def rows(url: str, output: JsonObject, limit: int, today: date) -> Rows:
    trips = [{"trip": n, "metres": output["metres"]} for n in range(3)]
    return Rows(len(trips), trips[:limit])


def no_import(url: str, path: Path, progress: Any) -> Any:
    raise NotImplementedError


TASK = Task(
    name="distance",
    description="Turns a distance into metres.",
    folder=Path(__file__).parent,
    schema=ANSWER,
    reading_schema=READING,
    prompt="Copy the length as JSON.",
    rules=read,
    ground=ground,
    score=lambda expected, got: {"exact": expected == got},
    dataset=lambda seed, count: iter(()),
    examples=("how far is 3 km", "5 miles"),
    max_tokens=32,
    lookup=Lookup(rows, no_import, "nothing to import"),
)


class ScriptedEngine:
    """Plays what it is given, in order, the last one for ever: a text, an error to raise, or a function."""

    name = "scripted"

    def __init__(self, *plays: Any) -> None:
        self._plays = list(plays)
        self.asked: list[JsonObject] = []
        self.warmed = 0
        self.closed = False

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonObject | None,
        max_tokens: int,
        deadline: float | None,
        draft: str | None = None,
    ) -> Completion:
        self.asked.append(
            {
                "messages": list(messages),
                "schema": schema,
                "max_tokens": max_tokens,
                "deadline": deadline,
                "draft": draft,
            }
        )
        play = self._plays.pop(0) if len(self._plays) > 1 else self._plays[0]
        played = play(messages) if callable(play) and not isinstance(play, type) else play
        if isinstance(played, Exception):
            raise played
        return Completion(str(played), "stop", 10, 5, 1.0, 2.0)

    def warm_up(self, messages: Sequence[Message]) -> None:
        self.warmed += 1

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_with(tmp_path)


def settings_with(folder: Path, **changes: Any) -> Settings:
    # What one test's gateway leaves in its spool is no other's business.
    given = {"database_url": f"sqlite:///{folder / 'store.sqlite'}", "data_dir": folder / "data", **changes}
    return Settings(_env_file=None, **given)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine('{"length":"3 km"}')


@pytest.fixture
def client(settings: Settings, engine: ScriptedEngine) -> Iterator[TestClient]:
    with TestClient(create_app(settings, [TASK], engine), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def ollama_model() -> Iterator[str]:
    """The untuned base as a model of the Ollama that TUNESERVE_TEST_OLLAMA_URL names; removed afterwards."""
    packed = packaged_base(SMOLLM2.name, LogLines())
    name = "tuneserve-serving-test"
    with httpx.Client(base_url=os.environ["TUNESERVE_TEST_OLLAMA_URL"], timeout=120, trust_env=False) as ollama:
        digest = f"sha256:{SMOLLM2.sha256}"
        ollama.post(f"/api/blobs/{digest}", content=packed.read_bytes()).raise_for_status()
        body = {"model": name, "files": {packed.name: digest}, "stream": False}
        ollama.post("/api/create", json=body).raise_for_status()
        yield name
        ollama.request("DELETE", "/api/delete", json={"model": name}).raise_for_status()
