"""`tuneserve ask TASK` on a terminal: a real process on a real pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneserve.task import project_root


class Terminal:
    """A process on a pseudo-terminal. What it prints is read until what is waited for has come."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        environment = {**os.environ, "TUNESERVE_DATA_DIR": str(folder), "TERM": "dumb", "COLUMNS": "200"}
        command = [sys.executable, "-m", "tuneserve.cli", *arguments]
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=project_root(),
            env=environment,
            start_new_session=True,
            # A shell in the background hands down that Ctrl-C is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        os.close(slave)
        self._unread = ""

    def until(self, wanted: str, seconds: float = 60.0) -> str:
        """What was printed up to and with `wanted`."""
        ends = time.monotonic() + seconds
        while wanted not in self._unread:
            left = ends - time.monotonic()
            assert left > 0, f"no {wanted!r} in {self._unread!r}"
            if select.select([self._master], [], [], min(left, 1))[0]:
                self._unread += os.read(self._master, 65536).decode()
        found, _, self._unread = self._unread.partition(wanted)
        return found + wanted

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def interrupt(self, wanted: str) -> None:
        """Ctrl-C until `wanted` is printed: one that comes just before readline waits is seen at the next key only."""
        for _ in range(20):
            self.process.send_signal(signal.SIGINT)
            try:
                self.until(wanted, seconds=3)
                return
            except AssertionError:
                continue
        raise AssertionError(f"no {wanted!r} after Ctrl-C")

    def ended(self) -> int:
        return self.process.wait(30)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._master)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, "ask", "fit_query", "--through", "rules", "--rows", "0")
    try:
        terminal.until("Ctrl-D ends.")
        terminal.until("> ")
        yield terminal
    finally:
        terminal.close()


def test_questions_commands_errors_and_interruptions_in_one_conversation(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("hydro in kent\n")
    assert '"technology": "Hydro"' in terminal.until("read by the rules")
    terminal.type(":why\n")
    assert "'kent', by rules" in terminal.until("answer ")
    terminal.type(":rows 2\n")
    terminal.type("wind sites over 100kw in berkshire\n")
    assert "RG17" in terminal.until("West Berkshire")
    terminal.type("\n")
    terminal.type("half a question")
    terminal.until("half a question")
    terminal.interrupt("(Ctrl-D ends)")
    terminal.type(":json\n:rows 0\n")
    terminal.type("show FIT 4004\n")
    assert '"fit_id": "4004"' in terminal.until('"took_ms"')
    terminal.type(":nothing\n")
    terminal.until("no command :nothing; :help lists them")
    terminal.type(":rows many\n")
    terminal.until(":rows N, from 0 to 1000")
    terminal.type("x" * 2100 + "\n")
    terminal.until("at most 2000 are read")
    terminal.type(":h\n")
    assert ":examples" in terminal.until("From a shell:")
    terminal.type("\x04")
    assert terminal.ended() == 0
    history = tmp_path / "_history_fit_query"
    assert "hydro in kent\n" in history.read_text()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_the_last_conversation_s_questions_are_in_the_history(tmp_path: Path) -> None:
    (tmp_path / "_history_fit_query").write_text("hydro in kent\n")
    terminal = Terminal(tmp_path, "ask", "fit_query", "--through", "rules", "--rows", "0")
    try:
        terminal.until("Ctrl-D ends.")
        terminal.until("> ")
        terminal.type("\x10\n")  # Ctrl-P: the line before
        assert '"technology": "Hydro"' in terminal.until("read by the rules")
        terminal.type(":quit\n")
        assert terminal.ended() == 0
    finally:
        terminal.close()
