"""`Repair`: a reading whose slips in copying are mended where the question settles what was meant.

    repaired(draft) -> [Repaired(field, message)]    changes draft.reading (a copy), says what was changed

A small model's commonest slips are a misspelt copy, a turned bound, a place cut in two or left out, and
a postcode among the places. A slip is mended only by what stands in the question, and only when nothing
else there could be meant; what is mended goes through every check of grounding like any other reading.
What means the same before and after (a postcode that stood among the places) is mended without a word.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tasks.fit_query.draft import Draft
from tasks.fit_query.quotation import Quotations

# Keys of a reading that quote an amount.
CAPACITY = ("capacity_min", "capacity_max", "capacity_about", "capacity_exactly")
REMAINING = ("remaining_min", "remaining_max")


class Repaired(NamedTuple):
    """What was changed; `field` is the reading's."""

    field: str
    message: str


class Repair:
    """A draft whose reading is being mended. The draft's own quotations stay untouched."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.text = draft.text
        self.reading: dict[str, Any] = dict(draft.reading)
        self.notes: list[Repaired] = []
        self.added: set[str] = set()
        self.lowered = self.quotations().lowered

    def quotations(self) -> Quotations:
        """The question with nothing taken yet."""
        return Quotations(self.text)

    def put(self, key: str, value: object, message: str | None) -> None:
        """Sets a key of the reading; `message` says why, None when the meaning stays the same."""
        self.reading[key] = value
        if message:
            self.note(key, message)

    def note(self, key: str, message: str) -> None:
        self.notes.append(Repaired(key, message))

    def add(self, key: str, value: object, output_key: str, message: str) -> None:
        """Sets a key that the reader left out; `output_key` is the answer's."""
        self.put(key, value, message)
        self.added.add(output_key)

    def rename(self, key: str, other: str, message: str) -> None:
        """Moves the value of `key` to `other`."""
        self.put(other, self.reading.pop(key), message)


def repaired(draft: Draft) -> list[Repaired]:
    """Mends `draft.reading`; see the module's docstring. A refusal is left alone."""
    from tasks.fit_query.repair_bounds import repair_amounts
    from tasks.fit_query.repair_corrections import repair_corrections
    from tasks.fit_query.repair_dates import repair_dates
    from tasks.fit_query.repair_marks import repair_marks
    from tasks.fit_query.repair_overlaps import repair_overlaps
    from tasks.fit_query.repair_places import repair_places
    from tasks.fit_query.repair_quotes import repair_quotes
    from tasks.fit_query.repair_references import repair_references
    from tasks.fit_query.repair_story import repair_story
    from tasks.fit_query.repair_subject import repair_subject

    repair = Repair(draft)
    repair_story(repair)
    repair_quotes(repair)
    repair_references(repair)
    repair_corrections(repair)
    repair_overlaps(repair)
    repair_places(repair)
    repair_amounts(repair)
    repair_dates(repair)
    repair_subject(repair)
    repair_marks(repair)
    if repair.reading != draft.reading:
        draft.reading = repair.reading
        draft.added = frozenset(repair.added)
    return repair.notes
