"""Places and postcodes of a question: which count, which only qualify another, and misspelt ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from rapidfuzz.distance import OSA

from tasks.fit_query.gazetteer import Place, gazetteer, is_foreign, qualifies, resolve
from tasks.fit_query.rules.lexeme import CLASSES, NAMES, Lexeme, known_words
from tasks.fit_query.rules.names import find_terse_areas, stands_as_name
from tasks.fit_query.rules.rule import Question, Unsupported
from tasks.fit_query.rules.small_areas import find_areas
from tasks.fit_query.rules.spelled_postcodes import find_spelled

_QUALIFIED = re.compile(
    r"\s*(?:,|\(|\s|-|–|\b(?:by which )?i mean\b|\bthats?\b|\bthat['’]s\b|\bin\b|\bof\b|\bthe\b|\bone\b)*\s*",
    re.IGNORECASE,
)
# "March as in the town in Cambridgeshire"
_EXPLAINED = re.compile(
    r"[\s,(]*(?:as in|i mean|that is|that['’]?s|meaning|you know)?\s*(?:the|a)\s+(?:town|village|city|place|one|hamlet"
    r"|area)"
    r"\s+(?:in|of|near)\s+(?:the\s+)?|[\s,(]*as in\s+",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"\s*(?:,|&|/|\+|and|or|then|plus|\s)*\s*(?:in|near|the|from|also|both|maybe|either|even|around|across)*\s*",
    re.IGNORECASE,
)
_LEADS = frozenset({"IN", "NEAR", "ABOUT", "WITHIN", "FROM", "AND", "OR", "COMMA", "SLASH", "COMPARE", "TO"})


def put_places(question: Question) -> None:
    """Sets location(s) and postcodes; raises Unsupported for a place that there is none of."""
    _refuse_unlisted(question)
    find_spelled(question)
    find_terse_areas(question)
    find_areas(question)
    _find_misspelt(question)
    quoted: list[tuple[int, int, Place]] = []
    postcodes: list[str] = []
    for at, character in enumerate(question.classes):
        if character == CLASSES["POSTCODE"]:
            postcodes.append(question.quote(at))
            _consume_area_words(question, at)
        elif character == CLASSES["PLACE"]:
            lexeme = _with_misspelt_beginning(question.text, question.lexemes[at])
            assert isinstance(lexeme.value, Place)
            _add(question.text, quoted, lexeme, lexeme.value)
            _consume_frame(question, at)
    question.classes = question.classes.replace(CLASSES["PLACE"], "_").replace(CLASSES["POSTCODE"], "_")
    names = list(dict.fromkeys(question.text[start:end] for start, end, _ in quoted))
    if len(names) == 1:
        question.put("location", names[0])
    elif names:
        question.put("locations", names)
    if (
        not names
        and not postcodes
        and question.has("REFER")
        and not question.has("EVERYWHERE")
        and _refers_to_a_place(question)
    ):
        raise Unsupported("a place that is not named")
    if postcodes:
        for at, lexeme in enumerate(question.lexemes):
            if lexeme.value == "postcode_area" and not question.has("COUNT", "TOTAL", "AVERAGE", "PER", "BY"):
                question.consume(at, at + 1)
        question.put("postcodes", list(dict.fromkeys(postcodes)))


_THAT_PLACE = re.compile(
    r"\b(?:that|those|these|both|same|our|my|me|us|two|three|said|such|\w*mentioned|aforesaid)\b", re.IGNORECASE
)


def _refers_to_a_place(question: Question) -> bool:
    """Whether "in those counties" or "near me" stands for a place that nothing names. A bare "there" may mean none."""
    return any(
        NAMES[lexeme.kind] == "REFER" and _THAT_PLACE.search(question.quote(at)) is not None
        for at, lexeme in enumerate(question.lexemes)
    )


def _consume_frame(question: Question, at: int) -> None:
    """Takes "region" behind a place away ("from Wales region"), which then is no group."""
    before = NAMES[question.lexemes[at - 1].kind] if at else ""
    if at and question.lexemes[at - 1].key == "region" and not question.between(at - 1, at).strip():
        earlier = NAMES[question.lexemes[at - 2].kind] if at > 1 else ""
        if earlier not in ("BY", "PER", "GROUPED", "WHICH"):
            question.consume(at - 1, at)  # "region Moray"
    if at + 1 < len(question.lexemes) and question.lexemes[at + 1].key == "region" and before not in ("BY", "PER"):
        question.consume(at + 1, at + 2)


def _add(text: str, quoted: list[tuple[int, int, Place]], lexeme: Lexeme, place: Place) -> None:
    """Adds a place, or takes it into the quotation of the one before, which it qualifies."""
    if quoted:
        start, end, before = quoted[-1]
        between = text[end : lexeme.start]
        if place == before:
            return
        if qualifies(place, before, between) and _EXPLAINED.fullmatch(between):
            return
        if qualifies(place, before, between) and _QUALIFIED.fullmatch(between):
            behind = end + len(between) + (lexeme.end - lexeme.start)
            quoted[-1] = (start, behind, before)
            return
    quoted.append((lexeme.start, lexeme.end, place))


_LED = re.compile(r"\b(?:in|near|around|at)\s+(?:the\s+)?([^\W\d_]+(?:[ -][^\W\d_]+)?)", re.IGNORECASE)


_HERE = re.compile(r"(?:there|here|that|this|them|it|these|those|me|us|you)\b", re.IGNORECASE)
_FRAME_WORDS = """
    county counties city town village district borough region area postcode total general particular use
