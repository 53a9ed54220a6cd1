"""A page as the lines that a reader sees, with what the markup says of each; and what was read out of it, as an article."""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from itertools import chain
from typing import Any

from declutter import links, parsing
from declutter.cutting import PROSE, Cutter, walk
from declutter.decoding import decoded, other_format
from declutter.document import BREAK
from declutter.links import Link
from declutter.markup import MARKUP_BUCKETS, Page, Place
from declutter.repeats import plain
from declutter.verdict import Verdict

_TAGS = re.compile(r"<[^<>]*>")
_TELLING = 1000  # characters of a story: less, hidden or told in JSON-LD alone, is no body
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


def read(html: str | bytes) -> Page:
    """Cut a page into lines.  Nothing is fetched; an empty page, or what is none, has no lines."""
    other = other_format(html)
    text = decoded(html) if isinstance(html, bytes) else html
    other = other or other_format(text)
    tree = None if other or not text.strip() else parsing.parsed(text)
    if tree is None:
        return Page((), (), parsing.Own(), None, other)
    own = parsing.own_words(tree)
    cutter = walk(tree)
    shown = _shown_by_script(cutter)
    if shown:
        cutter = walk(tree, frozenset(shown))
    lines, places = cutter.lines, _leading(cutter, own.host)
    if _only_in_facts(own.body, lines):
        told = _told(own.body)
        lines, places = lines + told, places + [_IN_FACTS] * len(told)
    return Page(tuple(lines), tuple(places), own, tree)


def _leading(cutter: Cutter, named: str) -> list[Place]:
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


def _shown_by_script(cutter: Cutter) -> list[Any]:
    """Hidden elements that hold the story: a script uncovers them (streamed pages, covers against flicker, articles behind a meter).

    Elements of one name and class count as one.  They hold it where their paragraphs tell more than all that the page shows; or, in an
    article, twice as much as all prose that it shows.  That uncovers 12 of 1,850 pages (folds 1 to 4), on two of them captions and
    consent in place of the story; consent, sign-ups, closed galleries and answers to questions stay hidden on 30.  The parts of a page that
    React streams have names, by which its script always puts them in their places.
    """
    alike: dict[tuple[str, str], list[tuple[Any, int]]] = {}
    found = [element for element in cutter.hidden if _STREAMED.match(element.get("id", ""))]
    for element in cutter.hidden:
        told = sum(length for part in element.iter("p") if (length := len("".join(part.itertext()))) >= PROSE)
        if told or element.get("class"):  # a short one of the same class is shown with them
            alike.setdefault((element.tag, element.get("class", "")), []).append((element, told))
    prose = sum(len(line) for line, place in zip(cutter.lines, cutter.places, strict=True) if len(line) >= PROSE and place.links < 0.5)
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
    return [] if tree is None else walk(tree).lines


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
