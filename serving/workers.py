"""`Workers`: the bounded pool of threads in which questions are worked on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from serving.engines.engine import CALLER_GONE
from serving.problem import Refusal

T = TypeVar("T")
RETRY_SECONDS = 1
PATIENCE_SECONDS = 0.02


class Workers:
    """`concurrency` threads, and room for `queue_size` more questions; one more is refused at once."""

    def __init__(self, concurrency: int, queue_size: int, depth: Callable[[int], None] = lambda waiting: None) -> None:
        self.concurrency = concurrency
        self._queue_size = queue_size
        self._depth = depth
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="answer")
        self._lock = threading.Lock()
        self._under_way = 0

    @property
    def under_way(self) -> int:
        """Questions that are worked on or wait for it."""
        return self._under_way

    async def run(self, work: Callable[[], T], patient: bool = False) -> T:
        """What `work()` returns, done in a thread.

        Raises Refusal 503 when the queue is full; `patient` callers wait for room instead. When the
        caller is cancelled, work that has not begun is dropped, and what has begun ends before its next step
        of the model (Abandoned): a call of a model server under way is waited for, and its answer kept.
        """
        while not self._enter():
            if not patient:
                detail = f"{self._queue_size} questions are waiting already"
                raise Refusal(503, "queue-full", detail, retry_after=RETRY_SECONDS)
            await asyncio.sleep(PATIENCE_SECONDS)
        gone = threading.Event()
        try:
            future = self._threads.submit(_done_unless, gone, work)
        except RuntimeError as error:
            self._leave()
            raise Refusal(503, "stopping", "the gateway is stopping", retry_after=RETRY_SECONDS) from error
        future.add_done_callback(self._leave)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            gone.set()
            raise

    def close(self) -> None:
        """Finishes what is under way, drops what waits."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _enter(self) -> bool:
        with self._lock:
            if self._under_way >= self.concurrency + self._queue_size:
                return False
            self._under_way += 1
            self._depth(self._waiting())
            return True

    def _leave(self, _: Future[T] | None = None) -> None:
        with self._lock:
            self._under_way -= 1
            self._depth(self._waiting())

    def _waiting(self) -> int:
        return max(0, self._under_way - self.concurrency)


def _done_unless(gone: threading.Event, work: Callable[[], T]) -> T:
    """`work()`, which engines break off once `gone` is set."""
    before = CALLER_GONE.set(gone)
    try:
        return work()
    finally:
        CALLER_GONE.reset(before)
