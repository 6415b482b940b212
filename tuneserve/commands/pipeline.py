"""Verbs of the pipeline: build, train, evaluate, convert, publish, and run for all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tuneserve.manifest import Manifest
    from tuneserve.progress import Progress
    from tuneserve.recipe import Recipe
    from tuneserve.run import Run
    from tuneserve.task import Task

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def stage_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every stage takes: the task, its run and recipe, and whether to redo it."""
    for decorate in (
        click.option("--force", is_flag=True, help="Redo the stage even if its inputs did not change."),
        click.option(
            "--recipe", metavar="NAME|FILE", help="training/recipes/NAME.toml, or a TOML file. [the task's own]"
        ),
        click.option("--run", "run_name", default="default", show_default=True, help="Folder artifacts/TASK/RUN/."),
        click.argument("task"),
    ):
        command = decorate(command)
    return command


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What overrides the recipe for one training; all of it is written to training_info.json."""
    for decorate in (
        click.option("--wandb", is_flag=True, help="Log to Weights & Biases too (WANDB_MODE=offline works)."),
        click.option(
            "--quantization", type=click.Choice(["bnb4", "bf16", "fp32"]), help="How the base is held in training."
        ),
        click.option(
            "--base", metavar="NAME|FOLDER", help="Base model: a packaged name, a hub name or a local folder."
        ),
        click.option(
            "--start-from", metavar="released|FOLDER", help="Begin with that adapter's weights, not with fresh ones."
        ),
        click.option("--max-steps", type=click.IntRange(1), help="Stop after that many optimiser steps."),
        click.option("--val-limit", type=click.IntRange(1), help="Use only the first N validation examples."),
        click.option("--train-limit", type=click.IntRange(1), help="Use only the first N training examples."),
    ):
        command = decorate(command)
    return command


def release_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a release is called, and whether it may miss the task's gates."""
    for decorate in (
        click.option(
            "--improvement",
            "improvements",
            multiple=True,
            metavar="TEXT",
            help="What is better than before, for the record.",
        ),
        click.option("--force-gates", is_flag=True, help="Release although a gate of the task is missed."),
        click.option("--version", help="Release version, MAJOR.MINOR.PATCH. [the next patch]"),
    ):
        command = decorate(command)
    return command


class Workplace:
    """A task, its run and recipe, opened for one command; holds the run's lock while a stage works."""

    def __init__(self, task: str, run_name: str, recipe: str | None, needs: str | None = None) -> None:
        """`needs` names an installed part (tuneserve.status.PARTS) without which nothing should be begun."""
        from tuneserve.progress import progress_for_stderr
        from tuneserve.recipe import read_recipe
        from tuneserve.run import open_run
        from tuneserve.status import require_part
        from tuneserve.task import load_task

        self.task: Task = load_task(task)
        self.run: Run = open_run(task, run_name)
        self.recipe: Recipe = read_recipe(recipe or self.task.recipe)
        self.progress: Progress = progress_for_stderr()
        if needs:
            require_part(needs)

    def build(self, force: bool) -> Manifest:
        from training.dataset import build

        return build(self.run, self.task, self.recipe, self.progress, force)

    def train(self, force: bool, **overrides: Any) -> Manifest:
        from training.train import Overrides, train

        return train(self.run, self.task, self.recipe, Overrides(**overrides), self.progress, force)

    def evaluate(self, force: bool) -> Manifest:
        from training.evaluation import evaluate

        return evaluate(self.run, self.task, self.recipe, self.progress, force)

    def convert(self, force: bool) -> Manifest:
        from convert.stage import convert

        return convert(self.run, self.task, self.recipe, self.progress, force)

    def publish(self, force: bool, **release: Any) -> Manifest:
        from convert.publish import publish

        return publish(self.run, self.task, self.recipe, self.progress, force, **release)


@click.command()
@stage_options
def build(task: str, run_name: str, recipe: str | None, force: bool) -> None:
    """Make the data set: examples, quality rules, splits, leak check."""
    place = Workplace(task, run_name, recipe)
    with place.run.locked():
        place.build(force)


@click.command()
@stage_options
@training_options
def train(task: str, run_name: str, recipe: str | None, force: bool, **overrides: Any) -> None:
    """Train the LoRA adapter. Interrupt it at any time; the same command goes on from the last checkpoint."""
    place = Workplace(task, run_name, recipe, needs="training")
    with place.run.locked():
        place.train(force, **overrides)


