"""The short parts: rules, the cache, a search in many rows."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from serving.answering import Answerer
from serving.bench.figures import Line, Part, Times
from serving.bench.gateways import gateway
from serving.bench.load import answer_path, body_of, closed_loop, once, post
from serving.bench.plan import Plan
from serving.input_text import cleaned
from tuneserve.errors import TuneserveError

RULES_GOAL_MS, HIT_GOAL_MS, SEARCH_GOAL_MS = 0.3, 2.0, 50.0
MANY_ROWS = 100_000


def measure_rules(plan: Plan) -> Part:
    about = "The task's rules on hand-written questions, one call each, in this process."
    rules = plan.task.rules
    if rules is None:
        return Part("rules", "Rules", about, skipped=f"{plan.task.name} has no rules")
    texts = [cleaned(text) for text in plan.some(200, len(plan.texts))]
    for text in texts[:50]:
        rules(text, plan.today)
    took = []
    for text in texts:
        began = time.perf_counter()
        rules(text, plan.today)
        took.append((time.perf_counter() - began) * 1000)
    times = Times.of(took)
    goal = f"p50 <= {RULES_GOAL_MS} ms"
    return Part("rules", "Rules", about, (Line("one question", times, "", goal, times.p50 <= RULES_GOAL_MS),))


def measure_cache(plan: Plan) -> Part:
    about = """One client asks the same questions, 20 at most, again and again over HTTP; every answer is in the
gateway's cache."""
    requests = [post(answer_path(plan.task.name), body_of(text)) for text in plan.some(20, 20)]
    with gateway("tuneserve.cli", "serve", engine="llama_cpp", deadline_ms="60000") as port:
        kept = [
            request
            for request, status in zip(requests, asyncio.run(once(port, requests)), strict=True)
            if status == 200  # what has no answer is not kept
        ]
        load = asyncio.run(closed_loop([port], 1, kept, plan.seconds(6.0)))
    times = Times.of(load.times(200))
    goal = f"p50 <= {HIT_GOAL_MS:.0f} ms"
    line = Line("a hit, over HTTP", times, f"{load.a_second(200):.0f} a second", goal, times.p50 <= HIT_GOAL_MS)
    return Part("cache", "The cache", about, (line,))


def measure_search(plan: Plan) -> Part:
    about = f"""{MANY_ROWS:,} made-up rows in SQLite; the rows of every hand-written question's answer (read by
the rules) are looked up, ten of them shown."""
    task = plan.task
    lookup = task.lookup
    if lookup is None or lookup.made_up is None:
        return Part("search", "Search", about, skipped=f"{task.name} has no rows to make up")
    with tempfile.TemporaryDirectory(prefix="tuneserve-bench-") as folder:
        url, file = f"sqlite:///{folder}/rows.sqlite", Path(folder) / "rows.csv"
        lookup.made_up(file, MANY_ROWS)
        plan.progress.say(f"importing {MANY_ROWS:,} rows")
        began = time.perf_counter()
        lookup.load(url, file, lambda done, total: None)
        loaded = time.perf_counter() - began
        answerer, took = Answerer(task), []
        for text in plan.some(100, 500):
            try:
                output = answerer.answer(text, through="rules").output
            except TuneserveError:
                continue  # no answer, nothing to look up
            began = time.perf_counter()
            lookup.rows(url, output, 10, plan.today)
            took.append((time.perf_counter() - began) * 1000)
    times = Times.of(took)
    goal = f"p95 < {SEARCH_GOAL_MS:.0f} ms"
    line = Line("one search", times, f"the import took {loaded:.1f} s", goal, times.p95 < SEARCH_GOAL_MS)
    return Part("search", f"A search in {MANY_ROWS:,} rows", about, (line,))
