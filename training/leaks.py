"""Is anything in the training data that it will be judged by?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tuneserve.errors import DataError
from tuneserve.example import Example, read_cases

TOKEN = re.compile(r"\w+|[^\w\s]")
LONG = 8  # tokens from which two texts that differ in one word count as near


def normalised(text: str) -> str:
    """`text` without what does not change a question: case, width of characters, blanks, final marks.

    Other punctuation stays: '>50 kW' and '<50 kW' are not the same question.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).rstrip("?.! ")


def near_keys(text: str) -> set[tuple[str, ...]]:
    """Keys of which near-equal texts share one: their sorted words, in long texts also all but one word."""
    words = sorted(TOKEN.findall(normalised(text)))
    keys = {tuple(words)}
    if len(words) >= LONG:
        keys |= {("*", *words[:at], *words[at + 1 :]) for at in range(len(words))}
    return keys


class Handwritten:
    """The questions of a task that were written by hand to judge it: every *.jsonl of cases in its folder."""

    def __init__(self, queries: Iterable[str]) -> None:
        self._near: dict[tuple[str, ...], str] = {}
        for query in queries:
            for key in near_keys(query):
                self._near.setdefault(key, query)

    def match(self, text: str) -> str | None:
        """The hand-written question that `text` equals or nearly equals, or None."""
        return next((self._near[key] for key in sorted(near_keys(text)) if key in self._near), None)


def handwritten(folder: Path) -> Handwritten:
    """Reads the questions only; a *.jsonl that holds no cases is passed over."""
    queries: list[str] = []
    for path in sorted(folder.glob("*.jsonl")):
        try:
            queries += [case.query for case in read_cases(path)]
        except DataError:
            continue
    return Handwritten(queries)


def leaks(splits: Mapping[str, Sequence[Example]], known: Handwritten) -> Iterator[str]:
    """What is wrong with the splits: the same text or group in two of them, or a hand-written question."""
    for what, key in (("text", lambda example: normalised(example.text)), ("group", lambda example: example.group)):
        seen: dict[str, str] = {}
        for split, examples in splits.items():
            for example in examples:
                first = seen.setdefault(key(example), split)
                if first != split:
                    yield f"{example.id}: its {what} is in '{first}' and '{split}': {example.text!r}"
    for split, examples in splits.items():
        for example in examples:
            if match := known.match(example.text):
                yield f"{example.id} ({split}): {example.text!r} is the hand-written {match!r}"
