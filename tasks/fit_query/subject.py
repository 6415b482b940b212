"""Whether a question is about these installations at all: signs for it and against it.

    plain_request(draft) -> "solar, Kent" or None    why a refusal of this question is doubtful
    strange_request(text) -> "wind instrument" or None    why an answer with filters is doubtful

Neither decides anything: a reading that goes against such a sign is reported, so that a second reader
can be asked. Both look for kinds of language, not for subjects: a technology in front of another noun
("wind instrument"), advice and instructions for use, people and their addresses, trade, forecasts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from tasks.fit_query.amounts import KW
from tasks.fit_query.draft import Draft
from tasks.fit_query.everything import asks_for_everything, is_request_word
from tasks.fit_query.place_context import goes_on
from tasks.fit_query.quotation import Span, spans_of
from tasks.fit_query.technologies import OTHER_TECHNOLOGIES, find_technologies
from tasks.fit_query.unread import unread_marks
from tasks.fit_query.whereabouts import find_unknown, is_own_place
from tasks.fit_query.words import split_words

_COMPOUND = re.compile(
    r"\b(?:wind\s+(?:instruments?|chill|tunnels?|socks?|screens?|breaks?|surf\w*|speeds?)"
    r"|solar\s+(?:plexus|eclipses?|flares?|calendars?)|hydro\s+(?:flasks?|massages?|therap\w+)"
    r"|(?:turbine|panel)\s+(?:blades?|gearbox\w*|engines?)|(?:jet|gas|steam)\s+(?:engines?|turbines?)"
    r"|ad\s+(?:agenc\w+|campaigns?|blockers?|space)|(?:wind|fire|earth)\s+(?:and|&)\s+fire)\b",
    re.IGNORECASE,
)
_USE = re.compile(
    r"\bhow (?:does|often|should|would)\b(?![^.?!]*\b(?:compare|co\w{3,5}re))|\bhow (?:do|to|can|could|might) (?:i"
    r"|we|you|one)?\s*"
    r"(?:obtain|get (?:a|an|my|rid|into)|make|build|install|fit|apply|claim|sell|buy|fix|repair|clean|work|become"
    r"|wire)\b"
    r"|\bshould (?:i|we|she|he|they)\b|\bis (?:it|that|this) (?:safe|legal|worth|ok|possible to)\b|\bwhat (?:are"
    r"|is) [\w ]{3,24} for\s*\?"
    r"|\bactually make\b|\bexplain\b|\bwho (?:can|do i|could|should|does|is the best|makes|made|manufactur\w+"
    r"|suppli\w+|won|lost)\b"
    r"|\bplanning (?:rules?|permission|laws?)\b|\byour favou?rite\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"\b(?:(?:phone|telephone|mobile)\s+numbers?|e-?mail address\w*|(?:post(?:al)? )?address of|opening (?:hours|times)"
    r"|contact details|vacanc\w+|careers?|salar(?:y|ies)|wages|visas?|apprenticeships?|lessons?|trainers?|test results"
    r"|income support|council tax|passports?|(?<!for a )(?<!on a )(?<!did the )(?<!doing a )jobs? (?:in|under"
    r"|near|at|for|as|on)|book me|play (?:some|me|a)\b"
    r"|owners? names?|owner\s*\?|who (?:actually |really )?(?:owns?|operates?|runs|manages)|which (?:installer"
    r"|developer"
    r"|manufacturer|company)|postal address\w*|demolished|dismantled|blade l\w+|rotor|hub height|altitude|brownfield"
    r"|not yet built|under construction|insur(?:e|ing)|gutter\w*|caravans?|data cent(?:re|er)s?|mortgages?|insurance"
    r"|trains? (?:from|to)|flights?|hotels?)\b",
    re.IGNORECASE,
)
_TRADE = re.compile(
    r"\b(?:cheapest|price of (?:a|an|the|my)\b|prices? for (?:a|an)\b|how much (?:does|do|is|are|would) (?:a|an|it"
    r"|the|my)\b[^.?!]{0,40}\bcost"
    r"|for sale|second-?hand|for hire|in stock|quotes? for|kit costs?|smart export|guarantee rate)\b",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"\broc (?:register|accredit\w*|entries|certificates?)\b"
    r"|\b(?:enercon|vestas|nordex|siemens|gamesa|senvion|norwin|vergnet|xzeres|bergey|fronius|solaredge|turbowinds)\b"
    r"|\b(?:sites|turbines|farms|installations|plants|schemes|arrays|ones|panels)\b[^.?!]{0,30}"
    r"\b(?:belong(?:s|ing)? to (?:the |an? )?(?:\w+ ){0,2}(?:council|company|trust|estate|university|church|farmer"
    r"|group|fund"
    r"|energy|power|plc|ltd|owners?|family)|(?:owned|operated|managed|manufactured|made) by)\b"
    r"|\bpay\s?back\b|\breturn on investment\b|\b(?:irr|npv|roi)\b|\bsell for\b|\bbe worth (?:now|today|these days"
    r"|if|on)\b"
    r"|\b[kmg]wh\b[^.?!]{0,20}\b(?:generated|produced|exported)|\bhow much (?:electricity|power|energy)\b[^.?!]*"
    r"\b(?:produc|generat|export)\w*"
    r"|\birradi\w+|\binsolation\b|\brainfall\b|\b(?:river|water) flow\b|\bflow rates?\b"
    r"|\bsub-?stations?\b|\bgrid connections?\b|\bvoltages?\b"
    r"|\b(?:taken down|decommissioned|scrapped)\b|\btrapped wind\b"
    r"|\b(?:terrible|awful|painful|dreadful|bad) wind (?:after|at night|all night|since)\b"
    r"|\bwind after (?:every|each|a|his|her|their|meals?|eating|feeds?)\b|\bhow fit\b"
    r"|\bwind (?:quintets?|quartets?|players?)\b"
    r"|\bcapacity of (?:the )?(?-i:[A-Z])[\w'’]+ (?-i:Hall|Arena|Stadium|Theatre|Ground|Centre|Room)"
    r"|\b(?:elements|items) (?:out )?of an array\b|\bpanel of (?:judges|experts)\b|\b(?:in|around|circa) \d{1,3} AD\b"
    r"|\bpowerwalls?\b|\bdowntime\b|\boutages?\b|\btripped\b|\bstood still\b|\bppas?\b"
    r"|(?<!\bdo )\bmaintenance contracts?\b|\bwarrant(?:y|ies)\b|\blat(?:itude)?s?[ /,&-]*(?:and )?long(?:itude)?s?\b"
    r"|\bgrid ref\w*"
    r"|\b(?:north|south|east|west)(?:[- ]?(?:east|west))?(?:ern|erly)?[- ]facing\b"
    r"|\bon the market\b|\bacreage\b"
    r"|\b(?:archimed\w+|kaplan|pelton|francis) (?:screws?|turbines?|wheels?|runners?)\b|\bgearless\b"
    r"|\bdirect[- ]drive\b"
    r"|\btonnes of (?:co2|carbon)\b|\bcarbon (?:saved|savings?|displaced|footprint)\b|\benergy suppliers?\b"
    r"|\bground rents?\b"
    r"|\btemporary (?:planning )?consents?\b|\bclears? (?:\w+ ){1,3}(?:grand|k)\b",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:on (?:current|present|recent) trends|(?:should|can|could|might|would) (?:we|i|you|one|they) expect\b"
    r"(?=[^.?!]*\b(?:20[2-9]\d|next|future|by|more|new|trend)\b)"
    r"|predict\w*|forecast\w*|(?<!mind the )(?<!about the )weather|will there be|eclipse|(?:write|compose|sing"
    r"|tell) (?:me |us )?an? (?:poem|song|story"
    r"|joke|limerick|haiku|essay))\b",
    re.IGNORECASE,
)
_STRANGE = (_COMPOUND, _USE, _PEOPLE, _TRADE, _BESIDE, _TO_COME)
_SITES = re.compile(
    r"\b(?:sites?|installations?|installs|installed|plants?|schemes?|farms?|arrays?|generators?|projects?|units"
    r"|capacity"
    r"|[km]w|mega\s?watts?|(?:feed-?in|fit)[ -](?:tariffs?|rates?|ids?)|repower\w*)\b",
    re.IGNORECASE,
)
_MORE_SITES = re.compile(
    r"power|energy|generation|generating|stations?|facilit\w+|assets?|parks?|roof\w*|equipment|fr?ams|scheems?|electric"
)
_LEFT = re.compile(r"\b(?:left|remaining|remain|to go|to run|expir\w+|support|tariff|contract)\b", re.IGNORECASE)
_WHAT_IS_THERE = re.compile(
    r"\b(?:what(?:['’]?s| is| are)?|anything|something)\s+(?:is |there |already )*(?:in|near|around|round|at|about"
    r"|there)\b"
    r"|\bany (?:tech\w*|size)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:show|list|find|give|get|pull|need|want|see|which|what|any|anyone|every|all|how many|looking for"
    r"|interested in"
    r"|after|display|search|can (?:u|you) do|compare|are there|is there|where)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\W*(?:(?:please|pls|so|and|then|now|hi|hello|ok|can you|could you|would you|can u|i want|i need|we want|we need"
    r"|i['’]?d like|after)\W+)*(?:show|list|find|get|give|pull|want|need|see|which|what|any|every|all|how|compare|count"
    r"|tell|where|who|are|is|do|does|did|was|were|name)\b",
    re.IGNORECASE,
)
_ID = re.compile(r"\bfit\b[\s-]*(?:id|number|no\.?)?[\s:#-]*\d{2,7}\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.?!;:]+(?=\s)|\n|\s[–—-]\s")
_IMPERATIVE = re.compile(
    r"\W*(?:please |now |then |and |also )*(?:write|tell|book|play|predict|forecast|compose|sing|explain|insure"
    r"|sell|buy|quote)\b",
    re.I,
)
_ABOUT_PEOPLE = re.compile(
    r"\b(?:i|i['’](?:m|ve|d|ll)|my|me|our|we|we['’](?:re|ve|d)|us|he|she|they|his|her|their|office|phone)\b",
    re.IGNORECASE,
)
# What makes a sentence one that wants something, or points back at the sites that another one asks for.
_WANTED = re.compile(
    r"\b(?:want\w*|need\w*|like|please|pls|plz|give|show|list|tell (?:me|us)|includ\w+|add\w*|with|calculat\w+"
    r"|work(?:ed)? out|also|too|requir\w+|prefer\w*|interest\w+|wonder\w*|them|these|those|each|sizes?|which"
    r"|what|how|know|sites?|must|should|within|no more than|at most|up to|from (?:there|here|it))\b",
    re.IGNORECASE,
)
_FEW_WORDS = 6


def beside_request(text: str) -> str | None:
    """Words of `text` that ask what no field says of installations: who owns them, what they yield or sell for.

    Only where they are asked, not where a sentence of its own tells them (see strange_request).
    """
    # A plain row of filters asks too: "We bid for a contract. Solar in Kent".
    return _asked(text, (_BESIDE,), lambda one: _asks_about_installations(one) or bool(find_technologies(one)))


def only_told(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether what `pattern` finds stands only in sentences about the asker, beside one that asks or lists filters.

    "The median age in our choir is 71. Solar in Kent" tells of a median; "Solar in Kent. I need medians" does not.
    """
    sentences = _sentences(text)
    having = [one for one in sentences if pattern.search(one)]
    return (
        bool(having) and all(map(_tells, having)) and any(_names_sites(one) for one in sentences if one not in having)
    )


