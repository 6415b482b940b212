"""`tokens`: the words, figures and symbols of a question."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<digits>\d+(?:[.,]\d+)*)|(?P<symbol>!\s?=|<>|[<>]\s?=|=\s?[<>]|->|\.\.+|[^\w\s\"'“”‘’`*_]|\n)"
)


_ABBREVIATED_WORDS = """
    no nr comm commd inst approx min max cap incl excl yrs yr tot avg tech reg regd post cty sq est st gen ref
    ident btwn betw bet conn pref esp
"""
_ABBREVIATED = frozenset(_ABBREVIATED_WORDS.split())


# Words whose h is dropped, behind an apostrophe: "'ow many", "'alf a megawatt".
_DROPPED_WORDS = """
    ow ave as ad alf undred undreds ydro igh igher ighest ere ouse ouses im er is i eat ill ills eard elp ello appen
    appens eat aving avent asnt adnt ome
"""
_DROPPED = frozenset(_DROPPED_WORDS.split())
_DROPPED_BEGINNINGS = {"fore": "before", "bout": "about", "tween": "between", "neath": "beneath", "cept": "except"}
_THAN = re.compile(r"(?:more|less|bigger|larger|greater|higher|smaller|lower|older|newer|younger|longer|fewer)n")
_APOSTROPHES = ("'", "’")
_SPOKEN_ING = re.compile(r"[a-z]{2,}[^aeiou\s]in")

_REPEATED = frozenset({"to", "the", "in", "of", "a", "and", "for", "with", "on", "at", "by", "from", "than"})
_EXCLUDES = "!="  # what "!" before a word stands for in a query string


class Token(NamedTuple):
    """`text[start:end]`; `key` is what it is compared by."""

    start: int
    end: int
    key: str


def tokens(text: str) -> list[Token]:
    """Words, figures and symbols of `text`. A hyphen between letters only divides ("re-powering").

    The stop of an abbreviation ("no. of", "comm. 2012") goes; "w/" is "with" and "w/o" "without".
    """
    found: list[Token] = []
    # Without an apostrophe no word is cut short or spoken ("'ow many", "lookin'").
    spoken = not text.isascii() or "'" in text or "`" in text
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        written = match.group()
        kind = match.lastgroup
        if kind == "word":
            written = written.lower()
            if spoken:
                if "'" in written or "’" in written:
                    written = written.replace("'", "").replace("’", "")
                    if _THAN.fullmatch(written):  # "bigger'n 60 kW"
                        found.append(Token(start, end - 2, written[:-1]))
                        found.append(Token(end - 1, end, "than"))
                        continue
                else:
                    written = _as_spoken(text, start, end, written)
            if written in _REPEATED:
                if found and found[-1].key == written:
                    continue  # "up to to thirty", as it is dictated
            elif written == "o" and found and found[-1].key == "with" and text[found[-1].start : end].lower() == "w/o":
                found[-1] = found[-1]._replace(end=end, key="without")
                continue
        elif kind == "symbol":
            written = written.replace(" ", "")
            if written == "!" and text[end : end + 1].isalpha():
                written = _EXCLUDES if not text[:start].strip() or text[start - 1] in " (|&\t" else "!"
            if written in "-–—" and _only_divides(text, start, end):
                continue
            if written == "." and found and found[-1].key in _ABBREVIATED and _goes_on(text, start, found[-1].end):
                continue
            if written == "/" and found and found[-1] == (start - 1, start, "w"):
                found[-1] = found[-1]._replace(end=end, key="with")
                continue
        found.append(Token(start, end, written))
    return found


def _as_spoken(text: str, start: int, end: int, written: str) -> str:
    """`written` with the letter that an apostrophe before or behind it stands for."""
    if written in _DROPPED and _opens_with_apostrophe(text, start):
        return "h" + written
    if written in _DROPPED_BEGINNINGS and _opens_with_apostrophe(text, start):
        return _DROPPED_BEGINNINGS[written]
    if text[end : end + 1] in _APOSTROPHES and _SPOKEN_ING.fullmatch(written):
        return written + "g"  # "lookin'"
    return written


def _opens_with_apostrophe(text: str, start: int) -> bool:
    return text[start - 1 : start] in ("'", "’", "‘", "`") and not text[max(0, start - 2) : start - 1].isalnum()


def _goes_on(text: str, stop: int, end: int) -> bool:
    """Whether the stop at `stop` belongs to the word that ends at `end`, and more than a new sentence follows."""
    return stop == end and bool(re.match(r"\.\s*[^\W_]", text[stop:])) and not re.match(r"\.\s+[A-Z][a-z]", text[stop:])


def _only_divides(text: str, start: int, end: int) -> bool:
    """Whether a hyphen is none of a range: no figure or spelled figure stands behind it."""
    behind = text[end : end + 3].lstrip(" '’‘")[:1]
    before = text[max(0, start - 2) : start].rstrip()[-1:]
    if behind.isdigit() or behind in (".", "½", "¼"):
        return (
            before.isalpha()
            and text[start - 1 : start].isalpha()
            and _word_before(text, start) in ("pre", "post", "fit", "id", "sub", "mid")
        )
    return not (text[start - 1 : start] == " " and text[end : end + 1] == " ")


def _word_before(text: str, end: int) -> str:
    found = re.search(r"[A-Za-z]+$", text[:end])
    return found.group().lower() if found else ""
