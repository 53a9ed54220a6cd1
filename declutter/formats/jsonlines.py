"""One JSON object a line, UTF-8.  In a line that changes, the value of one key does, or one is added; the rest stays byte for byte."""

from __future__ import annotations

import io
import json
import re
import select
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from declutter import storage
from declutter.formats.records import BLOCK, BOM, ID, Chunk, Cleaned, Fields, Record, UnreadableError, missing, record

_SPACE = re.compile(r"[ \t\n\r]*")
# no number is too long to be a float, and none is written again; control characters in strings are read, as by most
_scan_value: Any = json.JSONDecoder(parse_int=float, strict=False).scan_once  # type: ignore[attr-defined]
_scan_string: Any = json.decoder.scanstring  # type: ignore[attr-defined]

Place = tuple[int, int, str]  # from where to where in a line the clean text goes, and what comes before it


class JsonLines:
    """Lines of JSON."""

    def __init__(self, fields: Fields) -> None:
        if fields.encoding != "utf-8":
            raise UnreadableError("JSON Lines is UTF-8; --encoding is for texts and CSV")
        self._fields = fields

    def read(self, file: BinaryIO, name: str) -> Iterator[Chunk]:
        """Chunks of lines; raw is for each line its bytes, and where in it the clean text goes."""
        number = 0
        for lines, pauses in _lines(file, live=name == storage.STDIN):
            read = [self._read(line, f"line {number + i}") for i, line in enumerate(lines, 1)]
            number += len(lines)
            yield Chunk([found for found, _ in read], [(line, place) for line, (_, place) in zip(lines, read, strict=True)], pauses)

    def _read(self, data: bytes, place: str) -> tuple[Record, Place | None]:
        fields = self._fields
        try:
            line = data.decode()
            if not line.strip():
                return Record(place), None
            members = {key: (value, start, end) for key, value, start, end in _members(line)}
        except UnicodeDecodeError as error:
            return Record(place, error=f"not UTF-8 at byte {error.start}"), None
        except (ValueError, RecursionError) as error:
            return Record(place, error=f"no JSON object ({getattr(error, 'msg', None) or error})"), None
        if fields.text not in members:
            return Record(place, error=missing("key", fields.text, list(members))), None
        out = fields.out or fields.text
        if out in members:
            where = (*members[out][1:], "")
        else:
            end = max(end for _, _, end in members.values())
            where = (end, end, f", {json.dumps(out, ensure_ascii=False)}: ")
        row = {key: value for key, (value, _, _) in members.items()}
        if isinstance(row.get(ID), float):  # as it is written: no float holds all whole numbers
            row[ID] = line[slice(*members[ID][1:])]
        return record(place, row, fields), where

    def write(self, file: BinaryIO, chunk: Chunk, cleaned: Sequence[Cleaned]) -> None:
        """Write the lines with the clean texts in their places."""
        for found, (line, place), done in zip(chunk.records, chunk.raw, cleaned, strict=True):
            if done.text is None or (self._fields.out is None and done.text == found.text):
                file.write(line)
            else:
                file.write(_with(line, place, done.text))

    def end(self, file: BinaryIO) -> None:
        """Nothing comes after the lines."""


def _lines(file: BinaryIO, *, live: bool) -> Iterator[tuple[list[bytes], bool]]:
    """Whole lines, and whether no more of them are at hand; what a stream has is given before it is waited for more."""
    # `read` gathers a block from a pipe in C, where an interrupt between two parts of it is not heard until more comes
    read = file.read1 if isinstance(file, io.BufferedReader) else file.read
    parts: list[bytes] = []
    while block := read(BLOCK):
        cut = block.rfind(b"\n") + 1
        if not cut:
            parts.append(block)
            continue
        parts.append(block[:cut])
        yield io.BytesIO(b"".join(parts)).readlines(), live and not _more_at_hand(file)
        parts = [block[cut:]]
    if rest := b"".join(parts):
        yield [rest], True


def _more_at_hand(file: BinaryIO) -> bool:
    try:
        return bool(select.select([file], [], [], 0)[0])
    except (OSError, ValueError):  # not a thing that can be asked
        return True


def _members(line: str) -> Iterator[tuple[str, Any, int, int]]:
    """The members of the one object on a line: key, value, and from where to where the value is written.  Raises ValueError."""

    def skip(at: int) -> int:
        found = _SPACE.match(line, at)
        return at if found is None else found.end()

    def after(char: str, at: int) -> int:
        if not line.startswith(char, at):
            raise ValueError(f"no {char!r} at character {at + 1}")
        return skip(at + 1)

    at = after("{", skip(int(line.startswith(BOM))))
    closed = line.startswith("}", at)
    while not closed:
        after('"', at)
        key, at = _scan_string(line, at + 1, False)
        start = after(":", skip(at))
        try:
            value, end = _scan_value(line, start)
        except StopIteration:
            raise ValueError(f"no value at character {start + 1}") from None
        yield key, value, start, end
        at = skip(end)
        closed = line.startswith("}", at)
        at = at if closed else after(",", at)
    if skip(at + 1) != len(line):
        raise ValueError(f"more than an object, from character {at + 2}")


def _with(data: bytes, place: Place, text: str) -> bytes:
    """A line with a text put in its place, its letters escaped as the line does."""
    line = data.decode()
    start, end, before = place
    made = json.dumps(text, ensure_ascii=line.isascii())
    try:
        return (line[:start] + before + made + line[end:]).encode()
    except UnicodeEncodeError:  # half of a surrogate pair cannot be written but as an escape
        return (line[:start] + before + json.dumps(text) + line[end:]).encode()


FORMAT = JsonLines
