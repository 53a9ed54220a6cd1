"""`declutter sites build`: a corpus in, out the counts of what the pages of each site have in common."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from declutter.cli import common
from declutter.formats.text import PAGE_ENDINGS, folder_name

_ROWS = (".jsonl", ".ndjson")
_TEXTS = (".txt", ".text", ".md")
_TOLD = 10  # rows of one file whose failures are told one by one


@click.group("sites")
def command() -> None:
    """Count what the pages of a site have in common, for --sites of the other commands."""


@command.command("build")
@click.argument("corpus", nargs=-1, required=True, type=click.Path(), metavar="CORPUS...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The file of counts to write.")
@click.option("--field", default="text", show_default=True, help="Of JSON Lines: where the text is.")
@click.option("--html-field", help="Of JSON Lines: where the page is, for rows of pages.")
@click.option("--url-field", default="url", show_default=True, help="Of JSON Lines: where the address, or the name of the site, is.")
def build(corpus: tuple[str, ...], output: Path, field: str, html_field: str | None, url_field: str) -> int:
    """Count, for each site, on how many of its pages each line stands.

    CORPUS is JSON Lines (.jsonl, or '-' for standard input), texts and pages, or folders of them; a text or page in a file of its own
    is of the site that its folder is named after.  Count what you clean: texts for texts, pages for pages.  Hashes are kept, no text.
    """
    from declutter import sites

    if not output.absolute().parent.is_dir():
        raise common.OneLine(f"{output}: there is no folder {output.parent} to write it to", 2)
    failures = common.Failures()
    counted = sites.freeze(sites.count(_pages(corpus, _Fields(field, html_field, url_field), failures)))
    if not counted.pages:
        raise common.OneLine(f"{', '.join(corpus)}: no page with a site in it, so nothing is written", 1)
    try:
        sites.save(counted, output)
    except OSError as error:
        raise common.OneLine(f"{output}: cannot be written: {error.strerror or error}", 2) from None
    pages = sum(counted.pages.values())
    click.echo(
        f"{output}: sites {len(counted.pages)}, pages counted {pages}, lines on more than one of a site {len(counted.lines)}", err=True
    )
    return failures.exit_code


@dataclass(frozen=True, slots=True)
class _Fields:
    text: str
    html: str | None
    url: str


def _pages(corpus: tuple[str, ...], fields: _Fields, failures: common.Failures) -> Iterator[tuple[str, str]]:
    """(text, site) of every page of the corpus; what cannot be read is told, and the rest is read."""
    for name in corpus:
        path = Path(name)
        if name == common.STDIN:
            yield from _rows("standard input", sys.stdin.buffer, fields, failures)
        elif path.is_dir():
            files = [file for file in sorted(path.rglob("*")) if file.name.lower().endswith((*_ROWS, *_TEXTS, *PAGE_ENDINGS))]
            if not files:
                failures.tell(name, "no text, page or JSON Lines in it")
            for file in files:
                yield from _file(file, fields, failures)
        else:
            yield from _file(path, fields, failures)


def _file(path: Path, fields: _Fields, failures: common.Failures) -> Iterator[tuple[str, str]]:
    if path.name.lower().endswith(_ROWS):
        try:
            with path.open("rb") as stream:
                yield from _rows(str(path), stream, fields, failures)
        except OSError as error:
            failures.tell(str(path), error.strerror or str(error))
        return
    for given in common.inputs([str(path)], "utf-8", None, failures):
        yield given.text if given.page is None else _page_text(given.page), folder_name(str(path))


def _rows(name: str, stream: BinaryIO, fields: _Fields, failures: common.Failures) -> Iterator[tuple[str, str]]:
    failed = 0
    for number, row in enumerate(stream, 1):
        if not row.strip():
            continue
        try:
            yield _row(row, fields)
        except _RowError as error:
            failed += 1
            if failed <= _TOLD:
                failures.tell(f"{name}, line {number}", str(error))
    if failed > _TOLD:
        failures.tell(name, f"{failed - _TOLD} more such lines")


class _RowError(ValueError):
    """Why a row cannot be counted."""


def _row(row: bytes, fields: _Fields) -> tuple[str, str]:
    from declutter.addresses import site_of

    try:
        record = json.loads(row)
    except (ValueError, RecursionError) as error:
        raise _RowError(f"no JSON: {error}") from None
    if not isinstance(record, dict):
        raise _RowError("is no JSON object")
    site = record.get(fields.url) or record.get("site")
    if not isinstance(site, str):
        raise _RowError(f"has no address in {fields.url!r}; name the field that holds it, or the site, with --url-field")
    if not site_of(site):
        raise _RowError(f"has no site in {site!r}")
    html = None if fields.html is None else record.get(fields.html)
    if isinstance(html, str):
        return _page_text(html), site
    text = record.get(fields.text)
    if not isinstance(text, str):
        raise _RowError(f"has no text in {fields.text!r}; name the field that holds it with --field")
    return text, site


def _page_text(html: str | bytes) -> str:
    from declutter import page

    return page.read(html).text
