from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader, dequantize

from convert.gguf_file import GgufFile
from tuneserve.errors import ConversionError


def test_metadata_is_what_ggufs_own_reader_finds(small_base: Path) -> None:
    ours = GgufFile(small_base)
    fields = GGUFReader(small_base).fields
    theirs = {key: field.contents() for key, field in fields.items() if not key.startswith("GGUF.")}
    assert {key: ours.value(key) for key in theirs} == theirs


def test_weights_are_what_ggufs_own_reader_finds(small_base: Path) -> None:
    ours = GgufFile(small_base)
    for tensor in GGUFReader(small_base).tensors:
        expected = dequantize(tensor.data, tensor.tensor_type)
        assert np.array_equal(ours.weights(tensor.name), expected), tensor.name


def test_weight_counts_bits_of_the_tensors_alone(small_base: Path) -> None:
    weight = GgufFile(small_base).weight()
    assert weight.tensor_types == {"q4_1": 7, "f32": 2}
    assert 5.0 < weight.bits_per_weight < 6.0, "Q4_1 has 5 bits a weight; the two small tensors have 32"
    assert weight.file_bytes == small_base.stat().st_size


def test_file_cut_short_anywhere_is_refused(small_base: Path) -> None:
    whole = small_base.read_bytes()
    for length in (0, 3, 20, 200, len(whole) // 2, len(whole) - 64):
        small_base.write_bytes(whole[:length])
        with pytest.raises(ConversionError, match=r"base\.gguf: .*(cut short|damaged|cannot be read)"):
            GgufFile(small_base)


def test_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.gguf"
    path.write_text("<html>404 not found, but long enough to be read as a header</html>")
    with pytest.raises(ConversionError, match="no GGUF"):
        GgufFile(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"nothing\.gguf: no such file"):
        GgufFile(tmp_path / "nothing.gguf")
