"""`ChatFormat`: how a family of models wants a chat written, for Ollama, which cannot run Jinja templates.

A model's own template (Jinja, from its tokenizer) stays the truth: a format is recognised only when it
renders the same text as that template, and `convert.parity` compares token ids before anything is
published. To add one: a `ChatFormat` in FORMATS, and its Jinja template in tests/convert/test_chat_format.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tuneserve.errors import ConversionError

Chat = Sequence[dict[str, str]]

# Contents that no template can mistake for its own words; one turn, and a longer talk.
_ONE_TURN = ({"role": "system", "content": "A1b"}, {"role": "user", "content": "C2d"})
_TALK = (*_ONE_TURN, {"role": "assistant", "content": "E3f"}, {"role": "user", "content": "G4h"})


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """What stands before and after the content of each role's messages.

    `first_user` replaces `user` right after a system message, where a family folds the two into one turn.
    `generation` is what the assistant's answer begins after. `stop` ends an answer.
    """

    name: str
    system: tuple[str, str]
    user: tuple[str, str]
    assistant: tuple[str, str]
    generation: str
    stop: tuple[str, ...]
    first_user: tuple[str, str] | None = None

    def render(self, chat: Chat) -> str:
        """The prompt without a begin-of-text token, which tokenizers add by themselves."""
        written = []
        for index, message in enumerate(chat):
            follows_system = index > 0 and chat[index - 1]["role"] == "system"
            before, after = self._around(message["role"], follows_system)
            written.append(before + message["content"] + after)
        return "".join(written) + self.generation

    def go_template(self) -> str:
        """The same as a template of Ollama (Go's text/template), without any blank of its own."""
        system, assistant = _go(self.system), _go(self.assistant)
        user = _go(self.user)
        if self.first_user is not None:
            # A system message is always the first one, so the user's first message is the second.
            user = f"{{{{ if eq $i 1 }}}}{_go(self.first_user)}{{{{ else }}}}{user}{{{{ end }}}}"
        return (
            '{{ range $i, $message := .Messages }}{{ if eq .Role "system" }}' + system
            + '{{ else if eq .Role "user" }}' + user
            + '{{ else if eq .Role "assistant" }}' + assistant
            + "{{ end }}{{ end }}" + self.generation
        )  # fmt: skip

    def _around(self, role: str, follows_system: bool) -> tuple[str, str]:
        if role == "user" and follows_system and self.first_user is not None:
            return self.first_user
        return {"system": self.system, "user": self.user, "assistant": self.assistant}[role]


def _go(around: tuple[str, str]) -> str:
    return around[0] + "{{ .Content }}" + around[1]


def _llama3(name: str, system_begin: str) -> ChatFormat:
    def head(role: str) -> str:
        return f"<|start_header_id|>{role}<|end_header_id|>\n\n"

    return ChatFormat(
        name=name,
        system=(head("system") + system_begin, "<|eot_id|>"),
        user=(head("user"), "<|eot_id|>"),
        assistant=(head("assistant"), "<|eot_id|>"),
        generation=head("assistant"),
        stop=("<|eot_id|>", "<|end_of_text|>"),
    )


FORMATS = (
    # ChatML: SmolLM2, Qwen and many others.
    ChatFormat(
        name="chatml",
        system=("<|im_start|>system\n", "<|im_end|>\n"),
        user=("<|im_start|>user\n", "<|im_end|>\n"),
        assistant=("<|im_start|>assistant\n", "<|im_end|>\n"),
        generation="<|im_start|>assistant\n",
        stop=("<|im_end|>", "<|endoftext|>"),
    ),
    _llama3("llama-3", ""),
    # Its template writes a date of its own into every system message.
    _llama3("llama-3.1", "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"),
    # Instruct v0.3, and v0.2 with blanks around the marks. The system message is part of the user's turn.
    ChatFormat(
        name="mistral",
        system=("[INST] ", "\n\n"),
        first_user=("", "[/INST]"),
        user=("[INST] ", "[/INST]"),
        assistant=(" ", "</s>"),
        generation="",
        stop=("</s>", "[INST]"),
    ),
    ChatFormat(
        name="mistral-v1",
        system=(" [INST] ", "\n\n"),
        first_user=("", " [/INST]"),
        user=(" [INST] ", " [/INST]"),
        assistant=(" ", "</s>"),
        generation="",
        stop=("</s>", "[INST]"),
    ),
    ChatFormat(
        name="phi-3",
        system=("<|system|>\n", "<|end|>\n"),
        user=("<|user|>\n", "<|end|>\n"),
        assistant=("<|assistant|>\n", "<|end|>\n"),
        generation="<|assistant|>\n",
        stop=("<|end|>", "<|endoftext|>"),
    ),
)


def recognised(template: str, begin_of_text: str, end_of_text: str) -> ChatFormat:
    """The format that renders what the Jinja `template` renders, for one turn at least.

    Raises ConversionError when there is none, and when the template does not pass on a system message:
    the task's prompt is one.
    """
    one_turn = rendered(template, _ONE_TURN, begin_of_text, end_of_text)
    if _ONE_TURN[0]["content"] not in one_turn:
        raise ConversionError(
            "the base's chat template drops the system message, which holds the task's prompt; take another base"
        )
    for known in FORMATS:
        if _same(known.render(_ONE_TURN), one_turn, begin_of_text):
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise ConversionError(
        f"the base's chat template renders {one_turn!r}, which is none of {names};"
        " add a ChatFormat to FORMATS in convert/chat_format.py"
    )


def holds_talks(known: ChatFormat, template: str, begin_of_text: str, end_of_text: str) -> bool:
    """Whether format and template agree on several turns too; some put the system message into the last one."""
    try:
        return _same(known.render(_TALK), rendered(template, _TALK, begin_of_text, end_of_text), begin_of_text)
    except ConversionError:
        return False


def rendered(template: str, chat: Chat, begin_of_text: str, end_of_text: str) -> str:
    """The prompt as the model's own Jinja template writes it, set up as transformers does."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda layout: datetime.now().strftime(layout)
    try:
        return environment.from_string(template).render(
            messages=[dict(message) for message in chat],
            add_generation_prompt=True,
            bos_token=begin_of_text,
            eos_token=end_of_text,
        )
    except jinja2.TemplateError as error:
        raise ConversionError(f"the model's chat template cannot be rendered: {error}") from error


def _same(ours: str, theirs: str, begin_of_text: str) -> bool:
    """Some templates write the begin-of-text token and some do not; in SmolLM2 it is ChatML's '<|im_start|>' itself."""
    return theirs in (ours, begin_of_text + ours)


def _refuse(message: str) -> None:
    raise jinja2.TemplateError(message)
