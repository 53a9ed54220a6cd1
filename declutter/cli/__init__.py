"""The command `declutter`: one file a command, what they share in `declutter.cli.common`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

import declutter

_COMMANDS = ("clean", "diff", "explain", "report", "review", "evaluate", "model", "sites", "train")


class _Lazy(click.Group):
    """Commands are imported when called, so that `declutter --version` and `--help` answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"declutter.cli.{cmd_name}").command
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(declutter.__version__, prog_name="declutter")
def group() -> None:
    """Take the clutter out of scraped news and leave the article.

    Exit codes: 0 done, 1 some input failed and the rest was done, 2 usage, unknown kind or unusable model, 3 --check found clutter, 130
    interrupted.
    """


def main() -> None:
    """Run the command and end the process with its exit code; a closed pipe is no error, an interrupt is 130."""
    # numpy's library for matrices, of which nothing here asks much, starts a thread a core; a Ctrl-C that the system hands to one of them
    # is noted by Python but not acted on while this thread waits for input (of six, five were lost)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # it was closed before this began: nothing is read there, and what is written is for nobody
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115
    try:
        code = group.main(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = 130
    except (BrokenPipeError, SystemExit):  # SystemExit: how click ends when a pipe is closed
        # whatever reads from us has read enough; nothing may be written to it at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        click.echo(f"declutter: {error.filename or 'output'}: {error.strerror}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
