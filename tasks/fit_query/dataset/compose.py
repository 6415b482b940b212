"""Puts clauses together into a question: registers, and every clause in every position."""

from __future__ import annotations

from random import Random
from typing import Any

from tasks.fit_query.dataset import layouts, terse
from tasks.fit_query.dataset.nouns import TECHNOLOGIES, noun
from tasks.fit_query.dataset.phrases import expanded, filled, lines, said, table
from tasks.fit_query.dataset.question import Clause, text_of
from tasks.fit_query.dataset.referring import referred

ADJECTIVES_AT_MOST = 2
# The share of requests that are errands in words, of several sites.
ERRANDS = 0.09


def register(rng: Random) -> str:
    shares = table("shares")["registers"]
    return str(rng.choices(list(shares), list(shares.values()))[0])


def phrase_of(rng: Random, names: list[str], clauses: list[Clause], single: bool = False) -> str:
    """A noun phrase that holds every clause: [pre] noun [post]."""
    number = "single" if single or any(clause.number == "s" for clause in clauses) else "plural"
    counted = any(clause.kind == "order" and "k" in clause.slots for clause in clauses)
    before: dict[str, str] = {}
    after: list[str] = []
    for clause in clauses:
        positions = [position for position in ("pre", "post", "rel") if clause.has(position)]
        if clause.has("around"):
            continue
        if not positions:
            positions = ["tail"] if clause.has("tail") else ["bare"]
        if clause.kind == "place" and rng.random() < 0.75 and "pre" in positions and len(positions) > 1:
            positions.remove("pre")
        position = rng.choice(positions)
        if position == "rel" and clause.has("post") and rng.random() < 0.5:
            position = "post"
        if clause.kind in ("size", "order") and clause.has("pre") and rng.random() < 0.9:
            position = "pre"
        if position == "pre" and len(before) >= ADJECTIVES_AT_MOST and len(positions) > 1:
            position = next(other for other in positions if other != "pre")
        if position == "pre" and clause.kind in ("capacity", "built") and counted and len(positions) > 1:
            position = next(other for other in positions if other != "pre")
        words = text_of(rng, clause, position)
        if position == "pre":
            before[clause.kind] = words
        else:
            after.append(words)
    rng.shuffle(after)
    around = [clause for clause in clauses if clause.has("around")]
    kept = set(before)
    kinds = ["order", "repowering", "size", "built", "capacity", "place"]
    adjectives = [before.pop(kind) for kind in kinds if kind in before] + list(before.values())
    thing = noun(rng, names, number)
    if names and rng.random() < 0.02:
        thing = corrected(rng, names, thing)
    exact = any("capacity_exactly" in clause.reading for clause in clauses) and "capacity" in kept
    if exact and number == "plural" and rng.random() < 0.3 and not around_of(clauses):
        thing = noun(rng, names, "single")
        adjectives.insert(0, "a")
    if any(word.startswith("the ") for word in adjectives[:1]) and not names and thing == "anything":
        thing = "sites"
    if len(after) > 1 and rng.random() < 0.3:
        after = (
            [rng.choice([", ", " and "]).join(after)]
            if len(after) == 2
            else [f"{', '.join(after[:-1])} and {after[-1]}"]
        )
    if around:
        inner = " ".join([*adjectives, thing])
        slots = {**around[0].slots, "noun": inner}
        return " ".join([said(rng, around[0].forms["around"], slots), *after])
    if rng.random() < 0.035 and thing not in ("anything", "everything"):
        adjectives.append(str(rng.choice(table("ask")["idle"])))
    return " ".join([*adjectives, thing, *after])


def around_of(clauses: list[Clause]) -> list[Clause]:
    return [clause for clause in clauses if clause.has("around") or clause.kind == "order"]


def corrected(rng: Random, names: list[str], thing: str) -> str:
    """The noun after another that was said by mistake: "solar, sorry, wind farms"."""
    others = [name for name in TECHNOLOGIES if name not in names]
    wrong = rng.choice(table("technology")[rng.choice(others)]["mass"])
    return said(rng, table("place")["corrected"]["templates"], {"wrong": str(wrong), "p": thing})


