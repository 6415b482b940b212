"""The verb that serves."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", help="Address to listen on. [127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on. [8000]")
@click.option("--engine", type=click.Choice(["llama_cpp", "ollama", "openai"]), help="[TUNESERVE_ENGINE, llama_cpp]")
def serve(host: str | None, port: int | None, engine: str | None) -> None:
    """The gateway: answers, metrics and API pages over HTTP. Ctrl-C finishes what is under way and stops."""
    from serving.server import serve as serve_until_stopped
    from serving.settings import read_settings
    from tuneserve.commands.answers import prepared_models
    from tuneserve.commands.releases import prepare_routed
    from tuneserve.task import load_task, task_names

    changes = {name: value for name, value in (("host", host), ("port", port), ("engine", engine)) if value is not None}
    settings = read_settings(**changes)
    tasks = [load_task(name) for name in task_names()]
    models = prepared_models(tasks) if settings.engine == "llama_cpp" else {}
    prepare_routed(tasks, settings)
    serve_until_stopped(settings, models)


COMMANDS: list[click.Command] = [serve]
