"""`Connection`: JSON requests to a model server that may be dead, slow or talking nonsense."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import httpx

from serving.engines.engine import seconds_left
from tuneserve.errors import EngineError, EngineTimeout, EngineUnavailable
from tuneserve.task import JsonObject

MOST_REPLY_BYTES = 1024 * 1024
# A server that has begun its reply sends the rest at once: both engines ask for it in one piece.
REPLY_READ_SECONDS = 0.3
WITHOUT_DEADLINE_SECONDS = 120.0


class Refused(Exception):
    """The server's error reply: HTTP status and its message on one line."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


class Connection:
    """Kept-alive connections to one server. `server` names it in messages: 'Ollama at http://…'."""

    def __init__(self, base_url: str, server: str, headers: dict[str, str] | None = None) -> None:
        self.url = base_url.rstrip("/")
        self.server = f"{server} at {_without_password(self.url)}"
        # The environment's proxies are not for a model server that the settings name.
        self._client = httpx.Client(base_url=self.url, headers=headers, trust_env=False)

    def post(self, path: str, body: JsonObject, deadline: float | None) -> JsonObject:
        """The reply's JSON object.

        Raises Refused on an error status, EngineUnavailable when nothing listens, EngineTimeout at the
        deadline (0.3 s later at most, when the server stops in the middle of its reply), and
        EngineError when the reply is no JSON object.
        """
        if self._client.is_closed:
            raise EngineUnavailable(f"the connection to {self.server} has been closed")
        left = seconds_left(deadline) or WITHOUT_DEADLINE_SECONDS
        ends = time.monotonic() + left
        try:
            with self._client.stream("POST", path, json=body, timeout=left) as reply:
                raw = self._read(reply, ends)
        except httpx.ConnectError as error:
            raise EngineUnavailable(f"cannot reach {self.server}: {one_line(str(error))}") from error
        except httpx.TimeoutException as error:
            raise EngineTimeout(f"{self.server} did not answer before the deadline") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # The library quotes what it could not read as HTTP.
            raise EngineUnavailable(
                f"{self.server} broke off ({type(error).__name__})", one_line(str(error))
            ) from error
        if reply.status_code >= 400:
            raise Refused(reply.status_code, _message(raw))
        return self._object(raw)

    def _read(self, reply: httpx.Response, ends: float) -> bytes:
        # httpcore reads this dictionary again before it reads the body.
        reply.request.extensions["timeout"]["read"] = REPLY_READ_SECONDS
        raw = bytearray()
        for piece in reply.iter_bytes():
            raw += piece
            if time.monotonic() > ends:
                raise EngineTimeout(f"{self.server} did not finish its answer before the deadline")
            if len(raw) > MOST_REPLY_BYTES:
                raise EngineError(f"{self.server} sent more than {MOST_REPLY_BYTES} bytes")
        return bytes(raw)

    def _object(self, raw: bytes) -> JsonObject:
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise EngineError(f"{self.server} sent something that is not JSON") from error
        if not isinstance(found, dict):
            raise EngineError(f"{self.server} sent JSON that is no object")
        return found

    def close(self) -> None:
        self._client.close()


def _message(raw: bytes) -> str:
    """The error text of Ollama ({"error": "…"}) and of OpenAI ({"error": {"message": "…"}})."""
    try:
        found: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return one_line(raw.decode("utf-8", "replace"))
    error = found.get("error", found) if isinstance(found, dict) else found
    message = error.get("message", error) if isinstance(error, dict) else error
    return one_line(str(message))


def one_line(text: str) -> str:
    """At most 200 characters without line breaks or control characters: fit for a log line."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return re.sub(r" +", " ", plain).strip()[:200]


def _without_password(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)


# What could be a control token of some model's chat template. These servers turn such text of a user
# into the real token, so it is broken up before it is sent; answers are grounded in the text as typed.
_CONTROL_TEXT = re.compile(r"(<)(?=[|/]?[A-Za-z_|][^<>\s]{0,40}>)|(\[)(?=/?[A-Z_]{2,20}\])")


def plain_text(text: str) -> str:
    """'<|im_end|>' becomes '< |im_end|>', '[INST]' becomes '[ INST]'; everything else stays."""
    return _CONTROL_TEXT.sub(lambda found: f"{found[0]} ", text)


def whole_number(value: Any) -> int:
    """`value` when it is a count, else 0: a server's statistics are welcome, not needed."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
