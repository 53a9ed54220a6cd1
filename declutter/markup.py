"""What the markup of a page says of its lines, as numbers for the second stage."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from declutter import words as w
from declutter.context import around_lines, columns
from declutter.document import Array, Ints, Lines, running, split
from declutter.features import KEPT_COLUMNS, Columns, Floats
from declutter.kinds import KINDS
from declutter.parsing import Own
from declutter.words import Words, words_of

MARKUP_BUCKETS = 1 << 15
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
HEADINGS = sum(PLACE_BIT[tag] for tag in ("h1", "h2", "h3", "h4", "h5", "h6"))
# What a page says of itself, of which the words that a line has too are counted, or the pairs of words, where single words say little.
_OWN_WORDS = ("titles", "names", "authors")
_OWN_PAIRS = ("body", "description", "pictures")


class Place(NamedTuple):
    """Where a line stands in the tree.

    What it stands in as bits (`PLACE_BIT`), hashed names of tags, classes and ids, a hash of the way from the root, the numbers of
    the blocks around it (the outermost first), the share of its text that is linked, and pictures since the line before; how many links
    it has, and the shares of them that leave the site, and that lead to a title.
    """

    places: int
    names: tuple[int, ...]
    parent: int
    blocks: tuple[int, ...]
    links: float
    pictures: int
    anchors: int = 0
    out: float = 0.0
    titled: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page cut into lines, their places, and what the page says of itself in other words.

    `other` names what the input is where it is no page.
    """

    lines: tuple[str, ...]
    places: tuple[Place, ...]
    own: Own
    tree: Any
    other: str | None = None

    @property
    def text(self) -> str:
        r"""All lines joined by `\n`."""
        return "\n".join(self.lines)


def markup_names(pages: Sequence[Page]) -> tuple[Array, Array]:
    """Hashed names of each line's place: buckets, and where those of each line begin."""
    names = [place.names for page in pages for place in page.places]
    bounds = running(np.array([len(own) for own in names], dtype=np.int64)).astype(np.int32)
    return np.fromiter(chain.from_iterable(names), dtype=np.int32, count=int(bounds[-1])), bounds


def numbers(pages: Sequence[Page], lines: Lines, words: Words, text: Columns, alone: Floats, opinion: Floats) -> Columns:
    """What the markup says of each line, by name.

    `text` are the numbers of the text, `alone` (lines, outputs) is what the first stage says of it, `opinion` (lines, outputs) what
    the names of its place say.
    """
    places = [place for page in pages for place in page.places]
    bits = np.array([place.places for place in places], dtype=np.int64)
    links = np.array([place.links for place in places], dtype=np.float32)
    pictures = np.array([min(place.pictures, 9) for place in places], dtype=np.float32)
    size = (lines.last - lines.first).astype(np.float32)
    out: Columns = {f"in {tag}": (bits >> bit & 1) for bit, tag in enumerate(PLACES)}
    own = [page.own for page in pages]
    told_body = np.array([len(each.body) for each in own])
    shares = _told(lines, words, own)
    out |= {
        "depth": np.array([len(place.blocks) for place in places], dtype=np.float32),
        "share of words in the page's titles": shares["titles"],
        "share of pairs in the body that the page gives of itself": shares["body"],
        "the page gives a body of itself": (told_body > 400)[lines.text_of],
        "log of kilobytes of the body that the page gives of itself": np.log1p(told_body / 1000)[lines.text_of],
        "share of words in the names of the site": shares["names"],
        "share of words in the names of the authors": shares["authors"],
        "share of pairs in the page's description": shares["description"],
        "share of pairs in what pictures show": shares["pictures"],
        "log of links": np.log1p([place.anchors for place in places]),
    }
    leads = {
        "links that leave the site": np.array([place.out for place in places], dtype=np.float32),
        "links to titles": np.array([place.titled for place in places], dtype=np.float32),
    }
    whole = np.bincount(lines.text_of, weights=size, minlength=len(pages))[lines.text_of]
    paragraph = text["paragraph"]
    told = {"links": links, "looks kept": alone[:, KEPT_COLUMNS].sum(axis=1), "stands in articles": alone[:, -1], "paragraph": paragraph,
            "markup looks kept": opinion[:, -1], **leads}  # fmt: skip
    parent = np.array([place.parent for place in places], dtype=np.int64)
    _, alike = np.unique(parent * 4096 + lines.text_of % 4096, return_inverse=True)
    out |= _groups(alike, size, whole, told, "under alike parents")
    story = size * alone[:, -1] * opinion[:, -1]
    nodes, bounds = _nodes(places, lines)
    for back in (2, 3, 4, 5):
        above = nodes[np.maximum(bounds[1:] - back, bounds[:-1])]
        out |= _groups(above, size, whole, told, f"in the block {back - 1} above")
    out |= _main(nodes, bounds, story, lines)
    out |= around_lines(lines, {"markup looks kept": opinion[:, -1], "links": links, "pictures": pictures, **leads})
    out |= _heading(lines, bits, told)
    out |= {f"markup looks like {kind}": np.log(opinion[:, slot] + 1e-4) for slot, kind in enumerate(KINDS)}
    return {name: np.asarray(column, dtype=np.float32) for name, column in out.items()}


