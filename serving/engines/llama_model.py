"""`LlamaModel`: a GGUF in memory with one context, on llama.cpp's C interface.

llama-cpp-python's own `Llama` class hides what the engine needs: which tokens of the last call are
still in the key-value cache, logits of single positions, and a way to stop between two steps.
"""

from __future__ import annotations

import copy
import ctypes
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import numpy
from numpy.typing import NDArray

from tuneserve.errors import EngineError, EngineUnavailable

log = logging.getLogger(__name__)

# A deadline is noticed between two batches. From 64 tokens on llama.cpp computes attention another way
# (GGML_FA_TILE_Q), which rounds otherwise than a single step does: see `repeats_single_steps`.
BATCH_TOKENS = 63
# From 512 cells of the cache on (they are counted in steps of 256) a single step is computed another way.
EXACT_POSITIONS = 256
# Tokens and batch sizes of the trial whether batches are exact: odd ones and powers of two, since kernels
# take tokens in fours, eights and sixteens and the rest one by one.
TRIAL_TOKENS = 21
TRIAL_BATCHES = (21, 8)
# More threads than this slow small models down: they wait for each other some hundred times a token.
MOST_THREADS = 8


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator, unused-ignore]
def _to_log(level: int, text: bytes, user_data: ctypes.c_void_p) -> None:
    """llama.cpp's own messages: some hundred lines a load, seen at TUNESERVE_LOG_LEVEL=debug only."""
    log.debug("llama.cpp: %s", text.decode("utf-8", "replace").rstrip())


class LlamaModel:
    """One model, one context, one caller at a time (the engine holds the lock).

    `beside` gives the same model with another context, for a second caller.
    """

    def __init__(self, path: Path, context_tokens: int, threads: int | None = None) -> None:
        """Raises EngineUnavailable when the file is missing or llama.cpp refuses it."""
        if not path.is_file():
            raise EngineUnavailable(f"{path}: no such model file")
        llama_cpp.llama_log_set(_to_log, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self._model: Any = llama_cpp.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self._model:
            raise EngineUnavailable(f"{path}: llama.cpp cannot load it; prepare the model again")
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._others: list[LlamaModel] = []
        try:
            self._begin(path, context_tokens, threads or default_threads())
        except EngineUnavailable:
            llama_cpp.llama_model_free(self._model)
            raise
        self.vocabulary_size = int(llama_cpp.llama_vocab_n_tokens(self._vocab))

    def beside(self, path: Path) -> LlamaModel:
        """The same weights with a context of its own, of one thread; closed with this one. Raises EngineUnavailable."""
        other = copy.copy(self)
        other._others = []
        other._begin(path, self.context_tokens, 1)
        self._others.append(other)
        return other

    def _begin(self, path: Path, context_tokens: int, threads: int) -> None:
        self._context: Any = self._open_context(path, context_tokens, threads)
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(BATCH_TOKENS, 0, 1)
        self._fields = _Fields(self._batch)
        self.context_tokens = int(llama_cpp.llama_n_ctx(self._context))

    def use_threads(self, threads: int) -> None:
        """How many threads compute from the next `decode` on."""
        llama_cpp.llama_set_n_threads(self._context, threads, threads)

    def _open_context(self, path: Path, context_tokens: int, threads: int) -> Any:
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = min(context_tokens, int(llama_cpp.llama_model_n_ctx_train(self._model)))
        parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.no_perf = True
        context = llama_cpp.llama_init_from_model(self._model, parameters)
        if not context:
            raise EngineUnavailable(f"{path}: llama.cpp cannot open a context of {parameters.n_ctx} tokens")
        return context

    def close(self) -> None:
        if self._context:
            for other in self._others:
                other._end()
            self._end()
            llama_cpp.llama_model_free(self._model)
            self._model = None

    def _end(self) -> None:
        llama_cpp.llama_batch_free(self._batch)
        llama_cpp.llama_free(self._context)
        self._context = None

    def metadata(self, key: str) -> str | None:
        """A text entry of the GGUF's header, or None."""
        length = llama_cpp.llama_model_meta_val_str(self._model, key.encode(), None, 0)
        if length < 0:
            return None
        buffer = ctypes.create_string_buffer(length + 1)
        llama_cpp.llama_model_meta_val_str(self._model, key.encode(), buffer, length + 1)
        return buffer.value.decode("utf-8", "replace")

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Token ids, no begin-of-text added. With `special` false, '<|im_end|>' is ten plain characters."""
        raw = text.encode("utf-8")
        size = len(raw) + 8  # a token is at least one byte; some tokenizers add a blank in front
        tokens = (llama_cpp.llama_token * size)()
        count = llama_cpp.llama_tokenize(self._vocab, raw, len(raw), tokens, size, False, special)
        if count < 0:
            raise EngineError("llama.cpp could not tokenize the text")
        return list(tokens[:count])

    def piece(self, token: int) -> bytes:
        """The token's bytes; empty for a control token. One character may be spread over tokens."""
        size = 64
        buffer = ctypes.create_string_buffer(size)
        length = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, size, 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, -length, 0, False)
        return buffer.raw[:length]

    def token_text(self, token: int) -> str:
        """The token as it stands in the vocabulary ('<|im_end|>'), '' for none (id -1)."""
        return "" if token < 0 else llama_cpp.llama_vocab_get_text(self._vocab, token).decode("utf-8", "replace")

    def is_control(self, token: int) -> bool:
        return bool(llama_cpp.llama_vocab_is_control(self._vocab, token))

    def ends_turn(self, token: int) -> bool:
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    @property
    def begin_of_text(self) -> int:
        return int(llama_cpp.llama_vocab_bos(self._vocab))

    @property
    def end_of_text(self) -> int:
        return int(llama_cpp.llama_vocab_eos(self._vocab))

    @property
    def adds_begin_of_text(self) -> bool:
        return bool(llama_cpp.llama_vocab_get_add_bos(self._vocab))

    def forget_from(self, position: int) -> bool:
        """Drops the cache from `position` on; False when this model cannot (then all was dropped)."""
        if llama_cpp.llama_memory_seq_rm(self._memory, 0, position, -1):
            return True
        llama_cpp.llama_memory_clear(self._memory, True)
        return False

    def decode(self, tokens: Sequence[int], position: int, wanted: int = 1) -> None:
        """Runs at most BATCH_TOKENS tokens that stand at `position` and after; keeps the last `wanted` logits."""
        count = len(tokens)
        self._batch.n_tokens = count
        self._fields.tokens[:count] = tokens
        self._fields.positions[:count] = range(position, position + count)
        self._fields.wanted[:count] = 0
        self._fields.wanted[count - wanted : count] = 1
        code = llama_cpp.llama_decode(self._context, self._batch)
        if code:
            raise EngineError(f"llama.cpp could not decode {count} tokens at {position} (code {code})")

    def logits(self, wanted: int = 1) -> NDArray[numpy.float32]:
        """Logits after each of the last `wanted` tokens of the last `decode`, which must have kept as many.

        Shape (wanted, vocabulary); the memory is overwritten by the next `decode`.
        """
        pointer = llama_cpp.llama_get_logits(self._context)
        return numpy.ctypeslib.as_array(pointer, shape=(wanted, self.vocabulary_size))

    def repeats_single_steps(self) -> bool:
        """Whether a batch gives the very same bits as its tokens one by one, with this file on this processor.

        Floats are rounded as they are added up, and not every kernel of llama.cpp adds up in the same order
        for one token as for many. Where it does (q8_0 and q4_0 on x86-64), checking guessed tokens in a
        batch finds exactly what single steps would have written. Empties the cache.
        """
        tokens = [(97 * number) % self.vocabulary_size for number in range(1, TRIAL_TOKENS + 1)]
        found = []
        for size in (1, *TRIAL_BATCHES):
            self.forget_from(0)
            rows = []
            for start in range(0, TRIAL_TOKENS, size):
                piece = tokens[start : start + size]
                self.decode(piece, start, len(piece))
                rows.append(self.logits(len(piece)).copy())
            found.append(numpy.concatenate(rows))
        # Some models (recurrent ones) cannot forget a wrong guess.
        forgets = self.forget_from(TRIAL_TOKENS - 1)
        self.forget_from(0)
        return forgets and all(numpy.array_equal(found[0], other) for other in found[1:])

    def grammar(self, gbnf: str) -> Grammar:
        """Raises EngineError when llama.cpp cannot read the grammar."""
        sampler = llama_cpp.llama_sampler_init_grammar(self._vocab, gbnf.encode("utf-8"), b"root")
        if not sampler:
            raise EngineError("llama.cpp cannot read the grammar made of the task's schema")
        return Grammar(sampler, self.vocabulary_size)


