"""What a model server may do instead of answering: scripted, since a real one does not show it on demand."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.serving.scripted_server import Play, chat, drip, hang, reply, stop_half_way
from tuneserve.task import Task

TOKEN = b'{"message":{"role":"assistant","content":"a "},"done":false}\n'


def well(task: Task) -> Play:
    """Writes what the task's rules read, as a good model would."""

    def play(request: Any) -> None:
        text = str(request.scripted.requests[-1][1]["messages"][-1]["content"])
        reading = None if task.rules is None else task.rules(text, date.today())
        reply(200, chat(task.canonical(reading or {})))(request)

    return play


def later(play: Play, seconds: float) -> Play:
    """The same, after a while."""

    def waits(request: Any) -> None:
        if not request.ended.wait(seconds):
            play(request)

    return waits


def not_http(request: Any) -> None:
    request.wfile.write(b"\x16\x03\x01\x02\x00 garbage \xff\xfe\r\n\r\n")
    request.close_connection = True


def hang_up(request: Any) -> None:
    """Reads the question and closes the connection."""
    request.close_connection = True


def endless_tokens(request: Any) -> None:
    """A stream of tokens that was not asked for, and does not end."""
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    while not request.ended.wait(0.005):
        request.wfile.write(b"%x\r\n%s\r\n" % (len(TOKEN), TOKEN))


# {what it does: (how, what the gateway counts: a kind of tuneserve_engine_errors_total)}
PLAYS: dict[str, tuple[Play, str]] = {
    "says nothing": (hang, "timeout"),
    "answers after 10 s": (later(reply(200, chat("{}")), 10.0), "timeout"),
    "stops in the middle of its reply": (stop_half_way, "timeout"),
    "sends blanks without end": (drip, "timeout"),
    "sends tokens without end": (endless_tokens, "timeout"),
    "drops the connection in the middle of its reply": (reply(200, b'{"message": {', length=500), "unavailable"),
    "closes the connection without a word": (hang_up, "unavailable"),
    "sends no HTTP": (not_http, "unavailable"),
    "answers 500": (reply(500, {"error": "llama runner process has terminated"}), "failed"),
    "answers 503": (reply(503, {"error": "server busy"}), "unavailable"),
    "answers 200 with a web page": (reply(200, b"<html>Welcome</html>"), "failed"),
    "answers 200 with half a line of JSON": (reply(200, b'{"message": {"content": "{'), "failed"),
    "answers 200 with prose": (reply(200, chat("Sure! Here is what I found for you.")), "not_json"),
    "answers 200 with half a reading": (reply(200, chat('{"loc', done_reason="length")), "not_json"),
    "answers 200 with blanks only": (reply(200, chat(" \n" * 80, done_reason="length")), "not_json"),
    "answers 200 with keys that the schema forbids": (reply(200, chat('{"sql": "drop table"}')), "not_by_schema"),
}
