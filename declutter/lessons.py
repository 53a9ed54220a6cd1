"""What a model learns from: labelled articles, and those cut into pieces of lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from declutter.document import Array, Lines, split
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS
from declutter.samples import Sample
from declutter.stages import cut

_PLAIN_STRIPS, _GLUED_STRIPS = 3, 3  # lines of an article taken for the stage of pieces, besides the whole
_TOGETHER = 2000  # strips that are cut at a time


@dataclass(frozen=True, slots=True)
class Article:
    """One article to learn from.

    `allowed` is (non-blank lines, kinds): what each line may be.  One kind is a label, several say "one of these" (a line that is
    known to be clutter, but not of which kind), none or all that nobody labelled it.  `site` decides the fold.  `spans` are
    (start, end, kind) in the text.  `weight` is one number, or one a line.
    """

    text: str
    allowed: Array
    site: str
    weight: Any = 1.0
    spans: tuple[tuple[int, int, str], ...] = ()
    typical: bool = True  # a text as users have them: calibration and the cut are taken from these alone
    told: bool = False  # its lines stand in another article, too: the first stage need not see them again

    @classmethod
    def of(cls, sample: Sample) -> Article:
        """The article of a labelled sample."""
        spans, at = [], 0
        for line in sample.lines:
            at += line.blanks
            spans += [(at + start, at + end, kind) for start, end, kind in line.spans]
            at += len(line.text) + 1
        return cls(sample.text, labels([line.kind for line in sample.lines]), sample.site or sample.text[:40], spans=tuple(spans))


def labels(kinds: Sequence[str | None]) -> Array:
    """(lines, kinds) of what each line may be, from its label or None."""
    allowed = np.zeros((len(kinds), len(KINDS)), dtype=bool)
    for row, kind in zip(allowed, kinds, strict=True):
        if kind is not None:
            row[KINDS.index(kind)] = True
    return allowed


@dataclass(frozen=True, slots=True)
class _Strip:
    """Lines or sentences glued into one line: the text, where each part ends in it, and what each part may be."""

    text: str
    ends: list[int]
    allowed: Array


def _strips(article: Article, lines: Lines, rng: np.random.Generator) -> Iterator[_Strip]:
    """Lines as they are, lines with clutter glued to them, and the whole article with its line breaks lost."""
    cuts = list(zip(lines.first.tolist(), lines.last.tolist(), strict=True))
    held = [_segments(article, start, end, allowed) for (start, end), allowed in zip(cuts, article.allowed, strict=True)]
    known = [0 < allowed.sum() < len(KINDS) for allowed in article.allowed]
    body = [i for i, (start, end) in enumerate(cuts) if article.allowed[i, 0] and known[i] and end - start > 40]
    clutter = [i for i in range(len(cuts)) if known[i] and not article.allowed[i, KEPT_COLUMNS].any()]
    if len(cuts) > 3 and np.mean(known) > 0.95:
        yield _glue([segment for line in held for segment in line])
    for i in rng.permutation(body)[:_PLAIN_STRIPS].tolist():
        yield _glue(held[i])
    for i in rng.permutation(body)[:_GLUED_STRIPS].tolist() if clutter else []:
        extra = held[int(rng.choice(clutter))]
        yield _glue(extra + held[i] if rng.random() < 0.25 else held[i] + extra)
    for i in range(len(cuts)):
        if len(held[i]) > 1:
            yield _glue(held[i])


def _segments(article: Article, start: int, end: int, allowed: Array) -> list[tuple[str, Array]]:
    """A line as stretches of one label: its spans, and what stands between them."""
    segments, at = [], start
    for low, high, kind in article.spans:
        if start <= low and high <= end:
            segments += [(article.text[at:low], allowed), (article.text[low:high], labels([kind])[0])]
            at = high
    segments.append((article.text[at:end], allowed))
    return [(text, may) for text, may in segments if text.strip()]


def _glue(segments: Sequence[tuple[str, Array]]) -> _Strip:
    text, ends = "", []
    for segment, _ in segments:
        text += (" " if text and not text[-1].isspace() and not segment[0].isspace() else "") + segment
        ends.append(len(text))
    return _Strip(text, ends, np.array([may for _, may in segments]))


def _cut_into_pieces(strips: Sequence[tuple[_Strip, Article]]) -> Iterator[Article]:
    """The pieces of each strip of an article as the lines of one; a piece over two parts has the label of the part it holds most of."""
    parts = cut(split([strip.text for strip, _ in strips]))
    pieces, lines = parts.pieces, parts.lines
    for number, (strip, article) in enumerate(strips):
        line, behind = lines.bounds[number : number + 2]
        if behind - line != 1:
            continue
        here = slice(pieces.bounds[line], pieces.bounds[line + 1])
        starts, stops = pieces.starts[here] - lines.offsets[number], pieces.ends[here] - lines.offsets[number]
        part_starts = np.array([0, *strip.ends[:-1]])
        shared = np.maximum(np.minimum(stops[:, None], np.array(strip.ends)) - np.maximum(starts[:, None], part_starts), 0)
        kept = strip.allowed[:, KEPT_COLUMNS].any(axis=1) | ~strip.allowed.any(axis=1)
        # a piece that holds a good part of body is body: a lost half sentence is worse than a line left in
        mixed = (shared * kept).sum(axis=1) >= 0.3 * np.maximum(shared.sum(axis=1), 1)
        owner = np.where(mixed, (shared * kept).argmax(axis=1), shared.argmax(axis=1))
        text = "\n".join(strip.text[start:end] for start, end in zip(starts.tolist(), stops.tolist(), strict=True))
        yield Article(text, strip.allowed[owner], article.site, article.weight)


def piece_articles(articles: Sequence[Article], seed: int = 0) -> list[Article]:
    """Articles whose lines are the pieces of lines: what the stage for pieces learns from."""
    rng = np.random.default_rng(seed)
    strips = [(strip, article) for article in articles for strip in _strips(article, split([article.text]), rng)]
    return [pieces for low in range(0, len(strips), _TOGETHER) for pieces in _cut_into_pieces(strips[low : low + _TOGETHER])]
