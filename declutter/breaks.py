"""Articles whose line breaks are lost: where lines began, by the words around each gap, so that they can be judged as lines again.

A logistic regression over hashed features of a gap between two words (fitted by `declutter.linear`): the words on both sides, alone and in
pairs, what sort of characters they begin with, how far the sentence began and how far the next one is.  F1 of the joined
texts of three scrapers on two folds, out of fold: 0.897 and 0.889 before cleaning, 0.901 (one fold) judged sentence by sentence, 0.908 and
0.900 with these breaks, 0.911 and 0.905 with the true ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from declutter import characters as ch
from declutter import pieces
from declutter.document import Array, Ints, Lines, split
from declutter.words import Hashes, Words, mix, words_of

BUCKETS = 1 << 16
JOINED = 5  # sentences of an only line that make it an article whose line breaks are lost
# Of a gap that becomes a line break, within a sentence and behind one.  F1 of joined texts of two folds, out of fold: 0.9057 and 0.8974
# where every sentence is a line (0.6 and 0), 0.9075 and 0.8989 at 0.6 for both, 0.9079 and 0.9000 at 0.6 and 0.4, 0.9086 and 0.8988 as it
# is: all the same, and so fewer sentences are cut in two, or stay with clutter that goes
_LIKELY, _LIKELY_BEHIND = 0.7, 0.25
_SHIFT = np.uint64(64 - 16)
_FAR, _LONG = 15, 7  # words to the next sentence, and letters of a word; beyond, all is the same
_EDGE = np.uint64(0x9E3779B97F4A7C15)  # in place of a word beyond the line
_ODD = np.array([0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3], dtype=np.uint64)

_Floats = Array


@dataclass(frozen=True, slots=True)
class Breaks:
    """Weights (buckets,) and bias of the log-odds that a line began at a gap."""

    weights: _Floats
    bias: float

    def restored(self, texts: Sequence[str], lines: Lines) -> dict[int, str]:
        """Those of the texts that are one line of several sentences, by number, with line feeds for the spaces at which lines began."""
        alone = np.flatnonzero(np.diff(lines.bounds) == 1).tolist()
        alone = [number for number in alone if len(texts[number]) > 2 * JOINED]
        own = split([texts[number] for number in alone])
        words = words_of(own)
        begins = pieces.begins(own, words)
        several = np.bincount(words.line_of[begins], minlength=len(own)) >= JOINED
        at = gaps(words)
        at = at[several[words.line_of[at]]]
        odds = self.weights[features(words, begins, at)].sum(axis=1) + self.bias
        least = np.where(np.isin(at, begins), _LIKELY_BEHIND, _LIKELY)
        at = at[odds >= np.log(least / (1 - least))]
        broken, first = np.unique(own.text_of[words.line_of[at]], return_index=True)
        places = np.split(words.starts[at] - own.offsets[own.text_of[words.line_of[at]]], first[1:])
        return {alone[text]: _with_breaks(texts[alone[text]], here.tolist()) for text, here in zip(broken.tolist(), places, strict=False)}


def gaps(words: Words) -> Ints:
    """The words that may have begun a line: white space stands before them, and they do not begin with a small letter or a mark."""
    may = ~np.isin(words.first, (ch.LOWER, ch.STOP, ch.COMMA, ch.COLON))
    may[1:] &= (words.starts[1:] > words.ends[:-1]) & (words.line_of[1:] == words.line_of[:-1])
    may[:1] = False
    return np.flatnonzero(may)


def features(words: Words, begins: Ints, at: Ints) -> Array:
    """Hashed features (gaps, 12) of the gaps before the words `at`; `begins` are the words that begin a sentence."""
    count = len(words)
    begun = np.zeros(count, dtype=bool)
    begun[begins] = True
    place = np.arange(count)
    last = np.maximum.accumulate(np.where(begun, place, 0))
    following = np.append(np.minimum.accumulate(np.where(begun, place, count)[::-1])[::-1][1:], count)
    since = np.minimum(at - last[at - 1], _FAR).astype(np.uint64)
    until = np.minimum(following[at] - at, _FAR).astype(np.uint64)

    def beside(step: int) -> tuple[Hashes, Hashes, Hashes]:
        """The word so many on, what it begins with, and how long it is."""
        there = np.clip(at + step, 0, count - 1)
        inside = words.line_of[there] == words.line_of[at]
        inside &= there == at + step
        size = np.minimum(words.ends[there] - words.starts[there], _LONG)
        return (
            np.where(inside, words.hashes[there], _EDGE),
            np.where(inside, words.first[there], ch.OTHER + 1).astype(np.uint64),
            np.where(inside, size, 0).astype(np.uint64),
        )

    (_, third, _), (second_word, second, _), (word, before, size), (own, here, own_size), (next_word, after, _), (_, later, _) = (
        beside(step) for step in range(-3, 3)
    )
    base, base2, base4 = np.uint64(1 << 5), np.uint64(1 << 10), np.uint64(1 << 20)  # powers by numpy 1 are floats
    sides = before * base + here
    around = (second * base + before) * base2 + here * base + after
    told = [
        word,
        own,
        word * _ODD[0] + own,
        second_word * _ODD[1] + word,
        own * _ODD[2] + next_word,
        (around * base + size) * base + own_size,
        since * base2 + sides,
        until * base2 + sides,
        word * _ODD[3] + since,
        own * _ODD[4] + before,
        word * _ODD[4] + here,
        (third * base4 + around) * base + later,
    ]
    found = [mix(mix(each + np.uint64(number)) * _ODD[number % len(_ODD)]) >> _SHIFT for number, each in enumerate(told, 1)]
    return np.stack(found, axis=1).astype(np.int32) if len(at) else np.zeros((0, len(told)), dtype=np.int32)


def joined(text: str) -> tuple[str, list[int]]:
    r"""A text with its line breaks lost, and where its lines begin in it.

    >>> joined("Share\n\n  The ovens  were cold.\n")
    ('Share The ovens were cold.', [0, 6])
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
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
