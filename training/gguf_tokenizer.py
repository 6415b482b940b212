"""The tokenizer that a GGUF file holds, as a Hugging Face tokenizer with the same token ids.

transformers can rebuild one too, but gives every BPE tokenizer GPT-2's pre-tokenizer. SmolLM2 also splits
digits one by one (`tokenizer.ggml.pre` is "smollm"), which shows on '½' and wherever merges over digits
exist; a model that was trained on other ids than it is served with answers worse without a warning.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneserve.errors import StageError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# llama.cpp's enum llama_token_type: CONTROL and USER_DEFINED tokens are found in text before BPE.
SPECIAL_TYPES = {3, 4}


def tokenizer_of_gguf(path: Path) -> PreTrainedTokenizerFast:
    """The tokenizer of a GGUF with a byte-level BPE vocabulary and SmolLM's pre-tokenizer.

    Raises StageError on any other kind: guessing would train on wrong ids.
    """
    from gguf import GGUFReader
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    fields = GGUFReader(str(path)).fields

    def value(name: str) -> Any:
        field = fields.get(f"tokenizer.{name}")
        return None if field is None else field.contents()

    kind = (value("ggml.model"), value("ggml.pre"))
    if kind != ("gpt2", "smollm"):
        raise StageError(
            f"{path}: tokenizer {kind} is not known here; give --base a folder with a tokenizer.json instead"
        )
    tokens: list[str] = value("ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in value("ggml.merges")]
    backend = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=merges))
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    special = [token for token, type_ in zip(tokens, value("ggml.token_type"), strict=True) if type_ in SPECIAL_TYPES]
    backend.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])

    def named(name: str) -> str | None:
        number = value(f"ggml.{name}_token_id")
        return None if number is None else tokens[number]

    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=named("bos"),
        eos_token=named("eos"),
        unk_token=named("unknown"),
        pad_token=named("padding"),
        chat_template=value("chat_template"),
        model_max_length=int(fields["llama.context_length"].contents()),
        clean_up_tokenization_spaces=False,
        add_prefix_space=False,
    )
