"""What thirteen public scrapers make of the pages: the texts that the labels by alignment are taken from.

The settings are those that made the shared scrapes (trafilatura, newspaper4k, goose3, readability-lxml, jusText, boilerpy3,
resiliparse, inscriptis, html-text, beautifulsoup4), so a model meets at training what it meets in use.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import lzma
import signal
from collections.abc import Callable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

from training import corpora

SECONDS = 20  # a scraper that hangs on a page counts as one that found nothing


def scrapers() -> dict[str, Callable[[str], str]]:
    """Name -> function from HTML to text; needs the extra `training`."""
    import html_text
    import inscriptis
    import justext
    import newspaper
    import trafilatura
    from boilerpy3 import extractors
    from bs4 import BeautifulSoup
    from goose3 import Goose
    from readability import Document
    from resiliparse.extract.html2text import extract_plain_text

    goose, article = Goose({"enable_image_fetching": False}), extractors.ArticleExtractor()
    english = justext.get_stoplist("English")

    def newspaper4k(html: str) -> str:
        page = newspaper.Article("http://example.org/a", fetch_images=False, language="en")
        page.download(input_html=html)
        page.parse()
        return str(page.text)

    def html2txt(html: str) -> str:
        return "\n".join(trafilatura.utils.trim(x) for x in html_text.extract_text(html).split("\n") if x.strip())

    return {
        "trafilatura": lambda html: trafilatura.extract(html, include_comments=False) or "",
        "trafilatura_fast": lambda html: trafilatura.extract(html, include_comments=False, fast=True) or "",
        "trafilatura_recall": lambda html: trafilatura.extract(html, include_comments=False, favor_recall=True) or "",
        "html2txt": html2txt,
        "bs4": lambda html: "\n".join(BeautifulSoup(html, "lxml").stripped_strings),
        "inscriptis": inscriptis.get_text,
        "resiliparse": lambda html: extract_plain_text(html, main_content=True, alt_texts=False),
        "resiliparse_all": lambda html: extract_plain_text(html, main_content=False, alt_texts=False),
        "justext": lambda html: "\n".join(p.text for p in justext.justext(html, english) if not p.is_boilerplate),
        "boilerpy3": article.get_content,
        "readability": lambda html: html_text.extract_text(Document(html).summary()),
        "goose3": lambda html: goose.extract(raw_html=html).cleaned_text,
        "newspaper4k": newspaper4k,
    }


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in the main thread after so many seconds."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def scrape(page: dict[str, Any], by_name: dict[str, Callable[[str], str]]) -> dict[str, str]:
    """Scraper -> text of one page; an error or a time-out gives an empty text."""
    texts = {}
    for name, run in by_name.items():
        texts[name] = ""
        with contextlib.suppress(Exception), time_limit(SECONDS):
            texts[name] = run(page["html"]) or ""
    return texts


def scrape_part(part: int, parts: int) -> Path:
    """Scrape every `parts`-th page of the training folds into the cache; a part that is there is not made again."""
    logging.disable(logging.CRITICAL)
    path = corpora.cache() / f"scrapes-{part}-of-{parts}.jsonl.xz"
    if path.exists():
        return path
    by_name = scrapers()
    half = path.with_suffix(".half")
    with lzma.open(half, "wt", encoding="utf-8") as out:
        for number, page in enumerate(corpora.pages()):
            if number % parts == part:
                print(json.dumps({"id": page["id"], "texts": scrape(page, by_name)}), file=out)
    half.replace(path)
    return path


def scrape_labelled(wanted: Mapping[str, Set[str]]) -> Path:
    """Scrape the pages of the evaluation data that were labelled by reading, `wanted[page id]` being the scrapers that were read."""
    logging.disable(logging.CRITICAL)
    asked = json.dumps({page: sorted(names) for page, names in sorted(wanted.items())})
    path = corpora.cache() / f"scrapes-evaluation-{hashlib.sha256(asked.encode()).hexdigest()[:16]}.jsonl.xz"
    if path.exists():
        return path
    for older in corpora.cache().glob("scrapes-evaluation*.jsonl.xz"):  # of other labels
        older.unlink()
    by_name = scrapers()
    half = path.with_suffix(".half")
    with lzma.open(half, "wt", encoding="utf-8") as out:
        for page in corpora.rows("trafilatura_eval"):
            some = {name: by_name[name] for name in sorted(wanted.get(page["id"], ()))}
            if some:
                print(json.dumps({"id": page["id"], "texts": scrape(page, some)}), file=out)
    half.replace(path)
    return path


def scrapes() -> Iterator[tuple[str, str, str]]:
    """(page id, scraper, text) of every scraped page in the cache, once, in a fixed order: parts of several runs may hold the same."""
    seen: set[tuple[str, str]] = set()
    for path in sorted(corpora.cache().glob("scrapes-*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                for name, text in sorted(row["texts"].items()):
                    if text.strip() and (row["id"], name) not in seen:
                        seen.add((row["id"], name))
                        yield row["id"], name, text
