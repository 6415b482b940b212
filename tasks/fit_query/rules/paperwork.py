"""`without_paperwork`: a question with blanks for the figures of somebody's paperwork, which are no filters.

    "Acct 7002291, bill of £312.40. Solar in Kent?"  -> "                         . Solar in Kent?"
    "We use 4,200 kWh a year. Wind under 20 kW?"     -> "We use                 . Wind under 20 kW?"

Numbers of accounts, tickets, telephones and cards; sums that somebody paid or owes; electricity that somebody uses;
dates of letters; how long somebody waits. What could be a filter stays: a sum or kWh that sites are asked for
("earning over £5,000"), a figure with kW or years, the only number that can be a FIT id. Positions stay as they were.
"""

from __future__ import annotations

import re

from tasks.fit_query.technologies import find_technologies
from tasks.fit_query.words import digit_words, word_bag

_NOT_A_FILTER = (
    r"(?![\w£%])(?![.,]\d)(?!\s*[-–]?\s*(?:[kmg]?w(?:p|e|s)?\b|kilo|mega|giga|watt|years?\b|yrs?\b|months?\b|sites?\b"
    r"|turbines?\b|farms?\b|plants?\b|panels?\b|schemes?\b|installations?\b|(?:solar|wind|hydro|pv|ad|chp)\b|\w+est\b))"
)
_CODE = r"(?:[A-Z]{1,4}[-/]?)?\d+(?:[A-Z]?\d+)?(?:[-/.]\d+)*(?:-?[A-Z])?"
_LONG = r"(?:[A-Z]{1,4}[-/]?)?(?:\d{5,}|\d+(?:[-/]\d+)+)[A-Z]?"
_GROUPS = r"\d+(?:[ -]\d+)*"
_ENDS = r"(?=\s*(?:$|[.,;:!?)\n]))"
_IS = r"(?![a-z])\s*(?:(?:is|was|of|ending(?: in)?|starting|quoted|given)\b|[:#=])?\s*#?"
_WHOSE = (
    r"(?:(?:my|our|your|his|her|their|the|this|re|via|quoting|gas|electric(?:ity)?|energy|water|bank|billing|supply"
    r"|support|direct debit|contact|home|work|office|daytime|evening|emergency)\s+){0,3}"
)
_NUMBERED = r"(?:\s*(?:no|num|nr|number|ref|reference|id|code|serial)s?\b\.?){1,2}"
_FIRMLY = (
    r"(?:account|acct\.?|acc\.?|a/c|invoice|inv\.?|receipt|ticket|case|policy|mpan|mprn|card|complaint|sort code"
    r"|incident|priority|passport|licence plate|reg plate)"
)
_LOOSELY = (
    r"(?:customer|cust\.?|client|caller|member|membership|order|job|query|enquiry|claim|booking|application|quote"
    r"|quotation|meter|parcel|tracking|purchase order|po|vat|contract|reservation|payment|badge|agent|operator|call"
    r"|serial|batch|barcode)"
)
_TELEPHONE = r"(?:tele)?phones?|tel\.?|mobile|mob\.?|fax|call\s?-?backs?|ring\s?back|landline|whatsapp|cell"
_SUM = r"£\s?\d[\d,]*(?:\.\d\d?)?(?:\s?(?:k|m|bn|million|grand)\b)?"
_ONCE = r"(?:\s*(?:a|per|each|/|every)\s*(?:year|yr|annum|month|quarter|week|day)\b|\s*(?:pcm|pa|p\.a\.)(?!\w))?"
_MINE = r"\b(?:i|we|he|she|my|our|his|her|caller|customer|client|neighbour|landlord)(?:['’](?:ve|m|re|d|s))?\b"
_OWED = (
    r"(?:bills?|credit|debit|invoice|refund|fee|deposit|charge|balance|arrears|debt|quote|advert|premium|cheque"
    r"|transfer|fine|overcharge|payment|voucher|discount|rebate|cashback)"
)
_PAID = r"(?:charged|paid|pay|pays|paying|owe|owes|owed|overcharged|quoted|billed|spent|spend|sent|refunded|credited)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\.?(?:,?\s+\d{{4}})?|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}"
    rf"|\d{{4}}-\d\d-\d\d|{_MONTH}\.?\s+\d{{4}})"
)
_PAPERS = (
    r"(?:letter|e-?mail|mail|call|bill|invoice|statement|quote|quotation|note|message|visit|application|complaint"
    r"|conversation|enquiry|notice|reply|reminder|appointment|voicemail|meeting|fax|form)s?"
)
_ASKED_OF_SITES = r"(?![^.;?!]*\b(?:support|tariffs?|left|remain\w*|expir\w*|commission\w*|built|install\w*)\b)"
_PATTERNS = (
    rf"\b(?:invoice|inv|bill|statement|receipt)\b[^.;?!£]{{0,40}}(?<!over )(?<!under )(?<!than ){_SUM}",
    # A number with the label that says whose it is.
    rf"(?<!\bfit )\b{_WHOSE}(?:{_FIRMLY}(?:{_NUMBERED})?{_IS}(?:{_GROUPS}{_ENDS}|{_CODE})"
    rf"|(?:{_LOOSELY}{_NUMBERED}{_IS}{_CODE}|{_LOOSELY}{_IS}{_LONG})){_NOT_A_FILTER}",
    rf"(?:^|(?<=[.;!?\n(])\s*){_LOOSELY}{_IS}{_CODE}{_ENDS}",
    rf"\b{_WHOSE}(?:(?:{_TELEPHONE})(?:{_NUMBERED})?{_IS})?(?<![\w/.-])(?<!fit )(?<!id )(?:\+44|0)(?:[ ()-]*\d){{9,10}}"
    r"(?!\w)",
    rf"\b(?:{_TELEPHONE}|ext(?:ension)?\.?|on line|queue|desk|shift)(?:{_NUMBERED})?{_IS}{_GROUPS}{_NOT_A_FILTER}",
    r"\bno (?:tele)?(?:phone|mobile|contact|account|e-?mail)(?: (?:number|details|address))?"
    r" (?:given|left|supplied|provided|on file)(?:,? e-?mail only)?",
    r"[\w.+-]+@[\w-]+\.[\w.]+|\bhttps?://\S+",
    # Money that changed hands.
    rf"\b(?:my|our|your|his|her|their|the|this|that|an?|direct|re)\s+(?:[a-z]+\s+)?{_OWED}\b[^.;?!£\d]{{0,18}}?"
    rf"(?<!over )(?<!under )(?<!than ){_SUM}{_ONCE}|{_SUM}\s+{_OWED}\b|(?:\bfor\s+)?{_SUM}\s+-\s+(?=paid\b)"
    rf"|{_MINE}[^.;?!£\d]{{0,20}}(?P<paid>\b{_PAID}\b[^.;?!£\d]{{0,18}}?{_SUM}{_ONCE})",
    # Electricity that somebody uses or made.
    rf"(?:{_MINE}[^.;?!\d]{{0,12}}\b(?:uses?|used|using|consumed?|consumes|gets? through|burn(?:s|ed|t)?)\b"
    r"|\b(?:i|we)\s+(?:only |usually |just )?(?:get|got|make|made|generated?|produced?|exported?)\b"
    r"|\b(?:my|our|his|her|annual|yearly|household)\b[^.;?!\d]{0,25}\b(?:usage|consumption|demand|bill|use|reading)\b"
    r"|\b(?:my|our|his|her)\s+(?:[\w-]+\s+){0,3}(?:panels?|turbine|roof|system|array|pv|solar)\s+(?:\w+\s+)?(?:made"
    rf"|generated|produced|gave|exported|does|did)\b)[^.;?!\d]{{0,18}}\d[\d, ]*(?:\.\d+)?\s?[km]wh{_ONCE}"
    r"(?:\s+(?:(?:last|this) (?:year|month|quarter)|in (?:19|20)\d\d)\b)?",
    # Days of letters, and how long somebody waits.
    rf"(?:\b(?:following|further to|re|regarding|with reference to|in reply to|thank(?:s| you) for|as per|per)\s+)?"
    rf"\b(?:your|our|my|his|her|the|an?)\s+(?:[a-z]+\s+)?{_PAPERS}\s+(?:(?:that\s+)?(?:was\s+|is\s+)?(?:dated|of|on"
    rf"|from|sent|due|received)\s+)+(?:on\s+)?(?:the\s+)?{_DAY}",
    r"\b(?:waiting|waited|on hold|holding|queued)\s+(?:for\s+|since\s+)?(?:\w+|\d+)\s+(?:mins?|minutes?|hours?|days?"
    r"|weeks?)\b",
    rf"{_MINE}{_ASKED_OF_SITES}[^.;?!,\d]{{0,40}}(?P<long>\b(?:for|since)\s+(?:the\s+)?(?:past\s+|last\s+)?"
    r"(?:\w+|\d+)\s+(?:minutes|hours|days|weeks))\b",
    r"\b(?:for|since)\s+(?:the\s+)?(?:past\s+|last\s+)?\w+\s+(?:hour|day|week)s?\b(?=,?\s+(?:i|we|he|she)\b)",
    rf"{_MINE}{_ASKED_OF_SITES}[^.;?!\d]{{0,40}}(?P<day>\b(?:on|by|until|till|before|from) the \d{{1,2}}"
    rf"(?:st|nd|rd|th)\b)(?!\s+(?:of\b|{_MONTH}))",
    r"\b(?:ring|call|phone|reach|contact|available)\b[^.;?!]{0,30}?(?P<hours>\b(?:between|from)\s+\d{1,2}\s+(?:and|to|-)"
    r"\s+\d{1,2}\b)(?!\s*(?:[kmg]?w\b|years?|months?|[a-z]*watt))",
    # An address that is a sentence of its own.
    r"(?:^|(?<=[.!?\n])\s*)(?:(?:my address is|address:?|(?:i|we) live at|(?:i|we)['’]?(?:m|re)? at)\s+)?"
    r"(?:flat \w+,?\s*)?\d{1,4}[A-Z]?,?\s+(?:(?-i:[A-Z])[\w'’-]+\s+){1,3}(?:street|st|road|rd|lane|ln|avenue|ave|drive"
    r"|close|way|crescent|terrace|court|gardens|grove|square|mews)\b\.?(?:,?\s+(?-i:[A-Z])[\w-]+){0,3}"
    r"(?:,?\s+\d[A-Z]{2})?(?=\s*(?:[.!?\n]|$))(?!.*\b(?:there|here|me|that|my|our|us)\b)",
)
_COMPILED = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS)
_REFERENCE = re.compile(
    rf"(?P<before>^|[.;!?,:(\n])\s*(?:(?:please |pls |kindly )?(?:quote|use|mention|cite)\s+)?{_WHOSE}"
    rf"(?:ref\.?|reference)(?:\s*(?:no|number)\b\.?)?{_IS}{_CODE}(?:\s+(?:in|on|with|when|for) (?:your|any|all|the|our"
    rf"|my)?\s*(?:repl\w+|response|correspondence|file|contact\w*))?{_ENDS}",
    re.IGNORECASE,
)
_FIT_CODE = re.compile(r"\bfit\W*\d", re.IGNORECASE)
# A cheap look for what any of the patterns needs: these words, or such figures.
_SIGN_WORDS = """
    ref reference account accounts acct acc invoice inv receipt ticket case policy mpan mprn card complaint sort
    incident priority passport licence reg customer cust client caller member membership order job query enquiry
    claim booking application quote quotation meter parcel tracking po purchase vat contract reservation payment
    badge agent operator call callback phone phones telephone telephones tel mobile mob fax ring ringback landline
    whatsapp cell ext extension line queue desk shift letter letters email emails mail bill bills statement note
    message visit conversation notice reply reminder appointment voicemail meeting form forms days weeks hours
    minutes mins waiting waited hold queued holding serial batch barcode week day hour reach contact available
    street st road rd lane ln avenue ave drive close way crescent terrace court gardens grove square mews
"""
_SIGNS = frozenset(_SIGN_WORDS.split())
_SIGN_CHARACTERS = ("£", "@", "+44", "a/c", "A/C", "://")
_KWH = frozenset({"kwh", "mwh", "gwh", "wh"})
_SIGN_ENDS = ("wh", "st", "nd", "rd", "th")
_WITHOUT_DIGITS = frozenset({"days", "weeks", "hours", "minutes", "given", "supplied", "provided", "left"})
_DIGIT = re.compile(r"\d")
_OTHER_ID = re.compile(r"\bfit\W*(?:(?:id|no|number|ref)\b\W*)*\d|\beverything\b", re.IGNORECASE)


