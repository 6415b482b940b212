"""What people say around a request: stories, reasons, greetings, notes, dismissals, and values taken back.

None of it changes what is asked, so reading and answer stay as they are. The words are in `phrases/asides.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from tasks.fit_query.dataset import nouns, values
from tasks.fit_query.dataset.phrases import lines, said, table
from tasks.fit_query.dataset.places import gazetteer
from tasks.fit_query.dataset.plan import Question
from tasks.fit_query.dataset.question import OPEN, SPAN

CORRECTED = 0.08
WITHDRAWN = 0.02  # of the questions, those with a further filter that is taken back as a whole
TOLD = ("plain", "fronted", "last", "sentences", "polite", "dictated", "nonnative", "story", "chatty")
LATE = 0.3  # of the corrections, where one value alone is meant
IN_FRONT = 0.22
TAKEN_BACK_LATE = {"location", "limit", "capacity_min", "capacity_max", "built_in", "built_after", "built_before"}
WHEREABOUTS = {"location", "locations", "postcodes"}
# A story about one of these, told to a question that names no technology, would seem to name it.
OURS = re.compile(r"\b(wind\w*|turb\w+|panels?|solar|ad|digest\w*|hydro\w*|chp|water|river)\b", re.IGNORECASE)
ASKING = ("which", "what", "how", "are", "is", "do", "does", "can", "could")
CAPITAL_AFTER = (". ", "! ", "\n")


def with_asides(rng: Random, question: Question) -> Question:
    """The question, perhaps with one of its values corrected and with words around it that ask nothing.

    A request for everything stays alone: any further word would make it another question. Everyday
    questions and those that somebody wrote whole stay as they are.
    """
    if not question.reading or question.family.startswith(("everyday:", "whole:")):
        return question
    text = question.text
    refused = question.reading == {"query_type": "unsupported"}
    if not refused and rng.random() < CORRECTED:
        text = corrected(rng, question)
    elif not refused and rng.random() < WITHDRAWN:
        text = withdrawn(rng, question)
    shares = table("asides")["shares"]
    how = rng.choices([*shares, "alone"], [*shares.values(), 100 - sum(shares.values())])[0]
    if how == "alone" or (refused and len(text) < 12):
        return replace(question, text=text)
    words = _words(rng, question.reading)
    tell = {
        "before": _before,
        "tale": _tale,
        "harmless": _harmless,
        "anecdote": _anecdote,
        "behind": _behind,
        "history": _history,
        "letter": _letter,
        "around": _around,
        "paperwork": _paperwork,
    }.get(how)
    if tell:
        text = tell(rng, text, words)
    else:
        words["request"] = "{request}"
        template = _aside(rng, words, how)
        text = template.replace("{request}", text if template.endswith("{request}") else text.rstrip("."))
    style = question.style if question.style not in ("box", "note") else "as written"
    return replace(question, text=text, style=style, family=f"{question.family}|{how}")


def corrected(rng: Random, question: Question) -> str:
    """The question's text with one quoted value said after another of its kind: "500, sorry, 50 kW"."""
    field_of = {
        mark: key
        for key, quoted in question.reading.items()
        for mark in (quoted if isinstance(quoted, list) else [quoted])
        if isinstance(mark, str)
    }
    spans = [found for found in SPAN.finditer(question.text) if found.group(1) in field_of]
    if not spans or "sorry" in question.text:
        return question.text
    found = rng.choice(spans)
    wrong = _wrong_value(rng, field_of[found.group(1)], found.group(2))
    if wrong is None or wrong.lower() in SPAN.sub(r"\2", question.text).lower():
        return question.text
    words = table("asides")["corrected"]
    if field_of[found.group(1)] not in ("locations", "postcodes") and rng.random() < IN_FRONT:
        told = _filled(rng, words["before"], {"wrong": wrong, "right": found.group(2)})
        return _joined(rng, _started(rng, told), question.text)
    if rng.random() < LATE and _alone(question.reading, field_of[found.group(1)], wrong, found.group(2)):
        # The whole question first, then the value that it should have had: "top 10 in Kent. Actually make it 20".
        said_first = question.text[: found.start()] + wrong + question.text[found.end() :]
        return said_first.rstrip(".? ") + _filled(rng, words["late"], {"wrong": wrong, "right": found.group()})
    templates = words["fit_id" if field_of[found.group(1)] == "fit_id" else "templates"]
    both = bracketed(said(rng, templates, {"wrong": wrong, "right": found.group()}))
    return question.text[: found.start()] + both + question.text[found.end() :]


