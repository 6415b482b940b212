"""Greedy generation in batches, for scoring: each text is kept on disk as soon as it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tuneserve.progress import Bar

Chat = Sequence[Mapping[str, str]]


class Texts:
    """What a reader wrote for each prompt; a JSON Lines file, so that a killed evaluation goes on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[tuple[str, str], str] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    reader, prompt, text = json.loads(line)
                except ValueError:
                    break  # the line that a killed process was writing
                self._known[reader, prompt] = text

    def get(self, reader: str, prompt: str) -> str | None:
        return self._known.get((reader, prompt))

    def add(self, reader: str, prompts: Sequence[str], texts: Sequence[str]) -> None:
        with self._path.open("a", encoding="utf-8") as out:
            for prompt, text in zip(prompts, texts, strict=True):
                self._known[reader, prompt] = text
                out.write(json.dumps([reader, prompt, text]) + "\n")


class Writer:
    """A model with its tokenizer that completes chats greedily, as a reader of that name."""

    def __init__(self, name: str, model: Any, tokenizer: Any, max_tokens: int, batch_size: int, texts: Texts) -> None:
        self.name = name
        self._model = model
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._batch_size = batch_size
        self._texts = texts

    def write(self, chats: Sequence[Chat], bar: Bar) -> list[str]:
        """The model's text for each chat, without the end-of-turn token."""
        prompts = [
            self._tokenizer.apply_chat_template(list(chat), tokenize=False, add_generation_prompt=True)
            for chat in chats
        ]
        missing = sorted(
            {prompt for prompt in prompts if self._texts.get(self.name, prompt) is None},
            key=lambda one: (len(one), one),
        )
        bar.advance(len(prompts) - len(missing))
        for at in range(0, len(missing), self._batch_size):
            some = missing[at : at + self._batch_size]
            self._texts.add(self.name, some, self._complete(some))
            bar.advance(len(some))
        return [self._texts.get(self.name, prompt) or "" for prompt in prompts]

    def _complete(self, prompts: Sequence[str]) -> list[str]:
        import torch

        tokenizer = self._tokenizer
        # On the left, so that what is generated follows every prompt directly.
        given = tokenizer(
            list(prompts), return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False
        )
        given = given.to(self._model.device)
        with torch.inference_mode():
            written = self._model.generate(
                input_ids=given["input_ids"],
                attention_mask=given["attention_mask"],
                max_new_tokens=self._max_tokens,
                do_sample=False,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            )
        width = given["input_ids"].shape[1]
        return [str(text) for text in tokenizer.batch_decode(written[:, width:], skip_special_tokens=True)]
