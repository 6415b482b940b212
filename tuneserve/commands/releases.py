"""Verbs that change what serves: promote, rollback, releases."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from serving.releases.registry import Registry
    from serving.releases.state import Aim, Route
    from serving.settings import Settings
    from tuneserve.task import Task


@click.command()
@click.argument("task")
@click.argument("version")
@click.option("--to", "aim", type=click.Choice(["staging", "production"]), required=True, help="What it becomes.")
@click.option(
    "--share", type=click.Choice(["10", "50", "100"]), help="Percent of the callers. [production: 100, staging: none]"
)
@click.option("--shadow", is_flag=True, help="Asked too, unseen, and compared. With --to staging.")
@click.option(
    "--margin", type=click.FloatRange(0.1, 50), default=5.0, show_default=True, help="Points by which it may be worse."
)
@click.option(
    "--minimum", type=click.IntRange(1), default=200, show_default=True, help="Questions each before it is promoted."
)
@click.option("--reason", default="", help="For the record of changes.")
def promote(
    task: str, version: str, aim: Aim, share: str | None, shadow: bool, margin: float, minimum: int, reason: str
) -> None:
    """Let VERSION of TASK answer: everybody, or a share of the callers while it is compared with what answers now.

    \b
    tuneserve promote fit_query rules --to staging --share 10       rules against model: only compared
    tuneserve promote fit_query 1.2.0 --to staging --shadow         asked too, unseen
    tuneserve promote fit_query 1.2.0 --to production --share 10    takes over by itself when it is no worse
    tuneserve promote fit_query 1.2.0 --to production               everybody, now

    VERSION 'rules' is the task's rule parser. What turns out worse is rolled back by itself. Gateways that run
    follow within a second, after they have warmed the model up.
    """
    from serving.releases.stopping import Rule
    from serving.settings import read_settings
    from tuneserve.task import load_task

    percent = int(share) if share else (100 if aim == "production" else 0)
    if shadow and (share or aim != "staging"):
        raise click.UsageError("a shadow answers nobody: --shadow goes with --to staging and without --share")
    if aim == "staging" and percent == 100:
        raise click.UsageError("everybody is '--to production'; --to staging takes --share 10 or 50")
    job, settings = load_task(task), read_settings()
    version = version.removeprefix(f"{task}@")
    registry = _registry(job, settings)
    _make_ready(job, version, settings)
    rule = Rule(margin=margin / 100, minimum=minimum, slow_ms=settings.log_slow_ms)
    route = registry.promote(job.name, version, aim, percent, shadow, rule, _actor(), reason or "promoted by hand")
    registry.close()
    click.echo(_said(job.name, route))


@click.command()
@click.argument("task")
@click.option("--to", "version", help="Such as 1.1.0 or 'rules'. [what answered before]")
@click.option("--reason", default="", help="For the record of changes.")
def rollback(task: str, version: str | None, reason: str) -> None:
    """End what is being tried; when nothing is, let the version answer that did before."""
    from serving.settings import read_settings
    from tuneserve.task import load_task

    job, settings = load_task(task), read_settings()
    registry = _registry(job, settings)
    wanted = version.removeprefix(f"{task}@") if version else None
    route = registry.roll_back(job.name, wanted, _actor(), reason or "rolled back by hand")
    registry.close()
    click.echo(_said(job.name, route))
    # Gateways that run have it open as a rule; the next one that starts needs the file.
    _make_ready(job, route.champion, settings)


@click.command()
@click.argument("task")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def releases(task: str, as_json: bool) -> None:
    """The versions of TASK, who answers whom, and what the comparison under way says so far."""
    from serving.releases.report import report
    from serving.settings import read_settings
    from tuneserve.task import load_task

    job = load_task(task)
    registry = _registry(job, read_settings())
    found = report(registry, job.name)
    registry.close()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in _lines(job.name, found):
        click.echo(line)


def prepare_routed(tasks: Sequence[Task], settings: Settings) -> None:
    """Makes the GGUF of every release that answers somebody here; without the database, of none."""
    from serving.releases.registry import Registry
    from tuneserve.errors import TuneserveError

    registry = Registry(settings.database_url)
    try:
        for task in tasks if registry.there else ():
            route = registry.route(task.name)
            tried = [route.experiment.challenger] if route and route.experiment else []
            for version in [route.champion, *tried] if route else []:
                _make_ready(task, version, settings)
    except TuneserveError as error:
        # The gateway starts all the same, and says what it cannot open.
        click.echo(f"tuneserve: {error}", err=True)
    finally:
        registry.close()


def _registry(task: Task, settings: Settings) -> Registry:
    """The database's releases, with what modelfiles/ holds taken up."""
    from serving.releases.registry import Registry
    from tuneserve.release import modelfiles_folder, released_records

    registry = Registry(settings.database_url)
    registry.prepare()
    released = released_records(modelfiles_folder(task.name))
    registry.register(task, released, next(iter(released), None))
    return registry


