"""GGUF in float16 -> a smaller one, by llama.cpp's own `llama_model_quantize` through llama_cpp's binding."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gguf import GGMLQuantizationType

from convert.gguf_file import GgufFile, Weight, is_matrix
from convert.tool_log import kept_log
from tuneserve.errors import ConversionError, UsageError
from tuneserve.progress import Bar, Progress

# Names as Ollama and the hubs use them -> llama.cpp's enum llama_ftype.
QUANTIZATIONS = {
    "q8_0": "LLAMA_FTYPE_MOSTLY_Q8_0",
    "q6_k": "LLAMA_FTYPE_MOSTLY_Q6_K",
    "q5_k_m": "LLAMA_FTYPE_MOSTLY_Q5_K_M",
    "q5_k_s": "LLAMA_FTYPE_MOSTLY_Q5_K_S",
    "q4_k_m": "LLAMA_FTYPE_MOSTLY_Q4_K_M",
    "q4_k_s": "LLAMA_FTYPE_MOSTLY_Q4_K_S",
    "q4_0": "LLAMA_FTYPE_MOSTLY_Q4_0",
    "q4_0_ffn": "LLAMA_FTYPE_MOSTLY_Q8_0",
    "q3_k_m": "LLAMA_FTYPE_MOSTLY_Q3_K_M",
}
# {quantization: {regular expression of tensors' names: their own type}}
# Feed-forward matrices are two thirds of a small model; what attends and what names tokens keeps 8 bits.
_APART = {"q4_0_ffn": {"ffn_(up|gate|down)": GGMLQuantizationType.Q4_0}}

_STEP = re.compile(r"\[\s*(\d+)/\s*(\d+)\]")
_FALLBACK = re.compile(
    r"warning: (?P<tensor>\S+)\s+- ncols\s+(?P<columns>\d+) not divisible by\s+(?P<block>\d+)"
    r" \(required for type\s+(?P<wanted>\w+)\).*?-> falling back to\s+(?P<used>\w+)"
)
_ERROR = re.compile(r"failed to quantize: (.+)")


@dataclass(frozen=True, slots=True)
class Fallback:
    """A tensor whose rows the wanted type cannot hold: 256 weights a block do not divide 576 columns."""

    tensor: str
    columns: int
    wanted: str
    used: str


@dataclass(frozen=True, slots=True)
class Quantised:
    path: Path
    weight: Weight
    fallbacks: tuple[Fallback, ...]

    def as_json(self) -> dict[str, Any]:
        """Fallbacks are counted by kind: "q4_k -> q5_0 (576 columns)": 60."""
        counted: dict[str, int] = {}
        for fallback in self.fallbacks:
            kind = f"{fallback.wanted} -> {fallback.used} ({fallback.columns} columns)"
            counted[kind] = counted.get(kind, 0) + 1
        return {**self.weight.as_json(), "fallbacks": counted}


def check_quantization(name: str) -> str:
    """`name` itself; raises UsageError naming what there is when llama.cpp has no such type here."""
    if name not in QUANTIZATIONS:
        raise UsageError(f"quantization '{name}' is not known; one of: {', '.join(QUANTIZATIONS)}")
    return name


def quantise(source: Path, target: Path, quantization: str, progress: Progress) -> Quantised:
    """Writes `source` (float16 or float32) to `target` in that type; `target` appears only when whole.

    llama.cpp's own words are kept from the terminal; when it fails they are in a file that the error names.
    """
    import llama_cpp

    file_type = QUANTIZATIONS[check_quantization(quantization)]
    whole = GgufFile(source)
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = getattr(llama_cpp, file_type)
    parameters.nthread = len(os.sched_getaffinity(0))
    apart = _APART.get(quantization, {})
    if apart:
        parameters.tt_overrides = _overrides(apart)
        # With weights, even all alike, llama.cpp fits a block's scale by least squares: 5 % less error in q4_0.
        parameters.imatrix = _alike(whole)
    partial = target.with_name(target.name + ".partial")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with progress.bar(f"quantise {quantization}", len(whole.tensors), unit="tensors") as bar, _log(bar) as lines:
            failed = llama_cpp.llama_model_quantize(bytes(source), bytes(partial), ctypes.byref(parameters))
        said = "".join(lines)
        if failed:
            free = shutil.disk_usage(target.parent).free / 1e9
            raise ConversionError(
                f"{target}: llama.cpp could not write it: {_reason(said)} ({free:.1f} GB are free there;"
                f" llama.cpp's log: {kept_log('quantise', said)})"
            )
        weight = GgufFile(partial).weight()
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return Quantised(target, weight, _fallbacks(said))


def _overrides(types: Mapping[str, GGMLQuantizationType]) -> Any:
    """The C array of (pattern, type) that ends with an empty entry."""
    from llama_cpp import llama_cpp

    entries = (llama_cpp.llama_model_tensor_override * (len(types) + 1))()
    for entry, (pattern, kind) in zip(entries, types.items(), strict=False):
        entry.pattern, entry.type = pattern.encode(), kind
    return entries


def _alike(source: GgufFile) -> Any:
    """An importance matrix that weighs each column of each matrix the same; ends with an empty entry."""
    from llama_cpp import llama_cpp

    matrices = [(name, tensor.shape[-1]) for name, tensor in source.tensors.items() if is_matrix(tensor.shape)]
    entries = (llama_cpp.llama_model_imatrix_data * (len(matrices) + 1))()
    for entry, (name, columns) in zip(entries, matrices, strict=False):
        ones = (ctypes.c_float * columns)(*([1.0] * columns))
        entry.name, entry.data, entry.size = name.encode(), ones, columns
    return entries


@contextmanager
def _log(bar: Bar) -> Iterator[list[str]]:
    """Collects llama.cpp's log and moves the bar by the steps it counts; the former log is put back."""
    import llama_cpp
    from llama_cpp import _logger

    lines: list[str] = []

    def collect(level: int, text: bytes, user_data: ctypes.c_void_p) -> None:
        line = text.decode("utf-8", "replace")
        lines.append(line)
        if _STEP.match(line):
            bar.advance()

    callback = llama_cpp.llama_log_callback(collect)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    try:
        yield lines
    finally:
        llama_cpp.llama_log_set(_logger.llama_log_callback, ctypes.c_void_p(0))


def _fallbacks(said: str) -> tuple[Fallback, ...]:
    return tuple(
        Fallback(found["tensor"], int(found["columns"]), found["wanted"].lower(), found["used"].lower())
        for found in _FALLBACK.finditer(said)
    )


def _reason(said: str) -> str:
    found = _ERROR.search(said)
    return found.group(1).strip() if found else "no reason given"
