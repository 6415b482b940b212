"""PostgreSQL connections that never wait for ever: `impatient_engine`.

A server that was stopped, whose disk hangs or whose network went silent still holds its connections: TCP
sees nothing wrong, and a time-out inside the server does not run. So time is counted on this side.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

T = TypeVar("T")

CONNECT_SECONDS = 2  # the least that libpq knows
SLOW_REFUSAL_SECONDS = 0.5
PING_SECONDS = 1.0
PAUSE_SECONDS = 15.0


class Silence:
    """Whether a server was silent a moment ago: who has no time does not try it again before PAUSE_SECONDS."""

    def __init__(self) -> None:
        self._until = 0.0

    def noticed(self) -> None:
        self._until = time.monotonic() + PAUSE_SECONDS

    def ended(self) -> None:
        self._until = 0.0

    @property
    def lasts(self) -> bool:
        return time.monotonic() < self._until


class Impatient(psycopg.Connection[Any]):
    """Closes itself and raises OperationalError when the server is silent for `patience` seconds."""

    patience: float = 3.0
    silence = Silence()

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        begun = time.monotonic()
        try:
            result = super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if timeout is not None or time.monotonic() - begun < self.patience:
                raise
            # What the server still does with this statement is unknown: the connection is of no use any more.
            self.pgconn.finish()
            self.silence.noticed()
            raise psycopg.OperationalError(f"the server did not answer within {self.patience:g} s") from error
        self.silence.ended()
        return result

    def ping(self) -> None:
        """Asks for a sign of life, with little patience. Raises OperationalError."""
        patience, self.patience = self.patience, min(self.patience, PING_SECONDS)
        self.autocommit = True
        self.execute("SELECT 1")
        self.autocommit = False
        self.patience = patience


@lru_cache(maxsize=64)
def silence_of(host: str | None, port: int | None) -> Silence:
    """What this process knows of one server, whoever asked it."""
    return Silence()


def impatient_engine(url: URL, patience: float, persistent: bool) -> Engine:
    """An engine whose statements end after `patience` seconds at the latest, connecting included.

    persistent   tries a server that was silent a moment ago all the same. One thread in the background
                 does so, and all others fail at once until it, or PAUSE_SECONDS, ended the silence: no
                 question waits for a server that is known to hang.
    """
    silence = silence_of(url.host, url.port)
    limits = {"connect_timeout": CONNECT_SECONDS, "application_name": "tuneserve"}
    engine = create_engine(url, pool_timeout=patience, hide_parameters=True)

    @event.listens_for(engine, "do_connect")
    def _connect(_: object, __: object, arguments: tuple[Any, ...], parameters: dict[str, Any]) -> Impatient:
        if silence.lasts and not persistent:
            raise psycopg.OperationalError("the server was silent a moment ago, and is not asked again yet")
        begun = time.monotonic()
        try:
            connection = Impatient.connect(*arguments, **{**limits, **parameters})
        except psycopg.OperationalError:
            if time.monotonic() - begun > SLOW_REFUSAL_SECONDS:
                silence.noticed()
            raise
        connection.patience, connection.silence = patience, silence
        # A server that works ends a statement that takes too long by itself, which says nothing against the server.
        try:
            connection.autocommit = True
            connection.execute(f"SET statement_timeout = {int(patience * 900)}".encode())
            connection.autocommit = False
        except psycopg.Error:
            connection.close()
            raise
        return connection

    @event.listens_for(engine, "checkout")
    def _ping(connection: Impatient, _: object, __: object) -> None:
        try:
            connection.ping()
        except psycopg.Error as error:
            raise DisconnectionError from error  # the pool tries another connection

    return engine
