"""The ladder: the same questions put to every rung from the rules to the whole gateway, and what each step changed.

A rung is one reader in one form: the rules, the untuned base, the adapter, the merged model, each GGUF,
the gateway. Rungs are made where their libraries may be imported (`training`, `serving`) and climbed here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar

from tuneserve.example import Case, Example, read_cases
from tuneserve.paired import Paired, paired
from tuneserve.progress import Bar, Progress
from tuneserve.replies import Replies
from tuneserve.report import Reply, Report, score_replies
from tuneserve.task import Task
from tuneserve.texts import Chat, Texts, prompt_key

Item = TypeVar("Item")
Rows = dict[str, dict[str, Report]]  # rung -> set -> report

# A model that completes chats greedily, in the order that suits it: (place of the chat, text) as each is done.
Writing = Callable[[Sequence[Chat]], Iterable[tuple[int, str]]]

RULES, GATEWAY = "rules", "gateway"
GENERATED_SEED = 104_729  # of a draw for scoring; no recipe trains on it


@dataclass(frozen=True, slots=True)
class Question:
    """A case with the chat that asks a model about it."""

    case: Case
    chat: Chat


Sets = Mapping[str, Sequence[Question]]


@dataclass(frozen=True, slots=True)
class Exam:
    """What every rung is asked. `today` is the day of questions that name none; `texts` what is written already."""

    task: Task
    sets: Sets
    today: date
    texts: Texts

    def day(self, question: Question) -> date:
        return question.case.today or self.today


class Rung(Protocol):
    @property
    def name(self) -> str:
        """Short: a row of the tables."""
        ...

    @property
    def about(self) -> str:
        """What runs here, in one line."""
        ...

    @property
    def most(self) -> int | None:
        """Questions asked of each set, spread evenly over it; None: all of them."""
        ...

    def replies(self, exam: Exam, questions: Sequence[Question], bar: Bar) -> list[Reply]:
        """A reply to each question, in order. `bar` advances by one a question."""
        ...


@dataclass(frozen=True, slots=True)
class RulesRung:
    """The task's rules alone."""

    name: str = RULES
    about: str = "the task's rules alone"
    most: int | None = None

    def replies(self, exam: Exam, questions: Sequence[Question], bar: Bar) -> list[Reply]:
        judge = Replies(exam.task)
        done = []
        for question in questions:
            done.append(judge.of_rules(question.case.query, exam.day(question)))
            bar.advance()
        return done


@dataclass(frozen=True, slots=True)
class TextRung:
    """A model alone: the text that it writes greedily, without a grammar, parsed, validated and grounded.

    identity  names the weights and the library that runs them: texts of another are never taken
    opened    loads the model; called only when a text is missing
    """

    name: str
    about: str
    identity: str
    opened: Callable[[], AbstractContextManager[Writing]]
    most: int | None = None

    def replies(self, exam: Exam, questions: Sequence[Question], bar: Bar) -> list[Reply]:
        written = self._written(exam, questions, bar)
        judge = Replies(exam.task)
        return [
            judge.of_text(one.case.query, text, exam.day(one)) for one, text in zip(questions, written, strict=True)
        ]

    def _written(self, exam: Exam, questions: Sequence[Question], bar: Bar) -> list[str]:
        reader = reader_key(self.identity, exam.task)
        keys = [prompt_key(question.chat) for question in questions]
        texts = {key: exam.texts.get(reader, key) for key in keys}
        missing = {key: one.chat for key, one in zip(keys, questions, strict=True) if texts[key] is None}
        bar.advance(sum(key not in missing for key in keys))
        if missing:
            order = list(missing)
            with self.opened() as write:
                for place, text in write(list(missing.values())):
                    exam.texts.add(reader, order[place], text)
                    texts[order[place]] = text
                    bar.advance(keys.count(order[place]))
        return [texts[key] or "" for key in keys]


def reader_key(identity: str, task: Task) -> str:
    """`reader` of `Texts`: what a model writes depends on where it is cut off, too."""
    return f"{identity}, at most {task.max_tokens} tokens"


def climb(exam: Exam, rungs: Iterable[Rung], progress: Progress) -> Rows:
    """Every rung's reports. Texts are kept as they are written, so that an interrupted climb goes on."""
    rows: Rows = {}
    for rung in rungs:
        asked = {name: spread(questions, rung.most) for name, questions in exam.sets.items()}
        flat = list(itertools.chain.from_iterable(asked.values()))
        with progress.bar(f"evaluate {rung.name}", len(flat), unit="questions") as bar:
            replies = iter(rung.replies(exam, flat, bar))
        rows[rung.name] = {
            name: score_replies(exam.task, [(one.case, next(replies)) for one in questions])
            for name, questions in asked.items()
        }
    return rows


def steps(rungs: Sequence[str], served: str | None) -> list[tuple[str, str]]:
    """Pairs of rungs to compare: neighbours; the gateway with the file that it serves and with the rules."""
    alone = [name for name in rungs if name != GATEWAY]
    pairs = list(pairwise(alone))
    if GATEWAY in rungs:
        pairs += [(name, GATEWAY) for name in (RULES, served) if name in alone]
    return pairs


def compared(rows: Rows, served: str | None) -> dict[str, list[tuple[str, str, Paired]]]:
    """{set: [(first, second, test)]} for each step of the ladder."""
    names = list(rows)
    sets = list(dict.fromkeys(name for row in rows.values() for name in row))
    return {
        name: [
            (first, second, paired(rows[first][name], rows[second][name]))
            for first, second in steps(names, served)
            if name in rows[first] and name in rows[second]
        ]
        for name in sets
    }


def table(rows: Rows) -> list[str]:
    """Exact match and silently wrong answers, a line for each rung and set."""
    lines = [f"{'rung':10}{'set':14}{'n':>5}  {'exact (95 % interval)':28}silently wrong"]
    for rung, row in rows.items():
        for name, report in row.items():
            exact, silent = report.share("exact"), report.silently_wrong
            lines.append(f"{rung:10}{name:14}{report.n:>5}  {exact!s:28}{silent}")
    return lines


def spread(items: Sequence[Item], most: int | None) -> list[Item]:
    """`most` of the items at even distances (files are sorted by kind of question), or all of fewer."""
    if most is None or len(items) <= most:
        return list(items)
    return [items[place * len(items) // most] for place in range(most)]


def handwritten_sets(task: Task) -> dict[str, list[Question]]:
    """The questions that were written by hand: cases.jsonl and every development*.jsonl of the task.

    unopened.jsonl is not read here: questions that were looked at can no longer surprise.
    """
    sets = {"cases": list(task.cases)}
    for path in sorted(task.folder.glob("development*.jsonl")):
        sets[path.stem] = read_cases(path)
    return {name: [Question(case, task.messages(case.query)) for case in cases] for name, cases in sets.items()}


def questions_of(examples: Iterable[Example], most: int) -> list[Question]:
    """The first examples as questions; splits and draws are in random order already."""
    return [
        Question(Case(one.text, one.answer, one.tags), one.messages[:-1]) for one in itertools.islice(examples, most)
    ]


def generated_set(task: Task, most: int) -> list[Question]:
    """A fresh draw from the task's generator: new values, but kinds of sentences that were trained on."""
    return questions_of(task.dataset(GENERATED_SEED, most), most)


def reference_day(task: Task) -> date:
    """The day that relative dates of generated examples count from; the day of the call where the task has none."""
    return task.dataset_day or date.today()
