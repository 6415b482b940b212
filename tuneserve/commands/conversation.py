"""The conversation that `tuneserve ask TASK` holds on a terminal."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuneserve.answer import Answer
from tuneserve.commands.answers import answer_lines
from tuneserve.errors import TuneserveError
from tuneserve.task import Task

if TYPE_CHECKING:
    from serving.answering import Answerer, Through

PROMPT = "> "
MOST_HISTORY = 1000
READERS = ("gateway", "model", "rules")


class Conversation:
    """Reads questions and commands until the end of its input; an error or Ctrl-C ends an answer, not the talk."""

    def __init__(self, answerer: Answerer, task: Task, rows: int | None, through: Through) -> None:
        self._answerer = answerer
        self._task = task
        self._rows = rows
        self._through: Through = through
        self._as_json = False
        self._last: Answer | None = None
        self._commands: dict[str, tuple[str, Callable[[str], None]]] = {
            "rows": ("N            how many rows to show; 0 for none", self._set_rows),
            "through": ("READER    gateway, model or rules", self._set_through),
            "json": ("             whole answers as JSON, or no longer", self._switch_json),
            "why": ("              the words that each field of the last answer rests on", self._why),
            "schema": ("           what an answer may hold", self._schema),
            "examples": ("         questions to begin with", self._examples),
            "help": ("             this list", self._help),
        }

    def hold(self, history: Path) -> None:
        """Returns at Ctrl-D or `:quit`."""
        with _line_editing(history, [f":{name}" for name in (*self._commands, "quit")]):
            click.echo(f"{self._task.description} For example: {self._task.examples[0]}")
            click.echo(":help lists what else there is. Ctrl-D ends.")
            while True:
                try:
                    line = input(PROMPT).strip()
                    if line in (":quit", ":q", ":exit"):
                        return
                    self._taken(line)
                except EOFError:
                    click.echo()
                    return
                except KeyboardInterrupt:
                    click.echo("\n(Ctrl-D ends)")

    def _taken(self, line: str) -> None:
        if not line:
            return
        try:
            if line.startswith(":"):
                name, _, rest = line[1:].partition(" ")
                self._command(name, rest.strip())
            else:
                self._show(line)
        except TuneserveError as error:
            click.echo(f"tuneserve: {error}", err=True)

    def _command(self, name: str, rest: str) -> None:
        found = [full for full in self._commands if name and full.startswith(name)]
        if len(found) != 1:
            click.echo(f"no command :{name}; :help lists them", err=True)
            return
        self._commands[found[0]][1](rest)

    def _show(self, text: str) -> None:
        answer = self._last = self._answerer.answer(text, rows=self._rows, through=self._through)
        if self._as_json:
            click.echo(json.dumps(answer.as_json(), ensure_ascii=False, indent=2))
            return
        for line in answer_lines(self._task, answer, styled=sys.stdout.isatty()):
            click.echo(line)

    def _set_rows(self, given: str) -> None:
        if self._task.lookup is None:
            click.echo(f"{self._task.name} has no rows to look up", err=True)
        elif given.isdecimal() and int(given) <= 1000:
            self._rows = int(given) or None
        else:
            click.echo(":rows N, from 0 to 1000", err=True)

    def _set_through(self, given: str) -> None:
        for reader in READERS:
            if given == reader:
                self._through = reader  # type: ignore[assignment]
                return
        click.echo(f":through {' or '.join(READERS)}; now {self._through}", err=True)

    def _switch_json(self, given: str) -> None:
        self._as_json = not self._as_json
        click.echo(f"answers as {'JSON' if self._as_json else 'text'}", err=True)

    def _why(self, given: str) -> None:
        if self._last is None:
            click.echo("nothing was asked yet", err=True)
            return
        width = max((len(name) for name in self._last.fields), default=0)
        for name, source in self._last.fields.items():
            words = f"'{source.evidence}'" if source.evidence else "(our data)"
            click.echo(f"  {name:<{width}}  {words}, by {source.source}")
        click.echo(f"  {self._last.release}, answer {self._last.id}")

    def _schema(self, given: str) -> None:
        click.echo(json.dumps(self._task.schema, ensure_ascii=False, indent=2))

    def _examples(self, given: str) -> None:
        for example in self._task.examples:
            click.echo(f"  {example}")

    def _help(self, given: str) -> None:
        for name, (meaning, _) in self._commands.items():
            click.echo(f"  :{name} {meaning}")
        click.echo("  :quit              or Ctrl-D; Ctrl-C stops an answer")
        click.echo(f"From a shell: tuneserve ask {self._task.name} {shlex.quote(self._task.examples[0])} --json")


@contextmanager
def _line_editing(history: Path, words: list[str]) -> Iterator[None]:
    """Line editing, completion of commands, and a history that only its owner can read, where Python has readline."""
    try:
        import readline
    except ModuleNotFoundError:
        yield
        return
    with suppress(OSError):
        readline.read_history_file(history)
    readline.set_completer_delims(" ")
    readline.set_completer(
        lambda text, state: [*(word for word in words if text and word.startswith(text)), None][state]
    )
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        readline.set_history_length(MOST_HISTORY)
        try:
            history.parent.mkdir(parents=True, exist_ok=True)
            history.touch(mode=0o600)
            readline.write_history_file(history)
        except OSError as error:
            click.echo(f"the history is not kept: {history}: {error.strerror}", err=True)