"""
_FRAME = frozenset(_FRAME_WORDS.split())


def _refuse_unlisted(question: Question) -> None:
    """Raises Unsupported for a real place behind "in" that the gazetteer lacks, also where it is a word too (Hope)."""
    for found in _LED.finditer(question.text):
        start = found.start(1)
        if any(
            lexeme.start <= start < lexeme.end and NAMES[lexeme.kind] in ("PLACE", "POSTCODE")
            for lexeme in question.lexemes
        ):
            continue
        first = re.match(r"[^\W\d_]+", found[1])
        assert first is not None
        if _HERE.match(question.text, found.start(1)):
            continue
        if first[0].lower() in _FRAME:
            continue
        ends = not question.text[found.end() :].strip(" .?!")
        if is_foreign(found[1]) or (
            is_foreign(first[0])
            and ((first[0][0].isupper() and not question.text.isupper()) or (ends and first[0] == found[1]))
        ):
            raise Unsupported("a place that is not in the gazetteer")


def _consume_area_words(question: Question, at: int) -> None:
    """Takes "postcode area" beside a postcode away, which then is no group."""
    for beside in (at - 1, at + 1):
        if 0 <= beside < len(question.lexemes) and question.lexemes[beside].value == "postcode_area":
            question.consume(beside, beside + 1)


_MAY_BE_NAMES = frozenset(CLASSES[name] for name in ("UNKNOWN", "STORY", "COMPOUND", "FOREIGN"))


def _find_misspelt(question: Question) -> None:
    """Resolves unknown words where a place would stand; raises Unsupported when one there is none."""
    if _MAY_BE_NAMES.isdisjoint(question.present):
        return
    at = 0
    while at < len(question.classes):
        if question.classes[at] not in _MAY_BE_NAMES:
            at += 1
            continue
        end = _resolve_at(question, at)
        at = end or at + 1


def _is_at_name(question: Question, at: int) -> bool:
    """ "installations at Mytholmroyd": a name, of a place that there may be none of."""
    start = question.lexemes[at].start
    named = question.text[start].isupper() and not question.text.isupper()
    return named and re.search(r"[a-z] at $", question.text[:start]) is not None


def _resolve_at(question: Question, at: int) -> int | None:
    before = NAMES[question.lexemes[at - 1].kind] if at else ""
    led = before in _LEADS or not at or _is_at_name(question, at)
    unknown = question.classes[at] == CLASSES["UNKNOWN"]
    if not unknown and not led and not stands_as_name(question, at):
        return None
    if question.classes[at + 1 : at + 2] == CLASSES["PLACE"]:
        longer = _with_misspelt_beginning(question.text, question.lexemes[at + 1])
        if longer.start == question.lexemes[at].start:
            question.lexemes[at + 1] = longer
            question.consume(at, at + 1)
            return at + 2
    if _resolve_with_article(question, at):
        return at + 1
    if unknown and is_foreign(_with_word_before(question.text, question.lexemes[at])):
        raise Unsupported("a place that is not in the gazetteer")
    if re.match(r"['’]s\b", question.text[question.lexemes[at].end :]) or re.search(r"['’]s$", question.quote(at)):
        return None  # "Gran's cottage" is in no Grays
    for first, last in _windows(question, at):
        lexeme, closing = question.lexemes[first], question.lexemes[last]
        written = question.text[lexeme.start : closing.end]
        if not unknown and first == last and not stands_as_name(question, at):
            continue
        if unknown and led and first < last and is_foreign(written):
            raise Unsupported("a place that is not in the gazetteer")
        found = resolve(written)
        if found.place and (
            (found.corrected or stands_as_name(question, at)) if first == last else unknown or not found.corrected
        ):
            fixed = Lexeme(CLASSES["PLACE"], lexeme.start, closing.end, found.place)
            question.lexemes[first : last + 1] = [fixed] + [fixed] * (last - first)
            question.classes = (
                question.classes[:first] + CLASSES["PLACE"] + "_" * (last - first) + question.classes[last + 1 :]
            )
            return last + 1
    written = question.quote(at)
    if unknown and (_may_be_lost(question, written) or _stands_apart(question, at)):
        question.doubts.append("a word that may be a place or not")
    listed = before == "OR" and NAMES[question.lexemes[at - 2].kind] in ("PLACE", "POSTCODE")
    if unknown and listed and not question.between(at - 1, at).strip():
        question.doubts.append("a word in place of another place")
    if unknown and is_foreign(written) and led:
        raise Unsupported("a place that is not in the gazetteer")
    if unknown and (before in ("IN", "NEAR") or _is_at_name(question, at)) and _stands_as_name(question, at):
        raise Unsupported("a place that is not in the gazetteer")
    return None


def _may_be_lost(question: Question, written: str) -> bool:
    """Whether a short question has no place but a word that is also a place's name ("solar nr bath lt 10kw")."""
    if (
        not question.has(*_KINDS)
        or question.has("PLACE", "POSTCODE")
        or len(question.lexemes) > _SHORT
        or len(written) < _LEAST
    ):
        return False
    found = resolve(written)
    return found.place is not None and not found.corrected


