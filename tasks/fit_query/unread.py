"""What a question plainly asks for beside figures, places and dates: marks that a reading must have.

    unread_marks(text, reading) -> [(start, words)] of what plainly asks for a mark that the reading lacks

Sizes, sorts, limits, aggregates, groups, comparisons, rates, revenue, regional figures, repowering and
exclusions. The words are those that can hardly be meant otherwise, one slip in spelling forgiven.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from tasks.fit_query.bound_words import WILL_DO
from tasks.fit_query.gazetteer import gazetteer
from tasks.fit_query.words import split_words, word_set

_FIGURES = ("capacity_min", "capacity_max", "capacity_about", "capacity_exactly")
_ONE = (
    r"(?:turbine|windmill|scheme|site|plant|farm|windfarm|installation|install|digester|array|system|unit|generator"
    r"|project|one)(?!\w)"
)
_SO_MANY = r"(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|a dozen|twelve|fifteen|twenty|thirty|forty|fifty)"
_MANY = r"(?:sites|farms|schemes|plants|installations|units|systems|projects)"
_SUPERLATIVE = (
    r"(?:largest|biggest|smallest|newest|oldest|youngest|latest(?! (?:19|20)\d\d)|most recent|most powerful"
    r"|highest[ -]capacity"
    r"|longest[ -](?:remaining|left)|shortest (?:remaining|time)|expiring soonest)"
)
_GROUP = r"(?:type|tech\w*|region|post\s?code area|(?:commissioning |calendar )?(?:year|yr)(?! left)|county|area)s?"
_PLACES = r"(?:region|post\s?code area|county|year|tech\w*)"
_SITES = (
    r"(?:wind|solar|pv|hydro|ad|chp|biogas|turb\w*|sites?|farms?|installations?|installs?|ones|schemes?|systems?"
    r"|plants?"
    r"|units?|projects?|photovoltaic|digesters?|anaerobic|micro|size)"
)
_SIZE = r"(?<! to )(?:small|medium|med|large)(?:[ -](?:scale|sized?))?"
_OF_AN_ID = (("query_type",), ("tar+if+s?", "rates?"))
# (keys of which one is enough, ways to ask for it).
_MARKS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("query_type",),
        (
            r"(?:fit|tar+if+) rates?",
            r"rates(?! of\b| fell\b| dropped\b| were\b)",
            r"its rate",
            r"rate (?:for|of) fit",
            r"rate\s*\?",
            r"(?:what|which|the) (?:fit )?rate(?: (?:do|does|is|are|that|for|they|it)\b|$)",
            r"rate [^.?!]{3,60} (?:are|is|get|gets) paid",
            r"(?:what|which) tar+if+s?",
            r"(?<!of )(?<!of the )(?<!of their )tar+if+s? (?:for|of|fit|rate|does|do|is|are|that applies)\b"
            r"(?! (?:the )?end| left| remaining)",
            r"tar+if+s?(?: (?:19|20)\d\d|,? that['’]?s what)",
            r"(?:pence|p) ?(?:per|/) ?kwh",
            r"per kwh",
        ),
    ),
    (
        ("revenue",),
        (
            # "The Inland Revenue has written": an office. "My income this year", "income tax": the asker's.
            r"(?<!inland )(?<!hm )rev(?:enues?|s)?(?!\.)(?! (?:has|have|wants?|wanted|rang|phoned|wrote|says|said)\b)",
            r"income(?! (?:tax|support|(?:this|last) year was)\b)",
            r"earnings",
        ),
    ),
    (("regional", "group_by"), (r"regional(?:ly)?",)),
    (
        ("query_type",),
        (r"compar(?:e|es|ed|ing|ison)", r"versus", r"vs\.?", r"(?<!p\.)(?<!\b\w )v\.?(?! ?\d)", r"difference between"),
    ),
    (("repowering",), (r"re-?power\w*",)),
    (
        ("aggregate", "revenue"),
        (
            r"how m(?:an|na|n)y(?! (?:years|yrs|months))",
            r"how much (?:\w+ )?(?:capacity|power|mega\s?watts?|[km]w)",
            r"(?<!good )(?<!large )(?<!fair )(?<!any )(?<!\ba )(?:number|quantity|qty) of",
            r"no\.? of",
            r"# of",
            r"(?<!fit )(?<!id )(?<!phone )(?<!ref )(?<!account )(?<!my )(?<!his )(?<!her )(?<!our )(?<!your )"
            r"(?<!their )"
            r"(?<!invoice )(?<!case )(?<!mobile )(?<!card )(?<!reference )(?<!meter )(?<!order )(?<!contact )(?<!\ba )"
            r"(?<!good )number(?! ?\d| plate| (?:is|was) \d| of)",
            r"count(?! (?:on|as|towards))",
            r"total (?:installed |solar |wind |hydro )?(?:capacity|[mk]w|mega\s?watts?)",
            r"(?:combined|cumulative) (?:capacity|[mk]w)",
            r"in total(?! there)",
        ),
    ),
    (("aggregate", "revenue"), (r"on average", r"average", r"avg", r"mean (?:capacity|size)")),
    (
        ("group_by", "regional"),
        (
            rf"(?:by|per|for each|in each|grouped by|broken down by|split by|each) (?:the )?(?:type of )?{_GROUP}",
            rf"(?:which|what) {_PLACES}\b(?=[^.?!]*\b(?:most|largest|biggest|fewest|highest|least|best|tops)\b)",
            r"per (?:\w+ )?region",
            r"top (?:\d+ |ten |five |three )?(?:regions|post\s?code areas|counties|years)",
        ),
    ),
    (
        ("sort", "group_by"),
        (
            _SUPERLATIVE,
            r"longest remaining",
            r"most recently",
            r"soonest",
            r"(?:very|earliest|expiring|latest|longest|shortest) first",
            r"(?:sort|order|rank)(?:ed|ing)?(?! of)(?: \w+){0,4}? by",
            r"sort:",
        ),
    ),
    (
        ("limit",),
        (
            rf"{_SO_MANY} {WILL_DO}",
            rf"{_SUPERLATIVE} (?:(?!of\b|in\b|and\b|or\b|to\b)[\w-]+ ){{0,4}}?{_ONE}(?! {_MANY})",
            rf"which (?:[\w-]+ ){{0,3}}{_ONE}[^.?!]* (?:is|has|with) the {_SUPERLATIVE}",
            rf"{_ONE} (?:with the {_SUPERLATIVE}|expiring soonest)",
            rf"(?:which|what) {_PLACES} (?:\w+ ){{1,7}}?(?:most|largest|biggest|fewest|highest|least)",
            rf"which (?:[\w-]+ ){{0,3}}{_ONE}[^.?!]* (?:is expiring|expires|is) (?:the )?soonest",
            rf"(?:which|what) {_PLACES} tops",
            rf"(?:very first|most recently \w+) (?:\w+ ){{0,2}}?{_ONE}(?! {_MANY})",
        ),
    ),
    (
        ("size", *_FIGURES),
        (
            rf"(?<!how )(?!small[ -]scale hydro|small to large|large to small){_SIZE}(?= (?:and|or|to)\b"
            rf"| (?:\w+ )?{_SITES}\b)",
            rf"{_SIZE}$",
            r"mid[ -]?(?:sized?|range)",
        ),
    ),
    (
        ("remaining_min", "remaining_max", "sort"),
        (r"(?:expir\w+|ends?|ending|runs? out) soon", r"nearly (?:expired|finished)"),
    ),
    ((), (r"except(?:ing)?(?: for)?", r"excluding", r"apart from", r"not including", r"leaving out")),
)


def _compiled(ways: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(ways)})(?!\w)", re.IGNORECASE)


_PATTERNS = tuple((keys, _compiled(ways)) for keys, ways in _MARKS)
# What can be asked of one FIT id: with it, "tariff" and "rate" ask for its rate however they stand.
_ID_PATTERNS = tuple(
    (keys, _compiled(ways))
    for keys, ways in (_OF_AN_ID, *_MARKS)
    if keys and keys[0] in ("revenue", "regional", "query_type")
)

# Words that a misspelt one is compared with; those near to one that mean something else.
_SPELLINGS = word_set(
    """
    revenue income earnings compare comparison versus repowering regional average largest biggest smallest newest oldest
    number medium large small tariff region technology capacity total
    """
)
_NOT_MISSPELT = word_set(
    """
    regions capacities incomes averages numbers numbered tariffs compared compares comparing smaller larger newer older
    revenues technologies smell stall shall mall barge charge lager medial
    """
)


def unread_marks(text: str, reading: Mapping[str, object]) -> list[tuple[int, str]]:
    """Where `text` plainly asks for a mark that `reading` lacks; of one FIT id only rate, revenue and region."""
    found = []
    spelled = _spelled(text)
    for keys, pattern in _ID_PATTERNS if "fit_id" in reading else _PATTERNS:
        match = None if reading.keys() & set(keys) else pattern.search(spelled.text)
        if match:
            start, end = spelled.original(match.start(), match.end())
            found.append((start, text[start:end]))
    return found


class _Spelled(NamedTuple):
    """A text with misspelt marks put right; `words` has (start, end, start in the original, end there) of each."""

    text: str
    words: tuple[tuple[int, int, int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where the words of text[start:end] stand in the original."""
        inside = [word for word in self.words if word[0] < end and start < word[1]]
        return (inside[0][2], inside[-1][3]) if inside else (start, end)


@lru_cache(maxsize=64)
def _spelled(text: str) -> _Spelled:
    pieces, words, at, length = [], [], 0, 0
    for word in split_words(text):
        written = _right(word.key) or text[word.start : word.end]
        pieces += [text[at : word.start], written]
        start = length + word.start - at
        length, at = start + len(written), word.end
        words.append((start, length, word.start, word.end))
    return _Spelled("".join([*pieces, text[at:]]), tuple(words))


@lru_cache(maxsize=4096)
def _right(key: str) -> str | None:
    """The mark that `key` misspells by one slip, two from 9 letters on; None for a word that is right or another."""
    names = gazetteer()
    if len(key) < 4 or not key.isalpha() or key in _NOT_MISSPELT or key in _SPELLINGS or key in names.by_key:
        return None
    slips = 1 if len(key) < 9 else 2
    near = [
        word
        for word in sorted(_SPELLINGS)
        if word[0] == key[0] and OSA.distance(key, word, score_cutoff=slips) <= slips
    ]
    return near[0] if near and len(near[0]) > 4 else None


def _is_near(key: str, word: str, slips: int) -> bool:
    return OSA.distance(key, word, score_cutoff=slips) <= slips
