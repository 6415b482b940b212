"""What the gateway itself costs: its HTTP, queue, log and metrics around a task and an engine that do nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from serving.bench.figures import Line, Part, Times
from serving.bench.gateways import gateway
from serving.bench.load import Load, answer_path, body_of, closed_loop, paced, post
from serving.bench.plan import Plan
from serving.bench.stub import BARE
from serving.bench.stub import NAME as STUB

NAME = "gateway"
GOALS = (2.0, 8.0, 13.0)
CLIENTS = (1, 8, 64)
# LiteLLM's 2, 8 and 13 ms are of 1,170 requests a second on four instances.
A_SECOND = 290.0
SECONDS = 8.0
ABOUT = f"""A gateway of one process with a stub task and a stub engine, every question another one, so that
nothing comes from the cache. {A_SECOND:.0f} questions a second in all, spread over 1, 8 or 64 connections, as a
process of LiteLLM had them for its published 2, 8 and 13 ms (p50, p95, p99 of its own overhead;
docs.litellm.ai/docs/benchmarks, 1,170 requests a second on four instances). Times are what the client saw, from
the moment when a question was due. Beside: a FastAPI route of one line in the same process, at the same rate."""


def measure(plan: Plan) -> Part:
    lines = []
    seconds = plan.seconds(SECONDS)
    with gateway("serving.bench.stub") as port, plan.progress.bar("gateway", 2 * len(CLIENTS) + 2) as bar:
        for clients in CLIENTS:
            own = asyncio.run(paced(port, clients, _requests(f"at {clients}"), A_SECOND, seconds))
            bar.advance()
            bare = asyncio.run(paced(port, clients, [post(BARE, body_of("word"))], A_SECOND, seconds))
            bar.advance()
            lines += [_above(line(clients, own), _beside(bare)), _beside(bare)]
        for name, requests in (("as fast as it answers", _requests("flat out")), ("beside: bare route", _bare())):
            load = asyncio.run(closed_loop([port], 8, requests, seconds / 2))
            lines.append(Line(f"{name}, 8 clients", Times.of(load.times(200)), f"{load.a_second(200):.0f} a second"))
            bar.advance()
    return Part(NAME, "The gateway's own cost", ABOUT, tuple(lines))


def _requests(mark: str) -> list[bytes]:
    """More different questions than are asked."""
    return [post(answer_path(STUB), body_of(f"word {number} {mark}")) for number in range(20_000)]


def _bare() -> list[bytes]:
    return [post(BARE, body_of("word"))]


def line(clients: int, load: Load) -> Line:
    times = Times.of(load.times(200))
    refused = len(load.replies) - times.n
    goal = "p50, p95, p99 <= 2, 8, 13 ms"
    met = not refused and all(ms <= most for ms, most in zip((times.p50, times.p95, times.p99), GOALS, strict=True))
    note = f"{load.a_second(200):.0f} a second" + (f", {refused} refused" if refused else "")
    return Line(f"{clients} client{'s' if clients > 1 else ''}", times, note, goal, met)


def _above(own: Line, bare: Line) -> Line:
    """With what the gateway adds to the bare route, which LiteLLM's figures leave out too."""
    assert own.times is not None
    assert bare.times is not None
    pairs = ((own.times.p50, bare.times.p50), (own.times.p95, bare.times.p95), (own.times.p99, bare.times.p99))
    above = ", ".join(f"{ours - theirs:.2f}" for ours, theirs in pairs)
    return replace(own, note=f"{own.note}; {above} ms over the bare route")


def _beside(load: Load) -> Line:
    return Line("beside: bare FastAPI route", Times.of(load.times(200)), f"{load.a_second(200):.0f} a second")
