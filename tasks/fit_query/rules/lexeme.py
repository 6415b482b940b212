"""`Lexeme`: one meaningful piece of a question; `lexemes(text)` divides a question into them.

A lexeme has a class (MORE, TECHNOLOGY, AMOUNT, PLACE, …; see lexicon.PHRASES and SYNTAX), which is one
character so that rules can be regular expressions over the classes of a whole question. Fillers
("please", "the", "of") leave no lexeme. Words that nothing knows are UNKNOWN after a try to correct
their spelling (see spelling.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from tasks.fit_query.amounts import KW, Amount, find_amounts
from tasks.fit_query.dates import find_dates
from tasks.fit_query.gazetteer import Place, find_places, is_foreign, resolve
from tasks.fit_query.postcodes import areas, find_postcodes
from tasks.fit_query.rules import everyday, lexicon
from tasks.fit_query.rules.spelling import nearest

SYNTAX_WORDS = """
    AMOUNT TIME NUMBER YEAR DATE MONTH DECADE PLACE POSTCODE COMMA STOP DASH SLASH OPEN CLOSE UNKNOWN STORY
    FOREIGN COMPOUND ORDERS OWN VAGUE_AMOUNT
"""
SYNTAX = SYNTAX_WORDS.split()
CLASSES = {name: chr(0x100 + number) for number, name in enumerate([*lexicon.PHRASES, *SYNTAX])}
NAMES = {character: name for name, character in CLASSES.items()}
CONSUMED = "_"

_SYMBOLS_OF = {
    "MORE": (">", ">=", "≥", "⩾", "=>"),
    "LESS": ("<", "<=", "≤", "⩽", "=<"),
    "ABOUT": ("~", "≈", "±"),
    "EXACT": ("=",),
    "PLUS": ("+",),
    "AND": ("&",),
    "SLASH": ("/",),
    "ID": ("#",),
    "UNSAYABLE": ("%", "£", "$", "€"),
    "COMMA": (",", "|", "->"),
    "OPEN": ("(", "["),
    "CLOSE": (")", "]"),
    "STOP": (".", ";", ":", "?", "!", "…", "\n", "..."),
    "DASH": ("..", "-", "–", "—"),
}
_SYMBOLS = {symbol: name for name, symbols in _SYMBOLS_OF.items() for symbol in symbols}
_TOKEN = re.compile(
    r"(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<digits>\d+(?:[.,]\d+)*)|(?P<symbol>[<>]\s?=|=\s?[<>]|->|\.\.+|[^\w\s\"'“”‘’`*_]|\n)"
)
_YEAR_DIGITS = r"(?:19|20)\d\d"
_ORDINALS = r"(?:first|second|third|fourth|last|1st|2nd|3rd|4th)"
_TEENS = r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_OTHER_DATE = re.compile(
    rf"\b[qh][1-4][\s-]*(?:of\s+)?{_YEAR_DIGITS}\b|\b{_YEAR_DIGITS}[\s-]*q[1-4]\b|\b(?:19|20)\d0'?s\b"
    rf"|\b(?:this|last|current|previous) year\b|\b{_ORDINALS} (?:quarter|half) (?:of )?{_YEAR_DIGITS}\b"
    rf"|\btwenty[\s-](?:{_TEENS}|twenty)\b|\btwo thousand(?: and)? (?:{_TEENS}|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_AREA = re.compile(r"(?<![\w'’])([a-z]{1,2})(?=\s+(?:post\s?code|postal area|outcode))", re.IGNORECASE)
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_MONTH_OF_RANGE = re.compile(
    rf"\b{_MONTH_NAME}(?=\s*(?:to|and|until|till|through|[-–—])\s*{_MONTH_NAME}\s+(?:19|20)\d\d)", re.IGNORECASE
)
_YEAR = re.compile(r"199\d|20[0-3]\d")
_SECTOR = re.compile(r"\s\d(?![\w.,])(?!\s*[kmg]w)", re.IGNORECASE)
_MONTHS_WORDS = """
    january february march april june july august september october november december jan feb mar apr jun jul
    aug sept sep oct nov dec
