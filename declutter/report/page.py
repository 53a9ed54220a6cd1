"""The page of a report: articles as rows, those that fit, and the template around them."""

from __future__ import annotations

import base64
import collections
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import groupby, zip_longest

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from declutter.articles import Judged
from declutter.kinds import DEFINITIONS
from declutter.report.gather import Count, Gathered, count
from declutter.verdict import Span, Verdict

_FOLDED = 4  # kept lines in a row from which on their middle is folded away
_ROOM = 60_000  # characters of one article that are shown

_templates = Environment(
    loader=PackageLoader("declutter.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line, and the span that it is, or None."""

    text: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it is shown."""

    verdict: Verdict
    pieces: tuple[Piece, ...]

    @property
    def telling(self) -> bool:
        """Whether anything of it goes."""
        return not self.verdict.keep or bool(self.verdict.spans)


@dataclass(frozen=True, slots=True)
class Shown:
    """One article of the page: where it is from, its counts, and its HTML."""

    name: str
    site: str
    count: Count
    html: Markup


def choose(found: Gathered, room: int) -> list[Shown]:
    """The articles that fit into `room` characters of HTML, those that lost most first; then a sample of the rest."""
    chosen: list[Shown] = []
    for pair in zip_longest(found.worst, found.drawn):
        for article in pair:
            if article is None:
                continue
            one = _shown(article)
            room -= len(one.html)
            if room < 0 and chosen:
                return _ordered(chosen)
            chosen.append(one)
    return _ordered(chosen)


def _ordered(chosen: list[Shown]) -> list[Shown]:
    return sorted(chosen, key=lambda article: -article.count.share)


def fill(**values: object) -> str:
    """The page, its style and script in it, and a policy that lets nothing else run or load."""
    style, script = _inline("palette.css") + _inline("report/report.css"), _inline("report/report.js")
    return _templates.get_template("report.html").render(
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'; form-action 'none'",
        definitions=DEFINITIONS,
        **values,
    )


def _inline(name: str) -> Markup:
    return Markup(resources.files("declutter").joinpath(name).read_text(encoding="utf-8"))


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _shown(article: Judged) -> Shown:
    rows = list(_rows(article))
    kinds = collections.Counter(verdict.kind for verdict in article.verdicts if not verdict.keep)
    kinds.update(span.kind for verdict in article.verdicts if verdict.keep for span in verdict.spans)
    own = count(article)
    html = _templates.get_template("article.html").render(
        name=article.name,
        site=article.site,
        count=own,
        kinds=kinds.most_common(),
        blocks=list(_blocks(rows)),
        left_out=len(article.verdicts) - len(rows),
    )
    return Shown(article.name, article.site, own, Markup(html))


def _rows(article: Judged) -> Iterator[Row]:
    room = _ROOM
    for verdict in article.verdicts:
        if room <= 0:
            return
        yield Row(verdict, tuple(_pieces(verdict, article.text, room)))
        room -= len(verdict.text)


def _pieces(verdict: Verdict, text: str, room: int) -> Iterator[Piece]:
    """The line cut at its spans; of a line longer than the room is, only its beginning."""
    at, end = verdict.start, min(verdict.end, verdict.start + room)
    for span in verdict.spans if verdict.keep else ():
        if span.start >= end:
            break
        if span.start > at:
            yield Piece(text[at : span.start], None)
        yield Piece(text[span.start : min(span.end, end)], span)
        at = span.end
    if at < end:
        yield Piece(text[at:end], None)
    if end < verdict.end:
        yield Piece(f" … ({verdict.end - end:,} more characters)", None)


def _blocks(rows: list[Row]) -> Iterator[tuple[bool, tuple[Row, ...]]]:
    """Runs of kept lines lose their middle to a fold; what goes, and the lines beside it, is in sight."""
    for telling, run in groupby(rows, key=lambda row: row.telling):
        own = tuple(run)
        if telling or len(own) < _FOLDED:
            yield False, own
        else:
            yield False, own[:1]
            yield True, own[1:-1]
            yield False, own[-1:]
