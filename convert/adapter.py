"""`Adapter`: a LoRA adapter as PEFT saves it, read without torch and checked for what a merge cannot do."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize

from convert.gguf_file import Matrix
from tuneserve.added_tokens import AddedTokens, read_added_tokens
from tuneserve.errors import ConversionError

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"

_PREFIX = "base_model.model."
_LORA = re.compile(r"(?P<module>.+)\.lora_(?P<side>[AB])\.weight")
_ROWS = re.compile(r"(?P<module>.+)\.token_adapter\.trainable_tokens_delta")
_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "F64": np.dtype("<f8")}

# Settings of PEFT under which a layer is more than base + scale * b @ a.
_NOT_PLAIN = ("use_dora", "use_qalora", "fan_in_fan_out", "lora_bias", "layer_replication")

# Initialisations that change the base's own weights: the adapter then belongs to another base.
_CHANGES_BASE = ("pissa", "olora", "corda", "loftq", "lora_ga")


@dataclass(frozen=True, slots=True)
class LowRank:
    """What one module's weight gains: scale * b @ a, with a (r, columns) and b (rows, r)."""

    module: str
    a: Matrix
    b: Matrix
    scale: float

    def delta(self) -> Matrix:
        return np.asarray(self.b @ self.a, dtype=np.float32) * np.float32(self.scale)


class Adapter:
    """A folder with adapter_config.json and adapter_model.safetensors.

    Raises ConversionError when a file is missing or damaged, and for what `base + scale * b @ a` does
    not express: modules saved whole, DoRA, biases, layer replication, inits that change the base, tokens of
    the base that were trained.

    added  tokens that it adds to the base's vocabulary
    rows   {module: their rows of its weight, (tokens, columns)}: model.embed_tokens, and lm_head where it is not
           tied to it
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = read_config(folder)
        _refuse_what_is_not_plain_lora(folder, self.config)
        tensors = read_tensors(folder / WEIGHTS)
        self.added: AddedTokens | None = read_added_tokens(folder / WEIGHTS)
        self.rows = _rows(folder, tensors, self.config, self.added)
        self._pairs = _pairs(folder / WEIGHTS, tensors)

    def modules(self) -> list[str]:
        """Names of the tuned modules as the base has them, such as model.layers.0.self_attn.q_proj."""
        return sorted(self._pairs)

    def __iter__(self) -> Iterator[LowRank]:
        for module in self.modules():
            sides = self._pairs[module]
            a, b = sides["A"], sides["B"]
            if a.ndim != 2 or b.ndim != 2 or a.shape[0] != b.shape[1]:
                raise ConversionError(f"{self.folder}: {module}: shapes {b.shape} and {a.shape} do not multiply")
            yield LowRank(module, a, b, self._scale(module, rank=a.shape[0]))

    def _scale(self, module: str, rank: int) -> float:
        """alpha / r, or alpha / sqrt(r) for rsLoRA (Kalajdzievski 2023), with PEFT's per-module overrides."""
        alpha = float(_by_pattern(self.config.get("alpha_pattern") or {}, module, self.config["lora_alpha"]))
        expected = int(_by_pattern(self.config.get("rank_pattern") or {}, module, self.config["r"]))
        if expected != rank:
            raise ConversionError(f"{self.folder}: {module} has rank {rank}, {CONFIG} says {expected}")
        return alpha / (math.sqrt(rank) if self.config.get("use_rslora") else rank)


def read_config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConversionError(f"{path}: no such file; it is written by training beside {WEIGHTS}") from error
    except ValueError as error:
        raise ConversionError(f"{path}: not JSON: {error}") from error
    if not isinstance(config, dict) or not {"r", "lora_alpha", "peft_type"} <= config.keys():
        raise ConversionError(f"{path}: not a LoRA configuration of PEFT (r, lora_alpha and peft_type are expected)")
    return config


