"""The model card of a release: what it was made of, how well it does, what it must not be used for.

The front matter is the one that model hubs read (https://huggingface.co/docs/hub/model-cards). Figures come
from release.json alone; what only the task knows (data, limits) from the task folder's `card.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tuneserve.base import PACKAGED_BASES
from tuneserve.release import Release
from tuneserve.task import Task

CARD = "README.md"
TASK_PART = "card.md"


def model_card(release: Release, task: Task) -> str:
    """The card as Markdown. A task without `card.md` says so in it, so that nobody takes silence for no limits."""
    return "\n".join(
        [*_front_matter(release, task), *_head(release, task), *_figures(release), *_training(release)]
    ) + (f"\n{_of_the_task(task)}\n")


def _front_matter(release: Release, task: Task) -> Iterator[str]:
    base = PACKAGED_BASES.get(release.base["name"])
    yield "---"
    yield f"license: {base.license.lower() if base else 'other'}"
    yield f"base_model: {base.hub_name if base else release.base['name']}"
    yield "library_name: peft"
    yield "pipeline_tag: text-generation"
    yield "language: en"
    yield f"tags: [lora, gguf, ollama, {task.name}]"
    yield "---"
    yield ""


def _head(release: Release, task: Task) -> Iterator[str]:
    yield f"# {release.name}"
    yield ""
    yield f"{task.description} {release.status.capitalize()} release of {release.date}."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| base | {release.base['name']} ({release.base['revision']}) |"
    yield f"| made of it | a LoRA adapter; merged where it is used, and quantised to {release.quantization} (GGUF) |"
    yield f"| training examples | {release.training_examples:,} |"
    if release.accuracy is not None:
        yield f"| accuracy | {_percent(release.accuracy)} exact, the model alone |"
    yield ""
    if release.improvements:
        yield "What is better than before:"
        yield ""
        yield from (f"- {line}" for line in release.improvements)
        yield ""
    yield "```sh"
    yield f"tuneserve ask {task.name} {json.dumps(task.examples[0]) if task.examples else '...'}"
    yield f"tuneserve publish {task.name} --released     # creates the model in Ollama"
    yield "```"
    yield ""
    yield (
        "What the model writes is text: use it through `tuneserve`, which validates it, looks for every value in the"
        " input and reports what it could not confirm."
    )
    yield ""


def _figures(release: Release) -> Iterator[str]:
    metrics: Mapping[str, Any] = release.metrics
    if not metrics:
        return
    yield "## Figures"
    yield ""
    yield (
        f"Measured through the served file, greedy decoding, the model alone (validated and grounded, no rules), on "
        f"{metrics['n']} hand-written questions that it was never trained on."
    )
    yield ""
    yield "| what | right |"
    yield "|---|---|"
    low, high = metrics["exact_low"], metrics["exact_high"]
    interval = f"{_percent(low)} to {_percent(high)}, 95 % Wilson interval"
    yield f"| the whole answer | {_percent(metrics['exact'])} ({interval}) |"
    for name, value in metrics.items():
        if name not in ("n", "exact", "exact_low", "exact_high"):
            yield f"| {name} | {_percent(value)} |"
    yield ""


def _training(release: Release) -> Iterator[str]:
    training: Mapping[str, Any] = release.training
    yield "## Training"
    yield ""
    examples = (training.get("examples") or {}).get("train")
    if examples:
        yield f"- {examples:,} generated examples, {training.get('steps'):,} steps."
    started = training.get("started_from")
    if started:
        yield (
            f"- Begun with the weights of an earlier adapter (sha256 {started['sha256'][:12]}), which had seen "
            f"{started['examples']:,} examples."
        )
        if share := training.get("start_share"):
            yield f"- {share:.0%} of those weights are kept: the adapter lies between where training began and ended."
    if training.get("best_eval_loss") is not None:
        yield f"- Validation loss {training['best_eval_loss']} a token of the answer."
    if training.get("seconds"):
        yield f"- {training['seconds'] / 60:.0f} minutes at {training['tokens_per_second']} tokens/s."
    yield ""


def _of_the_task(task: Task) -> str:
    path = task.folder / TASK_PART
    if path.is_file():
        return path.read_text(encoding="utf-8").strip()
    return f"## Limits\n\nNobody has written them down yet: `{task.name}` has no {TASK_PART}."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
