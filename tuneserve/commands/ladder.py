"""`evaluate --ladder`: every rung of a run, or of the committed release, from the rules to the gateway.

The rungs come from training and serving; here they are put in order, whatever of them can be had.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneserve.base import PACKAGED_BASES
from tuneserve.errors import ReleaseError, TuneserveError, UsageError
from tuneserve.manifest import Request, complete, required, sha256_of_file, sha256_of_folder
from tuneserve.progress import Progress
from tuneserve.recipe import Recipe, read_recipe
from tuneserve.release import Release, differences, modelfiles_folder, read_release
from tuneserve.run import Run, data_folder
from tuneserve.task import JsonObject, Task, project_root

if TYPE_CHECKING:
    from serving.rungs import Gguf
    from tuneserve.ladder import Question, Rung

IN_TORCH = ("base", "adapter", "merged")
FILES = ("f16", "q8_0", "q6_k", "q5_k_m", "q4_k_m")
NAMES = ("rules", *IN_TORCH, *FILES, "gateway")
RELEASED_FILES = ("f16", "q8_0", "q4_k_m")  # made of a release, beside the file type that it is served in


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the ladder: these rungs only, at most `limit` questions of each set."""

    only: Sequence[str] = ()
    limit: int | None = None

    def __post_init__(self) -> None:
        unknown = [name for name in self.only if name not in NAMES]
        if unknown:
            raise UsageError(f"--rungs: no rung '{unknown[0]}' (there are: {', '.join(NAMES)})")

    def holds(self, name: str) -> bool:
        return not self.only or name in self.only

    @property
    def text(self) -> str:
        """What it leaves out, for the page; empty when nothing."""
        parts = [f"rungs {', '.join(self.only)}"] if self.only else []
        return ", ".join([*parts, *([f"at most {self.limit} questions of each set"] if self.limit else [])])

    @property
    def options(self) -> str:
        rungs = f" --rungs {','.join(self.only)}" if self.only else ""
        return rungs + (f" --limit {self.limit}" if self.limit else "")


@dataclass(slots=True)
class Subject:
    """What is put on the ladder.

    place     where report, texts and lock go
    measured  one line for the page
    test      the third set: its name, what it is, its questions
    ggufs     file type -> file; `served` is the one behind the gateway
    """

    task: Task
    place: Run
    measured: str
    command: str
    base: Mapping[str, str]
    inputs: Mapping[str, str]
    test: tuple[str, str, Sequence[Question]]
    torch: dict[str, Rung] = field(default_factory=dict)
    ggufs: dict[str, Gguf] = field(default_factory=dict)
    served: str | None = None
    left_out: dict[str, str] = field(default_factory=dict)


def climb_run(run: Run, task: Task, recipe: Recipe, scope: Scope, progress: Progress, force: bool) -> Path:
    """The folder with the report of a run's ladder; GGUF rungs and the gateway when it is converted.

    Raises StageError without a data set or an adapter.
    """
    from training.evaluation import held_out, torch_rungs, trained_on

    inputs = {
        "build": required(run.data, "build", run.command("build")).identity,
        "train": required(run.adapter, "train", run.command("train")).identity,
    }
    base, quantization = trained_on(run)
    subject = Subject(
        task=task,
        place=run,
        measured=f"run '{run.name}' of recipe {recipe.name}",
        command=run.command("evaluate") + " --ladder",
        base=base.identity,
        inputs=inputs,
        test=("test", _split(run), held_out(run)),
    )
    subject.torch = dict(torch_rungs(task, base.identity, lambda: base, quantization, run.adapter))
    if (run.gguf / "manifest.json").is_file():
        _add_converted(subject, run)
    else:
        reason = f"not converted; run: {run.command('convert')}"
        subject.left_out |= dict.fromkeys(("f16", "quantised files", "gateway"), reason)
    return _climb(subject, scope, progress, force)


def _split(run: Run) -> str:
    """What the questions of the test split are, for the page."""
    info = json.loads((run.adapter / "training_info.json").read_text(encoding="utf-8"))
    sample = "a sample of the generator's test split, no group of which this run trained on"
    return f"{sample}; the adapter that it began with had seen another draw" if info.get("started_from") else sample


def _add_converted(subject: Subject, run: Run) -> None:
    from convert.choice import read_choice
    from serving.rungs import Gguf

    converted = required(run.gguf, "convert", run.command("convert"))
    subject.inputs = {**subject.inputs, "convert": converted.identity}
    for name in FILES:
        file = f"{run.task}-{name}.gguf"
        if file in converted.outputs:
            subject.ggufs[name] = Gguf(run.gguf / file, converted.outputs[file])
    subject.served = read_choice(run.gguf).chosen


