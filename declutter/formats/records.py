"""What the formats have in common: fields, records, chunks."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Protocol

BLOCK = 1 << 18  # bytes read at a time: enough lines for numpy's fixed costs to be spread
BOM = "\ufeff"


ID = "id"  # the key or column by which a row is named
_LOOKED_AT = 20_000  # characters or bytes
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|(?><!--.*?-->))*+(?:<!doctype html|<html|<\?xml[^>]{0,200}>\s*(?:<!doctype html[^>]*>\s*)?<html)",
    re.I | re.S,
)
_TAG = re.compile(r"\s*+<(?:p|div|article|section|main|body|h[1-6]|span|ul|ol|table|figure|img|a|b|i|strong|em|br)(?:\s[^<>]*)?/?>", re.I)


class UnreadableError(ValueError):
    """An input is not what its name or --format says; the message says what it is not."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Where in a record the text is, and its address, and where the clean text goes; `html` says whether texts are pages."""

    text: str = "text"
    url: str = "url"
    out: str | None = None
    encoding: str = "utf-8"
    html: bool | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One text of an input, or one page; with neither there is nothing to clean, and `error` says why if there should be."""

    place: str  # how messages call it inside of its input
    text: str | None = None
    page: str | bytes | None = None
    url: str | None = None  # its address, or what its site is called
    error: str = ""
    own_name: str = ""  # what its row calls it: its id

    @property
    def size(self) -> int:
        """Roughly what it costs to hold it."""
        return 100 + len(self.text or "") + len(self.page or "")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of a record: its clean text, or None if it passes through as it was; `about` is what a page says of itself."""

    text: str | None
    about: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an input: its records, and what it takes to write them again; `pauses` if a stream has no more for a while."""

    records: Sequence[Record]
    raw: Any
    pauses: bool = False


class Format(Protocol):
    """How one input of a format is read and written."""

    def read(self, file: BinaryIO, name: str) -> Iterator[Chunk]:
        """The chunks of an input.  Raises UnreadableError."""

    def write(self, file: BinaryIO, chunk: Chunk, cleaned: Sequence[Cleaned]) -> None:
        """Write a chunk again, with one Cleaned for each of its records."""

    def end(self, file: BinaryIO) -> None:
        """Write what comes after the last chunk."""


def record(place: str, row: Mapping[str, object], fields: Fields) -> Record:
    """A record of a row: what stands in the text's field is a text, a page if it was asked for or is one, nothing, or an error.

    Its site is told by its address, or by what the row calls `site`.

    >>> row = {"id": 7, "text": "The ovens were cold.", "url": None, "site": "wick"}
    >>> found = record("line 1", row, Fields())
    >>> found.text, found.url, found.own_name
    ('The ovens were cold.', 'wick', '7')
    """
    value = row.get(fields.text)
    told = [there for there in (row.get(fields.url), row.get("site")) if isinstance(there, str) and there]
    made = partial(Record, place, url=told[0] if told else None, own_name=str(row[ID]) if isinstance(row.get(ID), str | int) else "")
    if value is None:
        return made()
    if not isinstance(value, str):
        return made(error=f"{fields.text!r} is no text; name the one that is with --field")
    is_page = fields.html or (fields.html is None and begins_a_page(value[:_LOOKED_AT].encode("utf-8", "replace")))
    return made(page=value) if is_page else made(text=value)


def begins_a_page(data: bytes) -> bool:
    """Whether something begins as HTML pages do: with a document type or the root of a document, after comments.

    >>> begins_a_page(b"<!-- saved --><!DOCTYPE html><p>x"), begins_a_page(b"Ferry <html>"), begins_a_page(b"<p>Ferry")
    (True, False, False)
    """
    return _PAGE.match(data[:_LOOKED_AT]) is not None


def begins_with_a_tag(text: str) -> bool:
    """Whether a text looks like a part of a page.

    >>> begins_with_a_tag(" <div class='a'>Ferry</div>"), begins_with_a_tag("<3 from Ansel"), begins_with_a_tag("Ferry<br>")
    (True, False, False)
    """
    return _TAG.match(text) is not None


def by_its_mark(encoding: str, begins: bytes) -> str:
    r"""An encoding in the byte order that an input begins with, in which the byte order mark is a character like any other.

    So what is written again has the order and the mark that it had, once.

    >>> by_its_mark("utf-16", b"\xfe\xff\0T"), by_its_mark("utf-8-sig", b"T"), by_its_mark("cp1252", b"T")
    ('utf-16-be', 'utf-8', 'cp1252')
    """
    if encoding == "utf-8-sig":
        return "utf-8"
    if encoding not in ("utf-16", "utf-32"):
        return encoding
    orders = {"le": (codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE), "be": (codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)}
    found = [order for order, marks in orders.items() if begins.startswith(marks)]
    return f"{encoding}-{found[0] if found else sys.byteorder[0] + 'e'}"


def missing(what: str, field: str, there: Sequence[str]) -> str:
    """Says that there is no such key or column, and which there are."""
    shown = ", ".join(name[:40] if name.isprintable() else repr(name[:40]) for name in there[:12]) + ", ..." * (len(there) > 12)
    return f"has no {what} {field!r}; it has {shown or 'none'} (name one with --field)"
