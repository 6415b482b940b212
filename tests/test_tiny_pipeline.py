"""All stages, by the command line, in a copy of the checkout: a new task on a random tiny Llama.

The model has the real tokenizer under random weights, so its answers are nonsense and every stage is
real. About a minute; nothing of the user's own runs and releases is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tiny import write_tiny_base
from tuneserve.run import data_folder
from tuneserve.task import project_root

pytestmark = pytest.mark.slow

COPIED = ("tuneserve", "tasks", "training", "convert", "serving")
TASK = "meeting_rooms"

RECIPE = """
[data]
seed = 3
examples = 400

[base]
model = "{base}"

[lora]
r = 4
alpha = 8

[train]
quantization = "fp32"
epochs = 1
learning_rate = 1e-3
batch_size = 16
max_length = 128
eval_every = 10
save_every = 2

[convert]
quantizations = ["q4_k_m", "q8_0"]
served = "q8_0"
"""


class Checkout:
    """A copy of the code with a data folder of its own; commands run in it as a user's would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            ignored = shutil.ignore_patterns("__pycache__", "fit_query")
            shutil.copytree(project_root() / name, folder / name, ignore=ignored)
        self.data = folder / "artifacts"
        self.data.mkdir()
        for name in ("_base", "_llama_cpp"):
            (self.data / name).symlink_to((data_folder() / name).resolve(), target_is_directory=True)
        self.run_folder = self.data / TASK / "default"

    @property
    def environment(self) -> dict[str, str]:
        nowhere = {"TUNESERVE_OLLAMA_URL": "http://127.0.0.1:9", "HF_HUB_OFFLINE": "1"}
        return {**os.environ, "TUNESERVE_DATA_DIR": str(self.data), "PYTHONPATH": str(self.folder), **nowhere}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tuneserve.cli", *arguments]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate()
        return process.returncode, out, err


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout(tmp_path_factory.mktemp("checkout"))
    base = write_tiny_base(made.folder / "tiny", hidden=256)
    (made.folder / "tiny.toml").write_text(RECIPE.format(base=base), encoding="utf-8")
    code, _, err = made.run("new", TASK)
    assert code == 0, err
    return made


