"""Rows of the releases, within a transaction that the registry holds."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.dialects import postgresql, sqlite

from serving.releases.state import Change, Experiment, Route, Version, previous_of
from serving.releases.stopping import Rule
from serving.storage.schema import RELEASE_CHANGES, RELEASE_EXPERIMENTS, RELEASE_NUMBERS, RELEASES
from tuneserve.release import RULES, Release
from tuneserve.task import Task

WHOLE = 100
# Who registers what modelfiles/ holds; anybody else is a person or the sequential test.
MODELFILES = "modelfiles"


def route_of(connection: Connection, task: str) -> Route | None:
    rows = rows_of(connection, task)
    running = running_of(connection, task)
    whole = [version for version, row in rows.items() if row["share"] == WHOLE]
    champion = running.champion if running else next(iter(whole), None)
    if champion is None:
        return None
    number = connection.scalar(select(RELEASE_NUMBERS.c.number).where(RELEASE_NUMBERS.c.task == task))
    previous = previous_of(changes_of(connection, task), champion)
    return Route(int(number or 0), champion, running, previous, tuple(rows))


def rows_of(connection: Connection, task: str) -> dict[str, RowMapping]:
    query = select(RELEASES).where(RELEASES.c.task == task).order_by(RELEASES.c.released_at, RELEASES.c.version)
    return {str(row["version"]): row for row in connection.execute(query).mappings()}


def version_of(row: RowMapping) -> Version:
    moments = {name: _moment(row[name]) for name in ("released_at", "changed_at")}
    return Version(**{**{name: value for name, value in row.items() if name != "task"}, **moments})


def _moment(kept: datetime) -> datetime:
    """SQLite forgets the time zone of what it keeps."""
    return kept.replace(tzinfo=UTC) if kept.tzinfo is None else kept.astimezone(UTC)


def changes_of(connection: Connection, task: str) -> list[Change]:
    """The earliest first; of one moment, what ends before what begins."""
    query = select(RELEASE_CHANGES).where(RELEASE_CHANGES.c.task == task).order_by(RELEASE_CHANGES.c.changed_at)
    names = ("version", "actor", "before", "after", "reason")
    rows = connection.execute(query).mappings()
    return [Change(**{name: row[name] for name in names}, changed_at=_moment(row["changed_at"])) for row in rows]


def running_of(connection: Connection, task: str) -> Experiment | None:
    latest = latest_of(connection, task)
    return latest if latest is not None and latest.ended_at is None else None


def latest_of(connection: Connection, task: str) -> Experiment | None:
    """The experiment under way, or the one that ended last."""
    table = RELEASE_EXPERIMENTS
    query = select(table).where(table.c.task == task).order_by(table.c.started_at.desc(), table.c.ended_at.desc())
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    names = ("id", "champion", "challenger", "share", "shadow", "aim", "outcome")
    ended_at = _moment(row["ended_at"]).isoformat() if row["ended_at"] else None
    return Experiment(
        **{name: row[name] for name in names},
        rule=Rule(**row["rule"]),
        started_at=_moment(row["started_at"]).isoformat(),
        ended_at=ended_at,
    )


def begin(connection: Connection, task: str, route: Route, wanted: Experiment) -> None:
    """A new experiment, or the one under way with another share: callers and evidence stay, and so does its rule."""
    running, table = route.experiment, RELEASE_EXPERIMENTS
    if running and running.shadow == wanted.shadow:
        changed = {"share": wanted.share, "aim": wanted.aim}
        connection.execute(table.update().where(table.c.id == running.id).values(changed))
        return
    end(connection, running, "stopped")
    values = {name: getattr(wanted, name) for name in ("champion", "challenger", "share", "shadow", "aim")}
    begun = {"id": uuid.uuid4().hex, "task": task, "rule": asdict(wanted.rule), "started_at": datetime.now(UTC)}
    connection.execute(table.insert().values(**values, **begun))


def end(connection: Connection, running: Experiment | None, outcome: str) -> None:
    if running is not None:
        table = RELEASE_EXPERIMENTS
        ended = {"ended_at": datetime.now(UTC), "outcome": outcome}
        connection.execute(table.update().where(table.c.id == running.id).values(ended))


def change(
    connection: Connection,
    task: str,
    wanted: list[tuple[str, str, int]],
    actor: str,
    reason: str,
    shadow: str | None = None,
) -> None:
    """Gives each version its status ('' leaves it) and share; what is no change leaves no trace."""
    rows, now = rows_of(connection, task), datetime.now(UTC)
    for version, status, share in wanted:
        row = rows[version]
        before = {name: row[name] for name in ("status", "share", "shadow")}
        after = {"status": status or row["status"], "share": share, "shadow": version == shadow}
        if before == after:
            continue
        where = (RELEASES.c.task == task) & (RELEASES.c.version == version)
        connection.execute(RELEASES.update().where(where).values(**after, changed_at=now))
        _note(connection, task, version, actor, before, after, reason)
    raise_number(connection, task)


def _note(
    connection: Connection,
    task: str,
    version: str,
    actor: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    reason: str,
) -> None:
    values = {"id": uuid.uuid4().hex, "task": task, "version": version, "changed_at": datetime.now(UTC)}
    told = {"actor": actor[:100], "before": before, "after": after, "reason": reason}
    connection.execute(RELEASE_CHANGES.insert().values(**values, **told))


def raise_number(connection: Connection, task: str) -> None:
    table = RELEASE_NUMBERS
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = dialect.insert(table).values(task=task, number=1)
    raised = {"number": table.c.number + 1}
    connection.execute(first.on_conflict_do_update(index_elements=["task"], set_=raised))


def unknown(connection: Connection, task: Task, released: Mapping[str, Release]) -> list[str]:
    """Versions that are not in the database yet, the rules first."""
    known = set(rows_of(connection, task.name))
    rules = [RULES] if task.rules is not None else []
    return [version for version in (*rules, *released) if version not in known]


def follows(connection: Connection, task: str, route: Route, release: Release) -> bool:
    """Whether the checkout still decides what answers: nobody else ever has."""
    untouched = all(change.actor == MODELFILES for change in changes_of(connection, task))
    return untouched and route.experiment is None and release.status == "production"


def stale(connection: Connection, task: str, released: Mapping[str, Release]) -> list[str]:
    """Versions that were released again under the same number since they were registered."""
    rows = rows_of(connection, task)
    return [name for name, one in released.items() if name in rows and rows[name]["hashes"] != _measured(one)["hashes"]]


def renew(connection: Connection, task: str, release: Release) -> None:
    row = rows_of(connection, task)[release.version]
    where = (RELEASES.c.task == task) & (RELEASES.c.version == release.version)
    connection.execute(RELEASES.update().where(where).values(**_measured(release), changed_at=datetime.now(UTC)))
    state = {name: row[name] for name in ("status", "share", "shadow")}
    _note(connection, task, release.version, MODELFILES, state, state, "released again under the same version")


def insert(connection: Connection, task: str, version: str, release: Release | None) -> None:
    """A row without traffic; `release` is None for the rules."""
    now = datetime.now(UTC)
    status = "deprecated" if release is not None and release.status == "deprecated" else "staging"
    state = {"status": status, "share": 0, "shadow": False}
    values: dict[str, Any] = {"metrics": {}, "hashes": {}, "quantization": "none", "released_at": now}
    if release is not None:
        values = _measured(release)
    connection.execute(RELEASES.insert().values(task=task, version=version, changed_at=now, **state, **values))
    _note(connection, task, version, MODELFILES, None, state, "registered")


def _measured(release: Release) -> dict[str, Any]:
    """The columns that say what the release is."""
    hashes = {
        "gguf": release.gguf_sha256,
        "adapter": release.adapter_sha256,
        "prompt": release.prompt_sha256,
        "schema": release.schema_sha256,
        "base": release.base["sha256"],
    }
    released_at = datetime.fromisoformat(release.date).replace(tzinfo=UTC)
    return {
        "metrics": release.metrics,
        "hashes": hashes,
        "quantization": release.quantization,
        "released_at": released_at,
    }
