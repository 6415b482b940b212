"""The Ollama engine: /api/chat of an Ollama server, by default on this machine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from serving.engines.connection import Connection, Refused, plain_text, whole_number
from serving.engines.engine import Completion, Message
from tuneserve.errors import EngineError, EngineUnavailable
from tuneserve.task import JsonObject

NANOSECONDS_IN_MS = 1_000_000
# Ollama unloads a model that nobody asked for five minutes; the next question would wait for it to load.
KEEP_FOR_EVER = -1


class OllamaEngine:
    """An `Engine` over one model of one server; `model` is the task's name, as `tuneserve publish` makes it.

    `format` (the grammar) costs 130 to 160 ms a request on two cores with a vocabulary of 49,000 (55 to 65 with
    17,000), so it is sent only when a schema is given.
    """

    name = "ollama"

    def __init__(self, url: str, model: str) -> None:
        self._connection = Connection(url, "Ollama")
        self._model = model

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonObject | None,
        max_tokens: int,
        deadline: float | None,
        draft: str | None = None,
    ) -> Completion:
        body: JsonObject = {
            "model": self._model,
            "messages": [{**message, "content": plain_text(message["content"])} for message in messages],
            "stream": False,
            "logprobs": True,
            "keep_alive": KEEP_FOR_EVER,
            "options": {"temperature": 0, "num_predict": max_tokens},
        }
        if schema is not None:
            body["format"] = schema
        try:
            reply = self._connection.post("/api/chat", body, deadline)
        except Refused as refused:
            raise self._explained(refused) from refused
        return self._completion(reply)

    def warm_up(self, messages: Sequence[Message]) -> None:
        done = self.complete(messages, schema=None, max_tokens=1, deadline=None)
        if not done.completion_tokens:
            raise EngineError(f"{self._connection.server}: model '{self._model}' generated no token")

    def close(self) -> None:
        self._connection.close()

    def _explained(self, refused: Refused) -> EngineError:
        server, model = self._connection.server, self._model
        if refused.status == 404:
            task, _, version = model.partition(":")
            make = f"tuneserve publish {task}" + (f" --released --version {version}" if version else "")
            return EngineUnavailable(f"{server} has no model '{model}'; make it: {make}")
        if refused.status in (502, 503):
            return EngineUnavailable(f"{server} is not available ({refused.status})", refused.message)
        return EngineError(f"{server} failed ({refused.status})", refused.message)

    def _completion(self, reply: JsonObject) -> Completion:
        message = reply.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, str) or reply.get("done") is not True:
            raise EngineError(f"{self._connection.server} sent no whole answer")
        return Completion(
            text=content,
            finish="length" if reply.get("done_reason") == "length" else "stop",
            prompt_tokens=whole_number(reply.get("prompt_eval_count")),
            completion_tokens=whole_number(reply.get("eval_count")),
            prompt_ms=whole_number(reply.get("prompt_eval_duration")) / NANOSECONDS_IN_MS,
            generate_ms=whole_number(reply.get("eval_duration")) / NANOSECONDS_IN_MS,
            confidence=_confidence(reply.get("logprobs")),
        )


def _confidence(logprobs: Any) -> float | None:
    """Product of the tokens' probabilities; None from a server that does not tell (Ollama before 0.12.11)."""
    if not isinstance(logprobs, list) or not logprobs:
        return None
    logs = [one.get("logprob") if isinstance(one, dict) else None for one in logprobs]
    numbers = [log for log in logs if isinstance(log, int | float) and not isinstance(log, bool)]
    return math.exp(min(0.0, sum(numbers))) if len(numbers) == len(logs) else None
