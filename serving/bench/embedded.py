"""One answer with the embedded engine, beside plain greedy decoding of the same file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from typing import Any

from serving.answering import Answerer
from serving.bench.figures import Line, Part, Times, median_ratio
from serving.bench.gateways import BenchError, gateway
from serving.bench.load import HOST, answer_path, body_of
from serving.bench.plan import Plan
from serving.bench.rounds import MOST_ROUNDS, Reader, Rounds, Written, in_turns, passes_of, same
from serving.engines.engine import Completion, Message
from serving.engines.llama_cpp import LlamaCppEngine
from serving.engines.llama_model import default_threads
from serving.engines.model_thread import in_model_thread
from serving.input_text import cleaned
from tuneserve.errors import TuneserveError

NAME = "embedded"
GOAL_P50, GOAL_P95, GOAL_RATIO = 80.0, 150.0, 2.5
STOCK_CONTEXT = 4096
ABOUT = """Hand-written questions, one after the other, with the cache off. Each is asked in four ways, in turns
of changing order: over HTTP of a gateway in a process of its own; by its answer path in the benchmark's own
process (rules, model, grounding); by plain greedy decoding with the same engine, one token a step; and by
`llama_cpp.Llama` of llama-cpp-python at temperature 0. All have the same file and the same threads, and keep the
system prompt in their cache."""


class Overheard:
    """An embedded engine that keeps what it wrote first: a repair is held to a grammar, and no greedy text."""

    name = LlamaCppEngine.name

    def __init__(self, engine: LlamaCppEngine) -> None:
        self._engine = engine
        self.first: Completion | None = None

    def complete(self, messages: Sequence[Message], **how: Any) -> Completion:
        done = self._engine.complete(messages, **how)
        if self.first is None:
            self.first = done
        return done

    def warm_up(self, messages: Sequence[Message]) -> None:
        self._engine.warm_up(messages)

    def close(self) -> None:
        self._engine.close()


def measure(plan: Plan) -> Part:
    texts = plan.some(90, 600)
    with gateway("tuneserve.cli", "serve", cache_size="0", engine="llama_cpp") as port, ExitStack() as opened:
        ways: dict[str, Reader] = {
            "gateway": opened.enter_context(by_http(plan, port)),
            "path": opened.enter_context(by_answer_path(plan)),
            "plain": opened.enter_context(by_plain_steps(plan)),
            "stock": opened.enter_context(by_stock_library(plan)),
        }
        rounds = in_turns(plan, ways, texts, len(texts) // MOST_ROUNDS, "embedded engine")
    return part_of(rounds)


@contextmanager
def by_http(plan: Plan, port: int) -> Iterator[Reader]:
    path = answer_path(plan.task.name)
    connection = HTTPConnection(HOST, port, timeout=30)

    def read(text: str) -> None:
        connection.request("POST", path, body_of(text), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        if reply.status not in (200, 422):  # 422: nobody could make an answer of it
            raise BenchError(f"the gateway answered {reply.status}")

    yield read
    connection.close()


@contextmanager
def by_answer_path(plan: Plan) -> Iterator[Reader]:
    engine = Overheard(LlamaCppEngine(plan.released))
    answerer = Answerer(plan.task, engine, deadline_ms=60_000)

    def read(text: str) -> Written | None:
        engine.first = None
        with suppress(TuneserveError):  # that there is no answer is a result too: here what was written counts
            answerer.work_out(text)
        done = engine.first
        return None if done is None else Written(done.text, done.finish, done.confidence, done.passes)

    yield read
    engine.close()


@contextmanager
def by_plain_steps(plan: Plan) -> Iterator[Reader]:
    engine = LlamaCppEngine(plan.released, guesses=False)

    def read(text: str) -> Written:
        messages = plan.task.messages(cleaned(text))
        done = engine.complete(messages, schema=None, max_tokens=plan.task.max_tokens, deadline=None)
        return Written(done.text, done.finish, done.confidence, done.passes)

    yield read
    engine.close()


@contextmanager
def by_stock_library(plan: Plan) -> Iterator[Reader]:
    import llama_cpp

    threads = default_threads()
    llama = llama_cpp.Llama(
        str(plan.released), n_ctx=STOCK_CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False
    )

    def read(text: str) -> Written:
        messages: Any = plan.task.messages(cleaned(text))
        most = plan.task.max_tokens
        how = {"temperature": 0.0, "repeat_penalty": 1.0, "max_tokens": most}
        # In the thread of the others: OpenMP slows all down when several compute.
        reply: Any = in_model_thread(llama.create_chat_completion, messages, **how)
        choice = reply["choices"][0]
        return Written(choice["message"]["content"], choice["finish_reason"])

    yield read
    llama.close()


def part_of(rounds: Rounds) -> Part:
    took, wrote, n = rounds.took, rounds.wrote, rounds.n
    times = {name: Times.of(ms) for name, ms in took.items()}
    identical = same(wrote["path"], wrote["plain"], "text", "finish", "confidence")
    like_stock = same(wrote["path"], wrote["stock"], "text", "finish")
    ratio = times["plain"].p50 / times["path"].p50
    by_pairs = median_ratio(took["plain"], took["path"])
    passes, steps = passes_of(wrote["path"]), passes_of(wrote["plain"])
    goal = f"p50 <= {GOAL_P50:.0f}, p95 <= {GOAL_P95:.0f} ms"
    lines = (
        Line(
            "one answer, answer path",
            times["path"],
            f"plain greedy takes {ratio:.1f} times as long (median of pairs {by_pairs:.1f}); text, finish and"
            f" confidence to the last bit as by plain greedy: {identical} of {n};"
            f" {passes} passes of the model, {steps} plain",
            f"{goal}, {GOAL_RATIO} times as soon, text identical",
            times["path"].p50 <= GOAL_P50 and times["path"].p95 <= GOAL_P95 and ratio >= GOAL_RATIO and identical == n,
        ),
        Line(
            "one answer, over HTTP",
            times["gateway"],
            f"plain greedy takes {times['plain'].p50 / times['gateway'].p50:.1f} times as long",
            goal,
            times["gateway"].p50 <= GOAL_P50 and times["gateway"].p95 <= GOAL_P95,
        ),
        Line("beside: plain greedy, the same engine without guesses", times["plain"]),
        Line("beside: `llama_cpp.Llama`, temperature 0", times["stock"], f"the same text: {like_stock} of {n}"),
    )
    more = {"identical": identical, "as_stock": like_stock, "ratio": ratio, "passes": passes, "steps": steps}
    return Part(NAME, "One answer, embedded engine", f"{ABOUT} {rounds.told}", lines, more=more)
