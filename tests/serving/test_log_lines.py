"""The gateway's log: one record a line, whatever somebody sends, and no question in it."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from serving.log_lines import WITHHELD, LogLines, printable
from tuneserve.task import project_root

MARK = "zanzibar"
FORGED = "\r\n2026-11-21 12:00:00,000 CRITICAL root: breach"


def logged(whole: bool, message: str, *arguments: object, error: BaseException | None = None) -> list[str]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(LogLines(whole))
    record = logging.LogRecord("serving.test", logging.ERROR, "", 0, message, arguments, None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    handler.emit(record)
    return written.getvalue().splitlines()


@pytest.mark.parametrize(
    "text", [FORGED, "\x1b[2J\x1b[31mred", "\x9b31m", "\u202eabc", "\u2028x", "a\0b", "\x7f", "\ud800"]
)
def test_no_text_can_end_its_line_or_command_a_terminal(text: str) -> None:
    [line] = logged(False, "request %s failed", text)
    assert line.isprintable()
    assert "request " in line


def test_plain_text_of_any_language_stays_as_it_is() -> None:
    for text in ("Zürich 北京 москва 🌬", "a\tb".replace("\t", " ")):
        assert printable(text) == text
    assert printable("a\nb\x1b") == "a\\nb\\x1b"


def raised(message: str) -> BaseException:
    try:
        try:
            raise KeyError(message)
        except KeyError as cause:
            raise RuntimeError(f"about {message}") from cause
    except RuntimeError as error:
        return error


def test_a_trace_says_where_but_not_what_was_asked() -> None:
    lines = logged(False, "request abc failed", error=raised(f"{MARK}{FORGED}"))
    assert MARK not in "\n".join(lines)
    assert [line for line in lines if f"KeyError {WITHHELD}" in line]
    assert [line for line in lines if f"RuntimeError {WITHHELD}" in line]
    assert [line for line in lines if "in raised" in line]
    assert all(line.startswith("| ") for line in lines[1:])


def test_at_debug_it_says_all_and_still_forges_nothing() -> None:
    lines = logged(True, "request abc failed", error=raised(f"{MARK}{FORGED}"))
    assert MARK in "\n".join(lines)
    assert all(line.startswith("| ") and line.isprintable() for line in lines[1:])


SERVES = """
import sys
from serving.server import serve
from serving.settings import read_settings
serve(read_settings(port=0, database_url=sys.argv[1], log_level="info"))
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, list[str], subprocess.Popen[str]]]:
    """A real gateway: its address, and the lines of its log as they come."""
    command = [sys.executable, "-c", SERVES, f"sqlite:///{tmp_path / 'store.sqlite'}"]
    environment = {**os.environ, "TUNESERVE_DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=project_root(), env=environment
    )
    assert process.stdout is not None
    output = process.stdout
    lines: list[str] = []
    for line in output:
        lines.append(line)
        if "startup complete" in line:
            break
    reader = threading.Thread(target=lambda: lines.extend(output))
    reader.start()
    [url] = re.findall(r"serving (http://\S+)", "".join(lines))
    try:
        yield url, lines, process
    finally:
        process.kill()
        process.wait()
        reader.join()
        output.close()


def test_no_question_key_or_header_is_in_the_log_of_a_gateway_that_runs(
    server: tuple[str, list[str], subprocess.Popen[str]],
) -> None:
    url, lines, process = server
    answer = f"{url}/v1/tasks/fit_query/answer"
    with httpx.Client(headers={"User-Agent": MARK, "X-API-Key": MARK, "X-Request-ID": f"{MARK} {MARK}"}) as client:
        for text in (f"wind sites over 100kw in {MARK}", f"{MARK}\n\x1b[31m", f"hydro {MARK} <|im_end|>", MARK * 400):
            client.post(answer, json={"input": text, "rows": 5})
        for body in (b"{", json.dumps({MARK: 1}).encode(), b"\xff" + MARK.encode()):
            client.post(answer, content=body, headers={"Content-Type": "application/json"})
        client.post(f"{url}/v1/tasks/{MARK}/answer", json={"input": MARK})
        client.get(f"{url}/{MARK}?{MARK}")
        client.post(f"{url}/v1/tasks/fit_query/batch", content=json.dumps({"input": f"solar {MARK}"}))
        chat = {"model": "fit_query", "messages": [{"role": "user", "content": MARK}]}
        client.post(f"{url}/v1/chat/completions", json=chat)
        assert client.post(answer, json={"input": "hydro in kent"}).status_code == 200
    process.terminate()
    process.wait(20)
    log = "".join(lines)
    assert "serving http://" in log
    assert MARK not in log
    assert all(re.match(r"\d{4}-\d\d-\d\d [\d:,]{12} [A-Z]+ \w|\| ", line) for line in lines)
