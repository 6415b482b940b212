"""What the answering verbs share: an answerer opened for one command, and answers laid out for people."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuneserve.answer import Answer
from tuneserve.release import modelfiles_folder, read_release
from tuneserve.task import Rows, Task

if TYPE_CHECKING:
    from serving.answering import Answerer, Through


def prepared_models(tasks: Sequence[Task]) -> dict[str, Path]:
    """{task: GGUF} of every task that has a release; prepares those that are not prepared yet."""
    from convert.released import prepare
    from tuneserve.progress import progress_for_stderr

    progress = progress_for_stderr()
    released = [task for task in tasks if read_release(modelfiles_folder(task.name)) is not None]
    return {task.name: prepare(task, progress) for task in released}


@contextmanager
def open_answerer(task: Task, engine: str | None, through: Through) -> Iterator[Answerer]:
    """The gateway's own answer path, in this process, for the life of one command.

    `through` 'rules' opens no engine. Without a release the rules answer, and a line on stderr says so.
    """
    from serving.answering import Answerer
    from serving.engines.opening import open_engine
    from serving.settings import read_settings

    settings = read_settings(**({"engine": engine} if engine else {}))
    release = read_release(modelfiles_folder(task.name))
    opened = None
    if through != "rules":
        embedded = settings.engine == "llama_cpp"
        model = prepared_models([task]).get(task.name) if embedded else None
        opened = open_engine(settings, task.name, model)
        if opened is None and through == "gateway":
            click.echo(
                f"no model of {task.name} is released; its rules answer. Make one: tuneserve run {task.name}", err=True
            )
    try:
        yield Answerer(
            task,
            opened,
            release=release.name if release else None,
            database_url=settings.database_url,
            # A person who waits at a terminal is told the model's answer even when it comes late.
            deadline_ms=max(settings.deadline_ms, 60_000),
            grammar=settings.grammar,
        )
    finally:
        if opened is not None:
            opened.close()


def quoted(text: str) -> str:
    """`text` as one word of a shell command."""
    return shlex.quote(text)


def answer_lines(task: Task, answer: Answer, styled: bool) -> Iterator[str]:
    """An answer for people: its JSON, who read it and how long it took, what is doubtful, rows."""
    yield json.dumps(answer.output, ensure_ascii=False)
    took = answer.took_ms.get("total", 0.0)
    said = f"read by {_origin(answer)}, {took:.0f} ms"
    yield click.style(said, dim=True) if styled else said
    for problem in answer.problems:
        line = f"! {problem.message}"
        yield click.style(line, fg="yellow") if styled else line
    if answer.rows is not None:
        yield from _row_lines(task, answer.rows)


def _origin(answer: Answer) -> str:
    names = {
        "model": f"the model ({answer.release})",
        "repaired": f"the model ({answer.release}) at its second try",
        "rules": "the rules",
        "cache": f"{answer.cached_from or 'an earlier answer'}, from the cache",
    }
    return names[answer.origin]


def _row_lines(task: Task, rows: Rows) -> Iterator[str]:
    yield f"{rows.total:,} row{'' if rows.total == 1 else 's'}" + (
        f", the first {len(rows.items)}:" if len(rows.items) < rows.total and rows.items else ":" if rows.items else ""
    )
    if rows.items:
        yield from _table(task, rows)
    if rows.note:
        yield rows.note


def _table(task: Task, rows: Rows) -> Iterator[str]:
    """Aligned columns: those of the task that occur in these rows, else whatever the rows have."""
    known = dict(task.table)
    keys = [key for key in known if any(key in item for item in rows.items)]
    keys += [key for key in rows.items[0] if key not in known and not keys] if not keys else []
    cells = [[_cell(item.get(key)) for key in keys] for item in rows.items]
    widths = [max(len(known.get(key, key)), *(len(line[place]) for line in cells)) for place, key in enumerate(keys)]
    yield "  " + "  ".join(known.get(key, key).ljust(width) for key, width in zip(keys, widths, strict=True)).rstrip()
    for line, item in zip(cells, rows.items, strict=True):
        padded = (
            text.rjust(width) if isinstance(item.get(key), int | float) else text.ljust(width)
            for key, text, width in zip(keys, line, widths, strict=True)
        )
        yield "  " + "  ".join(padded).rstrip()


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:g}" if value < 1e6 else f"{value:,.0f}"
    return str(value)
