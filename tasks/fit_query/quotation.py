"""`Quotations`: finds what a reader quoted in the question, each place in the text once.

    quotations = Quotations("wind over 1,500 kW in berkshire")
    quotations.take("1500 kw") -> None: other digits       quotations.take("1,500 KW") -> Span(10, 18)

Case, blanks and punctuation between words may differ; digits and letters may not. A quotation never
begins or ends inside a word or a number: "500" is not in "1,500", "1" not in "10" or "1.5".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from tasks.fit_query.corrected import CORRECTED

_PIECE = re.compile(r"\d+|[^\W\d_]+")


class Span(NamedTuple):
    """`text[start:end]`."""

    start: int
    end: int


class Located(Protocol):
    """Something that a text names: `text[start:end]`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def spans_of(*mentions: Iterable[Located]) -> list[Span]:
    """Where all of the mentions stand."""
    return [Span(one.start, one.end) for several in mentions for one in several]


class Quotations:
    """The places of one text that quotations have taken."""

    def __init__(self, text: str) -> None:
        lowered = text.lower()
        self.text = text
        self.lowered = lowered if len(lowered) == len(text) else "".join(map(_lowered, text))
        self.taken: list[Span] = []

    def take(self, quoted: str, avoid: Iterable[Located] = ()) -> Span | None:
        """The first free place of `quoted`, taken from now on; None when there is none.

        `avoid`: what it stands in only if it stands nowhere else ("march" in the date "march 2013").
        """
        written = quoted.strip().lower()
        span = self._verbatim(written, spans_of(avoid)) if avoid else None
        span = span or self._verbatim(written) or self._loosely(quoted)
        if span:
            self.taken.append(span)
        return span

    def claim(self, start: int, end: int) -> Span:
        """Marks text[start:end] as accounted for."""
        span = Span(start, end)
        self.taken.append(span)
        return span

    def is_free(self, start: int, end: int) -> bool:
        """Whether no taken span overlaps text[start:end]."""
        return all(end <= span.start or span.end <= start for span in self.taken)

    def _verbatim(self, quoted: str, avoid: Iterable[Span] = ()) -> Span | None:
        at = self.lowered.find(quoted) if quoted else -1
        taken_back: Span | None = None
        while at >= 0:
            end = at + len(quoted)
            outside = all(end <= span.start or span.end <= at for span in avoid)
            if outside and self._is_whole(at, end) and self.is_free(at, end):
                if not CORRECTED.match(self.text, end):
                    return Span(at, end)
                taken_back = taken_back or Span(at, end)  # "before 2012, no I mean after 2012": the second counts
            at = self.lowered.find(quoted, at + 1)
        return taken_back

    def _loosely(self, quoted: str) -> Span | None:
        wanted = _PIECE.findall(quoted.lower())
        if not wanted:
            return None
        pieces = list(_PIECE.finditer(self.lowered))
        names = [piece.group() for piece in pieces]
        for at in range(len(names) - len(wanted) + 1):
            if names[at] == wanted[0] and names[at : at + len(wanted)] == wanted:
                start, end = pieces[at].start(), pieces[at + len(wanted) - 1].end()
                if (
                    self._is_whole(start, end)
                    and self.is_free(start, end)
                    and self._same_numbers(pieces, at, wanted, quoted)
                ):
                    return Span(start, end)
        return None

    def _same_numbers(self, pieces: list[re.Match[str]], at: int, wanted: list[str], quoted: str) -> bool:
        """Between two runs of digits the text must be as quoted: "1 5" is not "1.5"."""
        quoted_pieces = list(_PIECE.finditer(quoted.lower()))
        for offset in range(len(wanted) - 1):
            if wanted[offset].isdigit() and wanted[offset + 1].isdigit():
                here = self.text[pieces[at + offset].end() : pieces[at + offset + 1].start()].strip()
                there = quoted[quoted_pieces[offset].end() : quoted_pieces[offset + 1].start()].strip()
                if here != there:
                    return False
        return True

    def _is_whole(self, start: int, end: int) -> bool:
        text = self.text
        if start and _same_kind(text[start - 1], text[start]):
            return False
        if end < len(text) and _same_kind(text[end - 1], text[end]):
            return False
        if text[start].isdigit() and start > 1 and text[start - 1] in ".," and text[start - 2].isdigit():
            return text[start - 1] == "," and not re.match(r"\d{3}(?!\d)", text[start:])
        if text[end - 1].isdigit() and re.match(r"\.\d|,\d{3}(?!\d)", text[end:]):
            return False
        return not (text[end - 1].isdigit() and re.match(r",\d(?!\d)", text[end:]))


def _same_kind(left: str, right: str) -> bool:
    return (left.isdigit() and right.isdigit()) or (left.isalpha() and right.isalpha())


def _lowered(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character
