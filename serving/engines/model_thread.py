"""`in_model_thread`: llama.cpp computes in one thread of this process, whoever asks.

OpenMP keeps helpers for every thread that ever computed, and as soon as there are more of them than
processors, none waits for another by spinning any more: each of the thousand meetings of a pass then goes
through the kernel. Two more threads that had computed once made a question take 1.3 times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from serving.engines.turns import Turns
from tuneserve.errors import EngineError

P = ParamSpec("P")
T = TypeVar("T")

_THREAD = ThreadPoolExecutor(1, thread_name_prefix="llama.cpp")
# Two models at once would want twice the processors that there are. Whoever waits longest is next.
TURNS = Turns()


def in_model_thread(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What `work` returns; raises what it raises, and EngineError when the program is ending.

    Context variables are those of the caller.
    """
    try:
        done = _THREAD.submit(copy_context().run, partial(work, *arguments, **named))
    except RuntimeError as error:
        raise EngineError("the program is ending") from error
    return done.result()
