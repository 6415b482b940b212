"""Technologies as questions name them, well spelt or not.

    find_technologies(text) -> [TechnologyMention(start, end, text, technology)]   plain names only
    evidence_for("Wind", text) -> "wnd" or None    the first word that can stand for it, misspelt too

"Turbine" is Wind, but Hydro after "hydro" or "water". Batteries, heat pumps, tidal and the like are
OTHER_TECHNOLOGIES: nothing in the data.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from tasks.fit_query.words import Word, split_words, word_set

_NAMES = {
    "Wind": "wind winds turbine turbines windfarm windfarms windturbine windturbines windmill windmills windpower"
    " wtg wtgs hawt hawts turbs tbine tbines eolic onshore aerogenerator aerogenerators",
    "Photovoltaic": "solar pv pvs photovoltaic photovoltaics panel panels solarfarm solarfarms"
    " solarpanel solarpanels photovoltaik fotovoltaic solars spv",
    "Hydro": "hydro hydros hydroelectric hydroelectricity hydropower waterpower watermill watermills waterwheel"
    " hydel hyd hydroel hep",
    "Anaerobic digestion": "ad ads anaerobic digestion digester digesters digestor digestors biogas"
    " biodigester biodigesters",
    "Micro CHP": "chp chps mchp microchp cogen cogeneration cogenerator cogenerators",
}
_BY_WORD = {word: technology for technology, words in _NAMES.items() for word in words.split()}
# Words that support a technology without naming it: "water power", "combined heat and power", "bio gas".
_HINTS = {
    "Wind": "breeze rotor rotors",
    "Photovoltaic": "voltaic voltaics sun sunshine module modules photo p",
    "Hydro": "water river weir stream mill dam",
    "Anaerobic digestion": "bio gas digest digesting slurry methane digested a waste",
    "Micro CHP": "combined heat generation co c micro",
}
_HINTED = {technology: frozenset(words.split()) for technology, words in _HINTS.items()}
_MISSPELT = {
    "Wind": "wnd wid widn wnid iwnd wimd winf wiind winnd windd wund eind qind wnids trubine trubines tubine tubines"
    " turbns turbn trbns trbn turb trbine trbines turbnes turbins turbis",
    "Photovoltaic": "solr slr soalr sloar sollar solor soler slar solat aolar solarr olar solra sola pvv"
    " panles pannels pannel",
    "Hydro": "hyrdo hrydo hydo ydro hyrdro hdyro hidro hydr hyro hyddro hydor hyrdoelectric",
    "Anaerobic digestion": "biogass bio-gas biogs biogaz bogas boigas bigas",
    "Micro CHP": "cph chpp",
}
_BY_MISSPELLING = {word: technology for technology, words in _MISSPELT.items() for word in words.split()}
_LONG = tuple(word for word in _BY_WORD if len(word) > 5)
# Near in spelling, far in meaning.
_NOT_MISSPELT = word_set(
    """
    digestive suggestion congestion ingestion question questions channel channels anaerobically aerobic windows panel
    hydrogen hydrotherapy hydration hydrant hydroponics digest turbid turbo turbulent anabolic windsor pannier
    """
)

OTHER_TECHNOLOGIES = re.compile(
    r"\b(?:batter(?:y|ies)|heat\s?pumps?|tidal|geothermal|nuclear|biomass|coal(?:[- ]fired)?|gas[- ](?:fired"
    r"|turbines?|plants?|peakers?)"
    r"|(?:wave|tide)\s+(?:power|energy)|energy storage|electricity storage|ev charg\w+|charging points?|fuel cells?"
    r"|hydrogen"
    r"|landfill gas|diesel|incinerators?|energy from waste|solar thermal|solar water heat\w*|air source|ground source"
    r"|boilers?)\b",
    re.IGNORECASE,
)
# Names of several words, of which none names the technology alone.
_PHRASES = (
    ("Hydro", re.compile(r"\b(?:water[\s-]?(?:power|wheels?|mills?)|archimed(?:es|ean) screws?)\b", re.IGNORECASE)),
    ("Micro CHP", re.compile(r"\bcombined[\s-]+heat[\s-]*(?:\w{1,3}\s+|[&+]\s*){1,2}power\b", re.IGNORECASE)),
    ("Anaerobic digestion", re.compile(r"\b(?:bio[\s-]gas|a(?:y|ye)? dee)\b", re.IGNORECASE)),
    ("Photovoltaic", re.compile(r"\b(?:pee|p) vees?\b", re.IGNORECASE)),
    # Spelled letter by letter, as dictation writes them.
    ("Photovoltaic", re.compile(r"(?<!\b[a-z] )\bp[ .]+v\b(?! [a-z]\b)", re.IGNORECASE)),
    ("Anaerobic digestion", re.compile(r"(?<!\b[a-z] )\ba[ .]+d\b(?! hoc| [a-z]\b)", re.IGNORECASE)),
    ("Micro CHP", re.compile(r"(?<!\b[a-z] )\bc[ .]+h[ .]+p\b(?! [a-z]\b)", re.IGNORECASE)),
)
_AD_OTHERWISE = word_set(
    """
    hoc lib campaign campaigns agency agencies agent man space company firm budget blocker
    """
)
_NOT_AFTER_TURBINE = frozenset({"hydro", "water", "hydroelectric", "hydropower", "stream"})


class TechnologyMention(NamedTuple):
    """`text` is `question[start:end]`; `either` also fits: a bare "turbine" may belong to Hydro."""

    start: int
    end: int
    text: str
    technology: str
    either: str | None = None


def find_technologies(text: str, *, misspelt: bool = False) -> list[TechnologyMention]:
    """Named technologies in order, one mention a word; "ad hoc" is none. `misspelt`: near spellings too."""
    words = split_words(text)
    mentions = []
    for number, word in enumerate(words):
        before = words[number - 1].key if number else ""
        after = words[number + 1].key if number + 1 < len(words) else ""
        technology = meant_technology(word.key) if misspelt else _BY_WORD.get(word.key)
        if technology is None or _means_something_else(word.key, before, after, text[word.start : word.end]):
            continue
        either = None
        if technology == "Wind" and "turb" in word.key:
            technology, either = ("Hydro", None) if before in _NOT_AFTER_TURBINE else ("Wind", "Hydro")
        mentions.append(TechnologyMention(word.start, word.end, text[word.start : word.end], technology, either))
    named = [
        TechnologyMention(found.start(), found.end(), found.group(), technology)
        for technology, pattern in _PHRASES
        for found in pattern.finditer(text)
    ]
    return sorted([*mentions, *named]) if named else mentions


def names_technology(key: str) -> bool:
    """Whether the word is a well spelt name of a technology."""
    return key in _BY_WORD


def _means_something_else(key: str, before: str, after: str, written: str) -> bool:
    """ "ads" but not "ADs", "winds", "ad hoc", and "panel" without "solar" before it."""
    if written == "ADs":
        return False
    if key in ("panel", "panels"):
        return before not in ("solar", "pv")
    return key in ("ads", "winds") or (key == "ad" and after in _AD_OTHERWISE)


@lru_cache(maxsize=4096)
def meant_technology(key: str) -> str | None:
    """The technology that one word names, perhaps misspelt: 1 slip from 6 letters, 2 from 9."""
    technology = _BY_WORD.get(key) or _BY_MISSPELLING.get(key)
    if technology or len(key) < 6 or key in _NOT_MISSPELT:
        return technology
    near = min(_LONG, key=lambda word: OSA.distance(key, word))
    slips = 1 if len(key) < 9 else 2
    return _BY_WORD[near] if OSA.distance(key, near) <= slips and key[0] == near[0] else None


def evidence_for(technology: str, text: str) -> str | None:
    """The words of `text` that `technology` can rest on, or None when nothing there speaks of it."""
    words = split_words(text)
    hint: Word | None = None
    for word in words:
        meant = meant_technology(word.key)
        if meant == technology or (technology == "Hydro" and meant == "Wind" and "turb" in word.key and hint):
            return text[word.start : word.end]
        if hint is None and word.key in _HINTED[technology] and len(word.key) > 2:
            hint = word
    if hint is not None:
        return text[hint.start : hint.end]
    spoken = next((found for name, pattern in _PHRASES if name == technology and (found := pattern.search(text))), None)
    if spoken is not None:
        return spoken.group()
    letters = " ".join(word.key for word in words)
    dotted = {"Photovoltaic": r"\bp v\b", "Anaerobic digestion": r"\ba d\b", "Micro CHP": r"\bc h p\b"}.get(technology)
    found = re.search(dotted, letters) if dotted else None
    return found.group() if found else None
