"""Model engines: one narrow seam (`engine.py`) and what stands behind it."""
