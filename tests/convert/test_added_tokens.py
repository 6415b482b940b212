"""Tokens that training added: merged alike with and without torch, read alike by transformers and llama.cpp."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from convert.adapter import Adapter
from convert.gguf_file import GgufFile
from convert.merge import merge
from convert.vocabulary import Vocabulary, trim, trimmed_tokenizer
from tests.convert.conftest import WIDTH, Weights, lora
from tests.tiny import write_tiny_base
from tuneserve.added_tokens import AddedTokens
from tuneserve.errors import ConversionError
from tuneserve.progress import Silent

ADAPTER = "adapter_model.safetensors"
ROWS = "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"
ADDED = AddedTokens(4, ('"],"day":"friday', '{"screen":true'))
ANSWERS = (
    '{"screen":true,"day":"friday"}',
    '{"names":["a","Ö"],"day":"friday","people":12}',
    'show "],"day": and {"screen" as they are',
)


def with_tokens(
    make_adapter: Callable[..., Path], added: AddedTokens = ADDED, rows: Weights | None = None, **changes: Any
) -> Path:
    """An adapter folder for `small_base`, as training writes it."""
    folder = make_adapter(trainable_token_indices={"embed_tokens": ADDED.ids}, **changes)
    chance = np.random.default_rng(5)
    own = {ROWS: chance.standard_normal((len(added.texts), WIDTH)).astype(np.float32)}
    save_file(lora("self_attn.o_proj") | (own if rows is None else rows), folder / ADAPTER, added.as_metadata())
    return folder


def test_rows_and_words_stand_behind_those_of_the_base(
    small_base: Path, make_adapter: Callable[..., Path], tmp_path: Path
) -> None:
    adapter = with_tokens(make_adapter)
    merge(small_base, adapter, tmp_path / "merged.gguf", {}, Silent())
    before, after = GgufFile(small_base), GgufFile(tmp_path / "merged.gguf")
    embedding = after.weights("token_embd.weight")
    assert embedding.shape == (6, WIDTH)
    assert np.array_equal(embedding[:4], before.weights("token_embd.weight").astype(np.float16))
    assert np.array_equal(embedding[4:], Adapter(adapter).rows["model.embed_tokens"].astype(np.float16))
    assert after.value("tokenizer.ggml.tokens") == [*before.value("tokenizer.ggml.tokens"), *ADDED.texts]
    assert after.value("tokenizer.ggml.token_type") == [3, 1, 1, 1, 4, 4], "user defined: found in a text first"


@pytest.mark.parametrize(
    ("added", "rows", "changes", "said"),
    [
        (AddedTokens(9, ADDED.texts), None, {}, "are not the tokens that"),
        (ADDED, {}, {}, "its embeddings are not those of 2 added tokens"),
        (ADDED, {ROWS: np.ones((3, WIDTH), np.float32)}, {}, "its embeddings are not those of 2 added tokens"),
        (ADDED, {ROWS: np.ones((2, 8), np.float32)}, {}, "it was trained on another base"),
        (
            ADDED,
            {ROWS.replace("model.embed_tokens", "lm_head"): np.ones((2, WIDTH), np.float32)},
            {},
            r"adds tokens to \['output.weight'\], the base base.gguf has \['token_embd.weight'\]",
        ),
    ],
)
def test_rows_that_do_not_fit_are_refused(
    small_base: Path,
    make_adapter: Callable[..., Path],
    tmp_path: Path,
    added: AddedTokens,
    rows: Weights | None,
    changes: dict[str, Any],
    said: str,
) -> None:
    with pytest.raises(ConversionError, match=said):
        merge(small_base, with_tokens(make_adapter, added, rows, **changes), tmp_path / "merged.gguf", {}, Silent())
    assert not list(tmp_path.glob("merged*"))


def test_trained_tokens_of_the_base_are_refused(make_adapter: Callable[..., Path]) -> None:
    with pytest.raises(ConversionError, match="trainable_token_indices are not the tokens"):
        Adapter(make_adapter(trainable_token_indices=[1, 2]))


@pytest.mark.slow
def test_both_merges_agree_and_llama_cpp_reads_the_tokens(tmp_path: Path) -> None:
    """numpy on the base's GGUF, and torch, PEFT and llama.cpp's converter, make the same file."""
    import torch
    from llama_cpp import Llama
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from convert.converter import converter
    from convert.stage import _merge
    from training.structure import added_to, make_room

    base = write_tiny_base(tmp_path / "base")
    tokenizer: Any = AutoTokenizer.from_pretrained(base)
    added = added_to(tokenizer, ADDED.texts)
    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    make_room(model, added)
    with warnings.catch_warnings():
        # PEFT 0.21 reads a property that transformers 5.23 has renamed.
        warnings.simplefilter("ignore", FutureWarning)
        settings = LoraConfig(r=4, target_modules="all-linear", trainable_token_indices={"embed_tokens": added.ids})
        tuned = get_peft_model(model, settings)
    for weight in (weight for weight in tuned.parameters() if weight.requires_grad):
        torch.nn.init.normal_(weight, std=0.1)
    folder = tmp_path / "adapter"
    tuned.save_pretrained(folder, save_embedding_layers=False)
    tokenizer.save_pretrained(folder)
    from safetensors.numpy import load_file

    save_file(load_file(folder / ADAPTER), folder / ADAPTER, {"format": "pt", **added.as_metadata()})

    whole, ours, theirs = (tmp_path / name for name in ("base.gguf", "ours.gguf", "theirs.gguf"))
    tools = converter(Silent())
    tools.model(base, whole, "tiny")
    merge(whole, folder, ours, {}, Silent())
    _merge(folder, {"name": "tiny", "revision": "local", "path": str(base)}, tmp_path / "merged", Silent())
    tools.model(tmp_path / "merged", theirs, "tiny")
    by_numpy, by_torch = GgufFile(ours), GgufFile(theirs)
    for key in ("tokens", "token_type", "merges"):
        assert by_numpy.value(f"tokenizer.ggml.{key}") == by_torch.value(f"tokenizer.ggml.{key}"), key
    assert by_numpy.tensors.keys() == by_torch.tensors.keys()
    for name in by_numpy.tensors:
        assert np.allclose(by_numpy.weights(name), by_torch.weights(name), rtol=2**-10, atol=2**-14), name

    kept = Vocabulary(len(tokenizer), (*range(20000), *added.ids))
    trim(ours, kept, tmp_path / "trimmed.gguf")
    from tokenizers import Tokenizer

    smaller = Tokenizer.from_str(trimmed_tokenizer(tokenizer.backend_tokenizer.to_str(), kept))
    for path, ids_of in (
        (ours, lambda text: tokenizer(text)["input_ids"]),
        (tmp_path / "trimmed.gguf", lambda text: smaller.encode(text).ids),
    ):
        llama = Llama(str(path), vocab_only=True, verbose=False)
        for text in ANSWERS:
            # Found also where control tokens are not looked for, as in a question: they are plain text.
            found = llama.tokenize(text.encode(), add_bos=False, special=False)
            assert found == ids_of(text), (path.name, text)
            assert llama.detokenize(found).decode() == text
        llama.close()
    assert any(number in tokenizer(ANSWERS[0])["input_ids"] for number in added.ids)
