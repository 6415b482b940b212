"""Which lexeme classes are filters, and of which family: what `request` and `letter` weigh a clause by."""

from __future__ import annotations

TECHNOLOGY = frozenset({"TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY"})
WHERE = frozenset({"PLACE", "POSTCODE"})
TOPIC = TECHNOLOGY | {"SITE_ONE", "SITE_MANY", "REPOWERING", "REVENUE", "RATE", "FIT", "ID", "COUNT", "COMPARE"}
LISTED = WHERE | {"COMMA", "AND", "OR"}
FAMILY_OF = {
    **dict.fromkeys(("AMOUNT", "NUMBER", "VAGUE_AMOUNT"), "figure"),
    **dict.fromkeys(("YEAR", "DATE", "MONTH", "DECADE"), "date"),
    **dict.fromkeys(TECHNOLOGY, "technology"),
    **dict.fromkeys(WHERE, "place"),
    "TIME": "time",
    "SIZE": "size",
    "SUPER": "sort",
    "RATE": "rate",
    "REVENUE": "revenue",
    "REPOWERING": "repowering",
}
NO_FILTER_WORDS = """
    STORY UNKNOWN FOREIGN COMPOUND OWN NOT UNSAYABLE COMMA STOP DASH OPEN CLOSE SLASH AND OR BUT IN NEAR FROM TO WITHIN
    BY ABOUT REFER MORE_OF VAGUE LAST NEXT FIRST OLD AGO AFTER BEFORE SINCE UNTIL CAPACITY MORE LESS PER GROUP
    GROUP_OTHER
    WHICH EXTREME ORDINAL LIMIT AREA BETWEEN SUPPORT BUILT LEFT EXPIRE SITE_ONE SITE_MANY PLACE POSTCODE MONTH TOTAL
    HOWMUCH DISTANCE ABOUT_AFTER PLUS EVERYWHERE MOST ALL
"""
ASIDE = frozenset(
    {
        "STORY",
        "COMPOUND",
        "UNKNOWN",
        "NUMBER",
        "MONTH",
        "DATE",
        "COMMA",
        "STOP",
        "IN",
        "TO",
        "AND",
        "DASH",
        "FIRST",
        "NEXT",
        "LAST",
    }
)
NO_FILTER = frozenset(NO_FILTER_WORDS.split())
PLAIN_FILTERS = frozenset({"AMOUNT", "VAGUE_AMOUNT", "YEAR", "BUILT", "TIME", "MORE", "LESS", "BETWEEN"} | TECHNOLOGY)
COUNTED_THINGS = frozenset({"STORY", "UNKNOWN", "FOREIGN", "COMPOUND", "GROUP_OTHER"})
