"""What a model is asked to learn, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.batches import IGNORED, Encoded, Schedule, batch_of, encode, in_length_order, order, shared_prefix
from tuneserve.errors import DataError
from tuneserve.task import Task


def chat(task: Task, text: str, answer: str) -> list[dict[str, str]]:
    return [*task.messages(text), {"role": "assistant", "content": answer}]


def test_only_the_answer_and_its_end_of_turn_are_labelled(tokenizer: Any, task: Task) -> None:
    rows = [
        encode(tokenizer, chat(task, text, '{"people":8}'), 200) for text in ("a room", "a room for 8 people please")
    ]
    batch = batch_of(rows, (), tokenizer.pad_token_id)
    for number in range(2):
        labels = [int(label) for label in batch.labels[number]]
        learnt = [label for label in labels if label != IGNORED]
        assert tokenizer.decode(learnt) == '{"people":8}<|im_end|>'
        first = labels.index(learnt[0])
        assert labels[first : first + len(learnt)] == learnt == batch.ids[number].tolist()[first : first + len(learnt)]
    assert batch.targets == sum(len(row) - row.start for row in rows)


def test_the_prompt_is_rendered_as_in_serving(tokenizer: Any, task: Task) -> None:
    row = encode(tokenizer, chat(task, "a room", "{}"), 200)
    served = tokenizer.apply_chat_template(task.messages("a room"), tokenize=False, add_generation_prompt=True)
    assert tokenizer.decode(row.ids[: row.start]) == served


def test_the_ids_are_those_of_the_whole_chat(tokenizer: Any, task: Task) -> None:
    messages = chat(task, "a room", '{"day":"friday"}')
    whole = tokenizer.apply_chat_template(messages, tokenize=False).rstrip("\n")
    assert list(encode(tokenizer, messages, 200).ids) == tokenizer(whole, add_special_tokens=False)["input_ids"]


def test_a_chat_that_is_too_long_is_refused_rather_than_cut(tokenizer: Any, task: Task) -> None:
    with pytest.raises(DataError, match="more than max_length = 20"):
        encode(tokenizer, chat(task, "a room", "{}"), 20)


def test_a_template_that_changes_the_answer_is_refused(tokenizer: Any, task: Task) -> None:
    with pytest.raises(DataError, match="right after the generation prompt"):
        encode(Trimming(tokenizer), chat(task, "a room", " {}"), 200)


class Trimming:
    """The real tokenizer with a template that trims messages, as Llama 3's does."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def apply_chat_template(self, messages: list[dict[str, str]], **options: Any) -> Any:
        template = self._tokenizer.chat_template.replace("message['content']", "message['content'] | trim")
        return self._tokenizer.apply_chat_template(messages, chat_template=template, **options)


def test_what_all_chats_begin_with_is_shared_but_no_answer() -> None:
    rows = [Encoded((1, 2, 3, 4, 9), 4), Encoded((1, 2, 3, 5, 6, 9), 5), Encoded((1, 2, 3, 4, 4, 9), 5)]
    assert shared_prefix(rows) == (1, 2, 3)
    assert shared_prefix([Encoded((1, 2, 3, 9), 3)]) == (1, 2)


def test_a_batch_leaves_the_shared_prefix_out() -> None:
    batch = batch_of([Encoded((1, 2, 3, 9), 3), Encoded((1, 2, 5, 6, 9), 4)], (1, 2), pad=0)
    assert batch.prefix.tolist() == [1, 2]
    assert batch.ids.tolist() == [[3, 9, 0], [5, 6, 9]]
    assert batch.labels.tolist() == [[IGNORED, 9, IGNORED], [IGNORED, IGNORED, 9]]
    assert (batch.targets, batch.tokens) == (2, 9)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=400), st.integers(1, 17), st.integers(0, 5))
def test_every_example_is_seen_once_an_epoch(lengths: list[int], batch_size: int, epoch: int) -> None:
    for batches in (order(lengths, batch_size, 1, epoch), in_length_order(lengths, batch_size)):
        assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
        assert max(map(len, batches)) <= batch_size


def test_epochs_differ_and_the_same_epoch_does_not() -> None:
    lengths = [7 * index % 50 for index in range(300)]
    assert order(lengths, 8, 1, 0) == order(lengths, 8, 1, 0)
    assert order(lengths, 8, 1, 0) != order(lengths, 8, 1, 1)
    assert order(lengths, 8, 1, 0) != order(lengths, 8, 2, 0)


def test_rows_of_a_batch_have_similar_lengths() -> None:
    lengths = [17 * index % 101 for index in range(640)]
    spread = [max(lengths[i] for i in batch) - min(lengths[i] for i in batch) for batch in order(lengths, 16, 1, 0)]
    assert max(spread) <= 6


def test_a_schedule_counts_optimiser_steps() -> None:
    schedule = Schedule([5] * 100, batch_size=8, accumulation=4, seed=1)
    assert (schedule.batches_per_epoch, schedule.steps_per_epoch) == (13, 4)
    assert schedule.steps(2.5) == 10
    assert [len(step) for step in schedule.of_epoch(0)] == [4, 4, 4, 1]
