"""One pass over judged articles: what is counted of all, and which are kept to be shown."""

from __future__ import annotations

import collections
import heapq
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from declutter.articles import Judged

_WORST = _DRAWN = 400  # articles held back to be shown: those that lost most, and a sample of all
_BINS = 10


@dataclass(slots=True)
class Count:
    """Lines and characters: how many there are, and how many go."""

    lines: int = 0
    removed: int = 0
    size: int = 0
    lost: int = 0
    articles: int = 0

    @property
    def share(self) -> float:
        """The share of the characters that go."""
        return self.lost / self.size if self.size else 0.0

    def add(self, other: Count) -> None:
        """Count the other along."""
        for name in ("lines", "removed", "size", "lost", "articles"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Gathered:
    """What a report tells of all articles, and the articles it can show, those that lost most first.

    `kinds` counts removed lines and spans; `shares` counts articles by tenths of their text removed.
    """

    whole: Count = field(default_factory=Count)
    kinds: collections.Counter[str] = field(default_factory=collections.Counter)
    sites: dict[str, Count] = field(default_factory=lambda: collections.defaultdict(Count))
    shares: list[int] = field(default_factory=lambda: [0] * _BINS)
    worst: list[Judged] = field(default_factory=list)
    drawn: list[Judged] = field(default_factory=list)


def count(article: Judged) -> Count:
    """The lines and characters of one article."""
    found = Count(lines=len(article.verdicts), articles=1)
    for verdict in article.verdicts:
        found.size += len(verdict.text)
        found.removed += not verdict.keep
        found.lost += sum(span.end - span.start for span in verdict.spans) if verdict.keep else len(verdict.text)
    return found


def gather(articles: Iterable[Judged]) -> Gathered:
    """Count all articles; hold those that lost the largest share of their text, and others drawn at random, the same each time."""
    found = Gathered()
    worst: list[tuple[float, int, Judged]] = []
    dice = random.Random(0)
    for number, article in enumerate(articles):
        own = count(article)
        found.whole.add(own)
        found.sites[article.site].add(own)
        found.kinds.update(verdict.kind for verdict in article.verdicts if not verdict.keep)
        found.kinds.update(span.kind for verdict in article.verdicts if verdict.keep for span in verdict.spans)
        found.shares[min(_BINS - 1, int(own.share * _BINS))] += 1
        entry = (own.share, -number, article)
        if len(worst) < _WORST:
            heapq.heappush(worst, entry)
        else:
            _draw(found.drawn, heapq.heappushpop(worst, entry)[2], number - _WORST, dice)
    found.worst = [article for _, _, article in sorted(worst, key=lambda entry: (-entry[0], -entry[1]))]
    return found


def _draw(drawn: list[Judged], article: Judged, seen: int, dice: random.Random) -> None:
    """Keep a sample of those seen, each as likely as the other."""
    if len(drawn) < _DRAWN:
        drawn.append(article)
    elif (place := dice.randint(0, seen)) < _DRAWN:
        drawn[place] = article
