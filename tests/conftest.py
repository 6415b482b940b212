"""What all tests share: a data folder of their own, and what becomes of tests that cannot run here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

NEEDS = {
    "ollama": (
        "TUNESERVE_TEST_OLLAMA_URL",
        "no Ollama to test with; enable it: ollama serve & TUNESERVE_TEST_OLLAMA_URL=http://127.0.0.1:11434 make test",
    ),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips by name, with the command that would enable it, what needs something that is not here.

    TUNESERVE_REQUIRE (a comma list of markers) turns such a skip into a failure: CI sets it.
    """
    required = os.environ.get("TUNESERVE_REQUIRE", "").split(",")
    for marker, (variable, reason) in NEEDS.items():
        if os.environ.get(variable):
            continue
        if marker in required:
            raise pytest.UsageError(f"TUNESERVE_REQUIRE={marker}, but {variable} is not set")
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True, scope="session")
def _shared_downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps the downloaded base model between test runs, but nothing else of the user's data folder."""
    from tuneserve.run import data_folder

    kept = data_folder()
    folder = tmp_path_factory.mktemp("data")
    for name in ("_base", "_llama_cpp"):
        (kept / name).mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(kept / name, target_is_directory=True)
    before = os.environ.get("TUNESERVE_DATA_DIR")
    os.environ["TUNESERVE_DATA_DIR"] = str(folder)
    yield
    if before is None:
        del os.environ["TUNESERVE_DATA_DIR"]
    else:
        os.environ["TUNESERVE_DATA_DIR"] = before


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder for one test."""
    monkeypatch.setenv("TUNESERVE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"
