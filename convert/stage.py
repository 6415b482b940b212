"""Stage convert: the adapter of a run -> merged model -> GGUF files, with torch and llama.cpp's own converter.

Each step leaves a file or folder of its final name only when it is whole, so that a call which goes on
after an interruption keeps what it finds. The merge is into the unquantised base: into a 4-bit one it
would add the rounding of the base to every weight of the adapter.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from convert.adapter import CONFIG, WEIGHTS, Adapter, read_config
from convert.choice import UNQUANTISED, Choice, choose, write_choice
from convert.converter import Converter, converter
from convert.expected_ids import EXPECTED_IDS, write_expected_ids
from convert.gguf_file import GgufFile
from convert.quantise import quantise
from convert.scoring import score_file
from convert.vocabulary import (
    VOCABULARY,
    Vocabulary,
    byte_pairs,
    kept_vocabulary,
    read_vocabulary,
    trim,
    write_vocabulary,
)
from tuneserve.errors import ConversionError
from tuneserve.ladder import handwritten_sets, spread
from tuneserve.manifest import Manifest, Request, complete, required, sha256_of_file, write_json
from tuneserve.progress import Progress
from tuneserve.recipe import Recipe
from tuneserve.release import START_VOCABULARY
from tuneserve.report import Report
from tuneserve.run import Run
from tuneserve.task import Task
from tuneserve.texts import Texts

SIZES = "sizes.json"
_WHOLE = "whole-f16.gguf"
# By which the served file type is chosen, drawn evenly from all that people wrote: a point is ten of them.
MOST_QUESTIONS = 1000

_TOKENIZER_FILES = (
    "tokenizer*",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template*",
    "vocab.*",
    "merges.txt",
)


def convert(
    run: Run, task: Task, recipe: Recipe, progress: Progress, force: bool, *, keep_merged: bool = False
) -> Manifest:
    """Fills run.gguf; `keep_merged` keeps the merged model in transformers' format there too.

    The file type to serve is chosen by score (convert/choice.py); what was written for it stays in
    run.texts. Raises StageError without a trained adapter, ConversionError when a step fails.
    """
    trained = required(run.adapter, "train", run.command("train"))
    quantizations = [name for name in recipe.convert.quantizations if name != "f16"]
    request = Request(
        stage="convert",
        inputs={"train": trained.identity},
        config={
            "quantizations": quantizations,
            "served": recipe.convert.served,
            "vocabulary": recipe.convert.vocabulary,
            "questions": _questions(task),
            "prompts": [task.messages(example) for example in task.examples],
            "keep_merged": keep_merged,
        },
    )

    def work(folder: Path) -> dict[str, Any]:
        merged = folder / "merged"
        base = training_base(run.adapter)
        f16 = folder / f"{task.name}-f16.gguf"
        tools = converter(progress)
        if not f16.is_file():
            if not merged.is_dir():
                _merge(run.adapter, base, merged, progress)
            progress.say("convert: merged model -> GGUF (f16)")
            whole = folder / _WHOLE
            tools.model(merged, whole, task.name)
            vocabulary = _vocabulary(run, recipe, whole, progress)
            if vocabulary is None:
                whole.rename(f16)
            else:
                write_vocabulary(folder, vocabulary)
                trim(whole, vocabulary, f16)
                whole.unlink()
        in_gguf = folder / f"{task.name}-adapter.gguf"
        if not in_gguf.is_file():
            _adapter_in_gguf(run.adapter, base, in_gguf, tools, progress)
        for name, size in _quantised(task.name, folder, f16, quantizations, progress).items():
            progress.say(f"  {name}: {size['bytes'] / 1e6:.0f} MB, {size['bits_per_weight']:.2f} bits per weight")
        choice = _choice(run, task, folder, recipe.convert.served, progress)
        write_expected_ids(task, run.adapter, folder / EXPECTED_IDS, _kept(folder))
        sizes = json.loads((folder / SIZES).read_text(encoding="utf-8"))
        return {"base": base["name"], "sizes": sizes, "served": choice.as_json()}

    transient = (_WHOLE,) if keep_merged else (_WHOLE, "merged")
    manifest, worked = complete(run.gguf, request, work, versions=_versions(), transient=transient, force=force)
    if not worked:
        progress.say(f"convert: {run.gguf} is up to date")
    return manifest


def training_base(adapter: Path) -> dict[str, str]:
    """{"name", "revision", "sha256", "path"} of the base that training used; `path` is a folder or a hub name."""
    path = adapter / "training_info.json"
    try:
        base = json.loads(path.read_text(encoding="utf-8"))["base"]
        return {key: str(base[key]) for key in ("name", "revision", "sha256", "path")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConversionError(f"{path}: does not name the base ({error!r}); train again with --force") from error


def _kept(folder: Path) -> Vocabulary | None:
    """What of the base's vocabulary the files in `folder` have; None when they have all of it."""
    path = folder / VOCABULARY
    return read_vocabulary(path) if path.is_file() else None


def _vocabulary(run: Run, recipe: Recipe, whole: Path, progress: Progress) -> Vocabulary | None:
    if recipe.convert.vocabulary == "whole":
        return None
    source = GgufFile(whole)
    if not byte_pairs(source):
        progress.say("convert: the vocabulary stays whole: the tokenizer is no byte-level BPE")
        return None
    before = _kept_by_start(run)
    vocabulary = kept_vocabulary(source, _ids_used(run) | before)
    progress.say(
        f"convert: {len(vocabulary.kept):,} of {vocabulary.size:,} tokens are kept: those of the examples,"
        f"{' those of what training went on from,' if before else ''} and the commonest"
    )
    return vocabulary


