"""The command line. A stage is imported inside its verb only, so that `--help` stays quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from tuneserve import __version__
from tuneserve.commands import asking, keys, log, pipeline, project, releases, serving
from tuneserve.errors import TuneserveError

EPILOG = """\b
A first tour:
  tuneserve demo                     the released model answers, with rows of real data
  tuneserve ask fit_query            ask your own questions
  tuneserve serve                    the same over HTTP, with metrics
  tuneserve run fit_query --recipe quick    train your own in minutes
  tuneserve new my_task              start another job
"""


class InOrder(click.Group):
    """Lists commands in the order in which they were added: the order of a first tour."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tuneserve")
def cli() -> None:
    """Tune a small language model for one job, serve it on your own machine, check every answer."""


for module in (asking, serving, log, keys, pipeline, releases, project):
    for command in module.COMMANDS:
        cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: exit code 0 done, 1 a clear error, 2 wrong usage, 130 interrupted."""
    try:
        code = cli.main(args=arguments, prog_name="tuneserve", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(1)
    except TuneserveError as error:
        click.echo(f"tuneserve: {error}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("tuneserve: interrupted; run the same command again to go on", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away (`… | head`): nothing is wrong, and nothing more is to be said.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
