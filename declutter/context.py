"""A line among its neighbours: where it stands, what it shares with the rest of its text, what stands around it.

All numbers are made for many texts at once and never look across the border of a text.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from declutter import characters as ch
from declutter import words as w
from declutter.document import Array, Ints, Lines, split
from declutter.features import KEPT_COLUMNS, Columns, Floats, line_hashes, shape
from declutter.kinds import KINDS
from declutter.words import Words, words_of

# Kinds that stand in blocks of their own: what the neighbourhood holds of them is told group by group.
GROUPS: dict[str, tuple[str, ...]] = {
    "pictures": ("caption", "photo_credit"),
    "teasers": ("related",),
    "pleas": ("newsletter", "paywall", "donation", "promo"),
    "controls": ("share", "embed", "ad", "legal"),
    "menus": ("navigation",),
    "comments": ("comment",),
    "names and dates": ("byline", "timestamp", "author_bio", "source_credit"),
    "headings": ("headline", "subheading"),
}
_FAR = 40  # lines; further away is all the same


class _Around:
    """What stands around each line, cut at the borders of its text; values are rows, (values, lines)."""

    def __init__(self, lines: Lines) -> None:
        self.at = np.arange(len(lines))
        self.low = lines.bounds[lines.text_of]
        self.high = lines.bounds[lines.text_of + 1]

    def means(self, values: Array, stretches: Sequence[tuple[int | None, int | None]]) -> Floats:
        """Means over stretches, (stretches, values, lines), by prefix sums.

        A stretch goes from the line `before` lines before to the one `after` lines after (both signed), or as far as the text.
        """
        sums = np.zeros((len(values), len(self.at) + 1))
        np.cumsum(values, axis=1, dtype=np.float64, out=sums[:, 1:])
        means = np.empty((len(stretches), *values.shape), dtype=np.float32)
        for slot, (before, after) in enumerate(stretches):
            low = self.low if before is None else self._inside(self.at + before)
            high = self.high if after is None else self._inside(self.at + after + 1)
            means[slot] = (sums.take(high, axis=1) - sums.take(low, axis=1)) / np.maximum(high - low, 1)
        return means

    def _inside(self, at: Ints) -> Ints:
        inside: Ints = np.minimum(np.maximum(at, self.low), self.high)
        return inside

    def shifted(self, values: Floats, steps: Sequence[int], outside: float) -> Floats:
        """The values of the neighbours some steps on, (steps, values, lines); `outside` where there is none."""
        most = max(map(abs, steps))
        n = len(self.at)
        wide = np.zeros((len(values), n + 2 * most), dtype=np.float32)
        wide[:, most : most + n] = values
        shifted = np.empty((len(steps), *values.shape), dtype=np.float32)
        for slot, step in enumerate(steps):
            there = self.at + step
            inside = (there >= self.low) & (there < self.high)
            shifted[slot] = np.where(inside, wide[:, most + step : most + step + n], np.float32(outside))
        return shifted

    def since(self, mask: Array) -> Ints:
        """Lines since the last one set in the mask, the line itself left out; `_FAR` at the most."""
        last = np.full(len(self.at) + 1, -_FAR)
        np.maximum.accumulate(np.where(mask, self.at, -_FAR), out=last[1:])
        return np.where(last[:-1] >= self.low, np.minimum(self.at - last[:-1], _FAR), _FAR)

    def until(self, mask: Array) -> Ints:
        """Lines until the next one set in the mask; `_FAR` at the most."""
        far = len(self.at) + _FAR
        following = np.full(len(self.at) + 1, far)
        following[:-1] = np.minimum.accumulate(np.where(mask, self.at, far)[::-1])[::-1]
        return np.where(following[1:] < self.high, np.minimum(following[1:] - self.at, _FAR), _FAR)

    def share_before(self, values: Array) -> Floats:
        """How much of the text's sum of values stands before the line (0 to 1)."""
        sums = np.zeros(len(self.at) + 1)
        np.cumsum(values, dtype=np.float64, out=sums[1:])
        whole = sums[self.high] - sums[self.low]
        shares: Floats = ((sums[:-1] - sums[self.low]) / np.maximum(whole, 1e-9)).astype(np.float32)
        return shares


