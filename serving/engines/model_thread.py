"""`in_model_thread`: llama.cpp computes in few threads of this process, whoever asks.

OpenMP keeps helpers for every thread that ever computed with more than one processor, and as soon as there are more
of them than processors, none waits for another by spinning any more: each of the thousand meetings of a pass then
goes through the kernel. Two more threads that had computed once made a question take 1.3 times as long. So there is
one thread a seat of `TURNS`; on two processors the second computes alone and has no helpers.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from serving.engines.llama_model import default_threads
from serving.engines.turns import Turns
from tuneserve.errors import EngineError

P = ParamSpec("P")
T = TypeVar("T")

# Each needs a cache of its own. More than two have not been tried: they need more processors than two.
SEATS = 2
# Of all models of this process: two that compute with every processor would want twice those that there are.
TURNS = Turns(default_threads(), SEATS)
_THREADS = [ThreadPoolExecutor(1, thread_name_prefix=f"llama.cpp-{seat}") for seat in range(SEATS)]


def in_model_thread(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What `work` returns; raises what it raises, and EngineError when the program is ending.

    Context variables are those of the caller.
    """
    return in_thread_of(0, partial(work, *arguments, **named))


def in_thread_of(seat: int, work: Callable[[], T]) -> T:
    """The same in the thread of one seat."""
    try:
        done = _THREADS[seat].submit(copy_context().run, work)
    except RuntimeError as error:
        raise EngineError("the program is ending") from error
    return done.result()
