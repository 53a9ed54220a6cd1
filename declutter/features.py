"""What a line looks like by itself: hashed n-grams, anywhere in it and at its edges, for the linear stage, and numbers of its shape for
the second stage.

Both come from the buffer of code points and its words, for all lines at once.  The names of the numbers are sentences, so that
a table of what moved a verdict reads as prose.
"""

from __future__ import annotations

import numpy as np

from declutter import characters as ch
from declutter import words as w
from declutter.document import Array, Ints, Lines, running
from declutter.kinds import KEPT, KINDS
from declutter.words import Hashes, Words

VERSION = 4  # of everything a model sees; a model fitted to another version is refused
_BITS, _EDGE_BITS = 18, 17
BUCKETS = (1 << _BITS) + (1 << _EDGE_BITS)  # those of n-grams anywhere in a line, then those of its edges
_SHIFT, _EDGE_SHIFT = np.uint64(64 - _BITS), np.uint64(64 - _EDGE_BITS)
_EDGE = 4  # words and marks at either end of a line
_FORMS = (3, 4, 6)  # words and marks at either end whose classes in order are an n-gram
EDGES = 2 * (_EDGE + 2 + 2 + len(_FORMS)) + 1  # n-grams of the edges of a line
# Words and marks of a line, by which lines are told apart as one-word labels, short and long headings, sentences, paragraphs
_SIZES = np.array([2, 3, 4, 5, 7, 10, 14, 20, 30, 50])
KEPT_COLUMNS = [KINDS.index(kind) for kind in KINDS if kind in KEPT]

Floats = Array
Columns = dict[str, Array]

# Drawn once, and written down: a model holds for these, and no release of numpy promises to draw the same again
_SEEDS = [
    1650382356873837781, 5902157198672373343, 4309790304812660981, 3417264201368325691, 3273534616666675981, 7291243883426493845,
    8348478352539692463, 1635794470107648013
]  # fmt: skip
_EDGE_SEEDS = np.array([
    [73837339648702031, 3559138329343681433, 761118338468743081, 4592331563229908457, 4138947927282670435, 6506428056753966221,
     2746614005742331013, 5730155374416628373],
    [5173410985984228775, 828699223294527931, 82463255547947421, 3525915029434209625, 8272989543529268923, 266816199010975095,
     8868268325946499555, 6873309010460528151],
], dtype=np.uint64)  # fmt: skip
_FORM_SEEDS = np.array([
    [8264567277561926917, 2499124424536406917, 4909897799870718669, 9058012193410948609, 5438671589483106617],
    [9173828656703744637, 7590762794650402461, 143032473068569717, 3679173884207436467, 4693801755856937761],
], dtype=np.uint64)  # fmt: skip


def ngrams(words: Words) -> tuple[Array, Array]:
    """Hashed n-grams of each line: buckets, and where those of each line begin (one more entry than lines).

    Words and marks, pairs of neighbours with the line's edges as neighbours too, first four and last three letters of longer
    words.  The n-grams of one line stand together.
    """
    heads, tails = words.bounds[:-1], words.bounds[1:] - 1
    edge = np.uint64(_SEEDS[6])
    right = np.empty_like(words.hashes)
    right[:-1] = words.hashes[1:]
    right[tails] = edge
    # one row a word: the word, the pair, the line's edge with the word if it opens the line, the two ends of the word if it is long
    buckets = np.empty((len(words), 5), dtype=np.int32)
    there = np.empty((len(words), 5), dtype=bool)
    buckets[:, 0] = words.hashes >> _SHIFT
    buckets[:, 1] = w.mix(words.hashes * np.uint64(_SEEDS[1]) + right) >> _SHIFT
    buckets[heads, 2] = w.mix(words.hashes[heads] * np.uint64(_SEEDS[2]) + edge) >> _SHIFT
    buckets[:, 3] = w.mix(words.prefixes * np.uint64(_SEEDS[3])) >> _SHIFT
    buckets[:, 4] = w.mix(words.suffixes * np.uint64(_SEEDS[4])) >> _SHIFT
    there[:, :2] = True
    there[:, 2] = False
    there[heads, 2] = True
    there[:, 3:] = words.long[:, None]
    long = running(words.long)[words.bounds]
    return buckets[there], (2 * words.bounds + np.arange(len(words.bounds)) + 2 * long).astype(np.int32)


