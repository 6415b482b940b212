"""`Progress`: how long work tells a person, or a log, how far it is and how long it will take."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Bar(Protocol):
    def advance(self, steps: int = 1, note: str = "") -> None:
        """`steps` more are done; `note` is a short text shown beside the bar."""
        ...


class Progress(Protocol):
    def say(self, text: str) -> None:
        """One line of news."""
        ...

    def bar(self, label: str, total: int, done: int = 0, unit: str = "") -> AbstractContextManager[Bar]:
        """A context manager that yields a Bar; `done` steps were done by an earlier, interrupted call."""
        ...


class Silent:
    """No news at all: for tests and for work inside a server."""

    def say(self, text: str) -> None:
        return None

    @contextmanager
    def bar(self, label: str, total: int, done: int = 0, unit: str = "") -> Iterator[Bar]:
        yield _SilentBar()


class _SilentBar:
    def advance(self, steps: int = 1, note: str = "") -> None:
        return None


class LogLines:
    """Plain lines on stderr, at most one every `every` seconds a bar: for pipes and CI logs."""

    def __init__(self, every: float = 10.0) -> None:
        self._every = every

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    @contextmanager
    def bar(self, label: str, total: int, done: int = 0, unit: str = "") -> Iterator[Bar]:
        bar = _LogBar(label, total, done, unit, self._every)
        yield bar
        bar.finish()


class _LogBar:
    def __init__(self, label: str, total: int, done: int, unit: str, every: float) -> None:
        self._label, self._total, self._unit, self._every = label, total, unit, every
        self._done = self._begun_at = done
        self._started = self._printed = time.monotonic()

    def advance(self, steps: int = 1, note: str = "") -> None:
        self._done += steps
        now = time.monotonic()
        if now - self._printed >= self._every:
            self._printed = now
            self._print(f"{duration(self._seconds_left(now))} left", note)

    def finish(self) -> None:
        self._print(f"took {duration(time.monotonic() - self._started)}", "")

    def _seconds_left(self, now: float) -> float:
        here = self._done - self._begun_at
        return (self._total - self._done) * (now - self._started) / here if here > 0 else 0.0

    def _print(self, when: str, note: str) -> None:
        share = 100 * self._done / self._total if self._total else 100.0
        counted = f"{self._done:,.0f}/{self._total:,.0f}{' ' + self._unit if self._unit else ''}"
        print(
            f"{self._label}: {share:3.0f} % {counted}, {when}{', ' + note if note else ''}", file=sys.stderr, flush=True
        )


class Terminal:
    """Bars with the time left, by rich, on stderr; colour only where the terminal has it."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False)

    def say(self, text: str) -> None:
        self._console.print(text, markup=False)

    @contextmanager
    def bar(self, label: str, total: int, done: int = 0, unit: str = "") -> Iterator[Bar]:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        with RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(unit),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=self._console,
        ) as shown:
            task = shown.add_task(label, total=total, completed=done, note="")

            class TerminalBar:
                def advance(self, steps: int = 1, note: str = "") -> None:
                    if note:
                        shown.update(task, note=note)
                    shown.advance(task, steps)

            yield TerminalBar()


def progress_for_stderr() -> Progress:
    """Bars on a terminal, plain lines elsewhere."""
    return Terminal() if sys.stderr.isatty() else LogLines()


def duration(seconds: float) -> str:
    """Seconds as people say them: '45 s', '3 min 20 s', '1 h 05 min'."""
    whole = round(max(0.0, seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
