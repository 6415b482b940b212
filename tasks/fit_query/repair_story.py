"""Repairs of readings that took a figure of the letter around a question for a filter.

repair_story(repair)   "acct 5510-887" read as a capacity, the date of a letter as one of commissioning,
                       a reference as a FIT id: each is dropped, and told
"""

from __future__ import annotations

from tasks.fit_query.dates import RELATIONS
from tasks.fit_query.repair import Repair
from tasks.fit_query.story_figures import story_figures

_QUOTED = (
    "fit_id",
    "limit",
    "capacity_min",
    "capacity_max",
    "capacity_about",
    "capacity_exactly",
    "remaining_min",
    "remaining_max",
    *RELATIONS,
)


def repair_story(repair: Repair) -> None:
    """See the module's docstring. What the question also says elsewhere stays."""
    if not story_figures(repair.text):
        return
    for key in _QUOTED:
        quoted = repair.reading.get(key)
        if quoted and _stands_in_story_only(repair, quoted):
            del repair.reading[key]
            repair.note(key, f"'{quoted}' is a figure of the story around the question")


def _stands_in_story_only(repair: Repair, quoted: str) -> bool:
    """Whether the quotation, or its digits, stand in figures of the story and nowhere else."""
    quotations = repair.quotations()
    spans = story_figures(repair.text)
    inside = 0
    while span := quotations.take(quoted):
        if not any(one.start < span.end and span.start < one.end for one in spans):
            return False
        inside += 1
    return inside > 0 or _digits_in_story(repair, quoted)


def _digits_in_story(repair: Repair, quoted: str) -> bool:
    """Whether a figure of the story has the digits of `quoted`, which nowhere stands as it is written."""
    digits = "".join(filter(str.isdigit, quoted))
    if len(digits) < 4:
        return False
    figures = ["".join(filter(str.isdigit, repair.text[span.start : span.end])) for span in story_figures(repair.text)]
    outside = repair.text
    for span in reversed(story_figures(repair.text)):
        outside = outside[: span.start] + " " + outside[span.end :]
    return any(digits in figure for figure in figures) and digits not in "".join(filter(str.isdigit, outside))
