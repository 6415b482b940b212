"""Who may import what: read off the code, and proved in a process where torch cannot be imported."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"tuneserve", "tasks", "training", "convert", "serving"}
TRAINING_ONLY = {"torch", "transformers", "peft", "accelerate", "bitsandbytes"}

MAY_IMPORT = {
    "tuneserve": {"tuneserve"},
    "tasks": {"tasks", "tuneserve"},
    "training": {"training", "tuneserve"},
    "convert": {"convert", "tuneserve"},
    "serving": {"serving", "tasks", "tuneserve"},
}

# The command line reaches every part inside its verbs; nothing else in tuneserve/ may.
COMMAND_LINE = ROOT / "tuneserve" / "commands"


def imported(path: Path) -> set[str]:
    """First parts of every absolute module name that the file imports, wherever it does."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def imported_at_the_top(path: Path) -> set[str]:
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    for path in files:
        if COMMAND_LINE in path.parents:
            assert imported_at_the_top(path) & OURS <= {"tuneserve"}, path
            continue
        assert imported(path) & OURS <= MAY_IMPORT[folder], path


@pytest.mark.parametrize("folder", ["serving", "tasks", "tuneserve"])
def test_no_training_library_is_imported_for_serving(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        assert not imported(path) & TRAINING_ONLY, path


def test_only_the_task_knows_its_subject() -> None:
    words = ("wind", "turbine", "solar", "photovoltaic", "feed-in", "ofgem", "postcode", "megawatt")
    for folder in ("tuneserve", "training", "convert", "serving"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8").casefold().replace("window", "").replace("rewind", "")
            assert not [word for word in words if word in text], path


BLOCKED = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"{{name}} is not installed here", name=name)

sys.meta_path.insert(0, Blocker())
{code}
"""


def run_without_training_libraries(code: str) -> str:
    script = BLOCKED.format(blocked=sorted(TRAINING_ONLY), code=code)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_serving_answers_in_a_process_that_cannot_import_torch() -> None:
    code = """
from datetime import date
import serving.app, serving.engines, convert.released, convert.merge
from serving.answering import Answerer
from tuneserve.task import load_task
task = load_task("fit_query")
print(Answerer(task, None).answer("wind sites over 100kw in berkshire", rows=5).as_json()["rows"]["total"])
"""
    assert run_without_training_libraries(code).strip() == "1"


@pytest.mark.parametrize("arguments", [["-c", "import tuneserve"], ["-m", "tuneserve.cli", "--help"]])
def test_importing_and_helping_take_less_than_a_fifth_of_a_second(arguments: list[str]) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)
        return time.perf_counter() - started

    # The best of several runs: what the code needs, whatever else the machine does meanwhile.
    assert min(seconds() for _ in range(5)) < 0.2
