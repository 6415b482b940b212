"""The parity gate: a prompt must be the same tokens in training, in the GGUF and in Ollama.

A chat template that differs by one blank is this stack's commonest failure: the model was good in
training and answers nonsense where it is served, and nothing says why. So token ids are compared:
those of transformers (kept by `convert.expected_ids`), those by the template inside the GGUF, and
those of the text that Ollama renders, tokenized with the GGUF's vocabulary. Ollama's own tokenizer shows
its ids to nobody; the number of tokens that it counts is compared instead.

Text like '<|im_end|>' inside a question becomes a control token in all three alike, so it passes here.
Keeping it out is the gateway's part: see convert/README.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convert.expected_ids import ExpectedChat
from convert.ollama_server import OllamaServer
from convert.served_model import ServedModel
from tuneserve.errors import ConversionError

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Parity:
    """A passed check: over how many chats and tokens, and which sides took part."""

    chats: int
    tokens: int
    sides: tuple[str, ...]

    def __str__(self) -> str:
        return f"template parity: {' = '.join(self.sides)} on {self.chats} prompts, {self.tokens:,} tokens"


def check_parity(
    chats: Sequence[ExpectedChat], model: ServedModel, server: OllamaServer | None = None, name: str = ""
) -> Parity:
    """Raises ConversionError at the first prompt whose token ids differ, showing where. `name` is Ollama's model."""
    for chat in chats:
        _compare("the GGUF's template", model.ids(model.render(chat.messages)), chat, model)
        if server is not None:
            _compare("Ollama", model.ids(server.rendered(name, chat.messages)), chat, model)
            counted = server.prompt_tokens(name, chat.messages)
            if counted != len(chat.ids):
                raise ConversionError(
                    f"template parity: Ollama's own tokenizer makes {counted} tokens of {chat.label!r},"
                    f" training {len(chat.ids)}; not published"
                )
    sides = ("Hugging Face", "GGUF", "Ollama") if server else ("Hugging Face", "GGUF")
    return Parity(len(chats), sum(len(chat.ids) for chat in chats), sides)


def _compare(side: str, found: Sequence[int], chat: ExpectedChat, model: ServedModel) -> None:
    expected = chat.ids
    if tuple(found) == expected:
        return
    shared = (index for index, (ours, theirs) in enumerate(zip(found, expected, strict=False)) if ours != theirs)
    first = next(shared, min(len(found), len(expected)))
    raise ConversionError(
        f"template parity: {side} and training differ from token {first} on, in the prompt for {chat.label!r}:"
        f" {side} has {_around(found, first, model)}, training {_around(expected, first, model)}; not published"
    )


def _around(ids: Sequence[int], first: int, model: ServedModel) -> str:
    part = ids[first : first + _SHOWN]
    before = model.text(ids[max(0, first - _SHOWN) : first])
    return f"{list(part[:3])} (…{before!r} then {model.text(part)!r}…)"
