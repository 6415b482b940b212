"""Lexemes that no lexicon lists: amounts, dates, places and postcodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tasks.fit_query.amounts import KW, Amount, find_amounts
from tasks.fit_query.dates import find_dates
from tasks.fit_query.gazetteer import find_places, resolve
from tasks.fit_query.numerals import read_number
from tasks.fit_query.postcodes import areas, find_postcodes
from tasks.fit_query.rules.classes import CLASSES, Lexeme
from tasks.fit_query.spoken_codes import spelled_digits
from tasks.fit_query.words import digit_words, word_bag, word_set

_YEAR_DIGITS = r"(?:19|20)\d\d"
_ORDINALS = r"(?:first|second|third|fourth|last|1st|2nd|3rd|4th)"
_TEENS = r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_OTHER_DATE = re.compile(
    rf"\b[qh][1-4][\s-]*(?:of\s+)?{_YEAR_DIGITS}\b|\b{_YEAR_DIGITS}[\s-]*q[1-4]\b|\b(?:19|20)\d0'?s\b"
    rf"|\b(?:this|last|current|previous) year\b|\b{_ORDINALS} (?:quarter|half) (?:of )?{_YEAR_DIGITS}\b",
    re.IGNORECASE,
)
_SPOKEN_YEAR = re.compile(
    rf"\btwenty(?:[\s-]{_TEENS}\b|(?:(?<=\bin twenty)|(?<=\bby twenty)|(?<=\bbefore twenty)|(?<=\bafter twenty)"
    r"|(?<=\bsince twenty)|(?<=\buntil twenty))[\s-](?:twenty|thirty)"
    r"(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?\b(?!\s*(?:k|m|years|months|sites))|[\s-]twenty\b)"
    rf"|\btwo thousand(?: and)? (?:{_TEENS}|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
_THOSE = re.compile(
    r"\b(?:those|these|the same|the other)\s+(?:two|three|four|five|[2-5])\b(?!\s*(?:[kmg]?w\b|kilo|mega|years?|yrs?"
    r"|months?|hundred|thousand|\w+est\b))",
    re.IGNORECASE,
)
_B4 = re.compile(r"\bb4\b(?!\s*\d[a-z])", re.IGNORECASE)
_DIGIT = (
    r"(?:(?:(?:double|treble|triple) )?(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine)"
    r"|\d(?![\d.,]))"
)
_SPELLED_ID = re.compile(
    rf"\b(?:fit|i\W?d|ident|ref|reference|number|installation|tariff|scratch that|make that|i mean"
    rf"|sorry|hang on|no wait)\W+(?:(?:i\W?d|no|number|ref|is|for|of)\W+)*((?:{_DIGIT}\b[\s-]*){{3,7}})"
    r"(?!\s*(?:hundred|thousand|k|kw|mw|kilo|mega|years?|months?|sites?|installations?|point)\b)",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\b\d{1,2}\s*[x×]\s*(?=\d+(?:[.,]\d+)?\s*(?:[kmg]w|kilo|mega))", re.IGNORECASE)
# "the 17:42 to Hull", "the 2005 storm": what somebody tells.
_TOLD = re.compile(
    r"\bthe \d{1,2}[:.]\d\d (?:train |bus |ferry )?(?:to|from) (?-i:[A-Z])[\w'’-]+"
    r"|\bthe (?:19|20)\d\d (?:storms?|floods?|flooding|elections?|crash|budget|olympics|world cup|games|heatwave"
    r"|drought|fire|lockdown|referendum|snow|gales?|hurricane)\b",
    re.IGNORECASE,
)
_OVER_THERE = re.compile(r"\b(?:over|up|down|out)(?=\s+(?:(?!the\b)[a-z'’-]+\s+){1,3}way\b)", re.IGNORECASE)
_OF_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DIGITED = re.compile(r"\d")
# Not the second half of a postcode: "RG1 1AM", "LD3 7HR".
_STORY_FIGURE = re.compile(
    r"\b(?:(?=\d)(?<![a-z]\d )(?<![a-z]\d\d )(?<!\d[a-z] )"
    r"(?:\d{1,2}(?:[:.]\d\d)?(?:\s?-\s?\d{1,2}(?:[:.]\d\d)?)?\s?(?:am|pm|o['’]?clock)\b"
    r"|\d{1,2}:\d\d\b"  # the time of day
    r"|[01]{8}(?: [01]{8})*\b"  # letters in binary
    r"|(?<!within )(?<!than )(?<!under )(?<!over )\d{1,3}\s?(?:mins?|minutes?|hrs?|hours?|secs?)\b(?! (?:of"
    r"|from|drive|walk|away))"
    r"|\d+(?:\.\d+)?\s?(?:p|pence)\b(?! ?/?kwh)|\d+(?:\.\d+)?\s?(?:million|billion|grand)\b(?! (?:k|m|g)?w)"
    r"|0\d{2,4}[ -]?\d{3}[ -]?\d{3,4}\b|2(?:day|moro|nite)\b)"
    r"|(?:room|page|invoice|order|ticket|case|extension|ext|platform|flat|question|item)\s?(?:no\.?\s?)?#?\d[\d/-]*\b"
    r"|(?:letter|e-?mail|call|meeting|note|report|invoice|article|conversation|memo)\s+(?:of|on|dated|from)\s+"
    r"(?:the\s+)?"
    rf"\d{{1,2}}(?:st|nd|rd|th)?\s+{_OF_MONTH}(?:\s+20\d\d)?"
    r"|est(?:d|ab)?\.? (?:in )?(?:1[89]|20)\d\d\b|since (?:19|20)\d\d,? (?=i\b|we\b|my\b|our\b)"
    r"|at \d\d (?=i\b)|aged? \d\d\b|(?:dr[io]ven?|drove|travell?ed|walked|cycled|came)\s+(?:\w+\s+)?\d+ (?:miles|km)\b"
    r"|(?:gr8|l8r?|m8|w8)\b)|^\W*(?:our |your |my )?ref\W{0,2}\s?[\w-]*\d+/[\w/-]+",
    re.IGNORECASE,
)
_NUMBERED = re.compile(  # "slide four", "Table 2"
    r"\b(?:slide|page|chapter|appendix|exhibit|annex|figure|table|tab|agenda item|section|sect?\.|clause|paragraph|para"
    r"|schedule|volume|footnote)\s+"
    r"(?:\d{1,3}(?:\.\d{1,2}){1,3}(?![\w.,]*\d|\s?[kmg]w)|\d{1,3}(?![\w.,]\d|\s?[kmg]w)|one|two|three|four|five|six|seven|eight|nine|ten|[a-c]\b)(?!\s*(?:kw|mw|years?"
    r"|hundred))"
    r"|\b(?:first|second|third|fourth|fifth|sixth|final|last|next) (?:chapter|slide|page|section|draft|paragraph|term"
    r"|semester"
    r"|assignment|essay)\b"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) o['’]?\s?clock\b"
    r"|\bat (?:half|quarter) (?:past |to )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
    r"|\b(?:due|coming|ringing|calling|back|landing|arriving|need (?:it|this|them|that))\s+(?:at|by|in)\s+"
    r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?=\s*(?:[,.;:!?\n]|$|(?:so|and|to|about|but)\b)(?!\d))"
    r"|\b(?:doing|taking|did|took) \d (?:a levels|exams|modules|courses)\b",
    re.IGNORECASE,
)
_DAY = r"(?:mon|tues?|wednes|wed|thurs?|fri|satur|sat|sun)(?:day)?"
# "on Monday, no, Tuesday" takes back no filter.
_OTHER_DAY = re.compile(
    rf"\b{_DAY}[\s,–-]+(?:(?:er|erm|eh|um|uh|no|sorry|wait|i mean|actually|or|make that|rather|hang on)[\s,–-]+)+"
    rf"{_DAY}\b",
    re.IGNORECASE,
)
_CAPITAL_ADS = re.compile(r"\bADs\b")
_COMPASS = re.compile(
    r"\b(?:[NS]\.?\s?[EW]|[NSEW])\b\.?\s*(?:England|Wales|Scotland|Anglia|Ireland|Britain)\b", re.IGNORECASE
)
_THROW = re.compile(r"\bstone['’]?s[ -]throw\b", re.IGNORECASE)
_ROAD = re.compile(r"\b(along|beside|near|off|by|up|down|on) the [AM]\d{1,4}\b", re.IGNORECASE)
_QUARTER = re.compile(r"\b(?:q[1-4]|h[12])\b", re.IGNORECASE)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_AREA = re.compile(r"(?<![\w'’])([a-z]{1,2})(?=\s+(?:post\s?code|postal area|outcode))", re.IGNORECASE)
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_MONTH_OF_RANGE = re.compile(
    rf"\b{_MONTH_NAME}(?=\s*(?:to|and|until|till|through|[-–—])\s*{_MONTH_NAME}\s+(?:19|20)\d\d)", re.IGNORECASE
)
_YEAR = re.compile(r"199\d|20[0-3]\d")
_SECTOR = re.compile(r"\s\d(?![\w.,])(?!\s*[kmg]w)", re.IGNORECASE)


class _Looked(NamedTuple):
    """A costly pattern, and words of which a text has one where it matches: a cheap look before it."""

    pattern: re.Pattern[str]
    words: frozenset[str]

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        return () if self.words.isdisjoint(word_bag(text)) else self.pattern.finditer(text)


_LOOKED = {
    "those": _Looked(_THOSE, word_set("those these same other")),
    "spelled id": _Looked(
        _SPELLED_ID, word_set("zero oh o nought one two three four five six seven eight nine 0 1 2 3 4 5 6 7 8 9")
    ),
    "numbered": _Looked(
        _NUMBERED,
        word_set(
            """
            slide page chapter appendix exhibit annex figure table tab agenda draft section sect sec clause paragraph
            para schedule volume footnote term semester clock oclock
            due coming ringing calling back landing arriving need
            assignment essay half quarter levels exams modules courses
            """
        ),
    ),
    "other day": _Looked(
        _OTHER_DAY,
        word_set(
            """
            mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday
            """
        ),
    ),
    "compass": _Looked(
        _COMPASS, word_set("england wales scotland anglia ireland britain nwales swales nireland sscotland eanglia")
    ),
    "over there": _Looked(_OVER_THERE, word_set("way")),
    "throw": _Looked(_THROW, word_set("throw")),
    "road": _Looked(_ROAD, word_set("along beside near off by up down on")),
    "spoken year": _Looked(_SPOKEN_YEAR, word_set("twenty thousand")),
    "area": _Looked(_AREA, word_set("postcode postcodes post postal outcode outcodes")),
    "b4": _Looked(_B4, word_set("b4")),
    "told": _Looked(_TOLD, word_set("the")),
    "quarter": _Looked(_QUARTER, word_set("q1 q2 q3 q4 h1 h2")),
}
# Words of which a text has one where _STORY_FIGURE matches; digits may be glued to them ("7pm", "room5", "gr8").
_TELLING = word_set(
    """
    am pm o oclock p pence min mins minute minutes hr hrs hour hours sec secs million billion grand day moro nite gr l
    l8r m w room page invoice order ticket case extension ext platform flat question item letter email mail call meeting
    note report article conversation memo est estd estab age aged drive drove driven droven travelled traveled walked
    cycled came ref
    """
)
_SPEAKERS = word_set("i we my our")
_GLUED_DIGITS = "0123456789"
_LONG_FIGURE = 8
_MONTH_BEGINNINGS = word_set("jan feb mar apr may jun jul aug sep oct nov dec")


def _may_tell(text: str) -> bool:
    """A cheap look before _STORY_FIGURE."""
    words = word_bag(text)
    if ":" in text or not _TELLING.isdisjoint(words):
        return True
    if ("at" in words or "since" in words) and not _SPEAKERS.isdisjoint(words):
        return True
    return any(
        word.strip(_GLUED_DIGITS) in _TELLING or len(word) >= _LONG_FIGURE or (word[0] == "0" and len(word) > 2)
        for word in digit_words(text)
    )


_YEARLY = word_set("year quarter half s")


def _may_date(text: str) -> bool:
    """A cheap look before _OTHER_DATE."""
    return not _YEARLY.isdisjoint(word_bag(text)) or any(
        word[0] == "h" or word[-1] == "s" or "q" in word for word in digit_words(text)
    )


def fixed_lexemes(text: str) -> dict[int, Lexeme]:
    """Lexemes that are not in the lexicon, by where they start: amounts, dates, places and postcodes."""
    digited = _DIGITED.search(text) is not None
    fixed: dict[int, Lexeme] = {}
    taken: list[tuple[int, int]] = []

    def put(lexeme: Lexeme) -> None:
        if all(lexeme.end <= start or end <= lexeme.start for start, end in taken):
            taken.append((lexeme.start, lexeme.end))
            fixed[lexeme.start + (text[lexeme.start] in "'’‘`")] = lexeme  # no token begins at the apostrophe of '13

    for soon in _LOOKED["b4"].finditer(text):
        put(Lexeme(CLASSES["BEFORE"], soon.start(), soon.end(), None, "before"))
    for those in _LOOKED["those"].finditer(text):
        put(Lexeme(CLASSES["REFER"], those.start(), those.end()))
    for spelled in _LOOKED["spelled id"].finditer(text):
        digits = spelled_digits(spelled[1])
        put(Lexeme(CLASSES["NUMBER"], spelled.start(1), spelled.start(1) + len(spelled[1].rstrip()), digits, digits))
    for told in _LOOKED["told"].finditer(text) if digited else ():
        put(Lexeme(CLASSES["STORY"], told.start(), told.end()))
    for times in _TIMES.finditer(text) if digited and ("x" in text or "X" in text or "×" in text) else ():
        put(Lexeme(CLASSES["STORY"], times.start(), times.end()))
    for told in _STORY_FIGURE.finditer(text) if digited and _may_tell(text) else ():
        put(Lexeme(CLASSES["STORY"], told.start(), told.end()))
    for numbered in _LOOKED["numbered"].finditer(text):
        put(Lexeme(CLASSES["STORY"], numbered.start(), numbered.end()))
    for days in _LOOKED["other day"].finditer(text):
        put(Lexeme(CLASSES["STORY"], days.start(), days.end()))
    for plants in _CAPITAL_ADS.finditer(text) if "ADs" in text else ():
        put(Lexeme(CLASSES["TECHNOLOGY_MANY"], plants.start(), plants.end(), "Anaerobic digestion", "ads"))
    for part in _LOOKED["compass"].finditer(text):
        found = resolve(part.group()).place
        put(Lexeme(CLASSES["PLACE" if found else "DOUBT"], part.start(), part.end(), found))
    for there in _LOOKED["over there"].finditer(text):
        put(Lexeme(CLASSES["NEAR"], there.start(), there.end()))
    for throw in _LOOKED["throw"].finditer(text):
        put(Lexeme(CLASSES["DISTANCE"], throw.start(), throw.end()))
    for road in _LOOKED["road"].finditer(text) if digited else ():
        beside = road[1].lower() in ("along", "beside", "near", "off", "by")
        put(Lexeme(CLASSES["DISTANCE" if beside else "STORY"], road.start(), road.end()))
    for postcode in find_postcodes(text):
        sector = _SECTOR.match(text, postcode.end) if " " not in postcode.text else None
        start = (
            postcode.end - len(postcode.pattern) if postcode.text.upper().endswith(postcode.pattern) else postcode.start
        )
        put(Lexeme(CLASSES["POSTCODE"], start, sector.end() if sector else postcode.end))
    for area in _LOOKED["area"].finditer(text):
        if area[1].upper() in areas():
            put(Lexeme(CLASSES["POSTCODE"], area.start(1), area.end(1)))
    for other in _OTHER_DATE.finditer(text) if _may_date(text) else ():
        put(Lexeme(CLASSES["DATE"], other.start(), other.end(), other.group()))
    dates = find_dates(text)
    for mention in dates:
        if not mention.text.isdigit():
            put(Lexeme(CLASSES["DATE"], mention.start, mention.end, mention.text))
    for spoken in _LOOKED["spoken year"].finditer(text):
        put(Lexeme(CLASSES["DATE"], spoken.start(), spoken.end(), spoken.group()))
    for quarter in _LOOKED["quarter"].finditer(text):
        put(Lexeme(CLASSES["STORY"], quarter.start(), quarter.end()))
    months = digited and any(word[:3] in _MONTH_BEGINNINGS for word in word_bag(text))
    for month in _MONTH_OF_RANGE.finditer(text) if months else ():
        put(Lexeme(CLASSES["MONTH"], month.start(), month.end()))
    for mention in dates:
        put(Lexeme(CLASSES["YEAR" if mention.text.isdigit() else "DATE"], mention.start, mention.end, mention.text))
    for place in find_places(text):
        put(Lexeme(CLASSES["PLACE"], place.start, place.end, place.place))
    for amount in _amounts(text):
        if amount.text.lower() in ("one", "a half", "half", "second", "third", "thirds", "couple", "pair"):
            continue
        if _ORDINAL.match(text, amount.end):
            kind = "FIRST" if amount.text == "1" else "ORDINAL"
            put(Lexeme(CLASSES[kind], amount.start, amount.end + 2))
            continue
        if amount.unit in ("weeks", "days") and not _EXPIRES.search(text):
            continue  # "a week in Wales", "three days off": no tariff is counted so but by its end
        kind = "TIME" if amount.unit in ("years", "months", "weeks", "days") else "NUMBER"
        if amount.unit in KW or (amount.unit is None and amount.text[-1:] in "kK"):
            kind = "AMOUNT"
        if amount.number is None:
            kind = "VAGUE_AMOUNT"
        elif kind == "NUMBER" and _YEAR.fullmatch(amount.text):
            kind = "YEAR"
        put(Lexeme(CLASSES[kind], amount.start, amount.end, amount.text))
    return fixed


_EXPIRES = re.compile(
    r"\b(?:left|remain\w*|expir\w*|ends?|ending|run\w* out|to (?:go|run)|laps\w+|last \d|tariff|support)\b",
    re.IGNORECASE,
)
_JOINTS = frozenset({"and", "to", "-", "–", "up to", "through"})
_BETWEENS = word_set("between from btwn")
_BETWEEN = re.compile(r"(?:between|from|btwn)\s+(?:about\s+)?$", re.IGNORECASE)


def _amounts(text: str) -> Iterator[Amount]:
    """Amounts of `text`; "between fifty and a hundred kW" has two, though fifty and a hundred could be one."""
    found = _with_rest(text, find_amounts(text))
    if _BETWEENS.isdisjoint(word_bag(text)):
        yield from found
        return
    for at, amount in enumerate(found):
        paired = at + 1 < len(found) and text[amount.end : found[at + 1].start].strip().lower() in _JOINTS
        cut = _joint(amount.text) if not paired and _BETWEEN.search(text, 0, amount.start) else None
        if cut is None:
            yield amount
            continue
        for start, end in ((amount.start, amount.start + cut), (amount.start + cut + 5, amount.end)):
            for part in find_amounts(text[start:end]):
                yield part._replace(start=start + part.start, end=start + part.end, number_end=start + part.number_end)


_HALF = re.compile(r"\s+and\s+$", re.IGNORECASE)
_MONTHS_MORE = re.compile(r"\s*(?:,|and|&)?\s*$", re.IGNORECASE)


def _with_rest(text: str, amounts: Sequence[Amount]) -> list[Amount]:
    """`amounts` with "a year and a half" and "two years six months" as one each."""
    whole: list[Amount] = []
    for amount in amounts:
        last = whole[-1] if whole else None
        between = text[last.end : amount.start] if last else ""
        halves = last and last.unit and amount.text.lower() in ("a half", "half") and _HALF.fullmatch(between)
        months = last and last.unit == "years" and amount.unit == "months" and _MONTHS_MORE.fullmatch(between)
        if last is not None and (halves or months):
            whole[-1] = last._replace(end=amount.end, text=text[last.start : amount.end])
        else:
            whole.append(amount)
    return whole


def _joint(written: str) -> int | None:
    """Where the "and" of two numbers stands: the last in "two hundred and fifty and five hundred kilowatts",
    the first in "one hundred and two hundred and fifty kilowatts"."""
    places = [found.start() for found in re.finditer(" and ", written)]
    whole = [place for place in places if read_number(written[:place]) is not None]
    return max(whole, default=places[0] if places else None)
