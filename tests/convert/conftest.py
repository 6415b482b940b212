"""Small real models for the tests of convert/: one written by hand in numpy, one by torch, PEFT and llama.cpp."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFWriter, quantize
from safetensors.numpy import save_file

from convert.quantise import Quantised
from convert.vocabulary import Vocabulary, write_vocabulary
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.manifest import Request, complete, write_json
from tuneserve.progress import Progress, Silent
from tuneserve.recipe import Recipe, recipe_of
from tuneserve.release import START_VOCABULARY, prompt_sha256, schema_sha256
from tuneserve.run import Run
from tuneserve.task import Task, load_task

# Two words that the tokenizer of SmolLM2 has as one token each, far behind the commonest.
EXAMPLE = "a room with a projector in the archipelago"
# Another, which no example has, but the adapter that training went on from was served with it.
OF_THE_START = " observatory"
HEADS, KV_HEADS, WIDTH, INNER = 8, 2, 64, 96
LAYER = {
    "attn_q": (WIDTH, WIDTH),
    "attn_k": (WIDTH // HEADS * KV_HEADS, WIDTH),
    "attn_v": (WIDTH // HEADS * KV_HEADS, WIDTH),
    "attn_output": (WIDTH, WIDTH),
    "ffn_gate": (INNER, WIDTH),
    "ffn_up": (INNER, WIDTH),
    "ffn_down": (WIDTH, INNER),
}

Weights = dict[str, np.ndarray[Any, Any]]


@pytest.fixture
def small_base(tmp_path: Path) -> Path:
    """A GGUF of one llama block in Q4_1 with a vocabulary of four words: enough to merge, not to run."""
    path = tmp_path / "base.gguf"
    random = np.random.default_rng(1)
    writer = GGUFWriter(path, "llama")
    writer.add_string("general.name", "Small base")
    writer.add_string("general.license", "apache-2.0")
    writer.add_string("general.finetune", "of-the-base")
    writer.add_file_type(3)
    writer.add_uint32("llama.block_count", 1)
    writer.add_uint32("llama.attention.head_count", HEADS)
    writer.add_uint32("llama.attention.head_count_kv", KV_HEADS)
    writer.add_float32("llama.rope.freq_base", 100000.0)
    writer.add_bool("tokenizer.ggml.add_bos_token", False)
    writer.add_array("tokenizer.ggml.tokens", ["<|im_start|>", "a", "Ġb", "ü"])
    writer.add_array("tokenizer.ggml.token_type", [3, 1, 1, 1])
    writer.add_tensor("token_embd.weight", random.standard_normal((4, WIDTH)).astype(np.float32))
    writer.add_tensor("blk.0.attn_norm.weight", np.ones(WIDTH, np.float32))
    for name, shape in LAYER.items():
        stored = quantize(random.standard_normal(shape).astype(np.float32), GGMLQuantizationType.Q4_1)
        writer.add_tensor(f"blk.0.{name}.weight", stored, raw_dtype=GGMLQuantizationType.Q4_1)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def make_adapter(tmp_path: Path) -> Callable[..., Path]:
    """make_adapter(weights, **changes of adapter_config.json) -> an adapter folder as PEFT writes it."""

    def make(weights: Weights | None = None, **changes: Any) -> Path:
        folder = tmp_path / "adapter"
        folder.mkdir(exist_ok=True)
        save_file(lora("self_attn.o_proj") if weights is None else weights, folder / "adapter_model.safetensors")
        config = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "bias": "none", "use_rslora": False, **changes}
        (folder / "adapter_config.json").write_text(json.dumps(config))
        return folder

    return make


def lora(module: str, shape: tuple[int, int] = (WIDTH, WIDTH), rank: int = 4) -> Weights:
    """The two matrices of one module of block 0, with PEFT's names."""
    random = np.random.default_rng(2)
    name = f"base_model.model.model.layers.0.{module}"
    return {
        f"{name}.lora_A.weight": random.standard_normal((rank, shape[1])).astype(np.float32),
        f"{name}.lora_B.weight": random.standard_normal((shape[0], rank)).astype(np.float32),
    }


