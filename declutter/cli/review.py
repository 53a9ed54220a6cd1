"""`declutter review`: a local page to correct verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from declutter import samples
from declutter.cli import common, looking


@click.command("review")
@looking.article_options
@common.cleaner_options
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder for labelled articles, .tsv."
)
@click.option(
    "--samples", "others", multiple=True, type=click.Path(exists=True, path_type=Path), help="Other labelled articles to retrain with."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="By itself a free one.")
@common.jobs_option("Processes of a retraining; -1 is one for each core.")
def command(
    paths: tuple[str, ...],
    output: Path,
    others: tuple[Path, ...],
    port: int,
    jobs: int,
    field: str,
    url_field: str,
    encoding: str,
    html: bool | None,
    **options: Any,
) -> int:
    """Serve a page, on this machine alone, to say what the least certain lines are.

    INPUT is what 'declutter clean' reads (texts, pages, JSON Lines, CSV, Parquet, WARC), and folders of it.  Every answer is saved at
    once, in the format of samples/README.md; start again with the same input and folder to go on.  Ctrl-C ends it, with exit code 0.
    """
    server = looking.need("declutter.review.server", "review")
    from declutter import model
    from declutter.review.desk import Desk
    from declutter.review.training import Training

    cleaner = common.make_cleaner(**options)
    failures = common.Failures()
    judged = looking.judged(cleaner, failures, paths, field=field, url_field=url_field, encoding=encoding, html=html)
    try:
        output.mkdir(parents=True, exist_ok=True)
        desk = Desk(judged, output)
    except samples.SampleError as error:
        raise common.OneLine(str(error), 2) from None
    except OSError as error:
        raise common.OneLine(f"{error.filename or output}: {error.strerror}", 2) from None
    if not desk.articles:
        raise common.OneLine("no article could be read, so there is nothing to review", 1)
    before = model.shipped() if options["model"] is None else model.load(options["model"])
    training = Training([*others, output], output / "model.npz", before, jobs=jobs)

    def ready(address: str) -> None:
        count = len(desk.articles)
        click.echo(f"{count:,} article{'s' * (count != 1)}, {desk.answered:,} lines answered; answers go to {output}", err=True)
        click.echo(f"Open {address} (Ctrl-C ends it)", err=True)

    try:
        server.serve(desk, training, port=port, ready=ready)
    except OSError as error:
        raise common.OneLine(f"port {port} of {server.HOST} cannot be had: {error.strerror}; name another with --port", 2) from None
    finally:
        click.echo(f"{desk.answered:,} lines answered, in {output}", err=True)
    return failures.exit_code
