"""`kept_log`: what a tool of llama.cpp said, kept in a file when the tool failed, so that an error can name it."""

from __future__ import annotations

import tempfile


def kept_log(tool: str, said: str) -> str:
    """Writes `said` to a new file in the system's temporary folder and returns its path."""
    with tempfile.NamedTemporaryFile(
        "w", prefix=f"tuneserve-{tool}-", suffix=".log", encoding="utf-8", delete=False
    ) as log:
        log.write(said)
    return log.name
