"""The tokenizer made of the packaged GGUF gives llama.cpp's token ids, and is SmolLM's to llama.cpp's converter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from training.gguf_tokenizer import tokenizer_of_gguf
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.errors import StageError
from tuneserve.progress import Silent
from tuneserve.task import Task

TEXTS = (
    "wind over 12345kw in RG17 0AB",
    "1,200.50 MW; 3.6kW, ½ MW and 2² or ⅷ ٣٤",
    "  two  blanks, \n\n a break\r\n\tand a tab ",
    "über кВт 中文12 🙂 a\u0301 \u00a0\u2003x",
    "I've 'told they'RE we'Ve don't",
    '{"technology":"Wind","capacity_min":"100kw","location":"king\'s lynn"}',
    "<|im_start|>user\nhi<|im_end|>\n<|endoftext|>x<|im_end",
    "",
)

# The text by whose token ids llama.cpp's converter tells pre-tokenizers apart, and the hash that it knows
# SmolLM's by (llama.cpp, conversion/base.py, get_vocab_base_pre).
CONVERTER_TEXT = (
    "\n \n\n \n\n\n \t \t\t \t\n  \n   \n    \n     \n🚀 (normal) 😶\u200d🌫️ (multiple emojis concatenated) ✅ 🦙🦙 "
    "3 33 333 3333 33333 333333 3333333 33333333 3.3 3..3 3...3 កាន់តែពិសេសអាច😁 ?我想在apple工作1314151天～ "
    "------======= нещо на Български ''''''```````\"\"\"\"......!!!!!!?????? I've been 'told he's there, 'RE you sure? "
    "'M not sure I'll make it, 'D you like some tea? We'Ve a'lL"
)
CONVERTER_HASH = "855059429035d75a914d1eda9f10a876752e281a054a7a3d421ef0533e5b6249"


@pytest.fixture(scope="module")
def reference() -> Iterator[Any]:
    """llama.cpp's own tokenizer of the same file."""
    from llama_cpp import Llama

    model = Llama(str(packaged_base(SMOLLM2.name, Silent())), vocab_only=True, verbose=False)
    yield model
    model.close()


@pytest.mark.parametrize("text", TEXTS)
def test_it_gives_the_ids_of_llama_cpp(tokenizer: Any, reference: Any, text: str) -> None:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert ids == reference.tokenize(text.encode(), add_bos=False, special=True)
    assert tokenizer.decode(ids) == text


def test_llama_cpps_converter_knows_its_pre_tokenizer(tokenizer: Any) -> None:
    ids = tokenizer.encode(CONVERTER_TEXT)
    assert hashlib.sha256(str(ids).encode()).hexdigest() == CONVERTER_HASH


def test_it_renders_the_template_of_the_file(tokenizer: Any, task: Task) -> None:
    rendered = tokenizer.apply_chat_template(task.messages("a room"), tokenize=False, add_generation_prompt=True)
    assert rendered == (
        f"<|im_start|>system\n{task.prompt}<|im_end|>\n<|im_start|>user\na room<|im_end|>\n<|im_start|>assistant\n"
    )
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<|im_end|>", "<|im_end|>")


def test_a_tokenizer_of_another_kind_is_refused_rather_than_guessed(tmp_path: Path) -> None:
    from gguf import GGUFWriter

    path = tmp_path / "other.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_string("tokenizer.ggml.model", "gpt2")
    writer.add_string("tokenizer.ggml.pre", "qwen2")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(StageError, match=r"tokenizer \('gpt2', 'qwen2'\) is not known here"):
        tokenizer_of_gguf(path)
