"""Verbs about the project: what is here, new tasks, checks, rows, settings."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def status(as_json: bool) -> None:
    """What is installed, trained, released and serving, and the command for what is missing."""
    from tuneserve.status import project_status, status_lines

    found = project_status()
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(status_lines(found)))


@click.command()
@click.argument("task")
def new(task: str) -> None:
    """Start a task: copies tasks/_template to tasks/TASK."""
    from tuneserve.errors import TaskError
    from tuneserve.task import TASK_NAME, tasks_folder

    if not TASK_NAME.fullmatch(task):
        raise TaskError(f"'{task}' is no task name: a small letter first, then small letters, digits and '_', 2 to 40")
    folder = tasks_folder() / task
    if folder.exists():
        raise TaskError(f"tasks/{task}/ is there already; check it: tuneserve check {task}")
    partial = folder.with_name(f".{task}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(tasks_folder() / "_template", partial, ignore=shutil.ignore_patterns("__pycache__"))
    partial.rename(folder)
    click.echo(f"Made tasks/{task}/ from the template. Its README.md says which file to change first.")
    click.echo(f"Next: tuneserve check {task}   then: tuneserve run {task}")


@click.command()
@click.argument("task", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout.")
@click.pass_context
def check(ctx: click.Context, task: str | None, as_json: bool) -> None:
    """Hold a task (or all of them) to the contract: schemas, cases, rules, data set, leaks, release."""
    from tuneserve.contract import check_task
    from tuneserve.task import load_task, task_names

    failed = 0
    for name in [task] if task else task_names():
        job = load_task(name)
        if not as_json:
            click.secho(name, bold=True)
        for finding in check_task(job):
            failed += not finding.passed
            if as_json:
                shown: dict[str, Any] = {"task": name, "check": finding.check, "passed": finding.passed}
                click.echo(json.dumps({**shown, "wrong": list(finding.wrong)}, ensure_ascii=False))
                continue
            mark = click.style("ok  ", fg="green") if finding.passed else click.style("FAIL", fg="red")
            click.echo(f"  {mark} {finding.check}")
            for line in finding.wrong:
                click.echo(f"       {line}")
    if failed:
        click.echo(f"tuneserve: {failed} of the checks failed", err=True)
        ctx.exit(1)


@click.command("import")
@click.argument("task")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def import_rows(task: str, file: Path, as_json: bool) -> None:
    """Load real rows for TASK from FILE; bad lines are reported and skipped, twice is the same as once."""
    from serving.settings import read_settings
    from tuneserve.errors import DataError, TaskError
    from tuneserve.progress import progress_for_stderr
    from tuneserve.task import load_task

    lookup = load_task(task).lookup
    if lookup is None:
        raise TaskError(f"task '{task}' looks nothing up, so there is nothing to import")
    if not file.is_file():
        raise DataError(f"{file}: no such file; expected: {lookup.file_help}")
    with file.open("rb") as lines:
        total = sum(1 for _ in lines)
    with progress_for_stderr().bar(f"import {file.name}", total, unit="lines") as bar:
        done = 0

        def advance(now: int, _: int) -> None:
            nonlocal done
            bar.advance(now - done)
            done = now

        report = lookup.load(read_settings().database_url, file, advance)
    if as_json:
        rejected = [{"line": line, "reason": reason} for line, reason in report.rejected]
        counts = {"added": report.added, "unchanged": report.unchanged, "updated": report.updated}
        click.echo(json.dumps({**counts, "rejected": rejected, "note": report.note}))
        return
    click.echo(
        f"{report.added:,} rows added, {report.unchanged:,} were there already, {len(report.rejected):,} lines rejected"
    )
    if report.updated:
        click.echo(f"{report.updated:,} rows took over the file's values")
    if report.note:
        click.echo(report.note)
    for line, reason in report.rejected[:50]:
        click.echo(f"  line {line}: {reason}")
    if len(report.rejected) > 50:
        click.echo(f"  and {len(report.rejected) - 50:,} more; all of them: --json")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout.")
def settings(as_json: bool) -> None:
    """Every setting: its variable, value here, and meaning. Secrets are never shown."""
    from serving.settings import misspelt, settings_objects, settings_table

    if as_json:
        for shown in settings_objects():
            click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        click.echo(settings_table())
    for given, meant in misspelt(os.environ).items():
        click.echo(f"tuneserve: {given} is no setting; is {meant} meant?", err=True)


COMMANDS: list[click.Command] = [status, new, check, import_rows, settings]