def _make_ready(task: Task, version: str, settings: Settings) -> None:
    """Whatever the engine needs to run `version`. Raises ReleaseError, EngineError."""
    from tuneserve.progress import progress_for_stderr
    from tuneserve.release import RULES

    if version == RULES:
        return
    if settings.engine == "llama_cpp":
        from convert.released import prepare_version

        prepare_version(task, version, progress_for_stderr())
    elif settings.engine == "ollama":
        from convert.publish import publish_version

        publish_version(task, version, settings.ollama_url, progress_for_stderr())


def _actor() -> str:
    """Who does it, for the record: user@machine."""
    import getpass
    import socket

    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        name = f"uid {os.getuid()}"
    return f"{name}@{socket.gethostname()}"


def _said(task: str, route: Route) -> str:
    experiment = route.experiment
    if experiment is None:
        return f"{task}@{route.champion} answers everybody"
    if experiment.shadow:
        return (
            f"{task}@{route.champion} answers; {experiment.challenger} is asked too, unseen: tuneserve releases {task}"
        )
    after = "takes over by itself when it is no worse" if experiment.aim == "production" else "is compared"
    return (
        f"{task}@{experiment.challenger} answers {experiment.share} % of the callers and {after}, "
        f"{route.champion} the others: tuneserve releases {task}"
    )


def _lines(task: str, found: dict[str, Any]) -> Iterator[str]:
    if not found["releases"]:
        yield f"no release of '{task}' yet; make one: tuneserve run {task}"
        return
    for one in found["releases"]:
        part = "shadow" if one["shadow"] else f"{one['share']} %"
        exact = one["metrics"].get("exact")
        measured = "" if exact is None else f"  exact {exact:.1%}"
        yield f"{one['release']:<28} {one['status']:<11} {part:>7}  {one['quantization']:<7}{measured}".rstrip()
    if found["goes_back_to"]:
        yield f"a rollback goes back to {found['goes_back_to']}"
    if found["experiment"]:
        yield ""
        yield from _experiment_lines(found["experiment"])
    yield ""
    for change in found["changes"][:5]:
        before, after = (_state(change[key]) for key in ("from", "to"))
        yield f"{change['at'][:16]}  {change['release']}: {before} -> {after}, {change['actor']}: {change['reason']}"


def _experiment_lines(one: dict[str, Any]) -> Iterator[str]:
    how = "asked too, unseen" if one["shadow"] else f"answers {one['share']} % of the callers"
    ended = f"{one['outcome']} {one['ended_at'][:16]}" if one["outcome"] else "under way"
    yield f"{one['new']} against {one['old']}: {how}, since {one['started_at'][:16]}, {ended}"
    for key in ("old", "new"):
        measured = one["measured"][key]
        shares = [f"{name} {_interval(measured[what])}" for name, what in _SHOWN if measured[what] is not None]
        times = f"p50 <= {measured['p50_ms']} ms, p95 <= {measured['p95_ms']} ms" if measured["questions"] else ""
        yield f"  {one[key]:<26} {measured['questions']:>7} questions  {'  '.join([*shares, times])}".rstrip()
    if one["agreement"]:
        yield f"  same answer in {_interval(one['agreement'])} of {one['agreement']['questions']} questions"
    for comparison in one["verdict"]["comparisons"]:
        difference = {key: value * 100 for key, value in comparison["difference"].items()}
        told = f"{difference['value']:+.1f} ({difference['low']:+.1f} to {difference['high']:+.1f}) points"
        if difference["low"] <= -100 and difference["high"] >= 100:
            told = "nothing known"
        yield f"  {comparison['what']:<18} {told:<36} {comparison['standing']}"
    yield f"  {one['verdict']['decision']}: {one['verdict']['reason']}"


_SHOWN = (("success", "success"), ("slow", "slow"), ("readers disagree", "readers_disagree"))


def _interval(share: dict[str, float]) -> str:
    return f"{share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%})"


def _state(state: dict[str, Any] | None) -> str:
    if state is None:
        return "new"
    return f"{state['status']} {'shadow' if state['shadow'] else str(state['share']) + ' %'}"


COMMANDS: list[click.Command] = [promote, rollback, releases]
