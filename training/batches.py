"""Examples as token ids, and the order in which they are seen."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuneserve.errors import DataError

if TYPE_CHECKING:
    import torch

    from tuneserve.example import Example

IGNORED = -100  # the label that torch's cross entropy leaves out
BUCKET = 40  # batches that are sorted by length together


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example: `ids` of the whole chat; the answer and its end-of-turn token begin at `start`."""

    ids: tuple[int, ...]
    start: int

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Batch:
    """`prefix` [P], the ids that all rows begin with; `ids` and `labels` [B, T], the rest, padded right."""

    prefix: torch.Tensor
    ids: torch.Tensor
    labels: torch.Tensor
    targets: int
    tokens: int


def encode(tokenizer: Any, messages: Sequence[dict[str, str]], max_length: int) -> Encoded:
    """Token ids of a chat whose last message is the assistant's, cut after its end-of-turn token.

    The prompt is rendered exactly as at serving time (with the generation prompt), and the answer is
    tokenised on its own: that is how the ids arise when a model writes it.

    Raises DataError when the chat does not fit, or when the template renders the answer otherwise.
    """
    prompt = tokenizer.apply_chat_template(messages[:-1], tokenize=False, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template(messages, tokenize=False)
    answer = messages[-1]["content"]
    if not whole.startswith(prompt + answer):
        raise DataError("the chat template does not render the answer right after the generation prompt")
    # What follows the end-of-turn token (a line break, say) is never written by the model, which stops there.
    end = tokenizer.eos_token
    rest = whole[len(prompt) + len(answer) :]
    if end not in rest:
        raise DataError(f"the chat template does not end the answer with {end!r}")
    ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    target = tokenizer(answer + rest[: rest.index(end) + len(end)], add_special_tokens=False)["input_ids"]
    if len(ids) + len(target) > max_length:
        raise DataError(
            f"{len(ids) + len(target)} tokens, more than max_length = {max_length}: {messages[-2]['content'][:80]!r}"
        )
    return Encoded((*ids, *target), len(ids))


def encode_all(tokenizer: Any, examples: Iterable[Example], max_length: int) -> list[Encoded]:
    return [encode(tokenizer, example.messages, max_length) for example in examples]


def shared_prefix(encoded: Sequence[Encoded]) -> tuple[int, ...]:
    """The longest run of ids that all chats begin with, short of any answer and of a whole prompt."""
    first = min(encoded, key=lambda one: one.ids)
    last = max(encoded, key=lambda one: one.ids)
    longest = min(one.start for one in encoded) - 1
    length = 0
    while length < longest and first.ids[length] == last.ids[length]:
        length += 1
    return first.ids[:length]


def order(lengths: Sequence[int], batch_size: int, seed: int, epoch: int) -> list[list[int]]:
    """Indices of each batch of an epoch: shuffled, sorted by length within buckets, batches shuffled.

    Rows of one batch have similar lengths, so that little is padded, yet no epoch is like another.
    The same arguments give the same order: a resumed run goes on with the batch it stopped before.
    """
    chance = random.Random(f"{seed}/{epoch}")
    indices = list(range(len(lengths)))
    chance.shuffle(indices)
    batches = []
    for begin in range(0, len(indices), batch_size * BUCKET):
        bucket = sorted(indices[begin : begin + batch_size * BUCKET], key=lengths.__getitem__)
        batches += [bucket[at : at + batch_size] for at in range(0, len(bucket), batch_size)]
    chance.shuffle(batches)
    return batches


def in_length_order(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Indices of batches of similar lengths, the longest first: for evaluation, where order is free."""
    indices = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    return [indices[at : at + batch_size] for at in range(0, len(indices), batch_size)]


def batch_of(rows: Sequence[Encoded], prefix: Sequence[int], pad: int) -> Batch:
    """The rows as tensors. Padding stands on the right, where causal attention never sees it."""
    import torch

    cut = len(prefix)
    longest = max(len(row) for row in rows) - cut
    ids = torch.full((len(rows), longest), pad, dtype=torch.long)
    labels = torch.full((len(rows), longest), IGNORED, dtype=torch.long)
    for number, row in enumerate(rows):
        rest = torch.tensor(row.ids[cut:], dtype=torch.long)
        ids[number, : len(rest)] = rest
        labels[number, row.start - cut : len(rest)] = rest[row.start - cut :]
    return Batch(
        prefix=torch.tensor(prefix, dtype=torch.long),
        ids=ids,
        labels=labels,
        targets=sum(len(row) - row.start for row in rows),
        tokens=sum(len(row) for row in rows),
    )


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which batches an optimiser step sees; a pure function of the step, so resuming needs no state."""

    lengths: Sequence[int]
    batch_size: int
    accumulation: int
    seed: int

    @property
    def batches_per_epoch(self) -> int:
        return math.ceil(len(self.lengths) / self.batch_size)

    @property
    def steps_per_epoch(self) -> int:
        return math.ceil(self.batches_per_epoch / self.accumulation)

    def steps(self, epochs: float) -> int:
        return max(1, math.ceil(epochs * self.steps_per_epoch))

    def epoch_of(self, step: int) -> int:
        return step // self.steps_per_epoch

    def of_epoch(self, epoch: int) -> list[list[list[int]]]:
        """For each step of the epoch, the batches (lists of indices) whose gradients it adds up."""
        batches = order(self.lengths, self.batch_size, self.seed, epoch)
        return [batches[at : at + self.accumulation] for at in range(0, len(batches), self.accumulation)]
