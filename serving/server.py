"""`serve`: the gateway on a port, until it is told to stop."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import uvicorn

from serving.app import create_app
from serving.hosts import LOOPBACK_NAMES
from serving.keys import KeyRing
from serving.log_lines import LogLines
from serving.settings import Settings, listed, misspelt
from tuneserve.errors import SettingsError

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10


def serve(settings: Settings, models: Mapping[str, Path] | None = None) -> None:
    """Blocks until SIGINT or SIGTERM; answers what is under way first, for at most DRAIN_SECONDS.

    Raises SettingsError when nothing can listen at that address, or when everybody could call unasked.
    """
    _log_to_stderr(settings.log_level)
    for given, meant in misspelt(os.environ).items():
        log.warning("%s is no setting; is %s meant?", given, meant)
    keys = KeyRing(settings.keys, settings.keys_path)
    with _listening(settings.host, settings.port) as listener:
        settings = _guarded(settings, keys, _is_loopback(listener))
        app = create_app(settings, models=models, keys=keys)
        leave_to_itself()
        configuration = uvicorn.Config(
            app,
            log_config=None,
            access_log=settings.log_level == "debug",
            server_header=False,
            # uvicorn believes X-Forwarded-For of 127.0.0.1 unless told otherwise: whoever sits there could
            # choose another address for every request.
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=listed(settings.trusted_proxies),
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        host, port = listener.getsockname()[:2]
        log.info("serving http://%s:%d (API pages: /docs)", f"[{host}]" if ":" in host else host, port)
        uvicorn.Server(configuration).run(sockets=[listener])


def leave_to_itself() -> None:
    """Keeps Python's garbage collector off what has been loaded by now, and stays for good.

    There are some hundred thousand such objects; looking through them all now and then took a tenth of the
    gateway's time, in pauses that callers saw.
    """
    gc.collect()
    gc.freeze()


def _log_to_stderr(level: str) -> None:
    log_lines = logging.StreamHandler()
    log_lines.setFormatter(LogLines(whole=level == "debug"))
    logging.basicConfig(level=level.upper(), handlers=[log_lines])
    # httpx tells every request to Ollama at INFO.
    logging.getLogger("httpx").setLevel(max(logging.getLevelName(level.upper()), logging.WARNING))


def _guarded(settings: Settings, keys: KeyRing, loopback: bool) -> Settings:
    """Settings under which nobody gets in by an oversight. Raises SettingsError when everybody would."""
    if loopback:
        names = settings.allowed_hosts or ",".join([*LOOPBACK_NAMES, settings.host.lower()])
        return settings.model_copy(update={"allowed_hosts": names})
    if not keys.needed and not settings.open:
        raise SettingsError(
            f"others can reach {settings.host} and there is no API key; make one: tuneserve key new NAME "
            "(or, where something else checks who calls: TUNESERVE_OPEN=yes)"
        )
    if not keys.needed:
        log.warning("everybody who reaches %s can ask (TUNESERVE_OPEN=yes)", settings.host)
    return settings


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
