r"""Take the clutter out of scraped news and leave the article.

>>> import declutter
>>> text = '''Ferry limps home after engine-room flood
...
... The ferry returned to Port Ansel shortly before midnight, its pumps still running.
... Sign up for our newsletter and get the stories that matter in your inbox.
... Nobody was hurt, the harbour master said.'''
>>> print(declutter.clean(text))
Ferry limps home after engine-room flood
<BLANKLINE>
The ferry returned to Port Ansel shortly before midnight, its pumps still running.
Nobody was hurt, the harbour master said.

`clean` gives text back, `judge` one `Verdict` for each line, to see why it went; `clean_html`, `judge_html` and `read_html` do the
same for pages, and a `Cleaner` does all of it configured once, for many texts.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from declutter.kinds import KINDS

if TYPE_CHECKING:
    from declutter.cleaner import Cleaner
    from declutter.model import ModelError
    from declutter.page import Article
    from declutter.verdict import Span, Verdict

__version__ = "0.1.0"

__all__ = [
    "KINDS",
    "Article",
    "Cleaner",
    "ModelError",
    "Span",
    "Verdict",
    "clean",
    "clean_html",
    "judge",
    "judge_html",
    "read_html",
]

# Loaded when first asked for: the import of declutter stays a matter of milliseconds.
_HOMES = {
    "Article": "declutter.page",
    "Cleaner": "declutter.cleaner",
    "ModelError": "declutter.model",
    "Span": "declutter.verdict",
    "Verdict": "declutter.verdict",
}

Kinds = str | Iterable[str]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'declutter' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


@functools.lru_cache(maxsize=16)
def _cleaner(keep: frozenset[str], drop: frozenset[str]) -> Cleaner:
    from declutter.cleaner import Cleaner

    return Cleaner(keep=keep, drop=drop)


def _named(kinds: Kinds) -> frozenset[str]:
    return frozenset([kinds] if isinstance(kinds, str) else kinds)


def clean(text: str, *, keep: Kinds = (), drop: Kinds = ()) -> str:
    """The text without its clutter.

    `keep` and `drop` name kinds (`declutter.KINDS`) that stay or go against the default.  Every line that stays comes out byte for
    byte, less its spans; a text from which nothing goes comes out as it is.  Raises ValueError for an unknown kind, or one in both.

    >>> clean("")
    ''
    """
    return _cleaner(_named(keep), _named(drop)).clean(text)


def judge(text: str, *, keep: Kinds = (), drop: Kinds = ()) -> list[Verdict]:
    r"""One verdict for each non-blank line, in order: its kind, whether it stays, how surely, and why.

    >>> [verdict.text for verdict in judge("\nAdvertisement\n")]
    ['Advertisement']
    """
    return _cleaner(_named(keep), _named(drop)).judge(text)


def clean_html(html: str | bytes, *, url: str | None = None, keep: Kinds = (), drop: Kinds = ()) -> str:
    """The article of a page, as text; empty where the page holds none."""
    return _cleaner(_named(keep), _named(drop)).clean_html(html, url=url)


def judge_html(html: str | bytes, *, url: str | None = None, keep: Kinds = (), drop: Kinds = ()) -> list[Verdict]:
    """One verdict for each line of a page; offsets index `Article.page_text` of `read_html`."""
    return _cleaner(_named(keep), _named(drop)).judge_html(html, url=url)


def read_html(html: str | bytes, *, url: str | None = None, keep: Kinds = (), drop: Kinds = ()) -> Article:
    """The article of a page with its verdicts, title, authors, date and captions."""
    return _cleaner(_named(keep), _named(drop)).read_html(html, url=url)
