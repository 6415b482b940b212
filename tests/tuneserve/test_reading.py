from __future__ import annotations

import pytest

from tuneserve.reading import NotAReading, ReadingParser
from tuneserve.task import load_task

PARSER = ReadingParser(load_task("_template").written_schema)


def test_one_object_that_the_schema_allows_is_a_reading() -> None:
    assert PARSER.parse(' {"people":8,"day":"friday"}\n') == {"people": 8, "day": "friday"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure! A room for 8.",
        '```json\n{"people":8}\n```',
        '{"people":8}{"people":9}',
        '{"people":8,"people":9}',
        '{"people":NaN}',
        '{"people":1e999}',
        '["people"]',
        "null",
        "[" * 100_000,
    ],
)
def test_what_would_have_to_be_guessed_at_is_refused(text: str) -> None:
    with pytest.raises(NotAReading) as refused:
        PARSER.parse(text)
    assert refused.value.code == "not_json"


@pytest.mark.parametrize("text", ['{"guests":8}', '{"people":"many"}'])
def test_an_object_that_the_schema_forbids_is_named_by_its_place(text: str) -> None:
    with pytest.raises(NotAReading, match="of the schema") as refused:
        PARSER.parse(text)
    assert refused.value.code == "not_by_schema"
