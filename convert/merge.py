"""Base GGUF + LoRA adapter -> merged GGUF in float16, in numpy: a user of a release needs no torch.

Only bases of llama.cpp's architecture `llama` are merged here (Llama, SmolLM2, Mistral). For all
others `tuneserve convert` merges with torch and converts with llama.cpp's own converter; a test holds
the two ways against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gguf import MODEL_ARCH, GGUFWriter, LlamaFileType, TokenType, get_tensor_name_map

from convert.adapter import Adapter, LowRank
from convert.gguf_file import GgufFile, Matrix, is_matrix, written_whole
from tuneserve.added_tokens import AddedTokens
from tuneserve.errors import ConversionError
from tuneserve.progress import Progress

_NOT_OF_THE_BASE = ("general.file_type", "general.finetune", "general.quantization_version")


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: how many tensors of how many gained something, and the largest change of a weight."""

    tensors: int
    changed: int
    largest_change: float


def merge(base: Path, adapter: Path, target: Path, about: Mapping[str, str], progress: Progress) -> Merged:
    """Writes base + adapter to `target` as a float16 GGUF with the base's metadata and tokenizer.

    `about` replaces keys of the model card, such as {"general.name": "fit_query"}. `target` appears
    only when it is whole. Raises ConversionError when adapter and base do not fit.
    """
    source = GgufFile(base)
    read = Adapter(adapter)
    deltas = _by_tensor(source, read)
    rows = _rows_by_tensor(source, read)
    replaced = _longer_vocabulary(source, read.added) if read.added is not None else {}
    with written_whole(target, source.architecture) as writer:
        # The card's words about how the base was tuned are not about what is made here.
        source.copy_metadata(writer, without={*about, *_NOT_OF_THE_BASE}, replaced=replaced)
        largest = _write(writer, source, deltas, rows, about, progress)
    return Merged(len(source.tensors), len(deltas), largest)


def _write(
    writer: GGUFWriter,
    source: GgufFile,
    deltas: Mapping[str, LowRank],
    rows: Mapping[str, Matrix],
    about: Mapping[str, str],
    progress: Progress,
) -> float:
    """Tensors one at a time, so that memory holds the largest one and not the model; returns the largest change."""
    writer.add_file_type(int(LlamaFileType.MOSTLY_F16))
    for key, text in about.items():
        writer.add_string(key, text)
    for name, tensor in source.tensors.items():
        kind = np.dtype(np.float16 if is_matrix(tensor.shape) else np.float32)
        more = len(rows.get(name, ()))
        shape = (tensor.shape[0] + more, *tensor.shape[1:])
        writer.add_tensor_info(name, shape, kind, int(np.prod(shape)) * kind.itemsize)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    largest = 0.0
    with progress.bar("merge", len(source.tensors), unit="tensors") as bar:
        for name in source.tensors:
            weights = source.weights(name)
            if name in deltas:
                delta = _permuted(deltas[name], name, source).delta()
                largest = max(largest, float(np.abs(delta).max()))
                weights = weights + delta
            if name in rows:
                weights = np.concatenate([weights, rows[name]])
            writer.write_tensor_data(_stored(weights, name))
            bar.advance()
    return largest


def _stored(weights: Matrix, name: str) -> np.ndarray[Any, Any]:
    if not is_matrix(weights.shape):
        return weights
    limit = np.finfo(np.float16).max
    if not np.isfinite(weights).all() or np.abs(weights).max() > limit:
        raise ConversionError(f"{name}: a merged weight is not finite or beyond float16; the adapter has diverged")
    return weights.astype(np.float16)