def withdrawn(rng: Random, question: Question) -> str:
    """The question with one filter more behind it, which is taken back: "… oh and only in CB21, no, forget that"."""
    reading = question.reading
    extra = []
    if not WHEREABOUTS & reading.keys():
        extra += [f"in {gazetteer().place(rng).name}", f"in {rng.choice(gazetteer().outcodes)}"]
    if not any(key.startswith("capacity") for key in reading):
        amount = values.amount(rng, "plain").text
        extra += [f"over {amount}", f"under {amount}", f"above {amount}"]
    if not any(key.startswith("built") for key in reading):
        year = values.year(rng)
        extra += [f"from {year}", f"built since {year}", f"built before {year}"]
    if not extra or question.style not in TOLD:
        return question.text
    taken_back = _filled(rng, table("asides")["withdrawn"]["templates"], {"filter": rng.choice(extra)})
    return question.text.rstrip(".? ") + taken_back


def _alone(reading: dict[str, Any], field: str, wrong: str, right: str) -> bool:
    """Whether a value far behind the question can only be meant for that field: no range, no second place."""
    alike = wrong.split()[-1].isalpha() == right.split()[-1].isalpha()
    several = {"capacity_min", "capacity_max"} <= reading.keys() or {"location", "postcodes"} <= reading.keys()
    return field in TAKEN_BACK_LATE and alike and not several


def _wrong_value(rng: Random, field: str, right: str) -> str | None:
    """Another value of the field's kind, written like the right one; None where none can be had."""
    if field == "fit_id":
        return str(rng.randint(100, 99999))
    if field in ("location", "locations"):
        return gazetteer().place(rng).name
    if field == "postcodes":
        return rng.choice(gazetteer().outcodes)
    if field == "limit" and right.isdigit():
        return str(rng.choice([3, 4, 5, 6, 8, 10, 12, 15, 20]))
    if field.startswith("capacity") and field != "capacity_about":
        amount = values.amount(rng, "plain").text
        figure = re.match(r"[0-9]+(?![0-9.,])", amount)
        return figure.group() if figure and rng.random() < 0.4 else amount
    if field.startswith("remaining"):
        length = values.length(rng, "plain").text
        return length if rng.random() < 0.5 else str(rng.choice([2, 3, 4, 5, 6, 8, 10, 12]))
    if field.startswith("built") and field != "built_last":
        return str(values.year(rng))
    return None


def _words(rng: Random, reading: dict[str, Any]) -> dict[str, str]:
    """Values for the slots of asides.toml; none of the technologies is one that is asked for."""
    words = table("asides")["words"]
    asked = [reading.get("technology"), *reading.get("technologies", ())]
    other = rng.choice([name for name in nouns.TECHNOLOGIES if name not in asked])
    technology = table("technology")[other]
    filled = {
        "who": str(rng.choice(words["people"])),
        "name": str(rng.choice(words["names"])),
        "day": str(rng.choice(words["days"])),
        "y": str(rng.randint(1985, 2023)),
        "k": str(rng.randint(2, 9)),
        "ref": _reference(rng),
        "phone": rng.choice(["07700 900{}", "07700900{}", "0117 496 0{}", "020 7946 0{}", "+44 7700 900{}"]).format(
            rng.randint(100, 999)
        ),
        "money": f"£{rng.randint(20, 900) * rng.choice([1, 100]):,}{rng.choice(['', '', '.00', '.40'])}",
        "n": values.amount(rng, "plain").text,
        "energy": f"{rng.randint(18, 90) * 100:,} {rng.choice(['kWh', 'kWh', 'kwh', 'units'])}",
    }
    refused = reading.get("query_type") == "unsupported"
    if asked != [None] or refused:
        filled |= {"tx": str(rng.choice(technology["mass"])), "single": str(rng.choice(technology["single"]))}
    if WHEREABOUTS & reading.keys() or refused:
        filled["own"] = gazetteer().place(rng).name
    return filled


