"""Lines cut into pieces: sentences and bracketed parts, in any script, so that clutter inside a line can be judged apart.

A piece ends after the marks that end a sentence, if white space, an ideograph, or a capital glued to a small letter's word follows; a part
in brackets is a piece.  An abbreviation, an initial, an ordinal or the number of an item before the full stop, or a small letter after it,
does not end a piece.
"""

from __future__ import annotations

import functools

import numpy as np

from declutter import characters as ch
from declutter.document import Array, Ints, Lines, split
from declutter.words import Hashes, Words, words_of

OPENING, CLOSING = "([{（［【〔", ")]}）］】〕"  # brackets
_OPENING, _CLOSING, _ROUND_OPENING, _ROUND_CLOSING, _GUILLEMET, _OPENING_QUOTE, _POINT = (1 << bit for bit in range(7))
_MARKS = {
    _OPENING: OPENING[1:], _CLOSING: CLOSING[1:], _ROUND_OPENING: OPENING[0], _ROUND_CLOSING: CLOSING[0],
    _GUILLEMET: "«»‹›", _OPENING_QUOTE: "“‘«„‚「『‹", _POINT: ".",
}  # fmt: skip
_ABBREVIATION = 3  # letters; "Mr.", "St.", "Dr." with a capital, and initials
_BEFORE_NUMBER = 5  # letters, with a capital and a number behind: "Feb. 9", "Sept. 21", "Fig. 3"
_GLUED = 2  # letters of the word before a full stop without white space behind; the word behind has more: "z.B.Der", "node.Js"
# Words in small letters that a name or number follows, and that hardly ever end a sentence.  Of 518 spans on pages of folds 1 to 4 some 170
# had been cut behind one, on one page in a hundred: "Holt vs. Marsh", "lt. Aussage", "inkl. Versand".
_SHORTENED = (
    "vs v lt inkl exkl incl zzgl bzw evtl ggf vgl sog elektr geb gest approx aprox ca cf al resp est op capt jfr bijv núm pág ej av np tzw "
    "tzv např im ul prof gen dr mr mrs st им ул св см"
)
_ORDINAL = 3  # digits, apart, with a capital behind: "8. November", "19. Jahrhundert"


@functools.cache
def _marks() -> Array:
    """What a mark can do, by its code point: a sum of the above."""
    table = np.zeros(0x10000, dtype=np.uint8)
    for does, marks in _MARKS.items():
        table[[ord(mark) for mark in marks]] |= does
    return table


@functools.cache
def _shortened() -> Hashes:
    return words_of(split([_SHORTENED])).hashes


def begins(lines: Lines, words: Words) -> Ints:
    """The words that begin a piece; the first word of every line is one.

    >>> lines = split(["Mr. B. Ek left. (Photo: E. Lind) “No!” he said."])
    >>> words = words_of(lines)
    >>> as_lines(lines, words, begins(lines, words)).starts.tolist()
    [0, 16, 33]
    """
    n = len(words)
    if n == 0:
        return words.bounds[:-1]
    first, following, before = words.first, np.full(n, ch.SPACE, dtype=np.uint8), np.full(n, ch.SPACE, dtype=np.uint8)
    following[:-1], before[1:] = first[1:], first[:-1]
    opens = np.zeros(n + 1, dtype=bool)
    opens[words.bounds] = True
    before[opens[:-1]] = ch.SPACE
    # white space, or the edge of the line, stands before a word, and behind it
    edges = opens.copy()
    edges[1:-1] |= words.starts[1:] > words.ends[:-1]
    apart, spaced = edges[:-1], edges[1:]
    codes = lines.chars[words.starts]
    does = _marks().take(codes, mode="clip")

    stop = first == ch.STOP
    # the closing quotation marks and brackets behind a stop belong to its sentence
    quote = (first == ch.QUOTE) | (does & _GUILLEMET > 0)
    # “ and « open in some languages and close in others: white space behind them tells
    closer = ((quote & ((does & _OPENING_QUOTE == 0) | spaced)) | (does & (_CLOSING | _ROUND_CLOSING) > 0)) & ~apart
    tail = stop.copy()
    for _ in range(3):
        tail[1:] |= tail[:-1] & closer[1:]
    size = words.ends - words.starts
    glued = np.zeros(n, dtype=bool)  # "...closed the school.Advertisement"
    glued[1:-1] = stop[1:-1] & ~spaced[1:-1] & (before[1:-1] == ch.LOWER) & (following[1:-1] == ch.UPPER)
    glued[1:-1] &= (size[:-2] >= _GLUED) & (size[2:] > _GLUED)
    ends = tail & (spaced | glued | (following == ch.IDEOGRAPH)) & (following != ch.LOWER)
    stops = np.flatnonzero(ends & (does & _POINT > 0))
    points = stops[(before[stops] == ch.UPPER) | (before[stops] == ch.DIGIT)]
    ahead = points - 1  # the word before the point, which is an abbreviation or the number of an item
    sizes, behind = size[ahead], following[points]
    short = (before[points] == ch.UPPER) & (sizes < np.where(behind == ch.DIGIT, _BEFORE_NUMBER, _ABBREVIATION))
    ordinal = (sizes < _ORDINAL) & apart[ahead] & (behind == ch.UPPER)
    ends[points[short | ((before[points] == ch.DIGIT) & (opens[ahead] | ordinal))]] = False
    points = stops[(before[stops] == ch.LOWER) & spaced[stops]]
    ends[points[np.isin(words.hashes[points - 1], _shortened())]] = False

    begin = opens[:-1].copy()
    begin[1:] |= ends[:-1]
    doubled = np.zeros(n, dtype=bool)
    doubled[1:] = (codes[1:] == codes[:-1]) & ~spaced[:-1]
    begin |= ((does & _OPENING > 0) & ~doubled) | ((does & _ROUND_OPENING > 0) & apart)
    begin[1:] |= (does[:-1] & _CLOSING > 0) | ((does[:-1] & _ROUND_CLOSING > 0) & spaced[:-1])
    # what follows a bracket is a piece only if it is more than the end of the sentence
    begin &= ~(stop | (first == ch.COMMA) | closer)
    return np.flatnonzero(begin | opens[:-1])


def as_lines(lines: Lines, words: Words, begin: Ints) -> Lines:
    """The pieces as if they were lines, and each line as if it were a text."""
    ends = words.ends[np.append(begin[1:], len(words)) - 1] if len(begin) else words.ends
    starts = words.starts[begin]
    line = words.line_of[begin]
    bounds = np.searchsorted(line, np.arange(len(lines) + 1))
    none = np.zeros(len(begin), dtype=np.int64)
    return Lines(lines.chars, lines.sorts, starts, ends, starts, ends, line, bounds, np.append(lines.starts, len(lines.chars)), none)
