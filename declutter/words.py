"""The words of lines, as hashes, from the buffer of code points: no loop over lines, words or characters.

A word is a run of letters, digits and combining marks; an ideograph or a kana is a word by itself, and so is every mark of
punctuation.  Letters count in lower case and every digit as 0.  Nothing here knows a language or needs spaces between words.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np

from declutter import characters
from declutter.characters import IDEOGRAPH, MARK, SPACE
from declutter.document import Array, Ints, Lines

Hashes = Array

PREFIX, SUFFIX = 4, 3  # letters, of words longer than the prefix
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BASE = 0x100000001B3  # odd, so that it has an inverse modulo 2**64
_INVERSE = pow(_BASE, -1, 1 << 64)


@dataclass(frozen=True, slots=True)
class Words:
    """The words and punctuation marks of all lines, in order.

    `starts` and `ends` cut them out of the buffer, `line_of` names their line, `bounds[i]:bounds[i + 1]` are those of line i.
    `hashes` are of the lower-cased word (uint64), `prefixes` and `suffixes` of its ends if it is `long`, else 0.  `first` is the class
    of a word's first code point.  `is_word` tells words from punctuation marks.
    """

    starts: Ints
    ends: Ints
    line_of: Ints
    bounds: Ints
    hashes: Hashes
    first: Array
    is_word: Array
    long: Array
    prefixes: Hashes
    suffixes: Hashes

    def __len__(self) -> int:
        return len(self.starts)

    def some(self, at: Ints, line_of: Ints, bounds: Ints) -> Words:
        """The words at the places `at` alone, as those of other lines."""
        return Words(
            self.starts[at], self.ends[at], line_of, bounds, self.hashes[at], self.first[at], self.is_word[at], self.long[at],
            self.prefixes[at], self.suffixes[at],
        )  # fmt: skip

    def regrouped(self, begins: Ints) -> Words:
        """The same words as those of finer lines, which begin at the words `begins`."""
        bounds = np.concatenate((begins, [len(self)]))
        return replace(self, line_of=np.repeat(np.arange(len(begins)), bounds[1:] - bounds[:-1]), bounds=bounds)


@functools.lru_cache(maxsize=4)
def _powers(size: int) -> tuple[Hashes, Hashes]:
    """B**i and B**-i modulo 2**64 for i up to size, a power of two."""
    up = np.full(size, _BASE, dtype=np.uint64)
    down = np.full(size, _INVERSE, dtype=np.uint64)
    up[0] = down[0] = 1
    return np.multiply.accumulate(up), np.multiply.accumulate(down)


def mix(hashes: Hashes) -> Hashes:
    """Spread the bits of polynomial hashes, whose low bits are weak."""
    hashes = (hashes ^ (hashes >> np.uint64(31))) * _MULTIPLIER
    mixed: Hashes = hashes ^ (hashes >> np.uint64(29))
    return mixed


@functools.cache
def _terms() -> Hashes:
    """What each code point of the first two planes, in lower case, adds to a hash before it is weighed by its place."""
    return _terms_of(characters.lower_case())


def _terms_of(codes: Array) -> Hashes:
    terms = (codes.astype(np.uint64) + np.uint64(1)) * _MULTIPLIER
    terms ^= terms >> np.uint64(32)
    return terms


class _Rolling:
    """Hashes of any stretch of the buffer, from prefix sums: hash = (S[end] - S[start]) * B**-start."""

    def __init__(self, chars: Array) -> None:
        up, self.down = _powers(1 << max(10, len(chars).bit_length()))
        known = _terms()
        terms = known.take(chars, mode="clip")
        if chars.max(initial=0) >= len(known):
            beyond = np.flatnonzero(chars >= len(known))
            terms[beyond] = _terms_of(chars[beyond])
        terms *= up[: len(chars)]
        self.sums = np.zeros(len(chars) + 1, dtype=np.uint64)
        np.cumsum(terms, out=self.sums[1:])

    def __call__(self, starts: Ints, ends: Ints) -> Hashes:
        hashes: Hashes = (self.sums[ends] - self.sums[starts]) * self.down[starts]
        return mix(hashes)


def words_of(lines: Lines) -> Words:
    """Cut the lines into words and punctuation marks and hash them."""
    classes = characters.classes(lines.sorts)
    in_word = classes <= MARK
    # a run of letters begins behind what is none; everything else that is no space is a word, or a mark, by itself
    begins = (classes >= IDEOGRAPH) & (classes != SPACE)
    ends = begins.copy()
    begins[:1] |= in_word[:1]
    begins[1:] |= in_word[1:] & ~in_word[:-1]
    ends[:-1] |= in_word[:-1] & ~in_word[1:]  # the buffer ends with a line feed, not within a word
    starts, stops = np.flatnonzero(begins), np.flatnonzero(ends) + 1
    # every character that is no space stands in a line, zero-width and control characters as marks of their own
    bounds = np.concatenate((np.searchsorted(starts, lines.starts), [len(starts)]))
    line_of = np.repeat(np.arange(len(lines)), bounds[1:] - bounds[:-1])
    first = classes[starts]
    rolling = _Rolling(lines.chars)
    size = stops - starts
    long = size > PREFIX
    prefixes, suffixes = np.zeros((2, len(starts)), dtype=np.uint64)
    at = np.flatnonzero(long)
    prefixes[at] = rolling(starts[at], starts[at] + PREFIX)
    suffixes[at] = rolling(stops[at] - SUFFIX, stops[at])
    return Words(starts, stops, line_of, bounds, rolling(starts, stops), first, first <= IDEOGRAPH, long, prefixes, suffixes)
