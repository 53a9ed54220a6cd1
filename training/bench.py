"""What cleaning costs, beside its peers on the same texts in one run, and how the cost grows.

The texts are what two scrapers make of the same pages (all lines of the page, and trafilatura's choice), so what trafilatura and
jusText take for those pages can be told beside them.  Without the corpora the texts are the samples, and there are no pages.
Every round runs every tool once, and the middle round counts.  Time is processor time, so that what else the machine does counts less.
"""

from __future__ import annotations

import collections
import itertools
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from declutter import Cleaner, samples
from training import corpora, scrape

PAGES = 120
ROUNDS = 5
OURS = "declutter, many texts"
_SENTENCE_ENDS = (".", "!", "?", '"', "”", "»", "。", "…")
_LEAST_WORDS = 5
_FASTTEXT = {"dim": 50, "epoch": 10, "lr": 0.5, "bucket": 200_000, "thread": 1, "verbose": 0}


@dataclass(frozen=True, slots=True)
class Texts:
    """What is cleaned: the texts, and the pages they come from, which may be none."""

    texts: tuple[str, ...]
    pages: tuple[str, ...]

    @property
    def lines(self) -> int:
        """Lines of all texts that are not blank."""
        return sum(1 for text in self.texts for line in text.splitlines() if line.strip())

    @property
    def megabytes(self) -> float:
        """Of all texts, in UTF-8."""
        return sum(len(text.encode("utf-8", "replace")) for text in self.texts) / 1e6


@dataclass(frozen=True, slots=True)
class Cost:
    """What one tool takes for all texts, or for all pages of the texts: seconds of each round."""

    name: str
    seconds: tuple[float, ...]

    @property
    def middle(self) -> float:
        """Seconds of the middle round."""
        return statistics.median(self.seconds)


@dataclass(frozen=True, slots=True)
class Grown:
    """The cost of one size: so many documents, or so many characters in one, in seconds; and the memory in use at most so far, in MB."""

    size: int
    seconds: float
    memory: int


