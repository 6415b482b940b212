"""The gateway as a FastAPI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from serving import openai_routes, system_routes, task_routes
from serving.access import Access
from serving.engines.engine import Engine
from serving.gateway import Gateway
from serving.metrics import Metrics
from serving.problem import Refusal, refusal_of, refusal_of_fields, refusal_of_http
from serving.request_scope import RequestScope
from serving.served import served_tasks
from serving.settings import Settings
from serving.store import Store
from serving.workers import Workers
from tuneserve import __version__
from tuneserve.errors import TuneserveError
from tuneserve.task import Task, load_task, task_names

MOST_BODY_BYTES = 64 * 1024
MOST_BATCH_BYTES = 4 * 1024 * 1024


def create_app(
    settings: Settings,
    tasks: Iterable[Task] | None = None,
    engine: Engine | None = None,
    models: Mapping[str, Path] | None = None,
) -> FastAPI:
    """The application; models are loaded here, warmed up when it starts.

    tasks   by default every task folder
    engine  serves all tasks, instead of the one that the settings name
    models  {task: GGUF} for the embedded engine; a task without one is answered by its rules
    """
    served = [load_task(name) for name in task_names()] if tasks is None else tasks
    metrics = Metrics()
    gateway = Gateway(
        settings,
        served_tasks(served, settings, metrics, models or {}, engine),
        metrics,
        Store(settings.database_url, metrics.log_dropped),
        Workers(settings.concurrency, settings.queue_size, metrics.queue_depth),
    )
    app = FastAPI(
        title="tuneserve",
        version=__version__,
        description="Checked answers from small tuned models. Every answer says who gave it and what is doubtful.",
        lifespan=_lifespan,
    )
    app.state.gateway = gateway
    for routes in (task_routes.routes, openai_routes.routes, system_routes.routes):
        app.include_router(routes)
    app.add_exception_handler(TuneserveError, _refused)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    app.add_middleware(Access, keys=settings.keys, rate_limit=settings.rate_limit)
    app.add_middleware(RequestScope, most_body_bytes=_most_body_bytes, rejected=metrics.rejected)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    gateway: Gateway = app.state.gateway
    gateway.start()
    yield
    await asyncio.to_thread(gateway.stop)


def _most_body_bytes(path: str) -> int:
    return MOST_BATCH_BYTES if path.endswith("/batch") else MOST_BODY_BYTES


async def _refused(request: Request, error: Exception) -> JSONResponse:
    refusal = _refusal(error, request.headers.get("content-type", ""))
    request.app.state.gateway.metrics.rejected(refusal.slug)
    more = {}
    if request.url.path.startswith("/v1/chat/"):
        # Where OpenAI's clients look for the reason.
        more = {"error": {"message": refusal.detail, "type": refusal.slug, "code": refusal.slug, "param": None}}
    return refusal.response(request.state.request_id, **more)


def _refusal(error: Exception, content_type: str) -> Refusal:
    if isinstance(error, RequestValidationError):
        if "json" not in content_type.lower():
            # A page of another site can send a form to this port unasked, but not JSON.
            return Refusal(400, "not-json", "send JSON, with the header 'Content-Type: application/json'")
        return refusal_of_fields(error.errors())
    if isinstance(error, HTTPException):
        return refusal_of_http(error)
    if isinstance(error, TuneserveError):
        return refusal_of(error)
    raise error
