"""One answer through Ollama, beside Ollama called directly with and without the schema as `format`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import httpx

from serving.bench.embedded import by_http
from serving.bench.figures import Line, Part, Times, median_ratio
from serving.bench.gateways import gateway
from serving.bench.plan import Plan
from serving.bench.rounds import MOST_ROUNDS, Reader, Written, in_turns, same
from serving.input_text import cleaned
from serving.settings import read_settings
from tuneserve.release import modelfiles_folder, release_folders
from tuneserve.task import JsonObject, Task

NAME = "ollama"
TITLE = "One answer through Ollama"
GOAL_P50, GOAL_P95, GOAL_RATIO = 200.0, 400.0, 1.6
ABOUT = """The same questions over HTTP of a gateway whose engine is Ollama, cache off, first try without a
grammar; beside them Ollama's own /api/chat on a kept-alive connection, with the schema as `format` and without;
the same of the release before, where this Ollama has it (`tuneserve publish TASK --released --version …`)."""


def measure(plan: Plan) -> Part:
    url = read_settings().ollama_url
    model = plan.task.name
    with closing(httpx.Client(base_url=url, timeout=60, trust_env=False)) as ollama:
        missing = _missing(ollama, url, model)
        if missing:
            return Part(NAME, TITLE, ABOUT, skipped=missing)
        texts = plan.some(60, 360)
        with ExitStack() as opened:
            ways: dict[str, Reader] = {
                "gateway": opened.enter_context(_gateway(plan, "repair")),
                "held": opened.enter_context(_gateway(plan, "always")),
                "format": _direct(ollama, plan.task, plan.task.written_schema),
                "free": _direct(ollama, plan.task, None),
            }
            before = _release_before(ollama, plan.task)
            if before is not None:
                ways["before"] = _direct(ollama, plan.task, plan.task.written_schema, before)
            rounds = in_turns(plan, ways, texts, len(texts) // MOST_ROUNDS, "Ollama")
        told = ollama.get("/api/version").json().get("version", "unknown")
    took, wrote = rounds.took, rounds.wrote
    times = {name: Times.of(ms) for name, ms in took.items()}
    ratio = times["format"].p50 / times["gateway"].p50
    lines = [
        Line(
            "one answer, over HTTP of the gateway",
            times["gateway"],
            f"the direct call with `format` {_times_as_long(ratio)}"
            f" (median of pairs {median_ratio(took['format'], took['gateway']):.1f})",
            f"p50 <= {GOAL_P50:.0f}, p95 <= {GOAL_P95:.0f} ms, {GOAL_RATIO} times as soon",
            times["gateway"].p50 <= GOAL_P50 and times["gateway"].p95 <= GOAL_P95 and ratio >= GOAL_RATIO,
        ),
        Line(
            "the same with `TUNESERVE_GRAMMAR=always`",
            times["held"],
            f"{median_ratio(took['held'], took['gateway']):.2f} times as long (median of pairs)",
        ),
        Line("beside: Ollama with `format`", times["format"]),
        Line(
            "beside: Ollama without `format`",
            times["free"],
            f"the same text as with it: {same(wrote['free'], wrote['format'], 'text')} of {rounds.n}",
        ),
    ]
    if before is not None:
        ratio_before = times["before"].p50 / times["gateway"].p50
        lines.append(Line(f"beside: Ollama with `format`, {before}", times["before"], _times_as_long(ratio_before)))
    return Part(NAME, TITLE, f"{ABOUT} {rounds.told}", tuple(lines), more={"ollama": told, "ratio": ratio})


def _times_as_long(ratio: float) -> str:
    return f"takes {ratio:.1f} times as long"


def _release_before(ollama: httpx.Client, task: Task) -> str | None:
    """The newest other release of modelfiles/ that this Ollama has, as it names it: 'fit_query:1.1.0'."""
    _, *others = release_folders(modelfiles_folder(task.name)) or [""]
    names = {model["name"] for model in ollama.get("/api/tags").raise_for_status().json()["models"]}
    return next((f"{task.name}:{version}" for version in others if f"{task.name}:{version}" in names), None)


@contextmanager
def _gateway(plan: Plan, grammar: str) -> Iterator[Reader]:
    with (
        gateway("tuneserve.cli", "serve", cache_size="0", engine="ollama", grammar=grammar) as port,
        by_http(plan, port) as read,
    ):
        yield read


def _missing(ollama: httpx.Client, url: str, model: str) -> str:
    """What keeps this part from being measured here, with the command that mends it; '' when nothing does."""
    try:
        known = ollama.post("/api/show", json={"model": model}).status_code == 200
    except httpx.HTTPError:
        return f"no Ollama at {url}; enable it: ollama serve & TUNESERVE_OLLAMA_URL=http://127.0.0.1:11434 make bench"
    return "" if known else f"Ollama at {url} has no model '{model}'; make it: tuneserve publish {model} --released"


def _direct(ollama: httpx.Client, task: Task, schema: JsonObject | None, model: str | None = None) -> Reader:
    def read(text: str) -> Written:
        body: JsonObject = {
            "model": model or task.name,
            "messages": task.messages(cleaned(text)),
            "stream": False,
            "options": {"temperature": 0, "num_predict": task.max_tokens},
        }
        if schema is not None:
            body["format"] = schema
        reply = ollama.post("/api/chat", json=body).raise_for_status().json()
        return Written(reply["message"]["content"], reply.get("done_reason", ""))

    return read
