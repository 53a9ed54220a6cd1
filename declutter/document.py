r"""Texts as lines in one buffer of code points, and the kept lines as text again.

Everything that follows works on whole buffers: the code points of many texts behind one another, and for each non-blank
line where it begins and ends.  Code points, not bytes, because offsets are then those of `str`.

>>> lines = split(["One.\r\n\n  Two.\n", "Three."])
>>> lines.starts.tolist(), lines.ends.tolist(), lines.text_of.tolist(), lines.blanks_before.tolist()
([0, 7, 15], [4, 13, 21], [0, 0, 1], [0, 1, 0])
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from declutter import characters
from declutter.characters import Array as Array

Ints = Array

BREAK = re.compile(r"\r\n|\r|\n")
_WHOLE_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")


@dataclass(frozen=True, slots=True)
class Lines:
    """The non-blank lines of one or more texts, in order, over one buffer.

    `chars` holds the code points (uint32) of all texts, each followed by a line feed, `sorts` what sort each is.  `starts` and `ends`
    cut a line out of it, indentation in, line end out; `first` and `last` the same without white space around.  `text_of` names a
    line's text, `bounds[t]:bounds[t + 1]` are the lines of text t, which begins at `offsets[t]`.  `blanks_before` counts the blank
    lines between a line and the one before it in the same text.
    """

    chars: Array
    sorts: Array
    starts: Ints
    ends: Ints
    first: Ints
    last: Ints
    text_of: Ints
    bounds: Ints
    offsets: Ints
    blanks_before: Ints

    def __len__(self) -> int:
        return len(self.starts)


def cost(text: str) -> int:
    """Roughly what it costs to hold a text, in characters: an endless row of empty ones fills a batch, too.

    >>> cost("Tide")
    104
    """
    return 100 + len(text)


def running(counts: Array) -> Ints:
    """Sums of all counts before each one, and of all of them at the end: where the parts of so many things begin.

    >>> running(np.array([2, 3])).tolist()
    [0, 2, 5]
    """
    sums = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=sums[1:])
    return sums


def split(texts: Sequence[str]) -> Lines:
    r"""Cut texts into lines: `\n`, `\r\n` and `\r` end a line, nothing else does; blank lines are only counted."""
    buffer = ("\n".join(texts) + "\n").encode("utf-32-le", "surrogatepass")
    chars = np.frombuffer(buffer, dtype="<u4").astype(np.uint32, copy=False)
    offsets = running(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1)
    if not texts:
        chars = chars[:0]
    sorts = characters.sorts_of(chars)

    feed, returned = characters.feeds(sorts), characters.returns(sorts)
    # the first half of "\r\n" ends the line, the second half only moves the start of the next
    second = np.zeros_like(feed)
    second[1:] = feed[1:] & returned[:-1]
    breaks = np.flatnonzero(feed | returned)
    heads = np.zeros_like(breaks)
    heads[1:] = breaks[:-1] + 1
    whole = ~second[breaks]
    heads, ends = heads[whole], breaks[whole]

    # runs of characters that are no white space: a line is blank if it holds none
    shown = characters.classes(sorts) != characters.SPACE
    edges = np.flatnonzero(shown[1:] != shown[:-1]) + 1
    if shown[:1].any():
        edges = np.append(0, edges)
    run_starts, run_ends = edges[::2], edges[1::2]
    after = np.searchsorted(run_starts, heads)
    before = np.searchsorted(run_ends, ends, side="right") - 1
    filled = before >= after
    starts, ends = heads[filled], ends[filled]
    rank = np.flatnonzero(filled)
    text_of = np.searchsorted(offsets, starts, side="right") - 1
    blanks = rank.copy()
    blanks[1:] -= rank[:-1] + 1
    bounds = np.searchsorted(text_of, np.arange(len(texts) + 1))
    # the first line of a text: blank lines since the text began
    opening = bounds[:-1][bounds[:-1] < bounds[1:]]
    text_heads = np.searchsorted(heads, offsets[text_of[opening]])
    blanks[opening] = rank[opening] - text_heads
    return Lines(chars, sorts, starts, ends, run_starts[after[filled]], run_ends[before[filled]], text_of, bounds, offsets, blanks)


def without(text: str, start: int, end: int, cuts: Iterable[tuple[int, int]]) -> str:
    """What is left from `start` to `end` of a text less the stretches `cuts`, which are in order.

    >>> without("a bc d", 0, 6, [(1, 2), (4, 6)])
    'abc'
    """
    parts, at = [], start
    for low, high in cuts:
        parts.append(text[at:low])
        at = high
    return "".join(parts) + text[at:end]


def render(text: str, starts: Sequence[int], ends: Sequence[int], kept: Sequence[bool], bodies: Sequence[str | None]) -> str:
    r"""The kept lines as text, each byte for byte (or as `bodies` has it, where a span was taken out of it).

    Where lines were removed, one blank line of the gap stays if the gap had one; none at the start or end.  The result ends
    with a line end if the text does.

    >>> render("a\n\nb\n\n\nc\n", [0, 3, 7], [1, 4, 8], [True, False, True], [None] * 3)
    'a\n\nc\n'
    >>> render("a\nb", [0, 2], [1, 3], [True, False], [None] * 2)
    'a'
    """
    if all(kept) and bodies.count(None) == len(bodies):
        return text
    if not any(kept):
        return ""
    parts: list[str] = []
    taken, previous_end, removed_since = 0, 0, False  # what stands from `taken` to `previous_end` comes out as it is
    for start, end, stays, body in zip(starts, ends, kept, bodies, strict=True):
        if not stays:
            removed_since = True
            continue
        if removed_since:
            parts += [text[taken:previous_end], _short_gap(text[previous_end:start], previous_end > 0)]
            taken, removed_since = start, False
        if body is not None:
            parts += [text[taken:start], body]
            taken = end
        previous_end = end
    parts.append(text[taken:previous_end])
    tail = text[previous_end:]
    if removed_since:
        tail = _first_break(tail) if text[-1] in "\r\n" else ""
    return "".join(parts) + tail


def _first_break(gap: str) -> str:
    found = BREAK.search(gap)
    return found[0] if found else ""


def _short_gap(gap: str, inside: bool) -> str:
    """What stays of a gap that removed lines stood in: the line end, and one blank line if there was one."""
    if not inside:
        return ""
    end = BREAK.match(gap)
    assert end is not None, "a kept line before the gap ends in a line break"
    blank = next((line[0] for line in _WHOLE_LINE.finditer(gap, end.end()) if not line[0].strip()), "")
    if end[0] == "\r" and blank.startswith("\n"):  # side by side the two would be one line end
        blank = "\r"
    return end[0] + blank
