"""Verbs that answer: ask, score, demo."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from serving.answering import Answerer, Through
    from tuneserve.report import Report
    from tuneserve.task import Task

THROUGH = click.Choice(["gateway", "model", "rules"])
ENGINES = click.Choice(["llama_cpp", "ollama", "openai"])


@click.command()
@click.argument("task")
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON Answer a line on stdout and nothing else there.")
@click.option("--rows", type=click.IntRange(0, 1000), metavar="N", help="Show the first N rows. [10 on a terminal]")
@click.option("--engine", type=ENGINES, help="[TUNESERVE_ENGINE, llama_cpp]")
@click.option("--through", type=THROUGH, default="gateway", show_default=True, help="Which reader answers.")
@click.pass_context
def ask(
    ctx: click.Context,
    task: str,
    text: str | None,
    as_json: bool,
    rows: int | None,
    engine: str | None,
    through: Through,
) -> None:
    """Ask TASK one TEXT; '-' reads one input a line from stdin; nothing on a terminal starts a conversation.

    \b
    tuneserve ask fit_query "show me FIT 4004"
    tuneserve ask fit_query --json - < questions.txt
    """
    from tuneserve.commands.answers import open_answerer
    from tuneserve.task import load_task

    if text is None and not sys.stdin.isatty():
        raise click.UsageError(f"no TEXT: give it as an argument, or '-' to read lines from stdin (ask {task} -)")
    job = load_task(task)
    shown = (0 if as_json else 10) if rows is None else rows
    wanted = shown if job.lookup and shown else None
    with open_answerer(job, engine, through) as answerer:
        if text == "-":
            ctx.exit(_ask_lines(answerer, job, sys.stdin, wanted, through))
        elif text is None:
            _converse(answerer, job, wanted, through)
        elif as_json:
            click.echo(_json_answer(answerer, text, wanted, through))
        else:
            _show(answerer, job, text, wanted, through)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--today {text}: a date like 2026-01-31 is needed") from error


def _json_answer(answerer: Answerer, text: str, rows: int | None, through: Through) -> str:
    return json.dumps(answerer.answer(text, rows=rows, through=through).as_json(), ensure_ascii=False)


def _ask_lines(answerer: Answerer, task: Task, lines: Iterable[str], rows: int | None, through: Through) -> int:
    """One JSON line per input line, in order; a line that cannot be answered gives a problem object there."""
    from tuneserve.errors import TuneserveError

    failed = 0
    for line in lines:
        text = line.rstrip("\n")
        try:
            shown = _json_answer(answerer, text, rows, through)
        except TuneserveError as error:
            failed += 1
            shown = json.dumps({"task": task.name, "input": text, "error": str(error)}, ensure_ascii=False)
        click.echo(shown)
        sys.stdout.flush()
    return 1 if failed else 0


def _converse(answerer: Answerer, task: Task, rows: int | None, through: Through) -> None:
    from tuneserve.commands.conversation import Conversation
    from tuneserve.run import data_folder

    Conversation(answerer, task, rows, through).hold(data_folder() / f"_history_{task.name}")


def _show(answerer: Answerer, task: Task, text: str, rows: int | None, through: Through) -> None:
    """The answer for people: JSON, who read it, problems, rows."""
    from tuneserve.commands.answers import answer_lines

    answer = answerer.answer(text, rows=rows, through=through)
    for line in answer_lines(task, answer, styled=sys.stdout.isatty()):
        click.echo(line)


@click.command()
@click.argument("task")
@click.argument("cases", type=click.Path(path_type=Path))
@click.option("--through", type=THROUGH, default="gateway", show_default=True, help="Which reader is scored.")
@click.option("--engine", type=ENGINES, help="[TUNESERVE_ENGINE, llama_cpp]")
@click.option("--today", metavar="YYYY-MM-DD", help="The day that 'the last five years' counts from. [today]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout and nothing else there.")
def score(task: str, cases: Path, through: Through, engine: str | None, today: str | None, as_json: bool) -> None:
    """Score hand-written CASES.jsonl: exact match, fields and slices with 95 % intervals, every wrong case."""
    from tuneserve.commands.answers import open_answerer
    from tuneserve.errors import TuneserveError
    from tuneserve.example import Case, read_cases
    from tuneserve.progress import progress_for_stderr
    from tuneserve.report import Reply, score_cases
    from tuneserve.task import load_task

    job = load_task(task)
    read = read_cases(cases)
    asked_on = _day(today)
    with open_answerer(job, engine, through) as answerer:

        def reply(case: Case) -> Reply:
            try:
                answer = answerer.answer(case.query, through=through, today=case.today or asked_on)
            except TuneserveError as error:
                return Reply(None, None, (type(error).__name__,))
            return Reply(answer.output, answer.origin, tuple(problem.code for problem in answer.problems))

        with progress_for_stderr().bar(f"score {cases.name}", len(read), unit="cases") as bar:
            report = score_cases(job, read, reply, bar.advance)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    for line in _report_lines(report):
        click.echo(line)


def _report_lines(report: Report) -> Iterator[str]:
    yield f"exact            {report.share('exact')}  of {report.n}"
    yield f"silently wrong   {report.silently_wrong}"
    for metric in report.metrics:
        yield f"{metric:<16} {report.share(metric)}"
    for tag in report.tags:
        share = report.share("exact", tag)
        yield f"  {tag:<18} {share}  of {share.n}"
    yield "origins          " + ", ".join(f"{origin} {count}" for origin, count in report.origins().items())
    yield "latency          " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in report.latency_ms().items())
    for wrong in report.as_json()["wrong"]:
        yield ""
        yield f"wrong: {wrong['query']}"
        for label in ("expected", "got"):
            yield f"  {label:<8} {json.dumps(wrong[label], ensure_ascii=False)}"
        if wrong["problems"]:
            yield f"  problems {', '.join(wrong['problems'])}"


@click.command()
@click.argument("task", default="fit_query")
def demo(task: str) -> None:
    """The released model answers the task's examples, with rows of real data."""
    from tuneserve.commands.answers import open_answerer, quoted
    from tuneserve.task import load_task

    job = load_task(task)
    with open_answerer(job, "llama_cpp", "gateway") as answerer:
        for text in job.examples:
            click.secho(f"\n> {text}", bold=True)
            _show(answerer, job, text, 5 if job.lookup else None, "gateway")
    click.echo("\nNext:")
    tries: list[tuple[str, Any]] = [
        (f".venv/bin/tuneserve ask {task}", "ask your own questions"),
        (f".venv/bin/tuneserve ask {task} {quoted(job.examples[0])} --json", "the whole answer, for programs"),
        (".venv/bin/tuneserve serve", "the same over HTTP: http://127.0.0.1:8000/docs"),
        (".venv/bin/tuneserve status", "what is here and what is missing"),
    ]
    width = max(len(command) for command, _ in tries)
    for command, meaning in tries:
        click.echo(f"  {command:<{width}}  {meaning}")


COMMANDS: list[click.Command] = [demo, ask, score]
