"""CSV: a table of text with a header.  Rows that do not change, and the other columns of those that get one more, stay byte for byte."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, cast

from declutter import storage
from declutter.formats.records import BLOCK, BOM, Chunk, Cleaned, Fields, Record, UnreadableError, by_its_mark, missing, record

_DELIMITERS = ",;\t|"
_BY_TABS = "\t,;|"
_NOT_DECODED = re.compile("[\udc80-\udcff]")  # bytes that are not of the encoding, carried along to be written as they were
_LINE_END = re.compile(r"[\r\n]*\Z")
_AHEAD = 200  # lines of a row that is looked for behind a broken one; with all that there are, a file of quotation marks takes hours
_LONGEST = (1 << 31) - 1  # characters of a cell: the most that is allowed everywhere


@dataclass(frozen=True, slots=True)
class Table:
    """The columns that matter, by number, and how rows are written."""

    encoding: str
    delimiter: str
    quoting: Any
    columns: Sequence[str]
    text: int
    out: int  # the width, if a column is added

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.columns)

    @property
    def adds(self) -> bool:
        """Whether the clean text gets a column of its own."""
        return self.out == self.width

    def encoded(self, row: str) -> bytes:
        """A row as bytes, with those that could not be decoded."""
        return row.encode(self.encoding, "surrogateescape")

    def row(self, cells: Sequence[str]) -> str:
        """Cells as a row without line end."""
        return _joined(cells, self.delimiter, self.quoting)

    def with_cell(self, row: str, cell: str) -> str:
        """A row as it is with a cell more."""
        end = _line_end(row)
        return row[: len(row) - len(end)] + self.delimiter + self._cell(cell, quoted=self.quoting == csv.QUOTE_ALL) + end

    def with_other(self, row: str, cells: Sequence[str], cell: str) -> str:
        """A row with another cell in the place of the clean text; the others stay as they are written."""
        found = self._written(row)
        if [_read_cell(row[start:end]) for start, end in found] != list(cells):
            return self.row([*cells[: self.out], cell, *cells[self.out + 1 :]]) + _line_end(row)
        start, end = found[self.out]
        return row[:start] + self._cell(cell, quoted=row[start:end].startswith('"')) + row[end:]

    def _written(self, row: str) -> list[tuple[int, int]]:
        """Where each cell of a row is written, up to the first that is written in no way of CSV."""
        found, at, each = [], 0, _written_cell(self.delimiter)
        while match := each.match(row, at):
            found.append(match.span())
            at = match.end() + 1
            if row[match.end() : at] != self.delimiter:
                break
        return found

    def _cell(self, cell: str, *, quoted: bool) -> str:
        if quoted:
            return '"' + cell.replace('"', '""') + '"'
        # a cell before it: an only one that is empty is written otherwise
        return _joined(["x", cell], self.delimiter, csv.QUOTE_MINIMAL)[2:]


@functools.cache
def _written_cell(delimiter: str) -> re.Pattern[str]:
    others = rf"[^{re.escape(delimiter)}\r\n]"
    return re.compile(rf'(?:"(?:[^"]|"")*+"|(?!"){others}*+)(?!{others})')


def _joined(cells: Sequence[str], delimiter: str, quoting: Any) -> str:
    made = io.StringIO()
    # with this line end, and with none shorter, the writer quotes cells that hold either of its characters
    csv.writer(made, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerow(cells)
    return made.getvalue()[:-2]


class Rows:
    """A table; its delimiter is the one by which the header has the column of the text."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def read(self, file: BinaryIO, name: str) -> Iterator[Chunk]:
        """A chunk without records for the header, then chunks of rows; raw is the table, and for each row its cells and itself."""
        csv.field_size_limit(_LONGEST)
        given = io.BufferedReader(cast(Any, file))
        encoding = by_its_mark(self._fields.encoding, given.peek(4))
        lines = _Remembered(io.TextIOWrapper(given, encoding, errors="surrogateescape", newline=""))
        header = next(_rows(lines, ","), (None, ""))[1]
        if not header:
            return
        table = self._table(header, encoding, _BY_TABS if storage.split_compression(name)[0].lower().endswith(".tsv") else _DELIMITERS)
        yield Chunk([], (table, header))
        records: list[Record] = []
        raw: list[tuple[list[str] | None, str]] = []
        held = 0
        for number, (cells, row) in enumerate(_rows(lines, table.delimiter, table.width), 2):
            records.append(self._record(cells, table, f"row {number}", row))
            raw.append((cells, row))
            held += len(row)
            if held >= BLOCK:
                yield Chunk(records, (table, raw))
                records, raw, held = [], [], 0
        yield Chunk(records, (table, raw))

    def _table(self, header: str, encoding: str, delimiters: str) -> Table:
        fields = self._fields
        header = header.removeprefix(BOM)
        tried = [(delimiter, next(csv.reader([header], delimiter=delimiter), [])) for delimiter in delimiters]
        for delimiter, columns in tried:
            if fields.text in columns:
                out = fields.out or fields.text
                return Table(
                    encoding,
                    delimiter,
                    csv.QUOTE_ALL if header.startswith('"') else csv.QUOTE_MINIMAL,
                    columns,
                    columns.index(fields.text),
                    columns.index(out) if out in columns else len(columns),
                )
        raise UnreadableError(missing("column", fields.text, max((columns for _, columns in tried), key=len)))

    def _record(self, cells: list[str] | None, table: Table, place: str, row: str) -> Record:
        if cells is None:
            reach = len(row.splitlines())
            over = f", and what it opens reaches over {reach} lines" if reach > 1 else ""
            return Record(place, error=f"no row of CSV: a quotation mark is out of place{over}")
        if not cells:
            return Record(place)
        if len(cells) != table.width:
            return Record(place, error=f"has {len(cells)} cells where the header has {table.width}")
        text = cells[table.text]
        if _NOT_DECODED.search(text):
            return Record(place, error=f"not {self._fields.encoding}; name its encoding with --encoding")
        return record(place, {**dict(zip(table.columns, cells, strict=True)), self._fields.text: text}, self._fields)

    def write(self, file: BinaryIO, chunk: Chunk, cleaned: Sequence[Cleaned]) -> None:
        """Write the rows; one whose text changes in place is written anew."""
        table, raw = chunk.raw
        if isinstance(raw, str):
            file.write(table.encoded(table.with_cell(raw, self._fields.out) if table.adds else raw))
            return
        for found, (cells, row), done in zip(chunk.records, raw, cleaned, strict=True):
            made = row
            if table.adds and cells is not None and len(cells) == table.width:
                made = table.with_cell(row, done.text or "")
            elif done.text is not None and (self._fields.out is not None or done.text != found.text):
                made = table.with_other(row, cells or (), done.text)
            file.write(table.encoded(made))

    def end(self, file: BinaryIO) -> None:
        """Nothing comes after the rows."""


