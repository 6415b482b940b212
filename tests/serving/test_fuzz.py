"""Whatever is asked and whatever a model writes: the reply is as published, and no 5xx but those that are meant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving.answering import Answerer, NoAnswer
from serving.bench.plan import question_texts
from serving.input_text import cleaned
from tests.load.fuzz import READ_EVERY, Run, fuzz
from tests.load.in_process import PlayedEngine, running, sent
from tests.load.inputs import Maker, Sent, any_reading
from tests.load.judge import Judge
from tests.load.slope import BLOCKS, Slope
from tests.serving.conftest import TASK
from tuneserve.errors import InputRefused
from tuneserve.progress import Silent
from tuneserve.reading import ReadingParser
from tuneserve.task import Grounded, Task, load_task

FIT_QUERY = load_task("fit_query")
TASKS = [TASK, FIT_QUERY]
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)

# Texts as callers send them: any code points, halves of pairs among them.
ANY_TEXT = st.text(max_size=300)


def questions(task: Task) -> Sequence[str]:
    return question_texts(task) if task is FIT_QUERY else TASK.examples


QUESTIONS = {task.name: st.sampled_from(questions(task)) for task in TASKS}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


def outputs(task: Task) -> st.SearchStrategy[str]:
    """What a model may write: anything, any JSON, objects with the task's keys, readings by its schema."""
    keys = st.sampled_from(sorted(task.written_schema["properties"]))
    nearly = st.dictionaries(keys, JSON_VALUES, max_size=5)
    readings = st.builds(
        lambda chance, text: any_reading(chance, task.written_schema, text),
        st.randoms(use_true_random=False),
        QUESTIONS[task.name],
    )
    return st.text(max_size=400) | st.one_of(JSON_VALUES, nearly, readings).map(
        lambda value: json.dumps(value, ensure_ascii=False)
    )


def inputs(task: Task) -> st.SearchStrategy[str]:
    joined = st.builds(lambda question, more: question + more, QUESTIONS[task.name], st.text(max_size=40))
    return st.one_of(ANY_TEXT, QUESTIONS[task.name], joined)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
@given(data=st.data())
@PATIENT
def test_any_question_and_any_text_of_a_model_end_in_a_checked_answer_or_a_refusal(
    task: Task, data: st.DataObject
) -> None:
    engine = PlayedEngine()
    engine.play = data.draw(outputs(task), "the model writes")
    text = data.draw(inputs(task), "the caller asks")
    try:
        answer = Answerer(task, engine).answer(text)
    except (InputRefused, NoAnswer):
        return
    shown = json.dumps(answer.as_json(), ensure_ascii=False).encode()
    verdict = Judge(TASKS).reply("POST", 200, {"content-type": "application/json", "x-request-id": "x"}, shown)
    assert verdict.wrong == ""
    assert answer.input == cleaned(text)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
@given(data=st.data())
@PATIENT
def test_through_the_model_alone_no_text_gets_past_the_checks(task: Task, data: st.DataObject) -> None:
    engine = PlayedEngine()
    engine.play = data.draw(outputs(task), "the model writes")
    text = data.draw(inputs(task), "the caller asks")
    try:
        answer = Answerer(task, engine).answer(text, through="model")
    except (InputRefused, NoAnswer):
        return
    assert answer.origin in ("model", "repaired")
    assert isinstance(ReadingParser(task.written_schema).parse(engine.play), dict), "it wrote a reading"


def play(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scene())


def test_a_short_run_over_http_finds_nothing() -> None:
    run = Run(seed=2026)
    play(lambda: fuzz(TASKS, questions, range(600), run, Silent()))
    assert run.wrong == []
    assert run.count == 600
    # It reaches all parts of the path, and is no run of refusals.
    assert {"model", "rules", "not-json", "no-answer", "invalid-fields", "batch", "completion"} <= set(run.replies)
    assert run.asked > 200
    assert len(run.memory) == 600 // READ_EVERY


def test_the_same_seed_makes_the_same_requests_and_another_one_others() -> None:
    def made(seed: int) -> list[str]:
        maker = Maker([TASK], lambda task: task.examples, seed)
        return [repr(maker.made(number)) for number in range(50)]

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert len(set(made(1))) > 45


