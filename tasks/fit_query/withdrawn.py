"""A filter that is said and taken back as a whole: "… oh and only the ones in CB21, no, forget that".

`without_withdrawn` leaves out filter and words. A value that is taken back for another one is `corrected.py`'s.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.fit_query.words import word_bag

_BACK_WORDS = frozenset({"forget", "scrap", "scratch", "mind", "ignore", "strike", "drop", "leave", "cancel", "needed"})
_BACK_WORDS |= frozenset({"matter", "applies", "skip", "lose", "bin"})

_PAUSE = r"[\s,.;:!?…–—-]*"
# What the filter begins with: one behind a stop needs no "only", one in the run of the sentence does.
_BEGUN = (
    r"(?:[\s,.;:(!?–—-]++(?:(?:oh|er|erm|um|uh|and|or|but|maybe|perhaps|preferably|with)[\s,]++)*"
    r"(?:only|just|purely|solely|preferably|maybe|perhaps)\b|[\s.]+i(?: was going to say|['’]?d have said)\b"
    r"|[,.;:(!?–—-]\s*(?:(?:oh|er|erm|um|uh)[\s,]+)*(?:and\b)?(?=\s|\w)|\soh[\s,]+and\b|\s(?:er|um|uh)[\s,]+and\b)"
)
_FILTER = (
    r"\s*(?:the ones?|those|ones|sites|installations|that are|which are|of them|any|with|\s|just|only)*"
    r"(?:in|near|around|round|over|under|above|below|from|since|before|after|built|installed|commissioned|between"
    r"|at least|at most|up to|more than|less than|[<>]=?)\s(?:[^.?!;\n]|\.(?=\d)){1,50}?"
)
_LAST = r"(?:(?: the)? last (?:bit|part|one|filter|condition|thing)| bit| part)"
_BACK = (
    rf"{_PAUSE}(?:(?:no|nah|nope|er|um|uh|hm+|actually|sorry|wait|hang on|hold on|on second thoughts?|well"
    rf"|oh)\b{_PAUSE})+(?:(?:forget|scrap|scratch|ignore|strike|drop|cancel|skip|lose|bin)"
    rf" (?:that{_LAST}?|it|the last (?:bit|part|one|filter))"
    rf"|forget i said (?:that|it)|never ?mind(?: that(?:{_LAST})?| it)?|leave (?:that|it)(?:{_LAST})? out|not needed"
    r"|(?:that|it) (?:doesn['’]?t matter|no longer applies)|(?:that was the other job,? )?ignore it)\b"
    rf"|{_PAUSE}but (?:forget (?:that|it)|that no longer applies|never ?mind)\b"
)
# Without a look for it, long rows of stops and "um" would cost a tenth of a second.
_ANY_BACK = re.compile(_BACK.removeprefix(_PAUSE), re.IGNORECASE)
# What may not follow: another value in the filter's place.
_AFTER = (
    r"(?![\s,.:;–—-]*(?:make|change|in|near|only|over|under|above|below|from|since|before|after|between|to|at|up|\d"
    r"|it['’]?s|i mean(?:t)?)\b)"
)
_ALL = (
    r"(?:[\s,.–—-]*(?:i (?:want|need)|we (?:want|need)|just)?\s*(?:all of (?:them|it)|them all|the lot|everything)\b"
    r"|[\s,.–—-]*(?:the )?(?:whole|entire) \w+(?:['’]s| is)? (?:fine|ok|okay|good|alright|will do)\b)?"
)
_WITHDRAWN = re.compile(rf"(?P<kept>.{{3,}}){_BEGUN}{_FILTER}(?:{_BACK}){_AFTER}{_ALL}", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=64)
def without_withdrawn(text: str) -> str:
    """`text` without a filter that its own words take back, and without those words; `text` itself where none is."""
    if _BACK_WORDS.isdisjoint(word_bag(text)) or not _ANY_BACK.search(text):
        return text
    found = _WITHDRAWN.match(text)
    return found["kept"] + text[found.end() :] if found else text
