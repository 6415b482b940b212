"""`Turns`: who computes, and with how many of the processors, in the order in which they asked.

Alone, a question gets all processors. While several wait they are shared out, since two questions with half the
processors each are done sooner than one after the other with all: threads that compute one question together wait
for each other some hundred times. `threading.Lock` would not do: it may be taken again by the thread that has just
released it, however long others wait.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple


class Turn(NamedTuple):
    """`processors` to compute with, and which of those who compute at once this is, from 0 on."""

    seat: int
    processors: int


@dataclass(slots=True, eq=False)
class _Waiting:
    whole: bool
    called: threading.Event = field(default_factory=threading.Event)
    turn: Turn | None = None


class Turns:
    def __init__(self, processors: int = 1, seats: int = 1) -> None:
        """`seats`: how many may compute at once, no more than there are processors."""
        self._processors = processors
        self._free = processors
        self._seats = list(range(min(seats, processors)))
        self._guard = threading.Lock()
        self._waiting: deque[_Waiting] = deque()

    def take(self, timeout: float | None = None, *, whole: bool = False) -> Turn | None:
        """Waits for a turn, at most `timeout` seconds; None when it did not come. `whole`: with nobody beside it."""
        asked = _Waiting(whole)
        with self._guard:
            self._waiting.append(asked)
            self._call()
        if asked.called.wait(timeout):
            return asked.turn
        with self._guard:
            if not asked.called.is_set():  # else it was handed over in the last moment
                self._waiting.remove(asked)
                self._call()
            return asked.turn

    def give(self, turn: Turn) -> None:
        """Gives the turn back, to whoever has waited longest."""
        with self._guard:
            self._free += turn.processors
            self._seats = sorted([*self._seats, turn.seat])
            self._call()

    def _call(self) -> None:
        """Gives turns to the first of those who wait, as long as there are processors and seats."""
        while self._waiting and self._seats and self._free:
            first = self._waiting[0]
            if first.whole and self._free < self._processors:
                return
            sharing = 1 if first.whole else min(len(self._waiting), len(self._seats))
            # Whoever comes beside a question that computes already gets what is left.
            first.turn = Turn(self._seats.pop(0), max(1, self._free // sharing))
            self._free -= first.turn.processors
            self._waiting.popleft()
            first.called.set()
