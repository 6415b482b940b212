"""Who may call, and how often: API keys and a rate limit for everything under /v1 (pure ASGI)."""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.problem import Refusal

MOST_CALLERS = 10_000


class Access:
    """Refuses callers without a key (401) and those that ask too often (429)."""

    def __init__(
        self, app: ASGIApp, keys: Mapping[str, str], rate_limit: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._keys = {name: _digest(key) for name, key in keys.items()}
        self._buckets = Buckets(rate_limit, clock) if rate_limit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["path"] == "/v1" or scope["path"].startswith("/v1/")):
            caller = self._caller(scope)
            if self._buckets is not None:
                self._buckets.take(caller)
        await self._app(scope, receive, send)

    def _caller(self, scope: Scope) -> str:
        """The key's name, or the address where no keys are set. Raises Refusal."""
        if not self._keys:
            return str((scope.get("client") or ("unknown", 0))[0])
        headers = Headers(scope=scope)
        kind, _, token = headers.get("authorization", "").partition(" ")
        given = _digest(token.strip() if kind.lower() == "bearer" else headers.get("x-api-key", ""))
        # Every key is compared, so that the time tells neither which one nor how much was right.
        found = [name for name, key in self._keys.items() if hmac.compare_digest(key, given)]
        if not found:
            detail = "no such key; send yours as 'Authorization: Bearer KEY'"
            raise Refusal(401, "no-key", detail, headers={"WWW-Authenticate": "Bearer"})
        return found[0]


class Buckets:
    """A token bucket for each of the last MOST_CALLERS callers; `a_minute` is rate and size."""

    def __init__(self, a_minute: int, clock: Callable[[], float]) -> None:
        self._size = float(a_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Raises Refusal 429 with the seconds after which one more request will be taken."""
        now = self._clock()
        left, then = self._buckets.pop(caller, (self._size, now))
        left = min(self._size, left + (now - then) * self._size / 60)
        allowed = left >= 1
        self._buckets[caller] = (left - 1 if allowed else left, now)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        if not allowed:
            wait = max(1, math.ceil((1 - left) * 60 / self._size))
            raise Refusal(429, "too-many", f"more than {self._size:.0f} requests a minute", retry_after=wait)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