def _tells(sentence: str) -> bool:
    """Whether the sentence is about people and has nothing of a request."""
    wanted = _ASKS.match(sentence) or "?" in sentence or _IMPERATIVE.match(sentence) or _WANTED.search(sentence)
    return not wanted and not _names_sites(sentence) and _ABOUT_PEOPLE.search(sentence) is not None


def _names_sites(sentence: str) -> bool:
    return bool(find_technologies(sentence, misspelt=True) or _SITES.search(sentence))


def _sentences(text: str) -> list[str]:
    ends = [0, *(end.end() for end in _SENTENCE.finditer(text)), len(text)]
    return [text[first:last] for first, last in pairwise(ends)]


def strange_request(text: str) -> str | None:
    """Words of `text` that hardly stand in a question about installations.

    Where another sentence asks about installations by itself, a sentence that names none only tells a story:
    "Lovely weather here! What hydro is there in Wales?"
    """
    return _asked(text, _STRANGE, _asks_about_installations)


def _asked(text: str, patterns: tuple[re.Pattern[str], ...], asks: Callable[[str], bool]) -> str | None:
    """The words that one of `patterns` finds, unless sentences that only tell have them and another one `asks`."""
    found = _strange(text, patterns)
    if found is None:
        return None
    sentences = _sentences(text)
    strange = [one for one in sentences if _strange(one, patterns)]
    asking = any(asks(one) for one in sentences if one not in strange)
    told = all(not _ASKS.match(one) and "?" not in one and not _IMPERATIVE.match(one) for one in strange)
    return None if asking and strange and told else found


