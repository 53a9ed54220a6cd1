"""Texts as they are kept: plain, JSON Lines, CSV, Parquet, and WARC to read; each read in chunks, and written again with cleaned texts.

What nobody asked to change is written as it was read, byte for byte: a record in which nothing changes, the other keys of one in which
something does.
"""

from __future__ import annotations

from importlib import import_module

from declutter import storage
from declutter.formats.records import Fields, Format
from declutter.formats.text import PAGE_ENDINGS, TEXT_ENDINGS

TEXT, PARQUET, WARC = "text", "parquet", "warc"
_HOMES = {
    TEXT: "declutter.formats.text",
    "jsonl": "declutter.formats.jsonlines",
    "csv": "declutter.formats.rows",
    PARQUET: "declutter.formats.parquet",
    WARC: "declutter.formats.warc",
}
NAMES = tuple(_HOMES)
_ENDINGS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": PARQUET,
    ".pq": PARQUET,
    ".warc": WARC,
}
ENDINGS = (*TEXT_ENDINGS, *PAGE_ENDINGS, *_ENDINGS)  # of files that a folder is searched for


def make(name: str, fields: Fields) -> Format:
    """What reads and writes one input of a format.  Raises UnreadableError for fields that the format cannot have."""
    made: Format = import_module(_HOMES[name]).FORMAT(fields)
    return made


def by_name(name: str) -> tuple[str, str]:
    """The format and compression that a name tells; what tells none is a text.

    >>> by_name("part-1.jsonl.zst"), by_name("page.html"), by_name("x.WARC.gz")
    (('jsonl', '.zst'), ('text', ''), ('warc', '.gz'))
    """
    stem, compression = storage.split_compression(name)
    return next((kind for ending, kind in _ENDINGS.items() if stem.lower().endswith(ending)), TEXT), compression


def written_as(kind: str) -> str:
    """The format in which an input of a format is written."""
    return "jsonl" if kind == WARC else kind


def output_name(name: str, kind: str, html: bool | None) -> str:
    """What the output of an input is called: the same, but for what is not written as it was read.

    >>> output_name("a/b.html.gz", "text", None), output_name("a/b.warc.gz", "warc", None), output_name("c", "text", None)
    ('b.txt.gz', 'b.jsonl.gz', 'c')
    """
    if name == storage.STDIN:
        return f"stdin.{'txt' if kind == TEXT else written_as(kind)}"
    stem, compression = storage.split_compression(storage.base_name(name))
    if kind == WARC:
        stem = stem.removesuffix(".warc") + ".jsonl"
    elif kind == TEXT and html is not False and (html or stem.lower().endswith(PAGE_ENDINGS)):
        stem = (stem.rpartition(".")[0] or stem) + ".txt"
    return stem + compression