def test_half_a_character_of_a_model_is_no_reading() -> None:
    """Its problem quoted it, and nothing can be sent that is no text: callers were told 500."""

    async def scene() -> None:
        engine = PlayedEngine()
        engine.play = '{"length":"\\ud83d km"}'
        async with running([TASK], engine) as app:
            body = json.dumps({"input": "how far"}).encode()
            status, _, said = await sent(app, Sent("POST", "/v1/tasks/distance/answer", body))
            assert status == 422
            assert b"half a character" in said
            engine.play = '{"length":"3 \\u006bm"}'  # an escape that is a letter
            body = json.dumps({"input": "how far is 3 km"}).encode()
            status, _, said = await sent(app, Sent("POST", "/v1/tasks/distance/answer", body))
            assert (status, json.loads(said)["origin"]) == (200, "model")

    play(scene)


ANSWERED = {
    "id": "0" * 32, "task": "distance", "input": "3 km", "output": {"metres": 3000}, "origin": "model",
    "release": "distance@1.0.0", "fields": {}, "problems": [], "took_ms": {"total": 1.0},
}  # fmt: skip
REFUSED = {"type": "urn:tuneserve:problem:no-answer", "title": "x", "status": 422, "detail": "x", "request_id": "x"}


@pytest.mark.parametrize(
    ("status", "body", "changes", "wrong"),
    [
        (200, ANSWERED, {}, ""),
        (200, ANSWERED, {"output": {"metres": "3000"}}, "metres breaks 'type' of its schema"),
        (200, ANSWERED, {"output": {"metres": 1, "sql": 1}}, "the whole breaks 'additionalProperties' of its schema"),
        (200, ANSWERED, {"origin": "guess"}, "origin breaks 'enum' of its schema"),
        (200, ANSWERED, {"task": "another"}, "an answer of a task that is not served: another"),
        (422, REFUSED, {}, ""),
        (500, REFUSED, {"status": 500, "type": "urn:tuneserve:problem:internal"}, "an unplanned 500: internal"),
        (503, REFUSED, {"status": 503, "type": "urn:tuneserve:problem:queue-full"}, "there is no Retry-After"),
        (422, REFUSED, {"status": 400}, "the problem's status or request_id is not that of the reply"),
        (422, REFUSED, {"type": "about:blank"}, "type breaks 'pattern' of its schema"),
    ],
)
def test_the_judge_tells_wrong_replies_from_right_ones(
    status: int, body: dict[str, object], changes: dict[str, object], wrong: str
) -> None:
    kind = "application/json" if status == 200 else "application/problem+json"
    headers = {"content-type": kind, "x-request-id": "x"}
    found = Judge([TASK]).reply("POST", status, headers, json.dumps({**body, **changes}).encode())
    assert found.wrong == wrong


def test_the_judge_reads_every_line_of_a_batch() -> None:
    headers = {"content-type": "application/x-ndjson", "x-request-id": "x"}
    broken = {**ANSWERED, "output": {}}
    lines = "\n".join(json.dumps(line) for line in (ANSWERED, {**REFUSED, "line": 2}, broken))
    assert "required" in Judge([TASK]).reply("POST", 200, headers, lines.encode()).wrong


def test_a_gateway_that_answers_out_of_shape_is_found_out() -> None:
    loose = replace(TASK, schema={"type": "object"}, ground=lambda *_: Grounded({"kilometres": 3}))

    async def scene() -> None:
        engine = PlayedEngine()
        engine.play = '{"length":"3 km"}'
        async with running([loose], engine) as app:
            reply = await sent(app, Sent("POST", "/v1/tasks/distance/answer", b'{"input": "3 km"}'))
            assert "additionalProperties" in Judge([TASK]).reply("POST", *reply).wrong
            assert Judge([loose]).reply("POST", *reply).wrong == ""

    play(scene)


def test_a_slope_is_found_with_its_interval() -> None:
    steps = list(range(BLOCKS * 10))
    rising = Slope.of(steps, [100 + 2 * step + step * 7919 % 13 for step in steps])
    assert rising.each == pytest.approx(2, abs=0.05)
    assert rising.low < 2 < rising.high
    flat = Slope.of(steps, [100 + step * 7919 % 13 for step in steps])
    assert flat.low < 0 < flat.high
    assert str(Slope(1, 0.5, 1.5).times(2)) == "+2.00 (+1.00 to +3.00)"
    with pytest.raises(ValueError, match="at least"):
        Slope.of([1, 2], [1, 2])
