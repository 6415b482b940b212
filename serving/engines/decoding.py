"""`Decoder`: greedy decoding, many tokens in one pass of the model where they can be guessed.

A pass costs little more for twenty tokens than for one. So the tokens that are probably next
(`guessing.py`) ride along, and are kept as far as they are the ones that the model writes itself. Since
a batch gives the same bits as single steps (`LlamaModel.repeats_single_steps`, tried at every start),
what is written and how sure the model is of it are the same with and without guesses, to the last bit;
where a batch does not, nothing is guessed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from serving.engines.engine import seconds_left
from serving.engines.guessing import Guesser, Habits
from serving.engines.llama_model import BATCH_TOKENS, EXACT_POSITIONS, Grammar, LlamaModel
from tuneserve.errors import EngineError


@dataclass(slots=True)
class Writing:
    """A text on the way. `ended`: the model ended its turn by itself; `confidence` is the product of the
    tokens' probabilities; `prompt_ms` ends with the pass that read the end of the prompt."""

    prompt: list[int]
    max_tokens: int
    grammar: Grammar | None
    guesser: Guesser | None
    deadline: float | None
    tokens: list[int]
    ended: bool = False
    confidence: float = 1.0
    passes: int = 0
    prompt_ms: float = 0.0

    def guess(self, room: int) -> list[int]:
        """Tokens to try behind the last one, when `room` of them fit into the pass."""
        if self.guesser is None:
            return []
        left = self.max_tokens - len(self.tokens) - 1
        exact = EXACT_POSITIONS - len(self.prompt) - len(self.tokens)
        return self.guesser.after(self.tokens, min(room, left, exact))


class Decoder:
    """One model with its cache: what of it the next prompt shares is not computed again."""

    def __init__(self, model: LlamaModel, guesses: bool = True, exact: bool | None = None) -> None:
        """`exact`: whether a batch gives the bits of single steps, where that has been tried already."""
        self._model = model
        self._cached: list[int] = []
        self._habits = Habits()
        self._scratch = numpy.empty(model.vocabulary_size, dtype=numpy.float32)
        self.exact = guesses and (model.repeats_single_steps() if exact is None else exact)

    def write(
        self, prompt: list[int], max_tokens: int, grammar: Grammar | None, draft: str | None, deadline: float | None
    ) -> Writing:
        """What follows the prompt, until the model ends its turn or `max_tokens` are written.

        Raises EngineTimeout at the deadline, EngineError when llama.cpp fails.
        """
        started = time.perf_counter()
        expected = self._model.tokenize(draft, special=False) if draft and self.exact else []
        guesser = Guesser(expected, self._habits) if self.exact else None
        writing = Writing(prompt, max_tokens, grammar, guesser, deadline, [])
        guess = self._read(writing)
        writing.prompt_ms = (time.perf_counter() - started) * 1000
        while self._take(writing, guess):
            self._forget_from(len(prompt) + len(writing.tokens) - 1)
            guess = writing.guess(BATCH_TOKENS - 1)
            self._decode(writing, [writing.tokens[-1], *guess], 1 + len(guess))
        self._habits.learn(writing.tokens)
        return writing

    def _read(self, writing: Writing) -> list[int]:
        """Brings the cache to hold exactly the prompt, then what is guessed to follow; gives the guess.

        At least two tokens are computed, and pieces are as long as each other: a piece of one token might
        be computed in another way, and what was asked before must not change what is written.
        """
        prompt = writing.prompt
        shared = 0
        for ours, theirs in zip(self._cached, prompt[:-2], strict=False):
            if ours != theirs:
                break
            shared += 1
        self._forget_from(shared)
        fresh = prompt[len(self._cached) :]
        *pieces, last = numpy.array_split(fresh, -(-len(fresh) // BATCH_TOKENS))
        for piece in pieces:
            self._decode(writing, piece.tolist(), 1)
        guess = writing.guess(BATCH_TOKENS - len(last))
        self._decode(writing, [*last.tolist(), *guess], 1 + len(guess))
        return guess

    def _take(self, writing: Writing, guess: Sequence[int]) -> bool:
        """Takes over the tokens that the last pass found, one more than it confirmed; False at the end."""
        for place, logits in enumerate(self._model.logits(1 + len(guess))):
            token = int(logits.argmax()) if writing.grammar is None else writing.grammar.best(logits)
            writing.confidence *= probability(logits, token, self._scratch)
            if self._model.ends_turn(token):
                writing.ended = True
                return False
            writing.tokens.append(token)
            if len(writing.tokens) >= writing.max_tokens:
                return False
            if writing.grammar is not None:
                writing.grammar.accept(token)
            if place == len(guess) or guess[place] != token:
                break
        return True

    def _decode(self, writing: Writing, tokens: list[int], wanted: int) -> None:
        seconds_left(writing.deadline)
        try:
            self._model.decode(tokens, len(self._cached), wanted)
        except EngineError:
            # What the cache holds after a failure is not known: the next call starts from nothing.
            self._forget_from(0)
            raise
        self._cached.extend(tokens)
        writing.passes += 1

    def _forget_from(self, position: int) -> None:
        if position >= len(self._cached):
            return
        kept = position if self._model.forget_from(position) else 0
        del self._cached[kept:]


def probability(logits: NDArray[numpy.float32], token: int, scratch: NDArray[numpy.float32] | None = None) -> float:
    """Softmax of the logits at `token`; `scratch` has their shape and is overwritten."""
    powers = numpy.subtract(logits, logits[token], out=scratch)
    return float(1.0 / numpy.exp(powers, out=powers).sum())