"""
_MONTHS = frozenset(_MONTHS_WORDS.split())


class Token(NamedTuple):
    """`text[start:end]`; `key` is what it is compared by."""

    start: int
    end: int
    key: str


class Lexeme(NamedTuple):
    """`text[start:end]`. `value` is what its phrase stands for: a technology, a size, a sort, a Place."""

    kind: str
    start: int
    end: int
    value: str | Place | None = None
    key: str = ""


Phrase = tuple[tuple[str, ...], str, str | None]


@cache
def phrases() -> dict[str, tuple[Phrase, ...]]:
    """All phrases by their first word, longest first. A filler's class is empty."""
    collected: dict[tuple[str, ...], tuple[str, str | None]] = {}
    words = [
        ("", everyday.FILLERS),
        ("FOREIGN", everyday.FOREIGN),
        ("COMPOUND", everyday.COMPOUND),
        ("STORY", everyday.STORY),
    ]
    for name, block in words:
        for word in block.split():
            collected.setdefault((word,), (CLASSES[name] if name else "", None))
    for phrase in re.split(r"[|\n]", everyday.FILLER_PHRASES):
        collected[tuple(phrase.split())] = ("", None)
    collected.pop((), None)
    listed = {**lexicon.PHRASES, "OWN": everyday.OWN, "ORDERS": everyday.ORDERS}
    for name, more in lexicon.comparisons().items():
        listed[name] = "|".join([listed[name], *more])
    for name, block in listed.items():
        for entry in re.split(r"[|\n]", block):
            phrase, _, value = entry.strip().partition("=")
            if phrase:
                collected[tuple(token.key for token in tokens(phrase))] = (CLASSES[name], value or None)
    index: dict[str, list[Phrase]] = {}
    for keys, (character, value) in collected.items():
        index.setdefault(keys[0], []).append((keys, character, value))
    return {first: tuple(sorted(entries, key=lambda entry: -len(entry[0]))) for first, entries in index.items()}


@cache
def known_words() -> frozenset[str]:
    """Every word of every phrase."""
    return frozenset(word for entries in phrases().values() for keys, _, _ in entries for word in keys) | _MONTHS


@cache
def trigger_words() -> tuple[str, ...]:
    """Words of the lexicon that a misspelling may be corrected to."""
    passing = {"", CLASSES["STORY"], CLASSES["COMPOUND"], CLASSES["FOREIGN"], CLASSES["ORDERS"], CLASSES["OWN"]}
    words = {
        word for entries in phrases().values() for keys, kind, _ in entries if kind not in passing for word in keys
    }
    return tuple(sorted(word for word in words if len(word) > 3 and word.isalpha()))


@lru_cache(maxsize=8192)
def corrected(word: str) -> str:
    """The word of the lexicon that `word` misspells, else `word`. See spelling.nearest."""
    return nearest(word, trigger_words()) or word


def tokens(text: str) -> list[Token]:
    """Words, figures and symbols of `text`. A hyphen between letters only divides ("re-powering")."""
    found = []
    for match in _TOKEN.finditer(text):
        written = match.group()
        if match.lastgroup == "symbol":
            written = written.replace(" ", "")
            if written in "-–—" and _only_divides(text, match.start(), match.end()):
                continue
        elif match.lastgroup == "word":
            written = written.lower()
            if "'" in written or "’" in written:
                written = written.replace("'", "").replace("’", "")
        found.append(Token(match.start(), match.end(), written))
    return found


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


def lexemes(text: str) -> list[Lexeme]:
    """All lexemes of `text`, in order."""
    fixed = _fixed(text)
    found: list[Lexeme] = []
    words = _spelled_right(tokens(text), fixed)
    index = phrases()
    at, last, covered = 0, len(words), 0
    while at < last:
        token = words[at]
        if token.start < covered:
            at += 1
            continue
        lexeme = fixed.get(token.start)
        if lexeme is not None:
            found.append(lexeme)
            covered = lexeme.end
            at += 1
            continue
        length, lexeme = _phrase_at(text, words, at, index, fixed)
        if lexeme is not None:
            found.append(lexeme)
        at += length
    return _rebound(found)


_BOUND_ANEW = {"MORE_AFTER": "MORE", "LESS_AFTER": "LESS", "ONWARDS": "AFTER", "EARLIER": "BEFORE"}
_FIGURES = frozenset(CLASSES[name] for name in ("AMOUNT", "NUMBER", "TIME", "YEAR", "DATE"))


def _rebound(found: list[Lexeme]) -> list[Lexeme]:
    """ "and under" before a figure begins a second bound; behind a figure it belongs to the first."""
    for at in range(len(found) - 1):
        anew = _BOUND_ANEW.get(NAMES[found[at].kind])
        if anew and found[at].key == "and" and found[at + 1].kind in _FIGURES:
            found[at] = found[at]._replace(kind=CLASSES[anew])
    return found


_BEFORE_PLACES = frozenset({"in", "near", "around", "from", "across"})


def _spelled_right(words: list[Token], fixed: dict[int, Lexeme]) -> list[Token]:
    """`words` with the lexicon's spelling. A word that may be a place where one would stand is left alone."""
    known = known_words()
    for at, token in enumerate(words):
        key = token.key
        if key in known or token.start in fixed or len(key) < 4 or not key.isalpha() or is_foreign(key):
            continue
        if at and words[at - 1].key in _BEFORE_PLACES and resolve(key).place:
            continue
        words[at] = token._replace(key=corrected(key))
    return words


