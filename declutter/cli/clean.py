"""`declutter clean`: texts in, the same texts without their clutter out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from declutter import formats, runs, storage
from declutter.cli import account, common, plan
from declutter.formats.records import Fields

if TYPE_CHECKING:
    from declutter.cleaner import Cleaner

_KINDS = [kind + compression for kind in formats.NAMES for compression in ("", *storage.COMPRESSIONS)]


class _Attached(click.Command):
    """A command whose -i takes a suffix only as sed does, attached: `-i.bak`, `--in-place=.bak`; what follows a bare -i is a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        bare = ("-i", "--in-place")
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, ["--in-place=" if arg in bare else arg for arg in args[:end]] + args[end:])


@click.command("clean", cls=_Attached)
@common.input_options
@common.cleaner_options
@click.option("-o", "--output", help="A file for one input, a folder for several; a path, or an address that fsspec opens.")
@click.option(
    "-i", "--in-place", metavar="[=SUFFIX]", help="Put each output in the place of its input; with a suffix, keep that beside it."
)
@click.option("--check", is_flag=True, help="Write nothing; end with 3 if there is clutter in any input, and name it.")
@click.option("--dry-run", is_flag=True, help="Write nothing; tell what would go from each input.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(_KINDS),
    metavar="FORMAT",
    help=f"{', '.join(formats.NAMES)}, with .gz or .zst; by itself what a name ends in tells.",
)
@common.field_options
@click.option("--out-field", help="A key or column for the clean text; by itself it takes the place of the text.")
@common.jobs_option("Processes; -1 is one for each core.")
@click.option("--cluster", metavar="ADDRESS", help="Do it on a Dask cluster: the address of its scheduler, or 'local'.")
@click.option("--resume", is_flag=True, help="Mark inputs that are done, and leave out those that are marked.")
@click.option("--max-errors", type=click.IntRange(min=0), metavar="N", help="Stop when more than N records or inputs failed.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="What takes longer passes through.")
@click.option("--max-memory", type=click.IntRange(min=1), metavar="MB", help="What takes more passes through.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Write counts by kind and by site there (JSON).")
def command(files: tuple[str, ...], encoding: str, html: bool | None, **options: Any) -> int:
    """Print texts without their clutter.

    Standard input is read where no file is named, or for '-'.  Several texts come out one after the other.  JSON Lines, CSV and Parquet
    come out as they went in, with clean texts; of a WARC file come out its pages, as JSON Lines.
    """
    if options["report"] is not None:
        common.writable(options["report"], files)
    judging = {name: options.pop(name) for name in ("keep", "drop", "caution", "keep_lines", "drop_lines", "model", "sites")}
    cleaner = common.make_cleaner(**judging)
    fields = Fields(options["field"], options["url_field"], options["out_field"], encoding, html)
    shards = plan.shards(files or (storage.STDIN,), fields, options)
    job = runs.Job(
        fields,
        _digest(judging),
        resume=options["resume"],
        in_place=options["in_place"] is not None,
        backup=options["in_place"] or "",
        seconds=options["timeout"],
        memory=options["max_memory"] and options["max_memory"] * 1_000_000,
    )
    seen = account.Account(options["max_errors"], options["check"], options["dry_run"])
    try:
        with closing(_steps(shards, job, cleaner, options)) as steps, account.progress(shards, options) as show:
            for step in steps:
                seen.take(step)
                show(step)
    finally:  # of a run that stopped early it tells why
        if options["report"] is not None:
            seen.report(options["report"])
    return seen.exit_code


def _digest(judging: dict[str, Any]) -> str:
    """All options that decide about lines, and the content of the files that do, for a mark to hold only for the same."""
    shipped = resources.files("declutter") / "data" / "model.npz"
    files = {name: judging[name] and judging[name].read_bytes() for name in ("model", "sites")}
    files["model"] = files["model"] or shipped.read_bytes()
    return json.dumps({**judging, **{name: hashlib.sha256(data or b"").hexdigest() for name, data in files.items()}}, sort_keys=True)


def _steps(shards: list[runs.Shard], job: runs.Job, cleaner: Cleaner, options: dict[str, Any]) -> Generator[runs.Step]:
    if options["cluster"] is None:
        yield from runs.run(shards, job, cleaner, options["jobs"])
        return
    from declutter import cluster

    try:
        yield from cluster.run(shards, job, cleaner, options["cluster"], options["jobs"])
    except (cluster.ClusterError, storage.MissingExtraError) as error:
        raise common.OneLine(str(error), 2) from None
