"""Turns of speech that tell a story from a request, as patterns over the text; request.py reads by them.

cuts        where one clause ends and the next begins
tells       a clause that speaks of the asker, of others, or of how things are
wishes      a clause that says what is wanted, also where it tells
DECLARES    a clause that names the place in question ("our region is the North East")
opens       a clause that asks
DISMISSES   "never mind the weather"
SIGNED, BARE_NAME   the end of a letter
PURPOSE, REASON     what the answer is for
PAST, HAS   what was, and what the asker or others have and say: figures in it are no filters
preambles   "my daughter's teacher wants to know"
ASKER       "Caller wants", "He asks", "What I am after is"
SALUTES, APOLOGY    "Respected sir", "Mrs Patel", "Sorry for the late reply"
refers, THERE       words that take up what the clause before named; THERE: where it was
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.fit_query.words import word_bag, word_set

_MARKS = r"(?<!\bno)[.;?!]+(?=\s|$)|\n+|,(?=\s)|:(?=\s)|\s[-–—]+\s"
_CUT = re.compile(
    rf"(?:{_MARKS}"
    r"|\b(?<!or )so\b(?! far\b| that\b|-)|\bbut\b|\banyway\b|\b(?:because|although|though)\b|\bas\b(?= (?:i|we"
    r"|my|our|he|she)\b)"
    r"|\band\b(?=\s+(?:(?:i|we|they|he|she|you)\b|(?:i|we|they|he|she|it|that)['’]|i[md]\b|(?:my|our|now"
    r"|someone|somebody|everyone|then(?! (?-i:[A-Z])))\b"
    r"|(?:the|her|his|their) (?:kids|boss|client|council|wife|husband|bank|neighbours?)\b"
    r"|(?:needs?|wants?|show|find|list|give|could|can|please|which|what|how)\b)))",
    re.IGNORECASE,
)
LEAD = (
    r"^\W*(?:(?:and|but|well|ok|okay|so|now|look|honestly|anyway|because|as|since|while|though|although|think|yes|oh|"
    r"between (?:ourselves|us|you and me)|whatever you do|by the way|btw|first|sorry|for context|fyi)\W+)*"
)
KIN = (
    r"(?:mum|dad|mother|father|gran|granny|grandma|grandad|granddad|"
    r"grandpa|nan|uncle|aunt|auntie|brother|sister)"
)
_SOMEONE_WORDS = "i we im ive he she everyone everybody someone somebody nobody my our ours mine his her us"
_SOMEONE = re.compile(rf"\b(?:{'|'.join(_SOMEONE_WORDS.split())})\b", re.IGNORECASE)
_TELLS = re.compile(
    rf"{LEAD}(?:{KIN}\b|(?:it|this)(?:['’]s| is| was| has| had|s)\b|there(?:['’]?s| is| was| are"
    rf"| were| has| have)\b|people\b|they\b"
    r"|(?:the|an?) [\w-]+['’]s (?:in|at|near|from|off|on)\b|(?:the|a|an|this|that|some|one|two|three|last|these"
    r"|those) (?:[\w'’-]+ ){1,4}?(?:was|were|is|are|has|had|have|went|said|says"
    r"|calls|shows|states|reads"
    r"|got|came|swore|reckons?|thinks?|keeps?|kept|makes?|made|told|asked|seems?|wants?|needs?|hopes?|plans?"
    r"|lives?|works?|starts?|(?<!\bin )(?<!\bnear )(?<!\baround )(?<!\bat )(?-i:[a-z'’-]{3,}(?:ed|ing))"  # not Worthing
    r"|(?:is|are|was|were|does|do|did|has|have|had|ca|could|wo|would)n['’]?t)\b"
    r"|(?:just |only just |have |having )?(?:got|been|moved|come|came|finished|left|seen|read|heard|met|bought"
    r"|arrived|driven|drove)\b|off to\b|new (?:to|at|here)\b|it['’]?s been\b"
    r"|(?:[\w'’-]+ ){1,3}(?:was|were|used to)\b|born\b|given\b"
    r"|considering\b|despite\b|never\b"
    r"|been\b"
    r"|having\b|(?:[\w'’-]+ ){1,5}(?:says?|said|reckons?)\b"
    r"|(?:customers?|callers?|clients?|visitors?|residents?|members?)\b|further to\b"
    r"|following (?:your|our|my|the|his|her|their|up|on|last|yesterday)|thank(?:s| you) (?:\w+ )?for (?:the|your|that"
    r"|this)|in (?:reply|response|answer) to|with (?:reference|regard) to (?:your|our|my|the)|as (?:discussed|agreed"
    r"|promised|requested)\b)",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"(?:\b(?:would|do)|['’]d) (?:love|like)\b(?! to (?!see|know|find|have|get|check|look|view|list))"
    r"|\b(?:can|could|may|might) (?:i|we) (?:please |just |also )?(?:have|see|get|be (?:sent|shown|given)|know|ask)\b"
    r"|\b(?:search|seek|hunt|chase|fancy|(?:want(?:s|ed|ing)?|need(?:s|ed|ing)?)(?! to (?!see|know|find|have"
    r"|get|check|look|view|list|compare|pull|identify|count|ask))|after(?= (?:\w+ ){0,3}(?:turbines?|solar|wind"
    r"|hydro|sites?|pv|ad|chp|anything|something))"
    r"|i['’]?m after|we['’]?re after|looking (?:for|at|to)|looks? (?:for|at)|interested|cares?(?= about)|only"
    r"|prefer|must|should"
    r"|like to (?:see|know|find|have|get|check)|love to (?:see|know|find|have|get)|deal in|deals in"
    r"|limit(?:ed)?|budget|ceiling|floor|cut[- ]?off"
    r"|asked (?:about|for)|asking (?:about|for)|ask(?:s|ed)? (?:me|us) (?:about|for|to find|to list|to get)"
    r"|wish|hoping|hunting|searching|seeking|show(?:ing)?|find|(?<!\bmy )(?<!\bour )(?<!\bthe )list|give|pull up"
    r"|which of|how many|how much|limit"
    r"|invest in|do business|can afford|cover|target|specialise|focus(?:ed"
    r"|ing)? on)\b",
    re.IGNORECASE,
)
DECLARES = re.compile(
    r"\b(?:my|our|the) (?:area|region|patch|county|territory|place|location|town|district) (?:is|are|covers"
    r"|of interest is|must be|should be)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:\b(?:would|do)|['’]d) (?:love|like)\b(?! to (?!see|know|find|have|get|check|look|view|list))"
    r"|\b(?:show\w*|find|list|give|get|pull|bring up|tell|which|what|whats|what['’]s|how many|how much|any"
    r"|anything|are there|is there"
    r"|where|can|could|would|please|pls|plz|need|needs|want|wants|after|looking for|looking at|interested in"
    r"|compare|sort|let|lets"
    r"|see|display|fetch|search|look up|count|number of|do you|have you|every|all|just|only|check|identify|who)\b",
    re.IGNORECASE,
)
DISMISSES = re.compile(
    rf"{LEAD}(?:never mind|nevermind|forget about|don['’]?t (?:worry|bother|fret) (?:about|with|over)"
    rf"|enough (?:of|about)|leaving aside"
    r"|setting aside|leave aside|not bothered about|(?:i|we)(?: was| were|['’]d been) (?:going|about|meaning|planning)"
    r" to (?:ask|look|say|enquire)(?: about| at| for)?|not (?:here )?to (?:chat|talk) about)\b",
    re.IGNORECASE,
)
SIGNED = re.compile(
    r"(?:^|[.,;!?\n–—-])\s*(?i:(?:with )?(?:many|kind|kindest|best|warm|warmest|lots of|much)?\s*"
    r"(?:thanks|thank you|thankyou|regards|wishes|cheers|ta|best|yours|sincerely|thx|love)"
    r"(?: (?:so|very) much| again| in advance| a lot| a million| for (?:your|any|the) \w+| (?:sincerely"
    r"|faithfully|truly|ever))*)"
    r"\s*[,.!\n–—-]*\s*(?P<name>[A-Z][\w'’.-]*(?:[ ,.\n(/&–—-]+[\w'’.-]+){0,9})?[\s.!)xX]*$"
)
BARE_NAME = re.compile(r"(?<=[.?!\n])[ \n]*[–—-]?\s*(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]*\.?)?)\s*[.x]*\s*$")
REASON_NOUN = (
    r"(?:leaflets?|reports?|projects?|talk|lectures?|presentations?|essays?|dissertation|thesis|articles?"
    r"|papers?|meetings?"
    r"|slides?|deck|newsletter|homework|assignment|study|survey|debate|quiz|exhibition|blog|podcast|books?"
    r"|documentary"
    r"|website|class|classes|workshop|bid|tender|clients?|customers?|friends?|neighbours?|boss|colleagues?"
    r"|manager|board"
    r"|committee|council|mum|dad|wife|husband|sister|brother|son|daughter|uncle|nan|gran|grandad|kids|pupils"
    r"|students|school|college|exercise|event"
    r"|fair|funder|funders|investors?|review|case|business plan|plan|guide|poster|display|parish|village"
    r"|society|records|files|interview|story|piece|column|bet)"
)
# Where the request begins behind a purpose without a comma: "for a study of blade fatigue I want the oldest turbines".
_ASKS = (
    r"\b(?:(?:i|we)(?: would|['’]d| do)? (?:want|need|like|require|wish|must)|(?:can|could|would) (?:you|i|we)|show"
    r"|list|find|give|get|pull|fetch|which|what|how (?:many|much|big))\b"
)
# "For the insurance renewal we need", "Ahead of Thursday's board, please list": up to where the request begins.
LEADING_PURPOSE = re.compile(
    r"(?:^|(?<=[.!?,]\s))\W*(?:for|because of|ahead of|in preparation for|before|in advance of|as part of"
    r"|to prepare for)\s+"
    r"(?:the|an?|my|our|this|that|his|her|their|tomorrow|next|tonight|monday|tuesday|wednesday|thursday|friday)\b"
    r"[^.,;:?!\n]{2,60}?(?:,\s*(?=(?:please|pls|can|could|would|show|list|find|give|i|we)\b)"
    r"|\s+(?=(?:i|we)(?:['’]d| would| need| want| require| have to)\b))",
    re.IGNORECASE,
)
PURPOSE = re.compile(
    rf"\bfor (?:a|an|my|our|the|his|her|their|some|this|tomorrow['’]s|next week['’]s"
    rf"|today['’]s)\s+(?:[\w'’-]+\s+){{0,4}}?{REASON_NOUN}\b(?:(?!{_ASKS})[^.,;?!\n])*"
    r"|\b(?:would you |will you |can you )?before (?:i|we|he|she|they|my|our|his|her"
    r"|the (?:boss|meeting|call|kids|deadline))\b[^.,;?!\d\n]*$",
    re.IGNORECASE,
)
REASON = re.compile(
    rf"{LEAD}(?:(?:it|this|that)(?:['’]?s| is) (?:all |just |only )?(?:for|because|to)\b|because\b|as (?:i|we"
    rf"|my|our)\b|since (?:i|we|my|our|it)\b"
    r"|so (?:that )?(?:i|we|he|she|they) (?:can|could|know)\b|to settle\b|in case\b|(?:my|our|his|her) (?:boss|wife"
    rf"|husband|mp|son|daughter|kids?|children|class|pupils|students|partner|manager|client|chairman|{KIN})\b|(?:i"
    rf"|we)['’]?(?:m|re|ve| am| are| have)\b"
    r"|(?:i|we) (?:bought|used|live|lived|work|worked|run|own|promised|told|said)\b|(?:doing|writing|preparing"
    r"|working on)\b)",
    re.IGNORECASE,
)
PAST = re.compile(
    r"^\W*having (?:just |now |already |recently |finally )?(?:sold|bought|built|been|seen|had|lost|made|run|spent"
    r"|\w+ed)\b|"
    r"\b(?:i|we|he|she|they|who|everyone|everybody|someone|somebody|nobody|people|(?:my|our|his|her|the|a"
    r"|an) (?:[\w'’-]+ ){1,3}?)\s*"
    r"(?:\w+ly )?(?:was|were|had|bought|built|lived|grew|put|went|got|sold|used|started|came|left|ran|swore"
    r"|said|told|thought"
    r"|heard|met|saw|found|made|took|paid|began|[a-z]{3,}ed)\b|\b(?:ours|mine)\b|\bused to\b|\bonce\b|\bborn\b",
    re.IGNORECASE,
)
HAS = re.compile(
    r"\b(?:i|we|he|she|they|(?:my|our|his|her|the|their) (?:[\w'’-]+ ){1,3}?)\s*(?:already |also |only |just )?"
    r"(?:own|owns|run|runs|have|has|hold|holds|manage|manages|farm|farms|operate|operates|look after"
    r"|looks after|rent|lease"
    r"|says?|reckons?|claims?|swears?|insists?|believes?)\b|['’]ve (?:already )?got\b|\b(?:says|reckons|claims"
    r"|swears|insists)\b",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"\b(?:i['’]?ve |i have |we['’]?ve |we have )?been asked (?:by [^,.;]{1,40}? )?(?:about|for|to find|to list"
    r"|to get|whether|if)\b|"
    r"(?:\b(?:my|our|the|a|an|his|her|this|one of (?:my|our|the)) (?:[\w'’-]+ ){1,6}?"
    r"|(?:^|(?<=[.!?]\s))(?-i:[A-Z])[a-z]+ (?:(?:in|from|at) (?:the )?\w+ )?)"
    r"(?:wants?|needs?|would like|asked|asks|is asking|was asking|keeps asking|has asked|wondered|wonders"
    r"|is wondering|told|is after)"
    r"(?: me| us)?(?:(?: (?:to (?:know|see|find(?: out)?|ask|have|get|check|look at|look up|list|pull|show)|for"
    r"|about|if|whether))+"
    r"(?: you)?(?: (?:about|for))?\b"
    r"|(?= (?:the|all|any|some|every|how|which|what|total|average|regional(?:ly)?|newest|oldest|biggest|smallest)\b))",
    re.IGNORECASE,
)
_WANTS = (
    r"(?:wants?|needs?|would like|['’]d like|asks?|is asking|was asking|asked|requests|requested|wishes"
    r"|(?:is|was|are|were|['’](?:s|m|re)) (?:after|looking for|interested in|enquiring about|asking (?:about|for))"
    r"|enquire[sd]|wondered|wonders|is wondering)(?!\s+(?:19|20)\d\d)"
)
_TO_KNOW = (
    r"(?: (?:me|us))?(?: (?:to (?:know|see|find(?: out)?|have|get|check|look at|look up|list|pull(?: up)?|show|be told"
    r"|be sent)|for|about|if|whether))*"
)
# "He asks", "Caller wants", ": wants", "What I am after is", at the beginning of a clause.
ASKER = re.compile(
    rf"(?:(?<=[.;:!?,\n)])\s*|^\W*)(?:(?:he|she|they|(?:the |this |our )?(?:caller|customer|client|cust|visitor"
    r"|gentleman|lady)|m(?:r|rs|s|iss)\.? [A-Z]\w+)(?:\s+|(?=['’])))?(?:also |just |only |really |now )?"
    rf"(?:\b|(?=['’])){_WANTS}{_TO_KNOW}\b(?! (?:is|was|are|were)\b)"
    r"|\b(?:what|all)\s+(?:i|we|he|she|they|(?:the |my |our )?(?:client|customer|caller|boss|council|board))"
    r"\s*(?:['’](?:m|re|d|s|ve)\b|\b(?:am|are|is|was|were|have|has|would|really|actually|just|now)\b|\s)*"
    r"(?:after|wanted|wants?|needed|needs?|like|looking for|interested in|asking (?:for|about)|hoping (?:for|to (?:see"
    r"|get|find)))(?: to (?:see|know|have|get|find))?\s*(?:here |now |today )?(?:is|are|was|were|:|['’]s)(?!\w)",
    re.IGNORECASE,
)
SALUTES = re.compile(
    r"^\W*(?:(?:respected|dear|hi|hello|hey|good (?:morning|afternoon|evening))\W+)+(?:(?:sirs?|madams?|team|all|both"
    r"|folks|colleagues|again|there|or)\b\W*)*(?:(?-i:[A-Z])\w+(?: (?-i:[A-Z])[\w'’-]+)? (?:here"
    r"|speaking)\b[^.,;:!?\n]*)?"
    r"|^\W*(?:it['’]?s |this is )?(?-i:[A-Z])\w+(?: (?-i:[A-Z])[\w'’-]+)? (?:here|speaking)\b[^.,;:!?\n]*"
    r"|\b(?-i:Mrs?|MRS?|Ms|Miss|Dr|Prof|Cllr)\b\.?\s+(?:(?-i:[A-Z])\.?\s+)?(?-i:[A-Z])[\w'’-]+",
    re.IGNORECASE,
)
APOLOGY = re.compile(
    r"\b(?:sorry|apologies)\s+(?:for|about|to (?:bother|trouble|disturb|chase|keep|ask|be))\b"
    r"(?:(?!\b(?:but|and|so|can|could|would|please|what|which|how|just|show|list|find|give)\b)[^.,;:!?\n])*",
    re.IGNORECASE,
)
# What people say before they come to the point.
SMALL_TALK = re.compile(
    r"(?:^|(?<=[.!?,]))\s*(?:what )?(?:an? )?(?:lovely|awful|terrible|grim|beautiful|dreadful|miserable|horrid"
    r"|glorious|nice"
    r"|filthy|rotten|cracking|gorgeous|foul|wild|crazy|mad) (?:weather|day|morning|afternoon|evening|week|weekend)\b"
    r"[^.;?!]{0,50}(?:[.;?!]|$)"
    r"|\b(?:when(?:ever)?|once|if|as soon as) (?:it['’]?s not|you['’]?(?:ve|re)|you (?:get|have|find|can|could"
    r"|would)(?! me| us))"
    r"\b[^,.?!\n]{3,45},"
    r"|\b(?:i |we )?hope (?:you|your|everyone|everybody|all|this|that|things)\b[^.,;?!\n]{0,60}(?=[.,;?!\n]|$)"
    r"|\bhow(?: are|['’]?s) (?:you|things|it going|tricks|the family)\b[^.?!\n]{0,30}[.?!]",
    re.IGNORECASE,
)
# A question that is asked for the sake of talk, and wants no answer.
RHETORIC = re.compile(
    r"^\W*(?:who (?:doesn['’]?t|wouldn['’]?t|does not|would not|can resist|hasn['’]?t|could resist)|what['’]?s not to"
    r"|(?:is|are|was|does|do|would)(?:n['’]t|nt) (?:it|they|we|you|that|this|everyone|everybody|life|nature|green"
    r"|renewable|wind|solar|hydro|biogas)"
    r"|ever (?:wondered|noticed|thought|seen)|have you ever|did you (?:ever|know)|do you (?:ever|know what"
    r"|remember when)"
    r"|you know what|know what|guess what|remember when|who (?:knew|needs|would have thought)"
    r"|how (?:hard|difficult) can it be"
    r"|what could (?:be|possibly)|why not)\b[^.?!\n]*[?!.…]+(?=\s)",
    re.IGNORECASE,
)
_REFERS = re.compile(r"\b(?:they|them|those|these|ones|others?|another|it|that one|same)\b", re.IGNORECASE)
THERE = re.compile(
    r"\b(?:they|there|here|their)\b"
    r"|\b(?:in|near|around|for|of|across|from|between|at|within|round)\s+(?:just |only )?"
    r"(?:(?:those|these|both|either|the(?= two| three| same| latter| former)|that|this|the same)\b(?:\s+of)?(?:\s+(?:"
    r"the|those|two|three|four|them|same)\b)*"
    r"(?=\s*(?:$|[.,;:?!)]|count|town|cit|place|area|region|postcode|district|village|island|part|with|have|has|that"
    r"|which|over|under|above|below|built|commissioned|of|and|or|at|are|is|by)))",
    re.IGNORECASE,
)

# Words of which a clause has one where the pattern of that name matches: a cheap look before a costly one.
_SPEAKING = word_set(_SOMEONE_WORDS)
_OPENERS = word_set(
    """
    would do d show find list give get pull bring tell which what whats how any anything are is where can could please
    pls plz need needs want wants after looking interested compare sort let lets see display fetch search look count
    number have every all just only check identify who
    """
)
_WISHING = word_set(
    """
    would do d can could may might search seek hunt chase fancy want wants wanted wanting need needs needed needing
    after looking look looks interested care cares only prefer must should like love deal deals limit limited budget
    ceiling floor cut cutoff asked asking ask asks wish hoping hunting searching seeking show showing find list give
    pull which how invest afford cover target specialise focus focused focusing
    """
)
_WANTING = word_set("asked want wants need needs like asks asking wondered wonders wondering told after")
_REFERRING = word_set("they them those these one ones other others another it that same")
_CUTTING = word_set("so but anyway because although though as and")
_CUT_MARKS = re.compile(r"[.;?!,:\n–—-]")
_BY_MARK = re.compile(_MARKS, re.IGNORECASE)


def cuts(text: str) -> Iterator[re.Match[str]]:
    """What ends a clause (a stop) or begins one ("because")."""
    if not _CUTTING.isdisjoint(word_bag(text)):
        return _CUT.finditer(text)
    return _BY_MARK.finditer(text) if _CUT_MARKS.search(text) else iter(())


_FAVOUR = re.compile(rf"{LEAD}(?:could you |can you )?do (?:us|me) a (?:\w+ )?favour\b,?", re.IGNORECASE)


def tells(clause: str) -> bool:
    """Whether `clause` speaks of the asker, of others, or of how things are."""
    if "favour" in word_bag(clause):
        clause = _FAVOUR.sub("", clause)
    if not _SPEAKING.isdisjoint(word_bag(clause)) and _SOMEONE.search(clause):
        return True
    return _TELLS.match(clause) is not None


def opens(clause: str) -> bool:
    """Whether `clause` asks."""
    words = word_bag(clause)
    may_open = not _OPENERS.isdisjoint(words) or any(word.startswith("show") for word in words)
    return may_open and _OPENS.search(clause) is not None


def wishes(clause: str) -> bool:
    """Whether `clause` says what is wanted."""
    return not _WISHING.isdisjoint(word_bag(clause)) and _WISHES.search(clause) is not None


def refers(clause: str) -> bool:
    """Whether `clause` takes up what was named before."""
    return not _REFERRING.isdisjoint(word_bag(clause)) and _REFERS.search(clause) is not None


def preambles(text: str) -> Iterator[re.Match[str]]:
    """ "my daughter's teacher wants to know"."""
    return iter(()) if _WANTING.isdisjoint(word_bag(text)) else _PREAMBLE.finditer(text)
