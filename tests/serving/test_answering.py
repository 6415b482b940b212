"""The one path from an input to a checked answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies
from sqlalchemy.exc import OperationalError

from serving.answering import Answerer, NoAnswer
from serving.cache import MemoryCache
from serving.decision import UNCONFIRMED
from serving.engines.engine import Completion
from serving.input_text import InputEmpty, InputTooLong, cleaned
from tests.serving.conftest import READING, TASK, ScriptedEngine, no_import
from tuneserve.answer import FieldSource
from tuneserve.errors import EngineError, EngineTimeout, EngineUnavailable, UsageError
from tuneserve.task import Evidence, Grounded, JsonObject, Lookup, Problem, Rows, Task

WITHOUT_RULES = replace(TASK, rules=None)
DOUBT = Problem("doubtful_refusal", "it plainly asks for a length")


def doubting_task(rules: Callable[[str, date], JsonObject | None] | None = None) -> Task:
    """A task whose grounding doubts a refusal, here {}; the schema of its second try wants a length."""

    def ground(text: str, reading: JsonObject, today: date) -> Grounded:
        return TASK.ground(text, reading, today) if reading else Grounded({}, {}, (DOUBT,))

    schema = {**TASK.schema, "required": []}
    reading_schema = {**READING, "required": []}
    return replace(TASK, ground=ground, rules=rules, schema=schema, reading_schema=reading_schema, retry_schema=READING)


class Unsure(ScriptedEngine):
    """Tells how probable each of its texts is."""

    def __init__(self, confidence: float | None, *plays: str) -> None:
        super().__init__(*plays)
        self.confidence = confidence

    def complete(self, *arguments: Any, **named: Any) -> Completion:
        return replace(super().complete(*arguments, **named), confidence=self.confidence)


def test_a_doubtful_refusal_is_asked_again_without_refusals() -> None:
    engine = Unsure(0.8, "{}", '{"length":"3 km"}')
    answer = Answerer(doubting_task(), engine).answer("3 km")
    assert answer.output == {"metres": 3000}
    assert answer.origin == "repaired"
    assert [problem.code for problem in answer.problems] == ["second_reading"]
    assert [asked["schema"] for asked in engine.asked] == [None, READING]


@pytest.mark.parametrize(
    ("confidence", "plays", "times"),
    [
        (0.999, ("{}", '{"length":"3 km"}'), 1),  # sure of its refusal
        (None, ("{}", '{"length":"3 km"}'), 1),
        (0.8, ("{}", '{"length":"7 km"}'), 2),  # not in the question: blocked
        (0.8, ("{}", "no reading"), 2),
        (0.8, ("{}", "{}"), 2),
    ],
)
def test_a_refusal_stands_where_it_is_sure_or_its_second_reading_is_worse(
    confidence: float | None, plays: tuple[str, str], times: int
) -> None:
    engine = Unsure(confidence, *plays)
    answer = Answerer(doubting_task(), engine).answer("3 km")
    assert answer.output == {}
    assert DOUBT in answer.problems
    assert len(engine.asked) == times


def test_a_refusal_that_rules_can_weigh_is_not_asked_again() -> None:
    engine = Unsure(0.8, "{}", '{"length":"3 km"}')
    answer = Answerer(doubting_task(rules=lambda text, today: {"length": "3 km"}), engine).answer("3 km")
    assert answer.origin == "rules"
    assert len(engine.asked) == 1


def test_a_task_without_a_second_schema_asks_once() -> None:
    engine = Unsure(0.8, "{}", '{"length":"3 km"}')
    assert Answerer(replace(doubting_task(), retry_schema=None), engine).answer("3 km").output == {}
    assert len(engine.asked) == 1


def test_the_model_s_reading_becomes_a_checked_answer() -> None:
    engine = ScriptedEngine('{"length":"3 km"}')
    answer = Answerer(TASK, engine, release="distance@1.0.0").answer("  how far is\t3 km? ")
    assert answer.input == "how far is 3 km?"
    assert answer.output == {"metres": 3000}
    assert answer.origin == "model"
    assert answer.release == "distance@1.0.0"
    assert answer.fields == {"length": FieldSource("model", "3 km"), "metres": FieldSource("grounding", None)}
    assert answer.problems == ()
    assert {"total", "model", "ground", "rules"} == set(answer.took_ms)
    [asked] = engine.asked
    assert asked["messages"] == TASK.messages("how far is 3 km?")
    assert asked["max_tokens"] == TASK.max_tokens
    assert asked["schema"] is None


@pytest.mark.parametrize(
    "written",
    [
        "It is 3 km.",
        '{"length":"3 km"',
        '{"length":"3 km"} I hope that helps',
        '```json\n{"length":"3 km"}\n```',
        '{"length":"3 km","metres":7}',
        '{"length":3}',
        '{"length":"3 km","length":"4 km"}',
        '["3 km"]',
        "null",
        "NaN",
        "",
        " " * 500,
        "[" * 100_000,
        '{"length":' + "9" * 5000 + "}",
    ],
)
def test_a_text_that_is_no_reading_is_repaired_once_with_the_grammar(written: str) -> None:
    engine = ScriptedEngine(written, '{"length":"3 km"}')
    answer = Answerer(WITHOUT_RULES, engine).answer("how far is 3 km")
    assert answer.origin == "repaired"
    assert answer.output == {"metres": 3000}
    assert [asked["schema"] for asked in engine.asked] == [None, READING]


@pytest.mark.parametrize(("written", "times"), [('{"length":"3 km"}', 1), ('{"length":"4 km"}', 2)])
def test_what_both_readers_read_is_grounded_once(written: str, times: int) -> None:
    grounded = []

    def ground(text: str, reading: JsonObject, today: date) -> Grounded:
        grounded.append(reading)
        return TASK.ground(text, reading, today)

    answer = Answerer(replace(TASK, ground=ground), ScriptedEngine(written)).answer("not 3 km but 4 km")
    assert len(grounded) == times
    assert answer.fields["length"].source == ("model" if times == 1 else answer.origin)


def test_the_rules_answer_when_the_repair_fails_too() -> None:
    answer = Answerer(TASK, ScriptedEngine("prose")).answer("how far is 3 km")
    assert answer.origin == "rules"
    assert answer.fields["length"] == FieldSource("rules", "3 km")


def test_a_task_without_rules_says_that_the_model_wrote_nothing_usable() -> None:
    with pytest.raises(NoAnswer, match="no JSON"):
        Answerer(WITHOUT_RULES, ScriptedEngine("prose")).answer("how far is 3 km")


def test_a_reading_that_is_untrue_of_the_input_is_not_passed_on() -> None:
    with pytest.raises(NoAnswer, match="'9 km' is no length of the text") as caught:
        Answerer(WITHOUT_RULES, ScriptedEngine('{"length":"9 km"}')).answer("how far is 3 km")
    assert [problem.code for problem in caught.value.problems] == ["not_in_text"]


def test_the_rules_answer_when_the_model_s_reading_is_untrue() -> None:
    answer = Answerer(TASK, ScriptedEngine('{"length":"9 km"}')).answer("how far is 3 km")
    assert (answer.origin, answer.output, answer.problems) == ("rules", {"metres": 3000}, (UNCONFIRMED,))


def test_a_model_that_the_rules_cannot_follow_is_unconfirmed_in_the_gateway_only() -> None:
    task = replace(TASK, rules=lambda text, today: None)
    answerer = Answerer(task, ScriptedEngine('{"length":"3 km"}'))
    assert answerer.answer("how far is 3 km").problems == (UNCONFIRMED,)
    assert answerer.answer("how far is 3 km", through="model").problems == ()


def test_readers_that_differ_are_reported_with_the_fields() -> None:
    engine = ScriptedEngine('{"length":"4 km"}')
    answer = Answerer(TASK, engine).answer("not 3 km but 4 km")
    assert answer.output == {"metres": 3000}
    assert answer.origin == "rules"
    [problem] = answer.problems
    assert problem.code == "readers_disagree"
    assert "metres" in problem.message
    assert answer.alternative == {"metres": 4000}
    assert not problem.blocking


def test_another_policy_can_be_put_in() -> None:
    def rules_first(model: Grounded, rules: Grounded, confidence: float | None):  # type: ignore[no-untyped-def]
        from serving.decision import Decision

        return Decision("rules")

    answer = Answerer(TASK, ScriptedEngine('{"length":"4 km"}'), policy=rules_first).answer("not 3 km but 4 km")
    assert answer.origin == "rules"


def test_fields_taken_over_from_the_other_reader_are_signed_with_its_name() -> None:
    def both(model: Grounded, rules: Grounded, confidence: float | None):  # type: ignore[no-untyped-def]
        from serving.decision import Decision

        evidence = {"metres": Evidence("reader", "3 km"), "by_foot": Evidence("reader", "walk")}
        completed = Grounded({"metres": 3000, "by_foot": True}, evidence)
        return Decision("rules", None, completed, frozenset({"by_foot"}))

    answer = Answerer(TASK, ScriptedEngine('{"length":"4 km"}'), policy=both).answer("walk not 3 km but 4 km")
    assert answer.output == {"metres": 3000, "by_foot": True}
    assert {name: source.source for name, source in answer.fields.items()} == {"metres": "rules", "by_foot": "model"}


@pytest.mark.parametrize(
    "error", [EngineUnavailable("no server"), EngineTimeout("too late"), EngineError("broken")], ids=lambda e: e.kind
)
def test_the_rules_answer_when_the_engine_fails(error: EngineError) -> None:
    answer = Answerer(TASK, ScriptedEngine(error)).answer("how far is 3 km")
    assert answer.origin == "rules"


def test_the_engine_s_error_is_told_when_the_rules_cannot_read_the_input() -> None:
    with pytest.raises(EngineUnavailable, match="no server"):
        Answerer(TASK, ScriptedEngine(EngineUnavailable("no server"))).answer("how far is it")


def test_a_task_without_rules_and_without_a_model_names_the_command() -> None:
    with pytest.raises(EngineUnavailable, match="tuneserve prepare distance"):
        Answerer(WITHOUT_RULES, None).answer("how far is 3 km")


def test_a_task_with_rules_needs_no_model() -> None:
    answer = Answerer(TASK, None).answer("how far is 3 km")
    assert (answer.origin, answer.output) == ("rules", {"metres": 3000})


def test_through_the_model_no_rules_are_asked() -> None:
    def no_rules(text: str, today: date) -> None:
        raise AssertionError("the rules were asked")

    task = replace(TASK, rules=no_rules)
    answer = Answerer(task, ScriptedEngine('{"length":"3 km"}')).answer("how far is 3 km", through="model")
    assert answer.origin == "model"
    with pytest.raises(NoAnswer):
        Answerer(task, ScriptedEngine('{"length":"9 km"}')).answer("how far is 3 km", through="model")


def test_through_the_rules_no_model_is_asked() -> None:
    engine = ScriptedEngine('{"length":"3 km"}')
    answer = Answerer(TASK, engine).answer("how far is 3 km", through="rules")
    assert (answer.origin, engine.asked) == ("rules", [])


def test_a_task_without_rules_cannot_be_asked_through_them() -> None:
    with pytest.raises(UsageError, match="has no rules"):
        Answerer(WITHOUT_RULES, None).answer("3 km", through="rules")


def test_an_output_that_its_own_schema_forbids_is_not_passed_on() -> None:
    with pytest.raises(NoAnswer, match="breaks the task's schema"):
        Answerer(TASK, None).answer("how far is 999999 km")


def test_the_model_is_held_to_the_schema_from_the_start_when_told() -> None:
    engine = ScriptedEngine('{"length":"3 km"}')
    answer = Answerer(WITHOUT_RULES, engine, grammar="always").answer("3 km")
    assert (answer.origin, [asked["schema"] for asked in engine.asked]) == ("model", [READING])


def test_the_model_is_not_asked_twice_when_the_grammar_is_switched_off() -> None:
    engine = ScriptedEngine("prose")
    assert Answerer(TASK, engine, grammar="never").answer("3 km").origin == "rules"
    assert len(engine.asked) == 1


def test_the_deadline_counts_from_when_the_input_arrived() -> None:
    engine = ScriptedEngine('{"length":"3 km"}')
    arrived = time.monotonic() - 0.5
    answer = Answerer(TASK, engine, deadline_ms=1000).answer("3 km", arrived=arrived)
    assert engine.asked[0]["deadline"] == pytest.approx(arrived + 1)
    assert answer.took_ms["total"] >= 500


def test_the_same_question_is_answered_from_the_cache() -> None:
    engine = ScriptedEngine('{"length":"3 km"}')
    answerer = Answerer(TASK, engine, cache=MemoryCache(10))
    first, second = answerer.answer("3 km"), answerer.answer("3  km")
    assert (second.origin, second.cached_from, second.output) == ("cache", "model", first.output)
    assert second.fields == first.fields
    assert second.id != first.id
    assert len(engine.asked) == 1


@pytest.mark.parametrize("change", [{"today": date(2020, 1, 1)}, {"through": "model"}])
def test_the_cache_keeps_days_and_readers_apart(change: dict[str, object]) -> None:
    answerer = Answerer(TASK, ScriptedEngine('{"length":"3 km"}'), cache=MemoryCache(10))
    answerer.answer("3 km", today=date(2026, 1, 1))
    given = {"today": date(2026, 1, 1), **change}
    assert answerer.answer("3 km", **given).origin == "model"  # type: ignore[arg-type]


def test_what_the_rules_said_for_an_absent_model_is_not_kept() -> None:
    engine = ScriptedEngine(EngineUnavailable("no server"), '{"length":"3 km"}')
    answerer = Answerer(TASK, engine, cache=MemoryCache(10))
    assert [answerer.answer("3 km").origin for _ in range(3)] == ["rules", "model", "cache"]


def test_rows_come_when_asked_for_also_from_the_cache() -> None:
    answerer = Answerer(TASK, None, cache=MemoryCache(10))
    assert answerer.answer("3 km").rows is None
    cached = answerer.answer("3 km", rows=2)
    assert cached.origin == "cache"
    assert cached.rows == Rows(3, [{"trip": 0, "metres": 3000}, {"trip": 1, "metres": 3000}])
    assert "lookup" in cached.took_ms


def test_a_database_that_is_away_costs_the_rows_not_the_answer() -> None:
    def broken(url: str, output: object, limit: int, today: date) -> Rows:
        raise OperationalError("select secret", {}, Exception("gone"))

    answer = Answerer(replace(TASK, lookup=Lookup(broken, no_import, "")), None).answer("3 km", rows=2)
    assert answer.output == {"metres": 3000}
    assert [problem.code for problem in answer.problems] == ["rows_unavailable"]
    assert "secret" not in str(answer.as_json())


def test_a_task_without_rows_says_so() -> None:
    answer = Answerer(replace(TASK, lookup=None), None).answer("3 km", rows=2)
    assert answer.rows == Rows(0, [], "this task has no rows to look up")


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "\u200b\u202e"])
def test_an_empty_input_is_refused(text: str) -> None:
    with pytest.raises(InputEmpty):
        Answerer(TASK, None).answer(text)


def test_an_input_over_two_thousand_characters_is_refused() -> None:
    assert Answerer(TASK, None).answer("3 km" + " " * 1996).output == {"metres": 3000}
    with pytest.raises(InputTooLong, match="2001 characters"):
        Answerer(TASK, None).answer("3 km" + " " * 1997)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("cafe\u0301 3 km", "café 3 km"),
        ("3\u00a0km\r\nthen\u20284 km", "3 km\nthen\n4 km"),
        ("3 km\x1b[31m red\x00", "3 km[31m red"),
        ("3 \u202ekm\u2066", "3 km"),
        ("3 km \ue000\ud800", "3 km"),
    ],
)
def test_an_input_is_read_as_clean_lines(sent: str, read: str) -> None:
    assert Answerer(TASK, None).answer(sent).input == read


@given(strategies.text(strategies.characters(max_codepoint=127), min_size=1, max_size=40))
def test_plain_text_is_read_as_any_other(sent: str) -> None:
    """What is clean as it is goes unlooked at; a line that is not ASCII shows what a look makes of the rest."""
    try:
        read = cleaned(sent)
    except InputEmpty:
        read = ""
    assert cleaned(f"\u00e9\n{sent}") == f"\u00e9\n{read}".rstrip()


def test_a_problem_of_grounding_is_passed_on() -> None:
    answer = Answerer(TASK, None).answer("walk 3 km")
    assert answer.problems == (Problem("unaccounted", "'walk' stands in no field"),)


class Recorder:
    """An observer that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def answered(self, answer: object) -> None:
        self.told.append("answered")

    def completed(self, engine: str, completion: object) -> None:
        self.told.append(("completed", engine))

    def engine_failed(self, engine: str, kind: str) -> None:
        self.told.append((engine, kind))

    def cache_looked_up(self, hit: bool) -> None:
        self.told.append(hit)


def test_an_observer_hears_of_every_step() -> None:
    told: Sequence[object]
    recorder = Recorder()
    engine = ScriptedEngine("prose", '{"lengthy":"3 km"}')
    Answerer(TASK, engine, observer=recorder).answer("3 km")
    told = recorder.told
    done = ("completed", "scripted")
    assert told == [False, done, ("scripted", "not_json"), done, ("scripted", "not_by_schema"), "answered"]