def prose(numbers: Columns) -> Array:
    """Which lines read like a paragraph: some length, and the end of a sentence."""
    # between two counts, not at one: there the last bit would decide, which differs among versions of numpy
    long = numbers["log of characters"] >= np.log1p(60.5) - 1.1 * numbers["share of ideographs"]
    reads: Array = long & ((numbers["ends like a sentence"] > 0) | (numbers["sentence ends inside"] > 0))
    return reads


def position(lines: Lines, numbers: Columns) -> Columns:
    """Where a line stands in its text, and between which sorts of lines."""
    around = _Around(lines)
    n = around.high - around.low
    index = around.at - around.low
    size = (lines.last - lines.first).astype(np.float32)
    paragraph = prose(numbers)
    flat = paragraph.astype(np.float32)
    words = numbers["log of words"]
    long = words >= np.log1p(6.5)
    mean_size, mean_flat, mean_prose, mean_words, mean_blanks = around.means(
        np.stack([size, flat, size * flat, words, np.minimum(lines.blanks_before, 1)]), [_WHOLE]
    )[0]
    share_flat = around.share_before(flat)
    out: Columns = {
        "lines before, at most 40": np.minimum(index, _FAR),
        "lines after, at most 40": np.minimum(n - 1 - index, _FAR),
        "share of lines before": index / n,
        "share of characters before": around.share_before(size),
        "log of lines of the text": np.log1p(n),
        "log of characters of the text": np.log1p(mean_size * n),
        "paragraph": flat,
        "share of paragraphs before": share_flat,
        "paragraphs before": np.log1p(share_flat * mean_flat * n),
        "share of paragraphs in the text": mean_flat,
        "share of characters of the text in paragraphs": mean_prose / np.maximum(mean_size, 1e-9),
        "lines since a paragraph": around.since(paragraph),
        "lines until a paragraph": around.until(paragraph),
        "lines since a line that is not short": around.since(long),
        "lines until a line that is not short": around.until(long),
        "mean words of the text": mean_words,
        "blank lines are usual": mean_blanks,
    }
    near = around.means(flat[None], [(-3, -1), (1, 3), (-8, -1), (1, 8)])
    for slot, reach in enumerate((3, 8)):
        out[f"paragraphs in {reach} lines before"] = near[2 * slot, 0]
        out[f"paragraphs in {reach} lines after"] = near[2 * slot + 1, 0]
    beside = around.shifted(np.stack([words, numbers["ends like a sentence"], numbers["ends with colons"]]), _BESIDE, -1)
    for slot, by in enumerate(_BESIDE):
        for name, row in zip(("log of words", "ends like a sentence", "ends with a colon"), beside[slot], strict=True):
            out[f"{name}, {_side(by)}"] = row
    names = ("share of words in title case", "log of characters", "share of digits")
    own = np.stack([numbers[name] for name in names])
    before, after = around.means(own, [(-2, -1), (1, 2)])
    out |= {f"{name}, less its neighbours'": row for name, row in zip(names, own - (before + after) / 2, strict=True)}
    return {name: np.asarray(column, dtype=np.float32) for name, column in out.items()}


