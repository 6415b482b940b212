"""`unglued`: the words that were typed without a blank between them: "lessthan" -> ("less", "than").

Only words of this list are sought, and only where the whole is made of them, so that no ordinary word falls apart.
"""

from __future__ import annotations

from functools import lru_cache

_PARTS_WORDS = """
    over under above below less more greater smaller bigger larger fewer than at least most no not up to max min maximum
    minimum between since before after from until around about approx roughly exactly built installed commissioned
    wind solar hydro pv biogas chp turbine turbines site sites farm farms plant plants panel panels scheme schemes
    installation installations digester digesters newest oldest largest biggest smallest longest shortest top first by
    per each region year years yrs yr month months postcode area technology type tech left remaining how many much
    number of total average combined capacity size kw mw tariff rate rates fit revenue income expiring soonest compare
    versus repowering in the near and or sort sorted limit show list find small medium large id
"""
_PARTS = frozenset(_PARTS_WORDS.split())
_SHORT = frozenset({"at", "no", "up", "to", "by", "of", "kw", "mw", "pv", "in", "or", "yr", "id"})
# Words of their own, and places, that the list would take apart.
_WHOLE_WORDS = """
    andover builtin inbuilt incapacity inmost leftmost lessor limitless listless moreno moreover numberless overrate
    overrates oversize panellist techno topless topmost underrate underrates undersize windup farmyard nearby
"""
_WHOLE = frozenset(_WHOLE_WORDS.split())
_LEAST, _LONGEST = 6, 30


@lru_cache(maxsize=4096)
def unglued(word: str) -> tuple[str, ...]:
    """The words that `word` is made of, fewest first; empty when it is one word or is made of others too.

    At most one part in two is a short one ("in", "or"), as these stand inside too many words.
    """
    if not _LEAST <= len(word) <= _LONGEST or word in _WHOLE or not word.isalpha():
        return ()
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(2, len(word) + 1):
        for start in range(end - 1):
            before, part = best[start], word[start:end]
            if before is not None and part in _PARTS and (best[end] is None or len(before) + 1 < len(best[end] or ())):
                best[end] = (*before, part)
    parts = best[-1] or ()
    short = sum(part in _SHORT for part in parts)
    return parts if len(parts) > 1 and 2 * short <= len(parts) else ()
