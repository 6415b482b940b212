from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convert.adapter import Adapter
from convert.gguf_file import GgufFile
from convert.merge import merge
from convert.vocabulary import VOCABULARY, read_vocabulary, trim
from tests.convert.conftest import HEADS, INNER, WIDTH, lora
from tuneserve.errors import ConversionError
from tuneserve.progress import Silent
from tuneserve.run import Run
from tuneserve.task import project_root


def test_delta_is_added_to_the_dequantised_base(
    small_base: Path, make_adapter: Callable[..., Path], tmp_path: Path
) -> None:
    adapter = make_adapter(lora("mlp.down_proj", (WIDTH, INNER)))
    target = tmp_path / "merged.gguf"
    done = merge(small_base, adapter, target, {}, Silent())
    before, after = GgufFile(small_base), GgufFile(target)
    (part,) = Adapter(adapter)
    wanted = (before.weights("blk.0.ffn_down.weight") + part.delta()).astype(np.float16)
    assert np.array_equal(after.weights("blk.0.ffn_down.weight"), wanted.astype(np.float32))
    assert (done.tensors, done.changed) == (9, 1)
    assert done.largest_change == pytest.approx(np.abs(part.delta()).max())


def test_untouched_tensors_stay_as_they_are(
    small_base: Path, make_adapter: Callable[..., Path], tmp_path: Path
) -> None:
    merge(small_base, make_adapter(), tmp_path / "merged.gguf", {}, Silent())
    before, after = GgufFile(small_base), GgufFile(tmp_path / "merged.gguf")
    for name in before.tensors:
        if name != "blk.0.attn_output.weight":
            assert np.array_equal(after.weights(name), before.weights(name).astype(np.float16)), name


