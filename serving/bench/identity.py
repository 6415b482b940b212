"""Whether speculative decoding writes what plain greedy decoding writes, on every hand-written question."""

from __future__ import annotations

from contextlib import ExitStack

from serving.bench.embedded import by_answer_path, by_plain_steps
from serving.bench.figures import Line, Part, Times
from serving.bench.plan import Plan
from serving.bench.rounds import in_turns, passes_of, same

NAME = "identity"
ABOUT = """Every hand-written question of the task, by the answer path with guesses and by plain greedy decoding
of the same engine."""


def measure(plan: Plan) -> Part:
    texts = plan.some(30, len(plan.texts))
    with ExitStack() as opened:
        ways = {
            "path": opened.enter_context(by_answer_path(plan)),
            "plain": opened.enter_context(by_plain_steps(plan)),
        }
        rounds = in_turns(plan, ways, texts, len(texts), "identity")
    took, wrote, n = rounds.took, rounds.wrote, rounds.n
    identical = same(wrote["path"], wrote["plain"], "text", "finish", "confidence")
    passes, steps = passes_of(wrote["path"]), passes_of(wrote["plain"])
    note = f"text, finish and confidence to the last bit: {identical} of {n}; {passes} passes, {steps} plain"
    lines = (
        Line("with guesses", Times.of(took["path"]), note, "all of them", identical == n),
        Line("beside: plain greedy", Times.of(took["plain"])),
    )
    return Part(NAME, "The same text on every question", ABOUT, lines, more={"identical": identical, "n": n})
