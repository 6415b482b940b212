"""Two releases in modelfiles/, an empty database, and many callers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.releases import opener, watch
from serving.releases.registry import Registry
from serving.settings import Settings
from tests.serving.conftest import TASK, settings_with
from tests.serving.releases.gateways import (
    KEYS,
)
from tests.serving.test_releases_registry import release
from tuneserve.release import write_release


@pytest.fixture(autouse=True)
def modelfiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """2.0.0 is what the checkout serves, 1.0.0 lies beside it."""
    folder = tmp_path / "modelfiles" / TASK.name
    for place, made in ((folder, release("2.0.0")), (folder / "releases" / "1.0.0", release("1.0.0", "deprecated"))):
        place.mkdir(parents=True)
        write_release(place, made)
    monkeypatch.setattr(opener, "modelfiles_folder", lambda task: folder)
    monkeypatch.setattr(watch, "COUNT_SECONDS", 0.1)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    keys = ",".join(f"{name}:{key}" for name, key in KEYS.items())
    return settings_with(tmp_path, api_keys=keys, cache_size=0, data_dir=tmp_path / "data")


@pytest.fixture
def registry(settings: Settings) -> Iterator[Registry]:
    registry = Registry(settings.database_url)
    yield registry
    registry.close()
