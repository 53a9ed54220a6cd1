"""Articles as scrapers leave them: labelled articles less their clutter, or most of it, whole and cut short.

What people clean has often been through a good extractor: a story with nothing wrong, or with one plea under it.  Labelled texts as
they came are mostly whole pages.  A model that learns from those alone expects clutter everywhere and takes body for it; one that
learns from clean stories besides takes the one plea for body (both with numbers in training/README.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from declutter.document import Array, split
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS
from declutter.lessons import Article
from declutter.verdict import HEADLINE

_WEIGHT = 0.5  # of what is made here, beside the article it is made from
_SHARES = (0.1, 0.25, 0.5)  # of an article's runs of clutter that an excerpt keeps
_RUNS = (1, 2, 3, 6, 12)  # lines of a run that an excerpt keeps, at most
_LENGTHENED, _STORIES = 12, (2, 17)  # one article in so many is made longer, by so many stories (from, to before)
# Clutter that says nothing of its story, so that it may stand under another
_LOOSE = frozenset(KINDS) - {"body", "subheading", "headline", "byline", "timestamp", "caption", "photo_credit"}


def cleaned(article: Article, rng: np.random.Generator, leave: float = 0.3) -> Article | None:
    """The article as a very good extractor would leave it: its kept lines, and a few of the others.

    None where not every line is labelled, or nothing would change.
    """
    known = (article.allowed.sum(axis=1) > 0) & (article.allowed.sum(axis=1) < len(KINDS))
    kept = _kept(article)
    if not known.all() or kept.all() or not kept.any():
        return None
    stays = kept | (rng.random(len(kept)) < leave * rng.integers(0, 2))
    if rng.random() < 0.5:  # any line of a story can be its last: what stands last is no clutter for that
        ends = np.flatnonzero(kept)
        stays[int(rng.choice(ends[len(ends) // 3 :])) + 1 :] = False
    lines = _lines(article)
    return _made(article, [lines[row] for row in np.flatnonzero(stays)])


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring lines of clutter, from the `low`th to before the `high`th, and whether they stand before, in (0) or after the story."""

    lines: list[tuple[str, Array]]
    low: int
    high: int
    place: int


@dataclass(frozen=True, slots=True)
class _Parts:
    """An article taken apart: (text, kinds it may be) of each line, whether it is kept, and the runs of clutter."""

    article: Article
    lines: list[tuple[str, Array]]
    kept: Array
    runs: list[_Run]


def excerpts(articles: Sequence[Article], fold_of: Callable[[str], int], rng: np.random.Generator) -> list[Article]:
    """Articles nearly clean, whole and cut short, and short ones under which clutter of another was put.

    What is mixed is of one fold (`fold_of` a site), so that no site is on both sides.  Articles of which a line has no label, or
    several, are left out.
    """
    whole = _whole(articles)
    loose: dict[int, list[_Run]] = {}
    for parts in whole:
        runs = [run for run in parts.runs if all(KINDS[may.argmax()] in _LOOSE for _, may in run.lines)]
        loose.setdefault(fold_of(parts.article.site), []).extend(runs)
    made = []
    for parts in whole:
        made += [_nearly_clean(parts, rng, short=False), _nearly_clean(parts, rng, short=True)]
        made.append(_mixed(parts, loose[fold_of(parts.article.site)], rng))
    return [article for article in made if article is not None]


def lengthened(articles: Sequence[Article], fold_of: Callable[[str], int], rng: np.random.Generator) -> list[Article]:
    """Long articles made of short ones: one in `_LENGTHENED`, with the stories of others of its fold behind a line of its own story.

    Where all that is learned from is short, what stands far down a long text is taken for the comments under it.
    """
    whole = _whole(articles)
    stories: dict[int, list[list[tuple[str, Array]]]] = {}
    for parts in whole:
        told = parts.kept & ~parts.article.allowed[:, HEADLINE]
        stories.setdefault(fold_of(parts.article.site), []).append([parts.lines[row] for row in np.flatnonzero(told)])
    made = []
    for parts in whole[::_LENGTHENED]:
        others = stories[fold_of(parts.article.site)]
        more = [line for i in rng.integers(0, len(others), int(rng.integers(*_STORIES))).tolist() for line in others[i]]
        story = np.flatnonzero(parts.kept)
        if len(story):
            at = int(rng.choice(story)) + 1
            made.append(_made(parts.article, [*parts.lines[:at], *more, *parts.lines[at:]]))
    return made


