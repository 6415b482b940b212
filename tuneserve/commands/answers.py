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
from tuneserve.commands.row_table import row_lines
from tuneserve.release import modelfiles_folder, read_release
from tuneserve.task import Task, load_task, task_names

if TYPE_CHECKING:
    from serving.answering import Answerer, Through
    from serving.local import LocalGateway


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


def open_local_gateway(tasks: Sequence[str], engine: str | None) -> LocalGateway:
    """The gateway for these tasks (all, when none is named) in this process; whoever opens it closes it."""
    from serving.app import open_gateway
    from serving.local import LocalGateway
    from serving.settings import read_settings

    settings = read_settings(**({"engine": engine} if engine else {}))
    served = [load_task(name) for name in tasks or task_names()]
    models = prepared_models(served) if settings.engine == "llama_cpp" else {}
    return LocalGateway(open_gateway(settings, served, models=models))


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
        yield from row_lines(task, answer.rows, styled)


def _origin(answer: Answer) -> str:
    names = {
        "model": f"the model ({answer.release})",
        "repaired": f"the model ({answer.release}) at its second try",
        "rules": "the rules",
        "cache": f"{answer.cached_from or 'an earlier answer'}, from the cache",
    }
    return names[answer.origin]
