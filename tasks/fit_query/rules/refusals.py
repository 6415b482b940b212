"""What no field can say, what is no question about installations, and what was left unread."""

from __future__ import annotations

import re
from datetime import date

from tasks.fit_query.orders import order_in
from tasks.fit_query.rules import relevance, story
from tasks.fit_query.rules.exclusions import only_benign_not
from tasks.fit_query.rules.explained import consume_explained
from tasks.fit_query.rules.lexeme import CLASSES, NAMES, Lexeme
from tasks.fit_query.rules.names import is_terse
from tasks.fit_query.rules.rule import Question, Unreadable, Unsupported, compiled
from tasks.fit_query.words import word_bag

_KINDS = frozenset({"TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY"})
_SITES = frozenset({"SITE_ONE", "SITE_MANY"})
_HARMLESS_WORDS = """
    TECHNOLOGY TECHNOLOGY_ONE TECHNOLOGY_MANY SITE_ONE SITE_MANY COMMA STOP OPEN CLOSE AND OR BUT IN NEAR WITHIN
    FROM BUILT WHICH ALL EVERYWHERE REFER STORY OWN FIT SUPPORT TO SLASH PLUS BY UNKNOWN LIMIT SORT DASH
    VAGUE OLD ABOUT AREA CORRECTION UNIT COMPOUND FOREIGN GROUP_OTHER UNSAYABLE ID EXACT
"""
_HARMLESS = frozenset(_HARMLESS_WORDS.split())
_NEAR_NOTHING = re.compile(compiled("NEAR (?:STORY|UNKNOWN|FOREIGN)"))
_UNKNOWN_RATE = re.compile(compiled("UNKNOWN RATE"))
# "Over Peterlee" is there in the North; "beyond Kent" is elsewhere; "30 kW min Kent" is neither.
_OVER_THERE = frozenset({"over", "ower"})
_BEYOND = re.compile(compiled("(?<!AMOUNT)(?<!NUMBER)(?:MORE|LESS) PLACE"))
_COMPOUND = re.compile(compiled("KIND+ (?:SITE_ONE|SITE_MANY)? (?:COMPOUND|FOREIGN)|KIND UNKNOWN"))
_BARE_COMPOUND = re.compile(compiled("KIND STORY"))
_SOON = re.compile(r"\b(?:expir|end|run|finish|laps)\w*(?: out| off)? (?:soon|shortly)\b", re.IGNORECASE)
_OWNER = re.compile(
    r"(?:^|[,;:.?!]|\b(?:tell|know|see|find out|ask|asking|wonder|wondering|me|us|say|and|of)\b)"
    r"\s*who(?:['’]s| (?:has"
    r"|is|had))?\s*"
    r"(?:own|run|built|build|operat|made|make|manag|manufactur|maintain|develop|suppl|erect)",
    re.IGNORECASE,
)
_WHO = frozenset({"who", "whos"})
_MY_PAY = re.compile(
    r"\bwhat (?:will|would|could|can|do|should) (?:i|we) (?:get|earn|be paid|make|receive|be getting)\b", re.IGNORECASE
)
_DEFINITION = re.compile(
    r"^\s*(?:what(?:'?s| is| are| does| do)|define|who|why|how (?:do|does|did|is|are|can|to)|when|can i"
    r"|should i|is it"
    r"|explain)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\s*(?:when|what time) (?:was|were|is|are|did|do|does|will)\b", re.IGNORECASE)
_HOW_BIG = re.compile(
    r"\s*how (?:big|large|small|tall|high|long|old|far)\b"
    r"(?! (?:is|are|was|would be) (?:the |its |their )?(?:fits? )?(?:rate|tariff))"
    r"|\s*where (?:is|are) (?!the\b|there\b)",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"^\s*(?:please\s+)?(?:how (?:do|can|could|should|would|to|does)\b"
    r"(?! (?:i|we|you) (?:find|see|get|list|search|look|show|pull|filter))|should (?:i|we)\b|why\b"
    r"|(?:is|are)\b(?! there| any| these| those| some| existing| FIT| fit)"
    r"|do(?:es)? (?!you have|we have|any|the needful|(?:me|us|let|send|tell|show|list|find|give|share|provide|help)\b)"
    r"|when\b|who\b)",
    re.IGNORECASE,
)


