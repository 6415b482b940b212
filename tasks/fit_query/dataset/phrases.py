"""The phrase files under `phrases/`, and their small template language.

`{slot}` is filled with a value; `(a|b|)` is one of the alternatives, which may be empty and may nest.
A line of a .txt file is a template; blank lines and lines that start with `#` are skipped.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tuneserve.errors import DataError

FOLDER = Path(__file__).parent / "phrases"
INNERMOST = re.compile(r"\(([^()]*)\)")
SLOT = re.compile(r"\{([a-z_0-9]+)\}")


@cache
def table(name: str) -> dict[str, Any]:
    """The TOML file `phrases/<name>.toml`."""
    path = FOLDER / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: phrase file cannot be read: {error}") from error


@cache
def lines(name: str) -> tuple[str, ...]:
    """The templates of the text file `phrases/<name>.txt`."""
    path = FOLDER / f"{name}.txt"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: phrase file cannot be read: {error}") from error
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def expanded(rng: Random, template: str) -> str:
    """`template` with one alternative chosen in every pair of brackets."""
    while found := INNERMOST.search(template):
        choice = rng.choice(found.group(1).split("|"))
        template = template[: found.start()] + choice + template[found.end() :]
    return re.sub(r" {2,}", " ", template).strip()


def filled(template: str, slots: dict[str, str]) -> str:
    """`template` with its slots filled; raises DataError on a slot that has no value."""

    def value(found: re.Match[str]) -> str:
        if found.group(1) not in slots:
            raise DataError(f"phrase '{template}': slot {{{found.group(1)}}} has no value (there are: {sorted(slots)})")
        return slots[found.group(1)]

    return re.sub(r" {2,}", " ", SLOT.sub(value, template)).strip()


def said(rng: Random, templates: list[str] | tuple[str, ...], slots: dict[str, str]) -> str:
    """One of the templates, expanded and filled."""
    return filled(expanded(rng, rng.choice(templates)), slots)
