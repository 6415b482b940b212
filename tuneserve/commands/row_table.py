"""Rows laid out for a terminal: an aligned table, with bars where the rows are there to be compared."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence

import click

from tuneserve.task import JsonObject, Rows, Task

_SHORTEST_BAR = 8
_LONGEST_BAR = 40
_GAP = "  "
# A full cell, then what is left over in eighths.
_BLOCKS = "█▏▎▍▌▋▊▉"
_ASCII = "#"


def row_lines(task: Task, rows: Rows, styled: bool) -> Iterator[str]:
    """`rows` for people: how many, a table, the note. `styled` allows colour."""
    shown = len(rows.items)
    count = f"{rows.total:,} row{'' if rows.total == 1 else 's'}"
    yield count + (f", the first {shown}:" if 0 < shown < rows.total else ":" if shown else "")
    if rows.items:
        yield from map(_printable, _table(task, rows, styled))
    if rows.note:
        yield from map(_printable, rows.note.splitlines())


def _table(task: Task, rows: Rows, styled: bool) -> Iterator[str]:
    """Aligned columns: those of the task that occur in these rows, else whatever the rows have."""
    headings = dict(task.table)
    keys = [key for key in headings if any(key in item for item in rows.items)] or list(rows.items[0])
    cells = [[_cell(item.get(key)) for key in keys] for item in rows.items]
    numeric = [any(isinstance(item.get(key), int | float) for item in rows.items) for key in keys]
    widths = [max(len(headings.get(key, key)), *(len(line[at]) for line in cells)) for at, key in enumerate(keys)]
    yield _line([headings.get(key, key) for key in keys], widths, [False] * len(keys)).rstrip()
    texts = [_line(line, widths, numeric) for line in cells]
    room = shutil.get_terminal_size().columns - len(texts[0]) - len(_GAP) - 1
    for text, bar in zip(texts, _bars(rows, min(room, _LONGEST_BAR)), strict=True):
        drawn = click.style(bar, fg="cyan") if styled and bar else bar
        yield f"{text}{_GAP}{drawn}" if drawn else text.rstrip()


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        text.rjust(width) if at_right else text.ljust(width)
        for text, width, at_right in zip(cells, widths, right, strict=True)
    )
    return _GAP + _GAP.join(padded)


def _bars(rows: Rows, width: int) -> list[str]:
    """A bar for each item, the largest `width` characters long; empty where there is no room or no measure."""
    values = [_amount(item, rows.measure) for item in rows.items]
    largest = max(values)
    if len(values) < 2 or largest <= 0 or width < _SHORTEST_BAR:
        return [""] * len(values)
    return [_bar(value / largest * width, _can_print(_BLOCKS)) for value in values]


def _amount(item: JsonObject, measure: str | None) -> float:
    value = item.get(measure) if measure else None
    return float(value) if isinstance(value, int | float) else 0.0


def _bar(length: float, blocks: bool) -> str:
    """A bar of that many characters; what is not nothing is at least seen."""
    if length <= 0:
        return ""
    if not blocks:
        return _ASCII * max(1, round(length))
    eighths = max(1, round(length * 8))
    return _BLOCKS[0] * (eighths // 8) + (_BLOCKS[eighths % 8] if eighths % 8 else "")


def _can_print(text: str) -> bool:
    return _printable(text) == text


def _printable(text: str) -> str:
    """`text` with a question mark for what the terminal's encoding lacks."""
    encoding = sys.stdout.encoding or "ascii"
    return text.encode(encoding, errors="replace").decode(encoding)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    # Years and the like are read without a comma; no figure is shown with an exponent.
    if abs(value) < 1e4:
        return f"{value:g}" if isinstance(value, float) else str(value)
    return f"{value:,.6g}" if isinstance(value, float) and abs(value) < 1e6 else f"{value:,.0f}"
