"""`without_layout`: a question with blanks for the marks of a mail, a list, minutes or a quotation around it.

    "FW: RE: list\n> wind in Kent"         -> "        list\n  wind in Kent"
    "1. wind\n2. Kent"                     -> "   wind\n   Kent"
    'She said, quote, "wind", unquote'     -> 'She said,      , "wind",        '

Marks only: what stands in a subject line or behind a number stays. Positions stay as they were.
"""

from __future__ import annotations

import re

from tasks.fit_query.words import word_bag

# A mark has one of these, or one of these words.
_SIGNS = re.compile(r"\n|^\W*\[|>(?!\s*[=\d£])|[1aA]\)")
_SIGN_WORDS = """
    ps pps p nb n fw fwd re subject sub subj quote unquote whereas minutes action heading english spelling grammar
    typing accent memo note topic query question request search enquiry reminder ask task wanted needed below attached
    underneath see aw wg todo step ap minute fig figure table chart exhibit annex annexe appendix slide sheet caption
    footnote graph schedule clause
"""
_WORDS = frozenset(_SIGN_WORDS.split())
_LABEL = r"(?:\s*\([^()\n]{1,30}\))?\s*(?:[:–—]|-(?=\s))"
_MARKS = (
    r"^[ \t]*[-_=*]{2,}[ \t]*(?:begin |end )?(?:forwarded|original|quoted)(?: e-?mail)? message[ \t]*"
    r"(?:by[^\n]*)?[-_=*:]*"
    r"|^[ \t]*begin forwarded message:?|^[ \t]*on [^\n]{1,60} wrote:[ \t]*$|^[ \t]*sent from my [^\n]{1,30}$",
    r"^[ \t>]*(?:(?:fwd?|re|aw|wg|subject|sub?j)\s*:\s*)+",
    # In the middle of a line a quoted mail goes on behind words only: "kW > a hundred" is a bound.
    r"^[ \t]*(?:>[ \t]*)+(?=[a-z])|(?<=[a-z.,!?:][ \t])(?:>[ \t]*)+"
    r"(?=(?:i|we|he|she|they|you|can|could|please|pls|which|what|how|show|list|find|give|need|any|are|is|do|hi|hello"
    r"|dear)\b)",
    r"^[ \t]*#{1,6}[ \t]+(?=[a-z])",
    rf"^[ \t]*(?:(?:(?:main |page )?(?:heading|header|title)|(?:sub[- ]?)+(?:heading|title|section)?|h[1-6]|section"
    rf"|level|bullet|item|point|para(?:graph)?|line|row|requirement|criterion|condition|req)(?:\s*(?:\d{{1,2}}|[a-h]))?"
    rf"){_LABEL}",
    # "[ticket] PV in Skegness"
    r"^\W*\[[a-z][a-z _#-]{1,20}\d{0,6}\](?=\s*\S)",
    # What a table, a figure or a paragraph is called by: "Fig. 3:", "Tender note 7:", "Minute 7.2."
    r"^\W*(?:[a-z]+\s+)?(?:note|fig(?:ure)?\b\.?|table|chart|exhibit|annexe?|appendix|slide|sheet|caption|footnote|graph"
    r"|schedule|clause|minute)\s*(?:no\.?\s*)?(?:\d{1,3}(?:\.\d{1,2})*[a-z]?|[a-h])\s*(?:[:.–—]|-(?=\s))(?!\d)",
    r"\bquote\b(?=[\s,:;-]*[\"“‘'])|\b(?:un-?quote|(?:end|close) (?:of )?quote)\b",
    r"\b(?:please |pls |kindly )?see (?:the )?(?:e-?mail |message |thread |note )?(?:below|attached|underneath)"
    r"(?:[,.;]?\s+(?:and |please |pls |kindly |for )*(?:your )?(?:action|advise|respond|reply|actioning))?"
    r"(?=\s*(?:[.,;:!?\n]|$))|\b(?:please|pls|kindly|for(?: your)?) action(?:ing)?(?=\s*(?:[.,;:!?\n]|$))",
    r"^\W*(?:(?:extract|note|taken) from )?(?:the )?(?:meeting |board |team |draft )?minutes\b"
    r"(?! (?:of |from |drive|walk|away|by))(?: of (?:the )?(?:last )?(?:meeting|board))?(?:[ ,]+(?:item|para(?:graph)?"
    r"|page|section|no\.?)\s*\d+(?:\.\d+)?)?\s*[,.:;–—-]*",
    rf"(?:^|(?<=[.;!?\n])[ \t]*)(?:action|ap|to-?do|task|next step)s?(?: (?:item|point|for|on))?"
    rf"(?: (?:\d{{1,2}}|(?-i:[A-Z])\w*))?{_LABEL}",
    r"^\W*(?:memo|note(?: to (?:self|file))?|topic|query|question|request|search|enquiry|reminder|ask|task|wanted"
    r"|needed)"
    r"\s*(?::|[–—]|-(?=\s))",
    r"\b(?:and )?whereas\b,?",
    r"\bp\.\s?(?:p\.\s?)?s\b\.?:?|\bn\.\s?b\b\.?:?",
    r"(?:\bfor |\babout )?\bmy (?:(?:very|so|bad|poor|broken|terrible|rusty|limited) )*(?:english|spelling|grammar"
    r"|typing|accent)(?=\s*(?:[.,;:!?\n]|$))",
)
_COMPILED = tuple(re.compile(mark, re.IGNORECASE | re.MULTILINE) for mark in _MARKS)
_THAT_IS_WORDS = frozenset({"i", "e"})
_THAT_IS = re.compile(r"\bi\.\s?e\.?,?(?!\w)", re.IGNORECASE)
# "From: 2012" and "To: 500 kW" may be filters; names, addresses and days are none.
_HEADER = re.compile(
    r"^[ \t>]*(?:(?:from|to|cc|bcc|importance)[ \t]*:(?![^\n]*(?:\b(?:19|20)\d\d\b|\d\s*[kmg]?w))(?=[^\n]*[a-z])"
    r"|(?:sent|date)[ \t]*:(?=[^\n]*(?:[a-z][^\n]*\d|\d[-/. ]\d)))[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_MAIL = re.compile(r"(?:forwarded|original) message|^[ \t>]*subject\s*:", re.IGNORECASE | re.MULTILINE)
_QUOTED_FIGURE = re.compile(r"^[ \t]*>[ \t]*\d", re.MULTILINE)
_QUOTED_WORDS = re.compile(r"^[ \t]*>[ \t]*[a-z]", re.IGNORECASE | re.MULTILINE)
_ITEM = re.compile(
    r"(?:(?P<line>^)[ \t]*|(?<=[\s,;:.]))\(?(?P<mark>\d{1,2}|[a-h])(?P<sign>[.)]|[ \t]?-(?=[ \t]+\D)|:)[ \t]+(?=\S)",
    re.MULTILINE,
)
_LETTERS = "abcdefgh"


def without_layout(text: str) -> str | None:
    """`text` with blanks for marks, of the same length; `text` itself where there are none.

    None where a mark may be a filter: a ">" before a figure below quoted lines.
    """
    words = word_bag(text)
    if _WORDS.isdisjoint(words) and not words >= _THAT_IS_WORDS and not _SIGNS.search(text):
        return text
    if _QUOTED_WORDS.search(text) and _QUOTED_FIGURE.search(text):
        return None
    bare = text
    if _MAIL.search(bare):
        bare = _blanked(bare, [found.span() for found in _HEADER.finditer(bare)])
    for mark in _COMPILED:
        bare = _blanked(bare, [found.span() for found in mark.finditer(bare)])
    bare = _THAT_IS.sub(lambda found: ",".ljust(len(found.group())), bare)
    bare = _blanked(bare, _numbering(bare))
    return bare if re.search(r"\w", bare) else text


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _numbering(text: str) -> list[tuple[int, int]]:
    """Spans of "1.", "2." or "(a)", "(b)" that count the parts of a list, from its first on."""
    spans: list[tuple[int, int]] = []
    counted = 0
    for found in _ITEM.finditer(text):
        mark = found["mark"].lower()
        number = int(mark) if mark.isdigit() else _LETTERS.index(mark) + 1
        inline = found["line"] is None
        if number == counted + 1 and not (inline and found["sign"] != ")"):
            spans.append((found.start(), found.end()))
            counted = number
    return spans if len(spans) > 1 else []
