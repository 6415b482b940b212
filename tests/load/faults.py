"""`make faults` (python -m tests.load.faults): breaks what the gateway rests on, and writes docs/faults.md."""

from __future__ import annotations

import json
import random
import sys
from datetime import UTC, datetime
from typing import Any

import click

from serving.bench.machine import machine
from serving.bench.plan import SEED, question_texts
from tests.load.gateway import LoadError
from tests.load.judge import Judge
from tests.load.measure import Measured, measure
from tests.load.stages import STAGES
from tuneserve.progress import progress_for_stderr
from tuneserve.run import data_folder
from tuneserve.task import load_task, project_root

TASK = "fit_query"
SECONDS = 6.0
TITLES = {
    "ollama": "A real Ollama with the released model",
    "server": "A scripted model server",
    "postgres": "PostgreSQL: the query log, and the rows that every question asks for",
    "redis": "Redis: the shared cache",
    "disk": "The disk: data folder and SQLite",
}
HEAD = """# Faults

<!-- Written by `make faults`; run it again instead of changing figures. -->

What callers see when something that the gateway rests on breaks. A gateway in a process of its own is asked by four
clients, one hand-written question after the other, cache off; something breaks for 6 s and is mended. Counted are
the questions from the break until all is well again: the model answers and nothing is degraded. Each must be answered
by the task's schema or refused with a problem that is meant to be, within the deadline of 2 s (and 0.5 s that a
server may take to finish what it has begun). "rules" means that the task's rules answered; "model, no rows" that the
answer came without its rows. "Counted" is what the gateway's metrics say. Requests go to 127.0.0.1 only."""


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(STAGES)))
@click.option("--only", default="", help="Faults with this text in their name.")
@click.option("--seconds", default=SECONDS, show_default=True, help="For how long each is broken.")
@click.option("--no-page", is_flag=True, help="Print only; leave docs/faults.md as it is.")
def main(parts: tuple[str, ...], only: str, seconds: float, no_page: bool) -> None:
    """Break PARTS of what the gateway rests on (all), one after the other."""
    task, progress = load_task(TASK), progress_for_stderr()
    texts = question_texts(task)
    random.Random(SEED).shuffle(texts)
    judge = Judge([task])
    kept = data_folder() / "_bench" / "faults.json"
    results: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    failed = 0
    for part in parts or STAGES:
        when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        found: dict[str, Any] = {"when": when, "machine": machine(), "rows": []}
        try:
            with STAGES[part](task) as stage:
                faults = [fault for fault in stage.faults if only in fault.name]
                with progress.bar(part, len(faults), unit="faults") as bar:
                    for fault in faults:
                        measured = measure(stage, fault, TASK, texts, judge, seconds)
                        failed += not measured.kept
                        found["rows"].append(measured.as_json())
                        click.echo(_line(measured))
                        bar.advance()
        except LoadError as error:
            click.echo(f"{part}: not measured: {error}")
            found["skipped"] = str(error)
        results[part] = found
    if not no_page:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (project_root() / "docs" / "faults.md").write_text(page(results), encoding="utf-8")
    sys.exit(1 if failed else 0)


def _line(row: Measured) -> str:
    saw = ", ".join(f"{kind} {count}" for kind, count in row.saw.items())
    healed = "NOT HEALED" if row.healed is None else f"healed after {row.healed:.1f} s"
    told = (
        f"  {row.fault}: {row.asked} asked: {saw}; p50 {row.p50:.0f}, max {row.worst:.0f} ms; {healed}; {row.counted}"
    )
    return told + ("" if row.kept else f"  FAILED: {row.late} late, {row.wrong}")


def page(results: dict[str, Any]) -> str:
    """docs/faults.md."""
    blocks = [HEAD]
    machines = dict.fromkeys(", ".join(f"{k} {v}" for k, v in one["machine"].items()) for one in results.values())
    blocks += [f"Measured on: {one}." for one in machines]
    for part, title in TITLES.items():
        if part not in results:
            continue
        found = results[part]
        blocks.append(f"## {title}")
        if "skipped" in found:
            blocks.append(f"Not measured: {found['skipped']}.")
            continue
        rows = [Measured(**row) for row in found["rows"]]
        blocks.append("\n".join(["| fault | asked | callers saw | p50 ms | max ms | counted | healed after |", BAR]))
        blocks[-1] += "".join(f"\n{_cells(row)}" for row in rows)
        blocks.append(f"`python -m tests.load.faults {part}`, {found['when']}.")
    return "\n\n".join(blocks) + "\n"


BAR = "|---|---|---|---|---|---|---|"


def _cells(row: Measured) -> str:
    saw = ", ".join(f"{kind} {count}" for kind, count in row.saw.items())
    counted = ", ".join(f"{name} {count}" for name, count in row.counted.items()) or "nothing"
    counted += ", breaker open" if row.opened else ""
    healed = "**not**" if row.healed is None else f"{row.healed:.1f} s"
    if not row.kept:
        saw += f"; **{row.late} late, wrong: {', '.join(row.wrong) or 'none'}**"
    return f"| {' | '.join([row.fault, str(row.asked), saw, f'{row.p50:.0f}', f'{row.worst:.0f}', counted, healed])} |"


if __name__ == "__main__":
    main()
