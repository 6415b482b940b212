"""Every error that `tuneserve` raises on purpose.

TuneserveError            base; its text is one line: what, where, and what to run next
├── UsageError            the caller asked for something that cannot be (exit code 2)
├── TaskError             a task folder is incomplete or contradicts itself
├── DataError             a data file, data set or imported row is wrong
├── StageError            a pipeline stage cannot run or failed
├── ConversionError       merging, converting, quantising or template parity failed
├── ReleaseError          a released model is missing, damaged or not what its record says
├── SettingsError         a setting has a wrong value
└── EngineError           a model engine did not give a usable completion
    ├── EngineUnavailable it cannot be reached, is not installed or has no such model
    └── EngineTimeout     it did not answer before the deadline

A stack trace in front of a user means a bug: the command line prints these errors on one line
and exits with `exit_code`.
"""

from __future__ import annotations


class TuneserveError(Exception):
    """Base of all expected errors."""

    exit_code = 1


class UsageError(TuneserveError):
    exit_code = 2


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
    """`kind` is a short metric label: never a question, an id or a message."""

    kind = "failed"


class EngineUnavailable(EngineError):
    kind = "unavailable"


class EngineTimeout(EngineError):
    kind = "timeout"
