r"""Articles to look at, from where people have them: text files, pages, folders of both, and JSON Lines.

>>> import tempfile
>>> from declutter.cleaner import Cleaner
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "a.jsonl").write_text('{"text": "Share\\nThe ovens were cold.", "url": "https://www.wick.test/a"}\n{"id": 2}\n')
>>> read = find([str(folder)], Source(), tell=lambda name, what: print(f"{Path(name).name}: {what}"))
>>> [(article.site, len(article.verdicts)) for article in judged(Cleaner(), read)]
a.jsonl, line 2: has no text in 'text'; name the field that holds it with --field
[('wick.test', 2)]
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

from declutter.addresses import site_of
from declutter.formats.records import BOM
from declutter.formats.text import PAGE_ENDINGS, TEXT_ENDINGS, decoded

if TYPE_CHECKING:
    from declutter.cleaner import Cleaner
    from declutter.verdict import Verdict

ROW_ENDINGS = (".jsonl", ".ndjson")
_BATCH = 500  # articles judged at a time
_SURROGATE = re.compile("[\ud800-\udfff]")

Tell = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """Where in a row of JSON Lines the text and its address are, and how files are encoded."""

    field: str = "text"
    url_field: str = "url"
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Given:
    """One article as it was found: a text, or a page as bytes; `site` is empty where nothing tells it."""

    name: str
    site: str
    text: str
    page: bytes | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One article and its verdicts, whose offsets index `text`."""

    name: str
    site: str
    text: str
    verdicts: tuple[Verdict, ...]


def find(paths: Iterable[str], source: Source, *, tell: Tell) -> Iterator[Given]:
    """The articles that files and folders hold; what cannot be read is told (its name, what is wrong), and the rest is read."""
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if _is_article(file.relative_to(path)))
            if not inside:
                tell(str(path), f"no article in it; files that end in {', '.join((*TEXT_ENDINGS, *PAGE_ENDINGS, *ROW_ENDINGS))} are read")
            for file in inside:
                yield from _file(file, source, tell)
        else:
            yield from _file(path, source, tell)


def _is_article(inside: Path) -> bool:
    """Whether a file of a folder is read: by its ending, unless it, or a folder it is in, is hidden."""
    return inside.suffix.lower() in (*TEXT_ENDINGS, *PAGE_ENDINGS, *ROW_ENDINGS) and not any(part.startswith(".") for part in inside.parts)


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
    return Judged(given.name, given.site, article.page_text, tuple(article.verdicts))


def _file(path: Path, source: Source, tell: Tell) -> Iterator[Given]:
    try:
        if path.suffix.lower() in ROW_ENDINGS:
            yield from _rows(path, source, tell)
            return
        data, site = path.read_bytes(), path.absolute().parent.name  # the site of a file is what its folder is called
        if path.suffix.lower() in PAGE_ENDINGS:
            yield Given(str(path), site, "", data)
            return
        text = decoded(data, source.encoding).removeprefix(BOM)
    except UnicodeDecodeError as error:  # of rows
        tell(str(path), f"not {source.encoding} at byte {error.start}; name its encoding with --encoding")
    except (OSError, ValueError) as error:
        tell(str(path), getattr(error, "strerror", None) or str(error))
    else:
        yield from _checked(Given(str(path), site, text), tell)


def _rows(path: Path, source: Source, tell: Tell) -> Iterator[Given]:
    with path.open(encoding=source.encoding) as rows:
        for number, row in enumerate(rows, 1):
            if not row.strip():
                continue
            where = f"{path}, line {number}"
            try:
                record = json.loads(row)
            except (ValueError, RecursionError) as error:
                tell(where, f"no JSON: {error}")
                continue
            text = record.get(source.field) if isinstance(record, dict) else None
            if not isinstance(text, str):
                tell(where, f"has no text in {source.field!r}; name the field that holds it with --field")
                continue
            yield from _checked(Given(_named(path, number, record), _site(record, source.url_field), text), tell)


def _checked(given: Given, tell: Tell) -> Iterator[Given]:
    if "\0" in given.text:
        tell(given.name, "holds NUL characters, so it is no text; a binary file, or another --encoding?")
    elif _SURROGATE.search(given.text):
        tell(given.name, "holds half a surrogate pair, so it is no text")
    else:
        yield given


def _named(path: Path, number: int, record: dict[str, object]) -> str:
    own = record.get("id")
    return f"{path}, line {number}" if not isinstance(own, str | int) or own == "" else str(own)


def _site(record: dict[str, object], url_field: str) -> str:
    """The site of a row's address, or what the row calls its site.

    >>> _site({"url": "https://www.wick.test:8080/a"}, "url"), _site({"site": "wick"}, "url"), _site({"url": 3}, "url")
    ('wick.test', 'wick', '')
    """
    told = [value for value in (record.get(url_field), record.get("site")) if isinstance(value, str) and value]
    return site_of(told[0]) if told else ""
