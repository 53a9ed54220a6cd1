"""What the commands that look at verdicts share: where the articles are, and extras that may not be installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from declutter import formats, storage
from declutter.cli import common
from declutter.formats.records import Fields

if TYPE_CHECKING:
    from declutter import articles
    from declutter.cleaner import Cleaner


def article_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where the articles are, and in which fields of rows."""
    paths = click.argument("paths", nargs=-1, required=True, metavar="INPUT...", type=click.Path(readable=False))
    return paths(common.field_options(common.reading_options(command)))


def judged(
    cleaner: Cleaner,
    failures: common.Failures,
    paths: Sequence[str],
    *,
    field: str,
    url_field: str,
    encoding: str,
    html: bool | None,
) -> Iterator[articles.Judged]:
    """The articles that the options name, judged; what cannot be read is told and left out."""
    from declutter import articles

    return articles.judged(cleaner, articles.find(paths, Fields(field, url_field, None, encoding, html), tell=failures.tell))


def told(cleaner: Cleaner, failures: common.Failures, files: Sequence[str], **reading: Any) -> Iterator[tuple[articles.Judged, bool]]:
    """The articles of files, or of standard input where none is named, and whether there may be several, so that each is to be named.

    Why a page has no article is told in one line.
    """
    several = len(files) > 1 or any(formats.by_name(name)[0] != formats.TEXT or Path(name).is_dir() for name in files)
    for article in judged(cleaner, failures, files or [storage.STDIN], **reading):
        if article.note is not None:
            click.echo(common.plain(f"declutter: {storage.shown(article.name)}: {article.note}"), err=True)
        yield article, several


def need(module: str, extra: str) -> Any:
    """A module of declutter that works with an extra alone.  A missing extra is one line."""
    try:
        return import_module(module)
    except ImportError as error:
        if error.name and error.name.startswith("declutter"):
            raise
        raise common.OneLine(f"{error.name} is not installed; install the extra: pip install 'declutter-news[{extra}]'", 2) from None
