"""What a client's calls are, whatever sends them: requests, replies, retries, errors.

As in httpx's own authentication flows, a call is a generator: it yields a request to send, or seconds to
wait, is sent the response or the transport's error, and returns what the call is worth. `Client` and
`AsyncClient` only drive it.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from tuneserve import __version__
from tuneserve.answer import Answer, problem_from_json
from tuneserve.errors import (
    Busy,
    DataError,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
    GatewayError,
    GatewayUnavailable,
    InputRefused,
    NoAnswer,
    NotAllowed,
    TaskError,
    TuneserveError,
)
from tuneserve.task import JsonObject

T = TypeVar("T")
Reply = httpx.Response | httpx.TransportError
Flow = Generator[httpx.Request | float, Reply | None, T]
Line = Answer | TuneserveError

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 8.0
# A gateway that wants to be left alone for longer than this is for the caller to decide about.
LONGEST_RETRY_AFTER_SECONDS = 60.0
PASSING = frozenset({429, 502, 503, 504})
PART_LINES = 256
PART_CHARACTERS = 500_000


@dataclass(frozen=True, slots=True)
class TaskDescription:
    """A task as GET /v1/tasks shows it. `release` and `accuracy` are None where nothing is released."""

    name: str
    description: str
    schema: JsonObject
    examples: Sequence[str]
    rows: bool
    release: JsonObject | None
    accuracy: JsonObject | None
    answers_by: str

    @classmethod
    def from_json(cls, shown: Mapping[str, Any]) -> TaskDescription:
        """Raises KeyError when it is no task."""
        return cls(**{name: shown[name] for name in cls.__slots__})


class Calls:
    """The calls of one gateway. `retries` counts the tries after the first."""

    def __init__(self, url: str, api_key: str | None, retries: int) -> None:
        self.url = url.rstrip("/")
        self._headers = {"User-Agent": f"tuneserve/{__version__}", "Accept": "application/json"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._retries = retries

    def answer(self, task: str, text: str, rows: int | None, request_id: str | None) -> Flow[Answer]:
        request = self._request("POST", f"/v1/tasks/{quote(task, safe='')}/answer", request_id, _question(text, rows))
        return _object(Answer.from_json, (yield from self._done(request)))

    def tasks(self) -> Flow[list[TaskDescription]]:
        found = yield from self._done(self._request("GET", "/v1/tasks"))
        return _object(lambda shown: [TaskDescription.from_json(one) for one in shown["tasks"]], found)

    def correct(self, answer_id: str, expected: JsonObject, note: str | None) -> Flow[str]:
        body = {"expected": expected, **({} if note is None else {"note": note})}
        request = self._request("POST", f"/v1/answers/{quote(answer_id, safe='')}/correction", None, body)
        return _object(lambda shown: str(shown["id"]), (yield from self._done(request, twice_is_once=False)))

    def part(self, task: str, texts: Sequence[str], rows: int | None, request_id: str | None) -> Part:
        """Some lines of a batch."""
        return Part(self, f"/v1/tasks/{quote(task, safe='')}/batch", texts, rows, request_id or uuid.uuid4().hex)

    def _request(
        self, method: str, path: str, request_id: str | None = None, body: JsonObject | None = None
    ) -> httpx.Request:
        headers = {**self._headers, "X-Request-ID": request_id or uuid.uuid4().hex}
        return httpx.Request(method, self.url + path, headers=headers, json=body)

    def lines(self, path: str, request_id: str, lines: Iterable[JsonObject]) -> httpx.Request:
        """A request whose body is JSON Lines."""
        content = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
        headers = {**self._headers, "X-Request-ID": request_id, "Content-Type": "application/x-ndjson"}
        return httpx.Request("POST", self.url + path, headers=headers, content=content)

    def _done(self, request: httpx.Request, twice_is_once: bool = True) -> Flow[httpx.Response]:
        """The reply, after as many tries as it takes and are allowed."""
        attempt = 0
        while True:
            reply = yield request
            assert reply is not None
            if isinstance(reply, httpx.Response) and reply.is_success:
                return reply
            yield self.pause(reply, attempt, twice_is_once)
            attempt += 1

    def pause(self, reply: Reply, attempt: int, twice_is_once: bool = True) -> float:
        """Seconds to wait before the next try. Raises the reply's error when there is to be none.

        twice_is_once  False: the call must not be made again when it may have been done the first time
        """
        error = self._error(reply)
        told = error.retry_after if isinstance(error, Busy) else None
        again = _passing(reply, twice_is_once) and attempt < self._retries
        if not again or (told or 0) > LONGEST_RETRY_AFTER_SECONDS:
            raise error
        longest: float = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
        jitter = random.uniform(0, longest)
        return jitter if told is None else told + jitter / 10

    def _error(self, reply: Reply) -> TuneserveError:
        if isinstance(reply, httpx.Response):
            return error_of_reply(reply)
        reason = str(reply) or type(reply).__name__
        error = GatewayUnavailable(f"no gateway at {self.url}: {reason}; is it running? tuneserve serve")
        if isinstance(reply, httpx.ReadTimeout):
            error = GatewayUnavailable(f"the gateway at {self.url} did not answer in time")
        error.request_id = reply.request.headers.get("X-Request-ID")
        return error


class Part:
    """Lines of a batch that go in one request; what was answered is not asked again when it breaks off."""

    def __init__(self, calls: Calls, path: str, texts: Sequence[str], rows: int | None, request_id: str) -> None:
        self._calls = calls
        self._path = path
        self._rows = rows
        self._request_id = request_id
        self._left = list(texts)
        self._attempt = 0

    @property
    def complete(self) -> bool:
        return not self._left

    def request(self) -> httpx.Request:
        """Asks for what has not been answered yet."""
        return self._calls.lines(self._path, self._request_id, (_question(text, self._rows) for text in self._left))

    def result(self, line: str) -> Line:
        """What a line of the reply says of the first input that is left. Raises GatewayError when it says nothing."""
        shown = _json(line)
        if not self._left or not isinstance(shown, dict):
            raise GatewayError("the gateway sent a line that answers nothing")
        del self._left[0]
        self._attempt = 0
        if "output" not in shown:
            return error_of_problem(shown)
        return _object(Answer.from_json, shown)

    def pause(self, reply: Reply) -> float:
        """Seconds to wait before `request` is sent again. Raises the error when it is not to be."""
        seconds = self._calls.pause(reply, self._attempt)
        self._attempt += 1
        return seconds


def parts(texts: Iterable[str]) -> Iterator[list[str]]:
    """`texts` in pieces that fit into a request; no more than one piece is in memory."""
    part: list[str] = []
    characters = 0
    for text in texts:
        if part and (len(part) >= PART_LINES or characters + len(text) > PART_CHARACTERS):
            yield part
            part, characters = [], 0
        part.append(text)
        characters += len(text)
    if part:
        yield part


def ended_early(reply: httpx.Response) -> httpx.TransportError:
    """What it counts as when a stream of lines ends in good order before every input was answered."""
    return httpx.RemoteProtocolError("the reply ended early", request=reply.request)


def error_of_reply(reply: httpx.Response) -> TuneserveError:
    """The error that a gateway's refusal means; `reply` has been read."""
    shown = _json(reply.text)
    if isinstance(shown, dict) and "type" in shown:
        return error_of_problem(shown, reply.headers.get("Retry-After"))
    error = GatewayError(f"{reply.request.url.host} replied {reply.status_code}, and not as a gateway does")
    error.status, error.request_id = reply.status_code, reply.request.headers.get("X-Request-ID")
    return error


