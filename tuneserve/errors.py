"""Every error that `tuneserve` raises on purpose.

TuneserveError            base; its text is one line: what, where, and what to run next
├── UsageError            the caller asked for something that cannot be (exit code 2)
│   └── InputRefused      an input is empty or too long, or a request has wrong fields
├── NoAnswer              the input was read, but nothing that was read could be passed on
├── TaskError             a task folder is incomplete or contradicts itself
├── DataError             a data file, data set or imported row is wrong
├── StageError            a pipeline stage cannot run or failed
├── ConversionError       merging, converting, quantising or template parity failed
├── ReleaseError          a released model is missing, damaged or not what its record says
├── SettingsError         a setting has a wrong value
├── EngineError           a model engine did not give a usable completion
│   ├── EngineUnavailable it cannot be reached, is not installed or has no such model
│   └── EngineTimeout     it did not answer before the deadline
└── GatewayError          a gateway that was asked over HTTP did not do it
    ├── NotAllowed        it wants a key, another key, or another address
    ├── Busy              it has too much to do, or the caller asked too often; see `retry_after`
    └── GatewayUnavailable  it cannot be reached, broke off, or is no gateway

A stack trace in front of a user means a bug: the command line prints these errors on one line
and exits with `exit_code`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuneserve.task import Problem


class TuneserveError(Exception):
    """Base of all expected errors."""

    exit_code = 1
    # What a gateway called the request that failed, for whoever looks it up in its log.
    request_id: str | None = None


class UsageError(TuneserveError):
    exit_code = 2


class InputRefused(UsageError):
    """The input cannot be read at all, or the request was not understood."""


class NoAnswer(TuneserveError):
    """`problems` say why."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class TaskError(TuneserveError):
    pass


class DataError(TuneserveError):
    pass


class StageError(TuneserveError):
    pass


class ConversionError(StageError):
    pass


class ReleaseError(TuneserveError):
    pass


class SettingsError(TuneserveError):
    pass


class EngineError(TuneserveError):
    """`kind` is a short metric label: never a question, an id or a message.

    `quoted` is what the model server said, on one line. It may repeat a question, so it stays out of the
    message: callers are not sent it, and it is logged at level debug alone.
    """

    kind = "failed"

    def __init__(self, message: str, quoted: str = "") -> None:
        super().__init__(message)
        self.quoted = quoted


class EngineUnavailable(EngineError):
    kind = "unavailable"


class EngineTimeout(EngineError):
    kind = "timeout"


class GatewayError(TuneserveError):
    """`status` is HTTP's, where there was a reply."""

    status: int | None = None


class NotAllowed(GatewayError):
    pass


class Busy(GatewayError):
    """`retry_after` is in seconds, where the gateway said."""

    retry_after: float | None = None


class GatewayUnavailable(GatewayError):
    pass
