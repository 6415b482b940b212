"""`Word`: one word of a text with its position, and the key under which words are compared.

    split_words("St. Ives & King's Lynn") -> keys st, ives, and, kings, lynn

A key has no case, accents or apostrophes; "saint" is "st" and "&" is "and". Digits stay glued to
their letters ("500kw" and "RG17" are one word each), but not to a word before them. Hyphens and blanks both
divide words.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# What digits may be glued to: "turbines500kw" and "top10" are two words each, RG17, CO2 and COP26 are one.
GLUED = r"(?=\d)(?:(?<=[a-z]{4})|(?<=\b(?:top|max|min|sub|cap|pre)))"
_WORD = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*|&")
_GLUED_TO = re.compile(r"[^\W\d_]{4}\d|\b(?:top|max|min|sub|cap|pre)\d", re.IGNORECASE)
_APART = re.compile(rf"(?:[^\W\d_]{{4,}}|\b(?:top|max|min|sub|cap|pre))(?=\d)|{_WORD.pattern}", re.IGNORECASE)
_SAME = {"&": "and", "saint": "st"}
_APOSTROPHES = str.maketrans("", "", "'’`")


class Word(NamedTuple):
    """`text[start:end]` is the word as written; `key` is what it is compared by."""

    start: int
    end: int
    key: str


def word_key(written: str) -> str:
    """The key of one word."""
    key = written.lower()
    if not key.isascii():
        key = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode() or key
        key = key.replace("`", "")
    if "'" in written or "’" in written or "`" in written:
        key = key.translate(_APOSTROPHES)
    return _SAME.get(key, key)


def word_set(listed: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(listed.split())


_BLANKS = str.maketrans(dict.fromkeys(string.punctuation, " "))
_RUN = re.compile(r"[^\W_]+")


@lru_cache(maxsize=64)
def word_bag(text: str) -> frozenset[str]:
    """The words of `text` in small letters, cut at each mark: a cheap look before a costly pattern."""
    lowered = text.lower()
    return frozenset(lowered.translate(_BLANKS).split() if lowered.isascii() else _RUN.findall(lowered))


@lru_cache(maxsize=64)
def digit_words(text: str) -> tuple[str, ...]:
    """Those of `word_bag(text)` that are no plain words: "2012", "500kw", "q3"."""
    return tuple(word for word in word_bag(text) if not word.isalpha())


@lru_cache(maxsize=64)
def split_words(text: str) -> tuple[Word, ...]:
    """All words of `text`, in order. Kept for a while: one question is split by several parts of the task."""
    glued = any(word[0].isalpha() for word in digit_words(text)) and _GLUED_TO.search(text)
    pattern = _APART if glued else _WORD
    if text.isascii() and "'" not in text and "`" not in text:
        # The keys of plain words are their small letters: nothing else to look at in each.
        lowered = text.lower()
        spans = [found.span() for found in pattern.finditer(text)]
        return tuple(Word(start, end, _SAME.get(lowered[start:end], lowered[start:end])) for start, end in spans)
    return tuple(Word(found.start(), found.end(), word_key(found.group())) for found in pattern.finditer(text))


def key_of(text: str) -> str:
    """Keys of all words of `text`, one blank between two."""
    return " ".join(word_key(found) for found in _WORD.findall(text))


# After these words, what a speaker says while he thinks is no name, no list and no correction ("Devon, er, Dorset").
_OPEN_ENDED = (
    "a|about|above|after|all|any|around|at|before|below|between|by|exactly|for|from|fit|how|id|ident|in|is|are"
    "|least|less|more|most|many|much|my|near|not|nowt|number|of|on|over|past|per|roughly|show|since|some|than|that"
    "|the|to|under|until|up|what|which|with|within"
)
_BREATHS = r"(?:um+|uh+|erm+|er+|hmm+|you know|let me see)"
_FIGURE = (
    rf"(?:{_BREATHS}|\d|(?:a hundred|half|point|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b)"
)
_BREATHING = re.compile(
    rf"(?<![\w'’])(?P<before>{_OPEN_ENDED})(?:[\s,.…-]+(?:{_BREATHS}|like(?=[\s,]+{_FIGURE})))+[,.…]*(?=\s+\w)"
    rf"|(?:[\s,.…-]+{_BREATHS})+[,.…]*(?=\s+(?:kilo|mega|kw|mw|years|months|hundred|thousand))",
    re.IGNORECASE,
)
_SPOKEN_BREATHS = re.compile(r"\b(?:u[mh]+|er+m?|hmm+|you know|let me see|like)\b", re.IGNORECASE)
_SINGLE_LETTERS = re.compile(r"\b[a-z][ .]+[a-z]\b", re.IGNORECASE)
_SPELLED_FIT = re.compile(r"(?<!\b[a-z] )\bf[ .]+i[ .]+t\b\.?(?P<id>[ .]+i[ .]+d\b\.?)?(?! [a-z]\b)", re.IGNORECASE)
_LETTER_BY_LETTER = re.compile(r"\s+(?:[a-z]\s+){3,}[a-z](?![\w'’])", re.IGNORECASE)
# "wind, W-I-N-D, in Fife"
_HYPHENATED = re.compile(r"[\s,]+(?:[a-z]-){2,}[a-z](?![\w'’-])", re.IGNORECASE)
# "under, yes under, 50 kW": a bound that is said once more, for the line is bad.
_STUTTERED = re.compile(
    r"\b((?:no )?(?:more|less|fewer|bigger|smaller|larger) than|at (?:least|most)|over|under|above|below|since|after"
    r"|before|between|up to(?: and including)?|minimum|maximum|biggest|smallest|newest|oldest|commissioned|installed"
    r"|built)\b,\s*"
    r"(?:(?:yes|that['’]?s|i repeat|i said|repeat)\s+)?\1\b,?",
    re.IGNORECASE,
)


# "suitable 4 repowering", "want 2 see"
_FOR = re.compile(
    r"\b(suitable|suited|ready|good|right|ripe|fit|candidates?|due|great|asked|asking|looking|list|thanks|cheers) 4"
    r"(?= (?:re-?power\w*|me|us|my|our|the|an?|it|this|that)\b)",
    re.IGNORECASE,
)
_TO = re.compile(
    r"\b(wants?|wanted|need|needs|like|trying|try|going|have|due|next|love|able|got|how) 2"
    r"(?= (?:see|know|find|buy|sell|show|get|look|compare|visit|check|expire|list|count|repower|invest|be|have"
    r"|make)\b)",
    re.IGNORECASE,
)


# Behind a dictated postcode: "that's R for Romeo G for Golf one seven"
_SPELLED_AGAIN = re.compile(
    r"\s+(?:that['’]?s|that is|as in)(?:\s+([a-z]) for \1[a-z-]*(?:[ -]ray)?\b,?){1,2}"
    r"(?:\s+(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b"
    r"(?! (?:kilo|mega|k|hundred|years|months|point))){0,2}",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def as_typed(text: str) -> str:
    """Dictated text as somebody would type it, without what is only said aloud.

    Gone is each "um", "er" or "you know" behind a word that leads on to another ("under um seven"); elsewhere they
    stay: "Devon, er, Dorset" takes Devon back. Gone is a name or a postcode spelled once more ("kings lynn k i n g s
    l y n n", "that's r for romeo g for golf one seven"), or a bound said twice ("under, yes under, 50 kW");
    "f i t" is FIT, and "suitable 4 repowering" is for it.
    """
    if " 4 " in text or " 2 " in text:
        text = _FOR.sub(r"\1 for", _TO.sub(r"\1 to", text))
    if " for " in text and _SPELLED_AGAIN.search(text):
        text = _SPELLED_AGAIN.sub("", text)
    if _SPOKEN_BREATHS.search(text):
        text = _BREATHING.sub(lambda found: found["before"] or "", text)
    if "," in text:
        text = _STUTTERED.sub(r"\1", text)
    if "-" in text:
        text = _HYPHENATED.sub(_unless_said_before, text)
    if _SINGLE_LETTERS.search(text):
        text = _SPELLED_FIT.sub(lambda found: "FIT id" if found["id"] else "FIT", text)
        text = _LETTER_BY_LETTER.sub(_unless_said_before, text)
    return text


def _unless_said_before(found: re.Match[str]) -> str:
    """Nothing, where the letters spell the words before them; else the letters as they are."""
    spelled = re.sub(r"[\s,-]", "", found.group()).lower()
    said = re.sub(r"[\W_]", "", found.string[: found.start()]).lower()
    said = re.sub(r"(?:thats|thatis|spelled|spelt|its|itis)$", "", said)  # "wick that's w i c k"
    return "" if said.endswith(spelled) else found.group()
