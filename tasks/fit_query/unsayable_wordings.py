"""Wordings of what no field can say, by kind, for unsayable.py: distances, statistics, rankings, deeds, exclusions.

To add one: the words must hardly mean anything else in a question, wherever they stand; a twin of it that can be
answered belongs into tests/tasks/fit_query/test_signs.py. What is only likely to be meant so belongs into subject.py.
"""

from __future__ import annotations

_FIT = r"(?:\bfit(?:\s*ids?)?[\s:#-]*|\bids?(?:\s+(?:are|were|being)\b)?[\s:#-]*)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_TIMES = rf"(?:{_WEEKDAY}|week|month|morning|evening|day|quarter)"
# (name, regular expression, in which case does not matter); the first that matches is told.
WORDINGS: tuple[tuple[str, str], ...] = (
    (
        "distance",
        r"\bwithin\s+(?:an?|about|around|roughly|[\w.,]{1,12})\s*[\w-]{0,12}\s*(?:miles?|mi|kms?|kilomet(?:re|er)s?"
        r"|met(?:re"
        r"|er)s?|m|mins?|minutes?|hours?)(?:'|’)?\s*"
        r"(?:drive\s+|walk\s+)?(?:of|from|radius|around)\b"
        r"|(?<!drove )(?<!driven )(?<!walked )(?<!cycled )(?<!travelled )"
        r"\b(?:[\d.,]{1,9}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty"
        r"|sixty"
        r"|a hundred|a few|a couple of|several|some)\s*-?\s*(?:miles?|mi|kms?|kilomet(?:re|er)s?)\s+(?:out\s+)?"
        r"(?!of (?:it|them|which|that|walking|driving)\b)"
        r"(?:of|from|radius|around|away|north|south|east"
        r"|west)\b"
        r"|\b(?:an?|half an|\d+)\s+(?:hours?|minutes?|(?<!\ba )mins?)(?:['’]s?)?\s+(?:drive |walk )?(?:from|away from"
        r"|of)\b(?! now)"
        r"|\b[\d.,]{1,9}\s*-?\s*(?:mile|km|kilometre|kilometer)\s+(?:radius|zone|circle|ring)\b|\b(?:mile"
        r"|km)s?\s+radius\b|[<≤~]\s?\d[\d.]{0,4}\s?(?:miles?|mi|kms?|kilomet(?:re|er)s?)\b"
        r"|\b(?:under|less than|up to|not? more than|max|at most|about|approx|around|within)\s\d[\d.]{0,4}\s?"
        r"(?:mi|miles?|kms?)\s+(?:of|from|round|around|by|near|to|(?-i:[A-Z]))",
    ),
    (
        "statistic",
        r"\bmedians?\b(?! (?:age|strip|or mean, i)\b)"
        r"|\bpercentages?\b|\bper\s?cent\b(?! (?:sure|certain|positive|convinced|honest)\b)"
        r"|\bwhat (?:share|proportion|fraction)\b|\b(?:share"
        r"|proportion) of\b|\bstandard deviation\b|\b(?:load|capacity|power) fac\w*\b|\btorques?\b|\bwhat %"
        r"|\b(?:inter)?quartiles?\b|\bst(?:an)?d\.? dev\w*|\brunners?[- ]up\b|\bper (?:head|resident|capita)\b"
        r"|\b(?:co2|carbon) (?:saved|savings?|avoided|offset|reductions?)\b",
    ),
    (
        "owner",
        r"\bwho (?:actually |really )?(?:owns?|operates?|runs?|manages?|manufactur\w+|makes|made|supplie[sd]"
        r"|install(?:s|ed)"
        r"|develop(?:s|ed)|built)\s+(?:the |these |those |any |all |each )*(?:of )?(?:wind|solar|pv|hydro|ad|chp|biogas"
        r"|turbines?|panels|digesters?|sites|installations)\b",
    ),
    (
        "year of expiry",
        r"\b(?:expir(?:e|es|ing|ed|y)|(?:tariff|fit|support|contract|subsidy)\s+(?:ends?|ending|stops?|runs? out"
        r"|finish\w*))\s+(?:dates?\s+)?"
        r"(?:is\s+)?(?:in|by|before|after|during|until|on|around|since)\s+(?:the\s+year\s+|\w{3,9}\s+)?20[1-9]\d\b"
        r"|\b(?:expir\w+|tariffs?|support|contracts?|subsid\w+|payments?|fit(?! 20\d\d)|drop\w* (?:off|out)"
        r"|leav\w+ the scheme"
        r"|runs? out|running out|exp|supported|paid|ends"
        r"|laps\w+)\.?(?:\s+(?:end\w*|stop\w*|of|the|scheme|paid|goes|lasts|up|valid|until|at|least)){0,4}"
        r"(?:\s+(?:in|by|before|after|until|till|during))?(?:\s+the year)?\s+20(?:2[2-9]|[34]\d)\b",
    ),
    (
        "exclusion",
        r"\b(?:except|excluding|other than|apart from|but not|not (?:built|commissioned|installed|put up|from|in))\s+"
        r"(?:in |those (?:of|from|in) |from )?(?:19|20)\d\d\b",
    ),
    (
        "exclusion",
        r"\b(?:leav(?:e|es|ing)|cut(?:ting)?|miss(?:ing)?|tak(?:e|ing)|rul(?:e|ing)) out (?:anything|everything"
        r"|whatever|any|all|those|the ones)\b(?! (?:typos?|of that|that))",
    ),
    (
        "exclusion",
        r"\bnot (?:the |those |any )?(?:ones|sites|schemes|stuff) (?:that (?:were|are) |which (?:were|are) )?"
        r"(?:(?:put up|built|commissioned|installed|fitted|from) (?:in )?|in )(?:19|20)\d\d\b",
    ),
    ("exclusion", r"(?:!=|<>|≠)\s*['\"]?\w+"),
    (
        "exclusion",
        r"\b(?:every|all|any) (?:technology|technologies|tech|techs|types?|kinds?|region|place|county)"
        r" (?:but|except|bar|save)\b",
    ),
    (
        "two aggregates",
        r"\b(?:both\s+)?(?:the\s+)?(?:how many|number of|count|total(?: capacity)?)\b[^.?!]{0,60}(?:\band\b|\bplus\b"
        r"|\+|&)"
        r"\s*(?:(?:also|tell me|what(?:['’]?s| is| are))\s+)*(?:the\s+|their\s+|its\s+)?"
        r"(?:average|avg|mean)\b|\b(?:average|avg?|ave|(?<!\bi )(?<!\bwe )mean)\b"
        r"[^.?!]{0,40}\band\s+(?:the\s+|their\s+)?(?:count"
        r"|number|total"
        r"|how many)\b"
        r"|\bhow many\b[^.?!]{0,40}\band\s+(?:what(?:['’]?s| is| are)\s+)?(?:the\s+|their\s+)?(?:total"
        r"|combined)\s+(?:capacity|mw|kw|size)\b"
        r"|\b(?:count|number)\s+and\s+(?:the\s+)?total capacity\b|\btotal capacity and\s+(?:the\s+)?(?:count|number)\b",
    ),
    (
        "two FIT ids",
        rf"{_FIT}0*(\d{{1,7}})\b[^.?!]{{0,30}}?(?:\band\b(?:\s+also\b)?|\bor\b|&|\+|,|\bwith\b|\bw/|\bvs?\b"
        rf"|\bagainst\b|\bversus\b|\bplus\b|\bn\b)\s*(?:the\s+)?{_FIT}?0*(?!\1\b)(\d{{2,7}})\b"
        r"(?!\s*(?:[kmg]?ws?\b|[kmg]?wp\b|kilo|mega|years?|yrs?|months?))",
    ),
    (
        "two FIT ids",
        rf"\b{_FIT}0*(\d{{2,7}})\b(?:(?!\b(?:sorry|no|not|wait|mean|meant|oops|instead|rather|scrap|scratch|actually"
        rf"|correction|make|earlier|but)\b)[^.?!]){{0,60}}?\b{_FIT}0*(?!\1\b)(\d{{2,7}})\b"
        r"(?!\s*(?:[kmg]?ws?\b|[kmg]?wp\b|kilo|mega|years?|yrs?|months?))",
    ),
    (
        "weather",
        r"\bhow\s+(?:gusty|windy|breezy|sunny|cloudy|rainy|stormy|blustery)\b"
        r"|\bwhat(?:['’]?s| is| was| will)\s+the\s+(?:wind|weather)\s+(?:be\s+)?(?:like|doing|up to)\b"
        r"[^.?!]{0,60}\b(?:yesterday|today|tomorrow|tonight|weekend|morning|afternoon|evening|right now|next week"
        r"|last night)\b"
        r"|\b\d+\s*(?:mph|knots|kts)\s+of\s+wind\b"
        r"|\bwind(?:s|\s+speeds?)?\b[^.?!]{0,30}\b(?:knots|mph|beaufort|force\s+(?:\d|gale))\b",
    ),
    (
        "statistic",
        r"\b(?:average|avg|mean|typical)\s+(?:age(?=\s+(?:of|for|by)\b)|years?\s+(?:left|remaining)|time\s+left"
        r"|remaining|lifetimes?)\b"
        r"|\bhow\s+old\b[^.?!]{0,20}\bon\s+average\b|\bper\s+(?:head|capita|person|household|hectare|acre|square)\b"
        r"|\byear[\s-]on[\s-]year\s+(?:change|growth|increase|rise|fall|decline)\b|\bgrowth\s+(?:rate|in|of)\b"
        r"|\bby\s+how\s+much\b|\bcumulative(?:ly)?\b[^.?!]{0,60}\b(?:each|every|by|per)\s+year\b|\brunning\s+totals?\b"
        r"|\b(?:by|per) (?:size|capacity|kw|mw|age|power|rating) (?:bands?|brackets?|buckets?|class(?:es)?|groups?)\b"
        r"|\b(?:average|avg|mean) (?:size|capacity|kw|mw)\s*(?:and|&|\+|n|plus)\s*(?:the )?(?:total|count|number|sum)\b"
        r"|\b(?:total|count|number|sum)(?: (?:of sites|kw|mw|capacity))?\s*(?:and|&|\+|n|plus)\s*(?:the )?(?:average"
        r"|avg|mean)\b|\b(?:count|number)\s*(?:and|&|\+|n|plus)\s*(?:the )?total\b"
        r"|\bout of every (?:\d+|ten|hundred|thousand)\b|\bone in how many\b|\b(?:brackets?|bands|buckets?) of \d"
        r"|\bfor (?:each|every) (?:turbine|site|solar|wind|hydro)\b[^.?!]{0,40}\bhow many\b",
    ),
    (
        "the largest of each group",
        r"\b(?:for|in|from|of)\s+(?:each|every)\s+(?:\w+\s+)?(?:region|technology|postcode\s+area|area|county|year)\b"
        r"[^.?!]{0,30}\b(?:largest|biggest|smallest|newest|oldest|top)\b"
        r"|\b(?:largest|biggest|smallest|newest|oldest)\b[^.?!]{0,40}\b(?:in|for|of|from)\s+(?:each|every)\b"
        r"|\b(?:largest|biggest|smallest|newest|oldest)\b[^.?!]{0,30}\bper\s+(?:technology|region|year"
        r"|postcode area|county)\b"
        r"|\bone apiece\b",
    ),
    (
        "a later place in a ranking",
        r"\bfrom\s+(?:position|rank|number|place|no\.?)\s+\d+\b"
        r"|\b(?:third|fourth|fifth|2nd|3rd|4th|5th|second(?=[ -](?:oldest|newest|largest|biggest|smallest|highest)"
        r"(?! (?:hand|home)\b)))[ -](?:oldest|newest|youngest|largest|biggest|smallest|highest|lowest|most recent)\b"
        r"|\b(?:placed|ranked|ranking)\s+\d+(?:st|nd|rd|th)?\s*(?:to|through|until|till|-)\s*\d+",
    ),
    (
        "two rankings",
        r"\b(?P<rank>newest|oldest|largest|biggest|smallest)\b[^.,;?!]{0,25}\b(?:and|as well as"
        r"|plus)\s+(?:also\s+)?(?:the\s+)?"
        r"(?:\w+\s+)?(?!(?P=rank))(?:newest|oldest|largest|biggest|smallest)\b",
    ),
    (
        "two groups",
        r"\b(?:by|per)\s+(?:region|technology|tech|year|postcode area)\b[^.?!]{0,30}\bbroken down (?:by|into)\b",
    ),
    (
        "alternative dates",
        r"\b(?:up to|before|until|till)\s+(?:19|20)\d\d\s+or\s+(?:from|after|since)\s+(?:19|20)\d\d\b"
        r"|\bor else\b(?! (?:in|near|at|around)\b)",
    ),
    (
        "support that has ended",
        r"\b(?:whose|its|their)\s+(?:\w+\s+)?(?:support|fits?|tariffs?|subsid(?:y|ies)|payments?|contracts?)\s+"
        r"(?:(?:has|have|had)\s+)?(?:already\s+)?(?:ended|expired|run out|ran out|lapsed|finished|stopped|ceased)\b",
    ),
    (
        "year of expiry",
        r"\b(?:last|final)\s+payments?\b[^.?!]{0,15}20[2-4]\d\b",
    ),
    (
        "a month of any year",
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december),?\s+"
        r"(?:whatever|whichever|any|no matter)\s+(?:what\s+)?(?:the\s+)?year\b",
    ),
    (
        "a condition on a count",
        r"\b(?:areas?|regions?|counties|county|towns|years?|places)\b[^.?!]{0,20}\b(?:have|has|had|with|holding"
        r"|containing|hold)\s+"
        r"(?:more|fewer|less|over|under|at\s+least)(?:\s+than)?\s+\d+\s+(?:\w+\s+){0,2}"
        r"(?:sites|installations|turbines|schemes|farms|plants|arrays|digesters)\b"
        r"|\b(?:areas?|regions?|counties|years?)\s+(?:where|in which|whose)\s+(?:the\s+)?(?:mean|average|total"
        r"|number)\b",
    ),
    (
        "exclusion",
        r"\bno\s+\d[\d.,]*\s?[kmg]w\w*\s+(?:ones?|sites?|turbines?|machines?|units?|plants?)\b"
        r"|\bnothing\s+(?:with|in|from|under)\s+an?\s+[A-Z]{1,2}\d{0,2}[A-Z]?\s+post\s?code\b"
        r"|\b(?:any|every|all)\s+(?:other\s+)?years?\s+(?:but|except|bar)\b",
    ),
    (
        "alternative bounds",
        r"(?:<|\b(?:under|below|less than|smaller than))\s*\d[\d.,]*\s*[km]?w?\w*\s+or\s+(?:\w+\s+){0,2}"
        r"(?:>|over\b|above\b|more than\b|bigger than\b)\s*\d"
        r"|(?:>|\b(?:over|above|more than|bigger than))\s*\d[\d.,]*\s*[km]?w?\w*\s+or\s+(?:\w+\s+){0,2}"
        r"(?:<|under\b|below\b|less than\b|smaller than\b)\s*\d",
    ),
    (
        "a bound on the rate",
        r"\b(?:more than|less than|over|under|above|below|at least)\s+\d+(?:\.\d+)?\s?p(?:ence)?(?:\b|/)(?!\.?m)",
    ),
    (
        "the future",
        r"\bwill\b[^.?!]{0,40}\bnext (?:year|month|decade)\b|\bwill\b[^.?!]{0,50}\b(?:in|by)\s+(?:20[3-9]\d"
        r"|twenty[\s-](?:thirty|forty|fifty))\b",
    ),
    (
        "weekday",
        r"\b(?:commissioned|built|installed|registered|opened|accredited)\s+on\s+(?:a\s+|any\s+)?"
        rf"{_WEEKDAY}s?\b",
    ),
    (
        "price",
        r"\b(?:what|how much)\s+(?:would|will|does|do|did|could|might)\b[^.?!]{0,60}"
        r"\b(?:set\s+(?:us|me|you|one)\s+back|cost)\b",
    ),
    (
        "two groups",
        r"\b(?:by|per)\s+(?P<group>region|technology|tech|year|postcode area)\s+(?:and|&|then)(?:\s+then)?(?:\s+also)?"
        r"(?:\s+(?:by|per))?\s+(?!(?P=group))(?:region|technology|tech|year|postcode area)\b(?!\s+(?:of|built|\d))",
    ),
    (
        "opinion",
        r"\bwould you (?:ever |really |yourself |personally )*"
        r"(?:invest|bet|rather|recommend|advise|trust|buy(?! back)|put (?:your|any|all|good) )",
    ),
    (
        "statement",
        r"\b(?:update\s+\w+\s+set\s+\w+\s*=|insert\s+into\s+\w+|delete\s+from\s+\w+|(?:drop|alter|truncate)\s+table\b)",
    ),
    (
        "planning",
        r"(?:^|\b(?:show|list|find|get|pull(?: up)?|any|all|what|which|how many|the|recent|latest|new|live|pending"
        r"|open)\s)"
        r"\s*(?:me\s+|us\s+)?planning\s+app(?:lication)?s?\s+(?:for|in|near|nr|by|on|of|since|submitted|lodged|made)\b",
    ),
    (
        "deed",
        r"(?:^|[.!?]\s+)(?:please\s+|kindly\s+|could you\s+|can you\s+)*(?:book|schedule|arrange|reserve)\s+"
        r"(?:me\s+|us\s+)?(?:an?|the|my|our)\s+(?:\w+\s+)?(?:visit|tours?|trip|meeting|inspection|appointment|room"
        r"|ticket|call|survey)\b"
        r"|\b(?:correct|amend|change|update|alter|fix)\s+(?:the\s+)?(?:\w+\s+of\s+)?fit\s*(?:id\s*)?\d|\bput\s+(?:my|our)\b[^.?!]{0,40}\bon\s+(?:the|your)\s+(?:register|database|list"
        r"|system)\b"
        r"|\b(?:ping|alert|notify|e-?mail|text|tell|message)\s+(?:me|us)\s+(?:when|whenever|once|every time"
        r"|as soon as)\b"
        r"|\bshape\s?files?\b|\bupload\b[^.?!]{0,20}\bto\b"
        r"|"
        r"\b(?:put|plot|mark|pin|stick|draw|drop)\b(?!\s+(?:up|on)\b)[^.?!\n]{0,60}\bon(?:to)?\s+"
        r"(?:an?|the|my|our|google)\s+(?:\w+\s+)?maps?\b"
        r"|(?<!\bi )(?<!\bwe )(?<!\bthey )(?<!\bwho )(?<!\bto )"
        rf"\b(?:e-?mail|send|text|message|post|forward|mail|ring|call|whatsapp|update|notify|remind)\s+(?:me|us)\b[^.?!\n]{{0,60}}\b(?:(?:every|each)\s+{_TIMES}s?\b|(?:dai|week|month)ly\b)"
        r"|(?<!going to )\b(?:book|hire|order|call|send|get|find|schedule)\s+(?:me\s+|us\s+|in\s+)?"
        r"(?:an?|the|my|our)\s+(?:\w+\s+)?"
        r"(?:engineer|electrician|installer|surveyor|technician|plumber|roofer|taxi|cab|hotel|drone|skip|van|fitter"
        r"|mechanic)s?\b"
        r"|\b(?:add|enter|insert|put|include)\s+(?:my|our|his|her|this|another|a new)\b[^.?!\n]{0,50}"
        r"\b(?:to|on|in|into|onto)\s+your\s+(?:list|register|database|system|records?|data\w*|map|books?)\b"
        rf"|(?:^|[.!?]\s+)(?:please\s+|kindly\s+|could you\s+|can you\s+|would you\s+)*remind (?:me|us)\s+"
        rf"(?:to|on|in|at|every|tomorrow|next|about|{_WEEKDAY})"
        r"|\b(?:register|enrol|accredit|sign up|enter|log)\s+(?:my|our|a new|another new)\b"
        r"|\b(?:add|enter|insert)\b[^.?!]{0,50}\b(?:to|into|in)\s+(?:the|your)\s+(?:register|database|system"
        r"|records?)\b"
        r"|\b(?:add|record|delete|remove|change|amend|correct|edit|cancel|transfer)\s+(?:my|our)\s+(?:[\w.-]+\s+){0,4}"
        r"(?:arrays?|panels?|turbines?|installations?|systems?|schemes?|sites?|records?|registration|account|tariff)\b",
    ),
)
