"""Model engines: one narrow seam (`engine.py`) and what stands behind it."""

import os

# llama.cpp's threads meet some thousand times a pass, and OpenMP's wait by spinning for milliseconds. While
# other programs want the same processors, each meeting then costs a time slice: one question took minutes.
# Read when the library is loaded, so it stands here, before any engine is imported.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
