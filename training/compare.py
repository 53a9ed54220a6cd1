"""declutter beside its peers on the same pages in one run: quality against the reference bodies, and time.

The measure is that of the article extraction benchmark: F1 of the mean precision and mean recall over 4-token shingles, and the share of
articles that come out exactly right.  Pages are those of fold 0, whose publishers the shipped model never saw.
"""

from __future__ import annotations

import collections
import contextlib
import re
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass

from declutter import Cleaner
from training import corpora, scrape

PEERS = ("trafilatura", "readability", "newspaper4k", "goose3", "justext", "boilerpy3", "resiliparse")
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Row:
    """One tool's figures: F1 and share exactly right (0 to 1), milliseconds a page; and the same after `declutter.clean` of its text."""

    name: str
    f1: float
    exact: float
    milliseconds: float
    cleaned_f1: float | None
    cleaned_exact: float | None


def score(pairs: Iterable[tuple[str, str]]) -> tuple[float, float]:
    """(F1, share exactly right) of (reference, answer) pairs; an empty answer to a body has precision 0.

    >>> score([("one two three four", "one two three four"), ("one two three four five", "")])
    (0.5, 0.5)
    """
    precision, recall, exact = [], [], []
    for reference, answer in pairs:
        a, b = _TOKEN.findall(reference), _TOKEN.findall(answer)
        wanted, given = _shingles(a), _shingles(b)
        shared = (wanted & given).total()
        precision.append(shared / given.total() if given else float(not wanted))
        recall.append(shared / wanted.total() if wanted else 1.0)
        exact.append(a == b)
    p, r = statistics.mean(precision), statistics.mean(recall)
    return (2 * p * r / (p + r) if p + r else 0.0), statistics.mean(exact)


def _shingles(words: list[str]) -> collections.Counter[tuple[str, ...]]:
    return collections.Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))) if words else collections.Counter()


def compare() -> list[Row]:
    """The rows of the table: declutter on pages first, then each peer alone and with declutter behind it."""
    pages = list(corpora.pages((0,)))
    gold = ["\n".join(corpora.reference(page)) for page in pages]
    cleaner = Cleaner(drop="headline")
    cleaner.clean_html(pages[0]["html"])
    begun = time.perf_counter()
    own = [cleaner.clean_html(page["html"]) for page in pages]
    rows = [Row("declutter", *score(zip(gold, own, strict=True)), 1000 * (time.perf_counter() - begun) / len(pages), None, None)]
    by_name = scrape.scrapers()
    for name in PEERS:
        texts, took = [], 0.0
        for page in pages:
            text, begun = "", time.perf_counter()
            with contextlib.suppress(Exception), scrape.time_limit(scrape.SECONDS):
                text = by_name[name](page["html"]) or ""
            took += time.perf_counter() - begun
            texts.append(text)
        cleaned = score(zip(gold, cleaner.clean_many(texts), strict=True))
        rows.append(Row(name, *score(zip(gold, texts, strict=True)), 1000 * took / len(pages), *cleaned))
    return rows


def table(rows: list[Row]) -> str:
    """The rows as a table in Markdown."""
    lines = ["| | F1 | exactly right | ms a page | F1, then declutter | exactly right |", "|---|---|---|---|---|---|"]
    for row in rows:
        behind = "| | |" if row.cleaned_f1 is None else f"| {row.cleaned_f1:.3f} | {row.cleaned_exact:.3f} |"
        lines.append(f"| {row.name} | {row.f1:.3f} | {row.exact:.3f} | {row.milliseconds:.0f} {behind}")
    return "\n".join(lines)
