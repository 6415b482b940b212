"""Search-box questions: pieces side by side in every order, columns with labels, telegrams."""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random

from tasks.fit_query.dataset.nouns import noun
from tasks.fit_query.dataset.phrases import said, table
from tasks.fit_query.dataset.question import SPAN, Clause, text_of

STYLES = ("terse", "label", "wire")
# Glue that would turn an amount or a place beside it into something else ("500 kW + hydro", "5 500 kW").
AFTER_DIGIT = (" ", "  ", "/", ": ", ". ", " + ", ", ", " - ", " – ")
SIGNS = tuple("<>≥≤=~+-")


def forms(*path: str) -> dict[str, list[str]]:
    """The shortest forms of one kind of clause, from `phrases/terse.toml`."""
    found = table("terse")
    for key in path:
        found = found[key]
    return {position: found[position] for position in STYLES if position in found}


def able(clauses: list[Clause]) -> bool:
    """Whether all clauses can stand side by side: none needs a noun inside it."""
    singular = [clause for clause in clauses if clause.number == "s"]
    return len(singular) < 2 and not any(
        clause.has("around") or clause.has("story") or (clause.number == "s" and not clause.has("pre"))
        for clause in clauses
    )


def beside(rng: Random, style: str, names: list[str], clauses: list[Clause]) -> str:
    """The question in one of `STYLES`."""
    box = table("terse")["box"]
    single = next((clause for clause in clauses if clause.number == "s"), None)
    pieces = [_piece(rng, clause, style) for clause in clauses if clause is not single]
    if single:
        named: str | None = f"{text_of(rng, single, 'pre').removeprefix('the ')} {noun(rng, names, 'single')}"
    else:
        named = _named(rng, style, names, bool(pieces))
    if named:
        pieces.append(named)
    rng.shuffle(pieces)
    if style == "wire":
        return f"{rng.choice(box['wire_lead'])} {''.join(apart(pieces, ' '))}".strip()
    if style == "label":
        return str(rng.choice(table("ask")["label_separators"])).join(pieces)
    glue = str(rng.choice(box["glue"]))
    if glue == ": " and len(pieces) > 1:
        text = f"{pieces[0]}: {''.join(apart(pieces[1:], ' '))}"
    else:
        text = "".join(apart(pieces, glue))
    if rng.random() < 0.3:
        text = f"{rng.choice(box['prefix'])}{text}{rng.choice(box['suffix'])}"
    return text


def apart(pieces: list[str], glue: str) -> list[str]:
    """The pieces with glue between them, other glue where two figures or a sign would run together."""
    out = pieces[:1]
    for before, after in pairwise(pieces):
        left, right = SPAN.sub(r"\2", before), SPAN.sub(r"\2", after)
        figures = left[-1:].isdigit() and right[:1].isdigit()
        signs = glue in ("/", " + ", " - ", " – ") and (right.startswith(SIGNS) or left.endswith(SIGNS))
        plus = glue == " + " and re.search(r"\d[^+]{0,12}$|\b(left|remaining|run|go|rem|years?)$", left)
        stroke = glue == "/" and (left[-1:].isdigit() or right[:1].isdigit())
        out += [", " if figures or signs or plus or stroke else glue, after]
    return out


def _piece(rng: Random, clause: Clause, style: str) -> str:
    position = style if clause.has(style) else "terse"
    if not clause.has(position):
        order = ("bare", "tail", "post", "rel", "pre", "sent", "head")
        position = next(one for one in order if clause.has(one))
    words = text_of(rng, clause, position)
    # In a search box nobody writes the article of "the north east".
    return words.replace("the \ue000", "\ue000") if rng.random() < 0.85 else words


def _named(rng: Random, style: str, names: list[str], others: bool) -> str | None:
    if not names and others and rng.random() < 0.6:
        return None
    if not names:
        return noun(rng, names, "plural" if rng.random() < 0.7 or not others else "bare")
    if style == "label" and len(names) == 1 and rng.random() < 0.85:
        return said(rng, table("terse")["technology"]["label"], {"x": noun(rng, names, "bare")})
    return noun(rng, names, "terse" if len(names) == 1 and rng.random() < 0.75 else "bare")
