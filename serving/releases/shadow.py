"""`Shadow`: the release that is asked too, unseen, in the background.

It must never slow an answer: its queue is short and what does not fit is dropped and counted; it begins only
when no question is being worked on; and its thread has a low priority, which on Linux the threads of an
embedded engine inherit. A model server beside the gateway knows nothing of that priority.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

from serving.releases.evidence import Outcome
from serving.releases.lane import Lane
from tuneserve.errors import TuneserveError

log = logging.getLogger(__name__)

MOST_WAITING = 32
LONGEST_WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.02
NICE = 15

Tell = Callable[[Outcome], None]
Work = tuple[float, Lane, str, Tell]


class Shadow:
    """
    busy     whether questions are being worked on
    dropped  told the name of a release when a question for it was dropped
    """

    def __init__(self, busy: Callable[[], bool], dropped: Callable[[str], None] = lambda release: None) -> None:
        self._busy = busy
        self._dropped = dropped
        self._waiting: deque[Work] = deque()
        self._wanted = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def offer(self, lane: Lane, text: str, tell: Tell) -> None:
        """`tell` is called with what became of `text` in `lane`, some time later or never."""
        with self._wanted:
            if self._stopping or len(self._waiting) >= MOST_WAITING:
                self._dropped(lane.name)
                return
            self._waiting.append((time.monotonic(), lane, text, tell))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="shadow", daemon=True)
                self._thread.start()
            self._wanted.notify()

    def close(self) -> None:
        """Drops what waits; what is being written is finished."""
        with self._wanted:
            self._stopping = True
            self._waiting.clear()
            self._wanted.notify()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        if sys.platform == "linux":
            # Of this thread alone: on Linux a priority belongs to a thread.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        while (work := self._next()) is not None:
            offered, lane, text, tell = work
            late = time.monotonic() - offered > LONGEST_WAIT_SECONDS
            if late or not lane.enter():
                self._dropped(lane.name)
                continue
            try:
                tell(_outcome(lane, text))
            finally:
                lane.leave()

    def _next(self) -> Work | None:
        """The next question, once nothing else is to be done; None at the end."""
        with self._wanted:
            while not self._stopping:
                if not self._waiting:
                    self._wanted.wait()
                elif self._busy():
                    self._wanted.wait(LOOK_SECONDS)
                else:
                    return self._waiting.popleft()
        return None


def _outcome(lane: Lane, text: str) -> Outcome:
    begun = time.monotonic()
    try:
        return Outcome.of(lane.unseen.work_out(text), lane.two_readers)
    except TuneserveError:
        return Outcome(True, (time.monotonic() - begun) * 1000)