def texts_of_pages(most: int = PAGES) -> Texts:
    """The texts of some pages of the corpora, or the samples where there are no corpora."""
    if corpora.folder() is None:
        return Texts(tuple(sample.text for sample in _samples()), ())
    every = list(corpora.pages((0,)))
    pages = [page["html"] for page in every[:: max(1, len(every) // most)]][:most]
    by_name = scrape.scrapers()
    found = [by_name[name](html) for html in pages for name in ("html2txt", "trafilatura")]
    return Texts(tuple(text for text in found if text), tuple(pages))


def line_rules(text: str) -> str:
    """The rules of other corpora: a line stays if it ends like a sentence and has words enough.

    >>> line_rules("Share this story\\nThe ferry came home at dawn.\\nIt sank.")
    'The ferry came home at dawn.'
    """
    return "\n".join(line for line in text.split("\n") if line.rstrip().endswith(_SENTENCE_ENDS) and len(line.split()) >= _LEAST_WORDS)


def fasttext_model(**settings: Any) -> Any:
    """A small fastText classifier of the kinds, trained on the lines of the samples."""
    import fasttext

    lines = [
        f"__label__{line.kind} {' '.join(line.text.split())}\n" for sample in _samples() for line in sample.lines if line.kind is not None
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.txt"
        file.write_text("".join(lines), encoding="utf-8")
        return fasttext.train_supervised(str(file), **(_FASTTEXT | settings))


def tools(given: Texts) -> dict[str, Callable[[], object]]:
    """Name -> what does all the work of one round; needs the extra `training`."""
    import justext
    import trafilatura

    cleaner = Cleaner()
    words, parts = fasttext_model(wordNgrams=2), fasttext_model(wordNgrams=2, minn=2, maxn=4)
    lines_of = lambda text: [line for line in text.split("\n") if line.strip()]
    ours: dict[str, Callable[[], object]] = {
        OURS: lambda: _spent(cleaner.clean_many(given.texts)),
        "declutter, one text after the other": lambda: _spent(map(cleaner.clean, given.texts)),
        "declutter, verdicts": lambda: _spent(cleaner.judge_many(given.texts)),
        "fastText, words and pairs of words": lambda: _spent(words.predict(lines_of(text)) for text in given.texts),
        "fastText, parts of words besides": lambda: _spent(parts.predict(lines_of(text)) for text in given.texts),
        "line rules": lambda: _spent(map(line_rules, given.texts)),
    }
    if not given.pages:
        return ours
    english = justext.get_stoplist("English")
    return ours | {
        "declutter, the pages": lambda: _spent(map(cleaner.clean_html, given.pages)),
        "trafilatura, the pages": lambda: _spent(trafilatura.extract(page, include_comments=False) for page in given.pages),
        "jusText, the pages": lambda: _spent(justext.justext(page, english) for page in given.pages),
    }


def costs(work: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> list[Cost]:
    """What each tool takes, in rounds; the first round, in which models are loaded, does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds + 1):
        for name, run in work.items():
            begun = time.process_time()
            run()
            seconds[name].append(time.process_time() - begun)
    return [Cost(name, tuple(took[1:])) for name, took in seconds.items()]


def growth_in_documents(given: Texts, sizes: Sequence[int] = (1, 10, 100, 1_000, 10_000, 100_000)) -> list[Grown]:
    """The cost of ever more documents of ten lines, given as a stream."""
    short = ["\n".join(text.split("\n")[:10]) for text in given.texts]
    cleaner = Cleaner()
    return [_grown(size, lambda size=size: _spent(cleaner.clean_many(itertools.islice(itertools.cycle(short), size)))) for size in sizes]


def growth_in_size(given: Texts, sizes: Sequence[int] = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)) -> list[Grown]:
    """The cost of one ever longer document, in code points."""
    whole = "\n".join(given.texts)
    whole = whole * (max(sizes) // max(1, len(whole)) + 1)
    cleaner = Cleaner()
    return [_grown(size, lambda size=size: cleaner.clean(whole[:size])) for size in sizes]


def table(found: Sequence[Cost], given: Texts) -> str:
    """The costs as a table in Markdown; the ratio says how many times as long as `clean_many` a tool takes."""
    ours = next(cost.middle for cost in found if cost.name == OURS)
    rows = [
        f"{len(given.texts):,} texts of {f'{len(given.pages)} pages' if given.pages else 'samples/'}, {given.lines:,} lines, "
        f"{given.megabytes:.1f} MB, one process",
        "",
        "| | lines/s | MB/s | time, declutter = 1 |",
        "|---|---:|---:|---:|",
    ]
    rows += [
        f"| {cost.name} | {given.lines / cost.middle:,.0f} | {given.megabytes / cost.middle:.2f} | {cost.middle / ours:,.2f} |"
        for cost in found
    ]
    return "\n".join(rows)


def growth_table(found: Sequence[Grown], what: str) -> str:
    """The growth as a table in Markdown: the cost of one more must not rise with the size."""
    rows = [f"| {what} | seconds | µs each | most memory, MB |", "|---:|---:|---:|---:|"]
    rows += [f"| {row.size:,} | {row.seconds:.3f} | {1e6 * row.seconds / row.size:,.2f} | {row.memory:,} |" for row in found]
    return "\n".join(rows)


def _samples() -> Iterator[samples.Sample]:
    return map(samples.read, samples.find([corpora.PROJECT / "samples"]))


def _grown(size: int, run: Callable[[], object]) -> Grown:
    took = []
    for _ in range(3 if size < 100_000 else 1):
        begun = time.process_time()
        run()
        took.append(time.process_time() - begun)
    return Grown(size, statistics.median(took), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def _spent(results: Iterable[object]) -> None:
    """All results asked for, none kept."""
    collections.deque(results, maxlen=0)
