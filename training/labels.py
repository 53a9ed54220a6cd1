"""Hand labels without their text: keyed by corpus id, line hash and occurrence, the scraper noted beside.

`training/labels/*.jsonl` holds one labelled text a row: {"id", "site", "fold", "scraper", "lines": [[hash, occurrence, kind], ...]},
where the hash is the first 16 hex digits of the SHA-256 of the line with its white space normalised.
"""

from __future__ import annotations

import collections
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from training import corpora, scrape

DISAGREED = "disagreed"  # texts chosen because model and alignment disagreed on them: to learn from, not to calibrate on
FOLDER = Path(__file__).parent / "labels"
_BREAK = re.compile(r"\r\n|\r|\n")


def lines_of(text: str) -> list[str]:
    r"""The non-blank lines of a text, as the library counts them."""
    return [line for line in _BREAK.split(text) if line.strip()]


def keys(lines: Sequence[str]) -> list[tuple[str, int]]:
    """(hash, occurrence) of each line.

    >>> keys(["Share", " Share "])
    [('29887a5ff9846ccc', 0), ('29887a5ff9846ccc', 1)]
    """
    seen: collections.Counter[str] = collections.Counter()
    found = []
    for line in lines:
        key = hashlib.sha256(" ".join(line.split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        found.append((key, seen[key]))
        seen[key] += 1
    return found


def row(page: dict[str, Any], scraper: str | None, text: str, kinds: Sequence[str | None]) -> dict[str, Any]:
    """One row of a label file."""
    placed = [[*key, kind] for key, kind in zip(keys(lines_of(text)), kinds, strict=True) if kind]
    return {"id": page["id"], "site": page["site"], "fold": page["fold"], "scraper": scraper, "lines": placed}


def write(name: str, rows: Iterable[dict[str, Any]]) -> None:
    """Write a label file, a row a text."""
    FOLDER.mkdir(exist_ok=True)
    content = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    (FOLDER / f"{name}.jsonl").write_text(content, encoding="utf-8")


def read() -> Iterator[dict[str, Any]]:
    """The rows of all label files, in a fixed order."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        with path.open(encoding="utf-8") as rows:
            for row in rows:
                yield {**json.loads(row), "typical": path.stem != DISAGREED}


def read_with() -> dict[str, set[str]]:
    """Page id -> the scrapers whose texts of it are labelled."""
    found: dict[str, set[str]] = collections.defaultdict(set)
    for r in read():
        if r["scraper"] is not None:
            found[r["id"]].add(r["scraper"])
    return found


def digest() -> str:
    """The first 16 hex digits of the SHA-256 of the label files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.jsonl")))).hexdigest()[:16]


def texts(folds: tuple[int, ...] = corpora.TRAINING_FOLDS) -> dict[tuple[str, str | None], str]:
    """(id, scraper) -> text, for every labelled text that the corpora give: as it was labelled, or scraped again."""
    found = {(r["id"], r["scraper"]): r["text"] for r in corpora.rows("kinds") if r["fold"] in folds}
    wanted = {(r["id"], r["scraper"]) for r in read()} - found.keys()
    for page_id, scraper, text in scrape.scrapes():
        if (page_id, scraper) in wanted:
            found[page_id, scraper] = text
    return found


def labelled() -> Iterator[tuple[dict[str, Any], str, list[str | None]]]:
    """(row, text, a kind or None for each non-blank line) of every labelled text that is there."""
    by_key = texts()
    for found in read():
        text = by_key.get((found["id"], found["scraper"]))
        if text is not None:
            kind_of = {(key, occurrence): kind for key, occurrence, kind in found["lines"]}
            yield found, text, [kind_of.get(key) for key in keys(lines_of(text))]
