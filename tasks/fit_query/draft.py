"""`Draft`: an answer in the making, with the question, the reading and the day it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from tasks.fit_query.amounts import Amount, find_amounts
from tasks.fit_query.bare_areas import find_bare_areas
from tasks.fit_query.dates import DateMention, find_dates
from tasks.fit_query.gazetteer import PlaceMention, find_outside, find_places
from tasks.fit_query.postcodes import PostcodeMention, find_postcodes
from tasks.fit_query.quotation import Quotations, spans_of
from tasks.fit_query.technologies import TechnologyMention, find_technologies
from tuneserve.task import Evidence, JsonObject, Problem

UNSUPPORTED: JsonObject = {"query_type": "unsupported"}


@dataclass
class Draft:
    """Filled by the parts of `ground`.

    unsupported   no field can say what is asked
    added         keys of the answer that rest on what grounding found, not on the reader (see repair.py)
    """

    text: str
    reading: Mapping[str, Any]
    today: date
    output: JsonObject = field(default_factory=dict)
    fields: dict[str, Evidence] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unsupported: bool = False
    added: frozenset[str] = frozenset()

    @cached_property
    def quotations(self) -> Quotations:
        return Quotations(self.text)

    @cached_property
    def amounts(self) -> list[Amount]:
        return find_amounts(self.text)

    @cached_property
    def places(self) -> list[PlaceMention]:
        return find_places(self.text)

    @cached_property
    def likely_places(self) -> list[PlaceMention]:
        """Misspelt ones too."""
        return find_places(self.text, misspelt=True)

    @cached_property
    def postcodes(self) -> list[PostcodeMention]:
        """Areas that stand alone too."""
        found = find_postcodes(self.text)
        known = spans_of(self.places, self.technologies, self.amounts, self.dates)
        return sorted([*found, *find_bare_areas(self.text, known, found)])

    @cached_property
    def technologies(self) -> list[TechnologyMention]:
        """Misspelt ones too."""
        return find_technologies(self.text, misspelt=True)

    @cached_property
    def outside(self) -> list[tuple[int, int]]:
        return find_outside(self.text)

    @cached_property
    def dates(self) -> list[DateMention]:
        return find_dates(self.text)

    def put(self, key: str, value: object, words: str | None, *, looked_up: bool = False) -> None:
        """Sets a field of the answer with the words of the question that it rests on."""
        self.output[key] = value
        self.fields[key] = Evidence("grounding" if looked_up or key in self.added else "reader", words)

    def note(self, code: str, message: str, key: str | None = None, *, blocking: bool = False) -> None:
        self.problems.append(Problem(code, message, key, blocking))
