"""Labelled articles as arrays to learn from: batches of lines with their words, n-grams as a sparse matrix, labels, weights, folds.

Folds are made of whole sites, so that a house style is never on both sides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from declutter import features
from declutter.document import Array, Ints, split
from declutter.features import BUCKETS, Floats
from declutter.kinds import KINDS
from declutter.lessons import Article
from declutter.model import EDGE_WEIGHT
from declutter.stages import Cut, cut

FOLDS = 4
_BATCH = 200_000  # code points of text taken at a time


def fold_of(site: str) -> int:
    """The fold of a site, 0 to `FOLDS - 1`."""
    return int.from_bytes(hashlib.sha256(site.encode()).digest()[:4], "big") % FOLDS


@dataclass(frozen=True, slots=True)
class Prepared:
    """Articles cut into batches, with the label, weight and fold of every line, and the n-grams of lines.

    `sizes` and `fold_of_text` are the number of lines and the fold of each article.
    """

    batches: list[Cut]
    sizes: Ints
    fold_of_text: Ints
    ngrams: Any
    allowed: Array
    weight: Floats
    fold: Ints
    typical: Array
    told: Array

    def without_cuts(self) -> Prepared:
        """The same without the batches of lines and words, which are most of it: for other processes."""
        return replace(self, batches=[])

    @property
    def labelled(self) -> Array:
        """Lines of which something is known."""
        count = self.allowed.sum(axis=1)
        known: Array = (count > 0) & (count < len(KINDS))
        return known


def batches(articles: Sequence[Article]) -> Iterator[Sequence[Article]]:
    """The articles in their order, as many at a time as hold some 200,000 code points."""
    low = 0
    while low < len(articles):
        high, size = low, 0
        while high < len(articles) and size < _BATCH:
            size += len(articles[high].text)
            high += 1
        yield articles[low:high]
        low = high


def prepare(articles: Sequence[Article]) -> Prepared:
    """Cut articles into lines, words and n-grams, a batch at a time."""
    from scipy.sparse import csr_array, vstack

    cuts, blocks = [], []
    for together in batches(articles):
        parts = cut(split([article.text for article in together]))
        counts = np.diff(parts.lines.bounds)
        for article, count in zip(together, counts, strict=True):
            if len(article.allowed) != count:
                raise ValueError(f"{article.site}: {len(article.allowed)} labels for {count} non-blank lines")
        buckets, bounds = features.ngrams(parts.piece_words)
        cuts.append(parts)
        blocks.append(_matrix(buckets, bounds[np.append(parts.first_pieces, len(bounds) - 1)], features.edges(parts.words)))
    sizes = np.array([len(article.allowed) for article in articles])
    folds = np.array([fold_of(article.site) for article in articles])
    return Prepared(
        cuts,
        sizes,
        folds,
        csr_array(vstack(blocks)),
        np.concatenate([article.allowed for article in articles]),
        np.concatenate([np.broadcast_to(np.float32(article.weight), size) for article, size in zip(articles, sizes, strict=True)]),
        np.repeat(folds, sizes),
        np.repeat([article.typical for article in articles], sizes),
        np.repeat([article.told for article in articles], sizes),
    )


@dataclass(frozen=True, slots=True)
class Phrases:
    """Lines known by themselves, without their article: n-grams as a sparse matrix, the answers, and the fold of each."""

    ngrams: Any
    answers: Array
    fold: Ints

    def without(self, fold: int | None) -> tuple[Any, Array]:
        """The n-grams and answers of all folds but one."""
        here = np.flatnonzero(self.fold != fold)
        return self.ngrams[here], self.answers[here]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the first stage learns from beside labelled articles.

    `stands` are lines with the answer whether they stand in articles, `kinds` lines with the column of their kind.
    """

    stands: Phrases | None = None
    kinds: Phrases | None = None


def phrases(lines: Mapping[tuple[str, str], int]) -> Phrases:
    """Phrases from (site, line) -> its answer: whether it stands in an article, or the column of its kind."""
    from scipy.sparse import csr_array, vstack

    texts, blocks = [text for _, text in lines], []
    for low in range(0, len(texts), 4000):
        words = cut(split(["\n".join(texts[low : low + 4000])])).words
        blocks.append(_matrix(*features.ngrams(words), features.edges(words)))
    return Phrases(csr_array(vstack(blocks)), np.array(list(lines.values())), np.array([fold_of(site) for site, _ in lines]))


def _matrix(buckets: Array, bounds: Array, edges: Array) -> Any:
    """The first stage's input as a sparse matrix: n-grams, divided by the root of their number in each line, and edges."""
    from scipy.sparse import csr_array

    count = np.diff(bounds)
    values = np.repeat(1 / np.sqrt(np.maximum(count, 1)), count).astype(np.float32)
    anywhere = csr_array((values, buckets, bounds), shape=(len(count), BUCKETS))
    ends = np.arange(len(count) + 1) * edges.shape[1]
    outside = csr_array((np.full(edges.size, EDGE_WEIGHT, dtype=np.float32), edges.ravel(), ends), shape=(len(count), BUCKETS))
    return anywhere + outside  # which adds up what stands twice
