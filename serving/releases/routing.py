"""Which of two releases answers a caller: always the same one, by a hash of who calls."""

from __future__ import annotations

import hashlib

SHARES = (10, 50, 100)
PARTS = 10_000


def chosen(salt: str, caller: str, share: int) -> bool:
    """Whether `caller` is among the `share` percent of callers that the new release answers.

    Raising the share keeps those who were chosen. `salt` is the experiment's: who is chosen in one tells
    nothing about the next.
    """
    digest = hashlib.sha256(f"{salt}\0{caller}".encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8]) % PARTS < share * PARTS // 100
