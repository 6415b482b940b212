"""The rungs that serving runs, on the real base model (90 MB, fetched once), a few tokens a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from serving.rungs import GatewayRung, Gguf, GgufRung, KeptEngine
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.errors import EngineUnavailable
from tuneserve.example import Case
from tuneserve.ladder import Exam, Question, Rung, climb, reader_key
from tuneserve.progress import LogLines, Silent
from tuneserve.task import load_task
from tuneserve.texts import Texts, prompt_key

TASK = replace(load_task("_template"), max_tokens=4)
CASE = Case("a room for 8 people on friday", {"people": 8, "day": "friday"})
MESSAGES = TASK.messages(CASE.query)


@pytest.fixture(scope="module")
def base() -> Gguf:
    return Gguf(packaged_base(SMOLLM2.name, LogLines()), SMOLLM2.sha256)


@pytest.fixture
def exam(tmp_path: Path) -> Exam:
    return Exam(TASK, {"cases": [Question(CASE, MESSAGES)]}, date(2026, 1, 1), Texts(tmp_path / "texts.jsonl"))


def test_a_file_is_asked_once_and_the_gateway_takes_what_it_wrote(base: Gguf, exam: Exam) -> None:
    alone = climb(exam, [GgufRung(base, "q4_1")], Silent())["q4_1"]["cases"].scored[0]
    assert alone.written
    assert alone.problems == ("not_json",), "four tokens are no reading"

    whole = climb(exam, [GatewayRung(base, "q4_1")], Silent())["gateway"]["cases"].scored[0]
    assert (whole.got, whole.origin) == (CASE.expected, "rules")
    assert whole.problems == ("unconfirmed",), "a model that wrote nothing usable confirms nothing"

    nowhere = Gguf(Path("nowhere.gguf"), base.sha256)
    rungs: list[Rung] = [GgufRung(nowhere, "q4_1"), GatewayRung(nowhere, "q4_1")]
    again = climb(exam, rungs, Silent())
    assert again["q4_1"]["cases"].scored[0].written == alone.written, "no file is opened when every text is known"
    assert again["gateway"]["cases"].scored[0].got == CASE.expected


def test_a_text_held_to_the_grammar_is_another_than_a_free_one(base: Gguf, exam: Exam) -> None:
    reader = reader_key(base.identity, TASK)
    exam.texts.add(reader, prompt_key(MESSAGES), "free", 0.25)
    exam.texts.add(reader, prompt_key(MESSAGES, TASK.schema), "held")
    engine = KeptEngine(base, TASK, exam.texts)
    done = [engine.complete(MESSAGES, schema=schema, max_tokens=4, deadline=None) for schema in (None, TASK.schema)]
    engine.close()
    assert [(one.text, one.confidence) for one in done] == [("free", 0.25), ("held", None)]


def test_a_deadline_that_has_passed_changes_nothing(exam: Exam) -> None:
    engine = KeptEngine(Gguf(Path("nowhere.gguf"), "0"), TASK, exam.texts)
    with pytest.raises(EngineUnavailable, match="no such model file"):
        engine.complete(MESSAGES, schema=None, max_tokens=4, deadline=0.0)
