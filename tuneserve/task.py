"""What a job is: the `Task` that each folder under `tasks/` defines, and the values it trades in.

Two words carry the design. A *reading* is what a reader (the tuned model or the task's rules) wrote
down about the input: values quoted as they stand there. An *answer* is what code made of a reading
after checking it against the input and real data. `Task.ground` is the only way from one to the
other, so that neither a place nor a figure ever comes from a model's memory.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tuneserve.errors import TaskError

if TYPE_CHECKING:
    from tuneserve.example import Case, Example

JsonObject = dict[str, Any]

TASK_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about an answer that its reader should know.

    `code` is from the task's small fixed set (it becomes a metric label). A `blocking` problem means
    that the output must not be passed on: the gateway goes on to repair, rules or an error.
    """

    code: str
    message: str
    field: str | None = None
    blocking: bool = False

    def as_json(self) -> JsonObject:
        return {"field": self.field, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a field's value comes from: the reader's quotation, or data that grounding looked up."""

    source: Literal["reader", "grounding"]
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Grounded:
    """The outcome of grounding one reading.

    `output` is valid by the task's schema, or None when no answer could be made of the reading.
    """

    output: JsonObject | None
    fields: Mapping[str, Evidence] = field(default_factory=dict)
    problems: Sequence[Problem] = ()

    @property
    def blocked(self) -> bool:
        return self.output is None or any(problem.blocking for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of real data that an answer stands for. `total` counts all, `items` holds the first ones.

    `note` says what the items do not, a line for each thing. `measure` is the key of the numbers that the
    items are there to compare, where they are: a terminal draws them as bars.
    """

    total: int
    items: Sequence[JsonObject]
    note: str | None = None
    measure: str | None = None

    def as_json(self) -> JsonObject:
        shown: JsonObject = {"total": self.total, "items": list(self.items)}
        more = {"note": self.note, "measure": self.measure}
        return {**shown, **{name: value for name, value in more.items() if value}}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import of rows did. `rejected` lists (line number, reason), the file's first line = 1.

    `updated` counts known rows that took over the file's values; `note` is what the user should know.
    """

    added: int
    unchanged: int
    rejected: Sequence[tuple[int, str]] = ()
    updated: int = 0
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """Real rows behind answers; each method opens the database at the SQLAlchemy URL given.

    `rows(url, output, limit, today)` answers from what is loaded; on an empty database it first loads
    what the task ships. `load(url, path, progress)` imports a user's file: idempotent, bad lines are
    reported and skipped; `progress(done, total)` counts lines.

    `prepare(url)` makes or upgrades the task's own tables, whatever their age, and loads what it ships. The
    gateway calls it when it starts and whenever its database comes back: safe to call at any time, from
    several processes at once.

    `made_up(path, count)` writes a file for `load` with so many rows that look like real ones, the same every
    time: to measure with.
    """

    rows: Callable[[str, JsonObject, int, date], Rows]
    load: Callable[[str, Path, Callable[[int, int], None]], ImportReport]
    file_help: str
    prepare: Callable[[str], None] | None = None
    made_up: Callable[[Path, int], None] | None = None


@dataclass(frozen=True)
class Task:
    """One job. Everything that the stages and the gateway know about it is here.

    schema          closed JSON Schema (draft 2020-12) of an answer
    reading_schema  closed JSON Schema of what readers write; its property order is the order in which
                    the model is trained to write keys. None: readers write answers
    retry_schema    closed JSON Schema of a second try, when a refusal that the model is not sure of is noted
                    'doubtful_refusal' by grounding and no rules read the text; None: refusals stand
    prompt          the system message, the same in training and serving
    rules           (text, today) -> reading, or None when the rules cannot read the text; None: the
                    task has no rules
    ground          (text, reading, today) -> Grounded; must not raise on any reading that is valid by
                    `reading_schema`, and must not mutate it; same arguments, same outcome
    dataset         (seed, count) -> examples, deterministic: same arguments, same bytes
    quality         named checks over every example; each returns what is wrong with it, or None
    score           (expected, got) -> {metric: correct}; 'exact' is always there
    gates           {metric: minimum} that a release must reach on the hand-written cases
    max_tokens      longest reading, in tokens, that the engine may write
    retrieve        text -> passages that are put before the question (optional)
    lookup          real rows for an answer (optional)
    dataset_day     the day that relative dates in generated examples count from (optional)
    table           columns (key, heading) in which rows are shown on a terminal (optional)
    """

    name: str
    description: str
    folder: Path
    schema: JsonObject
    prompt: str
    ground: Callable[[str, JsonObject, date], Grounded]
    score: Callable[[JsonObject, JsonObject | None], Mapping[str, bool]]
    dataset: Callable[[int, int], Iterable[Example]]
    examples: Sequence[str]
    rules: Callable[[str, date], JsonObject | None] | None = None
    reading_schema: JsonObject | None = None
    retry_schema: JsonObject | None = None
    quality: Mapping[str, Callable[[Example], str | None]] = field(default_factory=dict)
    gates: Mapping[str, float] = field(default_factory=dict)
    recipe: str = "cpu"
    max_tokens: int = 256
    retrieve: Callable[[str], Sequence[str]] | None = None
    lookup: Lookup | None = None
    dataset_day: date | None = None
    table: Sequence[tuple[str, str]] = ()

    @property
    def written_schema(self) -> JsonObject:
        """The schema of what the model writes."""
        return self.schema if self.reading_schema is None else self.reading_schema

    def messages(self, text: str) -> list[dict[str, str]]:
        """The chat that asks the model about `text`; the same in training, parity check and serving."""
        passages = self.retrieve(text) if self.retrieve else ()
        asked = "\n\n".join([*passages, text])
        return [{"role": "system", "content": self.prompt}, {"role": "user", "content": asked}]

    def canonical(self, reading: JsonObject) -> str:
        """`reading` as the JSON text that the model is trained to write: schema key order, no blanks."""
        order = {key: place for place, key in enumerate(self.written_schema["properties"])}
        unknown = [key for key in reading if key not in order]
        if unknown:
            raise TaskError(f"{self.name}: keys {unknown} are not in the schema of what the model writes")
        ordered = {key: reading[key] for key in sorted(reading, key=order.__getitem__)}
        return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def cases(self) -> list[Case]:
        """The task's hand-written cases (`cases.jsonl`), never trained on."""
        from tuneserve.example import read_cases

        return read_cases(self.folder / "cases.jsonl")


def project_root() -> Path:
    """The checkout that this package runs from: the folder that holds `tuneserve/` and `tasks/`."""
    return Path(__file__).resolve().parent.parent


def tasks_folder() -> Path:
    return project_root() / "tasks"


def task_names() -> list[str]:
    """Names of all tasks: the folders under `tasks/` with an `__init__.py`, but for `_template`."""
    return sorted(
        path.parent.name for path in tasks_folder().glob("*/__init__.py") if TASK_NAME.fullmatch(path.parent.name)
    )


def load_task(name: str) -> Task:
    """The task of that name.

    Raises TaskError when there is no such folder, or when its `__init__.py` defines no matching TASK.
    """
    if name != "_template" and name not in task_names():
        known = ", ".join(task_names()) or "none yet"
        raise TaskError(f"no task '{name}' in tasks/ (there are: {known}); make one: tuneserve new {name}")
    module = importlib.import_module(f"tasks.{name}")
    task = getattr(module, "TASK", None)
    if not isinstance(task, Task):
        raise TaskError(f"tasks/{name}/__init__.py defines no TASK; see tasks/_template/__init__.py")
    if task.name != name:
        raise TaskError(f"tasks/{name}/__init__.py: TASK.name is '{task.name}', it must be the folder's name")
    return task
