"""Words by which the asker takes a value back for another.

CORRECTED               right behind the value: "Devon, sorry, Dorset"
replaces(text, start)   far behind it, before the other one: "top 10 in Kent. Actually make it 20"
"""

from __future__ import annotations

import re

CORRECTED = re.compile(
    r"[\s,.;:!?–—-]*(?:\w+[\s,]+){0,2}?[\s,.;–—(-]*(?:sorry|no(?:pe)?,?\s+(?:wait|sorry|i mean|make|actually)|oops"
    r"|whoops|i mean(?:t)?|actually|make that"
    r"|scratch that|correction|or rather|rather|wait|no(?=\s*[,.–—-])|my mista?ke|strike that|err? no)\b",
    re.IGNORECASE,
)
_PAUSE = r"[\s,:;.!…–—-]*"
_REPLACES = re.compile(
    r"(?:\b(?:(?:make|change|turn) (?:it|that)(?: to)?|i (?:mean|meant)|scratch that|strike that|correction|typo"
    r"|(?:my )?(?:mistake|bad)|not that|no wait|actually no|nah|nope|sorry|oops|whoops|apologies|second thoughts?"
    r"|should have (?:said|been|read|put|written)|should (?:be|read|say)|ought to (?:be|say|read)|hang on"
    r"|tell a lie)\b|(?<=\s)\*)"
    rf"{_PAUSE}(?:(?:no|sorry|actually|i meant?|make (?:it|that)|to|let['’]?s (?:say|do)|wait|it['’]?s|um|er|uh)\b"
    rf"{_PAUSE})*"
    r"(?P<lead>(?:(?:the|just|only|top|first|in|near|around|over|under|above|below|about|at|least|most|more|less|than|up"
    r"|to|from|by|since|after|before|built|installed|commissioned) )*)$",
    re.IGNORECASE,
)
# By these a value is taken back whatever else can be read: "my mail said Boston, it should have said Spalding".
PUT_RIGHT = re.compile(r"\bshould have (?:said|been|read|put|written)\b", re.IGNORECASE)
_LONGEST = 70


def replaces(text: str, start: int) -> re.Match[str] | None:
    """The words by which the value at `start` replaces one that was said before; None where there are none."""
    return _REPLACES.search(text, max(0, start - _LONGEST), start)
