"""`until`: how tests wait for what happens in another thread or process."""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE_SECONDS = 0.01


def until(true: Callable[[], bool], seconds: float = 60.0) -> float:
    """Seconds until it was so; fails after `seconds`."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "waited in vain"
        time.sleep(PAUSE_SECONDS)
    return time.monotonic() - begun
