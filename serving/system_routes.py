"""Routes about the gateway itself: alive, ready, metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from serving import shapes
from serving.metrics import CONTENT_TYPE
from serving.task_routes import gateway_of

routes = APIRouter(tags=["system"])


@routes.get("/healthz", responses={200: shapes.reply(shapes.ALIVE, description="alive")})
async def health() -> JSONResponse:
    """The process is alive and its event loop turns."""
    return JSONResponse({"status": "alive"})


@routes.get(
    "/readyz",
    responses={
        200: shapes.reply(shapes.READINESS, description="ready"),
        503: shapes.reply(shapes.READINESS, description="not every released model has generated a token"),
    },
)
async def readiness(request: Request) -> JSONResponse:
    """200 when a token of every released model was generated; 503 else.

    'degraded' (503) means that every task is answered, but some by their rules alone. A database or a shared
    cache that is away costs no answer, so it changes no status: it is told under the key 'degraded'.
    """
    gateway = gateway_of(request)
    tasks = gateway.tasks
    if all(served.ready for served in tasks.values()):
        status = "ready"
    else:
        status = "not ready" if any(served.answers_by == "nothing" for served in tasks.values()) else "degraded"
    shown = {
        "status": status,
        "degraded": gateway.degraded(),
        "tasks": {name: served.readiness() for name, served in tasks.items()},
    }
    return JSONResponse(shown, 200 if status == "ready" else 503)


@routes.get(
    "/metrics", response_class=Response, responses={200: shapes.reply(shapes.TEXT, "text/plain", "exposition text")}
)
async def metrics(request: Request) -> Response:
    """Prometheus exposition text."""
    return Response(gateway_of(request).metrics.page(), media_type=CONTENT_TYPE)
