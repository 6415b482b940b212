"""`Observer`: what the answer path tells of its work, so that it need not know Prometheus."""

from __future__ import annotations

from typing import Protocol

from serving.engines.engine import Completion
from tuneserve.answer import Answer


class Observer(Protocol):
    def answered(self, answer: Answer) -> None:
        """An answer was given; its origin, problems and times are in it."""
        ...

    def completed(self, engine: str, completion: Completion) -> None: ...

    def engine_failed(self, engine: str, kind: str) -> None:
        """`kind` is EngineError.kind, or 'not_json', 'not_by_schema' for a text that is no reading."""
        ...

    def cache_looked_up(self, hit: bool) -> None: ...


class Unobserved:
    """Nobody counts: the command line and tests."""

    def answered(self, answer: Answer) -> None:
        return None

    def completed(self, engine: str, completion: Completion) -> None:
        return None

    def engine_failed(self, engine: str, kind: str) -> None:
        return None

    def cache_looked_up(self, hit: bool) -> None:
        return None
