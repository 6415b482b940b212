"""The embedded engine: a GGUF in this process, no server beside it.

One question at a time, or two with half the processors each while more wait, whichever model of this process they
are for, in the order in which they came (`turns.py`); how it is written is in `decoding.py`.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from llama_cpp.llama_grammar import json_schema_to_gbnf

from serving.engines.chat_template import ChatTemplate
from serving.engines.decoding import Decoder
from serving.engines.engine import Completion, EngineBusy, Message, seconds_left
from serving.engines.llama_model import Grammar, LlamaModel
from serving.engines.model_thread import SEATS, TURNS, in_thread_of
from serving.engines.turns import Turn
from tuneserve.errors import EngineError, EngineUnavailable
from tuneserve.task import JsonObject

log = logging.getLogger(__name__)

# Inputs have at most 2,000 characters: at one token a character they, the prompt and the reading fit.
CONTEXT_TOKENS = 4096
# A second context needs memory for keys and values (94 MB for 135M parameters, 512 MB for 8B), and a large model is
# held up by the memory's speed, not by threads that wait for each other.
LARGEST_SHARED = 1 << 30


class LlamaCppEngine:
    """An `Engine` over one GGUF file."""

    name = "llama_cpp"

    def __init__(
        self, path: Path, *, context_tokens: int = CONTEXT_TOKENS, threads: int | None = None, guesses: bool = True
    ) -> None:
        """Loads the model (0.2 to some seconds). Raises EngineUnavailable when that fails.

        guesses  whether tokens that are probably next are tried many at once; the text is the same without
        """
        self._model = LlamaModel(path, context_tokens, threads)
        self._template = ChatTemplate(self._model, path)
        self._threads = threads
        self._closed = False
        with self._turn(None, whole=True):
            self._decoder = in_thread_of(0, partial(Decoder, self._model, guesses))
        # By seat of a turn.
        self._models, self._decoders = [self._model], [self._decoder]
        if path.stat().st_size <= LARGEST_SHARED and threads is None:
            self._add_seats(path, guesses)
        if guesses and not self._decoder.exact:
            log.info("%s: batches are not exact on this processor: every token is a step of its own", path.name)
        self._grammars: dict[tuple[int, str], Grammar] = {}

    def _add_seats(self, path: Path, guesses: bool) -> None:
        """Contexts for questions beside the first; without the memory for them they come one after the other."""
        try:
            for _ in range(1, SEATS):
                self._models.append(self._model.beside(path))
                self._decoders.append(Decoder(self._models[-1], guesses, self._decoder.exact))
        except EngineUnavailable as error:
            log.warning("questions are computed one at a time: %s", error)

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonObject | None,
        max_tokens: int,
        deadline: float | None,
        draft: str | None = None,
    ) -> Completion:
        with self._turn(deadline) as turn:
            started = time.perf_counter()
            prompt = self._template.tokens(messages)
            if len(prompt) + max_tokens > self._model.context_tokens:
                raise EngineError(f"the question has {len(prompt)} tokens, too many for {self._model.context_tokens}")
            grammar = None if schema is None else self._grammar(turn.seat, schema)
            before_ms = (time.perf_counter() - started) * 1000
            self._models[turn.seat].use_threads(self._threads or turn.processors)
            write = partial(self._decoders[turn.seat].write, prompt, max_tokens, grammar, draft, deadline)
            written = in_thread_of(turn.seat, write)
            text = b"".join(map(self._model.piece, written.tokens)).decode("utf-8", "replace")
            total_ms = (time.perf_counter() - started) * 1000
        prompt_ms = before_ms + written.prompt_ms
        return Completion(
            text=text,
            finish="stop" if written.ended else "length",
            prompt_tokens=len(prompt),
            completion_tokens=len(written.tokens),
            prompt_ms=prompt_ms,
            generate_ms=total_ms - prompt_ms,
            confidence=written.confidence,
            passes=written.passes,
        )

    def warm_up(self, messages: Sequence[Message]) -> None:
        self.complete(messages, schema=None, max_tokens=1, deadline=None)
        prompt = self._template.tokens(messages)
        with self._turn(None, whole=True):
            # With one thread: helpers of a second thread would slow down the first (model_thread.py).
            for seat, decoder in enumerate(self._decoders[1:], 1):
                self._models[seat].use_threads(1)
                in_thread_of(seat, partial(decoder.write, prompt, 1, None, None, None))

    def close(self) -> None:
        turn = TURNS.take(whole=True)
        try:
            self._closed = True
            for grammar in self._grammars.values():
                grammar.close()
            self._grammars.clear()
            self._model.close()
        finally:
            if turn is not None:
                TURNS.give(turn)

    @contextmanager
    def _turn(self, deadline: float | None, *, whole: bool = False) -> Iterator[Turn]:
        """Holds one of the model's contexts, waited for no longer than the deadline."""
        turn = TURNS.take(seconds_left(deadline), whole=whole or len(self._decoders) == 1)
        if turn is None:
            raise EngineBusy("the model was busy with other questions until the deadline")
        try:
            if self._closed:
                raise EngineError("the model has been closed")
            yield turn
        finally:
            TURNS.give(turn)

    def _grammar(self, seat: int, schema: JsonObject) -> Grammar:
        key = (seat, json.dumps(schema))
        if key not in self._grammars:
            self._grammars[key] = self._model.grammar(compact_grammar(schema))
        grammar = self._grammars[key]
        grammar.reset()
        return grammar


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
