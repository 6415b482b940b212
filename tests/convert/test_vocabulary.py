from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFWriter, quantize

from convert.expected_ids import PROBES
from convert.gguf_file import GgufFile
from convert.served_model import ServedModel
from convert.vocabulary import (
    MULTIPLE,
    VOCABULARY,
    Vocabulary,
    kept_vocabulary,
    read_vocabulary,
    trim,
    trimmed_tokenizer,
    write_vocabulary,
)
from tests.convert.conftest import EXAMPLE, OF_THE_START
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.errors import ConversionError
from tuneserve.progress import Silent
from tuneserve.run import Run

WIDTH = 32
# Single bytes, then what merges make of them, in the order in which they were learnt; control tokens first.
TOKENS = ["<s>", "</s>", *"abcdef", "ab", "cd", "abcd", "ef", "abcdef", "ba"]
MERGES = ["a b", "c d", "ab cd", "e f", "abcd ef", "b a"]


def base(folder: Path, model: str = "gpt2", merges: Iterable[str] = MERGES) -> Path:
    path = folder / "base.gguf"
    random = np.random.default_rng(1)
    writer = GGUFWriter(path, "llama")
    writer.add_vocab_size(len(TOKENS))
    writer.add_string("tokenizer.ggml.model", model)
    writer.add_array("tokenizer.ggml.tokens", TOKENS)
    writer.add_array("tokenizer.ggml.token_type", [3, 3] + [1] * (len(TOKENS) - 2))
    writer.add_array("tokenizer.ggml.merges", list(merges))
    writer.add_eos_token_id(1)
    writer.add_tensor("token_embd.weight", random.standard_normal((len(TOKENS), WIDTH)).astype(np.float16))
    stored = quantize(random.standard_normal((len(TOKENS), WIDTH)).astype(np.float32), GGMLQuantizationType.Q8_0)
    writer.add_tensor("output.weight", stored, raw_dtype=GGMLQuantizationType.Q8_0)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def words(vocabulary: Vocabulary) -> list[str]:
    return [TOKENS[number] for number in vocabulary.kept]


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """No filling up to whole blocks of rows."""
    monkeypatch.setattr("convert.vocabulary.MULTIPLE", 1)


@pytest.mark.usefixtures("one_by_one")
def test_bytes_control_tokens_and_what_used_tokens_are_built_from_are_kept(tmp_path: Path) -> None:
    gguf = GgufFile(base(tmp_path))
    always = TOKENS[:8]
    assert words(kept_vocabulary(gguf, [], common=0)) == always
    assert words(kept_vocabulary(gguf, [TOKENS.index("abcd")], common=0)) == [*always, "ab", "cd", "abcd"]
    assert words(kept_vocabulary(gguf, [TOKENS.index("ba")], common=1)) == [*always, "ab", "ba"]
    assert words(kept_vocabulary(gguf, [], common=99)) == TOKENS
    assert words(kept_vocabulary(gguf, [len(TOKENS)], common=0)) == always


def test_rows_are_filled_up_to_whole_blocks_with_the_commonest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convert.vocabulary.MULTIPLE", 5)
    kept = words(kept_vocabulary(GgufFile(base(tmp_path)), [TOKENS.index("ba")], common=0))
    assert kept == [*TOKENS[:8], "ab", "ba"]


def test_other_tokenizers_are_not_trimmed(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"its tokenizer is 'llama', which cannot be trimmed"):
        kept_vocabulary(GgufFile(base(tmp_path, model="llama")), [])


def test_trimmed_file_has_the_same_rows_bit_for_bit_and_new_ids(tmp_path: Path) -> None:
    path, target = base(tmp_path), tmp_path / "trimmed.gguf"
    vocabulary = Vocabulary(len(TOKENS), (1, 2, 3, 4, 5, 8, 9))
    trim(path, vocabulary, target)
    before, after = GgufFile(path), GgufFile(target)
    assert after.value("tokenizer.ggml.tokens") == ["</s>", "a", "b", "c", "d", "ab", "cd"]
    assert after.value("tokenizer.ggml.merges") == ["a b", "c d"], "a merge into a token that is gone would crash"
    assert after.value("tokenizer.ggml.token_type") == [3, 1, 1, 1, 1, 1, 1]
    assert after.value("tokenizer.ggml.eos_token_id") == 0
    assert after.value("llama.vocab_size") == 7
    for name in ("token_embd.weight", "output.weight"):
        assert after.tensors[name].kind == before.tensors[name].kind
        assert np.array_equal(after.stored(name), before.stored(name)[list(vocabulary.kept)])
    assert np.array_equal(after.stored("output_norm.weight"), before.stored("output_norm.weight"))
    assert not list(tmp_path.glob("*.partial"))


