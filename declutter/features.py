"""What a line looks like by itself: hashed n-grams for the linear stage, and numbers of its shape for the trees.

Both come from the buffer of code points and its words, for all lines at once.  The names of the numbers are sentences, so that
a table of what moved a verdict reads as prose.
"""

from __future__ import annotations

import numpy as np

from declutter import words as w
from declutter.document import Array, Ints, Lines
from declutter.kinds import KEPT, KINDS
from declutter.words import Hashes, Words

VERSION = 1  # of everything a model sees; a model fitted to another version is refused
_BITS = 17
BUCKETS = 1 << _BITS
KEPT_COLUMNS = [KINDS.index(kind) for kind in KINDS if kind in KEPT]

Floats = Array
Columns = dict[str, Array]

_SEEDS = (np.random.default_rng(20_26).integers(1, 1 << 63, size=8, dtype=np.uint64) | np.uint64(1)).tolist()
_MARKS = "@#_%$©=+&{[<"


def ngrams(words: Words) -> tuple[Array, Array]:
    """Hashed n-grams of each line: buckets, and where those of each line begin (one more entry than lines).

    Words and marks, pairs of neighbours with the line's edges as neighbours too, first four and last three letters of longer
    words.  The n-grams of one line stand together.
    """
    count = len(words)
    opens = np.zeros(count, dtype=bool)
    opens[words.bounds[:-1]] = True
    closes = np.zeros(count, dtype=bool)
    closes[words.bounds[1:] - 1] = True
    long = words.ends - words.starts > 4
    # each word writes its n-grams behind those of the word before it: word, pair, then the line's edge and the two ends if they are there
    place = np.concatenate([[0], np.cumsum(2 + opens + 2 * long)])
    hashes = np.empty(place[-1], dtype=np.uint64)
    edge = np.uint64(_SEEDS[6])
    right = np.append(words.hashes[1:], edge)
    right[closes] = edge
    hashes[place[:-1]] = words.hashes
    hashes[place[:-1] + 1] = w.mix(words.hashes * np.uint64(_SEEDS[1]) + right)
    hashes[place[:-1][opens] + 2] = w.mix(words.hashes[opens] * np.uint64(_SEEDS[2]) + edge)
    hashes[place[1:][long] - 2] = w.mix(words.prefixes[long] * np.uint64(_SEEDS[3]))
    hashes[place[1:][long] - 1] = w.mix(words.suffixes[long] * np.uint64(_SEEDS[4]))
    return (hashes >> np.uint64(64 - _BITS)).astype(np.int32), place[words.bounds].astype(np.int32)


def _share(part: Array, whole: Array) -> Floats:
    return (part / np.maximum(whole, 1)).astype(np.float32)


