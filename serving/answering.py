"""The one path from an input to a checked answer; the gateway, `ask`, `score` and the demo all use it.

cache -> engine -> parse -> validate -> ground -> (once) repair with the grammar -> rules -> ground -> a
clear error. The rules read every input too: they cost microseconds, and where the two readers differ
an answer must not be silently wrong.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from jsonschema import Draft202012Validator
from sqlalchemy.exc import SQLAlchemyError

from serving.cache import Cache, NoCache
from serving.decision import (
    DOUBTFUL_REFUSAL,
    EVIDENCE_AGAINST,
    REPAIRED,
    UNCONFIRMED,
    Policy,
    decide,
)
from serving.engines.engine import Engine
from serving.input_text import cleaned
from serving.observer import Observer, Unobserved
from serving.settings import default_database_url
from tuneserve.answer import Answer, FieldSource, Origin
from tuneserve.errors import EngineError, EngineUnavailable, TuneserveError, UsageError
from tuneserve.errors import NoAnswer as NoAnswer
from tuneserve.reading import NotAReading, ReadingParser
from tuneserve.task import Evidence, Grounded, JsonObject, Problem, Rows, Task

log = logging.getLogger(__name__)

Through = Literal["gateway", "model", "rules"]
Grammar = Literal["repair", "always", "never"]
DEADLINE_MS = 2000
# The probability of a refusal from which it is not asked again where no rules read the question; against a reading
# of the rules it has to be surer (decision.CERTAIN).
SURE_REFUSAL = 0.99
SECOND_READING = Problem("second_reading", "the model refused this at first; asked again, it read this")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading of one reader after grounding; fields in `from_other` were taken over from the other reader.

    `confidence` is how sure a model was of its text, of 1, where its engine tells.
    """

    origin: Origin
    grounded: Grounded
    from_other: frozenset[str] = frozenset()
    confidence: float | None = None

    def source(self, name: str, evidence: Evidence) -> FieldSource:
        """Where the field `name` comes from."""
        if evidence.source == "grounding":
            return FieldSource("grounding", evidence.text)
        by_rules = (self.origin == "rules") != (name in self.from_other)
        return FieldSource("rules" if by_rules else "model", evidence.text)


@dataclass(slots=True)
class Work:
    """What has been found out about one input so far. `failure` is why the model gave no candidate.

    `rules_gave_up` means that they were asked and could not read the input. `rules_reading` is what they read,
    `draft` the same as the text that the model would write if it read the same.
    """

    text: str
    today: date
    arrived: float
    deadline: float
    took_ms: dict[str, float] = field(default_factory=dict)
    model: Candidate | None = None
    rules: Candidate | None = None
    rules_gave_up: bool = False
    rules_reading: JsonObject | None = None
    draft: str | None = None
    failure: EngineError | NotAReading | None = None

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.took_ms[what] = self.took_ms.get(what, 0.0) + (time.perf_counter() - begun) * 1000


