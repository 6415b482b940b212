"""Questions that have no answer: near misses, what no field can say, instructions."""

from __future__ import annotations

from random import Random

from tasks.fit_query.dataset import nouns, values
from tasks.fit_query.dataset.phrases import expanded, lines, said, table
from tasks.fit_query.dataset.places import gazetteer


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
    kind = rng.choices(
        ["off_topic", "trade", "other_technology", "statistics", "two_ids", "injection"], [40, 20, 13, 12, 5, 10]
    )[0]
    if kind == "off_topic":
        template = rng.choice(lines("off_topic"))
    else:
        template = rng.choice(words[kind]["alone" if kind == "injection" else "question"])
    if kind == "injection":
        text = expanded(rng, template).replace(
            "{t}", str(rng.choice(["wind", "the sun", "solar", "Wales", "turbines"]))
        )
        return text, f"injection:{template[:24]}"
    return said(rng, [template], slots(rng)), f"{kind}:{template[:24]}"


def spoilt(rng: Random, text: str, kind: str) -> tuple[str, str]:
    """A true question made unanswerable: something no field can say, or an instruction, added to it."""
    words = table("refusals")
    if kind == "injected":
        template = rng.choice(words["injection"]["added"])
        added = expanded(rng, template)
        joined = rng.choice(
            [
                f"{text} {added}",
                f"{text}, {added}",
                f"{text}. {added}",
                f"{text}; {added}",
                f"{added}. {text}",
                f"{added}, {text}",
                f"{text}\n{added}",
                f"{added} {text}",
                f"{text} ({added})",
            ]
        )
        return joined, f"injected:{template[:24]}"
    what = rng.choices(list(words["poison"]), [40, 22, 12, 18, 8])[0]
    template = rng.choice(words["poison"][what])
    added = said(rng, [template], slots(rng))
    joined = rng.choice(
        [
            f"{text} {added}",
            f"{text} {added}",
            f"{text}, {added}",
            f"{text} - {added}",
            f"{added}: {text}",
            f"{added}, {text}",
            f"{text}. {added.capitalize()}",
        ]
    )
    return joined, f"{what}:{template[:24]}"