def _strange(text: str, patterns: tuple[re.Pattern[str], ...]) -> str | None:
    found = next(filter(None, (pattern.search(text) for pattern in patterns)), None)
    return found.group().strip() if found else None


def _asks_about_installations(sentence: str) -> bool:
    return _names_sites(sentence) and bool(_ASKED.search(sentence) or "?" in sentence)


def plain_request(draft: Draft) -> str | None:
    """The words that make the question one about installations, when nothing speaks against it."""
    text = draft.text
    if strange_request(text) or OTHER_TECHNOLOGIES.search(text) or _asks_elsewhere(draft):
        return None
    if any(amount.number is None for amount in draft.amounts):
        return None
    if asks_for_everything(text):
        return "everything"
    technologies = [one.text for one in draft.technologies if not _begins_another_name(draft, one.end)]
    filters = _filters(draft)
    sites = _SITES.search(text)
    short = len(text.split()) <= _FEW_WORDS
    if technologies and (filters or _ASKED.search(text) or short):
        return ", ".join([*technologies[:1], *filters[:1]])
    if sites and (filters or _ASKED.search(text)):
        return ", ".join([sites.group(), *filters[:1]])
    asked = _WHAT_IS_THERE.search(text) or _ID.search(text)
    if asked and (filters or asked.re is _ID):
        return ", ".join([asked.group(), *filters[:1]])
    return filters[0] if filters and _says_nothing_else(draft) else None


