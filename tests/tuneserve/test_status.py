from __future__ import annotations

import pytest

from tuneserve import status
from tuneserve.errors import StageError


def test_a_part_that_is_installed_is_not_asked_for() -> None:
    status.require_part("serving")


def test_a_missing_part_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(status.PARTS, "training", (("json", "no_such_module"), "make install-train"))
    with pytest.raises(StageError, match="needs no_such_module, not installed here; run: make install-train"):
        status.require_part("training")