def _by_tensor(source: GgufFile, adapter: Adapter) -> dict[str, LowRank]:
    """The adapter's matrices under the names of the GGUF's tensors, every shape checked."""
    if source.architecture != "llama":
        raise ConversionError(
            f"{source.path}: architecture '{source.architecture}' is not merged without torch; use: tuneserve convert"
        )
    names = get_tensor_name_map(MODEL_ARCH.LLAMA, int(source.value("llama.block_count")))
    deltas = {}
    for part in adapter:
        stem = names.get_name(part.module)
        tensor = f"{stem}.weight"
        if stem is None or not stem.startswith("blk."):
            # Embeddings too: their low-rank adapter has another shape, and a tied one is the output layer as well.
            raise ConversionError(f"{adapter.folder}: '{part.module}' is no linear layer of a block; tune those only")
        if tensor not in source.tensors:
            raise ConversionError(f"{adapter.folder}: '{part.module}' is not in the base {source.path.name}")
        shape = (part.b.shape[0], part.a.shape[1])
        if shape != source.tensors[tensor].shape:
            raise ConversionError(
                f"{adapter.folder}: '{part.module}' is for a weight of {shape}, the base {source.path.name} has"
                f" {source.tensors[tensor].shape}: it was trained on another base"
            )
        deltas[tensor] = part
    return deltas


def _rows_by_tensor(source: GgufFile, adapter: Adapter) -> dict[str, Matrix]:
    """The rows of added tokens under the names of the GGUF's tensors, every shape checked."""
    names = get_tensor_name_map(MODEL_ARCH.LLAMA, int(source.value("llama.block_count")))
    rows = {f"{names.get_name(module)}.weight": part for module, part in adapter.rows.items()}
    wanted = {name for name in ("token_embd.weight", "output.weight") if name in source.tensors} if rows else set()
    if rows.keys() != wanted:
        raise ConversionError(
            f"{adapter.folder}: adds tokens to {sorted(rows)}, the base {source.path.name} has {sorted(wanted)}"
        )
    for name, part in rows.items():
        have = source.tensors[name].shape
        if adapter.added is None or have != (adapter.added.first, part.shape[1]):
            raise ConversionError(
                f"{adapter.folder}: its tokens belong behind another vocabulary than the {have[0]:,} tokens of"
                f" {source.path.name}: it was trained on another base"
            )
    return rows


def _longer_vocabulary(source: GgufFile, added: AddedTokens) -> dict[str, Any]:
    """The header's lists with the added tokens at their ends: found in a text before it is cut into words."""
    tokens = source.raw("tokenizer.ggml.tokens")
    if tokens is None or len(tokens) != added.first:
        raise ConversionError(f"{source.path}: it has no vocabulary of {added.first:,} tokens")
    count = len(added.texts)
    behind = {
        "tokenizer.ggml.tokens": [text.encode() for text in added.texts],
        "tokenizer.ggml.token_type": [int(TokenType.USER_DEFINED)] * count,
        "tokenizer.ggml.scores": [0.0] * count,
    }
    longer: dict[str, Any] = {key: source.raw(key) + more for key, more in behind.items() if source.raw(key)}
    return longer | {f"{source.architecture}.vocab_size": added.first + count}


def _permuted(part: LowRank, tensor: str, source: GgufFile) -> LowRank:
    """`part` with its rows in the order in which llama.cpp keeps the rows of that tensor.

    For the architecture `llama` the converter interleaves the two halves of every attention head in
    attn_q and attn_k (LlamaModel.permute in llama.cpp's conversion/llama.py), because llama.cpp rotates
    neighbouring pairs where transformers rotates halves. The rows of a product b @ a are those of b.
    """
    heads = {"attn_q": "llama.attention.head_count", "attn_k": "llama.attention.head_count_kv"}
    key = heads.get(tensor.split(".")[-2])
    if key is None:
        return part
    count = int(source.value(key, source.value("llama.attention.head_count")))
    rows, rank = part.b.shape
    b = part.b.reshape(count, 2, rows // count // 2, rank).swapaxes(1, 2).reshape(rows, rank)
    return LowRank(part.module, part.a, b, part.scale)