def box(rng: Random, names: list[str], clauses: list[Clause]) -> str:
    """Bare fragments in any order."""
    parts = [text_of(rng, clause, "bare" if clause.has("bare") else _loosest(clause)) for clause in clauses]
    if names or rng.random() < 0.5 or not parts:
        if rng.random() < 0.3 and clauses and clauses[0].has("pre") and clauses[0].kind != "order":
            parts[0] = f"{text_of(rng, clauses[0], 'pre')} {noun(rng, names, 'plural')}"
        else:
            named = noun(rng, names, "bare" if names or len(parts) > 1 else "plural")
            if len(names) == 1 and rng.random() < 0.08:
                named = said(rng, table("technology")["keyed"]["bare"], {"x": noun(rng, names, "mass")})
            parts.append(named)
    rng.shuffle(parts)
    separator = rng.choice(table("ask")["separators"])
    return "".join(terse.apart(parts, str(separator)))


def _loosest(clause: Clause) -> str:
    return next(position for position in ("tail", "post", "rel", "pre", "sent", "head") if clause.has(position))


def predicate(rng: Random, clause: Clause) -> str | None:
    """The clause as what a question says of the sites ("are over 500 kW"), from its "that ..." forms."""
    forms = [form for form in clause.forms.get("rel", ()) if form.startswith(("that ", "which "))]
    if not forms:
        return None
    return said(rng, [form.split(" ", 1)[1] for form in forms], clause.slots)


def _number(clauses: list[Clause]) -> str:
    return "s" if any(clause.number == "s" for clause in clauses) else "p"


def asked(rng: Random, style: str, words: str, number: str = "p") -> str:
    """The request around a finished noun phrase."""
    ask = table("ask")
    if (number == "s" and style not in ("polite", "dictated", "nonnative", "story")) or (
        number == "s" and rng.random() < 0.5
    ):
        return said(rng, ask["single"], {"set": words})
    if number == "p" and rng.random() < ERRANDS:
        return said(rng, lines("errands"), {"set": words})
    templates = ask.get(style if style in ("polite", "dictated", "nonnative", "story") else "plain", ask["plain"])
    return said(rng, templates, {"set": words})


def headed(rng: Random, names: list[str], clauses: list[Clause], head: Clause) -> str:
    """The head's words around the noun phrase, or before its clauses where they name the noun themselves."""
    template = rng.choice(head.forms["head"])
    if "{set}" in template:
        return said(
            rng,
            [template],
            {**head.slots, "set": phrase_of(rng, names, clauses, head.number == "s"), "mass": noun(rng, names, "mass")},
        )
    positions = [next((one for one in ("post", "tail", "bare") if clause.has(one)), "pre") for clause in clauses]
    rest = [text_of(rng, clause, position) for clause, position in zip(clauses, positions, strict=True)]
    return " ".join([said(rng, [template], {**head.slots, "mass": noun(rng, names, "mass")}), *rest])


