r"""Articles to look at, from wherever `declutter clean` reads them, and from folders.

>>> import tempfile
>>> from pathlib import Path
>>> from declutter.cleaner import Cleaner
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "a.jsonl").write_text('{"text": "Share\\nThe ovens were cold.", "url": "https://www.wick.test/a"}\n{"id": 2}\n')
>>> found = find([str(folder)], Fields(), tell=lambda name, what: print(f"{Path(name).name}: {what}"))
>>> [(article.site, len(article.verdicts)) for article in judged(Cleaner(), found)]
a.jsonl, line 2: has no key 'text'; it has id (name one with --field)
[('wick.test', 2)]
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

from declutter import formats, runs, storage
from declutter.addresses import site_of
from declutter.formats.records import Fields, Record
from declutter.judging import told

if TYPE_CHECKING:
    from declutter.cleaner import Cleaner
    from declutter.verdict import Verdict

ENDINGS = tuple(ending for ending in formats.ENDINGS if ending != ".tsv")  # of files in a folder; a labelled article ends in that
_BATCH = 500  # articles judged at a time
_SURROGATE = re.compile("[\ud800-\udfff]")

Tell = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Given:
    """One article as it was found: a text, or a page; `site` is empty where nothing tells it."""

    name: str
    site: str
    text: str
    page: str | bytes | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One article and its verdicts, whose offsets index `text`; `note` says why a page has no article."""

    name: str
    site: str
    text: str
    verdicts: tuple[Verdict, ...]
    note: str | None = None


def find(names: Iterable[str], fields: Fields, *, tell: Tell) -> Iterator[Given]:
    """The articles that inputs and folders hold; what cannot be read is told (its name, what is wrong), and the rest is read."""
    for name in names:
        for source in files(name, ENDINGS, tell=tell):
            try:
                for record in runs.records(source, fields):
                    yield from _article(source, record, tell)
            except Exception as error:
                tell(source, told(error))


def files(name: str, endings: Sequence[str], *, tell: Tell) -> Iterator[str]:
    """The input that a name is, or those of a folder that end so, compressed or not; what is hidden in it is left out."""
    folder = Path(name)
    if name == storage.STDIN or storage.is_address(name) or not folder.is_dir():
        yield name
        return
    walk = os.walk(folder, onerror=lambda error: tell(str(error.filename), told(error)))
    found = (Path(held, file) for held, _, own in walk for file in own)
    inside = sorted(file for file in found if _is_input(file, endings) and not _is_hidden(file.relative_to(folder)))
    if not inside:
        tell(name, f"no article in it; files that end in {', '.join(endings)} are read")
    yield from map(str, inside)


def _is_input(file: Path, endings: Sequence[str]) -> bool:
    return file.is_file() and storage.split_compression(file.name)[0].lower().endswith(tuple(endings))


def _is_hidden(inside: Path) -> bool:
    return any(part.startswith(".") for part in inside.parts)


def _article(source: str, record: Record, tell: Tell) -> Iterator[Given]:
    place = f"{source}, {record.place}" if record.place else source
    if record.error:
        tell(place, record.error)
    elif record.text is not None and "\0" in record.text:
        tell(place, "holds NUL characters, so it is no text")
    elif record.text is not None and _SURROGATE.search(record.text):
        tell(place, "holds half a surrogate pair, so it is no text")
    elif record.text is not None or record.page is not None:
        site = site_of(record.url or "") if record.place else record.url or ""  # of a file of its own it is what its folder is called
        yield Given(record.own_name or place, site, record.text or "", record.page)


def judged(cleaner: Cleaner, given: Iterable[Given]) -> Iterator[Judged]:
    """The articles with their verdicts, lazily and in order."""
    for is_page, same in groupby(given, key=lambda article: article.page is not None):
        if is_page:
            yield from (_judged_page(cleaner, article) for article in same)
            continue
        while batch := list(islice(same, _BATCH)):
            verdicts = cleaner.judge_many((article.text, article.site) for article in batch)
            for article, own in zip(batch, verdicts, strict=True):
                yield Judged(article.name, article.site, article.text, tuple(own))


def _judged_page(cleaner: Cleaner, given: Given) -> Judged:
    article = cleaner.read_html(given.page or b"", url=given.site)
    return Judged(given.name, given.site, article.page_text, tuple(article.verdicts), article.note)
