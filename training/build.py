"""What the shipped model is made of: hand labels, samples, and labels by alignment."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
from collections.abc import Iterator

import numpy as np

from declutter import lessons, prepared, samples
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS
from training import align, corpora, labels, scrape, tell

ALIGNED_TEXTS = 800  # how many aligned texts the second stage sees beside the hand labels
ALIGNED_WEIGHT = 0.1
SAMPLE_WEIGHT = 0.68  # of a line of samples/, beside a hand-labelled one of the corpora, of which there are about as many
MAX_LINES = 1500


def sample_articles(weight: float = 1.0, *, typical: bool = True) -> list[lessons.Article]:
    """The labelled articles of `samples/`."""
    read = (lessons.Article.of(samples.read(path)) for path in samples.find([corpora.PROJECT / "samples"]))
    return [dataclasses.replace(article, weight=weight, typical=typical) for article in read]


def hand_articles() -> list[lessons.Article]:
    """The hand-labelled texts of folds 1 to 4."""
    return [lessons.Article(text, lessons.labels(kinds), row["site"], typical=row["typical"]) for row, text, kinds in labels.labelled()]


def aligned_texts() -> Iterator[tuple[dict[str, str], str, list[str], list[int]]]:
    """(page, text, its non-blank lines, labels by alignment) of every scraped page of folds 1 to 4 that has a reference."""
    pages = {page["id"]: {"site": page["site"], "title": page["title"], "gold": corpora.reference(page)} for page in corpora.pages()}
    for page_id, _scraper, text in scrape.scrapes():
        if page_id in pages:
            lines = labels.lines_of(text)
            yield pages[page_id], text, lines, align.align(lines, pages[page_id]["gold"], pages[page_id]["title"])


def aligned() -> tuple[list[lessons.Article], dict[tuple[str, str], bool]]:
    """Texts for the second stage, and for the first each distinct line of a site with the answer most texts give."""
    votes: dict[tuple[str, str], list[int]] = collections.defaultdict(lambda: [0, 0])
    articles = []
    kept = np.isin(np.arange(len(KINDS)), KEPT_COLUMNS)
    for page, text, lines, answers in aligned_texts():
        for line, answer in zip(lines, answers, strict=True):
            if answer >= 0:
                votes[page["site"], line.strip()][answer] += 1
        if len(lines) <= MAX_LINES:
            allowed = np.zeros((len(lines), len(KINDS)), dtype=bool)
            allowed[np.array(answers) == 1] = kept
            allowed[np.array(answers) == 0] = ~kept
            articles.append(lessons.Article(text, allowed, page["site"], ALIGNED_WEIGHT, typical=False))
    chosen = np.random.default_rng(0).permutation(len(articles))[:ALIGNED_TEXTS]
    return [articles[i] for i in sorted(chosen)], {key: yes > no for key, (no, yes) in votes.items()}


def everything() -> tuple[list[lessons.Article], prepared.Beside]:
    """Samples, hand labels and aligned texts, and for the first stage the lines that alignment and markup tell of."""
    texts, lines = aligned()
    beside = prepared.Beside(prepared.phrases(lines), prepared.phrases(tell.lines()))
    return sample_articles(SAMPLE_WEIGHT, typical=False) + hand_articles() + texts, beside


def sources() -> dict[str, dict[str, str]]:
    """Each corpus with its licence and digest, for the card."""
    named = {name: {"licence": corpora.LICENCES[name], "sha256": corpora.digest(name)} for name in (*corpora.PAGES, "kinds")}
    return named | {
        "told": {"licence": "MIT, keys and kinds without text", "sha256": hashlib.sha256(tell.TOLD.read_bytes()).hexdigest()[:16]},
        "labels": {"licence": "MIT, keys and kinds without text", "sha256": labels.digest()},
        "samples": {"licence": corpora.LICENCES["samples"], "sha256": samples_digest()},
    }


def samples_digest() -> str:
    """The first 16 hex digits of the SHA-256 of the labelled files of `samples/`."""
    content = b"".join(path.read_bytes() for path in samples.find([corpora.PROJECT / "samples"]))
    return hashlib.sha256(content).hexdigest()[:16]
