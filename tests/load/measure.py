"""`measure`: what callers see, and for how long, while something is broken and mended again."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.load.callers import Callers, Reply
from tests.load.gateway import GatewayProcess, LoadError
from tests.load.judge import Judge
from tests.load.stages import Fault, Stage

HEALTHY_SECONDS = 1.5
HEALS_WITHIN_SECONDS = 150.0
DEADLINE_MS = 2000.0
# A server that begins its reply in time has 0.3 s to finish it; then the rules answer.
MARGIN_MS = 500.0
BY_MODEL = ("model", "repaired")
# Counters that tell what happened, and the label that says more.
COUNTERS = ("engine_errors", "log_dropped", "database_errors", "cache_errors", "rejected")


@dataclass(frozen=True, slots=True)
class Measured:
    """`saw` counts what became of questions from the break to the healing; times are milliseconds of all of them.

    `counted` is by how much the gateway's counters grew; `healed` the seconds from the mending until the model
    answered again and nothing was degraded; `late` how many replies came after the deadline with its margin.
    """

    fault: str
    asked: int
    saw: dict[str, int]
    p50: float
    worst: float
    late: int
    counted: dict[str, int]
    opened: bool
    healed: float | None
    wrong: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether every question was answered or refused as published, in time, and all healed."""
        return not self.wrong and not self.late and self.healed is not None and self.asked > 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(stage: Stage, fault: Fault, task: str, texts: Sequence[str], judge: Judge, seconds: float) -> Measured:
    """Breaks it for `seconds`. Raises LoadError when nothing works beforehand."""
    gateway = stage.gateway
    with Callers(gateway.port, task, texts, judge, rows=stage.rows) as callers:
        begun = time.monotonic()
        _healed(gateway, callers, fault, begun, "all is well beforehand")
        time.sleep(HEALTHY_SECONDS)
        before = gateway.metrics()
        broken = time.monotonic()
        fault.begin()
        opened = _watched(gateway, broken + seconds)
        fault.end()
        mended = time.monotonic()
        try:
            healed: float | None = _healed(gateway, callers, fault, mended, fault.name) - mended
        except LoadError:
            healed = None
        until = time.monotonic()
        after = gateway.metrics()
    replies = [reply for reply in callers.replies if broken <= reply.began < until]
    times = sorted(reply.ms for reply in replies)
    return Measured(
        fault=fault.name,
        asked=len(replies),
        saw=dict(Counter(kind_of(reply) for reply in replies).most_common()),
        p50=statistics.median(times) if times else 0.0,
        worst=times[-1] if times else 0.0,
        late=sum(ms > DEADLINE_MS + MARGIN_MS for ms in times),
        counted=_grown(before, after),
        opened=opened,
        healed=healed,
        wrong=sorted({reply.verdict.wrong for reply in callers.replies if reply.verdict.wrong}),
    )


def kind_of(reply: Reply) -> str:
    """Who answered, or why nobody did."""
    problems = (reply.verdict.answer or {}).get("problems", [])
    lost = any(problem["code"] == "rows_unavailable" for problem in problems)
    return f"{reply.verdict.kind}, no rows" if lost else reply.verdict.kind


def _watched(gateway: GatewayProcess, until: float) -> bool:
    """Whether a breaker was seen open until that moment."""
    opened = False
    while time.monotonic() < until:
        states = [value for name, value in gateway.metrics().items() if name.startswith("tuneserve_breaker_state")]
        opened = opened or any(state > 0 for state in states)
        time.sleep(0.1)
    return opened


def _healed(gateway: GatewayProcess, callers: Callers, fault: Fault, since: float, what: str) -> float:
    """The moment from which the model answers and nothing is degraded. Raises LoadError when that never comes."""
    while time.monotonic() < since + HEALS_WITHIN_SECONDS:
        seen = time.monotonic()
        if any(kind_of(reply) in BY_MODEL for reply in callers.since(since)) and gateway.whole and fault.mended():
            return seen
        time.sleep(0.05)
    raise LoadError(f"waited in vain until {what}")


def _grown(before: dict[str, float], after: dict[str, float]) -> dict[str, int]:
    grown = {}
    for name, value in after.items():
        family, _, labels = name.removeprefix("tuneserve_").partition("{")
        if family.removesuffix("_total") in COUNTERS and value > before.get(name, 0.0):
            said = labels.rstrip("}").replace('"', "").partition("kind=")[2] or labels.rstrip("}").replace('"', "")
            grown[f"{family.removesuffix('_total')} {said}"] = round(value - before.get(name, 0.0))
    return grown
