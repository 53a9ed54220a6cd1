"""What the commands share: options, reading inputs, telling errors in one line, writing whole files or none."""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from declutter import storage

if TYPE_CHECKING:
    from declutter.cleaner import Cleaner


def kinds_option(name: str, help_text: str) -> Callable[..., Any]:
    """An option that takes kinds as a comma list, and may be given more than once."""

    def split(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> list[str]:
        return [kind.strip() for value in values for kind in value.split(",") if kind.strip()]

    return click.option(name, multiple=True, metavar="KINDS", callback=split, help=help_text)


def cleaner_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that configure a `Cleaner`, the same for every command that judges."""
    options = [
        kinds_option("--keep", "Kinds to keep besides body, subheading and the first headline (comma list)."),
        kinds_option("--drop", "Kinds to drop besides the others (comma list)."),
        click.option("--caution", type=float, default=0.5, show_default=True, help="0 drops more, 1 drops nothing on the model's word."),
        click.option("--keep-lines", multiple=True, metavar="REGEX", help="Lines that match stay, whatever the model says."),
        click.option("--drop-lines", multiple=True, metavar="REGEX", help="Lines that match go, whatever the model says."),
        click.option("--model", type=click.Path(path_type=Path), help="A model made by 'declutter train' in place of the shipped one."),
        click.option("--sites", type=click.Path(path_type=Path), help="Counts made by 'declutter sites build', as evidence."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def input_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The files to read and how."""
    return click.argument("files", nargs=-1, type=click.Path(readable=False), metavar="[FILES]...")(reading_options(command))


def field_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where in rows the texts are."""
    options = [
        click.option("--field", default="text", show_default=True, help="The key or column of the text."),
        click.option("--url-field", default="url", show_default=True, help="The key or column of the address, which tells the site."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """How inputs are read."""
    options = [
        click.option("--encoding", default="utf-8", show_default=True, callback=known_encoding, help="Of the texts, in and out."),
        click.option("--html/--no-html", default=None, help="Read pages, or texts; by itself each input is looked at."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def jobs_option(help_text: str, default: int = 1) -> Callable[..., Any]:
    """An option for the number of processes."""

    def some(_ctx: click.Context, _param: click.Parameter, value: int) -> int:
        if value == 0:
            raise click.BadParameter("0 processes do nothing; -1 is one for each core")
        return value

    return click.option("-j", "--jobs", type=int, default=default, show_default=True, callback=some, help=help_text)


def writable(output: Path, inputs: Iterable[str | Path] = ()) -> None:
    """Refuse a file that could not be written, or is one of the inputs, before the work is done that it is for."""
    if not output.absolute().parent.is_dir():
        raise OneLine(f"{output}: there is no folder {output.parent} to write it to", 2)
    if output.is_dir():
        raise OneLine(f"{output} is a folder; name a file", 2)
    if not os.access(output if output.exists() else output.absolute().parent, os.W_OK):
        raise OneLine(f"{output}: cannot be written: no permission", 2)
    if output.exists() and storage.same(str(output)) in {storage.same(str(name)) for name in inputs}:
        raise OneLine(f"{output} is an input and would be overwritten; name another file", 2)


def known_encoding(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """The name of an encoding that Python has; another is a usage error."""
    try:
        "a".encode(value)  # some of Python's codecs are none of text, such as "hex"
        return codecs.lookup(value).name
    except (LookupError, ValueError):
        raise click.BadParameter(f"unknown encoding {value!r}") from None


def plain(text: str) -> str:
    """A line without control characters, which could move the cursor or colour what follows.

    >>> plain("a\\tb\\x1b[2J")
    'a\\tb\ufffd[2J'
    """
    return "".join("\ufffd" if unicodedata.category(char) == "Cc" and char != "\t" else char for char in text)


def painter() -> Callable[..., str]:
    """How text is coloured: as `click.style` does on a terminal, or in a pipe if FORCE_COLOR asks for it; else, or with NO_COLOR, not."""
    coloured = os.environ.get("FORCE_COLOR") or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
    return click.style if coloured and not os.environ.get("NO_COLOR") else lambda text, **_: text


def make_cleaner(**options: Any) -> Cleaner:
    """A `Cleaner` from the options; what it refuses is a usage error, in one line."""
    from declutter.cleaner import Cleaner

    try:
        return Cleaner(**options)
    except ValueError as error:
        raise OneLine(str(error), 2) from None


class OneLine(click.ClickException):
    """An error told in one line, and the exit code that goes with it."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.__dict__["exit_code"] = code

    def show(self, file: Any = None) -> None:
        """Print the line to standard error."""
        click.echo(f"declutter: {self.message}", err=True, file=file)


@dataclass(slots=True)
class Failures:
    """Inputs that failed, each told in one line on standard error; the rest is done all the same."""

    count: int = 0

    def tell(self, name: str, what: str) -> None:
        """Count a failure and say what it was."""
        self.count += 1
        click.echo(plain(f"declutter: {storage.shown(name)}: {what}"), err=True)

    @property
    def exit_code(self) -> int:
        """1 if anything failed."""
        return 1 if self.count else 0
