"""Prometheus and its companions, where they are installed; tests that need one are skipped by name where it is not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MONITORING = Path(__file__).resolve().parents[2] / "monitoring"
# {marker: (programs, each by any of its names; the command that brings them)}
PROGRAMS = {
    "prometheus": ((("prometheus",), ("promtool",)), "apt-get install prometheus"),
    "alertmanager": (
        (("alertmanager", "prometheus-alertmanager"), ("amtool",)),
        "apt-get install prometheus-alertmanager",
    ),
}


def program(*names: str) -> str | None:
    """The path of the first of these that is installed."""
    return next((found for name in names if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """As in tests/conftest.py: TUNESERVE_REQUIRE (a comma list of markers) turns a skip into a failure."""
    required = os.environ.get("TUNESERVE_REQUIRE", "").split(",")
    for marker, (programs, command) in PROGRAMS.items():
        if all(program(*names) for names in programs):
            continue
        if marker in required:
            raise pytest.UsageError(f"TUNESERVE_REQUIRE={marker}, but it is not installed: {command}")
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"no {marker} to test with; enable it: {command}"))


def checked(*command: str | Path) -> str:
    """What the command prints; a failure of it is the test's, with all that it said."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=MONITORING)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