def _says_nothing_else(draft: Draft) -> bool:
    """Whether each word belongs to a place, a postcode, a figure, a date, a mark or the phrase of a request."""
    spans = spans_of(draft.places, draft.postcodes, draft.amounts, draft.dates)
    spans += [Span(start, start + len(words)) for start, words in unread_marks(draft.text, {})]
    return all(
        is_request_word(word.key) or any(start <= word.start < end for start, end in spans)
        for word in split_words(draft.text)
    )


def _begins_another_name(draft: Draft, end: int) -> bool:
    """Whether a noun that no request has stands behind a technology: "solar fountains", "wind farm objections"."""
    named = spans_of(draft.likely_places, draft.postcodes, draft.amounts, draft.dates, draft.technologies)
    named += [Span(start, start + len(words)) for start, words in unread_marks(draft.text, {})]
    behind = [word for word in split_words(draft.text) if word.start >= end]
    for word in behind:
        if draft.text[end : word.start].strip(" -'’") or any(one.start <= word.start < one.end for one in named):
            return False
        if not _SITES.fullmatch(word.key) and not _MORE_SITES.fullmatch(word.key):
            return word.key.isalpha() and len(word.key) > 3 and not goes_on(word.key)
        end = word.end
    return False


def _filters(draft: Draft) -> list[str]:
    found = [one.text for one in draft.places]
    found += [one.text for one in draft.postcodes]
    left = _LEFT.search(draft.text)
    found += [one.text for one in draft.amounts if one.unit in KW or (one.unit in ("years", "months") and left)]
    found += [one.text for one in draft.dates]
    return found + [words for _, words in unread_marks(draft.text, {})]


def _asks_elsewhere(draft: Draft) -> bool:
    elsewhere = (*draft.outside, *find_unknown(draft))
    return any(not is_own_place(draft.text, start, end) for start, end in elsewhere)
