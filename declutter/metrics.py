"""Figures over labelled articles, judged by a cleaner."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from dataclasses import dataclass

from declutter.cleaner import Cleaner
from declutter.kinds import KEPT, KINDS
from declutter.samples import Sample


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 (0 to 1) of one answer, and how many lines truly have it."""

    precision: float
    recall: float
    f1: float
    support: int

    @classmethod
    def of(cls, right: int, given: int, true: int) -> Score:
        """The score of `right` answers of `given` ones, where `true` were to be found.

        >>> Score.of(1, 2, 4)
        Score(precision=0.5, recall=0.25, f1=0.3333333333333333, support=4)
        """
        return cls(
            right / given if given else 0.0, right / true if true else 0.0, 2 * right / (given + true) if given + true else 0.0, true
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` found.

    Headlines count among the kinds and `lines`, not in keep, drop, accuracy and `judged`, its number of lines: whether one stays depends
    on which is the first.  `spans` scores
    characters.  `body_lost` counts the body lines that go, `untouched` the articles that lose none.
    """

    articles: int
    lines: int
    judged: int
    kinds: dict[str, Score]
    keep: Score
    drop: Score
    accuracy: float
    spans: Score
    body_lost: int
    untouched: int


def evaluate(cleaner: Cleaner, articles: Sequence[Sample]) -> Evaluation:
    """Judge labelled articles and compare; lines without a label are left out."""
    pairs: collections.Counter[tuple[str, str]] = collections.Counter()
    stays: collections.Counter[tuple[bool, bool]] = collections.Counter()
    marked = found = both = lost = untouched = 0
    for sample, verdicts in zip(articles, cleaner.judge_many((sample.text, sample.site) for sample in articles), strict=True):
        lost_here = 0
        for line, verdict in zip(sample.lines, verdicts, strict=True):
            if line.kind is None:
                continue
            pairs[line.kind, verdict.kind] += 1
            if line.kind != "headline":
                stays[line.kind in KEPT, verdict.keep] += 1
            lost_here += line.kind == "body" and not verdict.keep
            if line.kind in KEPT and verdict.keep:
                true = {at for start, end, _ in line.spans for at in range(start, end) if not line.text[at].isspace()}
                taken = {at - verdict.start for span in verdict.spans for at in range(span.start, span.end)}
                taken = {at for at in taken if not line.text[at].isspace()}
                marked, found, both = marked + len(true), found + len(taken), both + len(true & taken)
        lost += lost_here
        untouched += not lost_here
    kinds = {
        kind: Score.of(
            pairs[kind, kind], sum(n for (_, b), n in pairs.items() if b == kind), sum(n for (a, _), n in pairs.items() if a == kind)
        )
        for kind in KINDS
    }
    sums = {(axis, side): sum(n for pair, n in stays.items() if pair[axis] is side) for axis in (0, 1) for side in (True, False)}
    return Evaluation(
        articles=len(articles),
        lines=pairs.total(),
        judged=stays.total(),
        kinds={kind: score for kind, score in kinds.items() if score.support},
        keep=Score.of(stays[True, True], sums[1, True], sums[0, True]),
        drop=Score.of(stays[False, False], sums[1, False], sums[0, False]),
        accuracy=(stays[True, True] + stays[False, False]) / max(1, stays.total()),
        spans=Score.of(both, found, marked),
        body_lost=lost,
        untouched=untouched,
    )


def table(found: Evaluation) -> str:
    """The evaluation as a table of text."""
    rows = [f"{'':22}{'precision':>10}{'recall':>8}{'F1':>8}{'lines':>8}"]
    named = {**found.kinds, "keep": found.keep, "drop": found.drop, "spans (characters)": found.spans}
    rows += [f"{name:22}{score.precision:10.3f}{score.recall:8.3f}{score.f1:8.3f}{score.support:8}" for name, score in named.items()]
    rows.append(f"keep/drop right: {found.accuracy:.4f} of {found.judged} lines in {found.articles} articles")
    rows.append(f"body lines lost: {found.body_lost}; articles that lose none: {found.untouched}")
    return "\n".join(rows)
