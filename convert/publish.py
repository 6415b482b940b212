"""Stage publish: a converted run -> a release in modelfiles/<task>/, scored through the very file that is served.

What is committed is the adapter (at most 12 MB), its record and the Modelfile: never a merged model.
The file that is scored is made by `convert.released`, exactly as a user's machine makes it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from convert.adapter import CONFIG, WEIGHTS, read_config
from convert.card import CARD, TASK_PART, model_card
from convert.choice import read_choice
from convert.expected_ids import EXPECTED_IDS, read_expected_ids
from convert.install import install
from convert.modelfile import modelfile_of
from convert.ollama_model import create_in_ollama
from convert.ollama_server import OllamaServer, ollama_url
from convert.parity import check_parity
from convert.released import Prepared, keep, prepare_release
from convert.scoring import gate_lines, measured, missed_gates, score_served
from convert.served_model import ServedModel
from convert.stage import SIZES, training_base
from convert.vocabulary import VOCABULARY
from tuneserve.base import PACKAGED_BASES
from tuneserve.errors import EngineUnavailable, ReleaseError, StageError
from tuneserve.manifest import Manifest, Request, complete, required, sha256_of_file, write_json
from tuneserve.progress import Progress
from tuneserve.recipe import Recipe
from tuneserve.release import (
    Release,
    differences,
    examples_seen,
    modelfiles_folder,
    prompt_sha256,
    read_release,
    release_folders,
    released_records,
    schema_sha256,
    version_key,
    write_release,
)
from tuneserve.run import Run
from tuneserve.task import Task

FIRST_VERSION = "1.0.0"
MOST_ADAPTER_BYTES = 12_000_000


def publish(
    run: Run,
    task: Task,
    recipe: Recipe,
    progress: Progress,
    force: bool,
    *,
    version: str | None = None,
    force_gates: bool = False,
    improvements: Sequence[str] = (),
    folder: Path | None = None,
) -> Manifest:
    """Fills run.release, then modelfiles/<task>/ (or `folder`), then creates the model in Ollama if one runs.

    `improvements` are lines for the release's record and card: what is better than before.

    Raises StageError without a converted run or when a gate is missed (`force_gates` releases all the
    same, as "staging"); ConversionError when a template differs; ReleaseError when the task is no
    longer what was trained.
    """
    target = folder or modelfiles_folder(task.name)
    converted = required(run.gguf, "convert", run.command("convert"))
    draft = replace(_draft(run, task, recipe, target, version), improvements=list(improvements))
    request = Request(
        stage="publish",
        inputs={"convert": converted.identity},
        config={
            "version": draft.version,
            "quantization": draft.quantization,
            "gates": dict(task.gates),
            "cases": sha256_of_file(task.folder / "cases.jsonl"),
            "force_gates": force_gates,
            "improvements": draft.improvements,
            "card": sha256_of_file(task.folder / TASK_PART) if (task.folder / TASK_PART).is_file() else None,
        },
    )

    def work(partial: Path) -> Mapping[str, Any]:
        return _release(partial, run, task, draft, force_gates, progress)

    versions = {"llama-cpp-python": installed("llama-cpp-python"), "gguf": installed("gguf")}
    manifest, worked = complete(run.release, request, work, versions=versions, force=force)
    place = install(run.release, target)
    release = _released(place, task)
    progress.say(f"publish: {release.name} is {'in' if worked else 'up to date in'} {place}")
    if place != target:
        progress.say(f"publish: {_released(target, task).name} goes on serving; to try the new one beside it:")
        progress.say(f"  tuneserve promote {task.name} {release.version} --to staging --share 10")
    _offer_to_ollama(task, release, place, force_gates, progress, own=place == target)
    return manifest


def publish_released(
    task: Task, url: str, progress: Progress, folder: Path | None = None, version: str | None = None
) -> None:
    """Creates a committed release in the Ollama at `url`, by default the one that the checkout serves; needs no run
    and no torch.

    Raises ReleaseError when nothing is released or the task changed since, EngineUnavailable when no
    Ollama answers.
    """
    own = folder or modelfiles_folder(task.name)
    release = _released(own, task)
    target = own
    if version is not None and version != release.version:
        folders = release_folders(own)
        if version not in folders:
            raise ReleaseError(f"{task.name}@{version} is not released here; there are: {', '.join(folders)}")
        target = folders[version]
        release = _released(target, task)
    server = OllamaServer(url)
    server.version()
    changed = differences(release, task, target / "adapter") if release.base["name"] in PACKAGED_BASES else []
    if changed:
        raise ReleaseError(f"{release.name}: {'; '.join(changed)}; train and release again: tuneserve run {task.name}")
    prepared = prepare_release(release, target / "adapter", progress)
    chats = read_expected_ids(target / EXPECTED_IDS)
    create_in_ollama(task, release, prepared.path, chats, server, progress, own=target == own)


def publish_version(task: Task, version: str, url: str, progress: Progress) -> None:
    """Sees to it that the Ollama at `url` has a model of that committed release. Raises as publish_released."""
    if not OllamaServer(url).has(f"{task.name}:{version}"):
        publish_released(task, url, progress, version=version)


def _draft(run: Run, task: Task, recipe: Recipe, target: Path, version: str | None) -> Release:
    """The release without what is only known once the file is made and scored."""
    training = json.loads((run.adapter / "training_info.json").read_text(encoding="utf-8"))
    base = training_base(run.adapter)
    words = run.gguf / VOCABULARY
    for key, now in (("prompt_sha256", prompt_sha256(task)), ("schema_sha256", schema_sha256(task))):
        if training.get(key, now) != now:
            what = key.removesuffix("_sha256")
            raise StageError(f"the {what} of '{task.name}' changed since training; run: {run.command('train')}")
    draft = Release(
        task=task.name,
        version=version or "",
        status="production",
        date=date.today().isoformat(),
        base={key: base[key] for key in ("name", "revision", "sha256")},
        prompt_sha256=prompt_sha256(task),
        schema_sha256=schema_sha256(task),
        adapter_sha256=sha256_of_file(run.adapter / WEIGHTS),
        quantization=_served(run, recipe),
        gguf_sha256="",
        training={
            "examples": training.get("examples"),
            "started_from": training.get("started_from"),
            "start_share": training.get("recipe", {}).get("lora", {}).get("start_share", 0.0),
            **training.get("result", {}),
        },
        training_examples=examples_seen(training),
        vocabulary_sha256=sha256_of_file(words) if words.is_file() else None,
    )
    if version:
        return draft
    before = list(released_records(target).values())
    same = next((one for one in before if _next_version(one, draft) == one.version), None)
    last = same or max(before, key=lambda one: version_key(one.version), default=None)
    return replace(draft, version=_next_version(last, draft))


def _served(run: Run, recipe: Recipe) -> str:
    """The file type that convert chose. Raises StageError when the recipe asks for another since."""
    choice = read_choice(run.gguf)
    if choice.configured != recipe.convert.served:
        raise StageError(
            f"served = '{recipe.convert.served}' is not what convert chose by ('{choice.configured}');"
            f" run: {run.command('convert')}"
        )
    return choice.chosen


def _next_version(last: Release | None, draft: Release) -> str:
    """The last release's own version when nothing that is served changed, else the next patch."""
    if last is None:
        return FIRST_VERSION
    served = ("base", "prompt_sha256", "schema_sha256", "adapter_sha256", "quantization", "vocabulary_sha256")
    if all(getattr(last, key) == getattr(draft, key) for key in served):
        return last.version
    number, _, suffix = last.version.partition("-")
    major, minor, patch = number.split(".")
    return number if suffix else f"{major}.{minor}.{int(patch) + 1}"


