"""What is here: installed parts, runs, releases, prepared models, a gateway and an Ollama that answer."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import sys
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

from tuneserve import __version__
from tuneserve.errors import StageError, TuneserveError
from tuneserve.manifest import read_manifest
from tuneserve.release import modelfiles_folder, read_release
from tuneserve.run import STAGES, Run, data_folder
from tuneserve.task import task_names

PARTS = {
    "serving": (("fastapi", "llama_cpp", "sqlalchemy"), "make demo"),
    "training": (("torch", "transformers", "peft"), "make install-train"),
}
DISTRIBUTIONS = {"llama_cpp": "llama-cpp-python", "sqlalchemy": "SQLAlchemy"}
STAGE_FOLDERS = {"build": "data", "train": "adapter", "evaluate": "report", "convert": "gguf", "publish": "release"}


def project_status() -> dict[str, Any]:
    """Everything that `tuneserve status --json` prints; asks the gateway and Ollama with a short timeout."""
    return {
        "tuneserve": __version__,
        "python": sys.version.split()[0],
        "data_folder": str(data_folder()),
        "parts": {name: _part(*part) for name, part in PARTS.items()},
        "tasks": {name: _task(name) for name in task_names()},
        "ollama": _ollama(),
        "gateway": _gateway(),
    }


def status_lines(found: dict[str, Any]) -> list[str]:
    """The status for people; a line that begins with '-' names the command for what is missing."""
    lines = [f"tuneserve {found['tuneserve']}, Python {found['python']}, data in {found['data_folder']}"]
    for name, part in found["parts"].items():
        if part["missing"]:
            lines.append(f"- {name}: not installed ({', '.join(part['missing'])}); run: {part['command']}")
        else:
            lines.append(f"  {name}: " + ", ".join(f"{key} {value}" for key, value in part["versions"].items()))
    for name, task in found["tasks"].items():
        lines += _task_lines(name, task)
    for name, command in (("ollama", "ollama serve"), ("gateway", "tuneserve serve")):
        server = found[name]
        if server["answers"]:
            lines.append(f"  {name}: answers at {server['url']} {server['says']}".rstrip())
        else:
            lines.append(f"- {name}: nothing answers at {server['url']}; start it: {command}")
    return lines


def _task_lines(name: str, task: dict[str, Any]) -> list[str]:
    lines = [f"  task {name}"]
    if task["release"] is None:
        lines.append(f"  - no release; make one: tuneserve run {name}")
    elif "error" in task["release"]:
        lines.append(f"  - release: {task['release']['error']}")
    else:
        lines.append(f"    release {task['release']['name']} ({task['release']['status']}, {task['release']['date']})")
        if task["prepared"]:
            lines.append(f"    prepared: {', '.join(task['prepared'])}")
        else:
            lines.append(f"  - not prepared for the embedded engine; run: tuneserve prepare {name}")
    for run in task["runs"]:
        finished = ", ".join(run["finished"]) or "nothing yet"
        begun = f"; begun: {', '.join(run['begun'])}" if run["begun"] else ""
        lines.append(f"    run {run['name']}: finished {finished}{begun}")
    return lines


def require_part(name: str) -> None:
    """Raises StageError, with the command that installs it, when a part of PARTS is not installed."""
    modules, command = PARTS[name]
    missing = _missing(modules)
    if missing:
        raise StageError(f"{name} needs {', '.join(missing)}, not installed here; run: {command}")


def _missing(modules: tuple[str, ...]) -> list[str]:
    return [name for name in modules if importlib.util.find_spec(name) is None]


def _part(modules: tuple[str, ...], command: str) -> dict[str, Any]:
    missing = _missing(modules)
    versions = {
        name: importlib.metadata.version(DISTRIBUTIONS.get(name, name)) for name in modules if name not in missing
    }
    return {"missing": missing, "versions": versions, "command": command}


def _task(name: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"release": None, "prepared": [], "runs": []}
    try:
        release = read_release(modelfiles_folder(name))
        if release is not None:
            shown["release"] = {"name": release.name, "status": release.status, "date": release.date}
    except TuneserveError as error:
        shown["release"] = {"error": str(error)}
    shown["prepared"] = sorted(path.name for path in (data_folder() / "_released" / name).glob("*.gguf"))
    folder = data_folder() / name
    shown["runs"] = [_run(Run(name, path.name, path)) for path in sorted(folder.glob("*")) if path.is_dir()]
    return shown


def _run(run: Run) -> dict[str, Any]:
    finished, begun = [], []
    for stage in STAGES:
        folder = run.folder / STAGE_FOLDERS[stage]
        if read_manifest(folder) is not None:
            finished.append(stage)
        if folder.with_name(folder.name + ".partial").exists():
            begun.append(stage)
    return {"name": run.name, "finished": finished, "begun": begun, "changed": _changed(run)}


def _changed(run: Run) -> str:
    return datetime.fromtimestamp(run.folder.stat().st_mtime).isoformat(timespec="seconds")


def _ollama() -> dict[str, Any]:
    url = os.environ.get("TUNESERVE_OLLAMA_URL", "http://127.0.0.1:11434")
    reply = _get_json(f"{url}/api/version")
    return {"url": url, "answers": reply is not None, "says": f"(version {reply.get('version')})" if reply else ""}


def _gateway() -> dict[str, Any]:
    url = f"http://127.0.0.1:{os.environ.get('TUNESERVE_PORT', '8000')}"
    return {"url": url, "answers": _get_json(f"{url}/healthz") is not None, "says": ""}


def _get_json(url: str) -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(url, timeout=1) as reply:
            value = json.loads(reply.read())
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError):
        return None
    return value if isinstance(value, dict) else {}
