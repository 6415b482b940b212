"""Bounds as frames and words (`phrases/bound_words.toml`): every word of a bound in every position."""

from __future__ import annotations

from functools import cache

from tasks.fit_query.dataset.phrases import table


@cache
def framed(field: str, side: str) -> dict[str, list[str]]:
    """Position -> all templates of one side of a bound: `side` is min or max, of dates before, after, from or to."""
    words = table("bound_words")[field]
    return {
        position: [
            with_word(template, word)
            for kind, templates in frames.items()
            for template in templates
            for word in words[side].get(kind, ())
        ]
        for position, frames in words["frames"].items()
    }


def with_word(template: str, word: str) -> str:
    """The template with the bound's word; a word that ends in a hyphen or a stroke stands right beside its value."""
    text = template.replace("{x}", word)
    text = text.replace("/ {", "/{").replace("- {", "-{")
    return text[:1].upper() + text[1:] if template.endswith(".") else text
