"""What can be held against compose.yaml and the Dockerfiles without an engine."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from serving.settings import Settings
from tests.compose.engine import ROOT
from tests.compose.images import OFFICIAL
from tuneserve import __version__

TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
STACK: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
ONCE = {"init", "publish", "database", "training", "convert"}
DOCKERFILES = ("serving", "training", "convert")
# {file laid over compose.yaml: services that get a way out by it}
WAY_OUT: dict[str, set[str]] = {
    "compose.outside.yaml": {"gateway", "publish"},
    "compose.openai.yaml": {"gateway"},
    "compose.gpu.yaml": set(),
}
# Settings that are the stack's business, with the reason.
FIXED = {
    "KEYS_FILE": "in the gateway's volume",
    "TRUSTED_PROXIES": "the networks of Docker",
    "ALLOWED_HOSTS": "checked by `front`, which knows them as FRONT_HOSTS",
    "DATA_DIR": "the gateway's volume",
}


def laid_over(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined_and_limited(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "pids_limit", "logging"} <= set(service)
    assert not {"privileged", "cap_add"} & set(service)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONCE))
def test_every_server_restarts_and_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries"} <= set(SERVICES[name]["healthcheck"])


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_to_a_version(name: str) -> None:
    name_and_tag = SERVICES[name]["image"]
    assert re.fullmatch(r"[a-z0-9./_-]+:(v?\d+\.\d+(\.\d+)?(-[a-z]+)?|\$\{TUNESERVE_VERSION:-[\d.]+\})", name_and_tag)


def test_only_the_front_and_grafana_are_published_and_only_on_loopback_by_default() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"front", "grafana"}
    for (port,) in published.values():
        assert re.match(r"\$\{[A-Z_]+:-127\.0\.0\.1\}:", port)


def test_a_gateway_reaches_other_machines_only_where_a_file_says_so() -> None:
    assert STACK["networks"]["stack"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if "edge" in service["networks"]} == {
        *("front", "alertmanager", "grafana", "training", "convert")
    }


@pytest.mark.parametrize("name", WAY_OUT)
def test_a_file_that_is_laid_over_changes_what_it_says_and_loosens_nothing(name: str) -> None:
    services: dict[str, dict[str, Any]] = yaml.safe_load(laid_over(name))["services"]
    assert set(services) <= set(SERVICES)
    assert {one for one, service in services.items() if service.get("networks") == ["stack", "edge"]} == WAY_OUT[name]
    allowed = {"networks", "profiles", "depends_on", "environment", "deploy", "build", "image"}
    assert {key for service in services.values() for key in service} <= allowed
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"({'../' + name})" in page or f":{name}" in page or f"-f {name}" in page


def test_without_ollama_nothing_waits_for_it() -> None:
    """With the model on another server, whoever depends on what is left out must do without it."""
    services: dict[str, dict[str, Any]] = yaml.safe_load(laid_over("compose.openai.yaml"))["services"]
    left_out = {name for name, service in services.items() if "profiles" in service}
    assert left_out == {"ollama", "publish"}
    for name in set(SERVICES) - left_out:
        waits = dict(SERVICES[name].get("depends_on", {})) | services.get(name, {}).get("depends_on", {})
        assert all(waits[one].get("required") is False for one in left_out & set(waits)), name
    assert services["gateway"]["environment"]["TUNESERVE_ENGINE"] == "openai"


def test_the_default_version_is_this_one() -> None:
    assert set(re.findall(r"TUNESERVE_VERSION:-([^}]+)\}", TEXT)) == {__version__}


def test_every_variable_is_explained_in_the_example_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    explained = set(re.findall(r"^#([A-Z_]+)=", example, re.M))
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT + "".join(laid_over(name) for name in WAY_OUT)))
    assert used - explained == set()
    assert explained - used <= {"COMPOSE_FILE"}


def test_every_default_of_the_example_is_that_of_the_stack() -> None:
    example = dict(re.findall(r"^#([A-Z_]+)=(.+)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    for name, default in re.findall(r"\$\{([A-Z_]+):-([^}]+)\}", TEXT):
        if name != "TUNESERVE_OPEN":
            assert example[name] == default, name


def test_every_setting_of_the_gateway_can_be_set() -> None:
    settings = {f"TUNESERVE_{name.upper()}" for name in Settings.model_fields}
    passed = set(SERVICES["gateway"]["environment"])
    assert settings - passed == {f"TUNESERVE_{name}" for name in ("KEYS_FILE",)}
    for name, value in SERVICES["gateway"]["environment"].items():
        short = name.removeprefix("TUNESERVE_")
        assert "${" in str(value) or short in FIXED or short in ("HOST", "PORT", "SECRETS_DIR"), name


def test_no_password_stands_in_the_files() -> None:
    for path in (ROOT / "compose.yaml", ROOT / ".env.example", ROOT / "compose" / "init.sh"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?im)^\s*[A-Z_]*(PASSWORD|SECRET|KEY)[A-Z_]*\s*[:=]\s*[\"']?[A-Za-z0-9]", text), path


def test_the_stand_ins_have_the_names_that_are_used() -> None:
    used = {service["image"] for service in SERVICES.values() if not service["image"].startswith("tuneserve/")}
    assert used == {*OFFICIAL.values(), SERVICES["grafana"]["image"]} - {OFFICIAL["python"]}
    for folder in DOCKERFILES:
        assert f"ARG PYTHON={OFFICIAL['python']}\n" in (ROOT / folder / "Dockerfile").read_text(encoding="utf-8")


def test_llama_cpp_is_compiled_by_the_same_lines_wherever_it_is() -> None:
    texts = [(ROOT / folder / "Dockerfile").read_text(encoding="utf-8") for folder in ("serving", "convert")]
    stages = [re.findall(r"(?ms)^FROM \$\{PYTHON\} AS llama\n.*?^FROM", text) for text in texts]
    assert len(stages[0]) == 1
    assert stages[0] == stages[1]


def test_only_the_images_that_train_and_convert_install_pytorch() -> None:
    assert "torch" not in (ROOT / "serving" / "Dockerfile").read_text(encoding="utf-8").lower().replace("pytorch", "")
    assert re.search(r"(?m)^torch==", (ROOT / "requirements" / "serve.txt").read_text(encoding="utf-8")) is None


def test_what_the_build_sees_is_what_is_named() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "*"
    for hidden in (".env", ".git", ".venv", "artifacts", "tests"):
        assert f"!{hidden}" not in lines
