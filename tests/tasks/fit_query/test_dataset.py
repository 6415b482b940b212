from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tasks.fit_query import TASK
from tasks.fit_query.dataset import QUALITY, capacities, generate, locations, refusal, twins, values
from tasks.fit_query.dataset.asides import corrected, with_asides
from tasks.fit_query.dataset.categories import CATEGORIES, everyday
from tasks.fit_query.dataset.compose import arranged
from tasks.fit_query.dataset.generator import normalised
from tasks.fit_query.dataset.locations import unknown_places
from tasks.fit_query.dataset.phrases import FOLDER, SLOT, expanded, filled, lines, table
from tasks.fit_query.dataset.places import folded, gazetteer
from tasks.fit_query.dataset.plan import Question
from tasks.fit_query.dataset.question import SPAN, Marks, finished
from tuneserve.errors import DataError
from tuneserve.example import Example
from tuneserve.task import project_root


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(generate(11, 900))


def reading_of(example: Example) -> dict[str, Any]:
    reading: dict[str, Any] = json.loads(example.target)
    return reading


def with_target(example: Example, reading: dict[str, Any]) -> Example:
    said = {"role": "assistant", "content": json.dumps(reading, separators=(",", ":"))}
    return replace(example, messages=(*example.messages[:-1], said))


def one(examples: list[Example], *keys: str) -> Example:
    return next(example for example in examples if set(keys) <= set(reading_of(example)))


def test_same_seed_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    program = (
        "import json; from tasks.fit_query.dataset import generate; "
        "print(json.dumps([example.as_json() for example in generate(3, 60)]))"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            cwd=project_root(),
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]


def test_another_seed_gives_other_questions() -> None:
    first, second = ({example.text for example in generate(seed, 80)} for seed in (1, 2))
    assert len(first & second) < 5


def test_questions_are_distinct_and_as_many_as_asked_for(examples: list[Example]) -> None:
    assert len({normalised(example.text) or example.text for example in examples}) == len(examples) == 900


def test_no_hand_written_case_is_among_them(examples: list[Example]) -> None:
    cases = {normalised(case.query) for case in TASK.cases}
    assert not cases & {normalised(example.text) for example in examples}


def test_every_example_keeps_every_quality_rule(examples: list[Example]) -> None:
    wrong = [(name, example.text, rule(example)) for example in examples for name, rule in QUALITY.items()]
    assert [entry for entry in wrong if entry[2]] == []


def test_chat_is_the_one_that_serving_sends(examples: list[Example]) -> None:
    for example in examples[:50]:
        assert list(example.messages[:-1]) == TASK.messages(example.text)
        assert example.target == TASK.canonical(reading_of(example))


def test_categories_come_in_their_shares(examples: list[Example]) -> None:
    shares = table("shares")["categories"]
    counts = Counter(example.tags[0] for example in examples)
    assert set(shares) == set(CATEGORIES)
    assert sum(shares.values()) == pytest.approx(1)
    assert {name: count / len(examples) for name, count in counts.items()} == pytest.approx(shares, abs=0.01)


def test_a_sixth_of_the_questions_is_refused(examples: list[Example]) -> None:
    refused = [example for example in examples if example.answer == {"query_type": "unsupported"}]
    assert 0.15 <= len(refused) / len(examples) <= 0.19
    assert {example.tags[0] for example in refused} == {"refusal", "whole"}


def test_targets_are_short(examples: list[Example]) -> None:
    assert sum(len(example.target) for example in examples) / len(examples) < 75


def test_a_bound_stands_before_and_behind_the_noun() -> None:
    made = [CATEGORIES["capacity"](Random(seed), Marks()) for seed in range(400)]
    asked = [finished(question.text.lower(), question.reading) for question in made]
    places = Counter(
        text.find(reading["capacity_min"]) < text.find("wind")
        for text, reading in asked
        if "capacity_min" in reading and "wind" in text
    )
    assert min(places[True], places[False]) > 5


