"""Clients that ask a gateway on this machine: as fast as it answers, or at a fixed rate.

A client of httpx takes longer than the gateway does, so requests are written once and replies are read no
further than needed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"
MOST_REQUESTS = 200_000
REPLY_SECONDS = 30.0


@dataclass(slots=True)
class Load:
    """What came back: (status, milliseconds) of each request, in `seconds`."""

    seconds: float = 0.0
    replies: list[tuple[int, float]] = field(default_factory=list)

    def times(self, *statuses: int) -> list[float]:
        return [ms for status, ms in self.replies if status in statuses]

    def a_second(self, *statuses: int) -> float:
        return len(self.times(*statuses)) / self.seconds


def answer_path(task: str) -> str:
    return f"/v1/tasks/{task}/answer"


def body_of(text: str) -> bytes:
    return json.dumps({"input": text}).encode()


def post(path: str, body: bytes) -> bytes:
    """One request as it goes over the wire."""
    head = (f"POST {path} HTTP/1.1", f"Host: {HOST}", "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


class Caller:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Caller:
        self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """(status, body) of the reply."""
        self._writer.write(request)
        async with asyncio.timeout(REPLY_SECONDS):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            body = await self._reader.readexactly(length)
        return int(head[9:12]), body


async def once(port: int, requests: Sequence[bytes]) -> list[int]:
    """The statuses of all requests, asked one after the other."""
    async with Caller(port) as caller:
        return [(await caller.ask(request))[0] for request in requests]


async def closed_loop(ports: Sequence[int], clients: int, requests: Sequence[bytes], seconds: float) -> Load:
    """Every client asks its next question when it has the answer to the last one."""
    load = Load()
    took = itertools.cycle(requests)
    ends = time.perf_counter() + seconds

    async def client(number: int) -> None:
        async with Caller(ports[number % len(ports)]) as caller:
            while time.perf_counter() < ends and len(load.replies) < MOST_REQUESTS:
                began = time.perf_counter()
                status, _ = await caller.ask(next(took))
                load.replies.append((status, (time.perf_counter() - began) * 1000))

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    load.seconds = time.perf_counter() - began
    return load


async def paced(port: int, clients: int, requests: Sequence[bytes], a_second: float, seconds: float) -> Load:
    """All clients together ask `a_second` questions; a time counts from when the question was due."""
    load = Load()
    took = itertools.cycle(requests)
    pause = clients / a_second
    begins = time.perf_counter() + 0.1

    async def client(number: int) -> None:
        due = begins + number / a_second
        async with Caller(port) as caller:
            for _ in range(min(MOST_REQUESTS, round(seconds * a_second)) // clients):
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                # The event loop wakes up some 0.1 ms late: that is this client's, not the gateway's.
                began = max(due, time.perf_counter() - 0.001)
                status, _ = await caller.ask(next(took))
                load.replies.append((status, (time.perf_counter() - began) * 1000))
                due += pause

    await asyncio.gather(*(client(number) for number in range(clients)))
    load.seconds = time.perf_counter() - begins
    return load
