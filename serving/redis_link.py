"""`RedisLink`: a Redis that is never waited for longer than some milliseconds.

Calls are made in threads of their own, since a name server or a stopped Redis can hold one for seconds.
After a lost connection or some late replies in a row nothing is asked any more; one thread tries again
in the background and says when it is back.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

REPLY_SECONDS = 0.05
SOCKET_SECONDS = 0.25
LATE_REPLIES = 3
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0
THREADS = 4
MOST_UNDER_WAY = 64


class RedisLink:
    """Nothing is opened before `start`. `failed` is told 'timeout', 'connection' or 'other'."""

    def __init__(self, url: str, failed: Callable[[str], None] = lambda kind: None) -> None:
        self._client: redis.Redis = redis.Redis.from_url(
            url,
            socket_timeout=SOCKET_SECONDS,
            socket_connect_timeout=SOCKET_SECONDS,
            retry=Retry(NoBackoff(), 0),
            client_name="tuneserve",
        )
        self._failed = failed
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="redis")
        self._room = threading.BoundedSemaphore(MOST_UNDER_WAY)
        self._lock = threading.Lock()
        self._up = False
        self._late = 0
        self._trouble = "it has not answered yet"
        self._lost, self._stopping = threading.Event(), threading.Event()
        self._lost.set()
        self._prober = threading.Thread(target=self._find_again, name="redis-probe", daemon=True)

    @property
    def up(self) -> bool:
        return self._up

    @property
    def trouble(self) -> str:
        """Why it is not asked, in one line; empty when it is."""
        return self._trouble

    def start(self) -> None:
        self._prober.start()

    def close(self) -> None:
        self._up = False
        self._stopping.set()
        self._lost.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._prober.is_alive():
            self._prober.join(2 * SOCKET_SECONDS)
        self._client.close()

    def get(self, name: str) -> bytes | None:
        """The value, or None when there is none or Redis does not say so in time."""
        reply = self._submit(lambda: self._client.get(name))
        if reply is None:
            return None
        try:
            value = reply.result(REPLY_SECONDS)
        except TooLate:
            reply.cancel()
            self._note("timeout", f"it did not answer within {REPLY_SECONDS * 1000:.0f} ms")
            return None
        except (redis.RedisError, CancelledError):
            return None  # noted where it was raised
        return value if isinstance(value, bytes) else None

    def put(self, name: str, value: bytes, seconds: int) -> None:
        """Keeps the value for `seconds`; returns at once, whether that comes to pass or not."""
        self._submit(lambda: self._client.set(name, value, ex=seconds))

    def _submit(self, call: Callable[[], object]) -> Future[object] | None:
        if not self._up or not self._room.acquire(blocking=False):
            return None
        try:
            reply = self._threads.submit(self._called, call)
        except RuntimeError:  # the gateway is stopping
            self._room.release()
            return None
        reply.add_done_callback(lambda _: self._room.release())
        return reply

    def _called(self, call: Callable[[], object]) -> object:
        try:
            found = call()
        except redis.TimeoutError as error:
            self._note("timeout", str(error))
            raise
        except redis.ConnectionError as error:
            self._note("connection", str(error), at_once=True)
            raise
        except redis.RedisError as error:
            # It works, but refuses: a password, no room, read-only.
            self._note("other", str(error), at_once=True)
            raise
        self._late = 0
        return found

    def _note(self, kind: str, told: str, at_once: bool = False) -> None:
        self._failed(kind)
        with self._lock:
            self._late += 1
            if not self._up or (self._late < LATE_REPLIES and not at_once):
                return
            self._up, self._trouble = False, told.splitlines()[0] if told else kind
        log.warning("Redis is not asked for now, answers go on: %s", self._trouble)
        self._lost.set()

    def _find_again(self) -> None:
        pause = 0.0
        while True:
            self._lost.wait()
            self._stopping.wait(pause)
            if self._stopping.is_set():
                return
            try:
                self._client.ping()
            except (redis.RedisError, OSError) as error:
                self._trouble = (str(error).splitlines() or [type(error).__name__])[0]
                pause = min(max(FIRST_PAUSE_SECONDS, pause * 2), LONGEST_PAUSE_SECONDS)
                continue
            with self._lock:
                self._up, self._late, self._trouble = True, 0, ""
                self._lost.clear()
            pause = FIRST_PAUSE_SECONDS
            log.info("Redis answers")
