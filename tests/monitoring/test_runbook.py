"""What the runbook tells people to type is taken by the programs that it is typed into."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from serving.app import create_app
from serving.settings import Settings
from tests.monitoring.conftest import MONITORING
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tuneserve.cli import cli

ROOT = MONITORING.parent
PAGES = [ROOT / "docs" / name for name in ("runbook.md", "monitoring.md")]
RUNBOOK = PAGES[0].read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"docker compose exec gateway tuneserve ([^`#\n]+)", RUNBOOK + OPERATIONS)))
STATEMENTS = re.findall(r'(?s)`sql "(.+?)"`', RUNBOOK)


@pytest.mark.postgres
def test_statements_of_the_runbook_fit_the_tables(tmp_path: Path, postgres_url: str) -> None:
    assert len(STATEMENTS) > 5
    settings = settings_with(tmp_path, database_url=postgres_url)
    with TestClient(create_app(settings, [TASK], ScriptedEngine('{"length":"3 km"}'))) as client:
        assert client.post("/v1/tasks/distance/answer", json={"input": "3 km"}).status_code == 200
        assert client.app.state.gateway.store.flush(20)  # type: ignore[attr-defined]
        engine = create_engine(postgres_url)
        try:
            with engine.connect() as connection:
                for statement in STATEMENTS:
                    connection.execute(text(statement)).all()
        finally:
            engine.dispose()


def test_settings_of_the_pages_exist() -> None:
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    for page in PAGES:
        for name in set(re.findall(r"`([A-Z]+_[A-Z_]+)`", page.read_text(encoding="utf-8"))):
            ours = name.removeprefix("TUNESERVE_").lower() in Settings.model_fields and name.startswith("TUNESERVE_")
            assert ours or f"${{{name}" in compose, f"{page.name}: {name}"


def test_services_of_the_pages_are_in_the_compose_file() -> None:
    services = set(yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"])
    options = {"d", "tail", "scale", "rm", "T"}
    for page in PAGES:
        for command in re.findall(r"docker compose (?:ps|logs|restart|up)((?: [\w=-]+)*)", page.read_text("utf-8")):
            words = [word for word in command.split() if not word.startswith("-") and not word.isdigit()]
            for word in words:
                assert word.partition("=")[0] in services | options, f"{page.name}: {command}"


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_pages_are_understood(command: str) -> None:
    """Read by the command line itself, which refuses an option that it does not know; nothing is run."""
    verb, *arguments = shlex.split(command)
    found = cli.commands[verb]
    while isinstance(found, click.Group):
        found = found.commands[arguments.pop(0)]
    # As below the whole command line: click keeps the option of help that a command was first read with.
    root = click.Context(cli, info_name="tuneserve", help_option_names=cli.context_settings["help_option_names"])
    found.make_context(verb, arguments, parent=root)


def test_the_pages_tell_how_to_go_back() -> None:
    verbs = {command.split()[0] for command in COMMANDS}
    assert {"releases", "promote", "rollback"} <= verbs