def cohesion(lines: Lines, words: Words, numbers: Columns) -> Columns:
    """What a line shares with the other lines of its text: words, pairs of words, names; whether it is told twice."""
    n = len(lines)
    size = words.ends - words.starts
    content = (
        (words.is_word & (size >= 4) & (words.first != ch.DIGIT))
        | (words.first == ch.IDEOGRAPH)
        | ((words.first == ch.CASELESS) & (size >= 2))
    )
    at = np.flatnonzero(content)
    line, hashes = words.line_of[at], words.hashes[at]
    name = (words.first[at] == ch.UPPER) & (at != words.bounds[line])
    elsewhere, in_prose, names_in_prose = _elsewhere(hashes, line, name, lines, prose(numbers))
    follows = np.flatnonzero(line[1:] == line[:-1])
    pairs, pair_line = w.mix(hashes[follows] * np.uint64(3) + hashes[follows + 1]), line[follows]
    pair_elsewhere, _, _ = _elsewhere(pairs, pair_line, np.zeros(len(pairs), dtype=bool), lines, np.zeros(n, dtype=bool))
    count, names, pair_count = (np.bincount(own, minlength=n) for own in (line, line[name], pair_line))
    tellers, _, starts = _side_by_side(line_hashes(words), np.arange(n), np.zeros(n, dtype=bool), lines)
    sizes = _sizes(starts, n)
    times, told_before = np.empty(n, dtype=np.int64), np.ones(n, dtype=bool)
    times[tellers] = np.repeat(sizes, sizes)
    told_before[tellers[starts]] = False
    out: Columns = {
        "share of words that occur in other lines": elsewhere / np.maximum(count, 1),
        "share of words that occur in paragraphs": in_prose / np.maximum(count, 1),
        "words that occur in paragraphs": np.log1p(in_prose),
        "share of pairs that occur in other lines": pair_elsewhere / np.maximum(pair_count, 1),
        "names": np.log1p(names),
        "share of names that occur in paragraphs": names_in_prose / np.maximum(names, 1),
        "log of content words": np.log1p(count),
        "times the line is told": np.minimum(times, 5),
        "line was told before": told_before,
    }
    return {name: np.asarray(column, dtype=np.float32) for name, column in out.items()}


def _elsewhere(hashes: w.Hashes, line: Ints, name: Array, lines: Lines, paragraph: Array) -> tuple[Ints, Ints, Ints]:
    """How many words of each line occur in another line of their text; in another that is a paragraph; and how many names do."""
    n = len(lines)
    line, name, starts = _side_by_side(hashes, line, name, lines)
    sizes = _sizes(starts, len(line))
    shared = line[starts] != line[starts + sizes - 1]
    at = np.flatnonzero(np.repeat(shared, sizes))
    line, name, sizes = line[at], name[at], sizes[shared]
    starts = np.cumsum(sizes) - sizes
    first_of_line = np.ones(len(line), dtype=bool)
    first_of_line[1:] = line[1:] != line[:-1]
    first_of_line[starts] = True
    told_in_prose = np.add.reduceat(first_of_line & paragraph[line], starts, dtype=np.int64) if len(starts) else starts
    beside = np.repeat(told_in_prose, sizes) > paragraph[line]
    return tuple(np.bincount(own, minlength=n) for own in (line, line[beside], line[beside & name]))  # type: ignore[return-value]


