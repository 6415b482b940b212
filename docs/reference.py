"""Writes the reference pages from the code: docs/cli.md and docs/settings.md. Run it by `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
MADE = "<!-- Written by `make docs`; change the code instead. -->"


def command_line_page() -> str:
    """Every verb's `--help`, in the order of `tuneserve --help`."""
    from tuneserve.cli import cli

    # As the command line itself makes it: an option of help that click has kept once, it shows for ever.
    names = cli.context_settings["help_option_names"]
    root = click.Context(cli, info_name="tuneserve", terminal_width=100, max_content_width=100, help_option_names=names)
    pages = [f"# Command line\n\n{MADE}\n", _block(cli.get_help(root))]
    for name, command in cli.commands.items():
        context = click.Context(command, info_name=name, parent=root, terminal_width=100, max_content_width=100)
        pages += [f"\n## tuneserve {name}\n", _block(command.get_help(context))]
        for below, part in command.commands.items() if isinstance(command, click.Group) else ():
            inner = click.Context(part, info_name=below, parent=context, terminal_width=100, max_content_width=100)
            pages += [f"\n### tuneserve {name} {below}\n", _block(part.get_help(inner))]
    return "\n".join(pages) + "\n"


def settings_page() -> str:
    """Every setting with its meaning and default."""
    from serving.settings import settings_reference

    return f"# Settings\n\n{MADE}\n\n{settings_reference()}\n"


PAGES = {"cli.md": command_line_page, "settings.md": settings_page}


def _block(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"


def main() -> int:
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
