"""`declutter evaluate`: how well labelled articles are judged."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from declutter import samples
from declutter.cli import common


@click.command("evaluate")
@click.argument("paths", nargs=-1, required=True, metavar="FILES...", type=click.Path(readable=False, path_type=Path))
@common.cleaner_options
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON object.")
def command(paths: tuple[Path, ...], as_json: bool, **options: Any) -> int:
    """Judge labelled articles and tell precision, recall and F1 of each kind, of keep and drop, of spans, and body lines lost."""
    from declutter import metrics

    cleaner = common.make_cleaner(**options)
    failures = common.Failures()
    read = []
    for path in samples.find(paths):
        try:
            read.append(samples.read(path))
        except samples.SampleError as error:
            failures.count += 1
            click.echo(f"declutter: {error}", err=True)
        except OSError as error:
            failures.tell(str(path), error.strerror or str(error))
    if not read:
        raise common.OneLine("no labelled article could be read", 1)
    found = metrics.evaluate(cleaner, read)
    click.echo(json.dumps(asdict(found)) if as_json else metrics.table(found))
    return failures.exit_code
