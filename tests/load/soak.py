"""`make soak` (python -m tests.load.soak): a gateway under steady load for an hour; does its memory grow?

The load is what callers send: new questions, questions asked before, rows, batches, chat completions, rubbish, and
callers who go away before their answer. It goes to 127.0.0.1, at a fixed rate, and ends by itself.
"""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import click

from serving.bench.figures import Times
from serving.bench.plan import question_texts
from tests.load.gateway import HOST, GatewayProcess, LoadError, gateway
from tests.load.inputs import Maker, Sent
from tests.load.judge import Judge
from tests.load.plays import well
from tests.load.slope import Slope, resident_mb, threads_and_files
from tests.serving.scripted_server import scripted_server
from tuneserve.progress import Progress, progress_for_stderr
from tuneserve.task import Task, load_task

TASK = "fit_query"
SCRIPTED = "scripted"
MINUTES = 60.0
A_SECOND = 5.0
CALLERS = 4
READ_EVERY_SECONDS = 1.0
REPLY_SECONDS = 30.0
# Caches and pools fill at the beginning: what counts for the slope comes after this share of the run.
SETTLED = 0.4
# What memory may grow by in an hour, by the lower end of the interval, before that is a leak.
LEAK_MB = 10.0
# In a shorter run the caches of the answer path, some thousand words each, are still filling.
LEAST_SECONDS_TO_JUDGE = 1800.0
SECONDS_IN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Of the gateway's process, `at` seconds after the beginning."""

    at: float
    memory_mb: float
    threads: int
    files: int


@dataclass(slots=True)
class Soak:
    """What came of a run so far; `times` are (seconds after the beginning, milliseconds) of the answers."""

    replies: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    times: list[tuple[float, float]] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    @property
    def slope(self) -> Slope | None:
        """MiB in an hour; None after too short a run."""
        last = self.readings[-1].at if self.readings else 0.0
        settled = [(one.at, one.memory_mb) for one in self.readings if one.at >= SETTLED * last]
        try:
            return Slope.of(*zip(*settled, strict=True)).times(SECONDS_IN_HOUR) if settled else None
        except ValueError:
            return None

    @property
    def leaks(self) -> bool:
        long_enough = bool(self.readings) and self.readings[-1].at >= LEAST_SECONDS_TO_JUDGE
        return long_enough and self.slope is not None and self.slope.low > LEAK_MB

    def lines(self) -> list[str]:
        """The report."""
        shown = ", ".join(f"{kind} {count:,}" for kind, count in self.replies.most_common())
        told = [
            f"{sum(self.replies.values()):,} requests: {shown}",
            f"replies that break their schema, or an unplanned 5xx: {len(self.wrong)}",
        ]
        if self.readings:
            first, last = self.readings[0], self.readings[-1]
            slope = "too short a run" if self.slope is None else f"{self.slope} MB an hour (95 %)"
            told += [
                f"memory {first.memory_mb:.0f} MB at first, {last.memory_mb:.0f} MB after {last.at / 60:.1f} min;"
                f" slope once settled: {slope}",
                f"threads {first.threads} and {last.threads}, open files {first.files} and {last.files}",
            ]
            told += [_quarter("first", [ms for at, ms in self.times if at < last.at / 4])]
            told += [_quarter("last", [ms for at, ms in self.times if at > last.at * 3 / 4])]
        return [*told, *self.wrong[:20]]


def _quarter(name: str, milliseconds: Sequence[float]) -> str:
    if not milliseconds:
        return f"no answers in the {name} quarter"
    times = Times.of(milliseconds)
    told = f"n {times.n}, p50 {times.p50:.0f}, p95 {times.p95:.0f}, p99 {times.p99:.0f}, max {times.worst:.0f} ms"
    return f"answers in the {name} quarter: {told}"


