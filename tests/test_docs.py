"""The documents tell the truth: generated pages are current, commands exist, links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from tuneserve.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("tasks/*/README.md")]
)


def _reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = _reference()


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_a_generated_page_is_what_the_code_says_now(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == reference.PAGES[name](), "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_in_a_page_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for verb in re.findall(r"(?m)(?:^|`|/bin/|: )tuneserve ([a-z]+)\b", text):
        assert verb in cli.commands, f"{page.name}: tuneserve {verb}"
    targets = re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    for target in re.findall(r"(?m)(?:^|`)make ([a-z-]+)", text):
        assert target in targets, f"{page.name}: make {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_page_or_code_names_a_path_of_one_machine() -> None:
    for path in (*PAGES, *ROOT.glob("[a-z]*/**/*.py")):
        if "artifacts" not in path.parts:
            assert not re.search(r"(?<![\w.])/(?:work|root|home/\w+)/", path.read_text(encoding="utf-8")), path
