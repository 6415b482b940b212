"""`Callers`: some clients that ask one question after the other, and what they got."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from tests.load.gateway import HOST
from tests.load.judge import Judge, Verdict
from tuneserve.task import JsonObject

# Beyond any deadline: who waits longer has been forgotten.
REPLY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """`began` is a moment of time.monotonic()."""

    began: float
    ms: float
    verdict: Verdict


class Callers:
    """A context manager: they ask as long as it is open. `pause` is in seconds."""

    def __init__(
        self,
        port: int,
        task: str,
        texts: Sequence[str],
        judge: Judge,
        count: int = 4,
        pause: float = 0.1,
        rows: int | None = None,
    ) -> None:
        self.replies: list[Reply] = []
        self._port = port
        self._path = f"/v1/tasks/{task}/answer"
        self._texts = itertools.cycle(texts)
        self._judge = judge
        self._pause = pause
        self._rows = rows
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._ask, name=f"caller-{number}") for number in range(count)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def since(self, moment: float) -> list[Reply]:
        """Replies to what was asked from then on."""
        return [reply for reply in list(self.replies) if reply.began >= moment]

    def _ask(self) -> None:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=REPLY_SECONDS)
        while not self._stopping.wait(self._pause):
            asked: JsonObject = {"input": next(self._texts)}
            if self._rows is not None:
                asked["rows"] = self._rows
            began = time.monotonic()
            verdict = self._verdict(connection, json.dumps(asked).encode())
            self.replies.append(Reply(began, (time.monotonic() - began) * 1000, verdict))
        connection.close()

    def _verdict(self, connection: http.client.HTTPConnection, body: bytes) -> Verdict:
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            headers = {name.lower(): value for name, value in reply.getheaders()}
            return self._judge.reply("POST", reply.status, headers, reply.read())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return Verdict("no reply", f"the gateway broke off: {type(error).__name__}")
