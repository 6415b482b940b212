"""`lexemes(text)` divides a question into its meaningful pieces.

The words of each class are data in lexicon.py and everyday.py; amounts, dates and places come from
fixed.py. Fillers ("please", "the", "of") leave no lexeme. Words that nothing knows are UNKNOWN after
a try to correct their spelling (see spelling.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from tasks.fit_query.gazetteer import is_foreign, resolve
from tasks.fit_query.postcodes import areas
from tasks.fit_query.rules import everyday, lexicon
from tasks.fit_query.rules.classes import CLASSES, CONSUMED, NAMES, Lexeme
from tasks.fit_query.rules.fixed import fixed_lexemes
from tasks.fit_query.rules.glued import unglued
from tasks.fit_query.rules.query_strings import settled
from tasks.fit_query.rules.spelling import nearest
from tasks.fit_query.rules.tokens import Token, tokens

__all__ = ["CLASSES", "CONSUMED", "NAMES", "Lexeme", "corrected", "lexemes"]

_SYMBOLS_OF = {
    "MORE": (">", ">=", "≥", "⩾", "=>"),
    "LESS": ("<", "<=", "≤", "⩽", "=<"),
    "ABOUT": ("~", "≈", "±"),
    "EXACT": ("=",),
    "PLUS": ("+",),
    "NOT": ("!=", "<>", "≠"),
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
_MONTHS_WORDS = """
    january february march april june july august september october november december jan feb mar apr jun jul
    aug sept sep oct nov dec
"""
_MONTHS = frozenset(_MONTHS_WORDS.split())


Phrase = tuple[tuple[str, ...], str, str | None]
# {first word: {second word, "" for none: phrases, longest first}}; the phrase of one word is in each.
PhraseIndex = dict[str, dict[str, tuple[Phrase, ...]]]


@cache
def phrases() -> PhraseIndex:
    """All phrases. A filler's class is empty."""
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
    index: dict[str, dict[str, list[Phrase]]] = {}
    for keys, (character, value) in collected.items():
        index.setdefault(keys[0], {}).setdefault(keys[1] if len(keys) > 1 else "", []).append((keys, character, value))
    made: PhraseIndex = {}
    for first, by_second in index.items():
        alone = by_second.get("", [])
        made[first] = {
            second: tuple(sorted(entries if second == "" else [*entries, *alone], key=lambda entry: -len(entry[0])))
            for second, entries in by_second.items()
        }
    return made


def _all_phrases() -> Iterator[Phrase]:
    return (phrase for by_second in phrases().values() for entries in by_second.values() for phrase in entries)


@cache
def known_words() -> frozenset[str]:
    """Every word of every phrase."""
    return frozenset(word for keys, _, _ in _all_phrases() for word in keys) | _MONTHS


@cache
def trigger_words() -> tuple[str, ...]:
    """Words of the lexicon that a misspelling may be corrected to."""
    passing = {"", CLASSES["STORY"], CLASSES["COMPOUND"], CLASSES["FOREIGN"], CLASSES["ORDERS"], CLASSES["OWN"]}
    words = {word for keys, kind, _ in _all_phrases() if kind not in passing for word in keys}
    return tuple(sorted(word for word in words if len(word) > 3 and word.isalpha()))


@lru_cache(maxsize=8192)
def corrected(word: str) -> str:
    """The word of the lexicon that `word` misspells, else `word`. See spelling.nearest."""
    return nearest(word, trigger_words()) or word


def lexemes(text: str) -> list[Lexeme]:
    """All lexemes of `text`, in order."""
    fixed = fixed_lexemes(text)
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
    if "*" in text:
        found += [Lexeme(CLASSES["CORRECTION"], at.end() - 1, at.end(), None, "*") for at in _STARRED.finditer(text)]
        found.sort(key=lambda lexeme: lexeme.start)
    return settled(text, _rebound(text, found))


# "*suffolk" on a line of its own corrects what was written before.
_STARRED = re.compile(r"(?<=\n)[ \t]*\*(?=\w)")


