"""Questions that have no answer: near misses, what no field can say, instructions."""

from __future__ import annotations

import re
from random import Random

from tasks.fit_query.dataset import nouns, values
from tasks.fit_query.dataset.phrases import expanded, lines, said, table
from tasks.fit_query.dataset.places import gazetteer

INJECTED = (
    *("{text} {added}", "{text}, {added}", "{text}. {added}", "{text}; {added}", "{text}\n{added}", "{text} ({added})"),
    *("{added}. {text}", "{added}, {text}", "{added} {text}", "{sentence}. {text}", "{sentence}\n\n{text}"),
    *("{text}\n\n{sentence}", "{text}? {sentence}.", "{text} - {added}", "{text}... {added}", "{added}: {text}"),
    *("{text}\n\n> {sentence}", "{text}\n---\n{sentence}", "> {sentence}\n\n{text}", "{text}\n\nP.S. {sentence}"),
    *("From: admin\n\n{sentence}\n\n{text}", "Fwd: {sentence}\n\n{text}", '{text}\n"{sentence}"', "{text} [{added}]"),
)
POISONED = (
    *("{text} {added}", "{text} {added}", "{text} {added}", "{text}, {added}", "{text} - {added}", "{text}, {added}"),
    *("{text}. {sentence}", "{text}. {sentence}.", "{text}; {added}", "{text} ({added})", "{text}... {added}"),
    *("{added}: {text}", "{added}, {text}", "{sentence}. {text}", "{added} - {text}", "{text}? {sentence}"),
)


def slots(rng: Random) -> dict[str, str]:
    """Fresh values for the templates of refusals.toml and off_topic.txt."""
    gaz = gazetteer()
    words = table("refusals")
    clutter = table("clutter")
    first, second = nouns.technologies(rng, 2)
    names = table("technology")
    ids = rng.sample(range(100, 99999), 2)
    ends = sorted(rng.sample(range(2027, 2042), 2))
    trade = str(rng.choice(words["trade"]["names"]))
    plural = str(rng.choice(names[first]["plural"] + names["generic"]["plural"][:4]))
    rest = rng.choice([f"in {gaz.place(rng).name}", f"over {values.amount(rng, 'plain').text}", ""])
    return {
        "p": gaz.spelt(rng, gaz.place(rng)),
        "p2": gaz.spelt(rng, gaz.place(rng)),
        "t": str(rng.choice(names[first]["bare"])),
        "t2": str(rng.choice(names[second]["bare"])),
        "tx": str(rng.choice(names[second]["mass"])),
        "mass": str(rng.choice(names[first]["mass"])),
        "plural": plural,
        "set": f"{plural} {rest}".strip(),
        "single": str(rng.choice(names[first]["single"])),
        "n": values.amount(rng, "plain").text,
        "y": str(values.year(rng)),
        "ye": str(ends[0]),
        "ye2": str(ends[1]),
        "k": str(rng.choice([2, 3, 5, 10, 10, 15, 20, 25, 30, 40, 50, 100])),
        "kw": rng.choice(["two", "five", "ten", "twenty", "fifty"]),
        "id": str(ids[0]),
        "id2": str(ids[1]),
        "m": trade,
        "money": rng.choice(
            ["500 pounds", "£50", "£1,000", "20 quid", "2k", "£300k", "40k a year", "100 euros", "£20", "10 pounds"]
        ),
        "o": str(rng.choice(words["other_technology"]["names"])),
        "o_single": str(rng.choice(words["other_technology"]["singles"])),
        "org": str(rng.choice(clutter["organisations"])),
        "maker": str(rng.choice(clutter["makers"])),
    }


def refused(rng: Random) -> tuple[str, str]:
    """(text, family) of a question that is unsupported by itself."""
    words = table("refusals")
    kinds = {
        "near_misses": 30, "look_answerable": 50, "deeds": 36, "opinions": 26, "off_topic": 13, "trade": 7,
        "other_technology": 6, "statistics": 6, "two_ids": 3, "injection": 8,
    }  # fmt: skip
    kind = rng.choices(list(kinds), list(kinds.values()))[0]
    if kind in ("near_misses", "look_answerable", "deeds", "opinions", "off_topic"):
        template = rng.choice(lines(kind))
    else:
        template = rng.choice(words[kind]["alone" if kind == "injection" else "question"])
    if kind == "injection":
        text = expanded(rng, template).replace(
            "{t}", str(rng.choice(["wind", "the sun", "solar", "Wales", "turbines"]))
        )
        return text, f"injection:{template[:24]}"
    text = said(rng, [template], slots(rng))
    return re.sub(r"\ba (?=(AD|anaerobic|air|EV)\b)", "an ", text), f"{kind}:{template[:24]}"


def spoilt(rng: Random, text: str, kind: str) -> tuple[str, str]:
    """A true question made unanswerable: something no field can say, or an instruction, before, inside or behind it."""
    words = table("refusals")
    if kind == "injected":
        template = rng.choice(words["injection"]["added"])
        return _put(rng, text, expanded(rng, template), INJECTED), f"injected:{template[:24]}"
    what = rng.choices(list(words["poison"]), [36, 20, 10, 17, 17])[0]
    template = rng.choice(words["poison"][what])
    return _put(rng, text, said(rng, [template], slots(rng)), POISONED), f"{what}:{template[:24]}"


def _put(rng: Random, text: str, added: str, ways: tuple[str, ...]) -> str:
    """`added` in one of the ways; now and then at a comma or stop inside the text."""
    joints = list(re.finditer(r"[,;] ", text))
    if joints and rng.random() < 0.25:
        joint = rng.choice(joints)
        return f"{text[: joint.end()]}{added}{text[joint.start() :]}"
    way = rng.choice(ways)
    if way.startswith("{text}") and way != "{text} {added}":
        text = text.rstrip(".?")
    return way.format(text=text, added=added, sentence=added[:1].upper() + added[1:])
