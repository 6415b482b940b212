"""`serve`: the gateway on a port, until it is told to stop."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Mapping
from pathlib import Path

import uvicorn

from serving.app import create_app
from serving.settings import Settings
from tuneserve.errors import SettingsError

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10


def serve(settings: Settings, models: Mapping[str, Path] | None = None) -> None:
    """Blocks until SIGINT or SIGTERM; answers what is under way first, for at most DRAIN_SECONDS.

    Raises SettingsError when nothing can listen at that address.
    """
    level = settings.log_level.upper()
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # httpx tells every request to Ollama at INFO.
    logging.getLogger("httpx").setLevel(max(logging.getLevelName(level), logging.WARNING))
    with _listening(settings.host, settings.port) as listener:
        if not settings.keys and not _is_loopback(listener):
            log.warning("everybody who reaches %s can ask: set TUNESERVE_API_KEYS", settings.host)
        app = create_app(settings, models=models)
        configuration = uvicorn.Config(
            app,
            log_config=None,
            access_log=settings.log_level == "debug",
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        host, port = listener.getsockname()[:2]
        log.info("serving http://%s:%d (API pages: /docs)", f"[{host}]" if ":" in host else host, port)
        uvicorn.Server(configuration).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    """A bound socket: a port that is taken is found out before any model is loaded."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(f"cannot listen at {host}:{port}: {reason}; choose another: --port PORT") from error
    return listener


def _is_loopback(listener: socket.socket) -> bool:
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback
