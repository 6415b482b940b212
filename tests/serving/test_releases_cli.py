"""promote, rollback and releases on the command line, on the released task of this checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from serving.releases.evidence import Evidence, Outcome
from serving.releases.registry import Registry
from tuneserve.cli import main
from tuneserve.release import modelfiles_folder, read_release

TASK = "fit_query"
_own = read_release(modelfiles_folder(TASK))
OWN = _own.version if _own else ""
pytestmark = pytest.mark.skipif(not OWN, reason=f"nothing of {TASK} is released; make a release: tuneserve run {TASK}")


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty one; and an engine for which nothing has to be prepared."""
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUNESERVE_DATABASE_URL", url)
    monkeypatch.setenv("TUNESERVE_ENGINE", "openai")
    return url


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """stdout of a command, or stderr of one that ends with another code than 0."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    told = capsys.readouterr()
    assert ended.value.code == code, told
    return told.err if code else told.out


def found(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(run(capsys, "releases", TASK, "--json")))


def test_before_anybody_decided_the_checkout_s_release_answers(capsys: pytest.CaptureFixture[str]) -> None:
    shown = found(capsys)
    assert shown["answers"] == f"{TASK}@{OWN}"
    assert shown["experiment"] is None
    assert {(one["version"], one["share"]) for one in shown["releases"]} >= {(OWN, 100), ("rules", 0)}


def test_rules_against_model_by_ten_percent(capsys: pytest.CaptureFixture[str], database: str) -> None:
    said = run(capsys, "promote", TASK, "rules", "--to", "staging", "--share", "10")
    assert said.startswith(f"{TASK}@rules answers 10 % of the callers and is compared, {OWN} the others")
    registry = Registry(database)
    experiment = registry.latest_experiment(TASK)
    assert experiment is not None
    counted = Evidence()
    for version in ("rules", OWN):
        for number in range(50):
            counted.add(version, Outcome(number < 2, 30.0, None if version == "rules" else number < 5, {}), 500)
    registry.add_evidence(experiment.id, counted)
    registry.close()
    shown = found(capsys)["experiment"]
    assert shown["measured"]["new"]["success"]["value"] == 0.96
    assert shown["measured"]["new"]["success"]["low"] < 0.96 < shown["measured"]["new"]["success"]["high"]
    assert (shown["measured"]["old"]["p50_ms"], shown["agreement"]["value"]) == (50, 0.9)
    lines = run(capsys, "releases", TASK)
    assert f"{TASK}@rules against {TASK}@{OWN}: answers 10 % of the callers" in lines
    assert "success 96.0% (" in lines
    assert "same answer in 90.0% (" in lines
    assert "wait: not enough evidence: 50 questions of at least 200 each" in lines


def test_a_change_and_its_way_back_are_on_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "promote", TASK, f"{TASK}@rules", "--to", "production") == f"{TASK}@rules answers everybody\n"
    assert run(capsys, "rollback", TASK, "--reason", "it was better") == f"{TASK}@{OWN} answers everybody\n"
    changes = found(capsys)["changes"]
    assert {(one["release"], one["to"]["share"], one["reason"]) for one in changes[:2]} == {
        (f"{TASK}@{OWN}", 100, "it was better"),
        (f"{TASK}@rules", 0, "it was better"),
    }
    assert "@" in changes[0]["actor"]
    assert run(capsys, "rollback", TASK, "--to", "rules") == f"{TASK}@rules answers everybody\n"


def test_a_shadow_can_be_begun(capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "promote", TASK, "rules", "--to", "staging", "--shadow", "--margin", "2.5", "--minimum", "50")
    assert "rules is asked too, unseen" in said
    rule = found(capsys)["experiment"]["rule"]
    assert (rule["margin"], rule["minimum"]) == (0.025, 50)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("promote", TASK, "rules"), "Missing option '--to'"),
        (("promote", TASK, "rules", "--to", "staging", "--shadow", "--share", "10"), "a shadow answers nobody"),
        (("promote", TASK, "rules", "--to", "production", "--shadow"), "a shadow answers nobody"),
        (("promote", TASK, "rules", "--to", "staging", "--share", "100"), "everybody is '--to production'"),
        (("promote", TASK, "rules", "--to", "production", "--share", "20"), "'20' is not one of"),
        (("promote", TASK, "99.9.9", "--to", "production"), f"{TASK}@99.9.9 is not known; there are: "),
        (("promote", TASK, OWN, "--to", "production"), f"{TASK}@{OWN} answers already"),
        (("rollback", TASK), f"nothing answered {TASK} before {OWN}; name one: --to VERSION ("),
        (("rollback", TASK, "--to", "99.9.9"), f"{TASK}@99.9.9 is not known"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert said in run(capsys, *arguments, code=2)


def test_a_version_that_is_not_here_cannot_be_run_by_the_embedded_engine(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNESERVE_ENGINE", "llama_cpp")
    said = run(capsys, "promote", TASK, "99.9.9", "--to", "production", code=1)
    assert f"{TASK}@99.9.9 is not released here; there are: {OWN}" in said


def test_a_database_that_is_away_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUNESERVE_DATABASE_URL", f"sqlite:///{tmp_path}")
    said = run(capsys, "rollback", TASK, code=1)
    assert said.startswith("tuneserve: database ")
    assert said.count("\n") == 1
