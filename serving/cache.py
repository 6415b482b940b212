"""`Cache`: answers to inputs that were asked before."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Protocol

from tuneserve.answer import Answer


class Cache(Protocol):
    """Keys are made by the answer path, and hold everything that an answer depends on."""

    def get(self, key: str) -> Answer | None: ...

    def put(self, key: str, answer: Answer) -> None: ...


class NoCache:
    """Remembers nothing."""

    def get(self, key: str) -> Answer | None:
        return None

    def put(self, key: str, answer: Answer) -> None:
        return None


class MemoryCache:
    """The last `size` answers of this process, least recently used first out."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Answer | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: str, answer: Answer) -> None:
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
