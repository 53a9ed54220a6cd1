"""A line among its neighbours: where it stands, what it shares with the rest of its text, what stands around it.

All numbers are made for many texts at once and never look across the border of a text.
"""

from __future__ import annotations

import functools

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
    """Means over neighbours, by prefix sums, cut at the borders of the text."""

    def __init__(self, lines: Lines) -> None:
        self.at = np.arange(len(lines))
        self.low = lines.bounds[lines.text_of]
        self.high = lines.bounds[lines.text_of + 1]

    def mean(self, values: Array, before: int, after: int) -> Floats:
        """Mean over lines from `before` lines before to `after` lines after (both signed, neither counts the line itself)."""
        sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0, dtype=np.float64)])
        low = np.clip(self.at + before, self.low, self.high)
        high = np.clip(self.at + after + 1, self.low, self.high)
        width = np.maximum(high - low, 1).reshape(-1, *[1] * (values.ndim - 1))
        means: Floats = ((sums[high] - sums[low]) / width).astype(np.float32)
        return means

    def shifted(self, values: Array, by: int, outside: float) -> Floats:
        """The value of the neighbour `by` lines on; `outside` where there is none."""
        there = self.at + by
        inside = (there >= self.low) & (there < self.high)
        return np.where(inside, values[np.clip(there, 0, len(values) - 1)], outside).astype(np.float32)

    def since(self, mask: Array) -> Ints:
        """Lines since the last one set in the mask, the line itself left out; `_FAR` at the most."""
        last = np.maximum.accumulate(np.where(mask, self.at, -_FAR))
        last = np.concatenate([[-_FAR], last[:-1]])
        return np.where(last >= self.low, np.minimum(self.at - last, _FAR), _FAR)

    def until(self, mask: Array) -> Ints:
        """Lines until the next one set in the mask; `_FAR` at the most."""
        far = len(self.at) + _FAR
        following = np.minimum.accumulate(np.where(mask, self.at, far)[::-1])[::-1]
        following = np.concatenate([following[1:], [far]])
        return np.where(following < self.high, np.minimum(following - self.at, _FAR), _FAR)

    def share_before(self, values: Array) -> Floats:
        """How much of the text's sum of values stands before the line (0 to 1)."""
        sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
        whole = sums[self.high] - sums[self.low]
        shares: Floats = ((sums[self.at] - sums[self.low]) / np.maximum(whole, 1e-9)).astype(np.float32)
        return shares