def _has_sign(text: str) -> bool:
    """Whether `text` has what a pattern needs beside _SIGNS: money, addresses, kWh, ordinals, a telephone's 0."""
    if any(sign in text for sign in _SIGN_CHARACTERS) or not _KWH.isdisjoint(word_bag(text)):
        return True
    return any(word.endswith(_SIGN_ENDS) or (word[0] == "0" and word[1:2].isdigit()) for word in digit_words(text))


def without_paperwork(text: str) -> str:
    """`text` with blanks for figures of paperwork; the same length, `text` itself where there are none."""
    words = word_bag(text)
    if not _DIGIT.search(text) and _WITHOUT_DIGITS.isdisjoint(words):
        return text
    if _SIGNS.isdisjoint(words) and not _has_sign(text):
        return text
    for found in _REFERENCE.finditer(text):
        start, end = found.end("before"), found.end()
        rest = text[:start] + " " * (end - start) + text[end:]
        if find_technologies(rest) or _OTHER_ID.search(rest):  # else it may be the FIT id that is asked about
            text = rest
    for pattern in _COMPILED:
        for found in pattern.finditer(text):
            if _FIT_CODE.search(found.group()):
                continue  # "the reference on the invoice is FIT-0007731"
            name = found.lastgroup
            start, end = found.span(name) if name else found.span()
            text = text[:start] + " " * (end - start) + text[end:]
    return text
