"""Whether a question asks for all installations: the only kind whose answer is `{}`."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from tasks.fit_query.dates import find_dates
from tasks.fit_query.place_words import EVERYWHERE
from tasks.fit_query.technologies import find_technologies, meant_technology
from tasks.fit_query.words import split_words, word_set

_ALL = word_set("all every everything each entire whole complete full lot any anything")
_THINGS = word_set(
    """
    sites site installations installation installs install records record rows row data dataset database entries entry
    projects project schemes scheme generators generator plants plant systems system list register technologies
    technology techs tech table stations station feed tariff fit fits catalogue index listing items everything
    inventory extract
    """
)
_AROUND = word_set(
    """
    provide supply present deliver
    conditions condition age ages
    fuss frills gimme yeah yep yes yup honestly literally basically frankly really simply seriously youd
    a about across after an and any anywhere are as at available be been board britain british by can complete could
    country data display do download dump each else every export fetch filter filters find for from full generally get
    give go got great have have here hey hi hello i id in into is it its just kind kinds kingdom know known let lets
    like list little listed look love make may me more much my national nationwide need no now of off ok okay on one
    only or our out over please pls plz print pull question return right see search send show showing shown simply
    single size sizes so some sort sorted still sure tell thank thanks that the them then there these they thing
    things this those to total type types u uk unfiltered united up us view want we what whats where which whole will
    with without would you your youve ive recorded registered that's what's everywhere gb england's place places
    regardless limit limits bring browse complete hold holds held contain welcome help urgent date dates set
    altogether possible dear team record which who asap cheers chance moment minute second quick quickly quickest when
    whenever today morning afternoon evening hiya ta contains contained exist exists existing run running operate
    operating operational every technologies technology single absolutely um uh er erm well
    """
)


_SENTENCE = re.compile(r"[.!?;\n]+(?=\s|$)")
_COURTESY = re.compile(
    r"\W*(?:hello|hi|hey|hiya|dear|good (?:morning|afternoon|evening)|morning|afternoon|(?:many )?thanks?|thank you"
    r"|cheers|sorry|apologies|(?:kind |best |warm )?(?:regards|wishes)|yours|ta|no (?:hurry|rush))\b"
    r"(?!.*(?:\d|\b(?:only|just|but|in|near|around|not|except|without|within)\b))",
    re.IGNORECASE | re.DOTALL,
)


def asks_for_everything(text: str) -> bool:
    """Whether `text`, but for sentences of mere courtesy, is a request for all rows.

    "Hello, Janet here, sorry to bother you. Please list everything. Thanks!" A courtesy limits nothing.
    """
    sentences = [part for part in _SENTENCE.split(text) if part.strip()]
    if _tells_and_asks_for_all(text):
        return True
    asked = [part for part in sentences if not _is_courtesy(part)]
    return _asks_for_all(" ".join(asked)) if asked and len(asked) < len(sentences) else _asks_for_all(text)


# Where a request may begin behind what is only told.
_CLAUSE = re.compile(r"[.!?;:,\n]+(?=\s|$)|\s[-–—]\s|\b(?:but|anyway|so)\b", re.IGNORECASE)
_FILTERS = re.compile(
    r"\d|\b(?:not|except|without|excluding|apart|other than|over|under|since|after"
    r"|only(?! (?:started|joined|began|got here|arrived|moved|learnt|learned|heard|came|found out)\b)"
    r"|before(?! (?:i|we)\b))\b",
    re.IGNORECASE,
)


def _tells_and_asks_for_all(text: str) -> bool:
    """Whether one clause asks for "all sites" in so many words, and nothing in the rest could be a filter."""
    from tasks.fit_query.gazetteer import find_places  # which needs this module's words
    from tasks.fit_query.unread import unread_marks

    clauses = _CLAUSE.split(text)
    if len(clauses) == 1 or not any(map(_asks_for_all_sites, clauses)):
        return False
    filters = _FILTERS.search(text) or find_technologies(text, misspelt=True) or find_dates(text)
    if filters or any(unread_marks(text, {})):
        return False
    return all(one.place.kind == "nation" and one.text.lower() in _WHOLE for one in find_places(text))


def _asks_for_all_sites(clause: str) -> bool:
    """Whether the clause asks for all, and names what: "list all sites", "every last one of the installations"."""
    plain = re.sub(r"\bevery (?:last|single)\b", "every", clause, flags=re.IGNORECASE)
    return {"all", "things"} <= {_kind(word.key) for word in split_words(plain)} and _asks_for_all(plain)


_WHOLE = frozenset({"uk", "the uk", "britain", "great britain", "united kingdom"})


def _is_courtesy(sentence: str) -> bool:
    return not _asks_for_all(sentence) and _COURTESY.match(sentence) is not None and not find_technologies(sentence)


def _asks_for_all(text: str) -> bool:
    """Whether each word of `text` fits a request for all rows, and one names either "all" or the things."""
    kinds = [_kind(word.key) for word in split_words(_ANY.sub(" all ", text))]
    return None not in kinds and any(kind in ("all", "things") for kind in kinds)


# What limits nothing: "any age", "whatever the region", "on the books".
_ANY = re.compile(
    r"\b(?:any|all|every|whatever(?: the)?|regardless of|irrespective of)\s+(?:age|region|size|technology|type|kind"
    r"|place|county"
    r"|capacity|date|year)s?\b|\bon (?:the books|file|record|your books)\b|^\W*(?:memo|subject|note|query)\s*:",
    re.IGNORECASE,
)


def is_request_word(key: str) -> bool:
    """Whether the word may stand in the phrase of any request: "show me", "please", "sites"."""
    return _kind(key) is not None


@lru_cache(maxsize=4096)
def _kind(key: str) -> str | None:
    """ "all", "things" or "around"; None for a word that may say something else. One slip is forgiven."""
    for kind, words in _KINDS.items():
        if key in words:
            return kind
    if len(key) < 4 or meant_technology(key):
        return None
    near = ((kind, word) for kind, words in _KINDS.items() for word in words if word[0] == key[0] and len(word) > 3)
    return next((kind for kind, word in near if OSA.distance(key, word, score_cutoff=1) == 1), None)


_KINDS = {"all": _ALL, "things": _THINGS, "around": _AROUND | EVERYWHERE}