_SIZE = CLASSES["SIZE"]
_BOUND_ANEW = {"MORE_AFTER": "MORE", "LESS_AFTER": "LESS", "ONWARDS": "AFTER", "EARLIER": "BEFORE"}
_RANKED = frozenset({"SUPER", "TECHNOLOGY", "TECHNOLOGY_MANY", "SITE_MANY", "SIZE"})
_BY_MEANS = frozenset({"made", "run", "operated"})  # "made by water power", but "made by Vestas"
_KINDS = frozenset(CLASSES[name] for name in ("TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY"))
_FIGURES = frozenset(CLASSES[name] for name in ("AMOUNT", "NUMBER", "TIME", "YEAR", "DATE"))


def _rebound(text: str, found: list[Lexeme]) -> list[Lexeme]:
    """ "and under" before a figure begins a second bound; behind a figure it belongs to the first. "nr" is near."""
    for at in [at for at, one in enumerate(found) if one.kind == _SIZE and _is_of_aside(text, found, at)]:
        found[at] = found[at]._replace(kind=CLASSES["STORY"])
    for at in range(len(found) - 1):
        if found[at].key == "nr" and NAMES[found[at].kind] == "ID" and found[at + 1].kind not in _FIGURES:
            found[at] = found[at]._replace(kind=CLASSES["NEAR"])
        if found[at].key in _BY_MEANS and NAMES[found[at].kind] == "UNSAYABLE" and found[at + 1].kind in _KINDS:
            found[at] = found[at]._replace(kind=CLASSES["STORY"])
        if found[at].key == "bet" and found[at + 1].kind not in _FIGURES | {CLASSES["STOP"]}:
            found[at] = found[at]._replace(kind=CLASSES["STORY"])
        if found[at].key == "after" and _is_wanted(found, at):
            found[at] = found[at]._replace(kind=CLASSES["WHICH"])
        if NAMES[found[at].kind] == "NOT" and 0 < at < len(found) - 2 and _is_not_one_more(text, found, at):
            bound = "LESS_AFTER" if NAMES[found[at + 2].kind] in ("MORE_OF", "MORE") else "MORE_AFTER"
            closed = Lexeme(CLASSES[bound], found[at].start, found[at + 2].end, None, "not")
            return _rebound(text, [*found[: _joined_at(found, at)], closed, *found[at + 3 :]])
        if found[at].key == "one" and at > 0 and _is_low_end(found, at):
            found[at] = Lexeme(CLASSES["NUMBER"], found[at].start, found[at].end)
        if found[at].key == "up" and at > 0 and _is_range(text, found, at):
            found[at] = found[at]._replace(kind=CLASSES["TO"])
        anew = _BOUND_ANEW.get(NAMES[found[at].kind])
        if anew and found[at].key == "and" and found[at + 1].kind in _FIGURES:
            found[at] = found[at]._replace(kind=CLASSES[anew])
    return found


_AN = re.compile(r"(?:^|\W)(?:an?|my|our|this|your|his|her|their)\s+(?:\w+\s+)?$", re.IGNORECASE)
_ENDS_A_PHRASE = re.compile(
    r"[\w'’-]+(?:\s*[.,;:!?)]|\s*$|\s+(?:on|about|for|of|at|with|to|and|next|this|that|in the|who|which|called|by)\b)",
    re.IGNORECASE,
)


def _is_of_aside(text: str, found: list[Lexeme], at: int) -> bool:
    """Whether a size tells of something else: "a little exhibition on water power", "I bet it's tiny"."""
    if _BETTING.search(text, 0, found[at].start):
        return True
    if at + 1 == len(found):
        return False
    follows = found[at + 1]
    adjacent = not text[found[at].end : follows.start].strip()
    other = adjacent and NAMES[follows.kind] in ("UNKNOWN", "STORY", "FOREIGN")
    return bool(other and _AN.search(text, 0, found[at].start) and _ENDS_A_PHRASE.match(text, follows.start))


_BETTING = re.compile(
    r"\b(?:bet|reckon|guess|suspect|imagine)\s+(?:it['’]?s|they['’]?re|it is|they are|that['’]?s)\s+$", re.IGNORECASE
)


