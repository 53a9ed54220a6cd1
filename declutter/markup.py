"""What the markup of a page says of its lines, as numbers for the second stage."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from declutter import words as w
from declutter.context import around_lines
from declutter.document import Array, Lines, split
from declutter.features import Columns, Floats
from declutter.kinds import KINDS
from declutter.words import Words, words_of

MARKUP_BUCKETS = 1 << 14
# What a line can stand in; each is a number of the second stage.
PLACES = [
    "a",
    "article",
    "aside",
    "blockquote",
    "button",
    "em",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "label",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "strong",
    "table",
    "time",
    "ul",
]
PLACE_BIT = {tag: 1 << bit for bit, tag in enumerate(PLACES)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands in the tree: places as bits, hashed names of tags, classes and ids, parent, depth and link share."""

    places: int
    names: tuple[int, ...]
    parent: int
    depth: int
    links: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page cut into lines, their places, and what the page says of itself in other words: its titles and its body in JSON-LD.

    `other` names what the input is where it is no page.
    """

    lines: tuple[str, ...]
    places: tuple[Place, ...]
    titles: str
    body: str
    tree: Any
    other: str | None = None

    @property
    def text(self) -> str:
        r"""All lines joined by `\n`."""
        return "\n".join(self.lines)


def markup_names(pages: Sequence[Page]) -> tuple[Array, Array]:
    """Hashed names of each line's place: buckets, and where those of each line begin."""
    names = [place.names for page in pages for place in page.places]
    bounds = np.concatenate([[0], np.cumsum([len(own) for own in names])]).astype(np.int32)
    return np.fromiter((name for own in names for name in own), dtype=np.int32, count=int(bounds[-1])), bounds


def numbers(pages: Sequence[Page], lines: Lines, words: Words, opinion: Floats) -> Columns:
    """What the markup says of each line, by name; `opinion` (lines, outputs) is what the names of its place say."""
    places = [place for page in pages for place in page.places]
    bits = np.array([place.places for place in places], dtype=np.int64)
    depth = np.array([place.depth for place in places], dtype=np.float32)
    links = np.array([place.links for place in places], dtype=np.float32)
    parent = np.array([place.parent for place in places], dtype=np.int64)
    size = (lines.last - lines.first).astype(np.float32)
    key = parent * 4096 + lines.text_of % 4096
    _, group = np.unique(key, return_inverse=True)
    whole = np.bincount(lines.text_of, weights=size, minlength=len(pages))[lines.text_of]
    out: Columns = {f"in {tag}": (bits >> bit & 1) for bit, tag in enumerate(PLACES)}
    out |= {
        "depth": depth,
        "share of links": links,
        "lines under the same parents": np.log1p(np.bincount(group)[group]),
        "share of the page's characters under the same parents": np.bincount(group, weights=size)[group] / np.maximum(whole, 1),
        "mean length under the same parents": np.log1p(np.bincount(group, weights=size)[group] / np.bincount(group)[group]),
        "share of links under the same parents": np.bincount(group, weights=links * size)[group]
        / np.maximum(np.bincount(group, weights=size)[group], 1),
        "share of words in the page's titles": _told(lines, words, [page.titles for page in pages], False),
        "share of pairs in the body that the page gives of itself": _told(lines, words, [page.body for page in pages], True),
        "the page gives a body of itself": np.array([len(page.body) > 400 for page in pages])[lines.text_of],
    }
    out |= around_lines(lines, {"markup looks kept": opinion[:, -1], "links": links})
    out |= {f"markup looks like {kind}": np.log(opinion[:, slot] + 1e-4) for slot, kind in enumerate(KINDS)}
    return {name: np.asarray(column, dtype=np.float32) for name, column in out.items()}


def _told(lines: Lines, words: Words, texts: Sequence[str], pairs: bool) -> Floats:
    """The share of each line's words, or pairs of words, that occur in another text of its page."""
    other = split(texts)
    others = words_of(other)
    mine, theirs = words.hashes, others.hashes
    own, of = words.line_of, lines.text_of
    if pairs:
        mine = w.mix(mine + np.append(mine[1:], mine[:1]) * np.uint64(3))
        theirs = w.mix(theirs + np.append(theirs[1:], theirs[:1]) * np.uint64(3))
    salt = np.uint64(0x9E3779B97F4A7C15)
    hit = np.isin(mine + of[own].astype(np.uint64) * salt, theirs + other.text_of[others.line_of].astype(np.uint64) * salt)
    hit &= words.is_word
    count = np.bincount(own, weights=words.is_word, minlength=len(lines))
    return np.bincount(own, weights=hit, minlength=len(lines)) / np.maximum(count, 1)


@functools.cache
def page_number_names() -> tuple[str, ...]:
    """The names of the numbers that markup adds to those of `context.number_names`, in their order."""
    places = tuple(Place(0, (), 0, 1, 0.0) for _ in range(2))
    lines = split(["One line.\nAnother."])
    page = Page(("One line.", "Another."), places, "", "", None)
    return tuple(numbers([page], lines, words_of(lines), np.full((2, len(KINDS) + 1), 0.05, dtype=np.float32)))
