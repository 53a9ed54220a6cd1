"""Clutter inside a line: the pieces of a kept line, judged among each other, and those that do not belong as spans.

The same second stage as for lines, trained on pieces: a line is a text whose lines are its pieces.  Only lines with a piece that by
itself looks like clutter are looked at, and articles that are one line, whose line breaks are lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from declutter import context
from declutter.breaks import JOINED
from declutter.document import Array, Ints, Lines
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS
from declutter.model import Model
from declutter.pieces import CLOSING, OPENING
from declutter.stages import Cut, Opinions, pieces_of

_SUSPECT = 0.5  # a piece that by itself looks kept less than this is looked at again among its neighbours
_MOST = 0.5  # of a line's characters: if more would go, only pieces with strong evidence go
_STRONG = 0.4  # times the cut
# Quotation marks that open in some languages and close in others, and marks that open and those that close
_PAIRED = (('"', ""), ("“”„‟", ""), ("«»", ""), ("「『", "」』"), (OPENING, CLOSING))
_EITHER = np.array([not closing for _, closing in _PAIRED])
_CLUTTER = np.delete(np.arange(len(KINDS)), KEPT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Found:
    """A span of line `line`: offsets into the buffer, kind as an index, score."""

    line: int
    start: int
    end: int
    kind: int
    score: float


def joined(parts: Cut) -> Array:
    """Which lines are whole articles: the only line of their text, of several pieces."""
    alone = np.diff(parts.lines.bounds)[parts.lines.text_of] == 1
    whole: Array = alone & (parts.count >= JOINED)
    return whole


def find(model: Model, parts: Cut, views: Opinions, kept: Array, piece_cut: float) -> Iterator[Found]:
    """The spans that go out of kept lines, in order."""
    whole = joined(parts)
    suspects = np.flatnonzero(kept & (_suspect(parts, views) | whole))
    if not len(suspects) or piece_cut <= 0:
        return
    every, pieces, words = pieces_of(parts, suspects)
    # a piece is by itself what it was within its line
    alone = views.alone_pieces[every]
    kinds, keep = model.pieces.predict(context.stacked(context.columns(pieces, words, alone)), alone, pieces.bounds)
    goes = _goes(keep, pieces, piece_cut, model.pieces.cut, whole[suspects])
    for text in np.unique(pieces.text_of[goes]).tolist():
        line = int(suspects[text])
        own = slice(int(pieces.bounds[text]), int(pieces.bounds[text + 1]))
        starts, ends, last = pieces.starts[own], pieces.ends[own], int(parts.lines.last[line])
        if not whole[line]:
            goes[own.stop - 1] &= not _goes_on(parts.lines, line)
            goes[own] &= ~_torn(pieces.chars[starts[0] : last], starts - starts[0], ends - starts[0], goes[own])
        yield from _spans(line, starts, ends, last, goes[own], kinds[own], keep[own])


def _goes_on(lines: Lines, line: int) -> bool:
    """Whether a line breaks off in the middle of a sentence: without a mark at its end, where the next, a small letter, takes it up."""
    if line + 1 == len(lines) or lines.text_of[line + 1] != lines.text_of[line] or lines.blanks_before[line + 1]:
        return False
    end, begin = chr(lines.chars[lines.last[line] - 1]), chr(lines.chars[lines.first[line + 1]])
    return begin.islower() and (end.isalnum() or end in ",;–—-")


def _suspect(parts: Cut, views: Opinions) -> Array:
    looks = views.alone_pieces[:, KEPT_COLUMNS].sum(axis=1)
    least = np.minimum.reduceat(looks, parts.first_pieces) if len(looks) else looks
    suspect: Array = (parts.count > 1) & (least < _SUSPECT)
    return suspect


def _goes(keep: Array, pieces: Lines, piece_cut: float, middle_cut: float, whole: Array) -> Array:
    """Which pieces go; a line that would lose most of its characters loses what is surest, or nothing."""
    size, line, heads = pieces.ends - pieces.starts, pieces.text_of, pieces.bounds[:-1]
    most = _MOST * np.add.reduceat(size, heads)
    # the guards look at the measured middle, whatever the cut: so more caution never takes more
    doubtful = np.add.reduceat(size * (keep < middle_cut), heads) > most
    middle = keep < np.where(doubtful, np.float32(middle_cut * _STRONG), np.float32(middle_cut))[line]
    spared = np.logical_and.reduceat(middle, heads) | (~whole & (np.add.reduceat(size * middle, heads) > most))
    goes: Array = keep < np.where(doubtful, np.float32(piece_cut * _STRONG), np.float32(piece_cut))[line]
    goes &= ~spared[line]
    best = np.flatnonzero(keep == np.maximum.reduceat(keep, heads)[line])
    goes[best[np.diff(line[best], prepend=-1) > 0]] = False  # the likeliest stays, the first of several
    return goes


def _torn(chars: Array, starts: Ints, ends: Ints, goes: Array) -> Array:
    """Which of the pieces that go are half of something: of a quotation, a bracket, or a sentence with a bracket in it."""
    line = chars.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    sentence = np.arange(len(goes))
    for i in range(1, len(goes)):
        if line[starts[i]].islower():  # it goes on behind the bracket
            head = i - 1
            while head and line[starts[head]] in OPENING:
                head -= 1
            sentence[i] = sentence[head]
    torn = goes & (np.bincount(sentence, weights=~goes, minlength=len(goes)) > 0)[sentence]
    unclosed = _unclosed(line)
    for i in np.flatnonzero(goes & ~torn).tolist():
        torn[i] = _tears(unclosed, _unclosed(line[starts[i] : ends[i]]))
    return torn


def _unclosed(text: str) -> Ints:
    """How many more marks open than close, of each of `_PAIRED`; where the same ones do both, how many there are."""
    return np.array([sum(map(text.count, opening)) - sum(map(text.count, closing)) for opening, closing in _PAIRED])


def _tears(line: Ints, piece: Ints) -> bool:
    """Whether a quotation or a bracket stands across an edge of a piece of a line, by the marks that are `_unclosed` in both.

    >>> line = "“We are both adults. We make our own choices.” Read more (and win :)"
    >>> _tears(_unclosed(line), _unclosed(line[21:46])), _tears(_unclosed(line), _unclosed(line[47:]))
    (True, False)
    """
    inside, rest = (np.where(_EITHER, marks % 2, marks) != 0 for marks in (piece, line - piece))
    return bool((inside & rest).any())


def _spans(line: int, starts: Ints, ends: Ints, last: int, goes: Array, kinds: Array, keep: Array) -> Iterator[Found]:
    """Runs of pieces that go, each with the white space after it, or before it at the end of the line."""
    edges = np.flatnonzero(np.diff(goes.astype(np.int8), prepend=0, append=0))
    for low, high in edges.reshape(-1, 2).tolist():
        start, end = int(starts[low]), int(starts[high]) if high < len(starts) else last
        if high == len(starts) and low:
            start = int(ends[low - 1])
        surest = low + int(keep[low:high].argmin())
        kind = int(_CLUTTER[kinds[surest][_CLUTTER].argmax()])
        yield Found(line, start, end, kind, float(keep[surest]))
