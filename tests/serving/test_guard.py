"""The circuit breaker around an engine, which also warms it up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from serving.engines.engine import EngineBusy, Message
from serving.engines.guard import CLOSED, HALF_OPEN, OPEN, GuardedEngine
from tests.serving.conftest import TASK, ScriptedEngine
from tests.serving.waiting import until
from tuneserve.errors import EngineError, EngineTimeout, EngineUnavailable

MESSAGES = TASK.messages("3 km")


class Sick(ScriptedEngine):
    """Its warm-up fails as long as `sick` is set."""

    def __init__(self, *plays: object, sick: EngineError | None = None) -> None:
        super().__init__(*plays)
        self.sick = sick

    def warm_up(self, messages: Sequence[Message]) -> None:
        if self.sick is not None:
            raise self.sick
        super().warm_up(messages)


@contextmanager
def guarded(engine: ScriptedEngine, states: list[int]) -> Iterator[GuardedEngine]:
    guard = GuardedEngine(engine, MESSAGES, states.append, first_pause=0.01)
    guard.start()
    yield guard
    guard.close()


def ask(guard: GuardedEngine) -> str:
    return guard.complete(MESSAGES, schema=None, max_tokens=8, deadline=time.monotonic() + 5).text


def test_it_is_warm_only_after_a_token() -> None:
    engine = ScriptedEngine("text")
    guard = GuardedEngine(engine, MESSAGES)
    assert not guard.warm
    assert "warmed up" in guard.trouble
    guard.start()
    until(lambda: guard.warm)
    assert engine.warmed == 1
    guard.close()
    assert engine.closed


def test_it_opens_after_failures_in_a_row_and_then_calls_fail_at_once() -> None:
    engine = Sick("text", sick=None)
    states: list[int] = []
    with guarded(engine, states) as guard:
        until(lambda: guard.warm)
        engine.sick = EngineError("broken")
        engine._plays = [EngineError("broken")]
        for _ in range(3):
            with pytest.raises(EngineError, match="broken"):
                ask(guard)
        until(lambda: OPEN in states)
        asked = len(engine.asked)
        with pytest.raises(EngineUnavailable, match="broken"):
            ask(guard)
        assert len(engine.asked) == asked
        assert not guard.warm
        assert guard.trouble == "broken"


def test_a_probe_that_generates_a_token_closes_it() -> None:
    engine = Sick("text", sick=EngineUnavailable("no server"))
    states: list[int] = []
    with guarded(engine, states) as guard:
        until(lambda: OPEN in states)
        engine.sick = None
        until(lambda: guard.warm)
        assert ask(guard) == "text"
    assert states[0] == CLOSED
    assert states[-1] == CLOSED
    assert HALF_OPEN in states


def test_an_engine_that_goes_away_is_not_warm_any_more() -> None:
    engine = Sick(EngineUnavailable("gone"))
    with guarded(engine, []) as guard:
        until(lambda: guard.warm)
        engine.sick = EngineUnavailable("gone")
        with pytest.raises(EngineUnavailable):
            ask(guard)
        assert not guard.warm


def test_a_success_between_failures_keeps_it_closed() -> None:
    late = EngineTimeout("late")
    engine = ScriptedEngine(late, late, "text", late, late, "text")
    states: list[int] = []
    with guarded(engine, states) as guard:
        for works in (False, False, True, False, False, True):
            if works:
                assert ask(guard) == "text"
            else:
                with pytest.raises(EngineTimeout):
                    ask(guard)
    assert set(states) == {CLOSED}


def test_too_much_to_do_is_no_failure_of_the_engine() -> None:
    states: list[int] = []
    engine = ScriptedEngine(EngineBusy("busy"))
    with guarded(engine, states) as guard:
        until(lambda: guard.warm)
        for _ in range(5):
            with pytest.raises(EngineBusy):
                ask(guard)
        with pytest.raises(EngineBusy, match="waited in the queue"):
            guard.complete(MESSAGES, schema=None, max_tokens=8, deadline=time.monotonic() - 1)
        assert guard.warm
    assert set(states) == {CLOSED}
    assert len(engine.asked) == 5


def test_a_draft_reaches_the_engine() -> None:
    engine = ScriptedEngine("{}")
    with guarded(engine, []) as guard:
        guard.complete(MESSAGES, schema=None, max_tokens=8, deadline=None, draft='{"length":"3 km"}')
    assert [asked["draft"] for asked in engine.asked] == ['{"length":"3 km"}']


def test_a_probe_that_hangs_does_not_keep_the_next_one_from_finding_it_well() -> None:
    """What hung may have been one connection of a server that has long been started anew."""
    let_go = threading.Event()

    class Hung(ScriptedEngine):
        def warm_up(self, messages: Sequence[Message]) -> None:
            super().warm_up(messages)
            if self.warmed == 1:
                let_go.wait(60)
                raise EngineTimeout("late")

    engine = Hung("text")
    guard = GuardedEngine(engine, MESSAGES, first_pause=0.01, first_patience=0.05)
    guard.start()
    until(lambda: guard.warm)
    assert engine.warmed == 2
    let_go.set()
    time.sleep(0.1)
    assert guard.warm, "what the first probe ended with is an old story"
    guard.close()


def test_a_probe_that_takes_long_counts_when_its_token_comes() -> None:
    loaded = threading.Event()

    class Loading(ScriptedEngine):
        def warm_up(self, messages: Sequence[Message]) -> None:
            super().warm_up(messages)
            loaded.wait(60)

    guard = GuardedEngine(Loading("text"), MESSAGES, first_pause=0.01, first_patience=0.02)
    guard.start()
    until(lambda: "no token came within" in guard.trouble)
    assert not guard.warm
    loaded.set()
    until(lambda: guard.warm)
    guard.close()