def test_vocabulary_of_another_base_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"it has 14 tokens, vocabulary\.json is for 15: not the same base"):
        trim(base(tmp_path), Vocabulary(15, (0, 1)), tmp_path / "trimmed.gguf")
    assert not (tmp_path / "trimmed.gguf").exists()


def test_vocabulary_survives_its_file(tmp_path: Path) -> None:
    vocabulary = Vocabulary(20, (0, 1, 2, 5, 7, 8, 19))
    path = write_vocabulary(tmp_path, vocabulary)
    assert path.name == VOCABULARY
    assert '"0-2 5 7-8 19"' in path.read_text()
    assert read_vocabulary(path) == vocabulary


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"size": 4, "kept": ""}',
        '{"size": 4, "kept": "0-4"}',
        '{"size": 4, "kept": "2 1"}',
        '{"size": 4, "kept": "1 1"}',
        '{"size": 4, "kept": "a"}',
        '{"size": 4, "kept": 7}',
    ],
)
def test_damaged_vocabulary_says_how_to_restore_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / VOCABULARY
    path.write_text(text)
    with pytest.raises(ConversionError, match=r"vocabulary\.json: missing or damaged .*restore it: git checkout"):
        read_vocabulary(path)


@pytest.mark.slow
def test_convert_keeps_the_words_of_the_examples_and_every_text_can_be_read(converted_run: Run) -> None:
    """By two tokenizers, those of llama.cpp and of Hugging Face; an unused word is cut into pieces, not lost."""
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(converted_run.adapter)
    vocabulary = read_vocabulary(converted_run.gguf / VOCABULARY)
    new_ids = vocabulary.new_ids()
    assert len(vocabulary.kept) < 13_000 < vocabulary.size
    assert len(vocabulary.kept) % MULTIPLE == 0
    rare = "the chrysanthemum beside the lighthouse, 風力発電"
    with ServedModel(converted_run.gguf / "tiny_task-q8_0.gguf") as model:
        before = tokenizer(EXAMPLE, add_special_tokens=False)["input_ids"]
        assert max(before) > 30_000, "the example should have words that are not among the commonest"
        assert model.ids(EXAMPLE) == [new_ids[number] for number in before]
        assert len(model.ids(OF_THE_START)) == 1, "a word of what training went on from is cut into pieces"
        assert model.text(model.ids(rare)) == rare
        assert len(model.ids(rare)) > len(tokenizer(rare, add_special_tokens=False)["input_ids"])


@pytest.mark.slow
def test_both_libraries_cut_any_text_alike_once_trimmed(tmp_path: Path) -> None:
    """Text that nobody trained on, so that most of it is rebuilt from smaller pieces."""
    from tokenizers import Tokenizer

    from training.gguf_tokenizer import tokenizer_of_gguf

    path = packaged_base(SMOLLM2.name, Silent())
    vocabulary = kept_vocabulary(GgufFile(path), [], common=500)
    trim(path, vocabulary, tmp_path / "trimmed.gguf")
    ours: Any = tokenizer_of_gguf(path)
    hub = Tokenizer.from_str(trimmed_tokenizer(ours.backend_tokenizer.to_str(), vocabulary))
    with ServedModel(tmp_path / "trimmed.gguf") as model:
        for text in (*PROBES, EXAMPLE, "Glastonbury and Wolverhampton, 1,234.5 kW since 2013"):
            assert model.ids(text) == hub.encode(text, add_special_tokens=False).ids
            assert model.text(model.ids(text)) == text