def test_an_unknown_place_is_copied_and_refused(examples: list[Example]) -> None:
    copied = [
        example
        for example in examples
        if example.answer == {"query_type": "unsupported"} and {"location", "locations"} & set(reading_of(example))
    ]
    assert copied
    assert all(reading_of(example).get("query_type") != "unsupported" for example in copied)


def test_no_unknown_place_is_a_name_of_the_gazetteer() -> None:
    assert len(unknown_places()) > 100
    assert not {folded(name) for name in unknown_places()} & set(gazetteer().names)


@pytest.mark.parametrize(
    ("rule", "keys", "change"),
    [
        ("technology spelling", ["technology"], {"technology": "wind"}),
        ("reading valid", ["technology"], {"technology": "Solar"}),
        ("quotation in question", ["location"], {"location": "Atlantis-under-Lyne"}),
        ("quotation in question", ["capacity_min"], {"capacity_min": "12345 kW"}),
        ("grounds to answer", ["technology"], {"technology": "Micro CHP", "capacity_max": "7"}),
    ],
)
def test_a_wrong_reading_breaks_its_rule(
    examples: list[Example], rule: str, keys: list[str], change: dict[str, str]
) -> None:
    good = one(examples, *keys)
    assert QUALITY[rule](with_target(good, {**reading_of(good), **change}))


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("answer valid", {"technology": "Solar"}),
        ("postcode known", {"postcode_patterns": ["QQ1"]}),
        ("postcode of its place", {"postcode_patterns": ["ZE", "JE", "AB"]}),
        ("capacity in kW", {"capacity_min_kw": 900, "capacity_max_kw": 100}),
        ("bare refusal", {"query_type": "unsupported"}),
        ("grounds to answer", {"limit": 77}),
    ],
)
def test_a_wrong_answer_breaks_its_rule(examples: list[Example], rule: str, change: dict[str, Any]) -> None:
    good = next(
        example for example in examples if example.answer.get("location") == "Kent" or "location" in example.answer
    )
    assert QUALITY[rule](replace(good, answer={**good.answer, **change}))


def test_keys_out_of_order_break_their_rule(examples: list[Example]) -> None:
    good = one(examples, "technology", "location")
    backwards = dict(reversed(list(reading_of(good).items())))
    assert "order" in (QUALITY["key order"](with_target(good, backwards)) or "")


def test_a_slot_left_in_the_question_breaks_its_rule(examples: list[Example]) -> None:
    asked = {"role": "user", "content": "sites in {p}"}
    broken = replace(examples[0], messages=(examples[0].messages[0], asked, examples[0].messages[-1]))
    assert QUALITY["clean text"](broken)


def templates() -> list[tuple[str, str]]:
    """(file, template) of everything under phrases/."""

    def strings(value: Any) -> list[str]:
        if isinstance(value, str):
            return [value]
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return [text for item in inner for text in strings(item)]

    tables = [(path.name, text) for path in sorted(FOLDER.glob("*.toml")) for text in strings(table(path.stem))]
    return tables + [(path.name, text) for path in sorted(FOLDER.glob("*.txt")) for text in lines(path.stem)]


def test_phrase_files_hold_more_than_twelve_thousand_phrasings() -> None:
    assert len(set(templates())) > 12000


