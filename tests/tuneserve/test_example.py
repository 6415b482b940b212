from __future__ import annotations

from pathlib import Path

import pytest

from tuneserve.errors import DataError
from tuneserve.example import Example, read_cases, read_examples, write_examples

EXAMPLE = Example(
    id="1",
    messages=({"role": "user", "content": "Grüße"}, {"role": "assistant", "content": "{}"}),
    answer={},
    source="generated",
    group="g",
    tags=("basic",),
)


def test_examples_come_back_as_they_were_written(tmp_path: Path) -> None:
    assert write_examples(tmp_path / "a.jsonl", [EXAMPLE]) == 1
    assert read_examples(tmp_path / "a.jsonl") == [EXAMPLE]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", r"cases\.jsonl:2: not JSON"),
        ("[]", r"cases\.jsonl:2: a case is"),
        ('{"query": 1, "expected": {}}', r"cases\.jsonl:2: a case is"),
        ('{"query": "a"}', r"cases\.jsonl:2: a case is"),
        ('{"query": "a", "expected": {}, "tags": "b"}', r"cases\.jsonl:2: tags"),
    ],
)
def test_a_bad_case_is_named_by_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"query": "a", "expected": {}}\n' + line + "\n")
    with pytest.raises(DataError, match=said):
        read_cases(path)


def test_input_is_another_name_for_query(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('\ufeff{"input": "a", "expected": {"b": 1}, "tags": ["t"]}\n\n', encoding="utf-8")
    assert read_cases(path)[0].query == "a"


def test_a_missing_or_empty_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_cases(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(DataError, match="no cases"):
        read_cases(tmp_path / "empty.jsonl")
