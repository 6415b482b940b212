"""Errors over HTTP: `application/problem+json` (RFC 9457), the only form in which the gateway refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from serving.input_text import InputTooLong
from tuneserve.errors import DataError, EngineError, InputRefused, NoAnswer, TaskError, TuneserveError, UsageError
from tuneserve.task import Problem

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
OPENAI_PATHS = ("/v1/chat/", "/v1/models")


class Refusal(HTTPException):
    """A request that is not answered. `slug` names the kind of problem: a small fixed set, a metric label."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str,
        *,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        retry = {} if retry_after is None else {"Retry-After": str(retry_after)}
        super().__init__(status, detail, {**(headers or {}), **retry})
        self.slug = slug
        self.problems = problems

    def as_json(self, request_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "type": f"urn:tuneserve:problem:{self.slug}",
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "detail": self.detail,
            "request_id": request_id,
        }
        if self.problems:
            shown["problems"] = [problem.as_json() for problem in self.problems]
        return shown

    def response(self, request_id: str, path: str) -> JSONResponse:
        """The reply to a request for `path`."""
        headers = {**(self.headers or {}), "X-Request-ID": request_id}
        body = self.as_json(request_id)
        if path.startswith(OPENAI_PATHS):
            # Where OpenAI's clients look for the reason.
            body["error"] = {"message": self.detail, "type": self.slug, "code": self.slug, "param": None}
        return JSONResponse(body, self.status_code, headers=headers, media_type=MEDIA_TYPE)


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Replies with `refusal`, from a layer around the app."""
    response = refusal.response(scope["state"]["request_id"], scope["path"])
    await response(scope, receive, send)


def refusal_of(error: TuneserveError) -> Refusal:
    """How an expected error of the answer path is told over HTTP."""
    if isinstance(error, InputTooLong):
        return Refusal(413, "input-too-long", str(error))
    if isinstance(error, InputRefused):
        return Refusal(422, "invalid-input", str(error))
    if isinstance(error, NoAnswer):
        return Refusal(422, "no-answer", str(error), problems=error.problems)
    if isinstance(error, EngineError):
        return Refusal(503, f"engine-{error.kind}", str(error), retry_after=RETRY_SECONDS)
    if isinstance(error, TaskError):
        return Refusal(404, "no-such-task", str(error))
    if isinstance(error, UsageError):
        return Refusal(422, "invalid-input", str(error))
    if isinstance(error, DataError):
        return Refusal(503, "database-unavailable", str(error), retry_after=RETRY_SECONDS)
    return Refusal(500, "internal", "the gateway could not do this; its log has the reason under this request_id")


SLUGS = {404: "not-found", 405: "method-not-allowed", 400: "not-json"}


def refusal_of_http(error: HTTPException) -> Refusal:
    """A refusal by the framework itself: an unknown path, a wrong method, a body that is no text."""
    if isinstance(error, Refusal):
        return error
    slug = SLUGS.get(error.status_code, "refused")
    detail = {404: "there is nothing at this address", 405: "this address does not take that method"}.get(
        error.status_code, "the request could not be read"
    )
    return Refusal(error.status_code, slug, detail, headers=error.headers)


def refusal_of_fields(errors: Sequence[Any]) -> Refusal:
    """A body that is no JSON (400) or has wrong fields (422). Values are never repeated."""
    if any(error.get("type") == "json_invalid" or _is_empty(error) for error in errors):
        return Refusal(400, "not-json", "the body is not JSON")
    told = [f"{_place(error['loc'])}: {error['msg']}" for error in errors[:5]]
    return Refusal(422, "invalid-fields", "; ".join(told))


def _is_empty(error: Any) -> bool:
    """Whether there was no body at all."""
    return error.get("type") == "missing" and tuple(error["loc"]) == ("body",)


def _place(location: Sequence[Any]) -> str:
    """Where in the body, from keys that the caller chose: anything may stand in them."""
    named = ".".join(str(step) for step in location)
    return "".join(letter for letter in named if letter.isascii() and letter.isprintable())[:60] or "body"