def _fixed(text: str) -> dict[int, Lexeme]:
    """Lexemes that are not in the lexicon, by where they start: amounts, dates, places and postcodes."""
    fixed: dict[int, Lexeme] = {}
    taken: list[tuple[int, int]] = []

    def put(lexeme: Lexeme) -> None:
        if all(lexeme.end <= start or end <= lexeme.start for start, end in taken):
            taken.append((lexeme.start, lexeme.end))
            fixed[lexeme.start + (text[lexeme.start] in "'’‘`")] = lexeme  # no token begins at the apostrophe of '13

    for postcode in find_postcodes(text):
        sector = _SECTOR.match(text, postcode.end) if " " not in postcode.text else None
        start = (
            postcode.end - len(postcode.pattern) if postcode.text.upper().endswith(postcode.pattern) else postcode.start
        )
        put(Lexeme(CLASSES["POSTCODE"], start, sector.end() if sector else postcode.end))
    for area in _AREA.finditer(text):
        if area[1].upper() in areas():
            put(Lexeme(CLASSES["POSTCODE"], area.start(1), area.end(1)))
    for other in _OTHER_DATE.finditer(text):
        put(Lexeme(CLASSES["DATE"], other.start(), other.end(), other.group()))
    for month in _MONTH_OF_RANGE.finditer(text):
        put(Lexeme(CLASSES["MONTH"], month.start(), month.end()))
    for mention in find_dates(text):
        put(Lexeme(CLASSES["YEAR" if mention.text.isdigit() else "DATE"], mention.start, mention.end, mention.text))
    for place in find_places(text):
        put(Lexeme(CLASSES["PLACE"], place.start, place.end, place.place))
    for amount in _amounts(text):
        if amount.text.lower() in ("one", "a half", "half", "second", "third", "thirds", "couple", "pair"):
            continue
        if _ORDINAL.match(text, amount.end):
            put(Lexeme(CLASSES["ORDINAL"], amount.start, amount.end + 2))
            continue
        kind = "TIME" if amount.unit in ("years", "months", "weeks", "days") else "NUMBER"
        if amount.unit in KW or amount.text[-1:] in "kK":
            kind = "AMOUNT"
        if amount.number is None:
            kind = "VAGUE_AMOUNT"
        elif kind == "NUMBER" and _YEAR.fullmatch(amount.text):
            kind = "YEAR"
        put(Lexeme(CLASSES[kind], amount.start, amount.end, amount.text))
    return fixed


_BETWEEN = re.compile(r"(?:between|from|btwn)\s+(?:about\s+)?$", re.IGNORECASE)


def _amounts(text: str) -> Iterator[Amount]:
    """Amounts of `text`; "between fifty and a hundred kW" has two, though fifty and a hundred could be one."""
    for amount in find_amounts(text):
        cut = amount.text.find(" and ")
        if cut < 0 or not _BETWEEN.search(text, 0, amount.start):
            yield amount
            continue
        for start, end in ((amount.start, amount.start + cut), (amount.start + cut + 5, amount.end)):
            for part in find_amounts(text[start:end]):
                yield part._replace(start=start + part.start, end=start + part.end, number_end=start + part.number_end)


def _phrase_at(
    text: str, words: list[Token], at: int, index: dict[str, tuple[Phrase, ...]], fixed: dict[int, Lexeme]
) -> tuple[int, Lexeme | None]:
    """How many tokens the phrase at `at` has, and its lexeme (None for a filler)."""
    token = words[at]
    if token.end - token.start == 2 and _is_area(text, token):
        return 1, Lexeme(CLASSES["POSTCODE"], token.start, token.end)
    for keys, character, value in index.get(token.key, ()):
        length = len(keys)
        if length == 1 or (
            at + length <= len(words)
            and words[at + 1].key == keys[1]
            and all(words[at + offset].key == keys[offset] for offset in range(2, length))
            and not any(word.start in fixed for word in words[at + 1 : at + length])
        ):
            if not character:
                return length, None
            return length, Lexeme(character, token.start, words[at + length - 1].end, value, token.key)
    symbol = _SYMBOLS.get(token.key)
    if symbol:
        return 1, Lexeme(CLASSES[symbol], token.start, token.end, None, token.key)
    return 1, _single(text, token)


def _is_area(text: str, token: Token) -> bool:
    """Whether a word in capitals, in a text that is not all so, is a postcode area: "TA and SO"."""
    written = text[token.start : token.end]
    return written.isupper() and written in areas() and not text.isupper()


def _single(text: str, token: Token) -> Lexeme | None:
    written = text[token.start : token.end]
    if len(written) == 1 and _is_area(text, token):
        return Lexeme(CLASSES["POSTCODE"], token.start, token.end)
    if token.key in _MONTHS:
        return Lexeme(CLASSES["MONTH"], token.start, token.end, written)
    if token.key == "decade":
        return Lexeme(CLASSES["DECADE"], token.start, token.end, written)
    if written[0].isdigit():
        return Lexeme(CLASSES["NUMBER"], token.start, token.end)
    if not written[0].isalnum():
        return None
    return Lexeme(CLASSES["UNKNOWN"], token.start, token.end, None, token.key)
