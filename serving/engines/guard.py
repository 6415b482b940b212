"""`GuardedEngine`: knows whether its engine works, and spares callers the wait when it does not.

A circuit breaker. Closed, calls go through. After some failures in a row it opens: calls fail at once
and the rules answer in microseconds instead of after the deadline. While it is open, one thread
generates a token now and then; when that works it closes. The same thread warms the model up at the
start, so that 'ready' always means that a token was generated.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from serving.engines.engine import Completion, Engine, EngineBusy, Message, seconds_left
from tuneserve.errors import EngineError, EngineTimeout, EngineUnavailable
from tuneserve.task import JsonObject

log = logging.getLogger(__name__)

FAILURES_TO_OPEN = 3
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
# How long one probe is waited for before the next is sent: at first, and at most, since loading a model takes time.
FIRST_PATIENCE_SECONDS = 5.0
LONGEST_PATIENCE_SECONDS = 120.0
CLOSED, HALF_OPEN, OPEN = 0, 1, 2


class EngineOpen(EngineUnavailable):
    """Not called at all: its breaker is open."""

    kind = "open"


class GuardedEngine:
    """An `Engine` around an engine. `probe` is what the model is asked to warm it up."""

    def __init__(
        self,
        engine: Engine,
        probe: Sequence[Message],
        tell: Callable[[int], None] = lambda state: None,
        first_pause: float = FIRST_PAUSE_SECONDS,
        first_patience: float = FIRST_PATIENCE_SECONDS,
    ) -> None:
        self._engine = engine
        self._probe = probe
        self._tell = tell
        self._first_pause = first_pause
        self._first_patience = first_patience
        self._lock = threading.Lock()
        self._failures = 0
        self._state = CLOSED
        self._warm = False
        self._trouble = "the model is being warmed up"
        self._cold = threading.Event()
        self._stopping = threading.Event()
        self._prober = threading.Thread(target=self._keep_warm, name=f"warm-up-{engine.name}", daemon=True)

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def warm(self) -> bool:
        """Whether the last thing that is known of the engine is that it generated a token."""
        return self._warm

    @property
    def trouble(self) -> str:
        """Why it is not warm, in one line."""
        return self._trouble

    def start(self) -> None:
        """Begins to warm the model up, in the background."""
        self._tell(CLOSED)
        self._cold.set()
        self._prober.start()

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonObject | None,
        max_tokens: int,
        deadline: float | None,
        draft: str | None = None,
    ) -> Completion:
        if self._state != CLOSED:
            raise EngineOpen(f"{self._trouble} (tried again in the background)")
        try:
            seconds_left(deadline)
        except EngineTimeout as error:
            raise EngineBusy("the question waited in the queue until its deadline") from error
        try:
            done = self._engine.complete(messages, schema=schema, max_tokens=max_tokens, deadline=deadline, draft=draft)
        except EngineBusy:
            raise
        except EngineError as error:
            self._failed(error)
            raise
        self._worked()
        return done

    def warm_up(self, messages: Sequence[Message]) -> None:
        try:
            self._engine.warm_up(messages)
        except EngineError as error:
            self._failed(error, of_probe=True)
            raise
        self._worked()

    def close(self) -> None:
        self._stopping.set()
        self._cold.set()
        if self._prober.is_alive():
            # A probe of a server that hangs is left behind; the thread is a daemon.
            self._prober.join(1.0)
        self._engine.close()

    def _worked(self) -> None:
        with self._lock:
            if not self._warm:
                log.info("%s: a token was generated", self.name)
            self._failures, self._warm, self._trouble = 0, True, ""
            self._become(CLOSED)

    def _failed(self, error: EngineError, of_probe: bool = False) -> None:
        with self._lock:
            self._failures += 1
            if isinstance(error, EngineUnavailable) or of_probe or self._failures >= FAILURES_TO_OPEN:
                # What the server said to a probe repeats no caller's question.
                told = f"{error}: {error.quoted}" if of_probe and error.quoted else str(error)
                if self._warm or not self._trouble.startswith(told):
                    log.warning("%s: not working: %s", self.name, told)
                    self._trouble = told
                self._warm = False
                self._cold.set()
            if self._failures >= FAILURES_TO_OPEN:
                self._become(OPEN)

    def _become(self, state: int) -> None:
        if self._state != state:
            self._state = state
            self._tell(state)

    def _keep_warm(self) -> None:
        pause, patience = self._first_pause, self._first_patience
        while True:
            self._cold.wait()
            if self._stopping.is_set():
                return
            self._cold.clear()
            with self._lock:
                if self._state == OPEN:
                    self._become(HALF_OPEN)
            if self._probed(patience):
                pause, patience = self._first_pause, self._first_patience
            else:
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                patience = min(patience * 2, LONGEST_PATIENCE_SECONDS)

    def _probed(self, patience: float) -> bool:
        """Whether a token came within `patience` seconds.

        What hangs may be that one connection, so a probe that does is left behind, and not broken off: a server
        that is loading the model would begin anew. A token that it brings later counts all the same.
        """
        ended, worked, left = threading.Event(), threading.Event(), threading.Event()

        def probe() -> None:
            try:
                self._engine.warm_up(self._probe)
                worked.set()
                self._worked()
            except EngineError as error:
                if not left.is_set():
                    self._failed(error, of_probe=True)
            finally:
                ended.set()

        threading.Thread(target=probe, name=f"probe-{self.name}", daemon=True).start()
        if not ended.wait(patience):
            left.set()
            self._failed(EngineTimeout(f"no token came within {patience:.0f} s"), of_probe=True)
        return worked.is_set()