@pytest.fixture(scope="session")
def task() -> Task:
    """The template task under a name of its own, which it has in a real Ollama too."""
    return replace(load_task("_template"), name="tiny_task")


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return recipe_of(
        {
            "name": "tiny",
            "data": {"examples": 30},
            "base": {"model": "tiny"},
            "lora": {},
            "train": {"epochs": 1, "learning_rate": 1e-3, "batch_size": 2, "eval_every": 1, "save_every": 1},
            "convert": {"quantizations": ["q4_k_m", "q8_0"], "served": "q8_0"},
        }
    )


@pytest.fixture(scope="session")
def trained_run(task: Task, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose stage train is finished: a random tiny Llama with grouped heads under the real tokenizer."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    from training.gguf_tokenizer import tokenizer_of_gguf

    root = tmp_path_factory.mktemp("tiny")
    tokenizer = tokenizer_of_gguf(packaged_base(SMOLLM2.name, Silent()))
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=INNER,
        num_hidden_layers=2,
        num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS,
        max_position_embeddings=2048,
        tie_word_embeddings=False,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        initializer_range=0.2,
    )
    model = LlamaForCausalLM(config).half().float()
    base = root / "tiny-base"
    model.save_pretrained(base)
    tokenizer.save_pretrained(base)
    settings = LoraConfig(r=4, lora_alpha=8, use_rslora=True, target_modules="all-linear", task_type="CAUSAL_LM")
    with warnings.catch_warnings():
        # PEFT 0.21 reads a property that transformers 5.23 has renamed.
        warnings.simplefilter("ignore", FutureWarning)
        tuned = get_peft_model(model, settings)
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    run = Run(task.name, "tiny", root / "run")

    def work(folder: Path) -> dict[str, Any]:
        tuned.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        (kept,) = tokenizer(OF_THE_START, add_special_tokens=False)["input_ids"]
        write_vocabulary(folder, Vocabulary(len(tokenizer), (0, kept))).rename(folder / START_VOCABULARY)
        write_json(
            folder / "training_info.json",
            {
                "base": {"name": "tiny-base", "revision": "local", "sha256": "0", "path": str(base)},
                "prompt_sha256": prompt_sha256(task),
                "schema_sha256": schema_sha256(task),
                "examples": {"train": 1},
                "result": {"steps": 1},
            },
        )
        return {}

    def examples(folder: Path) -> dict[str, Any]:
        row = {"messages": [*task.messages(EXAMPLE), {"role": "assistant", "content": '{"day":"friday"}'}]}
        (folder / "train.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
        return {}

    complete(run.data, Request("data", {}, {}), examples, versions={})
    complete(run.adapter, Request("train", {}, {}), work, versions={})
    return run


@pytest.fixture(scope="session")
def interrupted_run(trained_run: Run, task: Task, recipe: Recipe) -> Run:
    """The same, with stage convert interrupted while llama.cpp writes the second quantization."""
    import convert.stage as stage

    quantise = stage.quantise

    def interrupted(source: Path, target: Path, quantization: str, progress: Progress) -> Quantised:
        if quantization == "q8_0":
            target.with_name(target.name + ".partial").write_bytes(b"half of it")
            raise KeyboardInterrupt
        return quantise(source, target, quantization, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "quantise", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stage.convert(trained_run, task, recipe, Silent(), force=False)
    assert not trained_run.gguf.exists()
    return trained_run


@pytest.fixture(scope="session")
def stamps(interrupted_run: Run) -> dict[str, int]:
    """When the files that the interrupted call left were made."""
    left = interrupted_run.gguf.with_name("gguf.partial")
    return {path.name: path.stat().st_mtime_ns for path in left.glob("*.gguf")}


@pytest.fixture(scope="session")
def converted_run(interrupted_run: Run, stamps: dict[str, int], task: Task, recipe: Recipe) -> Run:
    """The same with stage convert gone on with and finished."""
    from convert.stage import convert

    convert(interrupted_run, task, recipe, Silent(), force=False)
    return interrupted_run