def test_rows_of_query_heads_are_interleaved_as_llama_cpp_keeps_them(
    small_base: Path, make_adapter: Callable[..., Path], tmp_path: Path
) -> None:
    adapter = make_adapter(lora("self_attn.q_proj"))
    merge(small_base, adapter, tmp_path / "merged.gguf", {}, Silent())
    gained = GgufFile(tmp_path / "merged.gguf").weights("blk.0.attn_q.weight")
    gained = gained - GgufFile(small_base).weights("blk.0.attn_q.weight")
    (part,) = Adapter(adapter)
    size = WIDTH // HEADS
    order = [head * size + half + row for head in range(HEADS) for row in range(size // 2) for half in (0, size // 2)]
    assert np.allclose(gained, part.delta()[order], atol=2e-2)
    assert not np.allclose(gained, part.delta(), atol=2e-2)


def test_metadata_and_tokenizer_are_kept(small_base: Path, make_adapter: Callable[..., Path], tmp_path: Path) -> None:
    merge(small_base, make_adapter(), tmp_path / "merged.gguf", {"general.name": "my_task"}, Silent())
    before, after = GgufFile(small_base), GgufFile(tmp_path / "merged.gguf")
    for key in ("tokens", "token_type", "add_bos_token"):
        assert after.value(f"tokenizer.ggml.{key}") == before.value(f"tokenizer.ggml.{key}"), key
    for key in ("general.license", "llama.rope.freq_base"):
        assert after.value(key) == before.value(key), key
    assert after.value("general.name") == "my_task"
    assert after.value("general.file_type") == 1, "mostly f16"
    assert after.value("general.finetune") is None, "says how the base was tuned, not this model"


@pytest.mark.parametrize(
    ("module", "shape", "said"),
    [
        ("self_attn.magic_proj", (WIDTH, WIDTH), "'model.layers.0.self_attn.magic_proj' is no linear layer"),
        ("self_attn.q_proj", (WIDTH, 2 * WIDTH), "it was trained on another base"),
    ],
)
def test_adapter_of_another_model_is_refused(
    small_base: Path, make_adapter: Callable[..., Path], tmp_path: Path, module: str, shape: tuple[int, int], said: str
) -> None:
    with pytest.raises(ConversionError, match=said):
        merge(small_base, make_adapter(lora(module, shape)), tmp_path / "merged.gguf", {}, Silent())
    assert not list(tmp_path.glob("merged*"))


def test_adapter_of_the_output_layer_is_refused_in_a_tied_model(
    small_base: Path, make_adapter: Callable[..., Path], tmp_path: Path
) -> None:
    part = lora("self_attn.o_proj")
    weights = {name.replace("model.layers.0.self_attn.o_proj", "lm_head"): weight for name, weight in part.items()}
    with pytest.raises(ConversionError, match="'lm_head' is no linear layer of a block"):
        merge(small_base, make_adapter(weights), tmp_path / "merged.gguf", {}, Silent())


def test_diverged_adapter_is_refused(small_base: Path, make_adapter: Callable[..., Path], tmp_path: Path) -> None:
    weights = {name: weight * 1e4 for name, weight in lora("self_attn.o_proj").items()}
    with pytest.raises(ConversionError, match="has diverged"):
        merge(small_base, make_adapter(weights), tmp_path / "merged.gguf", {}, Silent())
    assert not list(tmp_path.glob("merged*"))


def test_full_disk_is_one_line_and_leaves_nothing(
    small_base: Path, make_adapter: Callable[..., Path], tmp_path: Path
) -> None:
    code = (
        "import sys, pathlib; from convert.merge import merge; from tuneserve.progress import Silent\n"
        "from tuneserve.errors import ConversionError\n"
        "base, adapter, target = map(pathlib.Path, sys.argv[1:])\n"
        "try: merge(base, adapter, target, {}, Silent())\n"
        "except ConversionError as error: sys.exit(str(error))\n"
    )
    # A process that may write no file above 10 kB meets what a full disk gives: a write that fails half-way.
    done = subprocess.run(
        [sys.executable, "-c", code, str(small_base), str(make_adapter()), str(tmp_path / "merged.gguf")],
        cwd=project_root(),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
        check=False,
    )
    assert done.returncode == 1
    assert "merged.gguf: cannot be written" in done.stderr
    assert "GB are free" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("merged*"))


@pytest.mark.slow
def test_both_merges_agree(converted_run: Run, tmp_path: Path) -> None:
    """numpy on the base's GGUF, and torch, PEFT and llama.cpp's converter, make the same weights, logits and text."""
    from convert.converter import converter
    from convert.stage import training_base

    base, ours, theirs = tmp_path / "base.gguf", tmp_path / "ours.gguf", converted_run.gguf / "tiny_task-f16.gguf"
    converter(Silent()).model(Path(training_base(converted_run.adapter)["path"]), tmp_path / "whole.gguf", "tiny")
    trim(tmp_path / "whole.gguf", read_vocabulary(converted_run.gguf / VOCABULARY), base)
    merge(base, converted_run.adapter, ours, {}, Silent())
    numpy_made, torch_made = GgufFile(ours), GgufFile(theirs)
    assert numpy_made.tensors.keys() == torch_made.tensors.keys()
    worst = 0.0
    for name in numpy_made.tensors:
        by_numpy, by_torch = numpy_made.weights(name), torch_made.weights(name)
        # One step of float16 at most: the two sum in another order before they round.
        assert np.allclose(by_numpy, by_torch, rtol=2**-10, atol=2**-14), name
        worst = max(worst, float(np.abs(by_numpy - by_torch).max()))
    assert worst < 2e-3
    untuned = GgufFile(base)
    assert any(not np.array_equal(untuned.weights(name), numpy_made.weights(name)) for name in untuned.tensors)
    (logits, text), (their_logits, their_text) = _continued(ours), _continued(theirs)
    assert text == their_text
    assert np.abs(logits - their_logits).max() < 0.05
    added, _ = _continued(base, converted_run.gguf / "tiny_task-adapter.gguf")
    untuned, _ = _continued(base)
    assert np.abs(added - their_logits).max() < 0.05, "the adapter as a GGUF, added while the model runs"
    assert np.abs(untuned - their_logits).max() > 0.5


def _continued(path: Path, adapter: Path | None = None) -> tuple[np.ndarray, str]:
    from llama_cpp import Llama

    lora = None if adapter is None else str(adapter)
    model = Llama(str(path), n_ctx=256, logits_all=True, lora_path=lora, verbose=False)
    try:
        prompt = model.tokenize(b"wind sites over 100kw in berkshire")
        model.eval(prompt)
        logits = np.array(model.scores[len(prompt) - 1])
        written = model.create_completion(prompt, max_tokens=16, temperature=0.0)
        return logits, str(written["choices"][0]["text"])
    finally:
        model.close()
