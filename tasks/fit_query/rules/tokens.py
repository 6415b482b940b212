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
    for match in _TOKEN.finditer(text):
        written = match.group()
        if match.lastgroup == "symbol":
            written = written.replace(" ", "")
            if written == "!" and text[match.end() : match.end() + 1].isalpha():
                written = _EXCLUDES if not text[: match.start()].strip() or text[match.start() - 1] in " (|&\t" else "!"
            if written in "-–—" and _only_divides(text, match.start(), match.end()):
                continue
            if (
                written == "."
                and found
                and found[-1].key in _ABBREVIATED
                and _goes_on(text, match.start(), found[-1].end)
            ):
                continue
            if written == "/" and found and found[-1] == (match.start() - 1, match.start(), "w"):
                found[-1] = found[-1]._replace(end=match.end(), key="with")
                continue
        elif match.lastgroup == "word":
            written = written.lower()
            if "'" in written or "’" in written:
                written = written.replace("'", "").replace("’", "")
            if (
                written == "o"
                and found
                and found[-1].key == "with"
                and text[found[-1].start : match.end()].lower() == "w/o"
            ):
                found[-1] = found[-1]._replace(end=match.end(), key="without")
                continue
        found.append(Token(match.start(), match.end(), written))
    return found


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
