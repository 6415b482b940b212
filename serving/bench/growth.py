"""From one client to sixty-four, one gateway process and two: what becomes of answers when it is too much."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from serving.bench.figures import Line, Part, Times
from serving.bench.gateways import gateway
from serving.bench.load import Load, answer_path, body_of, closed_loop, post
from serving.bench.plan import Plan

NAME = "growth"
CLIENTS = (1, 2, 4, 8, 16, 32, 64)
PROCESSES = (1, 2)
QUEUE = 16
SECONDS = 6.0
# Throughput may fall by so much below its best as clients are added, before it counts as a collapse.
FLAT = 0.8
REFUSAL_GOAL_MS = 50.0
ABOUT = f"""Clients ask one question after the other, cold cache, the embedded engine, a queue of {QUEUE}
questions in each gateway process; what does not fit is told 503. Two processes stand for two instances on this
one machine, each with a model of its own: they share its cores."""


def measure(plan: Plan) -> Part:
    texts = plan.some(200, len(plan.texts))
    requests = [post(answer_path(plan.task.name), body_of(text)) for text in texts]
    lines: list[Line] = []
    with plan.progress.bar("growth", len(CLIENTS) * len(PROCESSES), unit="steps") as bar:
        for processes in PROCESSES:
            with ExitStack() as opened:
                settings = {"cache_size": "0", "engine": "llama_cpp", "queue_size": str(QUEUE)}
                ports = [opened.enter_context(gateway("tuneserve.cli", "serve", **settings)) for _ in range(processes)]
                best = 0.0
                for clients in CLIENTS:
                    load = asyncio.run(closed_loop(ports, clients, requests, plan.seconds(SECONDS)))
                    best = max(best, load.a_second(200))
                    lines.append(line(processes, clients, load, best))
                    bar.advance()
    return Part(NAME, "Growth", ABOUT, tuple(lines))


def line(processes: int, clients: int, load: Load, best: float) -> Line:
    answered, refused = load.times(200), load.times(503)
    others = len(load.replies) - len(answered) - len(refused) - len(load.times(422))
    note = f"{load.a_second(200):.1f} answers a second"
    flat = load.a_second(200) >= FLAT * best
    if refused:
        times = Times.of(refused)
        note += f"; {load.a_second(503):.0f} refusals a second, told in p50 {times.p50:.1f}, p95 {times.p95:.1f} ms"
        flat = flat and times.p95 <= REFUSAL_GOAL_MS
    if others:
        note += f"; {others} others"
    what = f"{processes} process{'es' if processes > 1 else ''}, {clients} client{'s' if clients > 1 else ''}"
    goal = f"at least {FLAT:.0%} of the best throughput, refusals p95 <= {REFUSAL_GOAL_MS:.0f} ms"
    return Line(what, Times.of(answered), note, goal, flat and not others)
