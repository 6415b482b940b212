"""`python -m serving.bench`: measures, prints, writes docs/benchmarks.md and artifacts/_bench/results.json."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from serving.bench import by_ollama, choices, embedded, growth, identity, own_cost, small
from serving.bench.figures import Part
from serving.bench.machine import Meanwhile, machine
from serving.bench.page import Measured, page
from serving.bench.plan import Plan, question_texts
from tuneserve.commands.answers import prepared_models
from tuneserve.errors import TuneserveError
from tuneserve.progress import progress_for_stderr
from tuneserve.run import data_folder
from tuneserve.task import load_task, project_root

PARTS: dict[str, Callable[[Plan], Part]] = {
    embedded.NAME: embedded.measure,
    by_ollama.NAME: by_ollama.measure,
    own_cost.NAME: own_cost.measure,
    "rules": small.measure_rules,
    "cache": small.measure_cache,
    "search": small.measure_search,
    growth.NAME: growth.measure,
    choices.NAME: choices.measure,
    identity.NAME: identity.measure,
}
# Five minutes by itself, and the same on every machine of a kind: asked for by its name.
NOT_UNASKED = (identity.NAME,)


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
@click.option("--task", "name", default="fit_query", show_default=True, help="The task whose release is measured.")
@click.option("--quick", is_flag=True, help="A quarter of the requests: less than two minutes in all.")
@click.option("--no-page", is_flag=True, help="Print only; leave docs/benchmarks.md as it is.")
def bench(parts: tuple[str, ...], name: str, quick: bool, no_page: bool) -> None:
    """Measure PARTS of serving (all of them but 'identity') on this machine; 127.0.0.1 only."""
    task = load_task(name)
    progress = progress_for_stderr()
    plan = Plan(task, prepared_models([task]).get(name), question_texts(task), progress, quick)
    kept = data_folder() / "_bench" / "results.json"
    results = {} if not kept.is_file() else json.loads(kept.read_text(encoding="utf-8"))
    for part in parts or [part for part in PARTS if part not in NOT_UNASKED]:
        began = time.monotonic()
        meanwhile = Meanwhile()
        found = PARTS[part](plan)
        measured = Measured(found, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", quick, meanwhile.others(), machine())
        results[part] = measured.as_json()
        _print(measured, time.monotonic() - began)
        if not no_page:
            _write(kept, results)


def _print(measured: Measured, seconds: float) -> None:
    part = measured.part
    click.secho(f"{part.title} ({seconds:.0f} s, {measured.others:.0%} of the processors taken by others)", bold=True)
    if part.skipped:
        click.echo(f"  skipped: {part.skipped}")
    for line in part.lines:
        times = line.times
        figures = (
            "" if times is None else f"p50 {times.p50:.2f}  p95 {times.p95:.2f}  p99 {times.p99:.2f} ms  n {times.n}"
        )
        met = "" if line.met is None else ("  met" if line.met else "  MISSED")
        click.echo(f"  {line.what}: {figures}  {line.note}{met}")


def _write(kept: Path, results: dict[str, dict[str, object]]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    measured = [Measured.from_json(results[part]) for part in PARTS if part in results]
    missing = [part for part in PARTS if part not in results]
    tried = (Path(__file__).parent / "tried.md").read_text(encoding="utf-8")
    (project_root() / "docs" / "benchmarks.md").write_text(page(measured, missing, tried), encoding="utf-8")


if __name__ == "__main__":
    try:
        bench(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except TuneserveError as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
