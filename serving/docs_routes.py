"""The API's pages at /docs. Their scripts come from this machine: they work without the internet, too."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import Response

from serving.problem import Refusal

# What the pages load, and its media type; the package brings Swagger UI as its makers publish it.
PARTS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
KEPT = "public, max-age=86400"

routes = APIRouter(include_in_schema=False)


@routes.get("/docs")
async def pages() -> Response:
    """The page that shows /openapi.json and tries its requests out."""
    html, policy = _page()
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": policy})


@routes.get("/docs/{name}")
def part(name: str) -> Response:
    """One of PARTS."""
    if name not in PARTS:
        raise Refusal(404, "not-found", "there is nothing at this address")
    return Response(_content(name), media_type=PARTS[name], headers={"Cache-Control": KEPT})


@cache
def _page() -> tuple[bytes, str]:
    """The page, and a policy that lets its one inline script run and nothing from elsewhere.

    Addresses are relative, so that it works below a path of a proxy.
    """
    shown = get_swagger_ui_html(
        openapi_url="openapi.json",
        title="tuneserve",
        swagger_js_url="docs/swagger-ui-bundle.js",
        swagger_css_url="docs/swagger-ui.css",
        swagger_favicon_url="docs/favicon-32x32.png",
        swagger_ui_parameters={"validatorUrl": None},
    )
    html = bytes(shown.body)
    hashes = " ".join(_hashed(script) for script in re.findall(rb"(?s)<script>(.*?)</script>", html))
    # Swagger UI sets styles from its script, and draws its icons from data: URLs.
    policy = f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    return html, policy + "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def with_keys(shown: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI page with a key for everything under /v1, where keys are set: so that /docs can send one."""
    shown["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path, operations in shown["paths"].items():
        for operation in operations.values() if path.startswith("/v1/") else ():
            operation["security"] = [{"key": []}, {}]
    return shown


def _hashed(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"


@cache
def _content(name: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / name).read_bytes()
