"""The verb about what was asked: `tuneserve log`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

EPILOG = """\b
Lists (--list), each a file NAME.jsonl in the folder of --export:
  failed_queries   no answer; or the engine failed, and the rules answered
  slow_queries     took TUNESERVE_LOG_SLOW_MS or longer
  success_sample   a random share (TUNESERVE_LOG_SAMPLE) of the successful
  corrections      what answers should have been: cases for `tuneserve score`
  disagreements    what each of the two readers made of the same question

\b
Examples:
  tuneserve log                                   the last seven days at a glance
  tuneserve log fit_query --since 24h
  tuneserve log --export artifacts/log            all lists as files
  tuneserve log --list failed_queries --export - | jq -r .input
  tuneserve log fit_query --list corrections --export artifacts/log
  tuneserve score fit_query artifacts/log/corrections.jsonl

\b
What is kept of a question's text is set by TUNESERVE_LOG_TEXT, how long by TUNESERVE_LOG_DAYS.
"""
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
LISTED = ("failed_queries", "slow_queries", "success_sample", "corrections", "disagreements")


class Moment(click.ParamType[datetime]):
    """'30m', '24h', '7d' before now, or a date like 2026-01-31 (UTC)."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        ago = re.fullmatch(r"(\d{1,6})([mhd])", value)
        try:
            if ago:
                return datetime.now(UTC) - timedelta(**{UNITS[ago[2]]: int(ago[1])})
            moment = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            self.fail(f"'{value}': write 30m, 24h, 7d, or a date like 2026-01-31", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command(epilog=EPILOG)
@click.argument("task", required=False)
@click.option(
    "--list", "names", multiple=True, type=click.Choice(LISTED), help="Only this list; may be repeated. [all]"
)
@click.option("--since", type=Moment(), metavar="WHEN", help="30m, 24h, 7d or a date. [7d; with --export: everything]")
@click.option("--export", "target", metavar="DIR|-", help="Write the lists as JSON Lines to a folder, or to stdout.")
@click.option("--json", "as_json", is_flag=True, help="The glance as one JSON object on stdout.")
def log(task: str | None, names: Sequence[str], since: datetime | None, target: str | None, as_json: bool) -> None:
    """What the gateway was asked, for TASK or all: what failed, was slow, was corrected; also as files."""
    from serving.storage.export import summary
    from tuneserve.task import load_task

    if task is not None:
        load_task(task)
    if names and target is None:
        raise click.UsageError("--list says what to export: add --export DIR, or --export - for stdout")
    with _connection() as connection:
        if target == "-":
            for name in names or LISTED:
                for row in _rows(connection, name, task, since):
                    click.echo(json.dumps({"list": name, **row}, ensure_ascii=False))
        elif target is not None:
            _export(connection, Path(target), names or LISTED, task, since)
        else:
            found = summary(connection, task, since or datetime.now(UTC) - timedelta(days=7))
            waiting = _waiting()
            click.echo(json.dumps({**found, "waiting": waiting}) if as_json else "\n".join(_lines(found, waiting)))


@contextmanager
def _connection() -> Iterator[Connection]:
    """A database with the tables of this version. Raises DataError."""
    from serving.settings import read_settings
    from serving.storage.migration import upgrade
    from tuneserve.database import Database
    from tuneserve.errors import DataError

    database = Database(read_settings().database_url, patience=60)
    if database.path is not None and not database.path.exists():
        raise DataError(f"{database.path}: nothing is logged yet; the gateway does it: tuneserve serve")
    upgrade(database)
    with database.reading() as connection:
        yield connection
    database.close()


def _rows(connection: Connection, name: str, task: str | None, since: datetime | None) -> Iterator[dict[str, Any]]:
    from serving.storage.export import rows

    without_text = 0
    for row in rows(connection, name, task, since):
        without_text += name == "corrections" and "query" not in row
        yield row
    if without_text:
        told = f"{without_text} corrections are without their question (TUNESERVE_LOG_TEXT): score cannot use them"
        click.echo(told, err=True)


def _export(
    connection: Connection, folder: Path, names: Sequence[str], task: str | None, since: datetime | None
) -> None:
    from tuneserve.errors import DataError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            partial, count = folder / f".{name}.partial", 0
            with partial.open("w", encoding="utf-8") as file:
                for row in _rows(connection, name, task, since):
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    count += 1
            partial.replace(folder / f"{name}.jsonl")
            click.echo(f"{count:>8,}  {folder / name}.jsonl")
    except OSError as error:
        raise DataError(f"{folder}: {error.strerror or error}; name another folder: --export DIR") from error


def _waiting() -> int:
    """Entries that wait on disk for the database."""
    from serving.settings import read_settings, store_folder

    spool = store_folder(read_settings().data_dir) / "spool"
    return sum(path.read_bytes().count(b"\n") for path in spool.glob("*.jsonl") if path.name != "refused.jsonl")


def _lines(found: dict[str, Any], waiting: int) -> Iterator[str]:
    yield f"since {found['since'][:16].replace('T', ' ')} UTC"
    told = {
        "answers": "answers",
        "failed_queries": "failed",
        "slow_queries": "slow",
        "success_sample": "in the sample of the successful",
        "corrections": "corrections",
    }
    for name, words in told.items():
        yield f"{found[name]:>8,}  {words}"
    if waiting:
        yield f"{waiting:>8,}  wait on disk for the database"
    if found["failures"]:
        yield "failed because of: " + ", ".join(f"{code} {count:,}" for code, count in found["failures"].items())
        yield "the newest:"
    for row in found["newest_failures"]:
        yield f"  {row['task']}  {row['failure']}  {row['input'] or '(text not kept)'}"
    yield "all of it as files: tuneserve log --export DIR"


COMMANDS: list[click.Command] = [log]