def _release(
    partial: Path, run: Run, task: Task, draft: Release, force_gates: bool, progress: Progress
) -> Mapping[str, Any]:
    adapter = partial / "adapter"
    _copy_adapter(run.adapter, adapter, draft)
    if draft.vocabulary_sha256 is not None:
        shutil.copyfile(run.gguf / VOCABULARY, adapter / VOCABULARY)
    prepared = _prepare(run, task, draft, adapter, progress)
    shutil.copyfile(run.gguf / EXPECTED_IDS, partial / EXPECTED_IDS)
    with ServedModel(prepared.path) as model:
        chat_format = model.chat_format()
        progress.say(str(check_parity(read_expected_ids(partial / EXPECTED_IDS), model)))
        report = score_served(task, model, progress, date.today())
    write_json(partial / "report.json", report.as_json())
    for line in gate_lines(task, report):
        progress.say(f"  {line}")
    missed = missed_gates(task, report)
    if missed and not force_gates:
        raise StageError(
            f"not released: {'; '.join(missed)} (wrong cases: {partial / 'report.json'});"
            f" train on more or better data, or publish with --force-gates"
        )
    release = replace(
        draft,
        status="staging" if missed else "production",
        gguf_sha256=prepared.gguf_sha256,
        metrics=measured(report),
        accuracy=round(report.share("exact").value, 4),
    )
    (partial / CARD).write_text(model_card(release, task), encoding="utf-8")
    (partial / "Modelfile").write_text(modelfile_of(release, task, chat_format).text(), encoding="utf-8")
    write_release(partial, release)
    return {"release": release.name, "exact": report.share("exact").as_json(), "gguf": prepared.weight}


