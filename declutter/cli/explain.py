"""`declutter explain`: every line with its kind, its score and the reason."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from declutter import storage
from declutter.cli import common, looking

if TYPE_CHECKING:
    from declutter.verdict import Verdict


@click.command("explain")
@common.input_options
@common.field_options
@common.cleaner_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line of text.")
def command(files: tuple[str, ...], encoding: str, html: bool | None, field: str, url_field: str, as_json: bool, **options: Any) -> int:
    """Tell, line by line, what stays, what goes, and why.

    A table on a terminal, tab-separated values when piped: keep or drop, kind, score, text, reason; before them the name, if there are
    several texts.
    """
    cleaner = common.make_cleaner(**options)
    failures = common.Failures()
    for article, several in looking.told(cleaner, failures, files, encoding=encoding, html=html, field=field, url_field=url_field):
        if as_json:
            rows = [json.dumps({"file": article.name, **asdict(verdict)}, ensure_ascii=False) for verdict in article.verdicts]
        elif sys.stdout.isatty():
            rows = [f"== {_flat(storage.shown(article.name))}"] * several + _table(article.verdicts)
        else:
            rows = [f"{_flat(storage.shown(article.name))}\t" * several + _tabs(verdict) for verdict in article.verdicts]
        for row in rows:
            click.echo(row.encode("utf-8", "replace"))
    return failures.exit_code


def _word(verdict: Verdict) -> str:
    return "keep" if verdict.keep else "drop"


def _tabs(verdict: Verdict) -> str:
    spans = "".join(
        f"; {span.kind} inside: {_flat(verdict.text[span.start - verdict.start : span.end - verdict.start])!r}" for span in verdict.spans
    )
    return "\t".join([_word(verdict), verdict.kind, f"{verdict.score:.2f}", _flat(verdict.text), verdict.reason + spans])


def _table(verdicts: Sequence[Verdict]) -> list[str]:
    width = max(40, shutil.get_terminal_size().columns)
    room = max(16, (width - 28) * 3 // 5)
    rows, paint = [], common.painter()
    for verdict in verdicts:
        text = _flat(verdict.text)
        shown = text if len(text) <= room else f"{text[: room - 1]}…"
        row = f"{_word(verdict)}  {verdict.kind:13}  {verdict.score:4.2f}  {shown:{room}}  {verdict.reason}"
        rows.append(row if verdict.keep else paint(row, fg="red"))
        rows += [
            f"      - {span.kind}: {_flat(verdict.text[span.start - verdict.start : span.end - verdict.start])}" for span in verdict.spans
        ]
    return rows


def _flat(text: str) -> str:
    """A line without tabs and control characters, which would break the table or the terminal."""
    return "".join(char if char.isprintable() else " " for char in text).strip()
