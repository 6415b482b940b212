"""`structure_tokens`: the pieces that answers are put together with, each a token of its own.

An answer in JSON is mostly keys, quotes and words of a fixed list: '","capacity_min":"' says one thing and takes
five tokens of a vocabulary made for prose. A model writes one token a step, so that an answer in half the tokens is
there in half the steps, whichever program serves it. The pieces follow from the schema; those that the examples
use are added to the vocabulary, and their embeddings are trained with the adapter.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tuneserve.added_tokens import AddedTokens

if TYPE_CHECKING:
    from collections.abc import Callable

# What may stand before a key: the beginning, or the end of a value that is no string, a string, a list of strings.
_BEFORE = ("{", ",", '",', '"],')
# A piece that fewer of a thousand answers have, or fewer answers at all, is no token: too little to learn it from.
RARE = 1.0
FEWEST = 10
# llama-cpp-python (0.3.36) prints nothing at all for a token of 32 bytes or more: its buffer is that long.
MOST_BYTES = 31


def structure_tokens(schema: Mapping[str, Any], answers: Sequence[str]) -> tuple[str, ...]:
    """Pieces of compact JSON that `answers` have often enough, the longest first.

    schema   of an object, its keys under "properties"
    answers  as they are trained on: objects written without blanks

    A piece never ends in the quote that ends a string, nor does it begin inside a value, so that no two of them
    overlap: whether a tokenizer looks for the leftmost or for the longest first, it finds the same ones.
    """
    pieces = [piece for piece in dict.fromkeys(_pieces(schema)) if len(piece.encode()) <= MOST_BYTES]
    least = max(FEWEST, RARE / 1000 * len(answers))
    # Without the rare ones a shorter piece may take a longer one's place, so they are counted again.
    for _ in range(2):
        pieces = [piece for piece, number in _used(pieces, answers).items() if number >= least]
    return tuple(sorted(pieces, key=lambda piece: (-len(piece), piece)))


def added_to(tokenizer: Any, texts: Sequence[str]) -> AddedTokens:
    """Adds `texts` to the tokenizer, each found in a text before anything else is; gives their ids."""
    from tokenizers import AddedToken

    first = len(tokenizer)
    tokenizer.add_tokens([AddedToken(text, normalized=False, special=False) for text in texts])
    return AddedTokens(first, tuple(texts))


def make_room(model: Any, added: AddedTokens, ids_of: Callable[[str], list[int]] | None = None) -> None:
    """Gives the model rows for the added tokens where it has none left over, in the output layer too.

    ids_of  ids of a text by the base's own tokens: a row begins as the mean of the pieces that it stands for;
            without it rows are left for an adapter to fill
    """
    import torch

    added.make_room(model)
    if ids_of is None:
        return
    # Tied layers are one tensor, which is then set twice to the same.
    for layer in (model.get_input_embeddings(), model.get_output_embeddings()):
        with torch.no_grad():
            for number, text in zip(added.ids, added.texts, strict=True):
                layer.weight[number] = layer.weight[ids_of(text)].float().mean(dim=0).to(layer.weight.dtype)


def _pieces(schema: Mapping[str, Any]) -> Iterator[str]:
    for key, rule in schema.get("properties", {}).items():
        for before in _BEFORE:
            for value in _beginnings(rule):
                yield f"{before}{_written(key)}:{value}"
    yield '"]}'


def _beginnings(rule: Mapping[str, Any]) -> Iterator[str]:
    """How a value by that rule begins, as far as the rule fixes it."""
    fixed = rule.get("enum", [rule["const"]] if "const" in rule else [])
    for value in fixed:
        yield _written(value).removesuffix('"') if isinstance(value, str) else _written(value)
    if not fixed:
        kind = rule.get("type")
        strings = kind == "array" and (rule.get("items", {}).get("type") == "string" or "enum" in rule.get("items", {}))
        yield '"' if kind == "string" else '["' if strings else ""


def _used(pieces: Sequence[str], answers: Iterable[str]) -> Counter[str]:
    """How many of the answers have each piece, where the longest is taken first."""
    longest_first = sorted(pieces, key=len, reverse=True)
    if not longest_first:
        return Counter()
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return Counter(piece for answer in answers for piece in set(pattern.findall(answer)))


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
