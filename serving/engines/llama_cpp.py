"""The embedded engine: a GGUF in this process, no server beside it.

One question at a time (a lock); the tokens that a question shares with the one before it, the system
prompt above all, are not computed again.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy
from llama_cpp.llama_grammar import json_schema_to_gbnf
from numpy.typing import NDArray

from serving.engines.chat_template import ChatTemplate
from serving.engines.engine import Completion, EngineBusy, Message, seconds_left
from serving.engines.llama_model import BATCH_TOKENS, Grammar, LlamaModel
from tuneserve.errors import EngineError
from tuneserve.task import JsonObject

# Inputs have at most 2,000 characters: at one token a character they, the prompt and the reading fit.
CONTEXT_TOKENS = 4096


class LlamaCppEngine:
    """An `Engine` over one GGUF file."""

    name = "llama_cpp"

    def __init__(self, path: Path, *, context_tokens: int = CONTEXT_TOKENS, threads: int | None = None) -> None:
        """Loads the model (0.1 to some seconds). Raises EngineUnavailable when that fails."""
        self._model = LlamaModel(path, context_tokens, threads)
        self._template = ChatTemplate(self._model, path)
        self._lock = threading.Lock()
        self._cached: list[int] = []
        self._grammars: dict[str, Grammar] = {}
        self._closed = False

    def complete(
        self, messages: Sequence[Message], *, schema: JsonObject | None, max_tokens: int, deadline: float | None
    ) -> Completion:
        with self._turn(deadline):
            started = time.perf_counter()
            prompt = self._template.tokens(messages)
            if len(prompt) + max_tokens > self._model.context_tokens:
                raise EngineError(f"the question has {len(prompt)} tokens, too many for {self._model.context_tokens}")
            grammar = None if schema is None else self._grammar(schema)
            self._read(prompt, deadline)
            read = time.perf_counter()
            written, ended, confidence = self._write(max_tokens, grammar, deadline)
            done = time.perf_counter()
        return Completion(
            text=b"".join(map(self._model.piece, written)).decode("utf-8", "replace"),
            finish="stop" if ended else "length",
            prompt_tokens=len(prompt),
            completion_tokens=len(written),
            prompt_ms=(read - started) * 1000,
            generate_ms=(done - read) * 1000,
            confidence=confidence,
        )

    def warm_up(self, messages: Sequence[Message]) -> None:
        self.complete(messages, schema=None, max_tokens=1, deadline=None)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for grammar in self._grammars.values():
                grammar.close()
            self._grammars.clear()
            self._model.close()

    @contextmanager
    def _turn(self, deadline: float | None) -> Iterator[None]:
        """Holds the model, waited for no longer than the deadline."""
        left = seconds_left(deadline)
        if not self._lock.acquire(timeout=-1 if left is None else left):
            raise EngineBusy("the model was busy with other questions until the deadline")
        try:
            if self._closed:
                raise EngineError("the model has been closed")
            yield
        finally:
            self._lock.release()

    def _read(self, prompt: list[int], deadline: float | None) -> None:
        """Brings the cache to hold exactly `prompt`; its last token is always computed, for its logits."""
        shared = 0
        for ours, theirs in zip(self._cached, prompt[:-1], strict=False):
            if ours != theirs:
                break
            shared += 1
        if not self._model.forget_from(shared):
            shared = 0
        self._cached = prompt[:shared]
        for start in range(shared, len(prompt), BATCH_TOKENS):
            seconds_left(deadline)
            self._decode(prompt[start : start + BATCH_TOKENS])

    def _write(self, max_tokens: int, grammar: Grammar | None, deadline: float | None) -> tuple[list[int], bool, float]:
        """(tokens written, whether the model ended its turn by itself, probability of all of it)."""
        written: list[int] = []
        confidence = 1.0
        while True:
            logits = self._model.logits()
            token = int(logits.argmax()) if grammar is None else grammar.best(logits)
            confidence *= probability(logits, token)
            if self._model.ends_turn(token):
                return written, True, confidence
            written.append(token)
            if len(written) >= max_tokens:
                return written, False, confidence
            if grammar is not None:
                grammar.accept(token)
            seconds_left(deadline)
            self._decode([token])

    def _decode(self, tokens: list[int]) -> None:
        try:
            self._model.decode(tokens, len(self._cached))
        except EngineError:
            # What the cache holds after a failure is not known: the next call starts from nothing.
            self._model.forget_from(0)
            self._cached = []
            raise
        self._cached.extend(tokens)

    def _grammar(self, schema: JsonObject) -> Grammar:
        key = json.dumps(schema)
        if key not in self._grammars:
            self._grammars[key] = self._model.grammar(compact_grammar(schema))
        grammar = self._grammars[key]
        grammar.reset()
        return grammar


def probability(logits: NDArray[numpy.float32], token: int) -> float:
    """Softmax of the logits at `token`: 0.05 ms for a vocabulary of 49,000."""
    return float(1.0 / numpy.exp(logits - logits[token]).sum())


def compact_grammar(schema: JsonObject) -> str:
    """GBNF of the JSON texts of `schema`, keys in the schema's order, without a blank between tokens.

    llama.cpp's converter allows blanks and line breaks there, with which an untuned model fills its
    whole budget; it skips the keywords that it does not know without a word, so validate all the same.

    Raises EngineError when the schema has something that the converter refuses.
    """
    try:
        gbnf = json_schema_to_gbnf(json.dumps(schema))
    except (AssertionError, KeyError, ValueError, NotImplementedError) as error:
        raise EngineError(f"no grammar can be made of the task's schema: {error}") from error
    return re.sub(r"^space ::= .*$", 'space ::= ""', str(gbnf), flags=re.MULTILINE)
