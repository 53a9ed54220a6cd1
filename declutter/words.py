"""The words of lines, as hashes, from the buffer of code points: no loop over lines, words or characters.

A word is a run of letters, digits and combining marks; an ideograph or a kana is a word by itself, and so is every mark of
punctuation.  Letters count in lower case and every digit as 0.  Nothing here knows a language or needs spaces between words.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass, replace

import numpy as np

from declutter.document import Array, Ints, Lines

Hashes = Array

# Classes of code points.  Up to MARK they make words.
LOWER, UPPER, CASELESS, DIGIT, MARK, IDEOGRAPH, SPACE, STOP, QUOTE, BRACKET, DASH, BAR, COMMA, COLON, SIGN, OTHER = range(16)

_TABLE_SIZE = 0x20000  # the two planes that hold letters in use; ideographs beyond are known by their plane
_STOPS = frozenset(".!?…。．！？｡؟۔।॥։።")
_BARS = frozenset("|/\\·•‣▪●■►▶»›>→*¦│▲▼◆○★")
_COMMAS = frozenset(",;،؛，；、､")
_COLONS = frozenset(":：")

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BASE = 0x100000001B3  # odd, so that it has an inverse modulo 2**64
_INVERSE = pow(_BASE, -1, 1 << 64)


def _class_of(code: int) -> int:
    char = chr(code)
    for chars, found in ((_STOPS, STOP), (_BARS, BAR), (_COMMAS, COMMA), (_COLONS, COLON)):
        if char in chars:
            return found
    category = unicodedata.category(char)
    if char.isspace():
        return SPACE
    if category[0] == "L":
        if _is_ideograph(code):
            return IDEOGRAPH
        return {"Ll": LOWER, "Lu": UPPER, "Lt": UPPER}.get(category, CASELESS)
    if char in "\"'":
        return QUOTE
    return {
        "Nd": DIGIT, "Mn": MARK, "Mc": MARK, "Nl": CASELESS, "Pi": QUOTE, "Pf": QUOTE, "Ps": BRACKET, "Pe": BRACKET,
        "Pd": DASH, "Sc": SIGN, "So": SIGN, "Sm": SIGN, "Sk": SIGN,
    }.get(category, OTHER)  # fmt: skip


def _is_ideograph(code: int) -> bool:
    return 0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x31F0 <= code <= 0x31FF


@functools.cache
def _tables() -> tuple[Array, Array]:
    """Class and lower case (digits as 0) of each code point of the first two planes; takes about 0.1 s, once."""
    classes = np.fromiter(map(_class_of, range(_TABLE_SIZE)), dtype=np.uint8, count=_TABLE_SIZE)
    lower = np.arange(_TABLE_SIZE, dtype=np.uint32)
    for code in np.flatnonzero(classes == UPPER).tolist():
        lower[code] = ord(chr(code).lower()[0])
    lower[classes == DIGIT] = ord("0")
    return classes, lower


def classes_of(chars: Array) -> Array:
    """The class of each code point; a lone surrogate or an unassigned one is OTHER."""
    known, _ = _tables()
    classes: Array = known[np.minimum(chars, _TABLE_SIZE - 1)]
    beyond = np.flatnonzero(chars >= _TABLE_SIZE)
    if len(beyond):
        far = chars[beyond]
        classes[beyond] = np.where(far < 0x40000, IDEOGRAPH, OTHER)
    return classes


@dataclass(frozen=True, slots=True)
class Words:
    """The words and punctuation marks of all lines, in order.

    `starts` and `ends` cut them out of the buffer, `line_of` names their line, `bounds[i]:bounds[i + 1]` are those of line i.
    `hashes` are of the lower-cased word (uint64); `classes` is the class of every code point of the buffer, `first` of a
    word's first one.  `is_word` tells words from punctuation marks.
    """

    classes: Array
    starts: Ints
    ends: Ints
    line_of: Ints
    bounds: Ints
    hashes: Hashes
    first: Array
    is_word: Array
    prefixes: Hashes
    suffixes: Hashes

    def __len__(self) -> int:
        return len(self.starts)

    def regrouped(self, begins: Ints) -> Words:
        """The same words as those of finer lines, which begin at the words `begins`."""
        counts = np.diff(np.append(begins, len(self)))
        return replace(self, line_of=np.repeat(np.arange(len(begins)), counts), bounds=np.append(begins, len(self)))


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


class _Rolling:
    """Hashes of any stretch of the buffer, from prefix sums: hash = (S[end] - S[start]) * B**-start."""

    def __init__(self, chars: Array) -> None:
        size = 1 << max(10, len(chars).bit_length())
        self.up, self.down = _powers(size)
        terms = (chars.astype(np.uint64) + np.uint64(1)) * _MULTIPLIER
        terms ^= terms >> np.uint64(32)
        terms *= self.up[: len(chars)]
        self.sums = np.zeros(len(chars) + 1, dtype=np.uint64)
        np.cumsum(terms, out=self.sums[1:])

    def __call__(self, starts: Ints, ends: Ints) -> Hashes:
        hashes: Hashes = (self.sums[ends] - self.sums[starts]) * self.down[starts]
        return mix(hashes)


def words_of(lines: Lines) -> Words:
    """Cut the lines into words and punctuation marks and hash them."""
    chars = lines.chars
    _, lower_table = _tables()
    classes = classes_of(chars)
    lowered = np.where(chars < _TABLE_SIZE, lower_table[np.minimum(chars, _TABLE_SIZE - 1)], chars)

    in_word = classes <= MARK
    before = np.concatenate([[False], in_word[:-1]])
    begins = (in_word & ~before) | ((classes >= IDEOGRAPH) & (classes != SPACE))
    starts = np.flatnonzero(begins)
    stops = np.flatnonzero(np.concatenate([begins[1:] | ~in_word[1:], [True]]) & (classes != SPACE)) + 1
    # zero-width and control characters outside of lines do not occur: every one of them is in a line, as a mark of its own
    line_of = np.searchsorted(lines.starts, starts, side="right") - 1
    bounds = np.searchsorted(line_of, np.arange(len(lines) + 1))
    first = classes[starts]
    rolling = _Rolling(lowered)
    return Words(
        classes=classes,
        starts=starts,
        ends=stops,
        line_of=line_of,
        bounds=bounds,
        hashes=rolling(starts, stops),
        first=first,
        is_word=first <= IDEOGRAPH,
        prefixes=rolling(starts, np.minimum(stops, starts + 4)),
        suffixes=rolling(np.maximum(starts, stops - 3), stops),
    )
