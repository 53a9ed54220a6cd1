"""`declutter report`: one page that shows what was removed from each article, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from declutter import storage
from declutter.cli import common, looking


@click.command("report")
@looking.article_options
@common.cleaner_options
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The HTML file to write.")
def command(paths: tuple[str, ...], output: Path, field: str, url_field: str, encoding: str, html: bool | None, **options: Any) -> int:
    """Write one self-contained HTML file: each article with its removed lines struck through, by kind, with score and reason.

    INPUT is what 'declutter clean' reads (texts, pages, JSON Lines, CSV, Parquet, WARC), and folders of it.  Of many articles all are
    counted, and those that lost most and a sample of the rest shown.
    """
    report = looking.need("declutter.report", "report")
    common.writable(output, paths)
    cleaner = common.make_cleaner(**options)
    failures = common.Failures()
    counted = 0

    def counting() -> Any:
        nonlocal counted
        for article in looking.judged(cleaner, failures, paths, field=field, url_field=url_field, encoding=encoding, html=html):
            counted += 1
            yield article

    page = report.render(counting())
    if not counted:
        raise common.OneLine("no article could be read, so there is nothing to report", 1)
    try:
        storage.write_whole(str(output), page.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise common.OneLine(f"{output}: cannot be written: {error.strerror or error}", 1) from None
    click.echo(f"{output}: {counted:,} article{'s' * (counted != 1)}, {len(page) / 1e6:.1f} MB", err=True)
    return failures.exit_code
