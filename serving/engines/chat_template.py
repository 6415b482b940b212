"""`ChatTemplate`: messages -> token ids, by the template inside the GGUF.

Text of a user is never allowed to become a control token: '<|im_end|>' in a question would end the
question and let the rest speak as the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from serving.engines.engine import Message
from serving.engines.llama_model import LlamaModel
from tuneserve.errors import EngineError, EngineUnavailable

# Stand for a message's content while the template is rendered (private-use characters of Unicode;
# `serving.input_text` removes them from inputs).
OPENS, CLOSES = "\ue000", "\ue001"


class ChatTemplate:
    """The chat template of one model."""

    def __init__(self, model: LlamaModel, path: Path) -> None:
        """Raises EngineUnavailable when the GGUF has no template, or one that does not compile."""
        source = model.metadata("tokenizer.chat_template")
        if source is None:
            raise EngineUnavailable(f"{path}: the GGUF has no chat template; convert it with its tokenizer")
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals["raise_exception"] = _refuse
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateError as error:
            raise EngineUnavailable(f"{path}: its chat template does not compile: {error}") from error
        self._model = model

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt as text, up to where the assistant begins to write."""
        model = self._model
        try:
            return self._template.render(
                messages=list(messages),
                add_generation_prompt=True,
                bos_token=model.token_text(model.begin_of_text),
                eos_token=model.token_text(model.end_of_text),
            )
        except jinja2.TemplateError as error:
            raise EngineError(f"the model's chat template refuses these messages: {error}") from error

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """Token ids of the rendered prompt.

        The whole text is tokenized at once, as in training, unless that would make control tokens out
        of a message's content; then contents are tokenized on their own as plain text.
        """
        pieces = self._pieces(messages)
        template_only = [self._model.tokenize(text, special=True) for text, of_template in pieces if of_template]
        wanted = [token for tokens in template_only for token in tokens if self._model.is_control(token)]
        whole = self._model.tokenize("".join(text for text, _ in pieces), special=True)
        if [token for token in whole if self._model.is_control(token)] != wanted:
            whole = [token for text, special in pieces for token in self._model.tokenize(text, special=special)]
        begin = self._model.begin_of_text
        if self._model.adds_begin_of_text and whole[:1] != [begin]:
            whole.insert(0, begin)
        return whole

    def _pieces(self, messages: Sequence[Message]) -> list[tuple[str, bool]]:
        """(text, whether the template wrote it) in order; joined they are the rendered prompt."""
        marked = [{**message, "content": f"{OPENS}{index}{CLOSES}"} for index, message in enumerate(messages)]
        contents = [message["content"] for message in messages]
        first, *rest = self.render(marked).split(OPENS)
        pieces = [(first, True)]
        for part in rest:
            index, text = part.split(CLOSES, 1)
            pieces += [(contents[int(index)], False), (text, True)]
        return pieces


def _refuse(message: str) -> None:
    raise jinja2.TemplateError(message)