def test_every_phrase_expands_to_text_with_known_slots() -> None:
    limits = {"n", "low", "high", "size", "d", "from", "to", "t", "k", "sup", "noun"}
    places = {"p", "p2", "a", "b", "c", "wrong", "own", "where"}
    nouns = {
        "set",
        "set_short",
        "mass",
        "single",
        "plural",
        "bare",
        "pred",
        "rest",
        "list",
        "x",
        "g",
        "gs",
        "agg",
        "id",
    }
    of_refusals = {"t2", "tx", "y", "ye", "ye2", "kw", "id2", "o", "o_single", "org", "maker", "m", "money"}
    of_asides = {"who", "name", "day", "request", "right", "ref", "phone", "energy", "filter", "more"}
    of_scattered = {"noun", "c1", "c2", "c3"}
    of_whole = {
        "techs",
        "tech",
        "tech_a",
        "tech_b",
        "place",
        "place_a",
        "place_b",
        "place_c",
        "postcode",
        "area",
        "min",
    }
    of_whole |= {"max", "about", "exact", "in", "after", "before", "by", "year_a", "year_b", "last", "left", "left_min"}
    of_whole |= {"elsewhere", "wrong_kw", "wrong_year", "wrong_n"}
    known = of_scattered | limits | places | nouns | of_refusals | of_asides | of_whole
    for file, template in templates():
        for seed in range(3):
            text = expanded(Random(seed), template)
            assert set(SLOT.findall(text)) <= known, (file, template)
            assert "|" not in text or file in (
                "ask.toml",
                "refusals.toml",
                "terse.toml",
                "scattered.txt",
                "whole_search_box.txt",
            ), (
                file,
                template,
            )


def told(question: Question, seeds: int) -> list[Question]:
    return [with_asides(Random(seed), question) for seed in range(seeds)]


def test_asides_change_the_words_and_nothing_that_is_asked() -> None:
    marks = Marks()
    slot, mark = marks.quote("Kent")
    asked = Question(f"solar in {slot}", {"technology": "Photovoltaic", "location": mark}, {}, "plain", "f", "Kent")
    changed = [question for question in told(asked, 300) if question.text != asked.text]
    assert len(changed) > 50
    assert all((one.reading, one.answer) == (asked.reading, asked.answer) for one in changed)
    assert all(finished(one.text, one.reading)[1]["location"] == "Kent" for one in changed)


def test_a_request_for_everything_stays_alone() -> None:
    everything = Question("list everything", {}, {}, "as written", "everything", "-")
    assert {question.text for question in told(everything, 100)} == {"list everything"}


def test_no_story_speaks_of_a_technology_where_none_is_asked() -> None:
    asked = Question("sites over 9 kW", {"capacity_min": "9 kW"}, {}, "plain", "f", "-")
    assert [one.text for one in told(asked, 400) if re.search(r"\b(wind|turbine|solar|panels)\b", one.text)] == []


def test_an_everyday_question_is_short_and_stays_without_asides() -> None:
    made = [everyday(Random(seed), Marks()) for seed in range(150)]
    assert sorted(len(one.text.split()) for one in made)[75] <= 9
    assert all(told(one, 20) == [one] * 20 for one in made[:20])
    assert {"count", "total_capacity", "average_capacity"} <= {one.answer.get("aggregate") for one in made}


def test_figures_of_paperwork_leave_the_request_as_it_is() -> None:
    asked = Question("solar in Kent", {"technology": "Photovoltaic"}, {}, "plain", "f", "Kent")
    letters = [one for one in told(asked, 600) if one.family == "f|paperwork"]
    assert len(letters) > 10
    assert all(re.search(r"solar in kent", one.text, re.IGNORECASE) for one in letters)
    assert any(re.search(r"(ref|account|ticket|invoice) \D?\d{3}", one.text, re.IGNORECASE) for one in letters)


def test_a_corrected_value_comes_right_before_the_one_that_counts() -> None:
    marks = Marks()
    slot, mark = marks.quote("FIT 2201")
    asked = Question(f"rate of {slot}", {"fit_id": mark}, {}, "plain", "f", "-")
    texts = [SPAN.sub(r"[\2]", corrected(Random(seed), asked)) for seed in range(30)]
    texts = [text for text in texts if text.startswith("rate of ")]  # else a sentence in front takes it back
    assert len(texts) > 10
    assert all(re.fullmatch(r"rate of \d+\W+[\w :,]+\W*\[FIT 2201\]\)?", text) for text in texts), texts


@pytest.mark.parametrize("kind", list(twins.BRIEF))
def test_a_brief_question_says_no_more_than_it_asks(kind: str) -> None:
    made = [twins.brief(Random(seed), Marks(), kind) for seed in range(40)]
    assert all(len(SPAN.sub(r"\2", question.text)) < 70 for question in made)
    assert all(question.reading and "query_type" not in question.answer for question in made)