def ladder_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What asks for every rung up to the gateway; each of them implies --ladder."""
    for decorate in (
        click.option("--limit", type=click.IntRange(1), help="Ask at most N questions of each set."),
        click.option("--rungs", metavar="NAME,NAME", help="Only these rungs, such as rules,q8_0,gateway."),
        click.option("--write", metavar="FILE", type=click.Path(path_type=Path), help="Write the tables as Markdown."),
        click.option("--released", is_flag=True, help="Score the committed release; needs no run."),
        click.option("--ladder", is_flag=True, help="Score every rung, the GGUF files and the gateway too."),
    ):
        command = decorate(command)
    return command


@click.command()
@stage_options
@ladder_options
def evaluate(
    task: str,
    run_name: str,
    recipe: str | None,
    force: bool,
    ladder: bool,
    released: bool,
    write: Path | None,
    rungs: str | None,
    limit: int | None,
) -> None:
    """Score rules, base model and adapter on the hand-written cases and the test split.

    \b
    tuneserve evaluate fit_query --ladder       after convert: every rung from the rules to the gateway
    tuneserve evaluate fit_query --released --write docs/results.md
    """
    if not (ladder or released or write or rungs or limit):
        place = Workplace(task, run_name, recipe, needs="training")
        with place.run.locked():
            place.evaluate(force)
        return
    from tuneserve.commands.ladder import Scope, climb_release, climb_run, write_page

    scope = Scope(tuple(rungs.split(",")) if rungs else (), limit)
    place = Workplace(task, run_name, recipe, needs=None if released else "training")
    if released:
        folder = climb_release(place.task, scope, place.progress, force)
    else:
        with place.run.locked():
            folder = climb_run(place.run, place.task, place.recipe, scope, place.progress, force)
    if write:
        write_page(folder, write, place.progress)


@click.command()
@stage_options
def convert(task: str, run_name: str, recipe: str | None, force: bool) -> None:
    """Merge the adapter, convert to GGUF, quantise."""
    place = Workplace(task, run_name, recipe, needs="training")
    with place.run.locked():
        place.convert(force)


@click.command()
@stage_options
@release_options
@click.option("--released", is_flag=True, help="Create the committed release in Ollama; needs no run.")
def publish(
    task: str,
    run_name: str,
    recipe: str | None,
    force: bool,
    version: str | None,
    force_gates: bool,
    improvements: tuple[str, ...],
    released: bool,
) -> None:
    """Write modelfiles/TASK/ and create the model in a running Ollama, after the template parity check."""
    if released:
        from convert.publish import publish_released
        from serving.settings import read_settings
        from tuneserve.progress import progress_for_stderr
        from tuneserve.task import load_task

        publish_released(load_task(task), read_settings().ollama_url, progress_for_stderr(), version=version)
        return
    place = Workplace(task, run_name, recipe)
    with place.run.locked():
        place.publish(force, version=version, force_gates=force_gates, improvements=improvements)


@click.command()
@stage_options
@training_options
@release_options
def run(
    task: str,
    run_name: str,
    recipe: str | None,
    force: bool,
    version: str | None,
    force_gates: bool,
    improvements: tuple[str, ...],
    **overrides: Any,
) -> None:
    """All stages: build, train, evaluate, convert, publish. Finished ones are skipped."""
    place = Workplace(task, run_name, recipe, needs="training")
    with place.run.locked():
        place.build(force)
        place.train(force, **overrides)
        place.evaluate(force)
        place.convert(force)
        place.publish(force, version=version, force_gates=force_gates, improvements=improvements)


@click.command()
@click.argument("task")
@click.option("--quantization", metavar="TYPE", help="Such as q4_k_m or q8_0. [the release's own]")
@click.option("--version", help="A release of modelfiles/TASK/releases/. [the one that the checkout serves]")
def prepare(task: str, quantization: str | None, version: str | None) -> None:
    """Make the released model ready for the embedded engine: fetch the base, merge, quantise. No torch."""
    from convert.released import prepare as prepare_released
    from convert.released import prepare_version
    from tuneserve.progress import progress_for_stderr
    from tuneserve.task import load_task

    if version is not None:
        click.echo(prepare_version(load_task(task), version, progress_for_stderr(), quantization))
        return
    click.echo(prepare_released(load_task(task), progress_for_stderr(), quantization))


COMMANDS: list[click.Command] = [run, build, train, evaluate, convert, publish, prepare]