# Where a place stands without "in" or "near": "what you have for Nelson", "where? Broadway.".
_FOR_A_PLACE = re.compile(r"(?:\b(?:for|covering|cover|to|only|where\?)|[:,.?])\s+$", re.IGNORECASE)
_ENDS_THERE = re.compile(
    r"\s*(?:[,.;:?!)]|$|\b(?:rated|over|under|with|and|between|from|since|after|before"
    r"|that|which)\b)"
)


def _stands_apart(question: Question, at: int) -> bool:
    """Whether a place's name that is a word too stands where only a place would, in a question that names none."""
    lexeme = question.lexemes[at]
    written = question.text[lexeme.start : lexeme.end]
    if question.has("PLACE", "POSTCODE") or len(written) < _LEAST - 1 or not question.has(*_KINDS):
        return False
    if not _FOR_A_PLACE.search(question.text, 0, lexeme.start) or not _ENDS_THERE.match(question.text, lexeme.end):
        return False
    found = resolve(written)
    return found.place is not None and not found.corrected


_SHORT, _LEAST = 8, 4
_KINDS = ("TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY")


def _resolve_with_article(question: Question, at: int) -> bool:
    """Resolves a name that has "the" ("the lakes"), where it ends the question or a word of place leads it."""
    lexeme = question.lexemes[at]
    article = re.search(r"\bthe\s+$", question.text[: lexeme.start], re.IGNORECASE)
    behind = NAMES[question.lexemes[at + 1].kind] if at + 1 < len(question.lexemes) else ""
    if not article or behind not in ("", "STOP", "COMMA", "AND", "OR"):
        return False
    found = resolve(question.text[article.start() : lexeme.end])
    if not found.place or found.corrected:
        return False
    question.lexemes[at] = Lexeme(CLASSES["PLACE"], article.start(), lexeme.end, found.place)
    question.retype(at, "PLACE")
    return True