def _kept_by_start(run: Run) -> set[int]:
    """Tokens that the adapter was served with from which training went on: what it learnt to read, it reads by them."""
    path = run.adapter / START_VOCABULARY
    return set(read_vocabulary(path).kept) if path.is_file() else set()


def _ids_used(run: Run) -> set[int]:
    """Tokens of the run's examples, as training rendered them."""
    from transformers import AutoTokenizer

    required(run.data, "data", run.command("data"))
    tokenizer: Any = AutoTokenizer.from_pretrained(run.adapter)
    used: set[int] = set()
    for path in sorted(run.data.glob("*.jsonl")):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        texts = [tokenizer.apply_chat_template(row["messages"], tokenize=False) for row in rows]
        used.update(chain.from_iterable(tokenizer(texts, add_special_tokens=False)["input_ids"]))
    return used


def _quantised(
    name: str, folder: Path, f16: Path, quantizations: Sequence[str], progress: Progress
) -> dict[str, dict[str, Any]]:
    """Makes what is missing; sizes.json is written after every file, so that it says what is whole."""
    record = folder / SIZES
    sizes: dict[str, dict[str, Any]] = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    sizes["f16"] = {**GgufFile(f16).weight().as_json(), "fallbacks": {}}
    for quantization in quantizations:
        target = folder / f"{name}-{quantization}.gguf"
        if quantization not in sizes or not target.is_file():
            sizes[quantization] = quantise(f16, target, quantization, progress).as_json()
            write_json(record, sizes)
    write_json(record, sizes)
    return sizes


def _questions(task: Task) -> dict[str, str]:
    """Hashes of the files that the served file type is chosen by."""
    return {name: sha256_of_file(task.folder / f"{name}.jsonl") for name in handwritten_sets(task)}


def _choice(run: Run, task: Task, folder: Path, configured: str, progress: Progress) -> Choice:
    """Scores f16 and the configured type, and larger ones, which are made where they are missing, if they must be."""
    questions = spread(list(chain.from_iterable(handwritten_sets(task).values())), MOST_QUESTIONS)
    texts = Texts(run.texts)
    f16 = folder / f"{task.name}-f16.gguf"

    def scored(name: str) -> Report:
        if name != UNQUANTISED:
            _quantised(task.name, folder, f16, [name], progress)
        return score_file(task, name, folder / f"{task.name}-{name}.gguf", questions, texts, progress)

    progress.say(f"convert: which file to serve, by {len(questions)} hand-written questions ({configured} configured)")
    choice = choose(configured, scored, progress)
    write_choice(folder, choice)
    return choice


def _adapter_in_gguf(adapter: Path, base: dict[str, str], target: Path, tools: Converter, progress: Progress) -> None:
    """llama.cpp always scales by alpha / r, so that it is told the alpha with which this is PEFT's scale."""
    if Adapter(adapter).added is not None:
        progress.say("convert: no adapter as GGUF: it adds tokens, which llama.cpp's adapters cannot")
        return
    alphas = {round(part.scale * part.a.shape[0], 6) for part in Adapter(adapter)}
    if len(alphas) != 1:
        progress.say("convert: no adapter as GGUF: its modules have different scales, which llama.cpp cannot express")
        return
    progress.say("convert: adapter -> GGUF")
    with tempfile.TemporaryDirectory(dir=target.parent.parent) as scratch:
        copied = Path(scratch)
        shutil.copyfile(adapter / WEIGHTS, copied / WEIGHTS)
        write_json(copied / CONFIG, {**read_config(adapter), "lora_alpha": alphas.pop(), "use_rslora": False})
        tools.adapter(copied, Path(base["path"]), target)


def _merge(adapter: Path, base: dict[str, str], target: Path, progress: Progress) -> None:
    """Writes the merged model in transformers' format; refuses first what no merge here can express."""
    added = Adapter(adapter).added
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    talkative: Any = logging
    talkative.disable_progress_bar()
    revision = None if Path(base["path"]).is_dir() else base["revision"]
    dtype = _merge_dtype(base["path"], revision)
    progress.say(f"convert: merging the adapter into {base['name']} ({dtype})")
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with warnings.catch_warnings():
        # PEFT and transformers warn about each other's deprecated names; nothing of it is about this merge.
        warnings.simplefilter("ignore")
        model: Any = AutoModelForCausalLM.from_pretrained(base["path"], revision=revision, dtype=dtype)
        if added is not None:
            added.make_room(model)
        with torch.no_grad():
            merged = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload(safe_merge=True)
        try:
            merged.save_pretrained(partial)
            _copy_tokenizer(adapter, partial)
        except OSError as error:
            raise ConversionError(f"{partial}: cannot be written: {error}; make room, then run again") from error
    os.rename(partial, target)


def _merge_dtype(path: str, revision: str | None) -> Any:
    """float32 where the whole model fits into 60 % of the memory in it, else the type that the base comes in."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    model_class: Any = AutoModelForCausalLM
    config = AutoConfig.from_pretrained(path, revision=revision)
    with torch.device("meta"):
        parameters = model_class.from_config(config).num_parameters()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return torch.float32 if 4 * parameters < 0.6 * memory else (getattr(config, "dtype", None) or torch.bfloat16)


def _copy_tokenizer(adapter: Path, target: Path) -> None:
    """The tokenizer that training used and saved: not the base's, which may differ."""
    for pattern in _TOKENIZER_FILES:
        for file in adapter.glob(pattern):
            shutil.copyfile(file, target / file.name)


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("torch", "transformers", "peft", "gguf", "llama-cpp-python")}
