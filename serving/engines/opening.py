"""Which engine runs a task's model, by the settings."""

from __future__ import annotations

from pathlib import Path

from serving.engines.engine import Engine
from serving.settings import Settings


def open_engine(settings: Settings, task: str, model: Path | None) -> Engine | None:
    """The engine of one task; None when the embedded engine is wanted and no `model` (GGUF) is prepared.

    The engines of servers are opened without a call: whether the server is there shows at the warm-up.
    Raises EngineUnavailable when a GGUF cannot be loaded.
    """
    if settings.engine == "ollama":
        from serving.engines.ollama import OllamaEngine

        return OllamaEngine(settings.ollama_url, task)
    if settings.engine == "openai":
        from serving.engines.openai import OpenAIEngine

        key = settings.openai_api_key
        return OpenAIEngine(settings.openai_url, task, api_key=key.get_secret_value() if key else None)
    if model is None:
        return None
    # Imported here: llama.cpp's library is not needed, nor perhaps installed, beside a model server.
    from serving.engines.llama_cpp import LlamaCppEngine

    return LlamaCppEngine(model)