class Answerer:
    """Answers inputs of one task through one engine. Safe to call from several threads."""

    def __init__(
        self,
        task: Task,
        engine: Engine | None = None,
        *,
        release: str | None = None,
        cache: Cache | None = None,
        database_url: str | None = None,
        deadline_ms: int = DEADLINE_MS,
        grammar: Grammar = "repair",
        policy: Policy = decide,
        observer: Observer | None = None,
        edition: str = "",
    ) -> None:
        """
        engine        None: no model is prepared, the task's rules answer alone
        release       what answers are signed with; 'NAME@unreleased' unless told
        database_url  SQLAlchemy URL of the task's rows; by default the SQLite file in the data folder
        deadline_ms   until when the model may answer; the rules answer at the end of it
        grammar       when the engine is held to the schema: only to repair a text that was none, always
                      (costs 55 to 160 ms a request in Ollama), or never
        policy        which reader to believe when they differ
        edition       what else answers depend on, where the cache may outlive this process
        """
        self.task = task
        self.engine = engine
        self.release = release or f"{task.name}@unreleased"
        self.cache = cache or NoCache()
        self._database_url = database_url or default_database_url()
        self._deadline_ms = deadline_ms
        self._grammar = grammar
        self._policy = policy
        self._observer = observer or Unobserved()
        self._edition = edition
        self._parser = ReadingParser(task.written_schema)
        self._output_validator = Draft202012Validator(task.schema)

    def answer(
        self,
        text: str,
        rows: int | None = None,
        today: date | None = None,
        through: Through = "gateway",
        arrived: float | None = None,
    ) -> Answer:
        """A checked answer to `text`, with up to `rows` rows of data when asked.

        through  'gateway' the whole path; 'model' the model's own text after validation and grounding,
                 no rules anywhere; 'rules' no model anywhere
        arrived  when the input came, a moment of time.monotonic(), where it has waited in a queue: the
                 deadline and took_ms count from then

        Raises InputEmpty, InputTooLong; NoAnswer when nothing could be made of the input; EngineError
        (EngineUnavailable, EngineTimeout) when it was for want of the model; UsageError when the task
        has no rules to answer through.
        """
        arrived = time.monotonic() if arrived is None else arrived
        recalled = self.recall(text, rows, today, through, arrived)
        return recalled or self.work_out(text, rows, today, through, arrived)

    def recall(
        self,
        text: str,
        rows: int | None = None,
        today: date | None = None,
        through: Through = "gateway",
        arrived: float | None = None,
    ) -> Answer | None:
        """The answer when the cache has it, else None. Quick unless `rows` are asked for."""
        arrived = time.monotonic() if arrived is None else arrived
        text, today = cleaned(text), today or date.today()
        known = self.cache.get(self._key(text, today, through))
        if known is not None and (known.input, known.release) != (text, self.release):
            known = None  # somebody else put it there
        self._observer.cache_looked_up(known is not None)
        if known is None:
            return None
        return self._finished(_repeated(known), rows, today, arrived)

    def again(self, answer: Answer, arrived: float) -> Answer:
        """The answer that another caller has just been given to the same question, for one more; quick."""
        return self._finished(_repeated(answer), None, date.today(), arrived)

    def work_out(
        self,
        text: str,
        rows: int | None = None,
        today: date | None = None,
        through: Through = "gateway",
        arrived: float | None = None,
    ) -> Answer:
        """As `answer`, without a look into the cache first; what is found is kept there."""
        arrived = time.monotonic() if arrived is None else arrived
        work = Work(cleaned(text), today or date.today(), arrived, arrived + self._deadline_ms / 1000)
        if through != "model":
            self._ask_rules(work, needed=through == "rules")
        if through != "rules":
            self._ask_model(work, needed=through == "model")
        answer = self._decided(work)
        if through == "rules" or self.engine is None or work.model is not None:
            # An answer that the rules gave because the model was away is not for keeping.
            self.cache.put(self._key(work.text, work.today, through), answer)
        return self._finished(answer, rows, work.today, work.arrived)

    def _ask_rules(self, work: Work, needed: bool) -> None:
        if self.task.rules is None:
            if needed:
                raise UsageError(f"{self.task.name} has no rules; use --through model")
            return
        with work.timed("rules"):
            reading = self.task.rules(work.text, work.today)
        if reading is None:
            work.rules_gave_up = True
            return
        try:
            self._parser.check(reading)
        except NotAReading as error:
            log.error("%s: the rules wrote a reading that is none: %s", self.task.name, error)
            return
        work.rules_reading, work.draft = reading, self.task.canonical(reading)
        work.rules = Candidate("rules", self._grounded(work, reading))

    def _ask_model(self, work: Work, needed: bool) -> None:
        if self.engine is None:
            if needed or self.task.rules is None:
                name = self.task.name
                raise EngineUnavailable(f"no model of {name} is prepared; prepare it: tuneserve prepare {name}")
            return
        schema = self.task.written_schema
        attempts = {"repair": (None, schema), "always": (schema,), "never": (None,)}[self._grammar]
        for number, held_to in enumerate(attempts):
            try:
                with work.timed("model"):
                    reading, confidence = self._model_reading(self.engine, work, held_to)
            except NotAReading as error:
                self._failed(self.engine, error)
                work.failure = error
                continue
            except EngineError as error:
                self._failed(self.engine, error)
                work.failure = error
                return
            origin: Origin = "repaired" if number else "model"
            work.model = Candidate(origin, self._grounded(work, reading), confidence=confidence)
            if self._is_doubtful_refusal(work):
                self._ask_once_more(self.engine, work)
            return

    def _is_doubtful_refusal(self, work: Work) -> bool:
        """Whether the model refused, none too sure, what grounding takes for a request that no rules could read."""
        refused = work.model
        if self.task.retry_schema is None or self._grammar == "never" or work.rules is not None or refused is None:
            return False
        unsure = refused.confidence is not None and refused.confidence < SURE_REFUSAL
        return unsure and any(problem.code == DOUBTFUL_REFUSAL for problem in refused.grounded.problems)

    def _ask_once_more(self, engine: Engine, work: Work) -> None:
        """A second reading, held to a schema without refusals; it counts only when grounding has nothing against it."""
        try:
            with work.timed("model"):
                reading, _ = self._model_reading(engine, work, self.task.retry_schema)
        except (NotAReading, EngineError) as error:
            self._failed(engine, error)
            return
        grounded = self._grounded(work, reading)
        if grounded.blocked or any(problem.code in EVIDENCE_AGAINST - {REPAIRED} for problem in grounded.problems):
            return
        # How probable a text is that the model did not choose says nothing.
        work.model = Candidate("repaired", replace(grounded, problems=(*grounded.problems, SECOND_READING)))

    def _failed(self, engine: Engine, error: EngineError | NotAReading) -> None:
        """Counts a failure of the model, and logs what the engine failed by."""
        if isinstance(error, NotAReading):
            self._observer.engine_failed(engine.name, error.code)
            return
        self._observer.engine_failed(engine.name, error.kind)
        # An open breaker was told once, when it opened.
        log.log(logging.DEBUG if error.kind == "open" else logging.WARNING, "%s: %s", self.task.name, error)
        if error.quoted:
            log.debug("%s: it said: %s", self.task.name, error.quoted)

    def _model_reading(self, engine: Engine, work: Work, schema: JsonObject | None) -> tuple[JsonObject, float | None]:
        messages = self.task.messages(work.text)
        done = engine.complete(
            messages, schema=schema, max_tokens=self.task.max_tokens, deadline=work.deadline, draft=work.draft
        )
        self._observer.completed(engine.name, done)
        return self._parser.parse(done.text), done.confidence

    def _grounded(self, work: Work, reading: JsonObject) -> Grounded:
        """The reading as grounding sees it; an output that is not valid by the task's schema is blocked.

        Both readers mostly read the same, which is then grounded once: it takes longer than the rules do.
        """
        if work.rules is not None and reading == work.rules_reading:
            return work.rules.grounded
        with work.timed("ground"):
            grounded = self.task.ground(work.text, reading, work.today)
        if grounded.output is not None and not self._output_validator.is_valid(grounded.output):
            log.error("%s: grounding made an output that its schema forbids", self.task.name)
            broken = Problem("invalid_output", "the checked output breaks the task's schema", None, blocking=True)
            return replace(grounded, output=None, problems=(*grounded.problems, broken))
        return grounded

    def _decided(self, work: Work) -> Answer:
        model, rules = work.model, work.rules
        if model is None or rules is None:
            candidate = model or rules
            if candidate is None or candidate.grounded.blocked:
                raise self._nothing(work)
            # A reader that was asked and could not read is a doubt; one that is away or switched off is none.
            alone = work.rules_gave_up or isinstance(work.failure, NotAReading)
            return self._signed(work, candidate, *([UNCONFIRMED] if alone else []))
        decision = self._policy(model.grounded, rules.grounded, model.confidence)
        if decision is None:
            raise self._nothing(work)
        chosen = model if decision.reader == "model" else rules
        other = rules if chosen is model else model
        if decision.completed is not None and self._output_validator.is_valid(decision.completed.output):
            chosen = replace(chosen, grounded=decision.completed, from_other=decision.from_other)
        answer = self._signed(work, chosen, *([decision.doubt] if decision.doubt else []))
        if other.grounded.output == answer.output:
            return answer
        return replace(answer, alternative=other.grounded.output)

    def _nothing(self, work: Work) -> TuneserveError:
        """Why there is no answer: the engine when it failed, else what the readers' readings lacked."""
        if isinstance(work.failure, EngineError):
            return work.failure
        refused = [candidate for candidate in (work.model, work.rules) if candidate]
        problems = tuple(dict.fromkeys(problem for candidate in refused for problem in candidate.grounded.problems))
        reasons = [problem.message for problem in problems if problem.blocking]
        if work.failure:
            reasons.insert(0, str(work.failure))
        return NoAnswer("no checked answer: " + ("; ".join(reasons) or "nobody could read the input"), problems)

    def _signed(self, work: Work, candidate: Candidate, *more: Problem) -> Answer:
        grounded = candidate.grounded
        return Answer(
            id=_new_id(),
            task=self.task.name,
            input=work.text,
            output=grounded.output or {},
            origin=candidate.origin,
            release=self.release,
            fields={name: candidate.source(name, evidence) for name, evidence in grounded.fields.items()},
            problems=(*grounded.problems, *more),
            took_ms=work.took_ms,
            engine_failure=None if work.model or not work.failure else failure_of(work.failure)[0],
        )

    def _finished(self, answer: Answer, rows: int | None, today: date, arrived: float) -> Answer:
        """With rows and times; told to the observer."""
        took = dict(answer.took_ms)
        if rows is not None:
            begun = time.perf_counter()
            answer = self._with_rows(answer, rows, today)
            took["lookup"] = (time.perf_counter() - begun) * 1000
        total = (time.monotonic() - arrived) * 1000
        rounded = {name: round(ms, 3) for name, ms in {"total": total, **took}.items()}
        answer = replace(answer, took_ms=rounded)
        self._observer.answered(answer)
        return answer

    def _with_rows(self, answer: Answer, limit: int, today: date) -> Answer:
        if self.task.lookup is None:
            return replace(answer, rows=Rows(0, [], "this task has no rows to look up"))
        try:
            return replace(answer, rows=self.task.lookup.rows(self._database_url, answer.output, limit, today))
        except (SQLAlchemyError, TuneserveError, OSError) as error:
            log.error("%s: rows could not be looked up: %s", self.task.name, error)
            lost = Problem("rows_unavailable", "the rows could not be looked up: the database did not answer")
            return replace(answer, problems=(*answer.problems, lost))

    def _key(self, text: str, today: date, through: Through) -> str:
        parts = [self.task.name, self.release, self._edition, through, today.isoformat(), text]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def failure_of(error: Exception) -> tuple[str, Sequence[Problem]]:
    """Why there was no answer, or none of the model: a code of a small fixed set, and the problems that say more."""
    if isinstance(error, NoAnswer):
        return "no-answer", error.problems
    if isinstance(error, NotAReading):
        return error.code, ()
    return f"engine-{error.kind}" if isinstance(error, EngineError) else "internal", ()


def _repeated(answer: Answer) -> Answer:
    cached_from = answer.cached_from or answer.origin
    return replace(answer, id=_new_id(), origin="cache", cached_from=cached_from, took_ms={})


def _new_id() -> str:
    return uuid.uuid4().hex
