"""What is told twice within one article: captions however told, whole body lines, the headline.

Only lines of one text are compared and nothing is remembered between texts.  Lines that begin alike are found by hash; only those few
are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from declutter import words as w
from declutter.document import Ints, Lines
from declutter.words import Words

LONG = 8  # words: a body line of fewer may stand twice
_ALIKE = 4  # words that a caption's two tellings share at least
_NOT_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """A line without marks, spacing and case, so that tellings compare equal.

    >>> plain("“The  Tide”, at dawn") == plain("'The tide' at dawn.")
    True
    """
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def alike(lines: Lines, words: Words) -> Iterator[list[int]]:
    """Groups of lines of one text that begin with the same three words, each in order; lines of fewer words are in none."""
    at = np.flatnonzero(words.is_word)
    if not len(at):
        return
    line = words.line_of[at]
    heads = np.searchsorted(line, np.arange(len(lines)))
    count = np.bincount(line, minlength=len(lines))
    long = np.flatnonzero(count >= 3)
    hashes = words.hashes[at]
    key = hashes[heads[long]] + w.mix(hashes[heads[long] + 1]) + w.mix(hashes[heads[long] + 2] ^ np.uint64(99))
    key += w.mix(lines.text_of[long].astype(np.uint64) + np.uint64(1))
    order = np.argsort(key, kind="stable")
    for group in np.split(long[order], np.flatnonzero(np.diff(key[order])) + 1):
        if len(group) > 1:
            yield group.tolist()


def word_counts(words: Words) -> Ints:
    """Words of each line; two ideographs or kana count as one word."""
    n = len(words.bounds) - 1
    weight = np.where(words.first == w.IDEOGRAPH, 0.5, 1.0) * words.is_word
    return np.floor(np.bincount(words.line_of, weights=weight, minlength=n)).astype(np.int64)


def captions_told_again(texts: Mapping[int, str], group: Sequence[int], caption: Mapping[int, float]) -> list[tuple[int, int]]:
    """Pairs (position, position it repeats) in a group that are tellings of one caption.

    Two lines are tellings of one caption if one is the other, or its beginning (a credit, a sentence was added), and the model
    sees a caption in one of them: strongly so where they are not equal, because a pull quote is the beginning of a line, too.

    >>> texts = dict(enumerate(["Anna Lund on Monday", "Anna Lund on Monday. (Photo: TT)", "Anna Lund on stage won"]))
    >>> captions_told_again(texts, [0, 1, 2], {0: 0.1, 1: 0.9, 2: 0.2})
    [(0, 1), (1, 0)]
    """
    told = [plain(texts[i]) for i in group]
    pairs = []
    for a in range(len(group)):
        for b in range(len(group)):
            equal = told[a] == told[b]
            longer, shorter = max(told[a], told[b], key=len), min(told[a], told[b], key=len)
            begins = longer.startswith(shorter + " ") and len(shorter.split()) >= _ALIKE
            evidence = max(caption[group[a]], caption[group[b]])
            if a != b and ((equal and evidence >= 0.3) or (begins and evidence >= 0.5)):
                pairs.append((group[a], group[b]))
                break
    return pairs


def equal_lines(texts: Mapping[int, str], group: Sequence[int], counts: Mapping[int, int]) -> list[tuple[int, int]]:
    """Pairs (later line, earlier line) of whole lines of `LONG` words or more that are equal but for white space.

    >>> line = "We were told nothing at all, and nobody came."
    >>> equal_lines({0: line, 1: line, 2: "We were told"}, [0, 1, 2], {0: 9, 1: 9, 2: 3})
    [(1, 0)]
    """
    first: dict[str, int] = {}
    pairs = []
    for i in group:
        if counts[i] >= LONG:
            earlier = first.setdefault(" ".join(texts[i].split()), i)
            if earlier != i:
                pairs.append((i, earlier))
    return pairs


def tells_headline(line: str, headline: str) -> bool:
    """Whether a line tells the headline again: the same words, or with little added (the site's name) or left out.

    >>> tells_headline("Ferry limps home after flood | Ansel Post", "Ferry limps home after flood")
    True
    >>> tells_headline("What the inspectors found", "Ferry limps home after flood")
    False
    """
    one, two = plain(line), plain(headline)
    if not one or not two:
        return False
    if one in two or two in one:
        return min(len(one), len(two)) >= 0.5 * max(len(one), len(two))
    mine, theirs = set(one.split()), set(two.split())
    return len(mine & theirs) >= 0.7 * max(len(mine), len(theirs))
