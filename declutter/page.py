"""A page as lines, and the article that is read out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from declutter.verdict import Verdict


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


@dataclass(frozen=True, slots=True)
class Page:
    """A page cut into the lines that a reader sees, and what it says of itself."""

    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    language: str | None = None
    site: str | None = None
    note: str | None = None


def read(html: str | bytes, url: str | None) -> Page:
    """Parse a page and take its lines and metadata; no network is used.

    The lines are those of trafilatura's text with comments and tables, so most of the page is judged before it gets here.
    """
    import trafilatura

    tree = trafilatura.load_html(html)
    if tree is None:
        return Page("", note="nothing that could be parsed as a page")
    facts: Any = trafilatura.extract_metadata(tree, default_url=url)
    text = trafilatura.extract(html, url=url, favor_recall=True, include_comments=False) or ""
    return Page(
        text,
        title=facts.title,
        authors=tuple(author.strip() for author in (facts.author or "").split(";") if author.strip()),
        date=facts.date,
        language=facts.language,
        site=facts.sitename,
        note=None if text else "no article was found on the page",
    )