class _Remembered:
    """Lines, and which were given since it was last asked; lines can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._given: list[str] = []
        self._again: list[str] = []  # given back, the next one last

    def __iter__(self) -> _Remembered:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self._given.append(line)
        return line

    def given(self) -> list[str]:
        given, self._given = self._given, []
        return given

    def again(self, lines: Sequence[str]) -> None:
        self._again += reversed(lines)


def _rows(lines: _Remembered, delimiter: str, width: int | None = None) -> Iterator[tuple[list[str] | None, str]]:
    """The cells of each row, None where it is none, and the row as it is written."""
    while True:
        try:
            cells = _row(lines, delimiter)
        except StopIteration:
            return
        row = lines.given()
        if cells is None and width is not None:
            lines.again(row[1:])
            row = [row[0], *_broken(lines, delimiter, width, row[0].count('"'))]
        yield cells, "".join(row)


def _row(lines: Iterable[str], delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _broken(lines: _Remembered, delimiter: str, width: int, marks: int) -> Iterator[str]:
    """The lines that a broken row goes on over, `marks` quotation marks into it.

    It ends where a row of the table begins: a line from which as many cells can be read, where all quotations are closed, or the line
    before closes one.  So no line of its cells is taken for a row, unless it looks like one behind a line that ends in a quotation mark.
    """
    closes = False
    while True:
        try:
            cells = _row(islice(lines, _AHEAD), delimiter)
        except StopIteration:
            return
        ahead = lines.given()
        if cells is not None and len(cells) == width and (marks % 2 == 0 or closes):
            lines.again(ahead)
            return
        lines.again(ahead[1:])
        marks += ahead[0].count('"')
        closes = ahead[0].rstrip("\r\n").endswith('"')
        yield ahead[0]


def _read_cell(written: str) -> str:
    return written[1:-1].replace('""', '"') if written.startswith('"') else written


def _line_end(row: str) -> str:
    found = _LINE_END.search(row)
    return "" if found is None else found.group()


FORMAT = Rows
