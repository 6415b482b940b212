"""A release as a model of Ollama: created under another name, checked, and only then put in its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from convert.expected_ids import ExpectedChat
from convert.modelfile import modelfile_of
from convert.ollama_server import TESTED_VERSION, OllamaServer
from convert.parity import check_parity
from convert.served_model import ServedModel
from tuneserve.errors import ConversionError
from tuneserve.progress import Progress
from tuneserve.release import Release
from tuneserve.replies import Replies
from tuneserve.task import Task


def create_in_ollama(
    task: Task,
    release: Release,
    gguf: Path,
    chats: Sequence[ExpectedChat],
    server: OllamaServer,
    progress: Progress,
    *,
    unproven: bool = False,
    own: bool = True,
) -> None:
    """Creates model <task>:<version>, and <task> for the release that the checkout serves (`own`).

    Until every check has passed, an older model of the name goes on answering, and one of another version goes
    on beside it. `unproven` lets a model pass that writes no answer to the task's first example (a release whose
    gates were forced). Raises ConversionError when a template differs or the example is not answered.
    """
    version = server.version()
    if version != TESTED_VERSION:
        progress.say(f"Ollama at {server.url} is version {version}; tested with {TESTED_VERSION}")
    candidate = f"{task.name}-candidate"
    try:
        with ServedModel(gguf) as model:
            settings = modelfile_of(release, task, model.chat_format())
            server.create(
                candidate,
                gguf,
                template=settings.template,
                system=settings.system,
                parameters=settings.parameters,
                license=settings.license,
            )
            progress.say(str(check_parity(chats, model, server, candidate)))
            proof = _answered(task, chats, model, server, candidate)
            if proof and not unproven:
                raise ConversionError(f"{release.name} in Ollama: {proof}; the model was not put in place")
            server.copy(candidate, f"{task.name}:{release.version}")
            if own:
                server.copy(candidate, task.name)
    finally:
        server.delete(candidate)
    text = proof or f'"{task.examples[0]}" is answered as by llama.cpp itself'
    progress.say(f"Ollama at {server.url} has {release.name}: {text}")
    # Without --nowordwrap Ollama wraps at 75 columns even into a pipe, and writes long JSON twice in doing so.
    name = task.name if own else f"{task.name}:{release.version}"
    progress.say(f'  try: ollama run --nowordwrap {name} "{task.examples[0]}"')


def _answered(
    task: Task, chats: Sequence[ExpectedChat], model: ServedModel, server: OllamaServer, name: str
) -> str | None:
    """What is wrong with what `ollama run` would print for the task's first example, or None.

    It must have seen the same prompt, and its answer must be that of the same file in llama.cpp, which
    was scored. Texts may differ where two answers are as good: kernels differ between builds.
    """
    example = task.examples[0]
    messages = task.messages(example)
    if messages[-1]["content"] != example:
        # The task puts passages before the question; `ollama run` cannot, so there is nothing to compare.
        return None
    generated = server.run(name, example)
    expected = next((len(chat.ids) for chat in chats if list(chat.messages) == messages), generated.prompt_tokens)
    if generated.prompt_tokens != expected:
        return f"'ollama run' makes {generated.prompt_tokens} prompt tokens, training made {expected}"
    today = date.today()
    judge = Replies(task)
    here = judge.of_text(example, model.complete(messages, task.max_tokens), today)
    there = judge.of_text(example, generated.text, today)
    if there.output is None:
        return f"it writes {generated.text!r} for {example!r} ({', '.join(there.problems)})"
    if there.output != here.output:
        return f"it answers {there.output} to {example!r}, llama.cpp answers {here.output}"
    return None
