"""What the embedded engine's settings were chosen by: threads, type of the weights, contexts, guesses, grammar."""

from __future__ import annotations

import ctypes
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import llama_cpp

from serving.bench.figures import Line, Part, Times, median_ratio
from serving.bench.gateways import BenchError
from serving.bench.plan import Plan
from serving.bench.rounds import MOST_ROUNDS, Reader, Rounds, Written, in_turns, passes_of, same
from serving.engines.chat_template import ChatTemplate
from serving.engines.decoding import Decoder
from serving.engines.llama_cpp import CONTEXT_TOKENS, LlamaCppEngine
from serving.engines.llama_model import LlamaModel, default_threads
from serving.engines.model_thread import in_model_thread
from serving.input_text import cleaned
from tuneserve.task import JsonObject

NAME = "choices"
TITLE = "Choices of the embedded engine"
AS_RELEASED = "as released"
TEXTS = (36, 180)
# Types that a release could have instead; llama.cpp's numbers for them.
OTHER_TYPES = {
    "q4_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0,
    "q4_k_m": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M,
    "bf16": llama_cpp.LLAMA_FTYPE_MOSTLY_BF16,
}
ABOUT = """The model alone (no rules' time, no HTTP) on hand-written questions with the rules' draft, in turns. The
other types are the released file made into them for the run: how soon they answer is theirs, how well is not
(a release is made from float16). Where a batch is not exact on this processor, nothing is guessed and every token
is a pass. The last two lines are all questions at once: how long they took in all, divided by their number."""


@dataclass(frozen=True, slots=True)
class Way:
    """One setting of everything that is chosen."""

    file: Path
    threads: int
    schema: JsonObject | None = None
    drafts: bool = True
    guesses: bool = True


def measure(plan: Plan) -> Part:
    texts = plan.some(*TEXTS)
    threads = default_threads()
    with tempfile.TemporaryDirectory(prefix="tuneserve-bench-") as folder, ExitStack() as opened:
        released = plan.released
        chosen = {
            AS_RELEASED: Way(released, threads),
            f"{_threads(1)} instead of {threads}": Way(released, 1),
            "the grammar from the first token on": Way(released, threads, schema=plan.task.written_schema),
            "no draft, guesses from habit alone": Way(released, threads, drafts=False),
            "no guesses at all": Way(released, threads, guesses=False),
        }
        ways = {name: opened.enter_context(_by_engine(plan, way)) for name, way in chosen.items()}
        # After a model has been loaded: until then llama.cpp writes a line a tensor to stderr.
        for name, kind in OTHER_TYPES.items():
            file = _made_into(plan, kind, Path(folder) / f"{name}.gguf")
            ways[f"weights in {name}"] = opened.enter_context(_by_engine(plan, Way(file, threads)))
        rounds = in_turns(plan, ways, texts, len(texts) // MOST_ROUNDS, "choices")
    return Part(NAME, TITLE, f"{ABOUT} {rounds.told}", (*_lines(rounds), *_contexts(plan, texts, threads)))


def _threads(count: int) -> str:
    return f"{count} thread{'s' if count > 1 else ''}"


def _made_into(plan: Plan, kind: int, target: Path) -> Path:
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype, parameters.allow_requantize = kind, True
    plan.progress.say(f"making {target.name}")
    if llama_cpp.llama_model_quantize(bytes(plan.released), bytes(target), ctypes.byref(parameters)):
        raise BenchError(f"llama.cpp could not make {target.name} of {plan.released}")
    return target


@contextmanager
def _by_engine(plan: Plan, way: Way) -> Iterator[Reader]:
    with closing(LlamaCppEngine(way.file, threads=way.threads, guesses=way.guesses)) as engine:
        drafts = _drafts(plan) if way.drafts else {}

        def read(text: str) -> Written:
            done = engine.complete(
                plan.task.messages(cleaned(text)),
                schema=way.schema,
                max_tokens=plan.task.max_tokens,
                deadline=None,
                draft=drafts.get(text),
            )
            return Written(done.text, done.finish, done.confidence, done.passes)

        yield read


def _drafts(plan: Plan) -> dict[str, str]:
    """What the rules read, as the model would write it; made before the clock runs."""
    rules = plan.task.rules
    if rules is None:
        return {}
    read = {text: rules(cleaned(text), plan.today) for text in [*plan.some(*TEXTS), plan.task.examples[0]]}
    return {text: plan.task.canonical(reading) for text, reading in read.items() if reading is not None}


def _lines(rounds: Rounds) -> Iterator[Line]:
    took, wrote = rounds.took, rounds.wrote
    for name, milliseconds in took.items():
        passes = f"{passes_of(wrote[name])} passes"
        if name == AS_RELEASED:
            yield Line(name, Times.of(milliseconds), passes)
            continue
        ratio = median_ratio(milliseconds, took[AS_RELEASED])
        alike = same(wrote[name], wrote[AS_RELEASED], "text")
        note = f"{ratio:.2f} times as long (median of pairs); {passes}; the same text: {alike} of {rounds.n}"
        yield Line(name, Times.of(milliseconds), note)


def _contexts(plan: Plan, texts: Sequence[str], threads: int) -> Iterator[Line]:
    """All questions as fast as they are answered: one context with every thread, and as many contexts of one."""
    took = in_model_thread(_all_at_once, [_reading(plan, texts, threads)])
    yield _throughput("1 context", threads, took, len(texts))
    took = _all_at_once([_reading(plan, texts[number::threads], 1) for number in range(threads)])
    yield _throughput(f"{threads} contexts", 1, took, len(texts))


def _throughput(what: str, threads: int, seconds: float, n: int) -> Line:
    return Line(f"{what}, {_threads(threads)} each", None, f"{seconds * 1000 / n:.1f} ms a question, n {n}")


def _reading(plan: Plan, texts: Sequence[str], threads: int) -> Callable[[], None]:
    """Loads a model of its own; then reads the texts whenever it is called."""
    model = LlamaModel(plan.released, CONTEXT_TOKENS, threads)
    template, decoder, drafts = ChatTemplate(model, plan.released), Decoder(model), _drafts(plan)
    asked = [(template.tokens(plan.task.messages(cleaned(text))), drafts.get(text)) for text in texts]

    def work() -> None:
        for prompt, draft in asked:
            decoder.write(prompt, plan.task.max_tokens, None, draft, None)

    return work


def _all_at_once(works: Sequence[Callable[[], None]]) -> float:
    """Seconds until the last has ended."""
    first, *others = works
    threads = [threading.Thread(target=work) for work in others]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    first()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
