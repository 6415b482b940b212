"""`Vocabulary`: the part of a base model's vocabulary that a release keeps.

A base for every language has a vocabulary for every language, and each word of it costs: a row of the
embedding, a dot product at each token written, a line for Ollama to read at every request, a word to try
against a grammar. A model tuned for one job writes and reads few of them. So what the examples use is kept,
with the commonest pieces of the language for words that no example has; the rest is cut out of the GGUF.

A byte-pair tokenizer builds a word by merging pieces, the commonest pair first. The merges kept are closed:
whatever a kept word is built from is kept too. So a text whose words are all kept is cut into the very same
words as before, and any other text into smaller pieces, down to single bytes: nothing becomes unreadable.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType

from convert.gguf_file import GgufFile, Replaced, written_whole
from tuneserve.errors import ConversionError
from tuneserve.manifest import write_json
from tuneserve.release import VOCABULARY as VOCABULARY

# The merges kept whatever the examples use: words of questions that nobody foresaw are built from these.
COMMON_MERGES = 12_000
# The kernels of llama.cpp take rows in blocks.
MULTIPLE = 64

_MODEL = "tokenizer.ggml.model"
_TOKENS = "tokenizer.ggml.tokens"
_MERGES = "tokenizer.ggml.merges"
_BY_TOKEN = (_TOKENS, "tokenizer.ggml.token_type", "tokenizer.ggml.scores")
_ROW_A_TOKEN = ("token_embd.weight", "output.weight", "output.bias")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`kept`: ids of the base's tokens that stay, ascending; the new id of each is its place. `size`: the base's."""

    size: int
    kept: tuple[int, ...]

    def new_ids(self) -> dict[int, int]:
        """{id in the base: id in what is trimmed}."""
        return {old: new for new, old in enumerate(self.kept)}


def byte_pairs(source: GgufFile) -> bool:
    """Whether the tokenizer in the GGUF is one that can be trimmed: a byte-level BPE with its merges."""
    return source.value(_MODEL) == "gpt2" and bool(source.value(_MERGES))


def kept_vocabulary(source: GgufFile, used: Iterable[int], common: int = COMMON_MERGES) -> Vocabulary:
    """What of the vocabulary of `source` is kept.

    used    ids of tokens in the examples; those that `source` has not are passed over
    common  how many of the commonest merges are kept in any case

    Tokens that no merge makes (single bytes, control tokens) stay always. Raises ConversionError when the
    tokenizer is no byte-level BPE.
    """
    if not byte_pairs(source):
        raise ConversionError(f"{source.path}: its tokenizer is '{source.value(_MODEL)}', which cannot be trimmed")
    tokens: list[str] = source.value(_TOKENS)
    merges = [_pair(merge) for merge in source.value(_MERGES)]
    parts = {left + right: (left, right) for left, right in reversed(merges)}
    # In the order in which merges are learnt, so that what a token is built from stands before it.
    ranked = list(dict.fromkeys(left + right for left, right in merges))
    whole = {token for token in tokens if token not in parts}
    kept = whole | set(ranked[:common]) | {tokens[number] for number in used if number < len(tokens)}
    _close(kept, parts)
    kept &= set(tokens)
    for token in ranked:
        if len(kept) % MULTIPLE == 0:
            break
        kept.add(token)
    return Vocabulary(len(tokens), tuple(number for number, token in enumerate(tokens) if token in kept))


def trim(source: Path, vocabulary: Vocabulary, target: Path) -> None:
    """Writes `source` (float16 or any quantised type) without the tokens that are not kept.

    The rows of the embedding and of the output layer are copied bit for bit. `target` appears only when it
    is whole. Raises ConversionError when the vocabulary is not that of `source`.
    """
    gguf = GgufFile(source)
    replaced = _metadata(gguf, vocabulary)
    rows = np.array(vocabulary.kept)
    with written_whole(target, gguf.architecture) as writer:
        gguf.copy_metadata(writer, replaced=replaced)
        for name, tensor in gguf.tensors.items():
            stored = gguf.stored(name)
            if name in _ROW_A_TOKEN:
                stored = np.ascontiguousarray(stored[rows])
            writer.add_tensor(name, stored, raw_dtype=_raw(tensor.kind))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()


