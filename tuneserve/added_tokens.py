"""`AddedTokens`: tokens that training added to a base's vocabulary, as the adapter's own file names them.

Their embeddings are in adapter_model.safetensors, where PEFT keeps them; what they stand for is in the same file's
header, so that file and words cannot be parted.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneserve.errors import ConversionError

_KEY = "tuneserve.added_tokens"
_MOST_HEADER_BYTES = 100_000_000  # the safetensors format's own limit


@dataclass(frozen=True, slots=True)
class AddedTokens:
    """`texts` of the tokens; their ids are `first`, `first` + 1, ... in that order, behind those of the base."""

    first: int
    texts: tuple[str, ...]

    @property
    def ids(self) -> list[int]:
        return list(range(self.first, self.first + len(self.texts)))

    def make_room(self, model: Any) -> None:
        """Gives a model of transformers rows for these tokens where it has none left over, in both layers that name
        tokens; what is in them is for an adapter to say."""
        rows = max(model.get_input_embeddings().weight.shape[0], self.first + len(self.texts))
        model.resize_token_embeddings(rows, mean_resizing=False)

    def as_metadata(self) -> dict[str, str]:
        """For the header of a safetensors file, whose values are strings."""
        return {_KEY: json.dumps({"first": self.first, "texts": self.texts})}


def read_added_tokens(weights: Path) -> AddedTokens | None:
    """The tokens that the adapter in that safetensors file adds; None when it adds none.

    Format: https://github.com/huggingface/safetensors#format. Raises ConversionError when the file is missing or
    damaged.
    """
    try:
        with weights.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > _MOST_HEADER_BYTES:
                raise ValueError(f"a header of {length:,} bytes")
            said = json.loads(file.read(length)).get("__metadata__", {}).get(_KEY)
        if said is None:
            return None
        found = json.loads(said)
        return AddedTokens(int(found["first"]), tuple(str(text) for text in found["texts"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise ConversionError(f"{weights}: missing or damaged ({error})") from error
