"""What the commands that look at verdicts share: where the articles are, and extras that may not be installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from declutter.cli import common

if TYPE_CHECKING:
    from declutter import articles
    from declutter.cleaner import Cleaner


def article_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where the articles are, and in which fields of rows."""
    options = [
        click.argument("paths", nargs=-1, required=True, metavar="INPUT...", type=click.Path()),
        click.option("--field", default="text", show_default=True, help="Of JSON Lines: the field that holds the text."),
        click.option(
            "--url-field", default="url", show_default=True, help="Of JSON Lines: the field that holds the address, for the site."
        ),
        click.option("--encoding", default="utf-8", show_default=True, callback=common.known_encoding, help="Of texts and rows."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def judged(
    cleaner: Cleaner, failures: common.Failures, *, paths: tuple[str, ...], field: str, url_field: str, encoding: str
) -> Iterator[articles.Judged]:
    """The articles that the options name, judged; what cannot be read is told and left out."""
    from declutter import articles

    return articles.judged(cleaner, articles.find(paths, articles.Source(field, url_field, encoding), tell=failures.tell))


def need(module: str, extra: str) -> Any:
    """A module of declutter that works with an extra alone.  A missing extra is one line."""
    try:
        return import_module(module)
    except ImportError as error:
        if error.name and error.name.startswith("declutter"):
            raise
        raise common.OneLine(f"{error.name} is not installed; install the extra: pip install 'declutter-news[{extra}]'", 2) from None
