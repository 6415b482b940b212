"""The rungs of the ladder that serving runs: a GGUF in the embedded engine, and the whole gateway over one.

Nothing here has a deadline: how good an answer is must not depend on how fast the machine was.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from serving.answering import Answerer
from serving.engines.engine import Completion, Message
from serving.engines.llama_cpp import LlamaCppEngine
from tuneserve.errors import TuneserveError
from tuneserve.ladder import GATEWAY, Exam, Question, reader_key
from tuneserve.progress import Bar
from tuneserve.replies import Replies
from tuneserve.report import Reply
from tuneserve.task import JsonObject, Task
from tuneserve.texts import Texts, prompt_key


@dataclass(frozen=True, slots=True)
class Gguf:
    """A model file with its hash."""

    path: Path
    sha256: str

    @property
    def identity(self) -> str:
        return f"llama_cpp engine, llama-cpp-python {version('llama-cpp-python')} {self.sha256}"


class KeptEngine:
    """An engine over `Texts`: what its model wrote once is not asked for again; loaded when a text is missing."""

    name = LlamaCppEngine.name

    def __init__(self, file: Gguf, task: Task, texts: Texts) -> None:
        self._file = file
        self._reader = reader_key(file.identity, task)
        self._texts = texts
        self._engine: LlamaCppEngine | None = None

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonObject | None,
        max_tokens: int,
        deadline: float | None,
        draft: str | None = None,
    ) -> Completion:
        """Without a deadline, whatever `deadline` is. Counts and times are 0: they are not what is measured."""
        key = prompt_key(messages, schema)
        text = self._texts.get(self._reader, key)
        if text is None:
            done = self._loaded().complete(messages, schema=schema, max_tokens=max_tokens, deadline=None, draft=draft)
            text = done.text
            self._texts.add(self._reader, key, text, done.confidence)
        return Completion(text, "stop", 0, 0, 0.0, 0.0, self._texts.confidence(self._reader, key))

    def warm_up(self, messages: Sequence[Message]) -> None:
        self._loaded().warm_up(messages)

    def _loaded(self) -> LlamaCppEngine:
        if self._engine is None:
            self._engine = LlamaCppEngine(self._file.path)
        return self._engine

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()


@dataclass(frozen=True, slots=True)
class GgufRung:
    """The model in a file alone, in the embedded engine, without a grammar."""

    file: Gguf
    name: str
    most: int | None = None

    @property
    def about(self) -> str:
        return f"GGUF {self.name} in llama.cpp, embedded"

    def replies(self, exam: Exam, questions: Sequence[Question], bar: Bar) -> list[Reply]:
        judge = Replies(exam.task)
        done = []
        with closing(KeptEngine(self.file, exam.task, exam.texts)) as engine:
            for question in questions:
                messages = [dict(message) for message in question.chat]
                written = engine.complete(messages, schema=None, max_tokens=exam.task.max_tokens, deadline=None)
                done.append(judge.of_text(question.case.query, written.text, exam.day(question)))
                bar.advance()
        return done


@dataclass(frozen=True, slots=True)
class GatewayRung:
    """The whole answer path over one file: the model, its repair with the grammar, the rules, who is believed."""

    file: Gguf
    served: str
    name: str = GATEWAY
    most: int | None = None

    @property
    def about(self) -> str:
        return f"the whole answer path with {self.served}: model, repair, rules, grounding"

    def replies(self, exam: Exam, questions: Sequence[Question], bar: Bar) -> list[Reply]:
        done = []
        with closing(KeptEngine(self.file, exam.task, exam.texts)) as engine:
            answerer = Answerer(exam.task, engine)
            for question in questions:
                done.append(_reply(answerer, exam, question))
                bar.advance()
        return done


def _reply(answerer: Answerer, exam: Exam, question: Question) -> Reply:
    try:
        answer = answerer.answer(question.case.query, today=exam.day(question))
    except TuneserveError as error:
        return Reply(None, None, (type(error).__name__,))
    return Reply(answer.output, answer.origin, tuple(problem.code for problem in answer.problems))