def edges(words: Words, some: Array | slice = slice(None)) -> Array:
    """Hashed n-grams of how each line, or each of `some` lines, begins and ends, (lines, EDGES) buckets.

    From either end: the first four words and marks, each for itself; the first one, and two of them in order, by themselves and with how
    long the line is; of which classes (capital, digit, comma) the first three are, and the first four and six with how long the line is;
    and how long it is.  Where a line has fewer words, that is told in their place.
    """
    begins, ends = words.bounds[:-1][some], words.bounds[1:][some]
    count = ends - begins
    size = np.searchsorted(_SIZES, count, side="right").astype(np.uint64)
    found = []
    for seeds, others, outermost, inwards in zip(_EDGE_SEEDS, _FORM_SEEDS, (begins, ends - 1), (1, -1), strict=True):
        order, forms, of_forms = np.full(len(count), seeds[-1]), np.full(len(count), others[-1]), []
        for place in range(_FORMS[-1]):
            there = place < count
            at = np.where(there, outermost + inwards * place, 0)
            forms = w.mix(forms * others[-2] + np.where(there, words.first[at] + 1, 0).astype(np.uint64))
            if place + 1 in _FORMS:
                number = _FORMS.index(place + 1)
                of_forms.append((forms + size if number else forms) * others[number])
            if place < _EDGE:
                word = np.where(there, words.hashes[at], np.uint64(0))
                order = w.mix(order * seeds[-2] + word)
                found.append(word * seeds[place])
            if place < 2:
                found += [order * seeds[_EDGE], (order + size) * seeds[_EDGE + 1]]
        found += of_forms
    found.append((size + np.uint64(1)) * _EDGE_SEEDS[0, 0])
    buckets: Array = ((w.mix(np.stack(found, axis=1)) >> _EDGE_SHIFT) + np.uint64(1 << _BITS)).astype(np.int32)
    return buckets


def _share(part: Array, whole: Array) -> Floats:
    return (part / np.maximum(whole, 1)).astype(np.float32)


def shape(lines: Lines, words: Words) -> Columns:
    """Numbers of each line's shape, by name."""
    n = len(lines)
    length = lines.last - lines.first
    tokens = words.bounds[1:] - words.bounds[:-1]
    size = words.ends - words.starts
    classes = np.bincount(words.line_of * 16 + words.first, minlength=n * 16).reshape(n, 16)
    word_count = classes[:, : ch.IDEOGRAPH + 1].sum(axis=1)
    characters = _characters(lines)
    capitals, digits, marks = characters[:, ch.UPPER], characters[:, ch.DIGIT], characters[:, ch.MARK]

    head, tail = words.bounds[:-1], words.bounds[1:] - 1
    first, last = words.first[head], words.first[tail]
    wrapped = (last == ch.QUOTE) | (last == ch.BRACKET)
    beforelast = np.where(wrapped, words.first[np.maximum(tail - 1, head)], last)
    word_size = np.where(words.is_word, size, 0)
    letters = (np.add.reduceat(word_size, head) if n else length) - digits - marks
    stops = _per_line(words, _inner_stops(words))
    colons = np.flatnonzero(words.first == ch.COLON)
    numbers = np.flatnonzero((words.first == ch.DIGIT) & (size == 4))
    begins = lines.chars[words.starts[numbers]]

    out: Columns = {
        "log of characters": np.log1p(length),
        "log of words": np.log1p(word_count),
        "characters a word": _share(letters, word_count),
        "longest word": np.maximum.reduceat(word_size, head) if n else length,
        "share of capitals among letters": _share(capitals, letters),
        "share of digits": _share(digits, length),
        "share of words in title case": _share(classes[:, ch.UPPER] - (first == ch.UPPER), word_count - 1),
        "share of number words": _share(classes[:, ch.DIGIT], tokens),
        "share of ideographs": _share(classes[:, ch.IDEOGRAPH], tokens),
        "share of caseless words": _share(classes[:, ch.CASELESS], tokens),
        "sentence ends inside": stops,
        "words a sentence": _share(word_count, stops + 1),
        "years": _per_line(words, numbers[(begins == ord("1")) | (begins == ord("2"))]),
        "clock times": _per_line(words, colons[_between_digits(words, colons)]),
        "ends like a sentence": beforelast == ch.STOP,
        "closes a quotation or bracket": wrapped,
        "indented": lines.first - lines.starts,
        "blank lines before": np.minimum(lines.blanks_before, 4),
        "blank lines after": np.minimum(_blanks_after(lines), 4),
    }
    for name, found in _MARK_CLASSES.items():
        out[f"share of {name}"] = _share(classes[:, found], tokens)
        out[f"ends with {name}"] = last == found
    for name, found in _OPENING_CLASSES.items():
        out[f"begins with {name}"] = first == found
    out |= {f"number of {mark}": characters[:, 16 + slot] for slot, mark in enumerate(ch.TELLING)}
    return {name: np.asarray(column, dtype=np.float32) for name, column in out.items()}