def without_orders(text: str, lexemes: list[Lexeme]) -> list[Lexeme]:
    """The lexemes, where a word of orders ("pretend", "prompt") stands in no order and so is of the story.

    Raises Unsupported for an instruction to the reader, wherever it stands.
    """
    if not any(lexeme.kind == CLASSES["ORDERS"] for lexeme in lexemes):
        return lexemes
    if order_in(text):
        raise Unsupported("an instruction")
    story = CLASSES["STORY"]
    return [lexeme._replace(kind=story) if lexeme.kind == CLASSES["ORDERS"] else lexeme for lexeme in lexemes]


def refuse(question: Question) -> None:
    """Raises Unsupported for instructions, exclusions, distances and subjects that no field has."""
    relevance.check_words(question.text)
    if question.has("DISTANCE"):
        raise Unsupported("a distance")
    told = story.told(question) if question.has("UNSAYABLE") else []
    if any(character == CLASSES["UNSAYABLE"] and not told[at] for at, character in enumerate(question.classes)):
        raise Unsupported("what no field has")
    if _WHEN.match(question.text) and not question.has("FIT", "ID"):
        raise Unsupported("when something was or will be")
    if _HOW_BIG.match(question.text) and not question.has("AVERAGE", "FIT", "ID"):
        raise Unsupported("how large one is")
    if "for sale" in question.text.lower():
        raise Unsupported("what is for sale")
    if "what" in word_bag(question.text) and _MY_PAY.search(question.text) and not question.has("FIT", "ID"):
        raise Unsupported("advice")
    if not _WHO.isdisjoint(word_bag(question.text)) and _OWNER.search(question.text.lstrip()):
        raise Unsupported("an owner")
    if question.has("NOT") and not only_benign_not(question):
        raise Unsupported("an exclusion")
    if question.has("EXPIRE") and _SOON.search(question.text):
        raise Unsupported("a vague time left")
    for beyond in _BEYOND.finditer(question.classes):
        at = beyond.end() - 2
        if question.lexemes[at].key not in _OVER_THERE or question.between(at, at + 1).strip():
            raise Unsupported("beyond a place")
        question.retype(at, "IN")
    if question.has("EXPIRED"):
        raise Unsupported("support that has ended")
    if not question.lexemes and not re.search(r"\w", question.text):
        raise Unsupported("no words")


