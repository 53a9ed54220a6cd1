"""The tree of a page, and what the page says of itself in other words than its lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from declutter.links import host_of

BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "label", "legend", "li", "main", "menu", "nav",
    "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"
])  # fmt: skip
CELLS = frozenset(("td", "th"))
# All are patterns of bytes: tags are ASCII, and what stands between them is gone through three times as fast.
_END = re.compile(rb"</(?i:body|html)\s*>")  # libxml2 reads nothing behind an early one
_BREAK = re.compile(rb"</(?i:br)\s*/?>")  # a break to browsers, nothing to libxml2
_CONTROL = bytes({*range(0x20)} - set(b"\t\n\r"))  # libxml2 ends a text at some of them, and at U+FFFE and U+FFFF
# Declarations inside the doctype: none is followed, and the parser takes their end for text, in its versions at different places.
_DECLARED = re.compile(rb"(\s*+(?:<\?[^>]*+>\s*+)?+<!DOCTYPE\b[^>\[]*+)\[[^\]]*+\]\s*+>", re.IGNORECASE)
_SELF_CLOSED = re.compile(rb"(<html\b(?:[^<>/]|/(?!>))*+)/>", re.IGNORECASE)  # else the page is outside of it
# The parser takes time with the square of a tag's attributes.  A tag of more than 250 loses the rest: no tag of a page has so many.
_ATTRIBUTE = rb"""[\s/]++[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_CROWDED = re.compile(rb"(<[a-zA-Z][a-zA-Z0-9:-]*+(?:%b){250})(?:%b)++" % (_ATTRIBUTE, _ATTRIBUTE))
# The parser stops at some 2,000 levels (old ones at 256) and leaves out the rest; of a page as deep only the breaks of lines are read.
_DEEPEST = 250
_KEPT_FLAT = b"html|head|body|title|meta|script|style|textarea|iframe|noscript"
_NESTING = re.compile(rb"</?(?!(?:%b)\b)([a-zA-Z][a-zA-Z0-9:-]*+)[^<>]*+>" % _KEPT_FLAT, re.IGNORECASE)


def parsed(html: str) -> Any:
    """The tree of a page as lxml reads it; None where nothing is in it.  What would break or stall the parser is taken out before."""
    html = html.replace("\ufffe", "").replace("\uffff", "")
    page = html.encode("utf-8", "replace").translate(None, _CONTROL)  # half a surrogate pair would end the page
    if declared := _DECLARED.match(page):
        page = declared[1] + b">" + page[declared.end() :]
    page = _BREAK.sub(b"<br>", page)
    page = _END.sub(b"", _CROWDED.sub(rb"\1", _SELF_CLOSED.sub(rb"\1>", page, count=1)))
    tree = _tree(page)
    if tree is not None and _too_deep(tree):
        breaks = {tag.encode() for tag in BLOCKS | CELLS | {"br"}}
        tree = _tree(_NESTING.sub(lambda tag: b"<br>" if tag[1].lower() in breaks else b"", page))
    return tree


def _tree(page: bytes) -> Any:
    from lxml import etree, html

    # of an element's class lxml.html asks a function in Python, each time one is touched
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    try:
        return html.document_fromstring(page, parser=parser)
    except (etree.ParserError, ValueError):  # nothing in it but comments
        return None


def _too_deep(tree: Any) -> bool:
    """Whether anything stands deeper than `_DEEPEST` levels, as what the parser stopped at does."""
    return bool(tree.xpath(f"boolean({'/*' * _DEEPEST})"))


class Own(NamedTuple):
    """What a page says of itself in other words than its lines: its titles, the article's body as JSON-LD holds it, the names of the
    site and of the authors, its description, what its pictures show, and its host.
    """

    titles: str = ""
    body: str = ""
    names: str = ""
    authors: str = ""
    description: str = ""
    pictures: str = ""
    host: str = ""


def own_words(tree: Any) -> Own:
    """What a page says of itself."""
    titles = [element.text or "" for element in tree.iter("title")]
    told: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        for key in (element.get("property"), element.get("name")):
            if key:
                told.setdefault(key.lower(), []).append(element.get("content") or "")
    titles += told.get("og:title", [])
    authors = told.get("author", []) + told.get("article:author", [])
    bodies = []
    pictures = [element.get("alt") or "" for element in tree.iter("img", "amp-img")]
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "") and script.text:
            for facts in _facts(script.text):
                titles.append(_string(facts.get("headline")))
                bodies.append(_string(facts.get("articleBody")))
                authors += _names(facts.get("author"))
                pictures.append(_string(facts.get("caption")))
    canonical = [link.get("href") or "" for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    host = next(filter(None, map(host_of, canonical + told.get("og:url", []))), "")
    return Own(
        " \n ".join(titles),
        max(bodies, key=len, default=""),
        " \n ".join([*told.get("og:site_name", []), *host.split(".")[:-1]]),
        " \n ".join(filter(None, authors)),
        " \n ".join(told.get("description", []) + told.get("og:description", [])),
        " \n ".join(filter(None, pictures)),
        host,
    )


def _names(value: Any) -> list[str]:
    people = value if isinstance(value, list) else [value]
    return [_string(person.get("name")) for person in people if isinstance(person, dict)]


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
