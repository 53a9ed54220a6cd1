"""Which lines to ask about first: the least certain, spread over sites and kinds."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from dataclasses import dataclass

from declutter.articles import Judged

_SURE = 0.05  # from 0 or 1: scores this near to an end are asked about last


@dataclass(frozen=True, slots=True)
class Question:
    """A line to ask about: which article, and which of its lines, from 0."""

    article: int
    line: int


def queue(articles: Sequence[Judged]) -> list[Question]:
    """All lines of the articles, in the order in which an answer is worth most.

    Each site's most doubtful line of each kind comes first, then each second one, and so on, so that no site and no kind crowds out the
    others; lines with a sure score come last.  A line that a site tells again and again is asked about once.

    >>> from declutter.verdict import Verdict
    >>> def line(text, kind, score):
    ...     return Verdict(text, 0, len(text), kind, score > 0.4, score, kind, score, "")
    >>> wick = Judged("1", "wick.test", "", (line("Share", "share", 0.01), line("a", "body", 0.55), line("b", "body", 0.6)))
    >>> pond = Judged("2", "pond.test", "", (line("c", "body", 0.7), line("c", "body", 0.7)))
    >>> [(question.article, question.line) for question in queue([wick, pond])]
    [(0, 1), (1, 0), (0, 2), (0, 0)]
    """
    groups: dict[tuple[str, str], list[tuple[float, Question]]] = collections.defaultdict(list)
    told: set[tuple[str, str]] = set()
    for number, article in enumerate(articles):
        for at, verdict in enumerate(article.verdicts):
            key = (article.site, verdict.text.strip())
            if key not in told:
                told.add(key)
                groups[article.site, verdict.kind].append((abs(verdict.score - 0.5), Question(number, at)))
    ranked = []
    for own in groups.values():
        own.sort(key=lambda entry: entry[0])
        ranked += [(certainty > 0.5 - _SURE, rank, certainty, question) for rank, (certainty, question) in enumerate(own)]
    ranked.sort(key=lambda entry: (*entry[:3], entry[3].article, entry[3].line))
    return [question for *_, question in ranked]
