"""A page as the lines that a reader sees, with what the markup says of each.

The tree is walked once.  A line is a block of the page; `br` breaks one, a table row is its cells joined by ` | `, white space is
collapsed except in `pre`, and what is hidden gives no line.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import chain, pairwise
from typing import Any

from declutter import links, parsing
from declutter.decoding import decoded, other_format
from declutter.document import BREAK
from declutter.links import Link
from declutter.markup import MARKUP_BUCKETS, PLACE_BIT, Page, Place
from declutter.repeats import plain
from declutter.verdict import Verdict

# The parser takes what stands behind an `embed` for its content, so that one is no reason to skip it
_SKIPPED = frozenset([
    "script", "style", "noscript", "noframes", "noembed", "template", "title", "svg", "iframe", "object",
    "canvas", "audio", "video", "select", "option", "datalist", "textarea", "input", "map", "rt", "rp", "annotation", "annotation-xml"
])  # fmt: skip
_RAISED = frozenset(("sup", "sub"))  # which belong to the word before
_INLINE_IN_PROSE = frozenset(("button", "label"))  # blocks, but parts of the sentence in a paragraph
# Classes by which a few words stand in a line for readers of screens alone: "(opens in new tab)"
_FOR_EARS = frozenset(["sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only", "show-for-sr"])
_ANCHORS = frozenset("#¶§🔗")
_HIDDEN_STYLE = re.compile(r"(?<![-\w])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)  # not of a backface
_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_TAGS = re.compile(r"<[^<>]*>")
_PICTURES = frozenset(("img", "video", "iframe", "amp-img"))
_NAMING = ("class", "id", "itemprop", "role", "data-testid", "data-component", "aria-label")  # attributes that say what an element is for
_REACH = 7  # elements above that of a line whose names are asked
_TELLING = 1000  # characters of a story: less, hidden or told in JSON-LD alone, is no body
_PROSE = 60  # characters of a line that may be a paragraph
_MOST_LINKS = 4  # links of a line whose addresses are named
_STREAMED = re.compile(r"S:[0-9a-f]+\Z")
_PROBE = 24  # characters of a body by which it is looked for in the lines
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_IN_FACTS = Place(0, (zlib.crc32(b"<json-ld>") % MARKUP_BUCKETS,), 0, (0,), 0.0, 0)


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
class _Cutter:
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
        if any(steps) and all(broken) and (not broken or max(map(len, lines)) < _PROSE):
            size = sum(map(len, lines))
            links = sum(place.links * len(line) for place, line in zip(places, lines, strict=True)) / size
            gaps = [" | " + "| " * (step - 1) if step else " " for step in steps]  # of two steps the first is to an empty cell
            joined = lines[0] + "".join(chain.from_iterable(zip(gaps, lines[1:], strict=True)))
            lines, places, links_ = [joined], [places[0]._replace(links=links)], [tuple(chain.from_iterable(links_))]
        self.lines[begin:], self.places[begin:], self.links[begin:] = lines, places, links_
        self.cells[begin:] = [(self.cell, self.cell)] * len(lines)


def read(html: str | bytes) -> Page:
    """Cut a page into lines.  Nothing is fetched; an empty page, or what is none, has no lines."""
    other = other_format(html)
    text = decoded(html) if isinstance(html, bytes) else html
    other = other or other_format(text)
    tree = None if other or not text.strip() else parsing.parsed(text)
    if tree is None:
        return Page((), (), parsing.Own(), None, other)
    own = parsing.own_words(tree)
    cutter = _walk(tree)
    shown = _shown_by_script(cutter)
    if shown:
        cutter = _walk(tree, frozenset(shown))
    lines, places = cutter.lines, _leading(cutter, own.host)
    if _only_in_facts(own.body, lines):
        told = _told(own.body)
        lines, places = lines + told, places + [_IN_FACTS] * len(told)
    return Page(tuple(lines), tuple(places), own, tree)


def _leading(cutter: _Cutter, named: str) -> list[Place]:
    """The places of the lines, with where their links lead."""
    own = links.own_host(named, chain.from_iterable(cutter.links))
    return [_with_links(place, held, own) if held else place for place, held in zip(cutter.places, cutter.links, strict=True)]


def _with_links(place: Place, held: Sequence[Link], own: str) -> Place:
    mostly = "A" if place.links > 0.5 else "a"
    told = [links.told(link, own) for link in held]
    named = set(chain.from_iterable(_buckets(mostly, each.names) for each in told[:_MOST_LINKS]))
    out, titled = sum([each.leaves for each in told]) / len(told), sum([each.titled for each in told]) / len(told)
    return Place(place.places, place.names + tuple(sorted(named)), *place[2:6], len(told), out, titled)


@functools.lru_cache(maxsize=8192)
def _buckets(mostly: str, names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(zlib.crc32(f"{mostly} {name}".encode("utf-8", "replace")) % MARKUP_BUCKETS for name in names)


def _shown_by_script(cutter: _Cutter) -> list[Any]:
    """Hidden elements that hold the story: a script uncovers them (streamed pages, covers against flicker, articles behind a meter).

    Elements of one name and class count as one.  They hold it where their paragraphs tell more than all that the page shows; or, in an
    article, twice as much as all prose that it shows.  That uncovers 12 of 1,850 pages (folds 1 to 4), on two of them captions and
    consent in place of the story; consent, sign-ups, closed galleries and answers to questions stay hidden on 30.  The parts of a page that
    React streams have names, by which its script always puts them in their places.
    """
    alike: dict[tuple[str, str], list[tuple[Any, int]]] = {}
    found = [element for element in cutter.hidden if _STREAMED.match(element.get("id", ""))]
    for element in cutter.hidden:
        told = sum(length for part in element.iter("p") if (length := len("".join(part.itertext()))) >= _PROSE)
        if told or element.get("class"):  # a short one of the same class is shown with them
            alike.setdefault((element.tag, element.get("class", "")), []).append((element, told))
    prose = sum(len(line) for line, place in zip(cutter.lines, cutter.places, strict=True) if len(line) >= _PROSE and place.links < 0.5)
    shown = sum(map(len, cutter.lines))
    for own in alike.values():
        least = 2 * prose if _in_article(own[0][0]) else shown
        if sum(told for _, told in own) > max(least, _TELLING if cutter.lines else 0):
            found += [element for element, _ in own]
    return found


def _in_article(element: Any) -> bool:
    return element.tag == "article" or any(above.tag in ("article", "main") for above in element.iterancestors())


def _only_in_facts(body: str, lines: Sequence[str]) -> bool:
    """Whether the body that a page tells in JSON-LD stands nowhere in its lines."""
    if len(body) <= (_TELLING if lines else 0):
        return False
    shown, told = "".join("".join(lines).split()), "".join(unescape(_TAGS.sub("", body)).split())
    return sum(told[at : at + _PROBE] in shown for at in range(0, len(told), len(told) // 8 + 1)) <= 1


def _told(body: str) -> list[str]:
    r"""The lines of a body told in JSON-LD, where it is text, or text with tags and entities.

    >>> _told("The <b>Tern</b> limped home &amp; sank.\nNobody was hurt.<p>The harbour is closed.</p>")
    ['The Tern limped home & sank.', 'Nobody was hurt.', 'The harbour is closed.']
    """
    tree = parsing.parsed("<br>".join(BREAK.split(body)))
    return [] if tree is None else _walk(tree).lines


def article(page: Page, text: str, verdicts: Sequence[Verdict], url: str | None) -> Article:
    """A page's article, with what the page says of itself (by trafilatura's reading of its metadata)."""
    captions = tuple(dict.fromkeys(verdict.text.strip() for verdict in verdicts if verdict.kind == "caption"))
    note = None if text else "no article on the page: every line reads like clutter"
    if not page.lines:
        note = "nothing on the page that a reader would see" if page.other is None else f"not a page but {page.other}"
    if page.tree is None:
        return Article("", (), "", None, (), None, None, None, url, (), note)
    import trafilatura

    # not extensive: else the year of a footer, or of the story, is a date (22 of 505 pages of folds 1 to 4 were of a 1 January)
    facts: Any = trafilatura.extract_metadata(page.tree, default_url=url, extensive=False)
    named = facts.title if isinstance(facts.title, str) else None  # of JSON-LD anything comes through
    title = _title(verdicts, page.own.titles) or named
    site = _site(facts.sitename, title, page.own.host)
    language = page.tree.get("lang") or page.tree.get(_XML_LANG) or page.tree.get("xml:lang") or facts.language
    told = page.own.authors.split(" \n ") if page.own.authors else []
    authors = _authors((facts.author or "").split(";"), [name for name in told if "://" not in name])
    return Article(text, tuple(verdicts), page.text, title, authors, facts.date, language, site, url, captions, note)


def _title(verdicts: Sequence[Verdict], told: str) -> str | None:
    """The headline of the page, if half of its words stand in the titles that the page tells.

    That is the title of 453 of 505 pages (folds 1 to 4); those which the page tells, with the name of the site and more, are of 307.
    """
    headline = next((each.text for each in verdicts if each.kind == "headline" and not each.reason.startswith("repeats")), "")
    words = set(plain(headline).split())
    return " ".join(headline.split()) if words and 2 * len(words & set(plain(told).split())) >= len(words) else None


def _site(found: object, title: str | None, host: str) -> str | None:
    """The name of the site that trafilatura found, unless that is the story's title or a notice of copyright; else the host."""
    told = found if isinstance(found, str) else ""
    is_other = plain(told) in ("", plain(title or "")) or told.lower().startswith(("copyright", "©"))
    return host or None if is_other else told


def _authors(found: Sequence[str], told: Sequence[str]) -> tuple[str, ...]:
    """The authors that trafilatura found, or those that the page tells: it finds none in some scripts, and takes vowel signs off ends."""
    names = [name.strip() for name in found if name.strip()] or [" ".join(name.split()) for name in told]
    whole = [next((other for other in told if other[: len(name)] == name and _only_marks(other[len(name) :])), name) for name in names]
    return tuple(dict.fromkeys(whole))


def _only_marks(text: str) -> bool:
    return all(unicodedata.category(each) in ("Mn", "Mc") for each in text)


def _walk(tree: Any, shown: frozenset[Any] = frozenset()) -> _Cutter:
    from lxml import etree

    root = _Level("", {}, None)
    cutter, blocks = _Cutter(root), 0
    walk = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walk:
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
                walk.skip_subtree()
                continue
            cutter.meets = cutter.closed and tag not in _RAISED
            link = level.link if tag != "a" else Link.of(attributes.get("href"), attributes.get("rel"))
            if tag in parsing.BLOCKS and not (tag in _INLINE_IN_PROSE and level.places & PLACE_BIT["p"]):
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