@pytest.fixture(scope="module")
def finished(checkout: Checkout) -> Checkout:
    """The pipeline, killed once in the middle of the training and taken up again."""
    process = checkout.start("run", TASK, "--recipe", "tiny.toml", "--force-gates")
    checkpoints = checkout.run_folder / "adapter.partial" / "checkpoints"
    deadline = time.monotonic() + 120
    while not any(checkpoints.glob("*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    _, killed_err = process.communicate()
    assert process.returncode == -signal.SIGKILL, killed_err
    assert not (checkout.run_folder / "adapter").exists()
    code, _, err = checkout.run("run", TASK, "--recipe", "tiny.toml", "--force-gates")
    assert code == 0, err
    return checkout


def test_every_stage_leaves_its_manifest_and_files(finished: Checkout) -> None:
    expected = {
        "data": {"train.jsonl", "validation.jsonl", "test.jsonl"},
        "adapter": {"adapter_model.safetensors", "adapter_config.json", "training_info.json", "log.jsonl"},
        "report": {"report.json"},
        "gguf": {f"{TASK}-{kind}.gguf" for kind in ("f16", "q4_k_m", "q8_0", "adapter")}
        | {"sizes.json", "quantization.json"},
    }
    for stage, files in expected.items():
        folder = finished.run_folder / stage
        outputs = json.loads((folder / "manifest.json").read_text())["outputs"]
        assert files <= set(outputs), stage
        assert not folder.with_name(folder.name + ".partial").exists()


def test_the_training_went_on_where_it_was_killed(finished: Checkout) -> None:
    steps = [json.loads(line) for line in (finished.run_folder / "adapter" / "log.jsonl").read_text().splitlines()]
    losses = [row["step"] for row in steps if "loss" in row]
    assert losses == sorted(set(losses))
    assert losses[0] == 1


def test_what_was_used_is_written_down(finished: Checkout) -> None:
    info = json.loads((finished.run_folder / "adapter" / "training_info.json").read_text())
    assert info["recipe"]["train"]["learning_rate"] == 1e-3
    assert info["prompt_sha256"]
    assert info["base"]["name"].endswith("tiny")


def test_a_second_run_skips_every_stage(finished: Checkout) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.run_folder.rglob("manifest.json")}
    code, _, err = finished.run("run", TASK, "--recipe", "tiny.toml", "--force-gates")
    assert code == 0, err
    assert {path: path.stat().st_mtime_ns for path in finished.run_folder.rglob("manifest.json")} == before


def test_a_release_holds_the_adapter_and_no_model(finished: Checkout) -> None:
    folder = finished.folder / "modelfiles" / TASK
    release = json.loads((folder / "release.json").read_text())
    assert release["status"] == "staging"
    assert (folder / "adapter" / "adapter_model.safetensors").is_file()
    assert "FROM " in (folder / "Modelfile").read_text()
    assert not list(folder.rglob("*.gguf"))


def test_the_ladder_scores_every_rung_and_writes_a_page(finished: Checkout) -> None:
    page = finished.folder / "docs" / "results.md"
    climb = ("evaluate", TASK, "--recipe", "tiny.toml", "--ladder", "--write", "docs/results.md")
    code, _, err = finished.run(*climb)
    assert code == 0, err
    report = json.loads((finished.run_folder / "ladder" / "report.json").read_text())
    assert list(report["rows"]) == ["rules", "base", "adapter", "merged", "f16", "q8_0", "q4_k_m", "gateway"]
    assert report["left_out"] == {}
    hits = {rung: row["cases"]["exact"]["hits"] for rung, row in report["rows"].items()}
    assert hits["gateway"] == hits["rules"] > hits["q8_0"], "the rules answer where the model writes nonsense"
    text = page.read_text()
    assert f"`tuneserve evaluate {TASK} --ladder --write docs/results.md`" in text
    assert str(finished.folder) not in text

    written = (finished.run_folder / "texts.jsonl").read_bytes()
    code, _, err = finished.run(*climb)
    assert (code, "ladder is up to date" in err) == (0, True), err
    code, _, err = finished.run(*climb, "--force")
    assert code == 0, err
    assert (finished.run_folder / "texts.jsonl").read_bytes() == written, "nothing is asked a second time"
    assert page.read_text() == text


def test_the_ladder_of_a_release_needs_no_run(finished: Checkout) -> None:
    code, _, err = finished.run("evaluate", TASK, "--released", "--limit", "2")
    assert code == 0, err
    report = json.loads((finished.data / "_released" / TASK / "1.0.0" / "ladder" / "report.json").read_text())
    assert list(report["rows"]) == ["rules", "q8_0", "gateway"]
    assert "in no package" in report["left_out"]["merged"]
    assert report["sets"] == {"cases": 2, "generated": 2}


def test_a_rung_that_is_none_is_wrong_usage(finished: Checkout) -> None:
    code, _, err = finished.run("evaluate", TASK, "--rungs", "rules,q9_0")
    assert code == 2
    assert "no rung 'q9_0' (there are: rules, base, adapter" in err


def test_a_gate_that_is_missed_stops_a_release(finished: Checkout) -> None:
    code, _, err = finished.run("publish", TASK, "--recipe", "tiny.toml", "--force")
    assert code == 1
    assert "exact" in err


def test_the_rules_answer_where_the_model_writes_nonsense(finished: Checkout) -> None:
    code, out, err = finished.run("ask", TASK, "a room for 8 on friday", "--json")
    assert code == 0, err
    answer = json.loads(out)
    assert answer["origin"] == "rules"
    assert answer["output"] == {"people": 8, "day": "friday"}


def test_the_model_alone_says_clearly_that_it_could_not(finished: Checkout) -> None:
    code, out, err = finished.run("ask", TASK, "a room for 8 on friday", "--through", "model")
    assert code == 1
    assert out == ""
    assert "no checked answer" in err