def prose(numbers: Columns) -> Array:
    """Which lines read like a paragraph: some length, and the end of a sentence."""
    long = numbers["log of characters"] >= np.log1p(60) - 1.1 * numbers["share of ideographs"]
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
    short = numbers["log of words"] < np.log1p(6)
    out: Columns = {
        "lines before, at most 40": np.minimum(index, _FAR),
        "lines after, at most 40": np.minimum(n - 1 - index, _FAR),
        "share of lines before": index / n,
        "share of characters before": around.share_before(size),
        "log of lines of the text": np.log1p(n),
        "log of characters of the text": np.log1p(around.mean(size, -_ALL, _ALL) * n),
        "paragraph": flat,
        "share of paragraphs before": around.share_before(flat),
        "paragraphs before": np.log1p(around.share_before(flat) * around.mean(flat, -_ALL, _ALL) * n),
        "share of paragraphs in the text": around.mean(flat, -_ALL, _ALL),
        "share of characters of the text in paragraphs": around.mean(size * flat, -_ALL, _ALL)
        / np.maximum(around.mean(size, -_ALL, _ALL), 1e-9),
        "lines since a paragraph": around.since(paragraph),
        "lines until a paragraph": around.until(paragraph),
        "lines since a line that is not short": around.since(~short),
        "lines until a line that is not short": around.until(~short),
        "mean words of the text": around.mean(numbers["log of words"], -_ALL, _ALL),
        "blank lines are usual": around.mean(np.minimum(lines.blanks_before, 1).astype(np.float32), -_ALL, _ALL),
    }
    for reach in (3, 8):
        out[f"paragraphs in {reach} lines before"] = around.mean(flat, -reach, -1)
        out[f"paragraphs in {reach} lines after"] = around.mean(flat, 1, reach)
    for by in (-2, -1, 1, 2):
        side = _side(by)
        out[f"log of words, {side}"] = around.shifted(numbers["log of words"], by, -1)
        out[f"ends like a sentence, {side}"] = around.shifted(numbers["ends like a sentence"], by, -1)
        out[f"ends with a colon, {side}"] = around.shifted(numbers["ends with colons"], by, -1)
    for name in ("share of words in title case", "log of characters", "share of digits"):
        out[f"{name}, less its neighbours'"] = numbers[name] - (around.mean(numbers[name], -2, -1) + around.mean(numbers[name], 1, 2)) / 2
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
    line = words.line_of[at]
    elsewhere, in_prose = _elsewhere(words.hashes[at], line, lines, prose(numbers))
    count = np.bincount(line, minlength=n)
    neighbours = np.flatnonzero(line[1:] == line[:-1]) if len(line) else line
    pairs = w.mix(words.hashes[at[neighbours]] * np.uint64(3) + words.hashes[at[neighbours + 1]])
    pair_elsewhere, _ = _elsewhere(pairs, line[neighbours], lines, None)
    pair_count = np.bincount(line[neighbours], minlength=n)
    opens = np.zeros(len(words), dtype=bool)
    opens[words.bounds[:-1]] = True
    name = (words.first[at] == ch.UPPER) & ~opens[at]
    names = np.bincount(line[name], minlength=n)
    told = line_hashes(words)
    key = w.mix(told + lines.text_of.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    _, first_told, inverse, times = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    out: Columns = {
        "share of words that occur in other lines": _mean(n, elsewhere, line, count),
        "share of words that occur in paragraphs": _mean(n, in_prose, line, count),
        "words that occur in paragraphs": np.log1p(np.bincount(line, weights=in_prose, minlength=n)),
        "share of pairs that occur in other lines": _mean(n, pair_elsewhere, line[neighbours], pair_count),
        "names": np.log1p(names),
        "share of names that occur in paragraphs": _mean(n, in_prose[name], line[name], names),
        "log of content words": np.log1p(count),
        "times the line is told": np.minimum(times[inverse], 5),
        "line was told before": first_told[inverse] < np.arange(n),
    }
    return {name: np.asarray(column, dtype=np.float32) for name, column in out.items()}


def _mean(n: int, hit: Floats, line: Ints, whole: Ints) -> Floats:
    return np.bincount(line, weights=hit, minlength=n) / np.maximum(whole, 1)


def _elsewhere(hashes: w.Hashes, line: Ints, lines: Lines, paragraphs: Array | None) -> tuple[Floats, Floats]:
    """For each word: whether it occurs in another line of its text, and in another line that is a paragraph."""
    key = w.mix(hashes + lines.text_of[line].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    order = np.argsort(key, kind="stable")  # stable: within a key, lines stand in order
    sorted_key, sorted_line = key[order], line[order]
    new_key = np.concatenate([[True], sorted_key[1:] != sorted_key[:-1]]) if len(key) else np.zeros(0, bool)
    new_line = new_key | (np.concatenate([[True], sorted_line[1:] != sorted_line[:-1]]) if len(key) else new_key)
    group = np.cumsum(new_key) - 1
    distinct = np.bincount(group, weights=new_line)
    found = np.zeros(len(key), dtype=np.float32)
    found[order] = distinct[group] > 1 if len(key) else 0
    if paragraphs is None:
        return found, found
    weight = new_line & paragraphs[sorted_line]
    in_prose = np.zeros(len(key), dtype=np.float32)
    in_prose[order] = (np.bincount(group, weights=weight)[group] - paragraphs[sorted_line]) > 0 if len(key) else 0
    return found, in_prose


def neighbours(lines: Lines, numbers: Columns, first: Floats) -> Columns:
    """What the first stage thinks of a line and of the lines around it; `first` is that of `Model.look`."""
    around = _Around(lines)
    column = {kind: first[:, i] for i, kind in enumerate(KINDS)}
    kept, article = first[:, KEPT_COLUMNS].sum(axis=1), first[:, -1]
    out: Columns = {f"looks like {kind}": np.log(column[kind] + 1e-4) for kind in KINDS}
    groups = np.stack([sum(column[kind] for kind in members) for members in GROUPS.values()], axis=1)
    out["looks kept before"] = around.share_before(kept * np.exp(numbers["log of characters"]))
    for name, value in (("looks kept", kept), ("stands in articles", article)):
        out[name] = value
        for by in (-3, -2, -1, 1, 2, 3):
            out[f"{name}, {_side(by)}"] = around.shifted(value, by, -1)
        for before, after, side in _STRETCHES:
            out[f"{name}, {side}"] = around.mean(value, before, after)
    for slot, group in enumerate(GROUPS):
        for by in (-2, -1, 1, 2):
            out[f"looks like {group}, {_side(by)}"] = around.shifted(groups[:, slot], by, -1)
    for before, after, side in _STRETCHES[2:]:
        means = around.mean(groups, before, after)
        out |= {f"looks like {group}, {side}": means[:, slot] for slot, group in enumerate(GROUPS)}
    return {name: np.asarray(values, dtype=np.float32) for name, values in out.items()}


def around_lines(lines: Lines, values: Columns) -> Columns:
    """Any number of each line as it is, as its neighbours have it, and in the mean over stretches around it."""
    around = _Around(lines)
    out: Columns = {}
    for name, value in values.items():
        out[name] = value
        out |= {f"{name}, {_side(by)}": around.shifted(value, by, -1) for by in (-2, -1, 1, 2)}
        out |= {f"{name}, {side}": around.mean(value, before, after) for before, after, side in _STRETCHES[2:]}
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
    """The numbers as one array, (features, lines), as the trees take it."""
    return np.stack(list(numbers.values()))


def _side(by: int) -> str:
    return f"{abs(by)} {'before' if by < 0 else 'after'}"


_ALL = 1 << 40
_STRETCHES = ((-2, -1, "2 lines before"), (1, 2, "2 lines after"), (-6, -1, "6 lines before"), (1, 6, "6 lines after"),
              (-_ALL, -1, "all lines before"), (1, _ALL, "all lines after"), (-_ALL, _ALL, "whole text"))  # fmt: skip
