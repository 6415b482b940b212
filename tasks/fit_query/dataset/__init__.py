"""The data set of `fit_query`: phrases as data (`phrases/`), composition as code."""

from tasks.fit_query.dataset.generator import generate
from tasks.fit_query.dataset.quality import QUALITY

__all__ = ["QUALITY", "generate"]
