"""Questions laid out over several lines: memos with points, numbered lists, tables, forms.

The words are in `phrases/layouts.toml`; the pieces are those of the search box (`terse`).
"""

from __future__ import annotations

import re
from random import Random

from tasks.fit_query.dataset import terse
from tasks.fit_query.dataset.nouns import noun
from tasks.fit_query.dataset.phrases import filled, said, table
from tasks.fit_query.dataset.question import SPAN, Clause, text_of

STYLES = ("points", "table")
# "size: >500 kW" as a column's name and its value; a name with figures or signs would be no column.
LABELLED = re.compile(r"([a-z][a-z ]{1,18}?) ?[:=] ?(\S.*)", re.IGNORECASE | re.DOTALL)
MANY_LINES = 3


def laid_out(rng: Random, style: str, names: list[str], clauses: list[Clause]) -> str:
    """The question in one of `STYLES`; the clauses must be `terse.able`."""
    single = next((clause for clause in clauses if clause.number == "s"), None)
    rest = [clause for clause in clauses if clause is not single]
    words = {form: noun(rng, names, form) for form in ("plural", "bare", "mass")}
    words["name"] = str(rng.choice(table("asides")["words"]["names"]))
    if single:
        one = f"{text_of(rng, single, 'pre').removeprefix('the ')} {noun(rng, names, 'single')}"
        words |= {"plural": one, "bare": one}
    rng.shuffle(rest)
    if style == "table" and rest and not single:
        return _table(rng, names, rest, words)
    return _points(rng, names, rest, words, single is not None)


def _points(rng: Random, names: list[str], clauses: list[Clause], words: dict[str, str], single: bool) -> str:
    phrases = table("layouts")["points"]
    points = [_point(rng, clause) for clause in clauses]
    named = single or (bool(names) and rng.random() < 0.7)
    openings = phrases["named" if named else "unnamed"]
    if single or len(names) > 1:
        openings = [opening for opening in openings if "{mass}" not in opening]
    if names and not named:
        forms = [form for form in phrases["technology"] if len(names) == 1 or form in ("{bare}", "{plural}")]
        points.insert(rng.randint(0, len(points)), filled(rng.choice(forms), words))
    opening = filled(rng.choice(openings), words) if named or rng.random() < 0.85 else ""
    how, end = rng.random(), str(rng.choice(phrases["ends"]))
    if how < 0.34:
        shape = str(rng.choice(phrases["numbers"]))
        marks = [shape.replace("#", str(number)) for number in range(1, len(points) + 1)]
    elif how < 0.42:
        marks = phrases["letters"][: len(points)]
    else:
        marks = [str(rng.choice(phrases["marks"])) if how < 0.9 else ""] * len(points)
    if marks[:1] == ["-"] and any(SPAN.sub(r"\2", point)[:1].isdigit() for point in points):
        marks = ["- "] * len(points)
    between = "\n" if len(points) < MANY_LINES or rng.random() < 0.9 else "\n\n"
    lines = [mark + point for mark, point in zip(marks, points, strict=False)]
    joined = f"{end}{between}".join(lines)
    closing = str(rng.choice(phrases["closing"])).replace("{name}", words["name"])
    return f"{opening}\n{joined}".strip("\n") + closing


def _point(rng: Random, clause: Clause) -> str:
    """One filter on a line of its own."""
    positions = [position for position in ("bare", "label", "tail", "sent", "terse") if clause.has(position)]
    if not positions:
        return text_of(rng, clause, next(one for one in ("post", "rel", "pre") if clause.has(one)))
    position = rng.choice(positions)
    words = text_of(rng, clause, position).removeprefix("and ").removeprefix("but ")
    return words.rstrip(".") if position == "sent" and rng.random() < 0.6 else words


def _table(rng: Random, names: list[str], clauses: list[Clause], words: dict[str, str]) -> str:
    """Names of columns with their values: side by side, one under the other, or as a form."""
    phrases = table("layouts")["table"]
    cells = [_cell(rng, clause) for clause in clauses]
    if names:
        label = said(rng, table("terse")["technology"]["label"], {"x": words["mass"]})
        cells.insert(rng.choice([0, 0, len(cells)]), _split(label) or ("tech", words["mass"]))
    if rng.random() < 0.5:
        cells = [(name[:1].upper() + name[1:], value) for name, value in cells]
    roll = rng.random()
    if roll < 0.35:
        body = "\n".join(f"| {name} | {value} |" for name, value in cells)
    elif roll < 0.65:
        bar = rng.choice([" | ", " | ", "\t", " ; "])
        body = bar.join(name for name, _ in cells) + "\n" + bar.join(value for _, value in cells)
    elif roll < 0.75:
        rows = [[name for name, _ in cells], ["---"] * len(cells), [value for _, value in cells]]
        body = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    else:
        mark = rng.choice([": ", ": ", " = ", " - ", "\t", ":"])
        body = "\n".join(f"{name}{mark}{value}" for name, value in cells)
    ending = str(rng.choice(phrases["ends"])).replace("{name}", words["name"])
    return f"{rng.choice(phrases['titles'])}{body}{ending}"


def _cell(rng: Random, clause: Clause) -> tuple[str, str]:
    """(name of the column, its value) of a clause; without a label that can be split, "filter"."""
    labels = [form for form in clause.forms.get("label", ()) if LABELLED.fullmatch(form)]
    if labels:
        found = _split(said(rng, labels, clause.slots))
        if found:
            return found
    return str(rng.choice(["filter", "note", "other", "also"])), _point(rng, clause)


def _split(label: str) -> tuple[str, str] | None:
    found = LABELLED.fullmatch(label)
    return (found.group(1), found.group(2)) if found else None


def able(clauses: list[Clause]) -> bool:
    """Whether the clauses can stand on lines of their own."""
    return bool(clauses) and terse.able(clauses)
