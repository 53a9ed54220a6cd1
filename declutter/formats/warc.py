"""WARC: the HTML pages of a crawl, each written as a line of JSON: address, time of the crawl, what the page says of itself, text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from declutter import storage
from declutter.decoding import decoded_as
from declutter.formats.records import BLOCK, Chunk, Cleaned, Fields, Record, UnreadableError

_LONGEST = 128 << 20  # bytes of a page
_HTML = ("text/html", "application/xhtml+xml")


class Warc:
    """A crawl, to be read only."""

    def __init__(self, fields: Fields) -> None:
        self._warcio = storage.optional("warcio", "WARC")
        self._failed = storage.optional("warcio.exceptions", "WARC").ArchiveLoadFailed
        self._fields = fields

    def read(self, file: BinaryIO, name: str) -> Iterator[Chunk]:  # noqa: ARG002
        """A chunk for each page that was fetched without error; raw is when."""
        number = 0
        try:
            for found in self._warcio.ArchiveIterator(_Loud(file)):
                if _is_page(found):
                    number += 1
                    yield Chunk([_fetched(found, number)], found.rec_headers.get_header("WARC-Date"))
                while found.raw_stream.read(BLOCK):
                    pass
                if getattr(found.raw_stream, "limit", 0) > 0:  # bytes that its header promised, which its reader does not miss
                    raise EOFError
        except self._failed as error:
            raise UnreadableError(f"no WARC file ({' '.join(str(error).split())[:120]})") from None

    def write(self, file: BinaryIO, chunk: Chunk, cleaned: Sequence[Cleaned]) -> None:
        """Write a line of JSON for each page."""
        for found, done in zip(chunk.records, cleaned, strict=True):
            row = {"url": found.url, "crawled": chunk.raw, **(done.about or {}), self._fields.out or self._fields.text: done.text}
            file.write((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))

    def end(self, file: BinaryIO) -> None:
        """Nothing comes after the lines."""


class _Loud:
    """A file whose breaking off is told; the reader of WARC takes an EOFError for an end as good as any."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except EOFError as error:
            raise UnreadableError(str(storage.damage(error))) from None


def _is_page(found: Any) -> bool:
    if found.rec_type == "response" and found.http_headers is not None:
        return str(found.http_headers.get_statuscode()).startswith("2") and _is_html(found.http_headers.get_header("Content-Type"))
    return found.rec_type == "resource" and _is_html(found.rec_headers.get_header("Content-Type"))


def _is_html(content_type: str | None) -> bool:
    return (content_type or "").partition(";")[0].strip().lower() in _HTML


def _fetched(found: Any, number: int) -> Record:
    url = found.rec_headers.get_header("WARC-Target-URI")
    place = f"page {number} ({url})"
    if found.http_headers is not None and "br" in (found.http_headers.get_header("Content-Encoding") or "").lower():
        storage.optional("brotli", "a page that its server compressed with Brotli")
    data = bytearray()
    try:
        stream = found.content_stream()
        while part := stream.read(BLOCK):
            data += part
            if len(data) > _LONGEST:  # half a megabyte of a crawl can unpack to this
                return Record(place, url=url, error=f"has more than {_LONGEST >> 20} MB, so it is no page to read")
    except Exception as error:  # whatever a server sent in place of what it said it sends
        return Record(place, url=url, error=f"its content cannot be read ({type(error).__name__}: {error})")
    return Record(place, page=_decoded(bytes(data), found), url=url)


def _decoded(data: bytes, found: Any) -> str | bytes:
    """A page in the encoding that its server named, unless it is UTF-8 all the same; else its reader has to find out."""
    _, _, charset = ((found.http_headers and found.http_headers.get_header("Content-Type")) or "").lower().partition("charset=")
    try:
        data.decode()
    except UnicodeDecodeError:
        return decoded_as(data, charset.strip(" \"';") or "utf-8") or data
    return data


FORMAT = Warc