def error_of_problem(shown: Mapping[str, Any], retry_after: str | None = None) -> TuneserveError:
    """The error that a problem object (`application/problem+json`) means, the same over HTTP and in one process."""
    slug = str(shown.get("type", "")).removeprefix("urn:tuneserve:problem:")
    status = shown.get("status") if isinstance(shown.get("status"), int) else None
    error = _error(slug, status, str(shown.get("detail") or slug or "no reason was given"), shown)
    error.request_id = shown.get("request_id") or None
    if isinstance(error, GatewayError):
        error.status = status
    if isinstance(error, Busy):
        error.retry_after = _seconds(retry_after)
    return error


def _error(slug: str, status: int | None, detail: str, shown: Mapping[str, Any]) -> TuneserveError:
    if slug == "no-answer":
        return NoAnswer(detail, [problem_from_json(one) for one in shown.get("problems", ())])
    engine = {"engine-timeout": EngineTimeout, "engine-failed": EngineError}
    if slug.startswith("engine-"):
        return engine.get(slug, EngineUnavailable)(detail)
    if slug == "database-unavailable":
        return DataError(detail)
    if slug in ("no-such-task", "no-such-answer"):
        return TaskError(detail)
    if status in (400, 413, 422):
        return InputRefused(detail)
    if status in (401, 403, 421):
        return NotAllowed(detail)
    return Busy(detail) if status in (429, 503) else GatewayError(detail)


def _passing(reply: Reply, twice_is_once: bool) -> bool:
    """Whether another try may help, and does no harm."""
    if isinstance(reply, httpx.Response):
        # These two are said before any work is done; a proxy says the others at any time.
        return reply.status_code in ((429, 503) if not twice_is_once else PASSING)
    if isinstance(reply, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return True
    return twice_is_once and isinstance(reply, httpx.NetworkError | httpx.RemoteProtocolError)


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds, from a number or a date (RFC 9110, 10.2.3); None when it is neither."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _question(text: str, rows: int | None) -> JsonObject:
    return {"input": text} if rows is None else {"input": text, "rows": rows}


def _json(text: str) -> Any:
    """None when it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _object(read: Callable[[Any], T], shown: httpx.Response | JsonObject) -> T:
    """`read` of a reply's object. Raises GatewayError when it is another kind of object."""
    found = _json(shown.text) if isinstance(shown, httpx.Response) else shown
    try:
        return read(found)
    except (KeyError, TypeError, AttributeError, ValueError) as reason:
        error = GatewayError("the gateway replied with something that this version does not understand")
        if isinstance(shown, httpx.Response):
            error.status, error.request_id = shown.status_code, shown.request.headers.get("X-Request-ID")
        raise error from reason
