"""GET /v1/tasks/{task}/releases: read-only; what changes releases is the command line."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from serving import shapes
from serving.releases.report import report
from serving.task_routes import PROBLEMS, gateway_of
from tuneserve.errors import DataError
from tuneserve.task import JsonObject

routes = APIRouter(prefix="/v1", tags=["tasks"])


@routes.get("/tasks/{task}/releases", responses={200: shapes.reply(shapes.RELEASES), **PROBLEMS})
async def releases(request: Request, task: str) -> JSONResponse:
    """Versions, their traffic, what is being tried, and what the evidence says so far; what this gateway does itself
    stands in `here`."""
    gateway = gateway_of(request)
    served = gateway.served(task)
    lineup = served.lanes.lineup
    here: JsonObject = {
        "answers": lineup.champion.name,
        "tries": None if lineup.challenger is None else lineup.challenger.name,
        "cannot_open": served.lanes.trouble,
    }
    try:
        shown = await gateway.correctors.run(lambda: report(gateway.releases.registry, task))
    except DataError as error:
        # The last that is known is still what is done.
        route = gateway.releases.route(task)
        answers = lineup.champion.name if route is None else f"{task}@{route.champion}"
        shown = {"task": task, "answers": answers, "database": str(error)}
    return JSONResponse({**shown, "here": here})
