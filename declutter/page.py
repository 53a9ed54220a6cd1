"""A page as the lines that a reader sees, with what the markup says of each.

The tree is walked once.  A line is a block of the page; `br` breaks one, a table row is its cells joined by ` | `, white space is
collapsed except in `pre`, and what is hidden gives no line.
"""

from __future__ import annotations

import functools
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from declutter.decoding import decoded, other_format
from declutter.markup import MARKUP_BUCKETS, PLACE_BIT, Page, Place
from declutter.verdict import Verdict

_SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "title",
        "svg",
        "math",
        "iframe",
        "head",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "select",
        "option",
        "datalist",
        "textarea",
        "input",
        "map",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
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
        "hgroup",
        "hr",
        "html",
        "label",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_CELLS = frozenset(("td", "th"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_SPACE = re.compile(r"\s+")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # libxml2 ends a text at some of them
_SELF_CLOSED = re.compile(r"(<html\b(?:[^<>/]|/(?!>))*+)/>", re.IGNORECASE)  # else the page is outside of it
# The parser takes time with the square of a tag's attributes.  A tag of more than 250 loses the rest: no tag of a page has so many.
_ATTRIBUTE = r"""[\s/]++[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_CROWDED = re.compile(rf"(<[a-zA-Z][a-zA-Z0-9:-]*+(?:{_ATTRIBUTE}){{250}})(?:{_ATTRIBUTE})++")
# The parser stops at some 2,000 levels (old ones at 256) and leaves out the rest; of a page as deep only the breaks of lines are read.
_DEEPEST = 250
_KEPT_FLAT = "html|head|body|title|meta|script|style|textarea|iframe|noscript"
_NESTING = re.compile(rf"</?(?!(?:{_KEPT_FLAT})\b)([a-zA-Z][a-zA-Z0-9:-]*+)[^<>]*+>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """What was read out of a page.

    `verdicts` has one verdict a line of `page_text`, and its offsets index it.  `note` says why `text` is empty, or is None.
    """

    text: str
    verdicts: tuple[Verdict, ...]
    page_text: str
    title: str | None
    authors: tuple[str, ...]
    date: str | None
    language: str | None
    site: str | None
    url: str | None
    captions: tuple[str, ...]
    note: str | None


@dataclass(slots=True)
class _Level:
    """One open element: what holds for everything in it."""

    tag: str
    places: int
    own: tuple[int, ...]
    parent: int


@dataclass(slots=True)
class _Cutter:
    """Gathers the text of a line until something ends it."""

    levels: list[_Level]
    lines: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    at: list[_Level] = field(default_factory=list)
    linked: int = 0
    size: int = 0
    cell: int = 0  # of the innermost row, from 1
    reach: tuple[int, int] = (0, 0)  # the first and last cell of the line that is being gathered
    cells: list[tuple[int, int]] = field(default_factory=list)  # those of each line
    rows: list[tuple[int, int]] = field(default_factory=list)  # open rows: the line they begin at, and the cell they stand in

    def add(self, text: str | None) -> None:
        """Text of the innermost open element."""
        if not text:
            return
        if self.levels[-1].places & PLACE_BIT["pre"]:
            for number, line in enumerate(re.split(r"\r\n|\r|\n", text)):
                if number:
                    self.end()
                self._take(line)
        else:
            self._take(_SPACE.sub(" ", text))

    def _take(self, text: str) -> None:
        if text.strip():
            if not self.at:
                self.at, self.reach = self.levels[-6:], (self.cell, self.cell)
            self.reach = (self.reach[0], self.cell)
            size = len(text)
            self.size += size
            if self.levels[-1].places & PLACE_BIT["a"]:
                self.linked += size
        self.parts.append(text)

    def end(self) -> None:
        """The line ends here, if there is one."""
        if self.at:
            text = _SPACE.sub(" ", "".join(self.parts)).strip() if not self._in_pre() else "".join(self.parts).rstrip()
            if self.at[-1].places & PLACE_BIT["table"]:
                text = text.strip("| ")  # empty cells at the edges
            if text.strip():
                self.lines.append(text)
                self.places.append(self._place())
                self.cells.append(self.reach)
        self.parts, self.at, self.linked, self.size = [], [], 0, 0

    def open_row(self) -> None:
        """A table row begins: its cells are counted."""
        self.rows.append((len(self.lines), self.cell))
        self.cell = 0

    def close_row(self) -> None:
        """A row is its cells joined, if none of them has several lines; one that has lays out the page."""
        begin, self.cell = self.rows.pop()
        lines, places = self.lines[begin:], self.places[begin:]
        if len(lines) > 1 and all(one[1] < two[0] for one, two in pairwise(self.cells[begin:])):
            size = sum(map(len, lines))
            links = sum(place.links * len(line) for place, line in zip(places, lines, strict=True)) / size
            lines, places = [" | ".join(lines)], [replace(places[0], links=links)]
        self.lines[begin:], self.places[begin:] = lines, places
        self.cells[begin:] = [(self.cell, self.cell)] * len(lines)

    def _in_pre(self) -> bool:
        return bool(self.at[-1].places & PLACE_BIT["pre"])

    def _place(self) -> Place:
        names = [*self.at[-1].own]
        for back, level in enumerate(reversed(self.at[:-1])):
            shift = 1 if back < 2 else 2
            names += [(name * 31 + shift) % MARKUP_BUCKETS for name in level.own]
        return Place(self.at[-1].places, tuple(names), self.at[-1].parent, len(self.levels), self.linked / max(1, self.size))


def read(html: str | bytes) -> Page:
    """Cut a page into lines.  Nothing is fetched; an empty page, or what is none, has no lines."""
    other = other_format(html)
    text = decoded(html) if isinstance(html, bytes) else html
    other = other or other_format(text)
    tree = None if other or not text.strip() else _parsed(text)
    if tree is None:
        return Page((), (), "", "", None, other)
    titles, body = _own_words(tree)
    cutter = _Cutter([_Level("", 0, (), 0)])
    _walk(tree, cutter)
    return Page(tuple(cutter.lines), tuple(cutter.places), titles, body, tree)


def _parsed(html: str) -> Any:
    html = _CROWDED.sub(r"\1", _SELF_CLOSED.sub(r"\1>", _NO_TEXT.sub("", html), count=1))
    tree = _tree(html)
    if tree is not None and _cut_short(tree):
        breaks = _BLOCKS | _CELLS | {"br"}
        tree = _tree(_NESTING.sub(lambda tag: "<br>" if tag[1].lower() in breaks else "", html))
    return tree


def _tree(html: str) -> Any:
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    # bytes, because of a str that declares an encoding lxml wants nothing to do with, and half a surrogate pair ends the page
    parser = HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError):  # nothing in it but comments
        return None


def _cut_short(tree: Any) -> bool:
    """Whether the parser gave up on the nesting: then the page ends as deep as it goes."""
    depth = 0
    while len(tree):
        tree, depth = tree[-1], depth + 1
    return depth >= _DEEPEST


def article(page: Page, text: str, verdicts: Sequence[Verdict], url: str | None) -> Article:
    """A page's article, with what the page says of itself (by trafilatura's reading of its metadata)."""
    captions = tuple(dict.fromkeys(verdict.text.strip() for verdict in verdicts if verdict.kind == "caption"))
    note = None if text else "no article on the page: every line reads like clutter"
    if not page.lines:
        note = "nothing on the page that a reader would see" if page.other is None else f"not a page but {page.other}"
        return Article("", (), "", None, (), None, None, None, url, (), note)
    import trafilatura

    facts: Any = trafilatura.extract_metadata(page.tree, default_url=url)
    authors = tuple(author.strip() for author in (facts.author or "").split(";") if author.strip())
    language = page.tree.get("lang") or facts.language
    return Article(text, tuple(verdicts), page.text, facts.title, authors, facts.date, language, facts.sitename, url, captions, note)


def _walk(tree: Any, cutter: _Cutter) -> None:
    from lxml import etree

    walk = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if not isinstance(tag, str) or tag in _SKIPPED or _hidden(element):
                cutter.levels.append(_Level("", 0, (), 0))
                walk.skip_subtree()
                continue
            if tag in _BLOCKS or tag == "br":
                cutter.end()
            if tag == "tr":
                cutter.open_row()
            elif tag in _CELLS:
                cutter.cell += 1
                if cutter.parts:
                    cutter.parts.append(" | ")
            cutter.levels.append(_level(element, tag, cutter.levels[-1]))
            cutter.add(element.text)
            continue
        if event == "end":
            level = cutter.levels.pop()
            if tag in _BLOCKS:
                cutter.end()
            if level.tag == "tr":
                cutter.close_row()
        cutter.add(element.tail)
    cutter.end()


def _hidden(element: Any) -> bool:
    attributes = element.attrib
    if not attributes:
        return False
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and _HIDDEN_STYLE.search(style) is not None)


def _level(element: Any, tag: str, above: _Level) -> _Level:
    name = f"{element.get('class', '')} {element.get('id', '')}"
    own = _names(tag, name[:200])
    parent = zlib.crc32(f"{tag}.{element.get('class', '')[:60]}".encode("utf-8", "replace"), above.parent & 0xFFFF)
    return _Level(tag, above.places | PLACE_BIT.get(tag, 0), own, parent)


@functools.lru_cache(maxsize=8192)
def _names(tag: str, name: str) -> tuple[int, ...]:
    """Hashes of a tag and of the words of its class and id, alone and together with the tag."""
    parts = list(dict.fromkeys(part.lower() for part in _NAME_PARTS.findall(name) if len(part) > 1))[:10]
    return tuple(zlib.crc32(part.encode()) % MARKUP_BUCKETS for part in (f"<{tag}>", *parts, *(f"{tag}.{part}" for part in parts)))


def _own_words(tree: Any) -> tuple[str, str]:
    """The titles that a page gives itself, and the article's body as JSON-LD holds it."""
    titles = [element.text or "" for element in tree.iter("title")]
    titles += [element.get("content") or "" for element in tree.iter("meta") if element.get("property") == "og:title"]
    bodies = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "") and script.text:
            for facts in _facts(script.text):
                titles.append(_string(facts.get("headline")))
                bodies.append(_string(facts.get("articleBody")))
    return " \n ".join(titles), max(bodies, key=len, default="")


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _facts(text: str) -> Iterator[dict[str, Any]]:
    """All objects of a JSON-LD script; a broken one has none."""
    try:
        pending = [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield value
            pending += value.values()
        elif isinstance(value, list):
            pending += value
