from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from gguf import GGMLQuantizationType, dequantize, quantize

from convert.gguf_file import GgufFile
from convert.quantise import QUANTIZATIONS, quantise
from tuneserve.errors import ConversionError, UsageError
from tuneserve.progress import Silent
from tuneserve.run import Run
from tuneserve.task import project_root


def test_every_quantization_is_one_of_llama_cpps() -> None:
    import llama_cpp

    assert all(isinstance(getattr(llama_cpp, name), int) for name in QUANTIZATIONS.values())


def test_unknown_quantization_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'q5_x' is not known; one of: q8_0"):
        quantise(tmp_path / "in.gguf", tmp_path / "out.gguf", "q5_x", Silent())


def test_source_cut_short_is_refused_before_llama_cpp_reads_it(small_base: Path, tmp_path: Path) -> None:
    small_base.write_bytes(small_base.read_bytes()[:-4096])
    with pytest.raises(ConversionError, match="cut short"):
        quantise(small_base, tmp_path / "out.gguf", "q8_0", Silent())
    assert not list(tmp_path.glob("out*"))


def test_failure_of_llama_cpp_is_one_line_with_its_reason_and_log(small_base: Path, tmp_path: Path) -> None:
    """The small base has all that a merge needs, but no context length, without which llama.cpp loads nothing."""
    with pytest.raises(ConversionError, match=r"key not found in model: llama\.context_length") as failed:
        quantise(small_base, tmp_path / "out.gguf", "q8_0", Silent())
    assert "\n" not in str(failed.value)
    log = Path(str(failed.value).rsplit("log: ", 1)[1].rstrip(")"))
    assert "llama.context_length" in log.read_text()
    log.unlink()
    assert not list(tmp_path.glob("out*"))


@pytest.mark.slow
def test_only_the_feed_forward_matrices_get_four_bits_and_their_scales_by_least_squares(
    converted_run: Run, tmp_path: Path
) -> None:
    whole = GgufFile(converted_run.gguf / "tiny_task-f16.gguf")
    done = GgufFile(quantise(whole.path, tmp_path / "small.gguf", "q4_0_ffn", Silent()).path)
    kinds = {name: tensor.kind.name for name, tensor in done.tensors.items() if len(tensor.shape) > 1}
    four = {name for name, kind in kinds.items() if kind == "Q4_0"}
    assert four == {name for name in kinds if ".ffn_" in name}
    assert set(kinds.values()) == {"Q4_0", "Q8_0"}
    for name in four:
        right = whole.weights(name)
        rounded = dequantize(quantize(right, GGMLQuantizationType.Q4_0), GGMLQuantizationType.Q4_0)
        assert ((done.weights(name) - right) ** 2).sum() < ((rounded - right) ** 2).sum()


@pytest.mark.slow
def test_fallbacks_are_those_that_llama_cpp_took(converted_run: Run, tmp_path: Path) -> None:
    """Rows of 64 and 96 weights do not fill the blocks of 256 that K-quants have."""
    source = converted_run.gguf / "tiny_task-f16.gguf"
    done = quantise(source, tmp_path / "small.gguf", "q4_k_m", Silent())
    types = {name: tensor.kind.name.lower() for name, tensor in GgufFile(done.path).tensors.items()}
    assert done.fallbacks
    for fallback in done.fallbacks:
        assert fallback.columns in (64, 96)
        assert fallback.wanted in ("q4_k", "q6_k")
        assert types[fallback.tensor] == fallback.used
    assert sum(done.as_json()["fallbacks"].values()) == len(done.fallbacks)
    assert done.weight.bits_per_weight > 5, "more than q4_k's own 4.5"


@pytest.mark.slow
def test_llama_cpp_says_nothing_on_the_terminal_and_a_full_disk_leaves_nothing(
    converted_run: Run, tmp_path: Path
) -> None:
    code = (
        "import sys, pathlib; from convert.quantise import quantise; from tuneserve.progress import Silent\n"
        "from tuneserve.errors import ConversionError\n"
        "source, target = map(pathlib.Path, sys.argv[1:])\n"
        "try: quantise(source, target, 'q8_0', Silent())\n"
        "except ConversionError as error: sys.exit(str(error))\n"
    )
    command = [sys.executable, "-c", code, str(converted_run.gguf / "tiny_task-f16.gguf"), str(tmp_path / "out.gguf")]
    limit = 100_000

    def allow(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    failed = subprocess.run(
        command, cwd=project_root(), capture_output=True, text=True, preexec_fn=lambda: allow(limit), check=False
    )
    assert failed.returncode == 1
    assert len(failed.stderr.strip().splitlines()) == 1
    assert "llama.cpp could not write it" in failed.stderr
    assert not list(tmp_path.glob("out*"))
    passed = subprocess.run(command, cwd=project_root(), capture_output=True, text=True, check=False)
    assert (passed.returncode, passed.stdout, passed.stderr) == (0, "", "")
