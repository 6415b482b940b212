"""`OllamaServer`: the calls to a running Ollama that publishing needs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import ollama

from convert.chat_format import Chat
from tuneserve.errors import EngineError, EngineTimeout, EngineUnavailable

TESTED_VERSION = "0.24.0"
DEFAULT_URL = "http://127.0.0.1:11434"

# A first call loads the model; reading 10 GB from a slow disk takes this long at most.
_SECONDS = 300.0


def ollama_url() -> str:
    """`TUNESERVE_OLLAMA_URL`, or Ollama's usual address on this machine."""
    return os.environ.get("TUNESERVE_OLLAMA_URL") or DEFAULT_URL


@dataclass(frozen=True, slots=True)
class Generated:
    """What a model wrote, and the number of prompt tokens that Ollama counted itself."""

    text: str
    prompt_tokens: int


class OllamaServer:
    """Each method raises EngineUnavailable when nobody answers at `url`, EngineError when Ollama refuses."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def version(self) -> str:
        reply = self._json("GET", "/api/version", None, timeout=5.0)
        return str(reply.get("version", "unknown"))

    def create(
        self, name: str, gguf: Path, *, template: str, system: str, parameters: Mapping[str, Any], license: str
    ) -> None:
        """Creates or replaces the model `name`; what Ollama already has of the file is not sent again."""
        try:
            with ollama.Client(host=self.url, timeout=_SECONDS) as client:
                digest = client.create_blob(gguf)
                client.create(
                    name,
                    files={gguf.name: digest},
                    template=template,
                    system=system,
                    parameters=dict(parameters),
                    license=license,
                    stream=False,
                )
        except ollama.ResponseError as error:
            raise EngineError(f"Ollama at {self.url} refused to create '{name}': {error.error}") from error
        except (ConnectionError, httpx.HTTPError) as error:
            raise self._unreachable(error) from error

    def copy(self, name: str, new: str) -> None:
        """Gives the model `name` the name `new` too; a model that had it before is replaced in one step."""
        self._json("POST", "/api/copy", {"source": name, "destination": new}, replies=False)

    def has(self, name: str) -> bool:
        models = self._json("GET", "/api/tags", None, timeout=5.0).get("models") or []
        return any(model.get("name") == name for model in models)

    def delete(self, name: str) -> None:
        """Deletes the model if it is there. Files that another model uses stay."""
        try:
            self._json("DELETE", "/api/delete", {"model": name}, replies=False, may_be_missing=True)
        except EngineUnavailable:
            # Gone with the server, or to be replaced by the next call.
            return

    def rendered(self, name: str, chat: Chat) -> str:
        """The prompt that Ollama would give to the model; nothing is generated."""
        body = {"model": name, "messages": list(chat), "stream": False, "_debug_render_only": True}
        reply = self._json("POST", "/api/chat", body)
        try:
            return str(reply["_debug_info"]["rendered_template"])
        except (KeyError, TypeError) as error:
            raise EngineError(
                f"Ollama at {self.url} does not show what it renders; the parity check needs version {TESTED_VERSION}"
            ) from error

    def prompt_tokens(self, name: str, chat: Chat) -> int:
        """How many tokens Ollama itself makes of the prompt."""
        body = {"model": name, "messages": list(chat), "stream": False, "options": {"num_predict": 1}}
        return int(self._json("POST", "/api/chat", body).get("prompt_eval_count", -1))

    def run(self, name: str, text: str) -> Generated:
        """What `ollama run --nowordwrap NAME TEXT` prints: the model's own template, prompt and parameters apply."""
        reply = self._json("POST", "/api/generate", {"model": name, "prompt": text, "stream": False})
        return Generated(str(reply.get("response", "")), int(reply.get("prompt_eval_count", -1)))

    def _json(
        self,
        method: str,
        path: str,
        body: Any,
        timeout: float = _SECONDS,
        *,
        replies: bool = True,
        may_be_missing: bool = False,
    ) -> dict[str, Any]:
        """The reply's JSON object; an empty one where the call `replies` nothing when it succeeds."""
        try:
            reply = httpx.request(method, self.url + path, json=body, timeout=timeout)
            if (reply.is_success and not replies) or (may_be_missing and reply.status_code == 404):
                return {}
            found = reply.json()
        except httpx.TimeoutException as error:
            raise EngineTimeout(f"Ollama at {self.url} did not answer {path} within {timeout:.0f} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error
        except ValueError as error:
            raise EngineError(f"{self.url}{path} answered no JSON; is it an Ollama?") from error
        if reply.is_error or not isinstance(found, dict):
            message = found.get("error", found) if isinstance(found, dict) else found
            raise EngineError(f"Ollama at {self.url} refused {path} ({reply.status_code}): {message}")
        return found

    def _unreachable(self, error: Exception) -> EngineUnavailable:
        return EngineUnavailable(
            f"no Ollama answers at {self.url} ({error}); start it with 'ollama serve', or set TUNESERVE_OLLAMA_URL"
        )
