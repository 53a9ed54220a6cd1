"""A run: many inputs cleaned into as many outputs, by several processes, in order, and taken up again where it was interrupted.

An input is read in chunks, its records are judged in batches that go over the borders of chunks and inputs, and each chunk is written as
soon as its records are judged, in the order in which they were read.  So any number of small inputs and inputs of any size cost the same
memory, and what comes out does not depend on the number of processes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from declutter import formats, marks, storage
from declutter.formats.records import Chunk, Fields, Record, UnreadableError, begins_with_a_tag
from declutter.judging import Judge, Outcome, judged, told
from declutter.tally import Tally

if TYPE_CHECKING:
    from declutter.cleaner import Cleaner

STDOUT = "-"
_BATCH = 200_000  # code points judged at a time


@dataclass(frozen=True, slots=True)
class Shard:
    """One input with its output: names, formats, compressions.  No target: nothing is written."""

    source: str
    kind: str
    compression: str
    target: str | None
    target_compression: str

    @property
    def shown(self) -> str:
        """How messages name the input."""
        return storage.shown(self.source)


@dataclass(frozen=True, slots=True)
class Job:
    """What is done to every shard.

    `settings` is all else that decides what comes out, as text.  One record may take so many seconds, and so many bytes beyond what its
    process takes anyway.  A mark of a job with other fields, settings or limits does not hold.
    """

    fields: Fields
    settings: str = ""
    resume: bool = False
    in_place: bool = False
    backup: str = ""
    seconds: float | None = None
    memory: int | None = None


@dataclass(slots=True)
class Step:
    """What was done since the step before: a tally, what there is to tell, and how far into the shard, in bytes as stored."""

    shard: Shard
    tally: Tally
    problems: list[str]
    notes: list[str]
    position: int = 0
    total: Tally | None = None  # of the whole shard, once it is done
    failed: bool = False  # the whole shard: nothing of it was written
    skipped: bool = False  # it was done in an earlier run


@dataclass(frozen=True, slots=True)
class _Piece:
    """A chunk on its way; without one, the shard ends, well or with an error."""

    shard: int
    chunk: Chunk
    position: int = 0
    ends: bool = False
    error: str = ""
    before: Tally | None = None  # what an earlier run counted that did it
    made_by: str = ""  # what a mark of it holds for: the input as it was before it was read


def run(shards: Sequence[Shard], job: Job, cleaner: Cleaner, jobs: int = 1) -> Generator[Step]:
    """Clean all shards, telling each step; one that fails is told, leaves nothing behind, and the others are done.

    Ended early, it leaves finished outputs and nothing half-written.  Raises OSError only for what standard output refuses.
    """
    writers: dict[int, _Writer] = {}
    printed = _Printed()
    stopped: set[int] = set()
    try:
        for piece, outcomes in _judged(_pieces(shards, job, stopped), Judge(cleaner, job.seconds, job.memory), jobs):
            if piece.shard in stopped:
                continue
            writer = writers.get(piece.shard) or writers.setdefault(piece.shard, _Writer(shards[piece.shard], job, printed))
            step = writer.take(piece, outcomes)
            if step.failed or step.total:
                del writers[piece.shard]
                stopped.add(piece.shard)
            yield step
    finally:
        for writer in writers.values():
            writer.discard()


def records(source: str, fields: Fields, kind: str | None = None) -> Iterator[Record]:
    """The records of one input, wherever it is and however it is kept; those that cannot be read have an `error`.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp(), "a.jsonl")
    >>> _ = path.write_text('{"url": "https://wick.test/1", "text": "The ovens were cold."}')
    >>> [(record.text, record.url) for record in records(str(path), Fields())]
    [('The ovens were cold.', 'https://wick.test/1')]
    """
    named, compression = formats.by_name(source)
    for chunk, _ in _read(Shard(source, kind or named, compression, None, ""), fields):
        yield from chunk.records


def _pieces(shards: Sequence[Shard], job: Job, stopped: set[int]) -> Iterator[_Piece]:
    for number, shard in enumerate(shards):
        position = 0
        try:
            made_by = _identity(shard, job) if job.resume else ""
            before = marks.read(str(shard.target), made_by) if job.resume else None
            if before is not None:
                yield _Piece(number, Chunk([], None), ends=True, before=before)
                continue
            for chunk, position in _read(shard, job.fields):
                yield _Piece(number, chunk, position)
                if number in stopped:
                    break
            yield _Piece(number, Chunk([], None), position, ends=True, made_by=made_by)
        except Exception as error:
            yield _Piece(number, Chunk([], None), position, ends=True, error=told(error))


def _read(shard: Shard, fields: Fields) -> Iterator[tuple[Chunk, int]]:
    """The chunks of a shard, and how far into it they end, in bytes as stored."""
    with_format = formats.make(shard.kind, fields)
    raw = storage.open_raw(shard.source)
    try:
        for chunk in with_format.read(storage.decompressed(raw, shard.compression), shard.source):
            yield chunk, raw.tell() if raw.seekable() else 0
    finally:
        if shard.source != storage.STDIN:
            raw.close()


def _judged(pieces: Iterator[_Piece], judge: Judge, jobs: int) -> Iterator[tuple[_Piece, list[Outcome]]]:
    """Each piece with what was judged of its records; batches go over the borders of pieces."""
    waiting: deque[_Piece] = deque()

    def batches() -> Iterator[list[Record]]:
        batch: list[Record] = []
        size = 0
        for piece in pieces:
            waiting.append(piece)
            for record in piece.chunk.records:
                batch.append(record)
                size += record.size
                if size >= _BATCH:
                    yield batch
                    batch, size = [], 0
            if piece.chunk.pauses or (piece.ends and not batch):
                yield batch
                batch, size = [], 0
        yield batch

    held: list[Outcome] = []
    for outcomes in judged(judge, batches(), jobs):
        held += outcomes
        while waiting and len(held) >= len(waiting[0].chunk.records):
            piece = waiting.popleft()
            count = len(piece.chunk.records)
            yield piece, held[:count]
            del held[:count]


@dataclass(slots=True)
class _Printed:
    """Whether what was printed last has no line end: the next input begins a line all the same."""

    open_line: bool = False


class _Writer:
    """The output of a shard, and what is counted of it."""

    def __init__(self, shard: Shard, job: Job, printed: _Printed) -> None:
        self._shard, self._job, self._printed = shard, job, printed
        self._format = formats.make(shard.kind, job.fields)
        self._output: Any = None
        self._tally = Tally()
        self._told = False  # that texts look like parts of pages: once is enough

    def take(self, piece: _Piece, outcomes: Sequence[Outcome]) -> Step:
        """Write a piece; at the end of the shard, put its output in its place."""
        step = Step(self._shard, Tally(), [], [], piece.position)
        if piece.before is not None:
            step.skipped, step.total = True, piece.before
            return step
        try:
            if piece.error:
                raise UnreadableError(piece.error)
            self._count(piece, outcomes, step)
            self._tally.add(step.tally)
            self._write(piece, outcomes)
        except Exception as error:
            if isinstance(error, OSError) and self._shard.target == STDOUT:  # a closed pipe, a full disk: there is no going on
                raise
            step.problems.append(str(error) if isinstance(error, _WriteError) else f"{self._shard.shown}: {told(error)}")
            step.failed = True
            self.discard()
        else:
            step.total = self._tally if piece.ends else None
        return step

    def _count(self, piece: _Piece, outcomes: Sequence[Outcome], step: Step) -> None:
        """Count the records and what went; an input that is one text fails with it, elsewhere a record that fails passes through."""
        whole = self._shard.kind == formats.TEXT
        for record, outcome in zip(piece.chunk.records, outcomes, strict=True):
            if whole and outcome.error:
                raise UnreadableError(outcome.error)
            if whole and record.page is not None and self._job.in_place:
                raise UnreadableError("is a page, and its article is none; use -o")
            if outcome.note and self._shard.kind != formats.WARC:  # whose rows say it themselves
                step.notes.append(": ".join(filter(None, (self._shard.shown, record.place, outcome.note))))
            if not whole and self._job.fields.html is None and not self._told and begins_with_a_tag(record.text or ""):
                step.notes.append(f"{self._shard.shown}: {record.place}: begins with a tag, and is read as text; for pages there is --html")
                self._told = True
            if outcome.error:
                step.tally.failed += 1
                step.problems.append(f"{self._shard.shown}: {record.place}: {outcome.error}; passed through unchanged")
            if record.text is not None or record.page is not None:
                text = outcome.cleaned.text
                step.tally.count(
                    f"{self._shard.shown}: {record.place}" if record.place else self._shard.shown,
                    record.url,
                    outcome.characters,
                    outcome.characters if text is None else len(text),
                    outcome.kinds,
                    changed=record.page is not None or text not in (None, record.text),
                )

    def _write(self, piece: _Piece, outcomes: Sequence[Outcome]) -> None:
        if self._shard.target is None:
            return
        try:
            if self._output is None:
                self._output = self._open()
            if not piece.ends:
                self._format.write(self._output.file, piece.chunk, [outcome.cleaned for outcome in outcomes])
                if self._shard.target == STDOUT:
                    self._output.file.flush()
                    self._printed.open_line = getattr(self._output.file, "open_line", False)
                return
            self._format.end(self._output.file)
            if not self._job.in_place or self._tally.changed or self._job.fields.out is not None:
                self._output.commit(backup=self._job.backup)
            if self._job.resume and piece.made_by == _identity(self._shard, self._job):  # else it changed while it was read
                marks.write(str(self._shard.target), piece.made_by, self._tally)
            self.discard()
        except OSError as error:
            if self._shard.target == STDOUT:
                raise
            raise _WriteError(f"{self._shard.target}: cannot be written: {error.strerror or error}") from None

    def _open(self) -> Any:
        if self._shard.target != STDOUT:
            return storage.Output(str(self._shard.target), self._shard.target_compression)
        lines = self._shard.kind != formats.PARQUET and "\n".encode(self._job.fields.encoding) == b"\n"
        return storage.Stdout(self._shard.target_compression, open_line=self._printed.open_line if lines else None)

    def discard(self) -> None:
        """Leave nothing half-written behind."""
        if self._output is None:
            return
        with suppress(Exception):  # a foot that cannot be written is missed by nobody
            self._format.end(self._output.file)
        self._output.discard()
        self._output = None


class _WriteError(Exception):
    """An output cannot be written; the message names it."""


def _identity(shard: Shard, job: Job) -> str:
    return marks.identity(shard.source, shard.kind, asdict(job.fields), job.settings, job.seconds, job.memory)