def check_left_over(question: Question) -> None:
    """Raises Unreadable when a lexeme that could be a filter is left, Unsupported when this is no question of ours."""
    relevance.check(question)
    relevance.check_neighbours(question)
    reading = question.reading
    written = _kinds_of(question)
    kinds = {NAMES[kind] for kind in written}
    unknown = written.count(CLASSES["UNKNOWN"])
    foreign = _foreign(question)
    about_sites = not kinds.isdisjoint(_KINDS | _SITES) or bool(
        reading.keys() - {"location", "locations", "aggregate", "built_in"}
    )
    if not about_sites and not question.has("ALL") and (unknown or foreign or not reading):
        raise Unsupported("no question about installations")
    if any(_is_to_come(value, question.today) for key, value in reading.items() if key.startswith("built_")):
        raise Unreadable("a year to come, in which nothing was commissioned")
    compound = _COMPOUND.search(written)
    if (
        compound
        and not foreign
        and NAMES[compound[0][-1]] == "UNKNOWN"
        and reading.keys() - {"technology", "location", "locations"}
    ):
        last = len(question.lexemes) - 1
        if NAMES[question.lexemes[last].kind] == "UNKNOWN" and compound.end() == last + 1 and is_terse(question, last):
            raise Unsupported("a place that is not in the gazetteer")
        raise Unreadable("an unknown word behind a technology")
    if compound or foreign:
        raise Unsupported("a subject beside installations")
    consume_explained(question)
    named = not kinds.isdisjoint(_KINDS | _SITES) or ("ALL" in kinds and "aggregate" in reading)
    told_of = unknown or "STORY" in kinds or "GROUP_OTHER" in kinds
    if not named and told_of and reading and reading.keys() <= {"location", "locations", "aggregate", "sort", "limit"}:
        raise Unsupported("a question about something else in a place")
    if "RATE" in kinds and _UNKNOWN_RATE.search(written):
        raise Unsupported("a rate that is not ours")
    if _NEAR_NOTHING.search(question.classes):
        raise Unsupported("near what no place is")
    if reading.get("query_type") == "comparison" and not _compares(question):
        raise Unsupported("a comparison of what the data does not have")
    left = {NAMES[character] for character in question.classes if character != "_"} - _HARMLESS
    if "EXTREME" in left:
        raise Unsupported("a ranking by what no field has")
    if left:
        raise Unreadable(f"left over: {sorted(left)}")
    if reading.keys() == {"technology"} and _BARE_COMPOUND.fullmatch(written):
        raise Unsupported("a technology in the name of something else")
    if unknown and reading.keys() == {"technology"}:
        raise Unsupported("a technology in a question about something else")
    if not reading and not (question.has("ALL") or (_SITES & kinds and not unknown)):
        raise Unsupported("no filter")
    if not reading.keys() - {"technology", "technologies", "location", "built_in"} and _ADVICE.match(question.text):
        raise Unsupported("advice")
    if (
        set(reading) <= {"technology"}
        and _DEFINITION.match(question.text)
        and not _SITES & kinds
        and "TECHNOLOGY_MANY" not in kinds
    ):
        raise Unsupported("a question of what it is or how it works")
    _refuse_glued(question)


_YEAR = re.compile(r"\b20\d\d\b")


def _is_to_come(quoted: str, today: date) -> bool:
    """Whether a quoted date is of a year after today's: "out of the scheme by 2034" is no date of commissioning."""
    found = _YEAR.search(quoted)
    return found is not None and int(found.group()) > today.year


_GLUED = re.compile(r"(?:solar|hydro|turbines?|biogas|windfarms?|wind(?:in|at|near|from|over|under))[a-z]{4,}")


def _refuse_glued(question: Question) -> None:
    """Raises Unreadable for a word that begins with a technology and goes on: "hydroinwales" may be two filters."""
    for lexeme in question.lexemes:
        if lexeme.kind == CLASSES["UNKNOWN"] and _GLUED.match(lexeme.key):
            raise Unreadable("a technology in an unknown word")


def _compares(question: Question) -> bool:
    return "technologies" in question.reading or question.whereabouts > 1 or "group_by" in question.reading


def refuse_other_subject(question: Question) -> None:
    """Raises Unsupported for an unreadable question that names another subject and no installations."""
    named = {NAMES[lexeme.kind] for lexeme in question.lexemes}
    if _foreign(question) and not named & (_KINDS | _SITES):
        raise Unsupported("another subject")


def _foreign(question: Question) -> int:
    """How many words of other subjects there are outside a story that leads to the request."""
    if all(lexeme.kind != CLASSES["FOREIGN"] for lexeme in question.lexemes):
        return 0
    told = story.told(question)
    return sum(
        NAMES[lexeme.kind] == "FOREIGN" and not told[at] and not _describes_place(question, at)
        for at, lexeme in enumerate(question.lexemes)
    )


_WEATHERS = frozenset({"sunny", "rainy", "windy", "snowy", "stormy", "breezy"})


def _describes_place(question: Question, at: int) -> bool:
    """ "sunny Norfolk"."""
    behind = question.lexemes[at + 1 : at + 2]
    return question.lexemes[at].key in _WEATHERS and bool(behind) and NAMES[behind[0].kind] == "PLACE"


def _kinds_of(question: Question) -> str:
    return "".join(lexeme.kind for lexeme in question.lexemes)
