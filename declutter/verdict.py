"""Verdicts, and the rules that turn probabilities into kinds.

The second stage says how likely a line belongs to the article; these rules say what follows from it.  The aim is never to make a text
worse: what is not sure enough to go stays as body, and a text that would lose most of its prose loses only what is surest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from declutter.document import Array, Ints, Lines, render, without
from declutter.features import KEPT_COLUMNS, Floats
from declutter.kinds import KINDS

BODY, HEADLINE, SUBHEADING = (KINDS.index(kind) for kind in ("body", "headline", "subheading"))
SIGNS = [KINDS.index(kind) for kind in ("ad", "embed")]
_CLUTTER_COLUMNS = [i for i in range(len(KINDS)) if i not in KEPT_COLUMNS]
_LOOKS_KEPT = np.isin(np.arange(len(KINDS)), KEPT_COLUMNS)

_STRONG = 0.35  # times the cut: what counts as strong evidence in a text that would lose most of its prose
_STRONGEST = 0.05  # and in one that would lose all of it, or that is a single line: from 0.02 to 0.12 nothing changes on `kinds`
_TELLING = 40  # code points of a line that could be all there is of an article
# Most of a text is lost where prose that scores less than the first (the cut moves from training to training) has more than the second of
# the characters in paragraphs
_LOST, _MOST = 0.4, 0.5
# Unless this share of them scores at least this much: then there is a story, with much clutter beside it.  With 0.3 and the cut itself 25
# of 2,128 hand-labelled texts were guarded, now 17: clutter recall 0.876 -> 0.879, and no more body is lost (training/README.md)
_STORY, _CLEAR = 0.2, 0.8
# A text in which no line scores below the first has been cleaned before, or never needed it: there the cut is the second, but for lines
# that look like clutter by themselves, too: kept with less than `_PLAIN` (numbers in training/README.md).
_SURE, _CLEAN, _PLAIN = 0.1, 0.15, 0.05
_SIGN = 0.8  # from which on a line is surely a sign: of 47 such lines kept on 1,828 pages three are labelled, and one of them belongs


@dataclass(frozen=True, slots=True)
class Span:
    """Clutter inside a kept line: offsets into the input, kind, score as in `Verdict`, and a short reason."""

    start: int
    end: int
    kind: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one line.

    `text` is `input[start:end]`: indentation in, line end out.  `score` is the probability that the line belongs to the article,
    `first_kind` and `first_score` what the line looked like by itself.  `spans` are the parts of a kept line that go.
    """

    text: str
    start: int
    end: int
    kind: str
    keep: bool
    score: float
    first_kind: str
    first_score: float
    reason: str
    spans: tuple[Span, ...] = ()


def removed(verdicts: Sequence[Verdict]) -> list[Span]:
    """All that goes, in order: the lines that are not kept, as spans, and the spans of those that are.

    >>> advert = Verdict("Advertisement", 0, 13, "ad", False, 0.01, "ad", 0.99, "reads like ad")
    >>> removed([advert])
    [Span(start=0, end=13, kind='ad', score=0.01, reason='reads like ad')]
    """
    found: list[Span] = []
    for verdict in verdicts:
        line = Span(verdict.start, verdict.end, verdict.kind, verdict.score, verdict.reason)
        found += verdict.spans if verdict.keep else [line]
    return found


def apply(text: str, verdicts: Sequence[Verdict]) -> str:
    r"""The text that the verdicts leave: what `clean` gives of the text that was judged.

    >>> advert = Verdict("Advertisement", 0, 13, "ad", False, 0.01, "ad", 0.99, "reads like ad")
    >>> story = Verdict("The ovens were cold.", 14, 34, "body", True, 0.99, "body", 0.99, "reads like body")
    >>> apply("Advertisement\nThe ovens were cold.", [advert, story])
    'The ovens were cold.'
    """
    starts, ends, keep = zip(*((verdict.start, verdict.end, verdict.keep) for verdict in verdicts), strict=True) if verdicts else ((),) * 3
    return render(text, starts, ends, keep, [rest(verdict) if verdict.spans else None for verdict in verdicts])


def rest(verdict: Verdict) -> str:
    """A line less its spans."""
    return without(verdict.text, 0, len(verdict.text), ((span.start - verdict.start, span.end - verdict.start) for span in verdict.spans))


def cut_at(caution: float, middle: float) -> float:
    """The score below which something goes, for a caution from 0 (drop what is likelier clutter) to 1 (drop nothing).

    0.5 gives the middle; the cut falls as caution rises.  Raises ValueError outside of 0 to 1.

    >>> [round(cut_at(caution, 0.4), 2) for caution in (0, 0.5, 0.75, 1)]
    [0.7, 0.4, 0.2, 0.0]
    """
    if not isinstance(caution, Real) or not 0 <= caution <= 1:
        raise ValueError(f"caution is {caution!r}, but it goes from 0 (drop more) to 1 (drop nothing)")
    return float(np.interp(caution, (0, 0.5, 1), (min(0.75, middle + 0.3), middle, 0)))