def _nodes(places: Sequence[Place], lines: Lines) -> tuple[Ints, Ints]:
    """The blocks around each line, numbered over all pages, and where those of each line begin."""
    bounds = running(np.array([len(place.blocks) for place in places], dtype=np.int64))
    nodes = np.fromiter((node for place in places for node in place.blocks), dtype=np.int64, count=int(bounds[-1]))
    owner = np.repeat(lines.text_of, np.diff(bounds))
    count = int(nodes.max(initial=0)) + 1
    return nodes + owner * count, bounds


def _groups(group: Ints, size: Floats, whole: Floats, told: Columns, where: str) -> Columns:
    """Lines of a group as one: how many, how much of the page, and the means of what is told of them, by their size."""
    _, group = np.unique(group, return_inverse=True)
    count, mass = np.bincount(group), np.bincount(group, weights=size)
    out: Columns = {
        f"log of lines {where}": np.log1p(count)[group],
        f"share of the page's characters {where}": mass[group] / np.maximum(whole, 1),
        f"mean length {where}": np.log1p(mass / count)[group],
    }
    for name, value in told.items():
        out[f"{name} {where}"] = (np.bincount(group, weights=value * size) / np.maximum(mass, 1))[group]
    return out


def _main(nodes: Ints, bounds: Ints, story: Floats, lines: Lines) -> Columns:
    """How far a line stands from the blocks that hold most of what reads like the story."""
    steps = np.diff(bounds)
    line = np.repeat(np.arange(len(steps)), steps)
    _, node = np.unique(nodes, return_inverse=True)
    mass = np.bincount(node, weights=story[line])
    whole = np.bincount(lines.text_of, weights=story, minlength=len(lines.bounds) - 1)[lines.text_of]
    share = mass[node] / np.maximum(whole, 1e-6)[line]
    out: Columns = {}
    for part in (0.5, 0.8):
        inside = np.bincount(line, weights=share >= part, minlength=len(steps))
        deepest = np.zeros(len(lines.bounds) - 1)
        np.maximum.at(deepest, lines.text_of, inside)
        out[f"steps from a block with {part:.0%} of the story"] = steps - inside
        out[f"steps out of the block with {part:.0%} of the story"] = deepest[lines.text_of] - inside
    for back in (2, 3, 4):
        at = np.maximum(bounds[1:] - back, bounds[:-1])
        out[f"share of the story in the block {back - 1} above"] = share[at]
    return out


def _heading(lines: Lines, bits: Array, told: Columns) -> Columns:
    """What the heading above says of the lines under it, and how far it is."""
    at = np.arange(len(lines))
    last = np.maximum.accumulate(np.where(bits & HEADINGS, at, -1))
    last = np.where(bits & HEADINGS, np.concatenate([[-1], last[:-1]]), last)
    there = last >= lines.bounds[lines.text_of]
    out: Columns = {"lines since a heading": np.where(there, np.minimum(at - last, 40), 41)}
    for name in ("looks kept", "stands in articles", "markup looks kept"):
        out[f"the heading above {name}"] = np.where(there, told[name][last], -1)
    first = np.maximum.accumulate(np.where(bits & PLACE_BIT["h1"], at, -1))
    out["lines since a first heading"] = np.where(first >= lines.bounds[lines.text_of], np.minimum(at - first, 200), -1)
    headings = np.cumsum(bits & PLACE_BIT["h1"] > 0)
    out["first headings before"] = headings - headings[lines.bounds[lines.text_of]]
    return out


def _told(lines: Lines, words: Words, own: Sequence[Own]) -> Columns:
    """The share of each line's words, or pairs of words, that occur in each of the texts in which its page tells of itself."""
    if not len(lines):
        return {name: np.zeros(0) for name in _OWN_WORDS + _OWN_PAIRS}
    other = split([getattr(each, name) for name in _OWN_WORDS + _OWN_PAIRS for each in own])
    others = words_of(other)
    field, page = np.divmod(other.text_of[others.line_of], len(own))
    salt = np.uint64(0x9E3779B97F4A7C15)
    mine = words.hashes, w.mix(words.hashes + np.append(words.hashes[1:], words.hashes[:1]) * np.uint64(3))
    theirs = others.hashes, w.mix(others.hashes + np.append(others.hashes[1:], others.hashes[:1]) * np.uint64(3))
    count = np.maximum(np.bincount(words.line_of, weights=words.is_word, minlength=len(lines)), 1)
    out: Columns = {}
    for pairs, names in enumerate((_OWN_WORDS, _OWN_PAIRS)):
        every, which = np.unique(mine[pairs] + lines.text_of[words.line_of].astype(np.uint64) * salt, return_inverse=True)
        told = theirs[pairs] + page.astype(np.uint64) * salt
        at = np.minimum(np.searchsorted(every, told), len(every) - 1)
        known = every[at] == told
        for number, name in enumerate(names, len(_OWN_WORDS) * pairs):
            hit = np.zeros(len(every), dtype=bool)
            hit[at[known & (field == number)]] = True
            out[name] = np.bincount(words.line_of, weights=hit[which] & words.is_word, minlength=len(lines)) / count
    return out


@functools.cache
def page_number_names() -> tuple[str, ...]:
    """The names of the numbers that markup adds to those of `context.number_names`, in their order."""
    places = tuple(Place(0, (), 0, (0,), 0.0, 0) for _ in range(2))
    lines = split(["One line.\nAnother."])
    page = Page(("One line.", "Another."), places, Own(), None)
    words, even = words_of(lines), np.full((2, len(KINDS) + 1), 0.05, dtype=np.float32)
    return tuple(numbers([page], lines, words, columns(lines, words, even), even, even))
