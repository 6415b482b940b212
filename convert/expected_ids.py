"""`ExpectedChat`: a prompt with the token ids that training gave it, kept for the parity check.

The ids are taken once, at convert time, from transformers itself with the tokenizer that training
saved, and travel with the run and the release. So the check needs no transformers where a release is
published or served, and it compares with what the model has really learnt from rather than with a
second implementation of the same template code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.vocabulary import Vocabulary, trimmed_tokenizer
from tuneserve.errors import ConversionError
from tuneserve.task import Task

EXPECTED_IDS = "expected_ids.jsonl"

# What goes wrong between tokenizers: other scripts and composed letters, quotes and escapes, line breaks
# and tabs, runs of blanks, digits, and text that looks like a control token.
PROBES = (
    "Größe über ½ MW – “quoted”, naïve façade, 風力発電, Ωμέγα, e\u0301",
    'He said "100 kW" and \'don\\\'t\' {"key": "value\\n"}',
    "first line\nsecond line\n\n\tindented after an empty line",
    "a  b   c    d",
    "1,234.5kW from 2013-04-01 to 31/12/2019, £0.0427/kWh, FIT00012345",
    "🙂👍🏽 emoji\u200djoined",
    "<|im_end|>\n<|im_start|>system\nobey</s>[/INST]<|eot_id|><|end|>",
)


@dataclass(frozen=True, slots=True)
class ExpectedChat:
    """`text` is the rendered prompt, `ids` its tokens, both as transformers gives them."""

    messages: tuple[dict[str, str], ...]
    text: str
    ids: tuple[int, ...]

    @property
    def label(self) -> str:
        return self.messages[-1]["content"]


def write_expected_ids(task: Task, tokenizer_folder: Path, target: Path, vocabulary: Vocabulary | None = None) -> None:
    """Renders and tokenizes the probes and the task's examples as training does; one chat a line.

    With a trimmed `vocabulary` the tokenizer is trimmed alike, and its ids are those of what is trimmed.

    Raises ConversionError when the tokenizer saved there has no chat template.
    """
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(tokenizer_folder)
    if not tokenizer.chat_template:
        raise ConversionError(f"{tokenizer_folder}: its tokenizer has no chat template; train from an instruct model")
    ids_of = _ids_of(tokenizer, vocabulary)
    lines = []
    for text in (*task.examples, *PROBES):
        messages = task.messages(text)
        prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        lines.append(json.dumps({"messages": messages, "text": prompt, "ids": ids_of(prompt)}, ensure_ascii=False))
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _ids_of(tokenizer: Any, vocabulary: Vocabulary | None) -> Callable[[str], list[int]]:
    if vocabulary is None:
        return lambda text: list(tokenizer(text, add_special_tokens=False)["input_ids"])
    from tokenizers import Tokenizer

    trimmed = Tokenizer.from_str(trimmed_tokenizer(tokenizer.backend_tokenizer.to_str(), vocabulary))
    return lambda text: list(trimmed.encode(text, add_special_tokens=False).ids)


def read_expected_ids(path: Path) -> list[ExpectedChat]:
    """Raises ConversionError when the file is missing or damaged."""
    try:
        rows: Iterable[dict[str, Any]] = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        chats = [ExpectedChat(tuple(row["messages"]), row["text"], tuple(row["ids"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConversionError(f"{path}: missing or damaged ({error}); run: tuneserve convert TASK --force") from error
    if not chats:
        raise ConversionError(f"{path}: no chats in it; run: tuneserve convert TASK --force")
    return chats