class _Fields:
    """The arrays of a llama_batch as numpy sees them: setting them one by one through ctypes is slow."""

    def __init__(self, batch: Any) -> None:
        self.tokens = numpy.ctypeslib.as_array(batch.token, shape=(BATCH_TOKENS,))
        self.positions = numpy.ctypeslib.as_array(batch.pos, shape=(BATCH_TOKENS,))
        self.wanted = numpy.ctypeslib.as_array(batch.logits, shape=(BATCH_TOKENS,))
        for index in range(BATCH_TOKENS):
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = 0


class Grammar:
    """A grammar and how far the text written so far has come in it."""

    def __init__(self, sampler: Any, vocabulary_size: int) -> None:
        self._sampler = sampler
        self._candidates = (llama_cpp.llama_token_data * vocabulary_size)()

    def reset(self) -> None:
        llama_cpp.llama_sampler_reset(self._sampler)

    def accept(self, token: int) -> None:
        llama_cpp.llama_sampler_accept(self._sampler, token)

    def best(self, logits: NDArray[numpy.float32]) -> int:
        """The most likely token that the grammar allows.

        The most likely token of all is tried alone first, then the best 64, then every one: testing
        all of a vocabulary of 49,000 at each step costs far more than the model does.
        """
        favourite = int(logits.argmax())
        if (token := self._best_of([favourite], logits)) is not None:
            return token
        few = numpy.argpartition(logits, -64)[-64:] if len(logits) > 64 else numpy.arange(len(logits))
        if (token := self._best_of(few.tolist(), logits)) is not None:
            return token
        token = self._best_of(range(len(logits)), logits)
        if token is None:
            raise EngineError("the grammar allows no next token")
        return token

    def _best_of(self, tokens: Sequence[int], logits: NDArray[numpy.float32]) -> int | None:
        for index, token in enumerate(tokens):
            candidate = self._candidates[index]
            candidate.id = token
            candidate.logit, candidate.p = float(logits[token]), 0.0
        array = llama_cpp.llama_token_data_array(self._candidates, len(tokens), -1, False)
        llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(array))
        best = max((self._candidates[index] for index in range(array.size)), key=lambda candidate: candidate.logit)
        return None if best.logit == float("-inf") else int(best.id)

    def close(self) -> None:
        if self._sampler:
            llama_cpp.llama_sampler_free(self._sampler)
            self._sampler = None


def default_threads() -> int:
    """Half of the processors that this process may use, since they may be two to a core; two at least.

    Small models gain nothing from more than MOST_THREADS.
    """
    processors = len(os.sched_getaffinity(0))
    return min(MOST_THREADS, processors, max(2, processors // 2))
