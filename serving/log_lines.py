"""How the gateway's log is written: one record a line that no input can forge, and no input in it."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

SysExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
WITHHELD = "(its message may quote a question: it is logged at level debug only)"


class LogLines(logging.Formatter):
    """Escapes control characters, so that a text cannot end its line, begin another or colour a terminal.

    The message of an unplanned error may quote what somebody asked: it is left out unless `whole`. Lines of
    a stack trace begin with a bar.
    """

    def __init__(self, whole: bool = False) -> None:
        super().__init__(FORMAT)
        self._whole = whole

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = printable(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: SysExcInfo) -> str:
        error = ei[1]
        if error is None:
            return ""
        if self._whole:
            lines = "".join(traceback.format_exception(error)).splitlines()
        else:
            lines = [line for one in _chain(error) for line in _without_message(one)]
        return "\n".join(f"| {printable(line)}" for line in lines)


def printable(text: str) -> str:
    """`text` with every character that is not printable (line breaks, escapes, text direction) spelt out."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _chain(error: BaseException) -> list[BaseException]:
    """`error` and what led to it, the first cause first."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.insert(0, one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return chain


def _without_message(error: BaseException) -> list[str]:
    lines = "".join(traceback.format_tb(error.__traceback__)).splitlines()
    return [*lines, f"{type(error).__name__} {WITHHELD}"]
