"""The verb for API keys: new, list, revoke."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group()
def key() -> None:
    """Who may call the gateway over HTTP. A gateway that runs needs no restart."""


@key.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def new(name: str, as_json: bool) -> None:
    """Make a key for NAME. It is shown this once: only its hash is kept."""
    from serving.keys import add_key

    path = _path()
    made = add_key(path, name)
    if as_json:
        click.echo(json.dumps({"name": name, "key": made}))
        return
    click.echo(made)
    click.echo("Keep it: it is not shown again. Callers send it as 'Authorization: Bearer KEY'.", err=True)


@key.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout.")
def list_keys(as_json: bool) -> None:
    """Whose keys there are and since when; those of TUNESERVE_API_KEYS too."""
    from serving.keys import read_keys
    from serving.settings import read_settings

    settings = read_settings()
    kept: list[tuple[str, str | None, str]]
    kept = [(name, stored.created, "file") for name, stored in read_keys(settings.keys_path).items()]
    kept += [(name, None, "TUNESERVE_API_KEYS") for name in settings.keys]
    for name, created, where in kept:
        if as_json:
            click.echo(json.dumps({"name": name, "created": created, "from": where}))
        else:
            click.echo(f"{name:<40}  {created or f'in {where}'}")
    if not kept and not as_json:
        click.echo("no keys; make one: tuneserve key new NAME", err=True)


@key.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Take NAME's key away; it is refused from the next request on."""
    from serving.keys import revoke_key

    path = _path()
    revoke_key(path, name)
    click.echo(f"the key '{name}' is valid no longer", err=True)


def _path() -> Path:
    from serving.settings import read_settings

    return read_settings().keys_path


COMMANDS: list[click.Command] = [key]
