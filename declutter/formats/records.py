"""What the formats have in common: fields, records, chunks."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

BLOCK = 1 << 18  # bytes read at a time: enough lines for numpy's fixed costs to be spread
BOM = "\ufeff"


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


def record(place: str, value: object, url: object, fields: Fields) -> Record:
    """A record of what stands in the text's field: a text, a page where pages were asked for, nothing, or an error."""
    address = url if isinstance(url, str) else None
    if value is None:
        return Record(place, url=address)
    if not isinstance(value, str):
        return Record(place, url=address, error=f"{fields.text!r} is no text")
    return Record(place, page=value, url=address) if fields.html else Record(place, text=value, url=address)


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