def _side_by_side(hashes: w.Hashes, line: Ints, name: Array, lines: Lines) -> tuple[Ints, Array, Ints]:
    """Words sorted so that the same word of one text stands together, by line: line and name of each, where each word begins.

    Line and name ride in the lowest bits of the sorted hashes; the bits above (over 40 in a text of a million lines) tell words apart.
    """
    low = np.uint64((2 * len(lines)).bit_length())
    key = w.mix(hashes + lines.text_of[line].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> low << low
    key |= (2 * line + name).astype(np.uint64)
    key.sort()
    word = key >> low
    new = np.ones(len(word), dtype=bool)
    new[1:] = word[1:] != word[:-1]
    rest = (key ^ (word << low)).astype(np.int64)
    return rest >> 1, (rest & 1).astype(bool), np.flatnonzero(new)


def _sizes(starts: Ints, end: int) -> Ints:
    """How many stand from each start to the next one, or to the end."""
    sizes = end - starts
    sizes[:-1] = starts[1:] - starts[:-1]
    return sizes


def neighbours(lines: Lines, numbers: Columns, first: Floats) -> Columns:
    """What the first stage thinks of a line and of the lines around it; `first` is that of `Model.look`."""
    around = _Around(lines)
    looks = np.ascontiguousarray(first.T)
    kept, article = looks[KEPT_COLUMNS].sum(axis=0), looks[-1]
    groups = np.add.reduceat(looks[_GROUPED], _GROUP_STARTS, axis=0)
    values = np.concatenate([kept[None], article[None], groups])
    shifted = around.shifted(values, _NEAR, -1)
    means = around.means(values, _STRETCHES)
    out = dict(zip(_LOOKS, np.log(looks[:-1] + 1e-4), strict=True))
    out["looks kept before"] = around.share_before(kept * np.exp(numbers["log of characters"]))
    for slot in (0, 1):
        out |= zip(_KEPT_NAMES[slot], (values[slot], *shifted[:, slot], *means[:, slot]), strict=True)
    beside = shifted[[_NEAR.index(by) for by in _BESIDE], 2:].swapaxes(0, 1)
    out |= zip(_GROUP_NAMES, (row for rows in (*beside, *means[2:, 2:]) for row in rows), strict=True)
    return out


def around_lines(lines: Lines, values: Columns) -> Columns:
    """Any number of each line as it is, as its neighbours have it, and in the mean over stretches around it."""
    around = _Around(lines)
    rows = np.stack([np.asarray(value, dtype=np.float32) for value in values.values()])
    shifted, means = around.shifted(rows, _BESIDE, -1), around.means(rows, _STRETCHES[2:])
    out: Columns = {}
    for slot, (name, value) in enumerate(values.items()):
        out[name] = value
        out |= {f"{name}, {_side(by)}": row for by, row in zip(_BESIDE, shifted[:, slot], strict=True)}
        out |= {f"{name}, {side}": row for side, row in zip(_SIDES[2:], means[:, slot], strict=True)}
    return out


def columns(lines: Lines, words: Words, first: Floats) -> Columns:
    """All numbers of the second stage, by name."""
    numbers = shape(lines, words)
    return numbers | position(lines, numbers) | cohesion(lines, words, numbers) | neighbours(lines, numbers, first)


@functools.cache
def number_names() -> tuple[str, ...]:
    """The names of the second stage's numbers, in their order."""
    lines = split(["One line.\nAnother."])
    return tuple(columns(lines, words_of(lines), np.full((2, len(KINDS) + 1), 0.05, dtype=np.float32)))


def stacked(numbers: Columns) -> Floats:
    """The numbers as one array, (features, lines), as the second stage takes it."""
    rows = list(numbers.values())
    return np.concatenate(rows).reshape(len(rows), -1)


def _side(by: int) -> str:
    return f"{abs(by)} {'before' if by < 0 else 'after'}"


_WHOLE = (None, None)
_BESIDE = (-2, -1, 1, 2)
_NEAR = (-3, -2, -1, 1, 2, 3)
_STRETCHES: tuple[tuple[int | None, int | None], ...] = ((-2, -1), (1, 2), (-6, -1), (1, 6), (None, -1), (1, None), _WHOLE)
_SIDES = ("2 lines before", "2 lines after", "6 lines before", "6 lines after", "all lines before", "all lines after", "whole text")

# made once: joining names takes longer than the numbers of a short text
_LOOKS = [f"looks like {kind}" for kind in KINDS]
_KEPT_NAMES = [[name, *(f"{name}, {side}" for side in (*map(_side, _NEAR), *_SIDES))] for name in ("looks kept", "stands in articles")]
_GROUP_NAMES = [
    *(f"looks like {group}, {_side(by)}" for group in GROUPS for by in _BESIDE),
    *(f"looks like {group}, {side}" for side in _SIDES[2:] for group in GROUPS),
]
_GROUPED = [KINDS.index(kind) for members in GROUPS.values() for kind in members]
_GROUP_STARTS = np.cumsum([0, *map(len, GROUPS.values())])[:-1]
