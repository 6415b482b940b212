"""`Registry`: the releases in the database: read, promoted, rolled back, concluded.

Every change is one transaction, stands in `release_changes` with who made it and why, and raises the task's
number, which is what running gateways look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from serving.releases.evidence import Evidence
from serving.releases.rows import (
    MODELFILES,
    WHOLE,
    begin,
    change,
    changes_of,
    end,
    follows,
    insert,
    latest_of,
    raise_number,
    renew,
    route_of,
    rows_of,
    stale,
    unknown,
    version_of,
)
from serving.releases.state import Aim, Change, Experiment, Route, Version
from serving.releases.stopping import Rule, Verdict
from serving.storage.migration import upgrade
from serving.storage.schema import RELEASE_EVIDENCE, RELEASE_NUMBERS
from tuneserve.database import Database
from tuneserve.errors import UsageError
from tuneserve.release import Release
from tuneserve.task import Task

PATIENCE_SECONDS = 1.0
LOCK = 0x72656C65  # "rele": one change at a time, whoever makes it
SEQUENTIAL_TEST = "gateway: sequential test"


class Registry:
    """Every method raises DataError when the database does not answer. Safe to use from several threads."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, patience=PATIENCE_SECONDS, persistent=True)

    @property
    def there(self) -> bool:
        """Whether a look is worth it: an SQLite file that nobody has made yet says nothing."""
        path = self._database.path
        return path is None or path.exists()

    def prepare(self) -> None:
        """Makes or upgrades the tables."""
        upgrade(self._database)

    def close(self) -> None:
        self._database.close()

    def numbers(self) -> dict[str, int]:
        """{task: number}: the one look that a running gateway takes all the time."""
        with self._database.reading() as connection:
            rows = connection.execute(select(RELEASE_NUMBERS.c.task, RELEASE_NUMBERS.c.number))
            return {str(task): int(number) for task, number in rows}

    def route(self, task: str) -> Route | None:
        """Who answers `task`, or None when nothing of it is registered."""
        with self._database.reading() as connection:
            return route_of(connection, task)

    def versions(self, task: str) -> list[Version]:
        """Every release of `task`, the latest first."""
        with self._database.reading() as connection:
            found = [version_of(row) for row in rows_of(connection, task).values()]
        return sorted(found, key=lambda one: (one.released_at, one.version), reverse=True)

    def changes(self, task: str, most: int = 20) -> list[Change]:
        """The latest changes first."""
        with self._database.reading() as connection:
            return changes_of(connection, task)[::-1][:most]

    def register(self, task: Task, released: Mapping[str, Release], own: str | None) -> None:
        """Takes up what modelfiles/<task>/ holds: `released` by version, of which `own` is what the checkout serves.

        The rules are a release too. Until somebody promotes or rolls back by hand, the version that the
        checkout serves is the one that answers; afterwards new ones wait as 'staging'.
        """
        if own is None:
            return
        with self._database.reading() as connection:
            if not unknown(connection, task, released) and not stale(connection, task.name, released):
                return
        with self._database.writing(LOCK) as connection:
            new = unknown(connection, task, released)
            for version in new:
                insert(connection, task.name, version, released.get(version))
            for version in stale(connection, task.name, released):
                renew(connection, task.name, released[version])
            route = route_of(connection, task.name)
            if own in new and (route is None or follows(connection, task.name, route, released[own])):
                old = [] if route is None else [(route.champion, "deprecated", 0)]
                status = "staging" if released[own].status == "staging" else "production"
                change(connection, task.name, [*old, (own, status, WHOLE)], MODELFILES, "released in modelfiles/")
            elif new:
                raise_number(connection, task.name)

    def promote(
        self, task: str, version: str, aim: Aim, share: int, shadow: bool, rule: Rule, actor: str, reason: str
    ) -> Route:
        """Puts `version` where it is wanted; see `tuneserve promote --help`. Raises UsageError when that cannot be."""
        with self._database.writing(LOCK) as connection:
            route = _promotable(connection, task, version)
            running = route.experiment
            if aim == "production" and share == WHOLE:
                end(connection, running, "promoted")
                rows = [(route.champion, "deprecated", 0), (version, "production", WHOLE)]
            elif share or shadow:
                begin(connection, task, route, Experiment("", route.champion, version, share, shadow, aim, rule, ""))
                rows = [(route.champion, "", WHOLE - share), (version, "staging", share)]
            else:
                end(connection, running, "stopped")
                rows = [(route.champion, "", WHOLE), (version, "staging", 0)]
            change(connection, task, rows, actor, reason, shadow=version if shadow else None)
            return _known_route(connection, task)

    def roll_back(self, task: str, to: str | None, actor: str, reason: str) -> Route:
        """Ends what is being tried; with nothing being tried, back to the version before, or to version `to`.

        Raises UsageError when there is nothing to go back to.
        """
        with self._database.writing(LOCK) as connection:
            route = _known_route(connection, task)
            running = route.experiment
            target = to or (route.champion if running else route.previous)
            if target is None:
                others = ", ".join(version for version in route.versions if version != route.champion)
                raise UsageError(f"nothing answered {task} before {route.champion}; name one: --to VERSION ({others})")
            if target not in route.versions:
                raise UsageError(f"{task}@{target} is not known; there are: {', '.join(route.versions)}")
            if target == route.champion and running is None:
                raise UsageError(f"{task}@{target} answers already")
            end(connection, running, "rolled back")
            left = {route.champion, *([running.challenger] if running else [])} - {target}
            rows = [(version, "deprecated", 0) for version in sorted(left)]
            change(connection, task, [*rows, (target, "production", WHOLE)], actor, reason)
            return _known_route(connection, task)

    def conclude(self, task: str, experiment: Experiment, verdict: Verdict) -> bool:
        """Acts on a verdict, once, whichever gateway comes first; False when there is nothing left to act on."""
        with self._database.writing(LOCK) as connection:
            route = route_of(connection, task)
            running = route.experiment if route else None
            if running is None or running.id != experiment.id or verdict.decision == "wait":
                return False
            if verdict.decision == "promote" and running.aim != "production":
                return False
            winner, loser = running.champion, running.challenger
            if verdict.decision == "promote":
                winner, loser = loser, winner
            end(connection, running, "promoted" if verdict.decision == "promote" else "rolled back")
            rows = [(loser, "deprecated", 0), (winner, "production", WHOLE)]
            change(connection, task, rows, SEQUENTIAL_TEST, f"{verdict.decision}: {verdict.reason}")
            return True

    def add_evidence(self, experiment: str, evidence: Evidence) -> None:
        """Adds counts to what there is."""
        rows = [
            {"experiment_id": experiment, "version": version, "what": what, "count": count}
            for (version, what), count in evidence.counts.items()
        ]
        with self._database.writing(LOCK) as connection:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            adding = dialect.insert(RELEASE_EVIDENCE)
            total = RELEASE_EVIDENCE.c.count + adding.excluded.count
            key = ["experiment_id", "version", "what"]
            connection.execute(adding.on_conflict_do_update(index_elements=key, set_={"count": total}), rows)

    def latest_experiment(self, task: str) -> Experiment | None:
        """The one under way, or the one that ended last."""
        with self._database.reading() as connection:
            return latest_of(connection, task)

    def evidence(self, experiment: str) -> Evidence:
        """What all gateways have counted by now."""
        table = RELEASE_EVIDENCE.c
        query = select(table.version, table.what, table.count).where(table.experiment_id == experiment)
        with self._database.reading() as connection:
            rows = connection.execute(query)
            return Evidence(Counter({(str(version), str(what)): int(count) for version, what, count in rows}))


def _promotable(connection: Connection, task: str, version: str) -> Route:
    route = _known_route(connection, task)
    running = route.experiment
    if version not in route.versions:
        raise UsageError(f"{task}@{version} is not known; there are: {', '.join(route.versions)}")
    if version == route.champion:
        instead = f"; end what is tried beside it: tuneserve rollback {task}" if running else ""
        raise UsageError(f"{task}@{version} answers already{instead}")
    if running and running.challenger != version:
        raise UsageError(f"{task}@{running.challenger} is being tried; end that first: tuneserve rollback {task}")
    return route


def _known_route(connection: Connection, task: str) -> Route:
    route = route_of(connection, task)
    if route is None:
        raise UsageError(f"nothing of {task} is released; make a release: tuneserve run {task}")
    return route
