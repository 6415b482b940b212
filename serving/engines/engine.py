"""`Engine`: the one seam between the answer path and whatever runs the model."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, Protocol

from tuneserve.errors import EngineTimeout
from tuneserve.task import JsonObject

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model wrote. Times are in milliseconds, as the engine measured them.

    `finish` is "stop" when the model ended its turn, "length" when `max_tokens` cut the text short.
    `confidence` is the probability that the model itself gave its text, the product over all its tokens
    (of 1), or None where the engine does not tell. `passes` counts the runs of the model over a batch of
    tokens, where the engine tells: what a guess saves. The pass that reads the end of the prompt may read
    guesses too; it counts as `prompt_ms`.
    """

    text: str
    finish: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int
    prompt_ms: float
    generate_ms: float
    confidence: float | None = None
    passes: int | None = None


class Abandoned(Exception):
    """Nobody waits for this answer any more: no failure of the engine, and not worth another step of the model."""


# Set while a question is worked on, by whoever gave the work away: is set when its caller has gone.
CALLER_GONE: ContextVar[threading.Event | None] = ContextVar("caller_gone", default=None)


class EngineBusy(EngineTimeout):
    """The deadline passed in a queue: the engine may be well, there is only too much to do."""

    kind = "busy"


class Engine(Protocol):
    """Runs one model, greedily (temperature 0). Calls block and may come from several threads.

    Every method raises only EngineError and its subclasses: EngineUnavailable when no model can be
    reached, EngineTimeout at the deadline, EngineError itself for anything else; and Abandoned from
    `seconds_left` when the caller has gone.
    """

    @property
    def name(self) -> str:
        """Short and fixed: it is a metric label ('llama_cpp', 'ollama', 'openai')."""
        ...

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonObject | None,
        max_tokens: int,
        deadline: float | None,
        draft: str | None = None,
    ) -> Completion:
        """The assistant's next message.

        schema    when given, the text is held to this JSON Schema by a grammar, as far as the engine's
                  grammar goes: the caller validates all the same
        deadline  a moment of `time.monotonic()`, or None to wait as long as it takes
        draft     a guess at the text, for engines that can check many tokens in one pass. It changes how
                  soon the text comes, never the text; an engine that cannot use it leaves it alone
        """
        ...

    def warm_up(self, messages: Sequence[Message]) -> None:
        """Generates one real token, so that the model is in memory and known to work."""
        ...

    def close(self) -> None:
        """Frees the model or the connections. The engine cannot be used afterwards."""
        ...


def seconds_left(deadline: float | None) -> float | None:
    """Seconds until `deadline`; None when there is none.

    Raises EngineTimeout when it has passed, Abandoned when nobody waits for the answer.
    """
    gone = CALLER_GONE.get()
    if gone is not None and gone.is_set():
        raise Abandoned
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise EngineTimeout("the model did not answer before the deadline")
    return left
