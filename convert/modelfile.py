"""`Modelfile`: how Ollama serves a release: the file, its template, prompt and settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convert.chat_format import ChatFormat
from convert.served_model import CONTEXT_TOKENS
from tuneserve.errors import ConversionError
from tuneserve.release import Release
from tuneserve.task import Task

LICENSES = {"smollm2-135m-instruct": "Apache-2.0"}


@dataclass(frozen=True, slots=True)
class Modelfile:
    """The same values go into the file and into Ollama's /api/create.

    `source` is the GGUF's path relative to the Modelfile, in a checkout's own artifacts/ folder.
    """

    source: str
    template: str
    system: str
    parameters: dict[str, Any]
    license: str
    header: str

    def text(self) -> str:
        """The Modelfile; Ollama's parser knows no escapes, so \"\"\" cannot stand inside a text."""
        lines = [*(f"# {line}" for line in self.header.splitlines()), f"FROM {self.source}", ""]
        lines += [f"TEMPLATE {_quoted(self.template)}", "", f"SYSTEM {_quoted(self.system)}", ""]
        for name, value in self.parameters.items():
            lines += [f"PARAMETER {name} {_parameter(one)}" for one in (value if isinstance(value, list) else [value])]
        return "\n".join([*lines, "", f"LICENSE {_quoted(self.license)}", ""])


def modelfile_of(release: Release, task: Task, chat_format: ChatFormat) -> Modelfile:
    """Greedy, and without Ollama's own repeat_penalty of 1.1, which would punish quoting the question."""
    return Modelfile(
        source=f"../../artifacts/_released/{release.task}/{release.version}-{release.quantization}.gguf",
        template=chat_format.go_template(),
        system=task.prompt,
        parameters={
            "temperature": 0,
            "repeat_penalty": 1,
            "num_ctx": CONTEXT_TOKENS,
            "num_predict": task.max_tokens,
            "stop": list(chat_format.stop),
        },
        license=LICENSES.get(release.base["name"], f"see the base model: {release.base['name']}"),
        header=(
            f"{release.name}: {release.base['name']} ({release.base['revision']}) + adapter, {release.quantization}.\n"
            f"Written by `tuneserve publish`; the template is '{chat_format.name}', checked token by token.\n"
            f"`tuneserve prepare {release.task}` makes the file below;"
            f" then, in this folder: ollama create {release.task} -f Modelfile"
        ),
    )


def _quoted(text: str) -> str:
    if '"""' in text:
        raise ConversionError('a prompt with """ in it cannot be written into a Modelfile; change prompt.md')
    return f'"""{text}"""'


def _parameter(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
