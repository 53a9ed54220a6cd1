"""Articles whose line breaks are lost: where lines began, by the words around each gap, so that they can be judged as lines again.

A logistic regression over hashed features of a gap between two words (the words on both sides, alone and in pairs, what sort of
characters they begin with, how far the sentence began and how far the next one is), and a network over the gaps of a text, which sees
what it says of the gaps around: a breadcrumb, a name and a date stand in a row.  `declutter.fit` learns both, from texts that have their
line breaks.  What it brings, and what was tried, stands in training/README.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from declutter import characters as ch
from declutter import pieces
from declutter.document import BREAK, Array, Ints, Lines, split
from declutter.network import Network
from declutter.words import Words, mix, words_of

BUCKETS = 1 << 18  # with 2**16 the regression tells line breaks at an average precision of 0.71, with 2**18 at 0.75
JOINED = 5  # sentences of an only line that make it an article whose line breaks are lost
# Of a gap that becomes a line break, within a sentence and behind one.  Of 397 articles in tests/cases 0.38 come out right, and 0.80 lose
# nothing (at 0.7 and 0.4: 0.41 and 0.77; at 0.85 and 0.5: 0.35 and 0.84); F1 of scraped texts is the same from 0.5 for both to these
_LIKELY, _LIKELY_BEHIND = 0.8, 0.4
_SHIFT = np.uint64(64 - 18)
_FAR, _LONG = 15, 7  # words to the next sentence, and letters of a word; beyond, all is the same
_DISTANT, _WIDE, _LARGE = 100, 15, 400  # as these, in what the network is given: words, letters, and gaps to the edges of the text
_EDGE = np.uint64(0x9E3779B97F4A7C15)  # in place of a word beyond the line
_ODD = np.array([0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3], dtype=np.uint64)
_SORTS = ch.OTHER + 2  # of what a word begins with, or that there is none

_Floats = Array


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of lines that may have been line breaks: those before the words `at`; `begins` are the words that begin a sentence."""

    lines: Lines
    words: Words
    begins: Ints
    at: Ints

    @classmethod
    def of(cls, lines: Lines) -> Gaps:
        """All gaps of the lines with white space in them, and with no small letter or mark behind."""
        words = words_of(lines)
        may = ~np.isin(words.first, (ch.LOWER, ch.STOP, ch.COMMA, ch.COLON))
        may[1:] &= (words.starts[1:] > words.ends[:-1]) & (words.line_of[1:] == words.line_of[:-1])
        may[:1] = False
        return cls(lines, words, pieces.begins(lines, words), np.flatnonzero(may))

    @property
    def line_of(self) -> Ints:
        """The line of each gap."""
        return self.words.line_of[self.at]

    @property
    def sizes(self) -> Ints:
        """How many gaps each line has."""
        return np.bincount(self.line_of, minlength=len(self.lines))

    @property
    def behind(self) -> Array:
        """Which gaps stand behind a sentence."""
        return np.isin(self.at, self.begins)

    def in_lines(self, several: Array) -> Gaps:
        """The gaps of some of the lines."""
        return Gaps(self.lines, self.words, self.begins, self.at[several[self.line_of]])

    def to_sentences(self) -> tuple[Ints, Ints]:
        """For each gap: the words since the sentence before it began, and until the next begins."""
        count = len(self.words)
        begun = np.zeros(count, dtype=bool)
        begun[self.begins] = True
        place = np.arange(count)
        last = np.maximum.accumulate(np.where(begun, place, 0))
        following = np.append(np.minimum.accumulate(np.where(begun, place, count)[::-1])[::-1][1:], count)
        return self.at - last[self.at - 1], following[self.at] - self.at

    def beside(self, step: int) -> tuple[Ints, Array]:
        """The word so many on from the one behind each gap, and whether it stands in the same line."""
        there = np.clip(self.at + step, 0, len(self.words) - 1)
        return there, (there == self.at + step) & (self.words.line_of[there] == self.line_of)


@dataclass(frozen=True, slots=True)
class Breaks:
    """Weights (buckets,) and bias of the log-odds that a line began at a gap, and networks over them, whose mean decides.

    Without a network, as where there was too little to learn one from, the log-odds decide.
    """

    weights: _Floats
    bias: float
    networks: tuple[Network, ...]

    def restored(self, texts: Sequence[str], lines: Lines) -> dict[int, str]:
        """Those of the texts that are one line of several sentences, by number, with line feeds for the spaces at which lines began."""
        alone = np.flatnonzero(np.diff(lines.bounds) == 1).tolist()
        alone = [number for number in alone if len(texts[number]) > 2 * JOINED]
        gaps = Gaps.of(split([texts[number] for number in alone]))
        own, words = gaps.lines, gaps.words
        gaps = gaps.in_lines(np.bincount(words.line_of[gaps.begins], minlength=len(own)) >= JOINED)
        least = np.where(gaps.behind, _LIKELY_BEHIND, _LIKELY)
        at = gaps.at[self.odds(gaps) >= np.log(least / (1 - least))]
        broken, first = np.unique(own.text_of[words.line_of[at]], return_index=True)
        places = np.split(words.starts[at] - own.offsets[own.text_of[words.line_of[at]]], first[1:])
        return {alone[text]: _with_breaks(texts[alone[text]], here.tolist()) for text, here in zip(broken.tolist(), places, strict=False)}

    def odds(self, gaps: Gaps) -> _Floats:
        """The log-odds (gaps,) that a line began there."""
        told = self.weights[features(gaps)]
        if not self.networks:
            alone: _Floats = told.sum(axis=1) + np.float32(self.bias)
            return alone
        given, bounds = columns(gaps, told), np.concatenate([[0], np.cumsum(gaps.sizes)])
        scores: _Floats = np.mean([network.predict(given, bounds) for network in self.networks], axis=0)
        return scores[:, 1] - scores[:, 0]


