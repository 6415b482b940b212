"""What surrounds every request: its id, its body's limit, HEAD, and the last catch for bugs (pure ASGI)."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problem import Refusal, refuse

log = logging.getLogger(__name__)

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
BODY_SECONDS = 30.0
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RequestScope:
    """Outermost of our own layers."""

    def __init__(self, app: ASGIApp, rejected: Callable[[str], None]) -> None:
        self._app = app
        self._rejected = rejected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        reply = _Reply(send, request_id, bodyless=scope["method"] == "HEAD")
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        try:
            await self._app(scope, receive, reply.send)
        except Exception:
            # The edge: whatever bug got here, the caller is told no more than where to look.
            log.exception("request %s failed", request_id)
            if reply.begun:
                raise
            self._rejected("internal")
            bug = Refusal(500, "internal", "the gateway failed; its log has the reason under this request_id")
            await refuse(bug, scope, receive, reply.send)


class BodyLimit:
    """Reads the whole body before anything works on it; refuses one that is too long or too slow."""

    def __init__(self, app: ASGIApp, most_bytes: Callable[[str], int], rejected: Callable[[str], None]) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._rejected = rejected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except Refusal as refusal:
            self._rejected(refusal.slug)
            await refuse(refusal, scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body, read before anything works on it. Raises Refusal when it is too long or too slow."""
        most = self._most_bytes(scope["path"])
        length = Headers(scope=scope).get("content-length", "0")
        if length.isdigit() and int(length) > most:
            raise Refusal(413, "body-too-large", f"the body has more than {most} bytes")
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    body += message.get("body", b"")
                    if len(body) > most:
                        raise Refusal(413, "body-too-large", f"the body has more than {most} bytes")
                    if message["type"] != "http.request" or not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError as error:
            raise Refusal(408, "body-too-slow", f"the body did not come within {BODY_SECONDS:.0f} s") from error


class _Reply:
    """Adds our headers, and drops the body of a reply to HEAD."""

    def __init__(self, send: Send, request_id: str, bodyless: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._bodyless = bodyless
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._request_id
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        elif message["type"] == "http.response.body" and self._bodyless:
            message = {**message, "body": b""}
        await self._send(message)


def _request_id(scope: Scope) -> str:
    """The caller's id if it sent a sane one: it goes into logs and headers."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if SANE_ID.fullmatch(given) else uuid.uuid4().hex


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
