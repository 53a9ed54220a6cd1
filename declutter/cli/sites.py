"""`declutter sites build`: a corpus in, out the counts of what the pages of each site have in common."""

from __future__ import annotations

from pathlib import Path

import click

from declutter import formats, storage
from declutter.cli import common
from declutter.formats.records import Fields


@click.group("sites")
def command() -> None:
    """Count what the pages of a site have in common, for --sites of the other commands."""


@command.command("build")
@click.argument("corpus", nargs=-1, required=True, type=click.Path(readable=False), metavar="CORPUS...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The file of counts to write.")
@common.field_options
@common.reading_options
@common.jobs_option("Processes; -1 is one for each core.")
@click.option("--cluster", metavar="ADDRESS", help="Do it on a Dask cluster: the address of its scheduler, or 'local'.")
def build(corpus: tuple[str, ...], output: Path, field: str, url_field: str, encoding: str, html: bool | None, **options: object) -> int:
    """Count, for each site, on how many of its pages each line stands.

    CORPUS is what 'declutter clean' reads (JSON Lines, CSV, Parquet, WARC, texts, pages), folders of it, or '-': JSON Lines from standard
    input.  A text or page in a file of its own is of the site that its folder is named after.  Count what you clean: texts for texts,
    pages for pages.  Hashes are kept, no text.
    """
    from declutter import articles, cluster, counting, sites

    failures = common.Failures()
    try:
        sources = [source for name in storage.expand(list(corpus)) for source in articles.files(name, formats.ENDINGS, tell=failures.tell)]
        common.writable(output, sources)
        counted = counting.count(sources, Fields(field, url_field, None, encoding, html), **options)  # type: ignore[arg-type]
    except (cluster.ClusterError, storage.MissingExtraError) as error:
        raise common.OneLine(str(error), 2) from None
    for problem in counted.problems:
        failures.count += 1
        click.echo(f"declutter: {problem}", err=True)
    frozen = sites.freeze(counted.tally)
    if not frozen.pages:
        raise common.OneLine(f"{', '.join(corpus)}: no page with a site in it, so nothing is written", 1)
    try:
        sites.save(frozen, output)
    except OSError as error:
        raise common.OneLine(f"{output}: cannot be written: {error.strerror or error}", 2) from None
    pages = sum(frozen.pages.values())
    click.echo(
        f"{output}: sites {len(frozen.pages)}, pages counted {pages}, lines on more than one of a site {len(frozen.lines)}", err=True
    )
    return failures.exit_code