def features(gaps: Gaps) -> Array:
    """Hashed features (gaps, 17), for the regression."""
    words = gaps.words
    since, until = (np.minimum(distance, _FAR).astype(np.uint64) for distance in gaps.to_sentences())
    steps = range(-4, 4)
    hashes, sorts, sizes = {}, {}, {}
    for step in steps:
        there, inside = gaps.beside(step)
        hashes[step] = np.where(inside, words.hashes[there], _EDGE)
        sorts[step] = np.where(inside, words.first[there], _SORTS - 1).astype(np.uint64)
        sizes[step] = np.where(inside, np.minimum(words.ends[there] - words.starts[there], _LONG), 0).astype(np.uint64)
    base, base2, base4, base5 = (np.uint64(1 << bits) for bits in (5, 10, 20, 25))  # powers by numpy 1 are floats
    sides = sorts[-1] * base + sorts[0]
    around = (sorts[-2] * base + sorts[-1]) * base2 + sorts[0] * base + sorts[1]
    told = [
        hashes[-2],
        hashes[-1],
        hashes[0],
        hashes[1],
        hashes[-1] * _ODD[0] + hashes[0],
        hashes[-2] * _ODD[1] + hashes[-1],
        hashes[0] * _ODD[2] + hashes[1],
        (around * base + sizes[-1]) * base + sizes[0],
        since * base2 + sides,
        until * base2 + sides,
        hashes[-1] * _ODD[3] + since,
        hashes[0] * _ODD[1] + until,
        hashes[0] * _ODD[4] + sorts[-1],
        hashes[-1] * _ODD[4] + sorts[0],
        (sorts[-3] * base4 + around) * base + sorts[2],
        (sorts[-4] * base + sorts[-3]) * base5 + around,
        (sorts[2] * base + sorts[3]) * base5 + around * _ODD[0],
    ]
    found = [mix(mix(each + np.uint64(number)) * _ODD[number % len(_ODD)]) >> _SHIFT for number, each in enumerate(told, 1)]
    return np.stack(found, axis=1).astype(np.int32)


def columns(gaps: Gaps, told: _Floats) -> _Floats:
    """What the network is given of each gap (numbers, gaps): what the weights say of each of its features, `told`, and of them together,
    the words around it, and how far it is to the sentences, the gaps and the edges beside it.
    """
    words, sizes = gaps.words, gaps.sizes
    count = len(gaps.at)
    place = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    left = np.repeat(sizes, sizes) - 1 - place
    apart = np.diff(gaps.at, prepend=0, append=len(words))
    apart[:-1][place == 0] = apart[1:][left == 0] = _DISTANT
    found: list[Array] = [*told.T, told.sum(axis=1), gaps.behind, np.sqrt(np.minimum(place, _LARGE)), np.sqrt(np.minimum(left, _LARGE))]
    found += [np.sqrt(np.minimum(distance, _DISTANT)) for distance in (*gaps.to_sentences(), apart[:-1], apart[1:])]
    length = words.ends - words.starts
    second = ch.classes(gaps.lines.sorts)[np.minimum(words.starts + 1, words.ends - 1)]
    capitals = (length > 1) & (second == ch.UPPER)
    for step in range(-2, 2):
        there, inside = gaps.beside(step)
        sort = np.where(inside, words.first[there], _SORTS - 1)
        found += [np.where(inside, np.minimum(length[there], _WIDE), 0), inside & capitals[there]]
        found += [sort == each for each in range(_SORTS)]
    return np.array(found, dtype=np.float32).reshape(len(found), count)


NUMBERS = 17 + 2 + 2 + 4 + 4 * (2 + _SORTS)  # of a gap, that the network is given


def joined(text: str) -> tuple[str, list[int]]:
    r"""A text with its line breaks lost, and where its lines begin in it.

    >>> joined("Share\n\n  The ovens  were cold.\n")
    ('Share The ovens were cold.', [0, 6])
    """
    lines = [" ".join(line.split()) for line in BREAK.split(text)]
    starts, at = [], 0
    for line in filter(None, lines):
        starts.append(at)
        at += len(line) + 1
    return " ".join(filter(None, lines)), starts


def _with_breaks(text: str, starts: Sequence[int]) -> str:
    """A text with a line feed for the character before each of the places."""
    parts, at = [], 0
    for start in starts:
        parts += [text[at : start - 1], "\n"]
        at = start
    return "".join(parts) + text[at:]
