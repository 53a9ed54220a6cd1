"""The tree of a page cut into lines, as a reader sees them.

The tree is walked once.  A line is a block of the page; `br` breaks one, a table row is its cells joined by ` | `, white space is
collapsed except in `pre`, and what is hidden gives no line.
"""

from __future__ import annotations

import functools
import re
import zlib
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any

from declutter import parsing
from declutter.document import BREAK
from declutter.links import Link
from declutter.markup import MARKUP_BUCKETS, PLACE_BIT, Place

# The parser takes what stands behind an `embed` for its content, so that one is no reason to skip it
_SKIPPED = frozenset([
    "script", "style", "noscript", "noframes", "noembed", "template", "title", "svg", "iframe", "object",
    "canvas", "audio", "video", "select", "option", "datalist", "textarea", "input", "map", "rt", "rp", "annotation", "annotation-xml"
])  # fmt: skip
_RAISED = frozenset(("sup", "sub"))  # which belong to the word before
_INLINE_INPROSE = frozenset(("button", "label"))  # blocks, but parts of the sentence in a paragraph
# Classes by which a few words stand in a line for readers of screens alone: "(opens in new tab)"
_FOR_EARS = frozenset(["sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only", "show-for-sr"])
_ANCHORS = frozenset("#¶§🔗")
_HIDDEN_STYLE = re.compile(r"(?<![-\w])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)  # not of a backface
_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_PICTURES = frozenset(("img", "video", "iframe", "amp-img"))
_NAMING = ("class", "id", "itemprop", "role", "data-testid", "data-component", "aria-label")  # attributes that say what an element is for
_REACH = 7  # elements above that of a line whose names are asked
PROSE = 60  # characters of a line that may be a paragraph


@dataclass(slots=True)
class _Level:
    """One open element: what holds for everything in it.  What only lines need is worked out when one begins here, and kept."""

    tag: str
    attributes: dict[str, str]
    above: _Level | None
    places: int = 0
    link: Link | None = None
    node: int = 0  # blocks are numbered in the order of the page; what is inline is part of its block
    named: tuple[tuple[int, ...], ...] | None = None
    parent: int | None = None
    around: tuple[int, ...] | None = None

    def names(self, apart: int) -> tuple[int, ...]:
        """Hashes of its tag, and of what its class, id and role say."""
        if self.named is None:
            told = [self.attributes.get(name, "")[:200] for name in _NAMING] if self.attributes else ()
            self.named = _names(self.tag, *told)
        return self.named[apart]

    def looks(self) -> tuple[int, ...]:
        """Hashed names of this element and of those around it: its own, the nearest two, and the rest apart."""
        names, level = list(self.names(0)), self.above
        for back in range(_REACH):
            if level is None or level.above is None:
                break
            names += level.names(1 if back < 2 else 2)
            level = level.above
        return tuple(names)

    def way(self) -> int:
        """A hash of the tags and classes from the root to here: alike for elements that a template repeats."""
        if self.parent is None:
            above = self.above.way() if self.above is not None else 0
            told = f"{self.tag}.{self.attributes.get('class', '')[:60]}" if self.tag else ""
            self.parent = zlib.crc32(told.encode("utf-8", "replace"), above & 0xFFFF)
        return self.parent

    def blocks(self) -> tuple[int, ...]:
        """The numbers of the blocks that this stands in, the outermost first."""
        if self.around is None:
            outer = () if self.above is None else self.above.blocks()
            self.around = outer if outer and outer[-1] == self.node else (*outer, self.node)
        return self.around


@dataclass(slots=True)
class Cutter:
    """Gathers the text of a line until something ends it."""

    level: _Level
    lines: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    hidden: list[Any] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    at: _Level | None = None
    linked: int = 0
    size: int = 0
    pictures: int = 0
    cell: int = 0  # of the innermost row, from 1
    reach: tuple[int, int] = (0, 0)  # the first and last cell of the line that is being gathered
    cells: list[tuple[int, int]] = field(default_factory=list)  # those of each line
    seen: list[Link] = field(default_factory=list)  # links of the line that is being gathered
    links: list[tuple[Link, ...]] = field(default_factory=list)  # those of each line
    closed: bool = False  # an element was closed and nothing has come since
    meets: bool = False  # and another one was opened
    rows: list[tuple[int, int]] = field(default_factory=list)  # open rows: the line they begin at, and the cell they stand in

    def add(self, text: str | None) -> None:
        """Text of the innermost open element."""
        if not text:
            return
        if self.level.places & PLACE_BIT["pre"]:
            for number, line in enumerate(BREAK.split(text)):
                if number:
                    self.end()
                self._take(line)
        else:
            self._take(text)

    def _take(self, text: str) -> None:
        words = text.split()
        if self.meets and self.parts and _is_joint(self.parts[-1], text):
            self.parts.append(" ")
        self.closed = self.meets = False
        if words:
            if self.at is None:
                self.at, self.reach = self.level, (self.cell, self.cell)
            self.reach = (self.reach[0], self.cell)
            size = len(" ".join(words))
            self.size += size
            if self.level.places & PLACE_BIT["a"]:
                self.linked += size
                link = self.level.link
                if link is not None and link.address and (not self.seen or self.seen[-1] != link):
                    self.seen.append(link)
        self.parts.append(text)

    def end(self) -> None:
        """The line ends here, if there is one."""
        if self.at is None:
            self.parts.clear()
            return
        at, text = self.at, "".join(self.parts)
        if at.places & PLACE_BIT["pre"]:
            text = text.rstrip()
        else:
            text = " ".join(text.split())
        if text.strip():
            self.lines.append(text)
            self.places.append(Place(at.places, at.looks(), at.way(), at.blocks(), self.linked / max(1, self.size), self.pictures))
            self.cells.append(self.reach)
            self.links.append(tuple(self.seen))
            self.pictures = 0
        self.parts, self.at, self.linked, self.size, self.seen = [], None, 0, 0, []

    def open_row(self) -> None:
        """A table row begins: its cells are counted."""
        self.rows.append((len(self.lines), self.cell))
        self.cell = 0

    def close_row(self) -> None:
        """A row is its cells joined; one with several blocks in a cell, or several lines in one and prose, lays out the page."""
        begin, self.cell = self.rows.pop()
        lines, places, links_ = self.lines[begin:], self.places[begin:], self.links[begin:]
        steps = [two[0] - one[1] for one, two in pairwise(self.cells[begin:])]
        broken = [one.blocks == two.blocks for (one, two), step in zip(pairwise(places), steps, strict=True) if step <= 0]  # by `br`
        if any(steps) and all(broken) and (not broken or max(map(len, lines)) < PROSE):
            size = sum(map(len, lines))
            links = sum(place.links * len(line) for place, line in zip(places, lines, strict=True)) / size
            gaps = [" | " + "| " * (step - 1) if step else " " for step in steps]  # of two steps the first is to an empty cell
            joined = lines[0] + "".join(chain.from_iterable(zip(gaps, lines[1:], strict=True)))
            lines, places, links_ = [joined], [places[0]._replace(links=links)], [tuple(chain.from_iterable(links_))]
        self.lines[begin:], self.places[begin:], self.links[begin:] = lines, places, links_
        self.cells[begin:] = [(self.cell, self.cell)] * len(lines)


def walk(tree: Any, shown: frozenset[Any] = frozenset()) -> Cutter:
    """All lines of a tree, with their places, links and cells, and the elements that it hides, but for those that are `shown`."""
    from lxml import etree

    root = _Level("", {}, None)
    cutter, blocks = Cutter(root), 0
    events = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in events:
        tag = element.tag
        if event == "start":
            level = cutter.level
            attributes = dict(element.items())
            if not isinstance(tag, str) or tag in _SKIPPED or (_hidden(element, tag, attributes) and element not in shown):
                if tag not in _SKIPPED:
                    cutter.hidden.append(element)
                elif tag in _PICTURES:
                    cutter.pictures += 1
                cutter.level = _Level("", {}, level)
                events.skip_subtree()
                continue
            cutter.meets = cutter.closed and tag not in _RAISED
            link = level.link if tag != "a" else Link.of(attributes.get("href"), attributes.get("rel"))
            if tag in parsing.BLOCKS and not (tag in _INLINE_INPROSE and level.places & PLACE_BIT["p"]):
                cutter.end()
                if tag == "tr":
                    cutter.open_row()
                blocks += 1
                cutter.level = _Level(tag, attributes, level, level.places | PLACE_BIT.get(tag, 0), link, blocks)
            else:
                if tag == "br":
                    cutter.end()
                elif tag in parsing.CELLS:
                    cutter.end()
                    cutter.cell += 1
                elif tag in _PICTURES:
                    cutter.pictures += 1
                cutter.level = _Level(tag, attributes, level, level.places | PLACE_BIT.get(tag, 0), link, level.node)
            cutter.add(element.text)
            continue
        if event == "end":
            closed, cutter.level = cutter.level, cutter.level.above or root
            if tag in parsing.BLOCKS and closed.node != cutter.level.node:
                cutter.end()
            if closed.tag == "tr":
                cutter.close_row()
            cutter.closed = closed.tag not in _RAISED
        cutter.add(element.tail)
    cutter.end()
    return cutter


def _is_joint(before: str, after: str) -> bool:
    """Whether two words meet where one element ends and another begins, that stand apart on the page: "Prep time" and "2 hrs".

    Of 113 such places in lines that stay (folds 1 to 4) the reference has 61 apart and none as one word.

    >>> _is_joint("Prep time", "2 hrs"), _is_joint("the i", "Phone"), _is_joint("water", " Under")
    (True, False, False)
    """
    return len(before) > 1 and before[-2:].isalpha() and before[-1].islower() and (after[:1].isupper() or after[:1].isdigit())


def _hidden(element: Any, tag: str, attributes: dict[str, str]) -> bool:
    if tag not in parsing.BLOCKS and attributes and (_for_ears(attributes) or _is_anchor(element, attributes)):
        return True
    if tag == "dialog" and "open" not in attributes:
        return True
    if "hidden" in attributes or "popover" in attributes or attributes.get("role") == "tooltip":
        return True
    return "style" in attributes and _HIDDEN_STYLE.search(attributes["style"]) is not None


def _is_anchor(element: Any, attributes: dict[str, str]) -> bool:
    """Whether it is the mark beside a heading, by which that can be linked to."""
    return element.tag == "a" and attributes.get("href", "")[:1] == "#" and (element.text or "").strip() in _ANCHORS and not len(element)


def _for_ears(attributes: dict[str, str]) -> bool:
    return "class" in attributes and not _FOR_EARS.isdisjoint(attributes["class"].split())


@functools.lru_cache(maxsize=8192)
def _names(tag: str, *told: str) -> tuple[tuple[int, ...], ...]:
    """Hashes of a tag and of the words of its class, id and role, alone and together with the tag; then others of them for elements around
    a line, near and far.
    """
    parts = list(dict.fromkeys([part.lower() for part in _NAME_PARTS.findall(" ".join(told)) if len(part) > 1]))[:10]
    own = [zlib.crc32(part.encode()) % MARKUP_BUCKETS for part in [f"<{tag}>", *parts, *[f"{tag}.{part}" for part in parts]]]
    return tuple(own), *[tuple([(name * 31 + apart) % MARKUP_BUCKETS for name in own]) for apart in (1, 2)]
