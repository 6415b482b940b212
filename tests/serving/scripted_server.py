"""A model server on loopback that does what a test tells it: faults that a real one will not show on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Play = Callable[[BaseHTTPRequestHandler], None]
# Far longer than any deadline in the tests, and than a busy machine adds to one.
HANGS_SECONDS = 30.0


class ScriptedServer:
    def __init__(self, play: Play) -> None:
        self.play = play
        self.requests: list[tuple[str, dict[str, Any]]] = []
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                scripted.requests.append((self.path, json.loads(body)))
                scripted.headers = dict(self.headers)
                self.ended = scripted.ended
                self.scripted = scripted
                try:
                    scripted.play(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self.headers: dict[str, str] = {}
        self.ended = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def scripted_server(play: Play) -> Iterator[ScriptedServer]:
    scripted = ScriptedServer(play)
    thread = threading.Thread(target=scripted.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield scripted
    finally:
        scripted.ended.set()
        scripted.server.shutdown()
        thread.join()
        scripted.server.socket.close()


def reply(status: int, body: bytes | dict[str, Any], length: int | None = None) -> Play:
    """Sends this; `length` promises another number of bytes than are sent."""
    raw = json.dumps(body).encode() if isinstance(body, dict) else body

    def play(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(raw) if length is None else length))
        request.end_headers()
        request.wfile.write(raw)
        if length is not None:
            request.wfile.flush()
            request.close_connection = True

    return play


def hang(request: Any) -> None:
    """Says nothing."""
    request.ended.wait(HANGS_SECONDS)


def drip(request: Any) -> None:
    """Endless blanks, one every 50 ms."""
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    for _ in range(int(HANGS_SECONDS / 0.05)):
        request.wfile.write(b"1\r\n \r\n")
        if request.ended.wait(0.05):
            return


def stop_half_way(request: Any) -> None:
    reply(200, b'{"message"', length=100)(request)
    request.ended.wait(HANGS_SECONDS)


def chat(text: str, **more: Any) -> dict[str, Any]:
    """A reply of Ollama's /api/chat."""
    return {
        "model": "distance",
        "message": {"role": "assistant", "content": text},
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": 20,
        "eval_count": 7,
        "prompt_eval_duration": 30_000_000,
        "eval_duration": 50_000_000,
        **more,
    }
