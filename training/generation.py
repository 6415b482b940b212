"""Greedy generation in batches, for scoring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tuneserve.texts import Chat


class Writer:
    """A model with its tokenizer that completes chats greedily, `batch_size` at a time."""

    def __init__(self, model: Any, tokenizer: Any, max_tokens: int, batch_size: int) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._batch_size = batch_size

    def write(self, chats: Sequence[Chat]) -> Iterator[tuple[int, str]]:
        """(place in `chats`, the model's text without the end-of-turn token), each batch as it is done.

        Short chats first: those of one batch have similar lengths, so that little is padded.
        """
        prompts = [
            self._tokenizer.apply_chat_template(list(chat), tokenize=False, add_generation_prompt=True)
            for chat in chats
        ]
        order = sorted(range(len(prompts)), key=lambda place: (len(prompts[place]), prompts[place]))
        for at in range(0, len(order), self._batch_size):
            some = order[at : at + self._batch_size]
            yield from zip(some, self._complete([prompts[place] for place in some]), strict=True)

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
