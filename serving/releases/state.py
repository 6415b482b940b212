"""What the database says of a task's releases, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from serving.releases.stopping import Rule

Aim = Literal["staging", "production"]


@dataclass(frozen=True, slots=True)
class Version:
    """One release of a task; `share` is the percent of callers that it answers."""

    version: str
    status: str
    share: int
    shadow: bool
    metrics: dict[str, Any]
    hashes: dict[str, Any]
    quantization: str
    released_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    version: str
    changed_at: datetime
    actor: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Experiment:
    """A challenger that is compared with the champion. `id` is the salt by which callers are chosen, too.

    share    percent of the callers that the challenger answers; 0 for a shadow, which answers nobody
    aim      'production': it takes over by itself when it is no worse; 'staging': a person decides
    outcome  'promoted', 'rolled back' or 'stopped' once it has ended
    """

    id: str
    champion: str
    challenger: str
    share: int
    shadow: bool
    aim: Aim
    rule: Rule
    started_at: str
    ended_at: str | None = None
    outcome: str | None = None

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Experiment:
        return cls(**{**given, "rule": Rule(**given["rule"])})


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers a task. `number` rises with every change; `previous` is what a rollback goes back to."""

    number: int
    champion: str
    experiment: Experiment | None = None
    previous: str | None = None
    versions: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Route:
        """Raises TypeError, KeyError, ValueError on what `as_json` did not make."""
        experiment = given.get("experiment")
        versions = tuple(given.get("versions", ()))
        read = Experiment.from_json(experiment) if experiment else None
        return cls(int(given["number"]), str(given["champion"]), read, given.get("previous"), versions)


def previous_of(changes: Sequence[Change], champion: str) -> str | None:
    """What answered before `champion` did, by the changes in their order; going back twice goes back two steps."""
    stack: list[str] = []
    for change in changes:
        if change.after.get("share") != 100 or (stack and stack[-1] == change.version):
            continue
        if len(stack) > 1 and stack[-2] == change.version:
            stack.pop()
        else:
            stack.append(change.version)
    return stack[-2] if len(stack) > 1 and stack[-1] == champion else None
