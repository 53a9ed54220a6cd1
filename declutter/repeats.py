"""What is told twice within one article: captions however told, whole body lines, the headline.

Only lines of one text are compared and nothing is remembered between texts.  Lines that begin alike are found by hash; only those few
are looked at one by one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from declutter import characters as ch
from declutter import words as w
from declutter.document import Ints, Lines, running
from declutter.words import Words

LONG = 8  # words: a body line of fewer may stand twice
LIKELY, _SURE = 0.3, 0.5  # probabilities of a caption: enough among equal lines, enough among others
_ALIKE = 4  # words that a caption's two tellings share at least
_LONGER = 3  # times as long as a caption its longer telling may be: more is a paragraph that begins like it
_NOT_WORD = re.compile(r"[\W_]+")
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphens and the like
_NUMBER = re.compile(r"(?:\d+ )+")
_SITE = re.compile(r"\s*[|•·»–—-]\s+\S")  # what stands between a headline and the name of its site
_ITEM = re.compile(r"\s*(?:[-*•·▪◦]|\d{1,3}[.)])\s")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def plain(text: str) -> str:
    """A line without marks, spacing and case, so that tellings compare equal.

    >>> plain("“The  Tide”, at dawn") == plain("'The ti\u00adde' at dawn.")
    True
    """
    return _NOT_WORD.sub(" ", _UNSEEN.sub("", text).casefold()).strip()


def unnumbered(text: str) -> str:
    """A plain line without the number of a section.

    >>> unnumbered("2.1 The  Tide"), unnumbered("2")
    ('the tide', '2')
    """
    return _NUMBER.sub("", plain(text), count=1)


def alike(lines: Lines, words: Words) -> Iterator[list[int]]:
    """Groups of lines of one text that begin with the same three words, each in order; lines of fewer words are in none."""
    hashes = words.hashes[words.is_word]
    heads = running(words.is_word)[words.bounds]
    long = np.flatnonzero(heads[1:] - heads[:-1] >= 3)
    if not len(long):
        return
    at = heads[long]
    key = hashes[at] + w.mix(hashes[at + 1]) + w.mix(hashes[at + 2] ^ np.uint64(99))
    key += w.mix(lines.text_of[long].astype(np.uint64) + np.uint64(1))
    order = np.argsort(key, kind="stable")
    told, key = long[order], key[order]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    ends = np.append(starts[1:], len(key))
    several = ends - starts > 1
    for low, high in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        yield told[low:high].tolist()


def word_counts(words: Words) -> Ints:
    """Words of each line; two ideographs or kana count as one word."""
    n = len(words.bounds) - 1
    weight = np.where(words.first == ch.IDEOGRAPH, 0.5, 1.0) * words.is_word
    return np.floor(np.bincount(words.line_of, weights=weight, minlength=n)).astype(np.int64)


def _words(told: str) -> int:
    """Words of a plain line; two ideographs or kana count as one, as in `word_counts`."""
    found, apart = _IDEOGRAPH.subn(" ", told)
    return len(found.split()) + apart // 2


def captions_told_again(texts: Mapping[int, str], group: Sequence[int], caption: Mapping[int, float]) -> list[tuple[int, int]]:
    """Pairs (position, position it repeats) in a group that are tellings of one caption.

    Two lines are tellings of one caption if one is the other, or its beginning (a credit, a sentence was added), and the model
    sees a caption in one of them: strongly so where they are not equal, because a pull quote is the beginning of a line, too.

    >>> texts = dict(enumerate(["Anna Lund on Monday", "Anna Lund on Monday. (Photo: TT)", "Anna Lund on stage won"]))
    >>> captions_told_again(texts, [0, 1, 2], {0: 0.1, 1: 0.9, 2: 0.2})
    [(0, 1), (1, 0)]
    """
    if max(caption[i] for i in group) < LIKELY:
        return []
    told = {i: plain(texts[i]) for i in group}
    tellers: dict[str, list[int]] = {}
    for i in group:
        tellers.setdefault(told[i], []).append(i)
    relatives: dict[str, list[str]] = {text: [] for text in tellers}
    # sorted, a text stands before all that begin with it: those still open are the beginnings of the next
    beginnings: list[str] = []
    for text in sorted(tellers):
        while beginnings and not text.startswith(beginnings[-1] + " "):
            beginnings.pop()
        for shorter in beginnings:
            if len(text) > _LONGER * len(shorter):
                continue
            relatives[shorter].append(text)
            relatives[text].append(shorter)
        if _words(text) >= _ALIKE:
            beginnings.append(text)
    likely, sure = ({text: [i for i in own if caption[i] >= least] for text, own in tellers.items()} for least in (LIKELY, _SURE))
    pairs = []
    first_other: dict[tuple[str, bool], list[int]] = {}  # once a text, however often it is told
    for i in group:
        same = (tellers if caption[i] >= LIKELY else likely)[told[i]][:2]
        key = told[i], caption[i] >= _SURE
        if key not in first_other:
            other = tellers if caption[i] >= _SURE else sure
            first_other[key] = sorted(j for text in relatives[told[i]] for j in other[text][:1])[:1]
        found = [j for j in same if j != i] + first_other[key]
        if found:
            pairs.append((i, min(found)))
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


def is_item(line: str) -> bool:
    """Whether a line is the item of a list, or the row of a table: by itself it may stand twice, as steps of plans and heads of tables do.

    Items of eight words and more that stand twice do so in the reference, too, in 14 texts of folds 1 to 4, and in 4 not at all; other such
    lines do in 32, and not at all in 44.

    >>> is_item("- Ten minutes of easy jogging"), is_item("3. Dry the plums"), is_item("– Nobody told us, she says")
    (True, True, False)
    """
    return " | " in line or bool(_ITEM.match(line))


def is_lone(told: Callable[[int], str], lines: Lines, line: int, earlier: int) -> bool:
    r"""Whether of two equal lines of a text just this one is told again: not what stands before it, or after it, nor it at once.

    >>> from declutter.document import split
    >>> texts = ["Monday", "- Run", "Tuesday", "- Run", "Rest", "Swim", "- Run", "Rest"]
    >>> lines = split(["\n".join(texts)])
    >>> is_lone(texts.__getitem__, lines, 3, 1), is_lone(texts.__getitem__, lines, 6, 3)
    (True, False)
    """
    low, high = lines.bounds[lines.text_of[line]], lines.bounds[lines.text_of[line] + 1]
    before = earlier > low and told(line - 1) == told(earlier - 1)
    after = line + 1 < high and told(line + 1) == told(earlier + 1)
    return not before and not after and line != earlier + 1


@functools.lru_cache(maxsize=2)  # a headline is compared with many lines
def _told(line: str) -> tuple[str, frozenset[str]]:
    told = plain(line)
    return told, frozenset(told.split())


def tells_headline(line: str, headline: str) -> bool:
    """Whether a line tells the headline again: the same words, or with little added (the site's name) or left out.

    >>> tells_headline("Ferry limps home after flood | Ansel Post", "Ferry limps home after flood")
    True
    >>> tells_headline("What the inspectors found", "Ferry limps home after flood")
    False
    """
    (two, theirs), (one, mine) = _told(headline), _told(line)
    if not one or not two:
        return False
    if min(len(one), len(two)) >= 0.5 * max(len(one), len(two)) and (one in two or two in one):
        return True
    return len(mine & theirs) >= 0.7 * max(len(mine), len(theirs))


def is_barer(line: str, headline: str) -> bool:
    """Whether a line is the headline less the name of its site, behind a bar or dash.

    >>> is_barer("Ferry limps home", "Ferry limps home | Ansel Post"), is_barer("Ferry limps home", "Ferry limps home after flood")
    (True, False)
    """
    before, found, behind = headline.partition(line.strip())
    return bool(found) and not before.strip() and bool(_SITE.match(behind))
