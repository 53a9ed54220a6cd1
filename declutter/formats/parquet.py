"""Parquet: a table of columns, a row group at a time; columns, types, row groups and metadata stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from declutter import storage
from declutter.formats.records import ID, Chunk, Cleaned, Fields, UnreadableError, missing, record


class Parquet:
    """A Parquet file; it is compressed again as its text column was."""

    def __init__(self, fields: Fields) -> None:
        self._arrow = storage.optional("pyarrow", "Parquet")
        self._parquet = storage.optional("pyarrow.parquet", "Parquet")
        self._fields = fields
        self._writer: Any = None

    def read(self, file: BinaryIO, name: str) -> Iterator[Chunk]:  # noqa: ARG002
        """A chunk for each row group; raw is its table, and how the text column was compressed."""
        try:
            source = self._parquet.ParquetFile(storage.seekable(file))
        except self._arrow.ArrowInvalid as error:
            raise UnreadableError(f"no Parquet file ({str(error).partition(chr(10))[0]})") from None
        columns = source.schema_arrow.names
        if self._fields.text not in columns:
            raise UnreadableError(missing("column", self._fields.text, columns))
        if columns.count(self._fields.text) > 1:
            raise UnreadableError(f"has {columns.count(self._fields.text)} columns {self._fields.text!r}; which of them is the text?")
        codec = _codec(source, self._fields.text)
        if not source.num_row_groups:
            yield Chunk([], (source.schema_arrow.empty_table(), codec))
        looked_at = dict.fromkeys([self._fields.text, self._fields.url, "site", ID])
        row = 0
        for group in range(source.num_row_groups):
            table = source.read_row_group(group)
            rows = table.select([name for name in looked_at if name in columns]).to_pylist()
            yield Chunk([record(f"row {row + i}", cells, self._fields) for i, cells in enumerate(rows, 1)], (table, codec))
            row += len(rows)

    def write(self, file: BinaryIO, chunk: Chunk, cleaned: Sequence[Cleaned]) -> None:
        """Write a row group as a row group."""
        table, codec = chunk.raw
        made = self._with(table, [done.text for done in cleaned])
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(file, made.schema, compression=codec)
        self._writer.write_table(made, row_group_size=max(1, made.num_rows))

    def _with(self, table: Any, texts: Sequence[str | None]) -> Any:
        fields, arrow = self._fields, self._arrow
        text_type = table.schema.field(fields.text).type
        there = table.schema.get_field_index(fields.out or fields.text)
        if fields.out is None:
            if not arrow.types.is_string(text_type) and all(text is None for text in texts):
                return table  # a column that holds no text
            before = table.column(fields.text).to_pylist()
            texts = [old if new is None else new for old, new in zip(before, texts, strict=True)]
        column = arrow.array(texts, arrow.large_string()).cast(text_type)
        if there < 0:
            return table.append_column(arrow.field(fields.out, text_type), column)
        return table.set_column(there, table.schema.field(there).with_type(text_type), column)

    def end(self, file: BinaryIO) -> None:  # noqa: ARG002
        """Write the foot of the file."""
        if self._writer is not None:
            self._writer.close()


def _codec(source: Any, column: str) -> str:
    if source.num_row_groups:
        group = source.metadata.row_group(0)
        for i in range(group.num_columns):
            if group.column(i).path_in_schema == column:
                codec = str(group.column(i).compression).lower()
                return "none" if codec == "uncompressed" else codec
    return "snappy"


FORMAT = Parquet
