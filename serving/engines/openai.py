"""The OpenAI engine: any server with /v1/chat/completions (vLLM, llama-server, Ollama's own /v1)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from serving.engines.connection import Connection, Refused, plain_text, whole_number
from serving.engines.engine import Completion, Message
from tuneserve.errors import EngineError, EngineUnavailable
from tuneserve.task import JsonObject


class OpenAIEngine:
    """An `Engine` over one model of one server. `url` ends in /v1, as in OpenAI's own clients."""

    name = "openai"

    def __init__(self, url: str, model: str, *, api_key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else None
        self._connection = Connection(url, "the OpenAI-compatible server", headers)
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
            "temperature": 0,
            "max_tokens": max_tokens,
        }
        if schema is not None:
            # Not "strict": OpenAI's strict mode wants every property required, ours are optional.
            body["response_format"] = {"type": "json_schema", "json_schema": {"name": "reading", "schema": schema}}
        started = time.perf_counter()
        try:
            reply = self._connection.post("/chat/completions", body, deadline)
        except Refused as refused:
            raise self._explained(refused) from refused
        return self._completion(reply, (time.perf_counter() - started) * 1000)

    def warm_up(self, messages: Sequence[Message]) -> None:
        self.complete(messages, schema=None, max_tokens=1, deadline=None)

    def close(self) -> None:
        self._connection.close()

    def _explained(self, refused: Refused) -> EngineError:
        server = self._connection.server
        if refused.status in (401, 403):
            return EngineUnavailable(f"{server} refused the key ({refused.status}); see TUNESERVE_OPENAI_API_KEY")
        if refused.status in (404, 429, 502, 503):
            return EngineUnavailable(f"{server} cannot serve model '{self._model}' ({refused.status})", refused.message)
        return EngineError(f"{server} failed ({refused.status})", refused.message)

    def _completion(self, reply: JsonObject, took_ms: float) -> Completion:
        """This interface tells no times: the whole call counts as generation."""
        choices = reply.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        message = choice.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, str):
            raise EngineError(f"{self._connection.server} sent no whole answer")
        usage = reply.get("usage")
        counted = usage if isinstance(usage, dict) else {}
        return Completion(
            text=content,
            finish="length" if choice.get("finish_reason") == "length" else "stop",
            prompt_tokens=whole_number(counted.get("prompt_tokens")),
            completion_tokens=whole_number(counted.get("completion_tokens")),
            prompt_ms=0.0,
            generate_ms=took_ms,
        )