def _is_low_end(found: list[Lexeme], at: int) -> bool:
    """Whether "one" at `at` begins a range: "between one and two megawatts", "from one to three years"."""
    names = [NAMES[one.kind] for one in found[at - 1 : at + 3]]
    return (
        len(names) == 4
        and names[0] in ("BETWEEN", "FROM")
        and names[2] in ("AND", "TO", "DASH", "UNTIL")
        and names[3] in ("AMOUNT", "TIME")
    )


def _is_range(text: str, found: list[Lexeme], at: int) -> bool:
    """Whether "up to" at `at` stands between two figures of a kind: "0.25 MW up to 1 MW"."""
    before, behind = found[at - 1], found[at + 1]
    return (
        NAMES[found[at].kind] == "LESS"
        and before.kind == behind.kind
        and NAMES[before.kind] in ("AMOUNT", "TIME")
        and not text[before.end : found[at].start].strip()
    )


_NOT_ONE = re.compile(r"(?:an?|one|1|a single|one single)\b[ -]", re.IGNORECASE)
_JOINTS = frozenset(CLASSES[name] for name in ("AND", "BUT", "COMMA", "DASH"))


def _is_not_one_more(text: str, found: list[Lexeme], at: int) -> bool:
    """Whether "not a kilowatt more" at `at` makes a bound of the figure before it."""
    unit, more = found[at + 1], found[at + 2]
    if NAMES[more.kind] not in ("MORE_OF", "MORE", "LESS") or NAMES[unit.kind] not in ("AMOUNT", "TIME"):
        return False
    either = at + 3 < len(found) and NAMES[found[at + 3].kind] in ("OR", "AMOUNT", "NUMBER", "TIME", "YEAR")
    last = _joined_at(found, at) - 1
    figure = found[last - 1 if last and NAMES[found[last].kind] == "LEFT" else last]
    return not either and figure.kind == unit.kind and bool(_NOT_ONE.match(text, unit.start))


def _joined_at(found: list[Lexeme], at: int) -> int:
    """Where the joints before `at` begin: commas, "and", "but"."""
    while at > 1 and found[at - 1].kind in _JOINTS:
        at -= 1
    return at


def _is_wanted(found: list[Lexeme], at: int) -> bool:
    """Whether "after" at `at` says what is wanted: "after the 5 biggest"."""
    names = [NAMES[one.kind] for one in found[at + 1 : at + 3]]
    return len(names) == 2 and names[0] == "NUMBER" and names[1] in _RANKED


_BEFORE_PLACES = frozenset({"in", "near", "around", "from", "across"})


def _spelled_right(words: list[Token], fixed: dict[int, Lexeme]) -> list[Token]:
    """`words` with the lexicon's spelling. A word that may be a place where one would stand is left alone."""
    known = known_words()
    apart: list[tuple[int, list[Token]]] = []
    for at, token in enumerate(words):
        key = token.key
        if key in known or token.start in fixed or len(key) < 4 or not key.isalpha() or is_foreign(key):
            continue
        if at and words[at - 1].key in _BEFORE_PLACES and resolve(key).place:
            continue
        parts = unglued(key)
        if parts:
            apart.append((at, _parted(token, parts)))
        else:
            words[at] = token._replace(key=corrected(key))
    for at, several in reversed(apart):
        words[at : at + 1] = several
    return words


def _parted(token: Token, parts: tuple[str, ...]) -> list[Token]:
    """Words typed without a blank between them, each with its place in the text."""
    several, start = [], token.start
    for part in parts:
        several.append(Token(start, start + len(part), part))
        start += len(part)
    return several


def _phrase_at(
    text: str, words: list[Token], at: int, index: PhraseIndex, fixed: dict[int, Lexeme]
) -> tuple[int, Lexeme | None]:
    """How many tokens the phrase at `at` has, and its lexeme (None for a filler)."""
    token = words[at]
    if token.end - token.start == 2 and _is_area(text, token):
        return 1, Lexeme(CLASSES["POSTCODE"], token.start, token.end)
    begun = index.get(token.key)
    if begun is not None:
        follows = words[at + 1].key if at + 1 < len(words) else ""
        for keys, character, value in begun.get(follows) or begun.get("", ()):
            length = len(keys)
            if length == 1 or (
                at + length <= len(words)
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
