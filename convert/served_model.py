"""`ServedModel`: a GGUF as it is served, loaded into this process by llama_cpp, for scoring and for parity."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from convert.chat_format import Chat, ChatFormat, recognised, rendered
from convert.gguf_file import GgufFile
from tuneserve.errors import ConversionError

# The system prompt, an input of 2,000 characters and a reading fit, at one token a character.
CONTEXT_TOKENS = 4096


class ServedModel:
    """A context manager, so that the memory is free again; raises ConversionError when it cannot be loaded."""

    def __init__(self, path: Path) -> None:
        from llama_cpp import Llama

        GgufFile(path)
        self.path = path
        try:
            # n_gpu_layers=0: the same arithmetic wherever the score is taken.
            self._llama: Any = Llama(str(path), n_ctx=CONTEXT_TOKENS, n_gpu_layers=0, verbose=False)
        except (ValueError, RuntimeError, OSError) as error:
            raise ConversionError(f"{path}: llama.cpp cannot load it: {error}") from error
        template = self._llama.metadata.get("tokenizer.chat_template")
        if not template:
            self._llama.close()
            raise ConversionError(f"{path}: no chat template in it; convert again with the base's own tokenizer")
        self.template = str(template)

    def __enter__(self) -> ServedModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._llama.close()

    @property
    def begin_of_text(self) -> str:
        return self._token_text(self._llama.token_bos())

    @property
    def end_of_text(self) -> str:
        return self._token_text(self._llama.token_eos())

    def chat_format(self) -> ChatFormat:
        return recognised(self.template, self.begin_of_text, self.end_of_text)

    def render(self, chat: Chat) -> str:
        """The prompt by the template inside the GGUF."""
        return rendered(self.template, chat, self.begin_of_text, self.end_of_text)

    def ids(self, text: str) -> list[int]:
        """Token ids of a rendered prompt, as llama.cpp's server and Ollama take them: the begin-of-text
        token is put in front where the vocabulary asks for it and the text does not have it."""
        has_it = bool(self.begin_of_text) and text.startswith(self.begin_of_text)
        return [int(token) for token in self._llama.tokenize(text.encode(), add_bos=not has_it, special=True)]

    def text(self, ids: Sequence[int]) -> str:
        return bytes(self._llama.detokenize(list(ids), special=True)).decode("utf-8", "replace")

    def complete(self, chat: Chat, max_tokens: int) -> str:
        """What the model writes after `chat`, always taking the likeliest token."""
        done = self._llama.create_completion(
            self.ids(self.render(chat)), max_tokens=max_tokens, temperature=0.0, repeat_penalty=1.0
        )
        return str(done["choices"][0]["text"])

    def _token_text(self, token: int) -> str:
        if token < 0:
            return ""
        return str(self._llama._model.token_get_text(token))
