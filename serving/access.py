"""Who may call, and how often: API keys and rate limits for everything under /v1 (pure ASGI)."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.keys import KeyRing
from serving.problem import Refusal, refuse

MOST_CALLERS = 10_000


class Access:
    """Refuses callers without a key (401) and those that ask too often (429).

    Tells the routes who calls, as `request.state.caller` ('key NAME' or 'address ADDRESS'), and gives them
    `request.state.charge(count)` for requests that are worth several.
    """

    def __init__(
        self,
        app: ASGIApp,
        keys: KeyRing,
        rate_limit: int,
        rejected: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._keys = keys
        self._rejected = rejected
        self._buckets = Buckets(rate_limit, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["path"] == "/v1" or scope["path"].startswith("/v1/")):
            try:
                caller = self._caller(scope)
                self._buckets.take(caller)
            except Refusal as refusal:
                self._rejected(refusal.slug)
                await refuse(refusal, scope, receive, send)
                return
            scope["state"]["caller"] = caller
            scope["state"]["charge"] = lambda count: self._buckets.charge(caller, count)
        await self._app(scope, receive, send)

    def _caller(self, scope: Scope) -> str:
        """Raises Refusal 401; whoever tries keys pays with the requests of his address."""
        address = f"address {_network(str((scope.get('client') or ('unknown', 0))[0]))}"
        self._keys.refresh()
        if not self._keys.needed:
            return address
        name = self._keys.owner(_key(Headers(scope=scope)))
        if name is None:
            self._buckets.take(address)
            detail = "no such key; send yours as 'Authorization: Bearer KEY'"
            raise Refusal(401, "no-key", detail, headers={"WWW-Authenticate": "Bearer"})
        return f"key {name}"


def _key(headers: Headers) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else headers.get("x-api-key", "")


def _network(address: str) -> str:
    """The address, or of IPv6 the network of 64 bits: one caller owns at least that many."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


class Buckets:
    """A token bucket for each of the last MOST_CALLERS callers; `a_minute` is rate and size, 0 no limit."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(a_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Raises Refusal 429 with the seconds after which one more request will be taken."""
        left = self._left(caller)
        if left < 1:
            wait = max(1, math.ceil((1 - left) * 60 / self._size))
            raise Refusal(429, "too-many", f"more than {self._size:.0f} requests a minute", retry_after=wait)
        self.charge(caller, 1)

    def charge(self, caller: str, count: int) -> None:
        """Takes `count` requests off, into debt where there are not so many: the next ones wait the longer."""
        if not self._size:
            return
        self._buckets[caller] = (self._left(caller) - count, self._clock())
        self._buckets.move_to_end(caller)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)

    def _left(self, caller: str) -> float:
        if not self._size:
            return math.inf
        now = self._clock()
        left, then = self._buckets.get(caller, (self._size, now))
        return min(self._size, left + (now - then) * self._size / 60)
