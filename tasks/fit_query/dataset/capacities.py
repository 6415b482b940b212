"""Clauses of capacity: bounds, ranges and size words."""

from __future__ import annotations

import re
from random import Random

from tasks.fit_query.dataset import terse, values
from tasks.fit_query.dataset.frames import framed
from tasks.fit_query.dataset.phrases import said, table
from tasks.fit_query.dataset.question import Clause, Marks
from tasks.fit_query.dataset.values import plain

SPOKEN = values.SPOKEN_REGISTERS
# Only in these forms does the unit after the second figure count for the first as well.
SHARED_UNIT = re.compile(
    r"\{low\}( to |-|–| - |\.\.| up to )\{high\}|(between|betw|btwn?|bw) \{low\} (and|&|n) \{high\}", re.IGNORECASE
)
# Nobody says a hyphen between two numbers in words.
TYPED_RANGE = re.compile(r"\{low\} (&|n) \{high\}|\{low\} ?(-|–|\.\.) ?\{high\}", re.IGNORECASE)
# How often a bound takes its words from bound_words.toml, where every word stands in every position.
FRAMED = 0.5
# How often an amount is vague by its own form ("500ish kW") rather than by a word beside it.
VAGUE = 0.12
SIZES = {
    "small": {"capacity_max_kw": 50},
    "medium": {"capacity_min_kw": 50, "capacity_max_kw": 500},
    "large": {"capacity_min_kw": 500},
    "small or medium": {"capacity_max_kw": 500},
    "medium or large": {"capacity_min_kw": 50},
}


def capacity(rng: Random, marks: Marks, register: str, kind: str | None = None) -> Clause:
    phrases = table("capacity")
    kind = kind or rng.choices(["min", "max", "between", "about", "exactly", "size"], [32, 23, 16, 9, 12, 11])[0]
    if kind == "size":
        return size(rng)
    if kind == "between":
        low, high = _range(rng, register)
        slots, reading = {}, {}
        for key, field, value in (("low", "capacity_min", low), ("high", "capacity_max", high)):
            slots[key], reading[field] = marks.quote(value.text)
        answer = {"capacity_min_kw": plain(low.kw), "capacity_max_kw": plain(high.kw)}
        forms = phrases[kind] | terse.forms("capacity", kind)
        if low.text.replace(".", "").isdigit():
            forms = {position: [one for one in forms[position] if SHARED_UNIT.search(one)] for position in forms}
        if low.text[0].isalpha() and not re.search("watt|meg|[wW]$", low.text):
            forms = {
                position: [one for one in forms[position] if SHARED_UNIT.search(one) and not TYPED_RANGE.search(one)]
                for position in forms
            }
        if " " in low.text and not low.text.replace(" ", "").isdigit():
            forms = forms | {"pre": []}
        return Clause("capacity", forms, reading, answer, slots)
    one = limit(rng, register) if kind in ("min", "max") else values.amount(rng, register)
    if kind == "about" and rng.random() < VAGUE:
        one = values.vague(rng)
        slot, mark = marks.quote(one.text)
        answer = {"capacity_min_kw": plain(one.kw * 0.9), "capacity_max_kw": plain(one.kw * 1.1)}
        return Clause("capacity", phrases["vague"], {"capacity_about": mark}, answer, {"n": slot})
    slot, mark = marks.quote(one.text)
    if rng.random() < 0.015 and kind in ("min", "max"):
        wrong = values.amount(rng, register).text
        slot = said(rng, table("place")["corrected"]["templates"], {"wrong": wrong, "p": slot})
    kw = plain(one.kw)
    answer = {
        "min": {"capacity_min_kw": kw},
        "max": {"capacity_max_kw": kw},
        "about": {"capacity_min_kw": plain(one.kw * 0.9), "capacity_max_kw": plain(one.kw * 1.1)},
        "exactly": {"capacity_min_kw": kw, "capacity_max_kw": kw},
    }[kind]
    forms = phrases[kind] | terse.forms("capacity", kind)
    if kind in ("min", "max") and rng.random() < FRAMED:
        forms = forms | framed("capacity", kind)
    if kind in ("min", "max") and not one.text[0].isdigit():
        forms = forms | {"pre": []}
    return Clause("capacity", forms, {f"capacity_{kind}": mark}, answer, {"n": slot})


def limit(rng: Random, register: str) -> values.Amount:
    """An amount beside a bound's word, where its unit may be left out ("ad >499") or be a bare k ("min 2k")."""
    one = values.amount(rng, register)
    if one.kw >= 1000 or register in SPOKEN:
        return one
    typed = register in ("box", "note", "plain", *terse.STYLES)
    if typed and rng.random() < (0.25 if register in terse.STYLES else 0.12):
        return values.Amount(f"{one.kw:g}", one.kw)
    if register in terse.STYLES and one.kw >= 20 and one.kw == int(one.kw) and rng.random() < 0.05:
        return values.Amount(f"{one.kw:g}k", one.kw)
    return one


def _range(rng: Random, register: str) -> tuple[values.Amount, values.Amount]:
    """Two amounts, the first smaller; mostly the unit is said once."""
    if register in SPOKEN and rng.random() < 0.45:
        return _spoken_range(rng)
    if register in SPOKEN or rng.random() >= 0.8:
        first = values.amount(rng, register)
        if first.kw >= 10000:
            first = values.Amount("100 kW", 100)
        return first, values.amount(rng, register, first.kw)
    figures, unit, factor = table("amounts")["range_kilowatts"], values.unit(rng), 1
    if rng.random() < 0.3:
        figures, factor = table("amounts")["range_megawatts"], 1000
        unit = rng.choice(["MW", " MW", "mw", " megawatts", "Mw"])
    low, high = sorted(rng.sample(figures, 2))
    words = f"{low:g}" if rng.random() < 0.7 else f"{low:g}{unit}"
    return values.Amount(words, low * factor), values.Amount(f"{high:g}{unit}", high * factor)


def _spoken_range(rng: Random) -> tuple[values.Amount, values.Amount]:
    """ "From fifty to two hundred kilowatts": both in words, with one unit."""
    if rng.random() < 0.3:
        low, high = sorted(rng.sample([1, 2, 3, 4, 5], 2))
        unit = rng.choice(["megawatts", "megawatts", "megs"])
        return values.Amount(values.in_words(low), low * 1000), values.Amount(
            f"{values.in_words(high)} {unit}", high * 1000
        )
    low, high = sorted(rng.sample(table("amounts")["spoken"], 2))
    if low == high:
        high = low + 50
    return values.Amount(values.in_words(low), low), values.Amount(f"{values.in_words(high)} kilowatts", high)


def size(rng: Random) -> Clause:
    name = rng.choices(list(SIZES), [32, 22, 32, 8, 6])[0]
    phrases = table("capacity")["size"]
    word = str(rng.choice(phrases[name.replace(" ", "_")]))
    forms = {key: phrases[key] for key in ("post", "bare", "tail", "sent")} | {"pre": ["{size}"]} | terse.forms("size")
    return Clause("size", forms, {"size": name}, dict(SIZES[name]), {"size": word})