def _lines(article: Article) -> list[tuple[str, Array]]:
    lines = split([article.text])
    return [(article.text[start:end], may) for start, end, may in zip(lines.starts, lines.ends, article.allowed, strict=True)]


def _kept(article: Article) -> Array:
    return np.asarray(article.allowed[:, KEPT_COLUMNS].any(axis=1))


def _whole(articles: Sequence[Article]) -> list[_Parts]:
    """The articles of which each line has one label, taken apart."""
    return [_parts(article) for article in articles if not article.told and (article.allowed.sum(axis=1) == 1).all()]


def _parts(article: Article) -> _Parts:
    lines, kept = _lines(article), _kept(article)
    story = np.flatnonzero(kept & ~article.allowed[:, HEADLINE])
    borders = np.flatnonzero(np.diff(np.concatenate([[True], kept, [True]]))).tolist()
    runs = []
    for low, high in zip(borders[::2], borders[1::2], strict=True):
        place = 0 if not len(story) else -1 if high <= story[0] else int(low > story[-1])
        runs.append(_Run(lines[low:high], low, high, place))
    return _Parts(article, lines, kept, runs)


def _shorter(rows: Array, kept: Array, most: int, rng: np.random.Generator) -> Array:
    """The rows of an article less most of its story: its beginning, its beginning and end, or a stretch of it stays."""
    story = rows[kept[rows]]
    if len(story) <= most:
        return rows
    begin = (1, len(story) - most + 1, int(rng.integers(1, len(story) - most + 2)))[int(rng.integers(3))]
    stays = {int(story[0]), *story[begin : begin + most - 1].tolist()}
    return np.array([row for row in rows.tolist() if not kept[row] or row in stays])


def _made(article: Article, lines: Sequence[tuple[str, Array]]) -> Article:
    text, allowed = "\n".join(line for line, _ in lines), np.array([may for _, may in lines])
    return Article(text, allowed, article.site, _WEIGHT * float(np.mean(article.weight)), typical=False, told=True)


def _nearly_clean(parts: _Parts, rng: np.random.Generator, *, short: bool) -> Article | None:
    """The article with a few of its runs of clutter; None where it has none, or no story."""
    if not parts.runs or not parts.kept.any():
        return None
    share = rng.choice(_SHARES)
    chosen = [run for run in parts.runs if rng.random() < share] or [parts.runs[int(rng.integers(len(parts.runs)))]]
    stays = parts.kept.copy()
    for run in chosen:
        most = min(run.high - run.low, int(rng.choice(_RUNS)))
        begin = run.low + int(rng.integers(0, run.high - run.low - most + 1))
        stays[begin : begin + most] = True
    rows = np.flatnonzero(stays)
    if short:
        rows = _shorter(rows, parts.kept, int(rng.integers(4, 13)), rng)
    return _made(parts.article, [parts.lines[row] for row in rows])


def _mixed(parts: _Parts, loose: Sequence[_Run], rng: np.random.Generator) -> Article | None:
    """The kept lines of an article cut short, with one or two runs of clutter of others where such clutter stands."""
    kept = parts.kept
    if kept.sum() < 3 or not loose:
        return None
    story = [parts.lines[row] for row in _shorter(np.flatnonzero(kept), kept, int(rng.integers(4, 16)), rng)]
    for _ in range(int(rng.integers(1, 3))):
        run = loose[int(rng.integers(len(loose)))]
        most = min(len(run.lines), int(rng.choice(_RUNS)))
        begin = 0 if rng.random() < 0.6 else int(rng.integers(0, len(run.lines) - most + 1))
        at = 0 if run.place < 0 else len(story) if run.place > 0 else int(rng.integers(1, len(story)))
        story[at:at] = run.lines[begin : begin + most]
    return _made(parts.article, story)
