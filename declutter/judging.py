"""Records judged in batches, by whichever process; a record that fails, takes too long or too much memory does not take others with it."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from declutter import storage
from declutter.decoding import other_format
from declutter.formats.records import Cleaned, Record, UnreadableError
from declutter.parallel import in_order

if TYPE_CHECKING:
    from declutter.cleaner import Cleaner


_TAKEN = Path("/proc/self/statm")  # pages of memory that this process takes, as Linux tells it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the judge says of a record, small enough to travel."""

    cleaned: Cleaned
    characters: int = 0
    kinds: dict[str, tuple[int, int]] = field(default_factory=dict)
    error: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """A cleaner, and what one record may take: seconds, and bytes beyond what the process takes anyway."""

    cleaner: Cleaner
    seconds: float | None = None
    memory: int | None = None

    @property
    def limited(self) -> bool:
        """Whether it has to be asked in a process of its own."""
        return self.seconds is not None or self.memory is not None


def unlimited() -> list[str]:
    """What this system cannot limit: time, memory.

    >>> set(unlimited()) <= {"time", "memory"}
    True
    """
    able = {"time": hasattr(signal, "setitimer"), "memory": _TAKEN.exists()}
    return [what for what, can in able.items() if not can]


def judged(judge: Judge, batches: Iterable[Sequence[Record]], jobs: int) -> Iterator[list[Outcome]]:
    """What becomes of the records of each batch, in order.  A record of which a process dies counts as failed, like any other."""

    def lost(batch: Sequence[Record]) -> list[Outcome]:
        if len(batch) == 1:
            return [Outcome(Cleaned(None), error="the process that judged it died, for want of memory?")]
        return [outcome for each in judged_apart([[record] for record in batch]) for outcome in each]

    def judged_apart(singles: Iterable[Sequence[Record]]) -> Iterator[list[Outcome]]:
        return in_order(_judge, judge, singles, 1, apart=True, lost=lost)

    return in_order(_judge, judge, batches, jobs, apart=judge.limited, lost=lost)


def _judge(judge: Judge, batch: Sequence[Record]) -> list[Outcome]:
    """All texts of a batch at once; if that fails, each by itself, so that only what fails passes through."""
    if not batch:  # of an input that was done before
        return []
    texts = [record for record in batch if record.text is not None]
    try:
        with _limits(judge):
            counted = judge.cleaner.clean_counted([record.text or "" for record in texts], [record.url for record in texts])
        cleaned = iter([_of_text(record, found) for record, found in zip(texts, counted, strict=True)])
    except (Exception, _LateError):
        cleaned = iter([_alone(judge, record) for record in texts])
    return [next(cleaned) if record.text is not None else _alone(judge, record) for record in batch]


def _alone(judge: Judge, record: Record) -> Outcome:
    try:
        with _limits(judge):
            if record.text is not None:
                return _of_text(record, judge.cleaner.clean_counted([record.text], [record.url])[0])
            if record.page is not None:
                return _of_page(judge.cleaner, record)
    except MemoryError:
        return Outcome(Cleaned(None), error="takes more memory than there is, or than --max-memory")
    except _LateError:
        return Outcome(Cleaned(None), error=f"takes longer than {judge.seconds:g} seconds")
    except Exception as error:
        return Outcome(Cleaned(None), error=told(error))
    return Outcome(Cleaned(None), error=record.error)


class _LateError(BaseException):
    """The time of a record is up: no error that a library on the way might swallow and go on."""


@contextmanager
def _limits(judge: Judge) -> Iterator[None]:
    """Hold what is done in this process to the limits of one record."""
    if not judge.limited:
        yield
        return
    import resource

    def late(*_: object) -> None:
        raise _LateError

    before = resource.getrlimit(resource.RLIMIT_AS)
    if judge.memory is not None:
        pages = int(_TAKEN.read_text().split()[0])
        most = [pages * resource.getpagesize() + judge.memory, *(limit for limit in before if limit != resource.RLIM_INFINITY)]
        resource.setrlimit(resource.RLIMIT_AS, (min(most), before[1]))
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, judge.seconds or 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if judge.memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, before)


def _of_text(record: Record, found: tuple[str, dict[str, tuple[int, int]]]) -> Outcome:
    return Outcome(Cleaned(found[0]), len(record.text or ""), found[1])


def _of_page(cleaner: Cleaner, record: Record) -> Outcome:
    from declutter.verdict import gone  # numpy, which `declutter --help` has no need of

    if isinstance(record.page, str) and record.place and (other := other_format(record.page)):  # of a row, whose text would be gone
        return Outcome(Cleaned(None), error=f"not a page but {other}")
    article = cleaner.read_html(record.page or "", url=record.url)
    about = {name: getattr(article, name) for name in ("title", "authors", "date", "language", "site", "note")}
    return Outcome(Cleaned(article.text, about), len(article.page_text), gone(article.verdicts), note=article.note or "")


def told(error: Exception) -> str:
    """An error in one line."""
    if isinstance(error, IsADirectoryError):
        return "is a directory; name the files in it"
    damage = storage.damage(error)
    if damage or isinstance(error, UnreadableError | storage.MissingExtraError):
        return damage or str(error)
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