def shape(lines: Lines, words: Words) -> Columns:
    """Numbers of each line's shape, by name."""
    n = len(lines)
    length = lines.last - lines.first
    tokens = np.diff(words.bounds)
    size = words.ends - words.starts
    classes = np.bincount(words.line_of * 16 + words.first, minlength=n * 16).reshape(n, 16)
    word_count = _per_line(words, words.is_word)
    capitals = _count(words.classes == w.UPPER, lines)
    digits = _count(words.classes == w.DIGIT, lines)
    letters = _count(words.classes <= w.CASELESS, lines) + classes[:, w.IDEOGRAPH]

    head, tail = words.bounds[:-1], words.bounds[1:] - 1
    first, last = words.first[head], words.first[tail]
    beforelast = np.where(tails_wrap := np.isin(last, (w.QUOTE, w.BRACKET)), words.first[np.maximum(tail - 1, head)], last)
    spaced = np.concatenate([words.starts[1:] > words.ends[:-1], [True]]) if len(words) else np.zeros(0, bool)
    opens = np.zeros(len(words), dtype=bool)
    opens[head] = True
    closes = np.zeros(len(words), dtype=bool)
    closes[tail] = True
    inner_stop = (words.first == w.STOP) & spaced & ~closes
    year = (words.first == w.DIGIT) & (size == 4) & np.isin(lines.chars[words.starts], (ord("1"), ord("2")))
    clock = (words.first == w.COLON) & ~opens & ~closes & _between_digits(words)

    out: Columns = {
        "log of characters": np.log1p(length),
        "log of words": np.log1p(word_count),
        "characters a word": _share(letters, word_count),
        "longest word": np.maximum.reduceat(np.where(words.is_word, size, 0), head) if n else length,
        "share of capitals among letters": _share(capitals, letters),
        "share of digits": _share(digits, length),
        "share of words in title case": _share(_per_line(words, words.is_word & (words.first == w.UPPER) & ~opens), word_count - 1),
        "share of number words": _share(classes[:, w.DIGIT], tokens),
        "share of ideographs": _share(classes[:, w.IDEOGRAPH], tokens),
        "share of caseless words": _share(classes[:, w.CASELESS], tokens),
        "sentence ends inside": _per_line(words, inner_stop),
        "words a sentence": _share(word_count, _per_line(words, inner_stop) + 1),
        "years": _per_line(words, year),
        "clock times": _per_line(words, clock),
        "ends like a sentence": beforelast == w.STOP,
        "closes a quotation or bracket": tails_wrap,
        "indented": lines.first - lines.starts,
        "blank lines before": np.minimum(lines.blanks_before, 4),
        "blank lines after": np.minimum(_blanks_after(lines), 4),
    }
    for name, found in _MARK_CLASSES.items():
        out[f"share of {name}"] = _share(classes[:, found], tokens)
        out[f"ends with {name}"] = last == found
    for name, found in {**_MARK_CLASSES, "lower case": w.LOWER, "upper case": w.UPPER, "digit": w.DIGIT}.items():
        out[f"begins with {name}"] = first == found
    counts = _marks(lines)
    out |= {f"number of {mark}": counts[:, slot] for slot, mark in enumerate(_MARKS)}
    return {name: np.asarray(column, dtype=np.float32) for name, column in out.items()}


_MARK_CLASSES = {"stops": w.STOP, "quotes": w.QUOTE, "brackets": w.BRACKET, "dashes": w.DASH, "bars and bullets": w.BAR,
                 "commas": w.COMMA, "colons": w.COLON, "signs": w.SIGN, "other marks": w.OTHER}  # fmt: skip


def _per_line(words: Words, which: Array) -> Ints:
    """How many of the words in the mask each line has."""
    return np.bincount(words.line_of[which], minlength=len(words.bounds) - 1)


def _count(mask: Array, lines: Lines) -> Ints:
    """How many code points of each line are set in the mask."""
    sums = np.concatenate([[0], np.cumsum(mask)])
    counts: Ints = sums[lines.ends] - sums[lines.starts]
    return counts


def _blanks_after(lines: Lines) -> Ints:
    """Blank lines between each line and the next one of its text; 0 behind the last."""
    after = np.append(lines.blanks_before[1:], 0)
    after[np.append(np.diff(lines.text_of) != 0, True)[: len(after)]] = 0
    return after[: len(lines)]


def _between_digits(words: Words) -> Array:
    digit = words.first == w.DIGIT
    left, right = np.concatenate([[False], digit[:-1]]), np.concatenate([digit[1:], [False]])
    between: Array = left & right
    return between


def _marks(lines: Lines) -> Ints:
    """How often each of a few telling characters stands in each line."""
    slots = np.full(256, -1)
    slots[[ord(mark) for mark in _MARKS]] = np.arange(len(_MARKS))
    slots[[ord("}"), ord("]"), ord(">")]] = [_MARKS.index("{"), _MARKS.index("["), _MARKS.index("<")]
    at = np.flatnonzero((slots >= 0)[np.minimum(lines.chars, 255)] & (lines.chars < 255))
    line = np.searchsorted(lines.starts, at, side="right") - 1
    return np.bincount(line * len(_MARKS) + slots[lines.chars[at]], minlength=len(lines) * len(_MARKS)).reshape(len(lines), len(_MARKS))


def line_hashes(words: Words) -> Hashes:
    """One hash a line, of its words in order: equal where two lines differ in marks, spacing, case or digits alone."""
    if len(words.bounds) == 1:
        return words.hashes[:0]
    before = np.cumsum(words.is_word) - words.is_word
    ordinal = (before - before[words.bounds[:-1]][words.line_of]).astype(np.uint64)
    placed = w.mix(words.hashes + ordinal * np.uint64(_SEEDS[5]))
    return np.add.reduceat(np.where(words.is_word, placed, np.uint64(0)), words.bounds[:-1])
