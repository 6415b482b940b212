"""What an operator does to a stack that answers: another release, back to the one before, the model elsewhere."""

from __future__ import annotations

import json
import re
import tempfile
import time
from pathlib import Path

from tests.compose.engine import ROOT, Engine
from tests.compose.images import OFFICIAL
from tests.compose.load import Load
from tests.compose.phases import Findings, expect, script
from tests.compose.stack import PROJECT, Stack, until

ELSEWHERE = f"{PROJECT}-elsewhere"


def upgraded(stack: Stack, load: Load, findings: Findings) -> None:
    """A second release takes the place of the first while questions are asked: none of them fails."""
    version = "0.0.2-test"
    record = json.loads((ROOT / "modelfiles" / "fit_query" / "release.json").read_text(encoding="utf-8"))
    major, minor, patch = re.match(r"(\d+)\.(\d+)\.(\d+)", record["version"]).groups()  # type: ignore[union-attr]
    record["version"] = f"{major}.{minor}.{int(patch) + 1}"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "release.json").write_text(json.dumps(record), encoding="utf-8")
        before = stack.engine.environment["TUNESERVE_VERSION"]
        recipe = f"FROM tuneserve/gateway:{before}\nCOPY release.json modelfiles/fit_query/release.json\n"
        (Path(folder) / "Dockerfile").write_text(recipe, encoding="utf-8")
        stack.engine.docker("build", "--quiet", "--tag", f"tuneserve/gateway:{version}", folder, seconds=120)
    stack.engine.environment["TUNESERVE_VERSION"] = version
    load.take()
    started = time.monotonic()
    script(stack, "upgrade", "--no-build", seconds=300)
    took = time.monotonic() - started
    name = f"fit_query@{record['version']}"
    until(30, f"{name} answers", lambda: load.ask()[1].get("release") == name)
    seen = load.take()
    expect(not _failed(seen), f"requests failed during the upgrade: {_failed(seen)}")
    findings.say(f"upgrade to {name}: {took:.0f} s, {sum(seen.values())} questions meanwhile, none failed")


def gone_back(stack: Stack, load: Load, findings: Findings) -> None:
    """A release has gone bad: the rules answer in its stead, then it is taken back, without a failed request."""
    load.take()
    before = load.ask()[1].get("release")
    tuneserve = ("gateway", "tuneserve")
    stack.inside(*tuneserve, "promote", "fit_query", "rules", "--to", "production", "--reason", "it has gone bad")
    away = until(30, "the rules answer", lambda: load.ask()[1].get("release") == "fit_query@rules")
    stack.inside(*tuneserve, "rollback", "fit_query")
    back = until(30, f"{before} answers again", lambda: load.ask()[1].get("release") == before)
    seen = load.take()
    expect(not _failed(seen), f"requests failed while the release was exchanged: {_failed(seen)}")
    expect("fit_query" in stack.inside(*tuneserve, "releases", "fit_query"), "tuneserve releases tells nothing")
    findings.say(
        f"promote rules: they answer {away:.1f} s after the command; rollback: {before} again after {back:.1f} s; "
        f"{sum(seen.values())} questions meanwhile, none failed"
    )


def model_elsewhere(stack: Stack, findings: Findings) -> None:
    """compose.openai.yaml: the gateway reaches a model server outside its network, as it otherwise cannot."""
    stack.compose("stop", "--timeout", "5", "ollama")
    command = ("run", "--detach", "--rm", "--name", ELSEWHERE, "--network", f"{PROJECT}_edge", "--user", "10001:10001")
    options = ("--env", "HOME=/ollama", "--volume", f"{PROJECT}_ollama:/ollama", OFFICIAL["ollama"])
    stack.engine.docker(*command, *options)
    try:
        shown = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        address = stack.engine.docker("inspect", "--format", shown, ELSEWHERE).strip()
        connect = f"import socket; socket.create_connection(('{address}', 11434), 5); print('reached')"
        reached = stack.engine.docker("exec", stack.container("gateway"), "python", "-c", connect, check=False)
        expect("reached" not in reached, "the gateway has a way out of its network by default")
        files = stack.engine.environment.get("COMPOSE_FILE", "compose.yaml")
        url = f"http://{address}:11434/v1"
        changes = {"COMPOSE_FILE": f"{files}:compose.openai.yaml", "TUNESERVE_OPENAI_URL": url}
        other = Engine(stack.engine.folder, {**stack.engine.environment, **changes})
        up = ("compose", "up", "--detach", "--pull", "never", "--no-build", "--scale", "grafana=0")
        other.docker(*up, seconds=120)
        seconds = until(90, "the model elsewhere answers", lambda: _origin(stack) == "model", lambda: _origin(stack))
        listed = other.docker("compose", "config", "--services").split()
        expect(not {"ollama", "publish"} & set(listed), f"services with the model elsewhere: {listed}")
    finally:
        stack.engine.docker("rm", "--force", ELSEWHERE, check=False)
    findings.say(f"compose.openai.yaml: a model server outside the network answers after {seconds:.0f} s")


def _origin(stack: Stack) -> str:
    """Who answers a question that is asked past the cache: every one is another."""
    question = {"input": f"wind sites over {time.monotonic_ns() % 10**5}kw in berkshire"}
    try:
        return str(stack.request("POST", "/v1/tasks/fit_query/answer", question)[1].get("origin"))
    except OSError as error:
        return str(error)


def _failed(seen: dict[str, int]) -> dict[str, int]:
    return {what: count for what, count in seen.items() if what.startswith(("HTTP", "no "))}
