"""Whether a "not" excludes something, which no field can say, or belongs to a turn of speech."""

from __future__ import annotations

import re

from tasks.fit_query.postcodes import areas
from tasks.fit_query.rules.lexeme import CLASSES, NAMES
from tasks.fit_query.rules.rule import Question

_BENIGN_NOT = re.compile(
    r"\b(?:not|don'?t|doesn'?t)\s+"
    r"(?:sure|certain|fussed|bothered|mind|care|know|really|urgent|too|matter|just|only|want to)\b"
    r"|\bnever mind\b|\bif not\b|\bwhy not\b|\bno (?:rush|hurry|problem|worries|matter|idea|need)\b|\bnot that\b"
    r"|\bwithout (?:any |the )?(?:bells|fuss|frills|waffle|delay|ado|further ado)\b|\bbar none\b"
    r"|\bno (?:particular|special|specific|certain) (?:order|reason|preference|rush)\b|\bin no order\b"
    r"|\b(?:do|did|have|are|is|would|could|can|should)n['’]?t (?:we|you|there|they|it|that)\b(?! dare)"
    r"|\bwho (?:does|would|did)n['’]?t (?:love|like|want|enjoy|fancy)\b|\bnot (?:you|me|him|her|them)\b"
    r"|\bnot? (?:forget|need|write|type|put|spell|send) (?:the |that |a |it )?(?:hyphen|hash|comma|stop|dot|capital)\b"
    r"|\b(?:don['’]?t|do not) bother with (?:anything |owt |any )?(?=less|under|below|over|above|more"
    r"|bigger|smaller|larger)"
    r"|\bwithout (?:knowing|prejudice|asking)\b|\bno (?:doubt|waffle|messing|nonsense|kidding|joke)\b"
    r"|\bnot (?:looking for|after|asking for|wanting) (?:anything|owt|something|nothing) (?:fancy|special|clever)\b"
    r"|\bnot an? (?:clue|scooby|notion|idea|care|worry)\b|\b(?:is|are)n['’]?t there (?:any|some|an?)\b",
    re.IGNORECASE,
)


def only_benign_not(question: Question) -> bool:
    """Whether each "not" belongs to a turn of speech ("not sure") or to "does not expire for"."""
    for at, character in enumerate(question.classes):
        if character != CLASSES["NOT"]:
            continue
        lexeme = question.lexemes[at]
        if lexeme.key in ("no", "nr") and NAMES.get(question.classes[at + 1 : at + 2]) in ("NUMBER", "YEAR"):
            question.retype(at, "ID")
            continue
        if CLASSES["EXPIRE"] in question.classes[at + 1 : at + 3]:
            continue
        benign = any(found.start() <= lexeme.start < found.end() for found in _BENIGN_NOT.finditer(question.text))
        if not benign and not _excludes_nothing(question, at):
            return False
        question.consume(at, at + 1)
    return True


_EXCLUDABLE_WORDS = """
    PLACE POSTCODE TECHNOLOGY TECHNOLOGY_ONE TECHNOLOGY_MANY AMOUNT NUMBER YEAR DATE MONTH DECADE TIME SIZE SUPER EXPIRE
    EXPIRED LEFT SUPPORT REVENUE REPOWERING RATE UNSAYABLE BUILT MORE LESS SITE_ONE SITE_MANY GROUP_OTHER OLD AREA ALL
    REGIONAL CAPACITY AMOUNT UNIT FIT
"""
_EXCLUDABLE = frozenset(_EXCLUDABLE_WORDS.split())
_LIMP = frozenset({"any", "anything", "something", "stuff", "things", "everything"})


def _excludes_nothing(question: Question, at: int) -> bool:
    """Whether nothing that a filter could say stands behind a "not": "nothing fancy", "no fuss", "I haven't a clue".

    Nothing may stand before it in its clause either, so that "wind in Kent not zorp" stays an exclusion.
    """
    lexeme = question.lexemes[at]
    begin = lexeme.end + question.text.startswith(".", lexeme.end)  # "excl. KW14"
    behind = question.text[begin:]
    stop = _NOT_ENDS.search(behind)
    end = begin + (stop.start() if stop else len(behind))
    scope = [one for one in question.lexemes[at + 1 :] if one.start < end]
    if any(NAMES[one.kind] in _EXCLUDABLE and one.key not in _LIMP for one in scope):
        return False
    groups = [at + 1 + number for number, one in enumerate(scope) if NAMES[one.kind] == "GROUP"]
    if groups and not question.has("COMPARE"):
        return False
    for group in groups:
        question.consume(group, group + 1)
    if groups:
        return True
    named = any(NAMES[one.kind] == "UNKNOWN" and question.text[one.start].isupper() for one in scope)
    opening = max((cut.end() for cut in _NOT_ENDS.finditer(question.text, 0, lexeme.start)), default=0)
    before = {NAMES[one.kind] for one in question.lexemes[:at] if one.start >= opening}
    area = any(question.text[one.start : one.end].upper() in areas() for one in scope if NAMES[one.kind] == "UNKNOWN")
    return not named and not area and not before & (_EXCLUDABLE - {"ALL"})


_NOT_ENDS = re.compile(r"[,.;:?!\n]|\b(?:just|so|but|only|and)\b|\s[-–—]\s", re.IGNORECASE)
