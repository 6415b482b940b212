"""`Slope`: how fast something grows, with the interval in which that is known."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy

BLOCKS = 12
# Student's t for 95 % on both sides with BLOCKS - 2 degrees of freedom.
T_95 = 2.228
BYTES_IN_MB = 1024 * 1024
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Slope:
    """`each` unit of x, y grows by this; 95 % of such intervals hold the true figure."""

    each: float
    low: float
    high: float

    @classmethod
    def of(cls, x: Sequence[float], y: Sequence[float]) -> Slope:
        """Least squares through the means of BLOCKS successive blocks.

        Readings close together in time are alike, so that each by itself tells less than it seems to; the
        means of blocks are as good as independent. Raises ValueError with fewer readings than blocks.
        """
        if len(x) < BLOCKS:
            raise ValueError(f"{len(x)} readings; at least {BLOCKS} are needed")
        places = [float(block.mean()) for block in numpy.array_split(numpy.asarray(x, dtype=float), BLOCKS)]
        heights = [float(block.mean()) for block in numpy.array_split(numpy.asarray(y, dtype=float), BLOCKS)]
        centre, level = sum(places) / BLOCKS, sum(heights) / BLOCKS
        spread = sum((place - centre) ** 2 for place in places)
        each = sum((p - centre) * (h - level) for p, h in zip(places, heights, strict=True)) / spread
        left = sum((h - level - each * (p - centre)) ** 2 for p, h in zip(places, heights, strict=True))
        margin = T_95 * math.sqrt(left / (BLOCKS - 2) / spread)
        return cls(each, each - margin, each + margin)

    def times(self, factor: float) -> Slope:
        return Slope(self.each * factor, self.low * factor, self.high * factor)

    def __str__(self) -> str:
        return f"{self.each:+.2f} ({self.low:+.2f} to {self.high:+.2f})"


def resident_mb(process: int | str = "self") -> float:
    """Memory that the process holds, in MiB (Linux)."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE_BYTES / BYTES_IN_MB


def threads_and_files(process: int) -> tuple[int, int]:
    """How many threads the process has, and how many open files."""
    folder = Path(f"/proc/{process}")
    return len(list((folder / "task").iterdir())), len(list((folder / "fd").iterdir()))