def _aside(rng: Random, words: dict[str, str], kind: str, group: str = "templates") -> str:
    """A template of asides.toml whose slots all have a value here, filled; its blanks in front are kept."""
    return _filled(rng, table("asides")[kind][group], words)


def _filled(rng: Random, templates: Sequence[str], words: dict[str, str]) -> str:
    fitting = [one for one in templates if set(re.findall(r"\{([a-z]+)\}", one)) <= set(words)]
    template = rng.choice(fitting if "tx" in words else [one for one in fitting if not OURS.search(one)])
    blanks = template[: len(template) - len(template.lstrip())]
    text = re.sub(r"\ba (?=(AD|anaerobic)\b)", "an ", said(rng, [template], words))
    return blanks + bracketed(text)


def bracketed(text: str) -> str:
    """‹ and › as the round brackets for which they stand in asides.toml, where those would mean a choice."""
    return text.replace("‹", "(").replace("›", ")")


def _opening(text: str) -> str:
    plain = SPAN.sub(r"\2", text).lower()
    return str((re.findall(r"[a-z']+", plain) or [""])[0])


def _joined(rng: Random, story: str, text: str) -> str:
    words = table("asides")["words"]
    request = _opening(text) in words["request"]
    joiner = rng.choice(words["joiners_to_request"] if request and rng.random() < 0.5 else words["joiners"])
    if joiner.endswith(CAPITAL_AFTER) and rng.random() < 0.6 and text[0] != OPEN:
        text = text[0].upper() + text[1:]
    if request and not text.endswith((".", "?")) and rng.random() < 0.3 and _opening(text) in ("which", "what", "how"):
        text += "?"
    return f"{story}{joiner}{text}"


def _started(rng: Random, story: str) -> str:
    return story[0].upper() + story[1:] if rng.random() < 0.6 else story


def _before(rng: Random, text: str, words: dict[str, str]) -> str:
    story = _aside(rng, words, "before")
    return _joined(rng, _started(rng, story), text)


def _anecdote(rng: Random, text: str, words: dict[str, str]) -> str:
    kinds = ["anywhere"] + ["with_technology"] * ("tx" in words) + ["with_place"] * 2 * ("own" in words)
    story = _started(rng, _aside(rng, words, "anecdote", rng.choice(kinds)))
    if rng.random() < 0.2:
        story = f"{story}. {_started(rng, _aside(rng, words, 'before'))}"
    return _joined(rng, story, text)


def _tale(rng: Random, text: str, words: dict[str, str]) -> str:
    """A story of the asker's life, now and then two, before the question or behind it."""
    if rng.random() < 0.35:
        told = _filled(rng, lines("tales_behind"), words)
        ended = text if text.endswith(("?", ".")) else text + ("?" if _opening(text) in ASKING else ".")
        return f"{ended} {told}{rng.choice(['', '', '.'])}"
    told = _filled(rng, lines("tales_before"), words)
    if rng.random() < 0.25:
        told = f"{told}. {_filled(rng, lines('tales_before'), words)}"
    return _joined(rng, told if rng.random() < 0.8 else told[0].lower() + told[1:], text)


