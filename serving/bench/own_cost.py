"""What the gateway itself costs: its HTTP, queue, log and metrics around a task and an engine that do nothing."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Sequence

from serving.bench.figures import Line, Part, Times
from serving.bench.gateways import gateway
from serving.bench.load import HOST, Load, answer_path, body_of, closed_loop, paced, post
from serving.bench.plan import Plan
from serving.bench.stub import BARE, INSIDE
from serving.bench.stub import NAME as STUB

NAME = "gateway"
GOALS = (2.0, 8.0, 13.0)
CLIENTS = (1, 8, 64)
# LiteLLM's 2, 8 and 13 ms are of 1,170 requests a second on four instances.
A_SECOND = 290.0
SECONDS = 8.0
ABOUT = f"""A gateway of one process with a stub task and a stub engine, every question another one, so that
nothing comes from the cache. {A_SECOND:.0f} questions a second in all, spread over 1, 8 or 64 connections, as a
process of LiteLLM had them for its published 2, 8 and 13 ms (p50, p95, p99 of its "overhead duration";
docs.litellm.ai/docs/benchmarks, 1,170 requests a second on four instances). LiteLLM counts that inside itself, from
its handler on and without the model's time (docs.litellm.ai/docs/troubleshoot/latency_overhead), so the goal is held
against what is counted inside here: from where the server calls the application to where that hands over the last
byte. Beside: what the client saw, from the moment when a question was due, the server's reading and writing and the
client's own time included; and a FastAPI route of one line in the same process at the same rate, seen alike."""


def measure(plan: Plan) -> Part:
    lines = []
    seconds = plan.seconds(SECONDS)
    with gateway("serving.bench.stub") as port, plan.progress.bar("gateway", 2 * len(CLIENTS) + 2) as bar:
        for clients in CLIENTS:
            _inside(port)
            own = asyncio.run(paced(port, clients, _requests(f"at {clients}"), A_SECOND, seconds))
            inside = _inside(port)
            bar.advance()
            bare = asyncio.run(paced(port, clients, [post(BARE, body_of("word"))], A_SECOND, seconds))
            bar.advance()
            lines += [line(clients, own, inside), *_seen(own, bare)]
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


def _inside(port: int) -> list[float]:
    """Milliseconds inside the gateway of each request since this was last asked."""
    with urllib.request.urlopen(f"http://{HOST}:{port}{INSIDE}", timeout=10) as reply:
        took: list[float] = json.load(reply)
    return took


def line(clients: int, load: Load, inside: Sequence[float]) -> Line:
    """Whether the goal is met by the times `inside`; a question of `load` that was refused misses it."""
    times = Times.of(inside)
    refused = len(load.replies) - len(load.times(200))
    goal = "p50, p95, p99 <= 2, 8, 13 ms"
    met = not refused and all(ms <= most for ms, most in zip((times.p50, times.p95, times.p99), GOALS, strict=True))
    note = f"{load.a_second(200):.0f} a second" + (f", {refused} refused" if refused else "")
    return Line(f"{clients} client{'s' if clients > 1 else ''}, inside the gateway", times, note, goal, met)


def _seen(own: Load, bare: Load) -> list[Line]:
    """What the client saw of the gateway and of the bare route."""
    ours, theirs = Times.of(own.times(200)), Times.of(bare.times(200))
    pairs = ((ours.p50, theirs.p50), (ours.p95, theirs.p95), (ours.p99, theirs.p99))
    above = ", ".join(f"{one - other:.2f}" for one, other in pairs)
    return [
        Line("beside: what the client saw", ours, f"{above} ms over the bare route"),
        Line("beside: bare FastAPI route, what the client saw", theirs, f"{bare.a_second(200):.0f} a second"),
    ]
