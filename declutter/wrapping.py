"""Hard-wrapped texts: lines broken at one width, as by mail, html2text and text browsers, read as the paragraphs that they were.

A line that ends because the next word would not have fit goes on in the next line.  In place of such a line end a text gets spaces, as
many as it had characters, so that every offset stays what it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from declutter import characters as ch
from declutter.document import Array, Lines

# A text is wrapped if that many of its lines go on in the next one with a small letter, and if there is a width that explains the end of
# nearly all of those, and that hardly any line of the text exceeds.  Of 14,318 scrapes of 1,286 pages 22 are, most of them of pages whose
# source is wrapped
_LEAST, _EXPLAINED, _BEYOND = 3, 0.8, 0.1
_NARROWEST, _WIDEST = 40, 120


def unwrapped(texts: Sequence[str], lines: Lines) -> dict[int, str]:
    r"""Those of the texts that are wrapped, by number, with spaces for the line ends in their paragraphs; `lines` are those of all texts.

    >>> from declutter.document import split
    >>> words = "The ferry came back with its pumps still running and nobody hurt, the harbour master said, but very late. "
    >>> import textwrap
    >>> text = textwrap.fill(words * 4, 60) + "\n\nShare"
    >>> found = unwrapped(["Share", text], split(["Share", text]))
    >>> list(found), found[1].split("\n") == [(words * 4).strip(), "", "Share"], len(found[1]) == len(text)
    ([1], True, True)
    """
    goes_on = _goes_on(lines)
    begun = np.bincount(lines.text_of[goes_on], minlength=len(texts))
    long = np.bincount(lines.text_of[lines.last - lines.starts > _WIDEST], minlength=len(texts))
    likely = np.flatnonzero((begun >= _LEAST) & (long <= _BEYOND * np.diff(lines.bounds)))
    return {number: text for number in likely.tolist() if (text := _unwrapped(texts[number], lines, number, goes_on)) is not None}


def _goes_on(lines: Lines) -> Array:
    """Which lines are followed at once by one that begins with a small letter, and do not end a sentence."""
    goes_on = np.zeros(len(lines), dtype=bool)
    if len(lines):
        classes = ch.classes(lines.sorts)
        small, ended = classes[lines.first] == ch.LOWER, classes[lines.last - 1] == ch.STOP
        goes_on[:-1] = small[1:] & ~ended[:-1] & (lines.blanks_before[1:] == 0) & (lines.text_of[1:] == lines.text_of[:-1])
    return goes_on


def _unwrapped(text: str, lines: Lines, number: int, goes_on: Array) -> str | None:
    own = slice(int(lines.bounds[number]), int(lines.bounds[number + 1]))
    base = int(lines.offsets[number])
    first, last = lines.first[own] - base, lines.last[own] - base
    sizes = last - (lines.starts[own] - base)
    words = np.array([len(text[low:high].split(None, 1)[0]) for low, high in zip(first.tolist(), last.tolist(), strict=True)])
    with_next = sizes[:-1] + 1 + words[1:]
    broken = goes_on[own][:-1]
    width = _width(sizes[:-1][broken], with_next[broken])
    if width is None or (sizes > width).mean() > _BEYOND:
        return None
    soft = np.flatnonzero((sizes[:-1] <= width) & (width < with_next) & (lines.blanks_before[own][1:] == 0))
    parts, at = [], 0
    ends, starts = (lines.ends[own] - base).tolist(), (lines.starts[own] - base).tolist()
    for line in soft.tolist():
        parts += [text[at : ends[line]], " " * (starts[line + 1] - ends[line])]
        at = starts[line + 1]
    return "".join(parts) + text[at:]


def _width(sizes: Array, with_next: Array) -> int | None:
    """The width at which most lines would end where they do: none is longer, and each would be with the next word."""
    steps = np.zeros(_WIDEST + 2)
    np.add.at(steps, np.minimum(sizes, _WIDEST + 1), 1)
    np.add.at(steps, np.minimum(with_next, _WIDEST + 1), -1)
    explained = np.cumsum(steps)[: _WIDEST + 1]
    explained[:_NARROWEST] = 0
    width = int(explained.argmax())
    return width if explained[width] >= _EXPLAINED * len(sizes) else None
