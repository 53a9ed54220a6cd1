"""What the pages of a site have in common: counted in a first pass, frozen, and in a second one held against the lines.

A line that stands on most pages of a site is the site's, not the article's, however well it reads.  Kept are hashes of lines, no text:

>>> pages = [(f"Report number {n} from the harbour.\\nCall the tip line, we listen.", "ansel.test") for n in range(30)]
>>> harbour = freeze(merge(count(pages[:10]), count(pages[10:])))
>>> harbour.pages
{'ansel.test': 30}

For each site the articles of smallest hash are counted, at most `ARTICLES` of them: all of a small site, a fair draw from a large one.  So
what is held is bounded by the number of sites, an article that comes twice counts once, and neither the order of the articles nor the
way they were shared among machines changes a count.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from declutter import __version__, archive, features
from declutter.addresses import site_of
from declutter.document import Array, Ints, Lines, cost, split
from declutter.features import Floats
from declutter.words import Hashes, Words, mix, words_of

FORMAT = 1
ARTICLES = 256  # of a site that are counted: a line on half of its pages is seen on 47 to 53 % of them two times in three
LINES = 2_000  # of an article that are counted, those of smallest hash
MAX_BYTES = 1 << 30  # of a file, packed or unpacked; a site takes about 5 KB
_BATCH = 200_000  # code points hashed at a time
_BASE = np.uint64(0x9E3779B97F4A7C15 | 1)
_SURE = 0.999  # no line is surer than this of belonging to its article, so that evidence can speak against any


class SitesError(ValueError):
    """A file of counts that cannot be used; the message names it, what is wrong, and what to do."""


_FILE = archive.Format("sites", MAX_BYTES, SitesError, "make one with 'declutter sites build CORPUS -o SITES'")


# --- the first pass


@dataclass(frozen=True, slots=True)
class Tally:
    """Site -> article (a hash) -> the hashes of its lines, each once and sorted: what `count` gives and `merge` adds up."""

    articles: Mapping[str, Mapping[int, Hashes]]


def count(pages: Iterable[tuple[str, str]]) -> Tally:
    """Count the lines of (text, site) pairs; a pair without a site or without a line is left out.

    >>> sorted(count([("One line.", "https://ansel.test/1"), ("One line.", "ansel.test"), ("", "ansel.test")]).articles)
    ['ansel.test']
    """
    found: dict[str, dict[int, Hashes]] = {}
    for texts, sites in _batches(pages):
        lines = split(texts)
        hashes = line_hashes(lines, words_of(lines))
        for number, (site, article) in enumerate(zip(sites, article_hashes(lines, hashes).tolist(), strict=True)):
            own = hashes[lines.bounds[number] : lines.bounds[number + 1]]
            if len(own) and site:
                articles = found.setdefault(site, {})
                if article not in articles:
                    articles[article] = np.unique(own)[:LINES]
                if len(articles) >= 2 * ARTICLES:
                    found[site] = _smallest(articles)
    return Tally({site: _smallest(articles) for site, articles in found.items()})


def merge(one: Tally, other: Tally) -> Tally:
    """The count of both: the order of merging, and how the articles were shared among the counts, do not matter."""
    both = {site: _smallest({**one.articles.get(site, {}), **articles}) for site, articles in other.articles.items()}
    return Tally({**one.articles, **both})


def _smallest(articles: Mapping[int, Hashes]) -> dict[int, Hashes]:
    return {article: articles[article] for article in sorted(articles)[:ARTICLES]}


def _batches(pages: Iterable[tuple[str, str]]) -> Iterator[tuple[list[str], list[str]]]:
    texts: list[str] = []
    sites: list[str] = []
    size = 0
    for text, site in pages:
        texts.append(text)
        sites.append(site_of(site))
        size += cost(text)
        if size >= _BATCH:
            yield texts, sites
            texts, sites, size = [], [], 0
    yield texts, sites


def line_hashes(lines: Lines, words: Words) -> Hashes:
    """A hash for each line: of its words and marks in order, so white space and case do not matter; the digits 0 to 9 do.

    >>> lines = split(["Call  the desk", "  call the desk", "Call the desk 7", "Call the desk 8"])
    >>> len(set(line_hashes(lines, words_of(lines)).tolist()))
    3
    """
    if not len(lines):
        return np.zeros(0, dtype=np.uint64)
    told = words.hashes.copy()
    digits = np.flatnonzero((lines.chars >= ord("0")) & (lines.chars <= ord("9")))  # which all count as 0 in the hash of a word
    word = np.searchsorted(words.starts, digits, side="right") - 1
    np.add.at(told, word, mix((lines.chars[digits].astype(np.uint64) << np.uint64(32)) + (digits - words.starts[word]).astype(np.uint64)))
    heads = words.bounds[:-1]
    place = np.arange(len(told)) - heads[words.line_of]
    powers = np.multiply.accumulate(np.full(int(place.max()) + 1, _BASE))
    return mix(np.add.reduceat(told * powers[place], heads))


def article_hashes(lines: Lines, hashes: Hashes) -> Hashes:
    """A hash for each text, of its lines in any order."""
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(mix(hashes))])
    return mix(sums[lines.bounds[1:]] - sums[lines.bounds[:-1]])


# --- frozen


@dataclass(frozen=True, slots=True)
class Sites:
    """Frozen counts: how many articles of each site were counted, which, and on how many of them stand its repeated lines.

    `articles` and `lines` are sorted hashes, each mixed with its site's; `on[i]` counts the articles that hold `lines[i]`, two at least.
    """

    pages: Mapping[str, int]
    articles: Hashes
    lines: Hashes
    on: Ints

    def seen(self, lines: Lines, words: Words, sites: Sequence[str | None]) -> Seen:
        """What the counts say of the lines of texts that come from `sites`, one a text; None and unknown sites are no evidence."""
        names = [site_of(site) if site else "" for site in sites]
        salts = np.array([_salt(name) for name in names], dtype=np.uint64)
        hashes = line_hashes(lines, words)
        _, counted = _find(self.articles, mix(article_hashes(lines, hashes) + salts))
        own = counted[lines.text_of].astype(np.int64)  # the article itself is no evidence against its lines
        of = np.array([self.pages.get(name, 0) for name in names], dtype=np.int64)[lines.text_of]
        at, repeated = _find(self.lines, mix(hashes + salts[lines.text_of]))
        on = np.where(repeated, self.on[at] if len(self.on) else 0, own).astype(np.int64)
        others = np.clip(on - own, 0, of - own)
        against = np.zeros(len(lines))
        told = np.flatnonzero(others)
        pairs, inverse = np.unique(np.stack([others[told], (of - own)[told]]), axis=1, return_inverse=True)
        against[told] = np.array([evidence(*pair) for pair in pairs.T.tolist()])[inverse.ravel()]
        return Seen(on, of, against)


@dataclass(frozen=True, slots=True)
class Seen:
    """For each line: on how many (`on`) of the counted pages (`of`) of its site it stands, and the log-odds against it."""

    on: Ints
    of: Ints
    against: Floats

    def told(self, line: int) -> str:
        """The evidence on a line, in words."""
        return f"on {self.on[line]} of {self.of[line]} pages of the site"

    def weigh(self, keep: Floats) -> Floats:
        """Probabilities that lines belong to their article, with the evidence; those without evidence as they were."""
        odds = np.minimum(keep, _SURE)
        odds = odds / (1 - odds) * np.exp(-self.against)
        weighed: Floats = np.where(self.against > 0, odds / (1 + odds), keep).astype(keep.dtype)
        return weighed


@functools.lru_cache(maxsize=1 << 16)
def evidence(on: int, of: int) -> float:
    """The log-odds against a line that stands on `on` of `of` other pages of its site; never below 0.

    A prior, measured in training/README.md.  A line of the site stands on any share of its pages, most often on few or on nearly all.
    A line of an article stands nowhere else, but for copies of the article and what reports quote of each other (1 line in 5; of those
    a quarter on one page more, and so on: a matter of few pages, not of a share) and for phrases that come again, such as "Key points"
    (1 in 100, on a few of a hundred pages).  On real portals fewer lines are shared, but those of a copied article are so all at once.
    That a line stands nowhere else is not counted in its favour.

    >>> [round(evidence(on, of), 1) for on, of in ((1, 2), (1, 49), (2, 49), (9, 49), (39, 49))]
    [0.5, 0.0, 0.0, 4.7, 15.4]
    """
    quoted = 0.75 * 0.25 ** (on - 1) if on < of else 0.25 ** (on - 1)
    article = 0.2 * quoted + 0.01 * math.exp(_share(on, of, 0.5, 10))
    return max(0.0, _share(on, of, 0.5, 0.5) - math.log(article))


def _share(on: int, of: int, a: float, b: float) -> float:
    """The log-probability of `on` of `of` where the share is drawn from a beta distribution (the beta-binomial)."""
    return _log_beta(on + a, of - on + b) - _log_beta(a, b) - _log_beta(on + 1, of - on + 1) - math.log(of + 1)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _salt(site: str) -> int:
    return int.from_bytes(blake2b(site.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _find(sorted_hashes: Hashes, wanted: Hashes) -> tuple[Ints, Array]:
    """Where each hash stands among the sorted ones, and whether it does."""
    if not len(sorted_hashes):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    at = np.minimum(np.searchsorted(sorted_hashes, wanted), len(sorted_hashes) - 1)
    return at, sorted_hashes[at] == wanted


def freeze(tally: Tally) -> Sites:
    """The counts of a tally, as evidence."""
    articles, lines, on = [], [], []
    for site, held in tally.articles.items():
        salt = np.uint64(_salt(site))
        articles.append(mix(np.array(list(held), dtype=np.uint64) + salt))
        found, times = np.unique(np.concatenate(list(held.values())), return_counts=True)
        lines.append(mix(found[times > 1] + salt))
        on.append(times[times > 1])
    none = np.zeros(0, dtype=np.uint64)
    all_lines, all_on = np.concatenate([none, *lines]), np.concatenate([none, *on]).astype(np.uint16)
    order = np.argsort(all_lines, kind="stable")
    pages = {site: len(tally.articles[site]) for site in sorted(tally.articles)}
    return Sites(pages, np.sort(np.concatenate([none, *articles])), all_lines[order], all_on[order])


# --- kept


def save(sites: Sites, path: Path) -> None:
    """Write a file of counts; it appears whole or not at all.  Equal counts give equal bytes.  Raises OSError."""
    card = {"format": FORMAT, "features": features.VERSION, "declutter": __version__, "pages": dict(sites.pages)}
    archive.write(path, card, {"articles": sites.articles, "lines": sites.lines, "on": sites.on})


def load(path: Path) -> Sites:
    """Read and check a file of counts.

    Raises SitesError, in one line, where the file is missing, damaged, of another format or feature version, or holds counts that
    cannot be.
    """
    held = _FILE.load(path)
    card: dict[str, Any] = held.card()
    pages = card.get("pages")
    if not isinstance(pages, dict) or not all(type(n) is int and 0 < n <= ARTICLES for n in pages.values()):
        raise held.refuse("its card does not tell how many pages of each site were counted")
    if (card.get("format"), card.get("features")) != (FORMAT, features.VERSION):
        raise held.refuse(
            f"made for format {card.get('format')!r}, features {card.get('features')!r} by declutter {card.get('declutter', '?')!r}; "
            f"this one reads format {FORMAT}, features {features.VERSION}"
        )
    articles, lines = held.take("articles", "uint64", sum(pages.values())), held.take("lines", "uint64", None)
    on = held.take("on", "uint16", len(lines))
    if (articles[1:] < articles[:-1]).any() or (lines[1:] < lines[:-1]).any():
        raise held.refuse("its hashes are not in order")
    if len(on) and not (on.min() > 1 and on.max() <= max(pages.values(), default=0)):
        raise held.refuse("it counts lines on more pages than there are, or on fewer than two")
    return Sites(pages, articles, lines, on)
