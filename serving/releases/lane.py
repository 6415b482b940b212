"""`Lane`: one release that is open in this process, with all that answers through it."""

from __future__ import annotations

import threading

from serving.answering import Answerer
from serving.engines.guard import GuardedEngine
from tuneserve.release import RULES, Release

UNRELEASED = "unreleased"


class Lane:
    """Questions that began in a lane end in it: it is closed when the last one has left."""

    def __init__(
        self,
        version: str,
        answerer: Answerer,
        unseen: Answerer,
        *,
        release: Release | None = None,
        engine: GuardedEngine | None = None,
    ) -> None:
        """
        version   of the release; RULES, or UNRELEASED where there is none
        answerer  what callers are answered by; `unseen` is the same without cache and metrics, for a shadow
        engine    None: no model is prepared, or none is wanted (RULES)
        """
        self.version = version
        self.answerer = answerer
        self.unseen = unseen
        self.release = release
        self.engine = engine
        self._lock = threading.Lock()
        self._inside = 0
        self._retired = False

    @property
    def name(self) -> str:
        """What its answers are signed with."""
        return self.answerer.release

    @property
    def up(self) -> bool:
        """Whether it can answer as itself now: its model generated a token, or it wants none."""
        return self.version == RULES or (self.engine is not None and self.engine.warm)

    @property
    def two_readers(self) -> bool:
        return self.engine is not None and self.answerer.task.rules is not None

    def start(self) -> None:
        """Begins to warm the model up."""
        if self.engine is not None:
            self.engine.start()

    def enter(self) -> bool:
        """Begins a question; False when the lane has been retired since it was chosen."""
        with self._lock:
            if self._retired:
                return False
            self._inside += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1

    def retire(self) -> None:
        """No question begins in it any more."""
        with self._lock:
            self._retired = True

    @property
    def empty(self) -> bool:
        return self._inside == 0

    def close(self) -> None:
        """Frees the model; waits until it has written what it is writing."""
        if self.engine is not None:
            self.engine.close()
