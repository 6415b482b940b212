"""The ladder on the template task: real parsing, grounding and scores; only the model's texts are written here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from tuneserve.example import Case
from tuneserve.ladder import (
    Exam,
    Question,
    RulesRung,
    Rung,
    TextRung,
    Writing,
    climb,
    generated_set,
    handwritten_sets,
    reference_day,
    spread,
    steps,
)
from tuneserve.ladder_page import page
from tuneserve.ladder_report import read_wrong, write_report
from tuneserve.progress import Silent
from tuneserve.task import JsonObject, Task, load_task
from tuneserve.texts import Chat, Texts

TASK = load_task("_template")
DAY = date(2026, 1, 1)
RIGHT = '{"people":8,"day":"friday"}'
CASES = [
    Case("a room for 8 on friday", {"people": 8, "day": "friday"}, ("both",)),
    Case("friday please", {"day": "friday"}, ("day",)),
    Case("for 8", {"people": 8}, ("people", "short")),
]


def question(case: Case) -> Question:
    return Question(case, TASK.messages(case.query))


@dataclass
class Scripted:
    """Writes what `says` makes of a question, and counts. Stops like Ctrl-C after `patience` texts."""

    says: Callable[[str], str]
    patience: int = 1000
    opened: int = 0
    asked: list[str] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[Writing]:
        self.opened += 1

        def write(chats: Sequence[Chat]) -> Iterator[tuple[int, str]]:
            for place in reversed(range(len(chats))):
                if len(self.asked) >= self.patience:
                    raise KeyboardInterrupt
                self.asked.append(chats[place][-1]["content"])
                yield place, self.says(self.asked[-1])

        yield write

    def rung(self, name: str = "f16", identity: str = "weights 1", most: int | None = None) -> TextRung:
        return TextRung(name, f"the {name}", identity, self.open, most)


def perfect(text: str) -> str:
    return json.dumps(next(case.expected for case in CASES if case.query == text))


@pytest.fixture
def exam(tmp_path: Path) -> Exam:
    return Exam(TASK, {"cases": [question(case) for case in CASES]}, DAY, Texts(tmp_path / "texts.jsonl"))


@pytest.mark.parametrize(
    ("written", "exact", "problems"),
    [
        (RIGHT, True, ()),
        ('{"people":9,"day":"friday"}', False, ("not_in_text", "unaccounted")),
        ('{"day":"friday"}', False, ("unaccounted",)),
        ("Sure! A room for 8.", False, ("not_json",)),
        ('{"people":8,"people":8,"day":"friday"}', False, ("not_json",)),
        ('["people"]', False, ("not_json",)),
        ('{"guests":8}', False, ("not_by_schema",)),
    ],
)
def test_a_text_is_parsed_validated_and_grounded(
    exam: Exam, written: str, exact: bool, problems: tuple[str, ...]
) -> None:
    asked = replace(exam, sets={"cases": [question(CASES[0])]})
    report = climb(asked, [Scripted(lambda text: written).rung()], Silent())["f16"]["cases"]
    assert report.share("exact").hits == exact
    assert tuple(report.scored[0].problems) == problems
    assert report.scored[0].written == written


def test_texts_come_back_to_their_questions_whatever_the_order_they_were_written_in(exam: Exam) -> None:
    rows = climb(exam, [RulesRung(), Scripted(perfect).rung()], Silent())
    assert {name: row["cases"].share("exact").hits for name, row in rows.items()} == {"rules": 3, "f16": 3}


def test_an_interrupted_climb_goes_on_where_it_stopped(exam: Exam, tmp_path: Path) -> None:
    stopped = Scripted(perfect, patience=2)
    with pytest.raises(KeyboardInterrupt):
        climb(exam, [stopped.rung()], Silent())
    again, texts = Scripted(perfect), Texts(tmp_path / "texts.jsonl")
    climb(replace(exam, texts=texts), [again.rung()], Silent())
    assert sorted([*stopped.asked, *again.asked]) == sorted(case.query for case in CASES)
    third = Scripted(perfect)
    climb(replace(exam, texts=texts), [third.rung()], Silent())
    assert third.opened == 0, "a model of which every text is known is not even loaded"


def test_texts_of_other_weights_or_another_token_limit_are_not_taken(exam: Exam) -> None:
    climb(exam, [Scripted(perfect).rung()], Silent())
    for other, task in (("weights 2", TASK), ("weights 1", replace(TASK, max_tokens=7))):
        again = Scripted(perfect)
        climb(replace(exam, task=task), [again.rung(identity=other)], Silent())
        assert len(again.asked) == len(CASES)


def test_a_question_that_stands_in_two_sets_is_asked_once(exam: Exam) -> None:
    model = Scripted(perfect)
    both = replace(exam, sets={"cases": exam.sets["cases"], "more": exam.sets["cases"][:2]})
    rows = climb(both, [model.rung()], Silent())
    assert len(model.asked) == 3
    assert (rows["f16"]["cases"].n, rows["f16"]["more"].n) == (3, 2)


def test_the_bar_ends_at_its_total(exam: Exam) -> None:
    totals: list[int] = []
    advanced: list[int] = []

    class Counting(Silent):
        @contextmanager
        def bar(self, label: str, total: int, done: int = 0, unit: str = "") -> Iterator[Counting]:
            totals.append(total)
            advanced.append(0)
            yield self

        def advance(self, amount: int = 1, note: str = "") -> None:
            advanced[-1] += amount

    twice = replace(exam, sets={"cases": exam.sets["cases"], "more": exam.sets["cases"][:2]})
    for _ in range(2):
        climb(twice, [RulesRung(), Scripted(perfect).rung()], Counting())
    assert advanced == totals == [5] * 4


def test_a_sample_is_spread_over_the_whole_set() -> None:
    assert spread(range(10), 4) == [0, 2, 5, 7]
    assert spread(range(3), 4) == [0, 1, 2]
    assert spread(range(3), None) == [0, 1, 2]


def test_neighbours_are_compared_and_the_gateway_with_what_it_is_made_of() -> None:
    assert steps(["rules", "base", "f16", "q8_0", "q4_k_m", "gateway"], "q8_0") == [
        ("rules", "base"),
        ("base", "f16"),
        ("f16", "q8_0"),
        ("q8_0", "q4_k_m"),
        ("rules", "gateway"),
        ("q8_0", "gateway"),
    ]
    assert steps(["f16", "gateway"], None) == []


def test_every_development_file_is_read_and_the_unopened_one_is_not(tmp_path: Path) -> None:
    line = '{"query": "friday", "expected": {"day": "friday"}}\n'
    for name in ("cases", "development", "development_2", "unopened"):
        (tmp_path / f"{name}.jsonl").write_text(line, encoding="utf-8")
    sets = handwritten_sets(replace(TASK, folder=tmp_path))
    assert list(sets) == ["cases", "development", "development_2"]
    assert sets["development_2"][0].chat == TASK.messages("friday")


def test_a_draw_for_scoring_is_the_same_every_time_and_asks_as_training_did() -> None:
    drawn = generated_set(TASK, 20)
    assert drawn == generated_set(TASK, 20)
    assert len(drawn) == 20
    assert all(list(one.chat) == TASK.messages(one.case.query) for one in drawn)


def test_relative_dates_count_from_the_day_of_the_data_set() -> None:
    assert reference_day(replace(TASK, dataset_day=DAY)) == DAY
    assert reference_day(TASK) == date.today()


ABOUT = {
    "measured": "run 'default' of recipe tiny",
    "base": {"name": "tiny", "revision": "local", "sha256": "0"},
    "command": "tuneserve evaluate rooms --ladder",
    "only": "",
    "about_sets": {"cases": "written by hand"},
}


@pytest.fixture
def reported(exam: Exam, tmp_path: Path) -> tuple[JsonObject, list[JsonObject]]:
    """Rules that are right, a base of one question, a file that says friday to everything."""
    friday = Scripted(lambda text: '{"day":"friday"}')
    rungs: list[Rung] = [RulesRung(), friday.rung("base", most=1), friday.rung("f16", "weights 2")]
    rows = climb(exam, rungs, Silent())
    report = write_report(tmp_path, exam, rungs, rows, ABOUT, "f16", {"merged": "no torch here"})
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == report
    return report, read_wrong(tmp_path / "wrong.jsonl")


def test_the_report_holds_scores_slices_and_tests(reported: tuple[JsonObject, list[JsonObject]]) -> None:
    report, wrong = reported
    row = report["rows"]["f16"]["cases"]
    assert (row["exact"]["hits"], row["silently_wrong"]["hits"], row["unanswered"]["hits"]) == (1, 0, 1)
    assert row["exact"]["low"] < row["exact"]["value"] < row["exact"]["high"]
    assert row["fields"]["screen"]["hits"] == 3
    assert row["slices"]["both"]["hits"] == 0
    assert "latency_ms" not in row
    assert report["paired"]["cases"] == [
        {"first": "rules", "second": "base", "n": 1, "only_first": 1, "only_second": 0, "p_value": 1.0},
        {"first": "base", "second": "f16", "n": 1, "only_first": 0, "only_second": 0, "p_value": 1.0},
    ]
    assert [(row["rung"], row["query"], row["written"]) for row in wrong] == [
        ("base", "a room for 8 on friday", '{"day":"friday"}'),
        ("f16", "a room for 8 on friday", '{"day":"friday"}'),
        ("f16", "for 8", '{"day":"friday"}'),
    ]


def test_the_page_says_what_was_measured_and_how_to_do_it_again(
    reported: tuple[JsonObject, list[JsonObject]],
) -> None:
    text = page(*reported)
    assert text.startswith("# Results: _template\n\n<!-- Written by `tuneserve evaluate rooms --ladder`;")
    assert "- Base: tiny (local)." in text
    assert "- Left out: merged (no torch here)." in text
    assert "| f16 | 3 | 33.3 % (6.1 to 79.2) | 0.0 % (0.0 to 56.1) | 33.3 % (6.1 to 79.2) |" in text
    assert "| rules → base | 1 | 1 | 0 | 1.000 |" in text
    assert "| both | 1/1 | 0/1 | 0/1 |" in text
    assert "### Wrong answers of the f16\n\n2 of 2" in text
    assert "- `“a room for 8 on friday”` — noted: unaccounted; right: rules\n  - people: `8` → nothing" in text
    assert "A part only" not in text


def test_no_mark_of_a_question_breaks_the_page() -> None:
    from tuneserve.ladder_page import _table, _text

    assert _text("a`b\n# c | d") == "`“a'b # c | d”`"
    assert len(_text("x" * 2000)) < 210
    assert list(_table(["a|b"], [["c|d"]]))[2] == "| c/d |"


def test_the_template_has_questions_of_its_own() -> None:
    task: Task = load_task("_template")
    assert len(handwritten_sets(task)["cases"]) == len(task.cases)