_MARK_CLASSES = {"stops": ch.STOP, "quotes": ch.QUOTE, "brackets": ch.BRACKET, "dashes": ch.DASH, "bars and bullets": ch.BAR,
                 "commas": ch.COMMA, "colons": ch.COLON, "signs": ch.SIGN, "other marks": ch.OTHER}  # fmt: skip
_OPENING_CLASSES = {**_MARK_CLASSES, "lower case": ch.LOWER, "upper case": ch.UPPER, "digit": ch.DIGIT}


def _per_line(words: Words, at: Ints) -> Ints:
    """How many of the words at some places each line has."""
    return np.bincount(words.line_of[at], minlength=len(words.bounds) - 1)


def _inner_stops(words: Words) -> Ints:
    """The marks that end a sentence before the end of their line."""
    stops = np.flatnonzero(words.first == ch.STOP)
    stops = stops[stops != words.bounds[words.line_of[stops] + 1] - 1]
    inner: Ints = stops[words.starts[stops + 1] > words.ends[stops]]
    return inner


def _characters(lines: Lines) -> Ints:
    """How often capitals, digits and combining marks (by class), and the telling characters (from 16 on) stand in each line."""
    classes = ch.classes(lines.sorts)
    telling = ch.telling(lines.sorts)
    at = np.flatnonzero(telling | (classes == ch.UPPER) | (classes == ch.DIGIT) | (classes == ch.MARK))
    line = np.searchsorted(lines.starts, at, side="right") - 1
    inside = (line >= 0) & (at < lines.ends[line])  # no lines, no characters that could be asked for theirs
    at, line = at[inside], line[inside]
    slot = np.where(telling[at], 16 + ch.which_telling(lines.sorts[at]), classes[at])
    return np.bincount(line * 32 + slot, minlength=len(lines) * 32).reshape(len(lines), 32)


def _blanks_after(lines: Lines) -> Ints:
    """Blank lines between each line and the next one of its text; 0 behind the last."""
    after = np.zeros_like(lines.blanks_before)
    after[:-1] = lines.blanks_before[1:] * (lines.text_of[1:] == lines.text_of[:-1])
    return after


def _between_digits(words: Words, at: Ints) -> Array:
    """Which of the words at some places stand between numbers of the same line."""
    line = words.line_of[at]
    inside = (at > words.bounds[line]) & (at < words.bounds[line + 1] - 1)
    between: Array = inside & (words.first[at - 1] == ch.DIGIT) & (words.first[(at + 1) % max(1, len(words))] == ch.DIGIT)
    return between


def line_hashes(words: Words) -> Hashes:
    """One hash a line, of its words in order: equal where two lines differ in marks, spacing, case or digits alone."""
    if len(words.bounds) == 1:
        return words.hashes[:0]
    before = np.cumsum(words.is_word) - words.is_word
    ordinal = (before - before[words.bounds[:-1]][words.line_of]).astype(np.uint64)
    placed = w.mix(words.hashes + ordinal * np.uint64(_SEEDS[5]))
    return np.add.reduceat(np.where(words.is_word, placed, np.uint64(0)), words.bounds[:-1])
