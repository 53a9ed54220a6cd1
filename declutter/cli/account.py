"""What `declutter clean` tells of a run: failures as they come, a bar on a terminal, a report, the exit code."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from declutter import formats, runs, storage
from declutter.cli import common
from declutter.tally import Tally

_TOLD = 10  # records that fail are named one by one up to here, an input


class Account:
    """What the steps of a run come to: the tally, the failures, the exit code; failures are told as they come."""

    def __init__(self, max_errors: int | None, check: bool, dry_run: bool) -> None:
        self._max_errors, self._check, self._dry_run = max_errors, check, dry_run
        self.tally = Tally()
        self.inputs: list[dict[str, Any]] = []
        self.errors = 0
        self._of_shard: dict[runs.Shard, int] = {}
        self._notes: dict[runs.Shard, int] = {}

    def take(self, step: runs.Step) -> None:
        """Count a step and tell what went wrong in it; raises OneLine when too much did."""
        for note in step.notes:
            self._say(self._notes, step.shard, note, "more of the kind")
        for problem in step.problems:
            self.errors += 1
            self._say(self._of_shard, step.shard, problem, "more records fail; they are counted")
        if step.skipped and step.total is not None and step.total.failed:
            self.errors += step.total.failed
            click.echo(f"declutter: {step.shard.shown}: done before, when {step.total.failed} records failed", err=True)
        if self._max_errors is not None and self.errors > self._max_errors:
            raise common.OneLine(f"stopped: more than {self._max_errors} failed (--max-errors)", 1)
        if step.total is not None:
            self.tally.add(step.total)
            self._tell(step.shard, step.total)
        if step.total is not None or step.failed:
            self._of_shard.pop(step.shard, None)
            self._notes.pop(step.shard, None)
            state = "failed" if step.failed else "done before" if step.skipped else "done"
            total = step.total or Tally()
            named = {"input": step.shard.source, "output": step.shard.target, "state": state}
            self.inputs.append(named | {"documents": total.documents, "failed": total.failed})

    def _say(self, said: dict[runs.Shard, int], shard: runs.Shard, what: str, more: str) -> None:
        """Tell the first few of an input, and that there are more."""
        said[shard] = said.get(shard, 0) + 1
        if said[shard] <= _TOLD:
            click.echo(common.plain(f"declutter: {what}"), err=True)
        elif said[shard] == _TOLD + 1:
            click.echo(f"declutter: {shard.shown}: {more}", err=True)

    def _tell(self, shard: runs.Shard, total: Tally) -> None:
        if self._check and total.changed:
            of = "" if shard.kind == formats.TEXT else f" in {total.changed} of {total.documents} documents"
            click.echo(f"declutter: {shard.shown}: holds clutter{of}", err=True)
        if self._dry_run:
            lines = sum(lines for lines, _ in total.kinds.values())
            click.echo(f"{shard.shown}: {lines} lines would go, {total.share:.1%} of {total.characters} characters", err=True)

    @property
    def exit_code(self) -> int:
        """1 if anything failed, 3 if --check found clutter."""
        return 1 if self.errors else 3 if self._check and self.tally.changed else 0

    def report(self, path: Path) -> None:
        """Write what was counted, as JSON."""
        tally = self.tally
        made = {
            "documents": tally.documents,
            "changed": tally.changed,
            "failed": self.errors,
            "characters": tally.characters,
            "removed": tally.removed,
            "share_removed": round(tally.share, 4),
            "kinds": {kind: {"lines": lines, "characters": count} for kind, (lines, count) in sorted(tally.kinds.items())},
            "sites": {
                site: {
                    "documents": documents,
                    "characters": count,
                    "removed": removed,
                    "share_removed": round(removed / count, 4) if count else 0.0,
                }
                for site, (documents, count, removed) in sorted(tally.sites.items())
            },
            "lost_more_than_half": tally.halved,
            "documents_that_lost_more_than_half": tally.more_than_half,
            "inputs": self.inputs,
        }
        try:
            # of a name that is no text a byte becomes an escape of JSON
            told = (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
            storage.write_whole(str(path), told)
        except OSError as error:
            raise common.OneLine(f"{path}: the report cannot be written: {error.strerror or error}", 1) from None


@contextmanager
def progress(shards: list[runs.Shard], options: dict[str, Any]) -> Iterator[Any]:
    """A bar on standard error where that is a terminal, and no text goes to one."""
    if not sys.stderr.isatty() or (options["output"] is None and options["in_place"] is None and sys.stdout.isatty()):
        yield lambda _step: None
        return
    from click.termui import progressbar

    sizes = {shard: storage.size(shard.source) for shard in shards}
    at: dict[runs.Shard, int] = {}
    began, seen = time.monotonic(), Tally()
    with progressbar(
        length=max(1, sum(sizes.values())), file=sys.stderr, item_show_func=lambda shown: shown, show_percent=any(sizes.values())
    ) as bar:

        def show(step: runs.Step) -> None:
            seen.add(step.tally)
            ends = step.total is not None or step.failed
            now = sizes[step.shard] if ends else min(step.position, sizes[step.shard])
            speed = seen.characters / 1e6 / max(0.001, time.monotonic() - began)
            bar.update(now - at.get(step.shard, 0), f"{seen.documents:,} documents, {speed:.1f} MB/s, {seen.share:.0%} removed")
            at[step.shard] = now

        yield show