def climb_release(task: Task, scope: Scope, progress: Progress, force: bool) -> Path:
    """The same of the release in modelfiles/<task>/: no run is needed, its files are made ready where missing.

    Its own test split is not known here, so a fresh draw of the generator stands in for it. Raises
    ReleaseError when nothing is released.
    """
    from tuneserve.ladder import generated_set

    folder = modelfiles_folder(task.name)
    release = read_release(folder)
    if release is None:
        raise ReleaseError(f"{folder / 'release.json'}: nothing is released yet; run: tuneserve run {task.name}")
    place = Run(task.name, release.version, data_folder() / "_released" / task.name / release.version)
    changed = differences(release, task, folder / "adapter")
    if changed:
        raise ReleaseError(f"{release.name}: {'; '.join(changed)}; train and release again: tuneserve run {task.name}")
    drawn = "a fresh draw of the generator: new values, but kinds of sentences that were trained on"
    subject = Subject(
        task=task,
        place=place,
        measured=f"release {release.name}, served as {release.quantization}",
        command=f"tuneserve evaluate {task.name} --released",
        base=release.base,
        inputs={"release": sha256_of_file(folder / "release.json"), "adapter": release.adapter_sha256},
        test=("generated", drawn, generated_set(task, 200)),
        served=release.quantization,
    )
    with place.locked():
        _add_torch(subject, release, folder / "adapter", progress)
        _add_prepared(subject, release, folder / "adapter", scope, progress)
        return _climb(subject, scope, progress, force)


def _add_torch(subject: Subject, release: Release, adapter: Path, progress: Progress) -> None:
    from tuneserve.status import require_part

    recipe = read_recipe(subject.task.recipe)
    name = release.base["name"]
    if name not in PACKAGED_BASES:
        subject.left_out |= dict.fromkeys(IN_TORCH, f"the base '{name}' is in no package; evaluate the run instead")
        return
    try:
        require_part("training")
        from training.base import check_device, find_base
        from training.evaluation import torch_rungs

        check_device(recipe.train.quantization)
    except TuneserveError as error:
        subject.left_out |= dict.fromkeys(IN_TORCH, str(error))
        return
    identity = {key: release.base[key] for key in ("name", "revision", "sha256")}
    subject.torch = dict(
        torch_rungs(
            subject.task,
            identity,
            lambda: find_base(name, None, progress),
            recipe.train.quantization,
            adapter,
        )
    )


def _add_prepared(subject: Subject, release: Release, adapter: Path, scope: Scope, progress: Progress) -> None:
    from convert.released import prepare_release
    from serving.rungs import Gguf

    for name in FILES:
        served = name == release.quantization
        wanted = (name in RELEASED_FILES and scope.holds(name)) or served
        if not wanted:
            continue
        try:
            made = prepare_release(release, adapter, progress, name)
        except ReleaseError as error:
            if served:
                raise
            subject.left_out[name] = str(error)
        else:
            subject.ggufs[name] = Gguf(made.path, made.gguf_sha256)


def _climb(subject: Subject, scope: Scope, progress: Progress, force: bool) -> Path:
    from tuneserve.ladder import Exam, climb, handwritten_sets, reference_day, spread, table
    from tuneserve.ladder_report import write_report
    from tuneserve.texts import Texts

    task, place = subject.task, subject.place
    name, what, questions = subject.test
    written = handwritten_sets(task)
    about_sets = {one: f"{one}.jsonl of the task, written by hand, never trained on" for one in written} | {name: what}
    sets = {one: spread(all_of_it, scope.limit) for one, all_of_it in {**written, name: questions}.items()}
    rungs = _rungs(subject, scope)
    request = Request(
        stage="ladder",
        inputs=dict(subject.inputs),
        config={
            "rungs": [rung.name for rung in rungs],
            "limit": scope.limit,
            "code": {part: sha256_of_folder(project_root() / part, (".py",)) for part in ("tuneserve", "serving")},
            "task": sha256_of_folder(task.folder, (".py", ".toml", ".json", ".jsonl", ".csv", ".md", ".txt")),
        },
    )

    def work(folder: Path) -> Mapping[str, Any]:
        exam = Exam(task, sets, reference_day(task), Texts(place.texts))
        rows = climb(exam, rungs, progress)
        about: JsonObject = {
            "measured": subject.measured,
            "base": dict(subject.base),
            "command": subject.command + scope.options,
            "only": scope.text,
            "about_sets": about_sets,
        }
        write_report(folder, exam, rungs, rows, about, subject.served, subject.left_out)
        for line in table(rows):
            progress.say(line)
        return {
            rung: {one: report.share("exact").as_json() for one, report in row.items()} for rung, row in rows.items()
        }

    _, worked = complete(place.ladder, request, work, versions={}, force=force)
    if not worked:
        progress.say(f"evaluate: {place.ladder} is up to date")
    return place.ladder


def _rungs(subject: Subject, scope: Scope) -> list[Rung]:
    """In the order of the ladder. Raises UsageError when nothing is left of it."""
    from serving.rungs import GatewayRung, GgufRung
    from tuneserve.ladder import RulesRung

    rungs: list[Rung] = [RulesRung()] if subject.task.rules else []
    rungs += [subject.torch[name] for name in IN_TORCH if name in subject.torch]
    rungs += [GgufRung(file, name) for name, file in subject.ggufs.items()]
    if subject.served in subject.ggufs:
        rungs.append(GatewayRung(subject.ggufs[subject.served], subject.served))
    wanted = [rung for rung in rungs if scope.holds(rung.name)]
    if not wanted:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in subject.left_out.items())
        raise UsageError(f"--rungs {','.join(scope.only)}: none of them can be had here ({reasons or 'not made'})")
    return wanted


def write_page(folder: Path, target: Path, progress: Progress) -> None:
    """Writes the Markdown page of a finished ladder."""
    from tuneserve.ladder_page import page
    from tuneserve.ladder_report import REPORT, WRONG, read_wrong

    report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    report["command"] += f" --write {target}"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(report, read_wrong(folder / WRONG)), encoding="utf-8")
    progress.say(f"evaluate: written: {target}")