def _refuse_what_is_not_plain_lora(folder: Path, config: dict[str, Any]) -> None:
    path = folder / CONFIG
    if config["peft_type"] != "LORA":
        raise ConversionError(f"{path}: peft_type is '{config['peft_type']}'; only LORA can be merged here")
    if config.get("modules_to_save"):
        names = ", ".join(config["modules_to_save"])
        raise ConversionError(f"{path}: modules_to_save ({names}) are whole layers, not low-rank; train without them")
    for key in _NOT_PLAIN:
        if config.get(key):
            raise ConversionError(f"{path}: {key} cannot be merged here; train with plain LoRA")
    if config.get("target_parameters"):
        raise ConversionError(f"{path}: target_parameters cannot be merged here; name modules in target_modules")
    if config.get("bias", "none") != "none":
        raise ConversionError(f"{path}: bias is '{config['bias']}'; train with bias = \"none\"")
    start = config.get("init_lora_weights")
    if isinstance(start, str) and start.lower().startswith(_CHANGES_BASE):
        raise ConversionError(f"{path}: init_lora_weights '{start}' changes the base, so it is not the one here")


def _rows(
    folder: Path, tensors: dict[str, Matrix], config: dict[str, Any], added: AddedTokens | None
) -> dict[str, Matrix]:
    """Takes the embeddings of added tokens out of `tensors`."""
    path = folder / CONFIG
    trained = config.get("trainable_token_indices") or {}
    told = {tuple(ids) for ids in (trained.values() if isinstance(trained, dict) else [trained])} - {()}
    if told != ({tuple(added.ids)} if added else set()):
        raise ConversionError(f"{path}: trainable_token_indices are not the tokens that {WEIGHTS} names; train again")
    rows = {}
    for name in list(tensors):
        found = _ROWS.fullmatch(name.removeprefix(_PREFIX))
        if found is not None:
            rows[found["module"]] = tensors.pop(name)
    count = len(added.texts) if added else 0
    if bool(count) != bool(rows) or any(part.ndim != 2 or len(part) != count for part in rows.values()):
        raise ConversionError(f"{folder / WEIGHTS}: its embeddings are not those of {count} added tokens; train again")
    return rows


def _pairs(path: Path, tensors: dict[str, Matrix]) -> dict[str, dict[str, Matrix]]:
    pairs: dict[str, dict[str, Matrix]] = {}
    for name, tensor in tensors.items():
        found = _LORA.fullmatch(name.removeprefix(_PREFIX))
        if found is None:
            raise ConversionError(f"{path}: '{name}' is no LoRA matrix of a linear layer; it cannot be merged here")
        pairs.setdefault(found["module"], {})[found["side"]] = tensor
    if not pairs:
        raise ConversionError(f"{path}: no LoRA matrices in it")
    for module, sides in pairs.items():
        if len(sides) != 2:
            raise ConversionError(f"{path}: {module} has only lora_{next(iter(sides))}")
    return pairs


def read_tensors(path: Path) -> dict[str, Matrix]:
    """All tensors of a safetensors file as float32; bfloat16 too, which numpy itself has not."""
    try:
        rows: list[tuple[str, dict[str, Any]]] = deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    except FileNotFoundError as error:
        raise ConversionError(f"{path}: no such file") from error
    except SafetensorError as error:
        raise ConversionError(f"{path}: damaged or cut short ({error})") from error
    return {name: _as_float32(path, name, row) for name, row in rows}


def _as_float32(path: Path, name: str, row: dict[str, Any]) -> Matrix:
    if row["dtype"] == "BF16":
        # A bfloat16 is the upper half of the float32 of the same value.
        wide = np.frombuffer(row["data"], dtype="<u2").astype(np.uint32) << 16
        return wide.view(np.float32).reshape(row["shape"])
    if row["dtype"] not in _DTYPES:
        raise ConversionError(f"{path}: {name} is of type {row['dtype']}; expected one of BF16, {', '.join(_DTYPES)}")
    kind: np.dtype[Any] = _DTYPES[row["dtype"]]
    stored: np.ndarray[Any, Any] = np.frombuffer(row["data"], dtype=kind)
    return stored.astype(np.float32).reshape(row["shape"])


def _by_pattern(patterns: dict[str, Any], module: str, otherwise: Any) -> Any:
    """PEFT's rule: the first pattern that matches the end of the module's name, from a dot on."""
    for pattern, value in patterns.items():
        if re.match(rf"(.*\.)?({pattern})$", module):
            return value
    return otherwise
