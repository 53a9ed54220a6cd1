"""The kinds of line, in one list that the library, the trainer, the samples and the documentation read.

>>> KINDS[0], len(KINDS)
('body', 20)
>>> sorted(KEPT)
['body', 'headline', 'subheading']
"""

from __future__ import annotations

from collections.abc import Iterable

DEFINITIONS: dict[str, str] = {
    "body": "sentence, paragraph, quotation, list item of the story; key points; correction to the story",
    "subheading": "heading or standfirst inside the story",
    "headline": "title of this article; its repetitions go",
    "byline": 'who wrote it; "X contributed reporting"',
    "timestamp": "date, update, reading time",
    "author_bio": "about the writer",
    "caption": "what a picture or video shows, with or without its credit; alt text",
    "photo_credit": "who made or owns a picture",
    "source_credit": "agency, first published, production note",
    "related": "points to another story",
    "newsletter": "asks for an e-mail sign-up",
    "paywall": "asks to subscribe, register, log in, pay to read",
    "donation": "asks for money for the outlet",
    "promo": "app, channel, podcast, event, contest, tip line, shop",
    "share": "share, follow, save, print, social handles",
    "navigation": 'menus, sections, tags, pagers, "Back to top", skip links',
    "ad": "marks an ad slot or is an advert",
    "embed": "shortcode, player text, placeholder, widget or script residue",
    "comment": "invites, frames or is a reader comment",
    "legal": "copyright, terms, consent, affiliate notice",
}

KINDS: tuple[str, ...] = tuple(DEFINITIONS)
KEPT: frozenset[str] = frozenset({"body", "subheading", "headline"})


def as_kinds(names: str | Iterable[str]) -> frozenset[str]:
    """The kinds named, checked; a string is taken as that one kind.

    Raises ValueError, with the list of kinds, where a name is none of them.

    >>> as_kinds("caption")
    frozenset({'caption'})
    >>> as_kinds(["advert"])
    Traceback (most recent call last):
    ...
    ValueError: unknown kind 'advert'; the kinds are body, subheading, headline, byline, timestamp, author_bio, caption, \
photo_credit, source_credit, related, newsletter, paywall, donation, promo, share, navigation, ad, embed, comment, legal
    """
    chosen = frozenset([names] if isinstance(names, str) else names)
    unknown = sorted(map(str, chosen - DEFINITIONS.keys()))
    if unknown:
        raise ValueError(f"unknown kind {unknown[0]!r}; the kinds are {', '.join(KINDS)}")
    return chosen


def kept_kinds(keep: str | Iterable[str] = (), drop: str | Iterable[str] = ()) -> frozenset[str]:
    """The kinds whose lines stay: those kept by default and those in `keep`, less those in `drop`.

    Raises ValueError where a kind is unknown, or named in both.

    >>> sorted(kept_kinds(keep="caption", drop=["headline"]))
    ['body', 'caption', 'subheading']
    """
    wanted, unwanted = as_kinds(keep), as_kinds(drop)
    both = sorted(wanted & unwanted)
    if both:
        raise ValueError(f"kind {both[0]!r} is in both keep and drop; the kinds are {', '.join(KINDS)}")
    return (KEPT | wanted) - unwanted
