"""One text or page a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from declutter import storage
from declutter.formats.records import BOM, Chunk, Cleaned, Fields, Record, UnreadableError, begins_a_page, by_its_mark

PAGE_ENDINGS = (".html", ".htm", ".xhtml")
TEXT_ENDINGS = (".txt", ".text", ".md")


class Text:
    """One text or page; the text of a page ends with a line end."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def read(self, file: BinaryIO, name: str) -> Iterator[Chunk]:
        """The one chunk; its raw is the bytes, how they are encoded, and the byte order mark."""
        data = file.read()
        site = None if name == storage.STDIN else folder_name(name)
        html = self._fields.html
        if html or (html is None and is_page(name, data)):
            yield Chunk([Record("", page=data, url=site)], (data, self._fields.encoding, ""))
            return
        encoding = by_its_mark(self._fields.encoding, data)
        text = decoded(data, encoding)
        yield Chunk([Record("", text=text.removeprefix(BOM), url=site)], (data, encoding, BOM * text.startswith(BOM)))

    def write(self, file: BinaryIO, chunk: Chunk, cleaned: Sequence[Cleaned]) -> None:
        """Write the text, byte for byte as it was where nothing went.  Raises UnreadableError where the encoding has no such letter."""
        data, encoding, mark = chunk.raw
        given, text = chunk.records[0], cleaned[0].text or ""
        if given.text is not None and given.text == text:
            file.write(data)
            return
        if given.page is not None and text and not text.endswith("\n"):
            text += "\n"
        try:
            written = (mark + text).encode(encoding, "surrogatepass" if encoding == "utf-8" else "strict")
            file.write(written if mark or text else b"")  # of nothing some encodings make a byte order mark
        except UnicodeEncodeError as error:
            raise UnreadableError(f"cannot be written as {encoding}: {error.reason} at character {error.start}") from None

    def end(self, file: BinaryIO) -> None:
        """Nothing comes after a text."""


def is_page(name: str, data: bytes) -> bool:
    """Whether an input is a page, by its name or its first bytes.

    >>> is_page("-", b"<!-- saved --><!DOCTYPE html><p>x"), is_page("a.htm", b""), is_page("-", b"Ferry <html>")
    (True, True, False)
    """
    return storage.split_compression(name)[0].lower().endswith(PAGE_ENDINGS) or begins_a_page(data)


def folder_name(name: str) -> str:
    """What the folder of a file is called: the site of a text that tells no address.

    >>> folder_name("corpus/ansel.test/1.txt")
    'ansel.test'
    """
    folder = storage.beside(name)
    return storage.base_name(folder) if storage.is_address(name) else Path(folder).absolute().name


def decoded(data: bytes, encoding: str) -> str:
    """Bytes as a text, its byte order mark included.  Raises UnreadableError."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not {encoding} at byte {error.start}; name its encoding with --encoding") from None
    if "\0" in text:
        raise UnreadableError("holds NUL characters, so it is no text; a binary file, or another --encoding?")
    return text


FORMAT = Text