def gone(verdicts: Iterable[Verdict]) -> dict[str, tuple[int, int]]:
    """Lines and characters that go, by kind; a span counts as characters, not as a line."""
    return counted((part.kind, 0 if verdict.keep else 1, part.end - part.start) for verdict in verdicts for part in removed([verdict]))


def counted(parts: Iterable[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    """Lines and characters by kind, of parts that are (kind, lines, characters).

    >>> counted([("ad", 1, 13), ("share", 0, 5), ("ad", 0, 7)])
    {'ad': (1, 20), 'share': (0, 5)}
    """
    lines: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for kind, whole, size in parts:
        lines[kind] += whole
        characters[kind] += size
    return {kind: (lines[kind], size) for kind, size in characters.items()}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of each line when it is decided.

    `kinds` is (lines, kinds); `keep`, among its neighbours, `alone`, by itself, `paragraph`, whether it reads like prose, and `sign`, how
    surely it is the mark of an advert or a placeholder, by itself, are (lines,).
    """

    kinds: Floats
    keep: Floats
    alone: Floats
    paragraph: Array
    sign: Floats


def decide(found: Evidence, lines: Lines, cut: float, middle: float) -> tuple[Ints, Array]:
    """The kind of each line, as an index, and whether it was kept only because the evidence against it is weak.

    `middle` is the cut at a caution of 0.5.
    """
    keep, paragraph = found.keep, found.paragraph
    # both guards look at the measured middle, whatever the cut: so more caution never takes more
    prose = (lines.last - lines.first) * paragraph
    lost, clear = _sum(lines, prose * (keep < min(middle, _LOST))), _sum(lines, prose * (keep >= _CLEAR))
    whole = np.maximum(_sum(lines, prose), 1)
    endangered = (lost / whole > _MOST) & (clear / whole < _STORY)
    stays = paragraph & (keep >= middle * np.where(endangered, _STRONG, 1))
    only = (_sum(lines, stays) == 0) & paragraph
    cuts = np.where(paragraph & (keep == _most(lines, keep * paragraph)), min(cut, middle), cut)  # the likeliest prose of a text
    single = (np.diff(lines.bounds) == 1)[lines.text_of]
    strength = np.where(only | single, _STRONGEST, np.where(endangered, _STRONG, 1))
    clean = _sum(lines, keep < _SURE) == 0
    strength = np.minimum(strength, np.where(clean & (found.alone >= _PLAIN), _CLEAN / max(middle, _CLEAN), 1))
    # a text of which nothing would stay keeps what is not surely clutter
    none = _sum(lines, keep >= middle * strength) == 0
    goes = keep < cuts * np.where(none, np.minimum(strength, _STRONG), strength)
    # whatever the evidence: of a text with a line of some length not everything goes
    telling = none & (paragraph | (lines.last - lines.first >= _TELLING))
    goes &= ~(telling & (keep == _most(lines, np.where(telling, keep, -1.0))))
    return _kinds(found.kinds, goes), ~goes & (keep < cut)


def decide_pages(found: Evidence, lines: Lines, cut: float, middle: float) -> tuple[Ints, Array]:
    """As `decide`, for the lines of pages: most of a page is clutter, prose among it, so losing most of it is no sign of a mistake.

    A page none of whose prose would stay keeps what of it is not surely clutter, and a page without prose or a line of body keeps nothing.
    "Advertisement" between two paragraphs is marked up like them: what is surely such a sign goes, wherever it stands.
    """
    keep, paragraph = found.keep, found.paragraph
    stays = _sum(lines, paragraph & (keep >= middle)) > 0
    goes = keep < cut * np.where(stays | ~paragraph, 1, _STRONGEST)
    goes |= (found.sign >= _SIGN) & ~paragraph & (cut >= middle)
    story = _sum(lines, (_kinds(found.kinds, goes) == BODY) | (paragraph & ~goes)) > 0
    goes |= ~story & (cut > 0)
    return _kinds(found.kinds, goes), ~goes & (keep < cut)


def _kinds(kinds: Floats, goes: Array) -> Ints:
    """The likeliest kind of each line among those that fit its going or staying; body where it stays but looks like clutter."""
    best = kinds.argmax(axis=1)
    clutter = np.array(_CLUTTER_COLUMNS)[kinds[:, _CLUTTER_COLUMNS].argmax(axis=1)]
    return np.where(goes, clutter, np.where(_LOOKS_KEPT[best], best, BODY))


def _sum(lines: Lines, weights: Array) -> Floats:
    """For each line the sum of the weights over the lines of its text."""
    return np.bincount(lines.text_of, weights=weights, minlength=len(lines.bounds) - 1)[lines.text_of]


def _most(lines: Lines, values: Floats) -> Floats:
    """For each line the greatest value among the lines of its text."""
    most = np.full(len(lines.bounds) - 1, -np.inf)
    np.maximum.at(most, lines.text_of, values)
    return most[lines.text_of]