def _harmless(rng: Random, text: str, words: dict[str, str]) -> str:
    """Words of refusals around the question, which refuse nothing: "ignore my typos", "the owner was out"."""
    roll = rng.random()
    if roll < 0.45:
        return _joined(rng, _started(rng, _filled(rng, lines("harmless_before"), words)), text)
    if roll < 0.75:
        ended = text.rstrip(".") if not text.endswith("?") else text
        return ended + _filled(rng, lines("harmless_behind"), words)
    template = _filled(rng, lines("harmless_around"), words | {"request": "{request}"})
    return template.replace("{request}", text if template.endswith("{request}") else text.rstrip("."))


def _history(rng: Random, text: str, words: dict[str, str]) -> str:
    """What the asker had, sold or looked at before, with figures like those that a question asks for."""
    kinds = (
        ["anywhere"] + ["with_technology"] * ("tx" in words) + ["with_place"] * 2 * ("own" in words and "tx" in words)
    )
    return _joined(rng, _started(rng, _aside(rng, words, "history", rng.choice(kinds))), text)


def _behind(rng: Random, text: str, words: dict[str, str]) -> str:
    reason = _aside(rng, words, "behind") if rng.random() < 0.85 else ""
    if not reason:
        place = ["with_place"] if "own" in words else []
        reason = f". {_started(rng, _aside(rng, words, 'anecdote', rng.choice(['anywhere', *place])))}"
    if reason.startswith(". "):
        reason = f". {_started(rng, reason[2:])}"
        if text.endswith(("?", ".")):
            return text + reason[1:]
        return text + ("?" if _opening(text) in ASKING and rng.random() < 0.7 else ".") + reason[1:]
    return text.rstrip(".?") + reason


def _reference(rng: Random) -> str:
    """A number of somebody's paperwork, of 3 to 8 digits: "88213345", "4471-22", "A-30019"."""
    figures = str(rng.randint(100, 99_999_999))
    shape = rng.choice(["{}", "{}", "{}", "{}-{}", "A-{}", "#{}"])
    return shape.format(figures, rng.randint(10, 999))


def _paperwork(rng: Random, text: str, words: dict[str, str]) -> str:
    """Figures of a mail or a call note in front of the request, behind it, or both."""
    roll = rng.random()
    if roll < 0.65:
        story = _aside(rng, words, "paperwork", "before")
        if rng.random() < 0.3:
            story += rng.choice([", ", ". ", "; ", " and "]) + _aside(rng, words, "paperwork", "before")
        text = _joined(rng, _started(rng, story), text)
    if roll > 0.5:
        text = text.rstrip(".?") + _aside(rng, words, "paperwork", "behind")
    if rng.random() < 0.35:
        text = f"{_started(rng, _aside(rng, words, 'greeting'))}{rng.choice([', ', ', ', '. ', ' - '])}{text}"
    if rng.random() < 0.3:
        text = f"{text.rstrip('.')}. {_started(rng, _aside(rng, words, 'greeting', 'sign_off'))}"
    return text


def _letter(rng: Random, text: str, words: dict[str, str]) -> str:
    """Greeting, perhaps a reason, the request and a sign-off."""
    letter = table("asides")
    hello = _started(rng, _aside(rng, words, "greeting"))
    if rng.random() < 0.35:
        text = _before(rng, text, words)
    if rng.random() < 0.6:
        end = rng.choice([". ", ".\n", " - ", ", ", "\n\n"])
        bye = _started(rng, _aside(rng, words, "greeting", "sign_off"))
        text = text.rstrip(".") + (end if not text.endswith("?") else f" {end.lstrip('., ')}") + bye
    return f"{hello}{rng.choice(letter['greeting']['marks'])}{text}"


def _around(rng: Random, text: str, words: dict[str, str]) -> str:
    roll = rng.random()
    if roll < 0.7:
        text = f"{_started(rng, _aside(rng, words, 'around', 'before'))} {text}"
    return text.rstrip(".?") + _aside(rng, words, "around", "after") if roll > 0.55 else text