def arranged(rng: Random, style: str, names: list[str], clauses: list[Clause], head: Clause | None) -> str:
    """The question's text. `head` wraps the noun phrase ("how many {set}"); without it the register asks."""
    clauses = list(clauses)
    rng.shuffle(clauses)
    if head is None and any(clause.kind == "order" and clause.has("head") for clause in clauses):
        head = next(clause for clause in clauses if clause.kind == "order" and clause.has("head"))
        clauses.remove(head)
    story = [clause for clause in clauses if clause.has("story")]
    if story:
        return _told(rng, names, clauses, story[0], head)
    everything = [*clauses, head] if head else clauses
    boxed = not head or (head.has("bare") and rng.random() < (0.9 if style in terse.STYLES else 0.6))
    if (
        style in ("box", "note")
        and boxed
        and all(clause.number == "p" and not clause.has("around") for clause in everything)
    ):
        text = box(rng, names, everything)
        return said(rng, table("ask")["note"], {"list": text}) if style == "note" else text
    if style in terse.STYLES and boxed and terse.able(everything):
        return terse.beside(rng, style, names, everything)
    if style in layouts.STYLES and boxed and layouts.able(everything):
        return layouts.laid_out(rng, style, names, everything)
    if style == "referring" and not head and (told := referred(rng, names, clauses)):
        return told
    if style == "scattered" and not head and (told := _scattered(rng, names, clauses)):
        return told
    if style == "last" and not head and all(clause.has("post") for clause in clauses) and clauses:
        return _noun_last(rng, names, clauses)
    if style in ("plain", "polite", "dictated", "nonnative", "story") and rng.random() < 0.28:
        about = _said_of(rng, names, clauses, head)
        if about:
            return about
    front, tail, second = [], [], []
    inside = list(clauses)
    if style == "fronted":
        able = [clause for clause in inside if clause.has("front") or clause.has("post")]
        for clause in able[: rng.choice([1, 1, 2])]:
            inside.remove(clause)
            front.append(text_of(rng, clause, "front" if clause.has("front") else "post"))
    told_names = names
    if style == "sentences" and names and not head and rng.random() < 0.3:
        second.append(_second_technology(rng, names))
        told_names = []
    if style == "chatty":
        return _chatted(rng, names, clauses, head)
    if style == "sentences" and inside:
        able = [clause for clause in inside if clause.has("sent")]
        for clause in able[: max(1, rng.randint(1, len(able)))] if able else []:
            inside.remove(clause)
            second.append(text_of(rng, clause, "sent"))
        if head and head.has("sent") and rng.random() < 0.5:
            second.append(text_of(rng, head, "sent"))
            head = None
    for clause in list(inside):
        if clause.has("tail") and rng.random() < (0.6 if not (clause.has("pre") or clause.has("post")) else 0.08):
            inside.remove(clause)
            tail.append(text_of(rng, clause, "tail"))
    if (head and not head.has("head")) or (head and head.has("tail") and rng.random() < 0.25):
        tail.append(text_of(rng, head, "tail" if head.has("tail") else "bare"))
        head = None
    core = (
        headed(rng, names, inside, head)
        if head
        else asked(rng, style, phrase_of(rng, told_names, inside), _number(inside))
    )
    if front:
        core = f"{rng.choice([' ', ' and ', ', ']).join(front)}{rng.choice([', ', ', ', ', ', ': ', ' '])}{core}"
    for words in tail:
        core = f"{core}{rng.choice([', ', ', ', ' ', ' - ', '; '])}{words}"
    if second:
        ending = (
            "?"
            if core.startswith(("which", "what", "how", "are", "is", "do", "can", "could")) and rng.random() < 0.6
            else "."
        )
        core = f"{core}{ending} {' '.join(second)}"
    return core


def _second_technology(rng: Random, names: list[str]) -> str:
    """The technology in a sentence of its own: "Only solar please.", "Both hydro and PV are fine."."""
    if len(names) == 2 and rng.random() < 0.7:
        pair = {key: noun(rng, [name], "mass") for key, name in zip("ab", names, strict=True)}
        return said(rng, table("ask")["second_pair"], pair)
    return said(rng, table("ask")["second_tech"], {form: noun(rng, names, form) for form in ("bare", "mass")})


def _said_of(rng: Random, names: list[str], clauses: list[Clause], head: Clause | None) -> str | None:
    """ "Which wind farms in Kent were built before 2012", "does Kent have any solar": one clause is the predicate."""
    counted = head is not None and head.reading.get("aggregate") == "count" and head.kind == "aggregate"
    if (head and not counted) or any(clause.number == "s" or clause.has("around") for clause in clauses):
        return None
    words = table("ask")
    for clause in clauses:
        rest = [other for other in clauses if other is not clause]
        if clause.kind == "place" and "p" in clause.slots and clause.has("pre") and rng.random() < 0.5:
            if len(names) == 1 and not rest and not counted and rng.random() < 0.4:
                return said(rng, words["subject_mass"], {**clause.slots, "mass": noun(rng, names, "mass")})
            slots = {**clause.slots, "set": phrase_of(rng, names, rest)}
            return said(rng, words["subject_count" if counted else "subject"], slots)
        said_of = predicate(rng, clause)
        if said_of:
            slots = {"pred": said_of, "set": phrase_of(rng, names, rest)}
            templates = words["predicate_count" if counted else "predicate"]
            if said_of.split(" ")[0] in ("are", "were", "is"):
                templates = [template for template in templates if not template.startswith("do any")]
            return said(rng, templates, slots)
    return None


