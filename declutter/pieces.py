"""Lines cut into pieces: sentences and bracketed parts, in any script, so that clutter inside a line can be judged apart.

A piece ends after the marks that end a sentence, if white space or an ideograph follows; a part in brackets is a piece.  An
abbreviation, an initial or a number before the full stop, or a small letter after it, does not end a piece.
"""

from __future__ import annotations

import numpy as np

from declutter import characters as ch
from declutter.document import Ints, Lines
from declutter.words import Words

_OPENING = [ord(mark) for mark in "[{（［【〔"]
_CLOSING = [ord(mark) for mark in "]}）］】〕"]
_ROUND = (ord("("), ord(")"))
_GUILLEMETS = [ord(mark) for mark in "«»‹›"]
_OPENING_QUOTES = [ord(mark) for mark in "“‘«„‚「『‹"]
_POINT = ord(".")
_ABBREVIATION = 3  # letters; "Mr.", "St.", "Dr." with a capital, and initials


def begins(lines: Lines, words: Words) -> Ints:
    """The words that begin a piece; the first word of every line is one.

    >>> from declutter.document import split
    >>> lines = split(["Mr. B. Ek left. (Photo: E. Lind) “No!” he said."])
    >>> from declutter.words import words_of
    >>> words = words_of(lines)
    >>> as_lines(lines, words, begins(lines, words)).starts.tolist()
    [0, 16, 33]
    """
    n = len(words)
    if n == 0:
        return words.bounds[:-1]
    opens = np.zeros(n + 1, dtype=bool)
    opens[words.bounds[:-1]] = True
    opens[-1] = True
    codes = lines.chars[words.starts]
    spaced = np.append(words.starts[1:] > words.ends[:-1], True) | opens[1:]

    stop = words.first == ch.STOP
    # the closing quotation marks and brackets behind a stop belong to its sentence
    apart = np.concatenate([[True], spaced[:-1]])  # white space stands before the word
    quote = (words.first == ch.QUOTE) | np.isin(codes, _GUILLEMETS)
    # “ and « open in some languages and close in others: white space behind them tells
    closer = ((quote & (~np.isin(codes, _OPENING_QUOTES) | spaced)) | np.isin(codes, [*_CLOSING, _ROUND[1]])) & ~apart & ~opens[:-1]
    tail = stop.copy()
    for _ in range(3):
        tail |= np.concatenate([[False], tail[:-1]]) & closer
    following = np.append(words.first[1:], ch.SPACE)
    ends = tail & (spaced | (following == ch.IDEOGRAPH)) & (following != ch.LOWER)
    before = np.concatenate([[ch.SPACE], words.first[:-1]])
    size_before = np.concatenate([[0], (words.ends - words.starts)[:-1]])
    short = (before == ch.UPPER) & (size_before < _ABBREVIATION)
    numbered = (before == ch.DIGIT) & np.concatenate([[True], opens[:-2]])
    ends &= ~((codes == _POINT) & (short | numbered))

    begin = np.concatenate([[True], ends[:-1]])
    doubled = np.concatenate([[False], (codes[1:] == codes[:-1]) & ~spaced[:-1]])
    begin |= (np.isin(codes, _OPENING) & ~doubled) | ((codes == _ROUND[0]) & apart)
    begin |= np.concatenate([[False], np.isin(codes[:-1], _CLOSING) | ((codes[:-1] == _ROUND[1]) & spaced[:-1])])
    # what follows a bracket is a piece only if it is more than the end of the sentence
    begin &= ~((words.first == ch.STOP) | (words.first == ch.COMMA) | closer)
    return np.flatnonzero(begin | opens[:-1])


def as_lines(lines: Lines, words: Words, begin: Ints) -> Lines:
    """The pieces as if they were lines, and each line as if it were a text."""
    ends = words.ends[np.append(begin[1:], len(words)) - 1] if len(begin) else words.ends
    starts = words.starts[begin]
    line = words.line_of[begin]
    bounds = np.searchsorted(line, np.arange(len(lines) + 1))
    none = np.zeros(len(begin), dtype=np.int64)
    return Lines(lines.chars, lines.sorts, starts, ends, starts, ends, line, bounds, np.append(lines.starts, len(lines.chars)), none)