def trimmed_tokenizer(serialised: str, vocabulary: Vocabulary) -> str:
    """`tokenizer.json` (its text) of the tokenizers library, trimmed alike: by it the GGUF's is checked."""
    settings: dict[str, Any] = json.loads(serialised)
    new_ids = vocabulary.new_ids()
    model = settings["model"]
    model["vocab"] = {token: new_ids[number] for token, number in model["vocab"].items() if number in new_ids}
    words = model["vocab"]
    merges = [tuple(_pair(merge) if isinstance(merge, str) else merge) for merge in model["merges"]]
    model["merges"] = [pair for pair in merges if {*pair, "".join(pair)} <= words.keys()]
    for added in settings["added_tokens"]:
        added["id"] = new_ids[added["id"]]
    return json.dumps(settings)


def write_vocabulary(folder: Path, vocabulary: Vocabulary) -> Path:
    """Writes vocabulary.json: {"size": 49152, "kept": "0-12300 12302 12310-12311 …"}; gives its path."""
    runs: list[list[int]] = []
    for number in vocabulary.kept:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    path = folder / VOCABULARY
    write_json(path, {"size": vocabulary.size, "kept": " ".join(_run(first, last) for first, last in runs)})
    return path


def read_vocabulary(path: Path) -> Vocabulary:
    """Raises ConversionError when the file is missing or damaged."""
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        ends = [tuple(map(int, run.split("-"))) for run in row["kept"].split()]
        kept = tuple(number for run in ends for number in range(run[0], run[-1] + 1))
        size = int(row["size"])
        if not kept or any(one >= other for one, other in pairwise(kept)) or kept[0] < 0 or kept[-1] >= size:
            raise ValueError("ids are not ascending within the vocabulary")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConversionError(
            f"{path}: missing or damaged ({error}); restore it: git checkout -- {path.name}"
        ) from error
    return Vocabulary(size, kept)


def _metadata(gguf: GgufFile, vocabulary: Vocabulary) -> Replaced:
    """What changes in the header, as {key: value}."""
    size = len(gguf.value(_TOKENS, []))
    if size != vocabulary.size:
        raise ConversionError(
            f"{gguf.path}: it has {size:,} tokens, {VOCABULARY} is for {vocabulary.size:,}: not the same base"
        )
    new_ids = vocabulary.new_ids()
    replaced: dict[str, Any] = {f"{gguf.architecture}.vocab_size": len(vocabulary.kept)}
    for key in _BY_TOKEN:
        values = gguf.raw(key)
        if values is not None:
            replaced[key] = [values[number] for number in vocabulary.kept]
    words = {token.decode("utf-8") for token in replaced[_TOKENS]}
    merges = ((merge, _pair(merge)) for merge in gguf.value(_MERGES))
    replaced[_MERGES] = [merge.encode() for merge, pair in merges if {*pair, "".join(pair)} <= words]
    for key in gguf.keys:
        if key.startswith("tokenizer.ggml.") and key.endswith("_token_id"):
            replaced[key] = new_ids[gguf.value(key)]
    return replaced


def _close(kept: set[str], parts: dict[str, tuple[str, str]]) -> None:
    """Adds whatever the tokens in `kept` are merged from."""
    open_tokens = list(kept)
    while open_tokens:
        for part in parts.get(open_tokens.pop(), ()):
            if part not in kept:
                kept.add(part)
                open_tokens.append(part)


def _pair(merge: str) -> tuple[str, str]:
    """A blank inside a token is written as another character, so the blank parts the two."""
    left, _, right = merge.partition(" ")
    return left, right


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _raw(kind: GGMLQuantizationType) -> GGMLQuantizationType | None:
    """gguf-py tells plain floats by numpy's type and wants to be told the others."""
    return None if kind.name in ("F32", "F16") else kind
