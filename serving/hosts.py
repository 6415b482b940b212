"""What a browser may be talked into: another host's name for this port, and requests of other sites' pages.

A page of any site can send requests to 127.0.0.1. Two things stop it. The Host header must be one of our
names, or a page whose name was pointed at this address (DNS rebinding) would count as ours. And a request
that asks for work must not carry the Origin of another site.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.problem import Refusal, refuse

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
READS = ("GET", "HEAD", "OPTIONS")


class Hosts:
    """Refuses a Host that is none of `allowed` (421; none: any will do) and an Origin of another site (403)."""

    def __init__(
        self, app: ASGIApp, allowed: Sequence[str], origins: Sequence[str], rejected: Callable[[str], None]
    ) -> None:
        self._app = app
        self._allowed = () if "*" in allowed else tuple(allowed)
        self._origins = frozenset(origins)
        self._rejected = rejected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(scope["method"], Headers(scope=scope))):
            self._rejected(refusal.slug)
            await refuse(refusal, scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, method: str, headers: Headers) -> Refusal | None:
        host = headers.get("host", "").lower()
        if self._allowed and not any(_fits(_name(host), allowed) for allowed in self._allowed):
            return Refusal(421, "wrong-host", "this name is not ours; see TUNESERVE_ALLOWED_HOSTS")
        origin = headers.get("origin")
        if origin is None or method in READS or origin in self._origins or origin.partition("://")[2].lower() == host:
            return None
        return Refusal(403, "wrong-origin", "pages of that origin may not call; see TUNESERVE_CORS_ORIGINS")


def _name(host: str) -> str:
    """The Host header without its port and an IPv6 address's brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _fits(name: str, allowed: str) -> bool:
    return name.endswith(allowed[1:]) if allowed.startswith("*.") else name == allowed.strip("[]")
