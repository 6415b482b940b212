"""`Turns`: a lock that is handed on in the order in which it was asked for.

`threading.Lock` may be taken again by the thread that has just released it, however long others wait.
"""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, timeout: float | None = None) -> bool:
        """Waits for the turn, at most `timeout` seconds; False when it did not come."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(timeout):
            return True
        with self._guard:
            if called.is_set():  # handed over in the last moment
                return True
            self._waiting.remove(called)
            return False

    def give(self) -> None:
        """Hands the turn to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