class Load:
    """Threads that send at a fixed rate together, one request after the other each."""

    def __init__(self, running: GatewayProcess, task: Task, texts: Sequence[str], a_second: float, soak: Soak) -> None:
        self._running = running
        self._texts = texts
        self._task = task
        self._judge = Judge([task])
        self._strange = Maker([task], lambda _: texts, seed=2026)
        self._soak = soak
        self._pause = CALLERS / a_second
        self._began = time.monotonic()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(number,)) for number in range(CALLERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _call(self, number: int) -> None:
        chance = random.Random(number)
        connection = http.client.HTTPConnection(HOST, self._running.port, timeout=REPLY_SECONDS)
        due = self._began + self._pause * number / CALLERS
        while not self._stopping.wait(max(0.0, due - time.monotonic())):
            due = max(due + self._pause, time.monotonic() - REPLY_SECONDS)
            request, leaves = self._request(chance)
            began = time.monotonic()
            kind = self._left(request) if leaves else self._sent(connection, request)
            if kind in ("model", "repaired", "rules", "cache"):
                self._soak.times.append((began - self._began, (time.monotonic() - began) * 1000))
            self._soak.replies[kind] += 1
        connection.close()

    def _request(self, chance: random.Random) -> tuple[Sent, bool]:
        """What is sent next, and whether its caller goes away before the answer."""
        path = f"/v1/tasks/{self._task.name}"
        # A number that no question has makes it a new one: most must not come from the cache.
        text = f"{chance.choice(self._texts)} {chance.choice(('', chance.randrange(10**6)))}".strip()
        asked = json.dumps({"input": text}).encode()
        kind = chance.randrange(20)
        if kind < 12:
            return Sent("POST", f"{path}/answer", asked), False
        if kind < 14:
            return Sent("POST", f"{path}/answer", json.dumps({"input": text, "rows": 5}).encode()), False
        if kind < 15:
            lines = b"\n".join(json.dumps({"input": one}).encode() for one in chance.sample(self._texts, 3))
            return Sent("POST", f"{path}/batch", lines, "application/x-ndjson"), False
        if kind < 16:
            chat = {"model": self._task.name, "messages": [{"role": "user", "content": text}]}
            return Sent("POST", "/v1/chat/completions", json.dumps(chat).encode()), False
        if kind < 17:
            return Sent("POST", f"{path}/answer", asked), True
        if kind < 18:
            return Sent("GET", chance.choice(("/metrics", "/readyz", path))), False
        request = self._strange.made(chance.randrange(10**9)).request
        safe = request.path.isascii() and request.path.isprintable() and " " not in request.path
        return (request if safe else Sent("GET", "/healthz")), False

    def _sent(self, connection: http.client.HTTPConnection, request: Sent) -> str:
        try:
            fields = {"Content-Type": request.content_type} if request.content_type else {}
            connection.request(request.method, request.path, request.body or None, fields)
            reply = connection.getresponse()
            headers = {name.lower(): value for name, value in reply.getheaders()}
            verdict = self._judge.reply(request.method, reply.status, headers, reply.read())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self._wrong(f"{request.method} {request.path[:60]}: {type(error).__name__}")
            return "no reply"
        if verdict.wrong:
            self._wrong(f"{request.method} {request.path[:60]}: {verdict.wrong}")
        return verdict.kind

    def _wrong(self, told: str) -> None:
        if not self._stopping.is_set():
            self._soak.wrong.append(told)

    def _left(self, request: Sent) -> str:
        connection = http.client.HTTPConnection(HOST, self._running.port, timeout=REPLY_SECONDS)
        try:
            connection.request(request.method, request.path, request.body, {"Content-Type": request.content_type})
            time.sleep(0.02)
        except OSError:
            return "no reply"
        finally:
            connection.close()
        return "went away"


def soak(
    running: GatewayProcess,
    task: Task,
    texts: Sequence[str],
    seconds: float,
    a_second: float,
    into: Soak,
    progress: Progress,
) -> None:
    """Loads the gateway for so long; `into` holds what is known at any moment, after Ctrl-C too."""
    load = Load(running, task, texts, a_second, into)
    began = time.monotonic()
    load.start()
    try:
        with progress.bar("soak", round(seconds), unit="seconds") as bar:
            while (at := time.monotonic() - began) < seconds:
                into.readings.append(Reading(at, resident_mb(running.pid), *threads_and_files(running.pid)))
                time.sleep(READ_EVERY_SECONDS)
                bar.advance(round(time.monotonic() - began) - round(at), f"{into.readings[-1].memory_mb:.0f} MB")
    finally:
        load.stop()


@click.command()
@click.option("--minutes", type=click.FloatRange(0.1, 1440), default=MINUTES, show_default=True, help="For how long.")
@click.option("--rate", type=click.FloatRange(0.1, 200), default=A_SECOND, show_default=True, help="Requests a second.")
@click.option(
    "--engine",
    type=click.Choice(["llama_cpp", "ollama", "openai", SCRIPTED]),
    default="llama_cpp",
    show_default=True,
    help=f"What runs the model; {SCRIPTED}: a scripted server that writes what the rules read, for the gateway alone.",
)
@click.option("--cache", default="1000", show_default=True, help="Answers that the gateway keeps.")
def main(minutes: float, rate: float, engine: str, cache: str) -> None:
    """Load a gateway on this machine for MINUTES and report the slope of its memory."""
    task, progress, found = load_task(TASK), progress_for_stderr(), Soak()
    code = 0
    try:
        with ExitStack() as opened:
            settings = {"engine": engine, "cache_size": cache}
            if engine == SCRIPTED:
                model = opened.enter_context(scripted_server(well(task)))
                settings |= {"engine": "ollama", "ollama_url": model.url}
            running = opened.enter_context(gateway(**settings))
            soak(running, task, question_texts(task), minutes * 60, rate, found, progress)
    except LoadError as error:
        click.echo(f"soak: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        code = 130
    click.echo("\n".join(found.lines()))
    if found.leaks:
        click.echo("memory grows", err=True)
    sys.exit(code or (1 if found.wrong or found.leaks else 0))


if __name__ == "__main__":
    main()