@cache
def _longer_names() -> dict[str, tuple[tuple[str, Place], ...]]:
    """{last word of a name of two: (its first word, the place)}: "yarmouth" has ("great", Great Yarmouth)."""
    found: dict[str, list[tuple[str, Place]]] = {}
    for key, place in gazetteer().by_key.items():
        first, _, last = key.partition(" ")
        if last and " " not in last and last in gazetteer().by_key:
            found.setdefault(last, []).append((first, place))
    return {last: tuple(names) for last, names in found.items()}


_WORD_BEFORE = re.compile(r"([^\W\d_]{3,})\s$")


def _with_misspelt_beginning(text: str, lexeme: Lexeme) -> Lexeme:
    """ "gteat yarmouth", "wset sussex": the longer name of which the first word is misspelt."""
    names = _longer_names().get(text[lexeme.start : lexeme.end].lower(), ())
    before = _WORD_BEFORE.search(text, 0, lexeme.start) if names else None
    if before is None:
        return lexeme
    word = before[1].lower()
    for first, place in names:
        if word != first and len(first) > 3 and OSA.distance(word, first) == 1 and word not in known_words():
            return lexeme._replace(start=before.start(1), value=place)
    return lexeme


def _with_word_before(text: str, lexeme: Lexeme) -> str:
    found = re.search(r"[^\W\d_]+\s+$", text[: lexeme.start])
    return text[found.start() if found else lexeme.start : lexeme.end]


def _windows(question: Question, at: int) -> Iterator[tuple[int, int]]:
    """Runs of lexemes around the unknown one that may be one name, longest first."""
    last = len(question.lexemes) - 1
    for length in (4, 3, 2, 1):
        for first in range(max(0, at - length + 1), at + 1):
            end = first + length - 1
            if end > last:
                continue
            kinds = [NAMES[lexeme.kind] for lexeme in question.lexemes[first : end + 1]]
            if any(
                kind
                in (
                    "COMMA",
                    "STOP",
                    "OPEN",
                    "CLOSE",
                    "AMOUNT",
                    "NUMBER",
                    "YEAR",
                    "TIME",
                    "TECHNOLOGY",
                    "TECHNOLOGY_MANY",
                )
                for kind in kinds
            ):
                continue
            if (
                kinds[0]
                in (
                    "TO",
                    "IN",
                    "NEAR",
                    "FROM",
                    "AND",
                    "OR",
                    "ABOUT",
                    "WITHIN",
                    "MORE",
                    "LESS",
                    "SITE_MANY",
                    "SITE_ONE",
                    "BUILT",
                )
                and length > 1
            ):
                continue
            if kinds[-1] in ("TO", "IN", "NEAR", "FROM", "AND", "OR", "MORE", "LESS") and length > 1:
                continue
            if length > 1 and "PLACE" in kinds and "UNKNOWN" in kinds:
                continue
            yield first, end


_DETERMINED = re.compile(r"\b(?:the|an?|this|that|my|our|his|her|their|your|its|each|some)\s+$", re.IGNORECASE)


def _stands_as_name(question: Question, at: int) -> bool:
    """Whether nothing but filters follows the unknown word behind "in", so that it must be a name."""
    written = question.quote(at)
    if written[0].isupper():
        return True
    if _DETERMINED.search(question.text, 0, question.lexemes[at].start):
        return False  # "the auditors want it in the ledger"
    follows = NAMES.get(question.classes[at + 1 : at + 2], "")
    return follows not in ("UNKNOWN", "STORY") and len(written) > 3
