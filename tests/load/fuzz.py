"""`make fuzz` (python -m tests.load.fuzz): damaged requests and model texts, and what the gateway makes of them.

Whatever is sent and whatever the model writes, every reply keeps its published schema and there is no 5xx but
those that are meant. Runs in this process, without a network; the same seed gives the same requests.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import click
from fastapi import FastAPI

from serving.bench.plan import question_texts
from serving.server import leave_to_itself
from tests.load.in_process import PlayedEngine, running, sent
from tests.load.inputs import Made, Maker
from tests.load.judge import Judge
from tests.load.slope import Slope, resident_mb
from tuneserve.progress import Progress, progress_for_stderr
from tuneserve.task import Task, load_task, task_names

COUNT = 100_000
READ_EVERY = 200
# Caches fill and pools grow at the beginning: what counts for the slope comes after this share of the run.
SETTLED = 0.4
# What memory may grow by in 100,000 requests, by the lower end of the interval, before that is a leak.
LEAK_MB = 10.0
LEAST_TO_JUDGE = 20_000
MOST_SHOWN = 20
REPLY_SECONDS = 30.0


@dataclass(slots=True)
class Run:
    """What came of a run so far."""

    seed: int
    replies: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    asked: int = 0
    number: int = 0
    seconds: float = 0.0

    @property
    def count(self) -> int:
        return sum(self.replies.values())

    @property
    def slope(self) -> Slope | None:
        """MiB for 100,000 requests; None after too short a run."""
        settled = [reading for reading in self.memory if reading[0] >= SETTLED * self.count]
        try:
            return Slope.of(*zip(*settled, strict=True)).times(COUNT) if settled else None
        except ValueError:
            return None

    @property
    def leaks(self) -> bool:
        """Never after a short run: what has not settled yet is no leak."""
        return self.count >= LEAST_TO_JUDGE and self.slope is not None and self.slope.low > LEAK_MB

    def lines(self) -> list[str]:
        """The report."""
        answers = ("model", "repaired", "rules", "cache", "completion", "batch")
        shown = ", ".join(f"{kind} {count:,}" for kind, count in self.replies.most_common())
        told = [
            f"{self.count:,} requests in {self.seconds:.0f} s (seed {self.seed}); model asked {self.asked:,} times",
            f"answered {sum(self.replies[kind] for kind in answers):,}: {shown}",
            f"replies that break their schema, or an unplanned 5xx: {len(self.wrong)}",
        ]
        if self.memory:
            quarters = [self.memory[round(part * (len(self.memory) - 1) / 4)][1] for part in range(5)]
            slope = "too short a run" if self.slope is None else f"{self.slope} MB in 100,000 requests (95 %)"
            told.append(
                f"memory at each quarter: {', '.join(f'{mb:.0f}' for mb in quarters)} MB; settled slope: {slope}"
            )
        return [*told, *self.wrong[:MOST_SHOWN]]


async def fuzz(
    tasks: Sequence[Task],
    questions: Callable[[Task], Sequence[str]],
    numbers: Sequence[int],
    run: Run,
    progress: Progress,
) -> None:
    """Sends the requests of these numbers; `run` holds what is known at any moment, after Ctrl-C too."""
    maker, judge, engine = Maker(tasks, questions, run.seed), Judge(tasks), PlayedEngine()
    began = time.perf_counter()
    async with running(tasks, engine, cache_size=500) as app:
        with progress.bar("fuzz", len(numbers), unit="requests") as bar:
            for number in numbers:
                made = maker.made(number)
                engine.play = made.play
                run.number = number
                # What failed for one request must not open the breaker for the next one.
                for served in app.state.gateway.tasks.values():
                    served.engine.warm_up([])
                kind, wrong = await _judged(app, made, judge)
                run.replies[kind] += 1
                if wrong:
                    run.wrong.append(f"number {number}: {made.request.method} {made.request.path[:60]}: {wrong}")
                if run.count % READ_EVERY == 0:
                    run.memory.append((run.count, resident_mb()))
                run.asked, run.seconds = engine.asked, time.perf_counter() - began
                bar.advance()


async def _judged(app: FastAPI, made: Made, judge: Judge) -> tuple[str, str]:
    try:
        async with asyncio.timeout(REPLY_SECONDS):
            verdict = judge.reply(made.request.method, *await sent(app, made.request))
    except TimeoutError:
        return "late", f"no reply within {REPLY_SECONDS:.0f} s"
    return verdict.kind, verdict.wrong


@click.command()
@click.option("--count", default=COUNT, show_default=True, help="How many requests.")
@click.option("--seed", type=int, default=None, help="Repeats a run; by default another one every time.")
@click.option("--only", type=int, default=None, help="The request of this number alone.")
def main(count: int, seed: int | None, only: int | None) -> None:
    """Send damaged requests to the gateway, with a model that writes rubbish."""
    logging.disable(logging.CRITICAL)
    run = Run(random.SystemRandom().randrange(1_000_000) if seed is None else seed)
    progress = progress_for_stderr()
    progress.say(f"seed {run.seed}")
    tasks = [load_task(name) for name in task_names()]
    leave_to_itself()
    numbers = range(count) if only is None else [only]
    try:
        asyncio.run(fuzz(tasks, question_texts, numbers, run, progress))
    except KeyboardInterrupt:
        click.echo("\n".join(run.lines()))
        sys.exit(130)
    except Exception:
        click.echo(f"number {run.number} of seed {run.seed} brought this out of the application:", err=True)
        raise
    click.echo("\n".join(run.lines()))
    if run.leaks:
        click.echo("memory grows", err=True)
    sys.exit(1 if run.wrong or run.leaks else 0)


if __name__ == "__main__":
    main()