def _chatted(rng: Random, names: list[str], clauses: list[Clause], head: Clause | None) -> str:
    """Speech that adds one filter after the other: "... oh and they have to be over 500 kW"."""
    able = [clause for clause in clauses if (clause.has("sent") or clause.has("tail")) and not clause.has("around")]
    added = able[: rng.randint(1, 3)]
    inside = [clause for clause in clauses if clause not in added]
    words = table("ask")
    if head and head.has("head"):
        core = headed(rng, names, inside, head)
    else:
        core = asked(rng, rng.choice(["dictated", "plain", "chatty"]), phrase_of(rng, names, inside), _number(inside))
    for clause in added:
        if clause.has("sent") and (rng.random() < 0.5 or not clause.has("tail")):
            said_more = text_of(rng, clause, "sent").rstrip(".")
            said_more = said_more[:1].lower() + said_more[1:]
        else:
            said_more = text_of(rng, clause, "tail")
        core = f"{core}{rng.choice(words['connectors'])}{said_more}"
    return core


def _scattered(rng: Random, names: list[str], clauses: list[Clause]) -> str | None:
    """The noun and its filters apart from each other, as points, replies or sentences of their own."""
    alone = [clause for clause in clauses if clause.has("post") or clause.has("bare")][: rng.choice([1, 2, 2, 3, 3])]
    if not alone or any(clause.number == "s" or clause.has("around") for clause in clauses):
        return None
    inside = [clause for clause in clauses if clause not in alone]
    slots = {"noun": phrase_of(rng, names, inside) if inside else noun(rng, names, "plural")}
    for number, clause in enumerate(alone, 1):
        positions = [position for position in ("post", "bare") if clause.has(position)]
        slots[f"c{number}"] = text_of(rng, clause, rng.choice(positions))
    return said(rng, [form for form in lines("scattered") if form.count("{c") == len(alone)], slots)


def _noun_last(rng: Random, names: list[str], clauses: list[Clause]) -> str:
    posts = [text_of(rng, clause, "post") for clause in clauses]
    slots = {"where": rng.choice([" ", " ", " and ", ", "]).join(posts)}
    slots |= {form: noun(rng, names, form) for form in ("plural", "bare", "mass")}
    return said(rng, table("ask")["last" if names else "last_generic"], slots)


def _told(rng: Random, names: list[str], clauses: list[Clause], story: Clause, head: Clause | None) -> str:
    """A lead-in about the asker or the place, then the request."""
    wrapped = head is not None and head.has("head")
    core = (
        headed(rng, names, clauses, head)
        if wrapped and head
        else asked(rng, "plain", phrase_of(rng, names, clauses), _number(clauses))
    )
    if head and not head.has("head"):
        core = f"{core}, {text_of(rng, head, 'tail' if head.has('tail') else 'bare')}"
    return filled(expanded(rng, rng.choice(story.forms["story"])), story.slots).strip() + " " + core


def merged(clauses: list[Clause]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(reading, answer) of all clauses together, by the rules of SEMANTICS for what overrides what."""
    reading: dict[str, Any] = {}
    answer: dict[str, Any] = {}
    figure = any(clause.kind == "capacity" for clause in clauses)
    for clause in clauses:
        reading |= clause.reading
        if not (clause.kind == "size" and figure):
            answer |= clause.answer
    if any(clause.answer.get("query_type") == "unsupported" for clause in clauses):
        return reading, {"query_type": "unsupported"}
    if reading.get("repowering") and not any(key.startswith("fit_remaining") for key in answer):
        answer["fit_remaining_max_years"] = 10
    return reading, answer