def test_a_bound_with_a_not_is_answered() -> None:
    answers = [twins.negated(Random(seed), Marks()).answer for seed in range(60)]
    fields = {"capacity_min_kw", "capacity_max_kw", "commissioned_from", "commissioned_to", "location"}
    assert all(set(answer) & fields for answer in answers)
    assert fields <= {key for answer in answers for key in answer}


def test_an_addition_is_put_before_inside_and_behind_a_question() -> None:
    texts = [refusal.spoilt(Random(seed), "solar, in Kent", "injected")[0] for seed in range(200)]
    assert {"solar, in Kent" in text for text in texts} == {True, False}
    assert any(text.startswith("solar, in Kent") for text in texts)
    assert any(text.endswith("solar, in Kent") for text in texts)


def test_a_slot_without_a_value_is_reported_with_its_phrase() -> None:
    with pytest.raises(DataError, match=r"'over \{n\}': slot \{n\} has no value"):
        filled("over {n}", {"p": "Kent"})


def test_reading_takes_its_quotations_from_the_finished_text() -> None:
    marks = Marks()
    slot, mark = marks.quote("Kent")
    text, reading = finished(f"solar in {slot}".upper(), {"technology": "Photovoltaic", "location": mark})
    assert (text, reading) == ("SOLAR IN KENT", {"technology": "Photovoltaic", "location": "KENT"})


def test_a_misspelt_place_points_to_that_place_alone() -> None:
    gaz, rng = gazetteer(), Random(5)
    made = [(place, gaz.misspelt(rng, place.name)) for place in gaz.places[:150]]
    wrong = [(place, name) for place, name in made if name]
    assert len(wrong) > 10
    assert all(gaz.points_to(name, place) and name != place.name for place, name in wrong)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (15, "fifteen"),
        (40, "forty"),
        (99, "ninety nine"),
        (250, "two hundred and fifty"),
        (1500, "one thousand five hundred"),
    ],
)
def test_numbers_are_said_in_british_words(number: int, words: str) -> None:
    assert values.in_words(number) == words


def test_years_are_said_as_they_are_spoken() -> None:
    assert [values.year_in_words(year) for year in (2009, 2012)] == ["two thousand and nine", "twenty twelve"]


def test_words_of_refusals_around_a_question_refuse_nothing() -> None:
    asked = Question("solar in Kent", {"technology": "Photovoltaic"}, {}, "plain", "f", "Kent")
    wrapped = [one for one in told(asked, 900) if one.family == "f|harmless"]
    assert len({one.text for one in wrapped}) > 40
    assert all(re.search(r"solar in kent", one.text, re.IGNORECASE) for one in wrapped)


def test_a_value_taken_back_in_front_of_the_question_is_no_value_of_it() -> None:
    marks = Marks()
    slot, mark = marks.quote("Kent")
    asked = Question(f"solar in {slot}", {"technology": "Photovoltaic", "location": mark}, {}, "plain", "f", "Kent")
    texts = [corrected(Random(seed), asked) for seed in range(200)]
    in_front = [text for text in texts if text.lower().endswith(f"solar in {slot}".lower()) and len(text) > 20]
    assert len(in_front) > 20
    assert all(finished(text, asked.reading)[1]["location"] == "Kent" for text in in_front)


def test_scattered_filters_are_all_there() -> None:
    marks = Marks()
    where, _ = locations.where(Random(1), marks, "one")
    size = capacities.capacity(Random(1), marks, "plain", "min")
    quoted = [SPAN.search(one) for clause in (where, size) for one in clause.slots.values()]
    made = [arranged(Random(seed), "scattered", ["Hydro"], [where, size], None) for seed in range(60)]
    assert len(set(made)) > 40
    assert all(span is None or span.group() in text for text in made for span in quoted)