def _copy_adapter(source: Path, target: Path, draft: Release) -> None:
    size = (source / WEIGHTS).stat().st_size
    packaged = draft.base["name"] in PACKAGED_BASES
    if size > MOST_ADAPTER_BYTES and packaged:
        raise ReleaseError(
            f"{source / WEIGHTS}: {size / 1e6:.1f} MB; a release is committed to git, so at most"
            f" {MOST_ADAPTER_BYTES / 1e6:.0f} MB: train with a smaller r"
        )
    target.mkdir(exist_ok=True)
    if size <= MOST_ADAPTER_BYTES:
        shutil.copyfile(source / WEIGHTS, target / WEIGHTS)
    # PEFT may have noted the folder of the base on the training machine, which means nothing elsewhere.
    write_json(target / CONFIG, {**read_config(source), "base_model_name_or_path": draft.base["name"]})


def _prepare(run: Run, task: Task, draft: Release, adapter: Path, progress: Progress) -> Prepared:
    if draft.base["name"] in PACKAGED_BASES:
        return prepare_release(draft, adapter, progress)
    sizes = json.loads((run.gguf / SIZES).read_text(encoding="utf-8"))
    made = run.gguf / f"{task.name}-{draft.quantization}.gguf"
    if not made.is_file():
        raise StageError(f"{made}: not made by convert; run: {run.command('convert')}")
    return keep(draft, adapter, made, sizes[draft.quantization], progress)


def _released(target: Path, task: Task) -> Release:
    release = read_release(target)
    if release is None:
        raise ReleaseError(f"{target / 'release.json'}: nothing is released yet; run: tuneserve run {task.name}")
    return release


def _offer_to_ollama(
    task: Task, release: Release, target: Path, forced: bool, progress: Progress, *, own: bool
) -> None:
    """Everything else is done when no Ollama runs, so that is no error here; it is said what is left to do."""
    server = OllamaServer(ollama_url())
    try:
        server.version()
    except EngineUnavailable as error:
        progress.say(f"publish: not in Ollama yet: {error}; then: tuneserve publish {task.name}")
        return
    prepared = prepare_release(release, target / "adapter", progress)
    chats = read_expected_ids(target / EXPECTED_IDS)
    create_in_ollama(task, release, prepared.path, chats, server, progress, unproven=forced, own=own)
