"""The gateway as a FastAPI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from serving import docs_routes, openai_routes, system_routes, task_routes
from serving.access import Access
from serving.docs_routes import with_keys
from serving.engines.engine import Engine
from serving.gateway import Gateway
from serving.gateway_metrics import GatewayCollector
from serving.hosts import Hosts
from serving.keys import KeyRing
from serving.metrics import Metrics
from serving.presence import STATUS, CallerGone
from serving.problem import Refusal, refusal_of, refusal_of_fields, refusal_of_http
from serving.redis_link import RedisLink
from serving.releases import routes as release_routes
from serving.releases.opener import OpenEngine
from serving.releases.registry import Registry
from serving.releases.watch import ReleaseWatch, kept_in, known_routes
from serving.request_scope import BodyLimit, RequestScope
from serving.served import served_tasks
from serving.settings import Settings, listed, store_folder
from serving.storage.metrics import StorageMetrics
from serving.storage.opening import open_store
from serving.workers import Workers
from tuneserve import __version__
from tuneserve.errors import TuneserveError
from tuneserve.task import Task, load_task, task_names

MOST_BODY_BYTES = 64 * 1024
MOST_BATCH_BYTES = 4 * 1024 * 1024


def open_gateway(
    settings: Settings,
    tasks: Iterable[Task] | None = None,
    engine: Engine | None = None,
    models: Mapping[str, Path] | None = None,
    open_engine: OpenEngine | None = None,
) -> Gateway:
    """What answers, before it is started; models are loaded here. Arguments as for `create_app`."""
    served = [load_task(name) for name in task_names()] if tasks is None else list(tasks)
    metrics = Metrics()
    redis = None
    if settings.redis_url is not None:
        redis = RedisLink(settings.redis_url.get_secret_value(), metrics.cache_failed)
        metrics.measures_redis(lambda: redis.up)
    workers = Workers(settings.concurrency, settings.queue_size, metrics.queue_depth)
    registry = Registry(settings.database_url)
    kept = kept_in(store_folder(settings.data_dir), settings.database_url)
    routes = known_routes(registry, [task.name for task in served], kept)
    given = None if engine is None else (lambda task, release: engine)
    by_name, release_metrics = served_tasks(
        served, settings, metrics, models or {}, given or open_engine, routes, lambda: workers.under_way > 0, redis
    )
    lanes = {name: (one.opener, one.lanes) for name, one in by_name.items()}
    gateway = Gateway(
        settings,
        by_name,
        metrics,
        open_store(settings, served, StorageMetrics(metrics.registry)),
        workers,
        ReleaseWatch(registry, lanes, routes, kept, release_metrics),
        redis,
    )
    metrics.registry.register(GatewayCollector(gateway))
    return gateway


def create_app(
    settings: Settings,
    tasks: Iterable[Task] | None = None,
    engine: Engine | None = None,
    models: Mapping[str, Path] | None = None,
    keys: KeyRing | None = None,
    open_engine: OpenEngine | None = None,
) -> FastAPI:
    """The application; models are loaded here, warmed up when it starts.

    tasks   by default every task folder
    engine  serves all tasks, instead of the one that the settings name
    models  {task: GGUF} for the embedded engine; a task without one is answered by its rules
    keys    by default those of the settings' API_KEYS
    open_engine  gives each release its engine, instead of the settings
    """
    gateway = open_gateway(settings, tasks, engine, models, open_engine)
    app = FastAPI(
        title="tuneserve",
        version=__version__,
        description="Checked answers from small tuned models. Every answer says who gave it and what is doubtful.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.gateway = gateway
    for module in (task_routes, release_routes, openai_routes, system_routes, docs_routes):
        app.include_router(module.routes)
    for expected in (TuneserveError, HTTPException, RequestValidationError):
        app.add_exception_handler(expected, _refused)
    app.add_exception_handler(CallerGone, _nobody_there)
    _surround(app, gateway, keys or KeyRing(settings.keys))
    app.openapi = lambda: with_keys(FastAPI.openapi(app))  # type: ignore[method-assign]
    return app


def _surround(app: FastAPI, gateway: Gateway, keys: KeyRing) -> None:
    """The layers around the routes, the innermost first."""
    settings, rejected = gateway.settings, gateway.metrics.rejected
    origins = listed(settings.cors_origins)
    app.add_middleware(BodyLimit, most_bytes=_most_body_bytes, rejected=rejected)
    app.add_middleware(Access, keys=keys, rate_limit=settings.rate_limit, rejected=rejected)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-ID"],
            expose_headers=["X-Request-ID", "Retry-After"],
        )
    app.add_middleware(Hosts, allowed=listed(settings.allowed_hosts), origins=origins, rejected=rejected)
    app.add_middleware(RequestScope, rejected=rejected)


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
    return refusal.response(request.state.request_id, request.url.path)


async def _nobody_there(request: Request, error: Exception) -> Response:
    request.app.state.gateway.metrics.rejected("caller-gone")
    return Response(status_code=STATUS)


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
