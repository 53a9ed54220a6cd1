"""The flow: texts, lines, what each looks like alone and among its neighbours, repeats, verdicts, text again."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from declutter import model as models
from declutter import repeats, spans, verdict
from declutter import sites as counts
from declutter.context import prose
from declutter.document import Array, Ints, Lines, render, running, split
from declutter.features import KEPT_COLUMNS, Floats
from declutter.kinds import KINDS, as_kinds, kept_kinds
from declutter.limits import Limits
from declutter.parallel import in_order
from declutter.stages import Cut, Opinions, cut, opinions
from declutter.verdict import BODY, HEADLINE, SUBHEADING, Span, Verdict

if TYPE_CHECKING:
    from declutter.markup import Page
    from declutter.page import Article
    from declutter.sites import Sites

_BATCH = 200_000  # code points judged at a time: numpy's fixed costs are spread, the buffers stay in the cache
_CAPTION, _CREDIT = KINDS.index("caption"), KINDS.index("photo_credit")

_TELLING = 1.0  # log-odds: evidence of the site's other pages from which on it is named as the reason

Pattern = re.Pattern[str]
Given = str | tuple[str, str | None]  # a text, or one with its site
Batch = tuple[list[str], list[str | None]]  # texts, and the site of each


@dataclass(slots=True)
class _Decisions:
    """What was decided about the lines of a batch; `why` holds the reasons that the rules gave, by line."""

    parts: Cut
    views: Opinions
    kind: Ints
    keep: Array
    unsure: Array
    why: dict[int, str]
    found: dict[int, list[spans.Found]]


class Cleaner:
    """Takes the clutter out of texts and pages; configured once, used often, and picklable.

    Parameters
    ----------
    keep, drop
        kinds whose lines stay or go against the default; a string is one kind
    model
        path of a model file made by `declutter train`; the shipped model by default
    sites
        counts of the lines of sites (`declutter.sites`), or the path of a file of them made by `declutter sites build`: what stands on most
        pages of a site goes.  They are asked for texts that come with their site, (text, site) or (text, address) pairs in `clean_many`
        and `judge_many`, and for pages with a `url`; a text without one is judged as if there were no counts
    caution
        0 drops what is likelier clutter than not, 1 drops nothing on the model's word; 0.5 is the measured middle
    keep_lines, drop_lines
        regular expressions, searched in each line before the model is asked; a match is named as the reason
    max_bytes, max_lines
        the most that one text or page may have, so that nobody's input costs more than that; no limit by default

    Raises ValueError for an unknown kind, a kind in both, a caution outside 0 to 1 or a bad expression; ModelError and SitesError,
    both a ValueError, for a model and for counts that cannot be used.  Its verbs raise ValueError for an input beyond a limit.

    >>> cleaner = Cleaner(drop="headline")
    >>> cleaner.clean("")
    ''
    """

    def __init__(
        self,
        *,
        keep: str | Iterable[str] = (),
        drop: str | Iterable[str] = (),
        model: str | Path | None = None,
        sites: Sites | str | Path | None = None,
        caution: float = 0.5,
        keep_lines: str | Iterable[str] = (),
        drop_lines: str | Iterable[str] = (),
        max_bytes: int | None = None,
        max_lines: int | None = None,
    ) -> None:
        self.named_to_keep = _listed(as_kinds(keep))
        self.kept = _listed(kept_kinds(self.named_to_keep, drop))
        self.caution = caution
        self.keep_lines = _patterns(keep_lines, "keep_lines")
        self.drop_lines = _patterns(drop_lines, "drop_lines")
        self.limits = Limits(max_bytes, max_lines)
        verdict.cut_at(caution, 0.5)  # refuses what is no caution
        self._path = None if model is None else Path(model)
        self._model = models.shipped() if self._path is None else models.load(self._path)
        self._sites = counts.load(Path(sites)) if isinstance(sites, str | Path) else sites
        self._stays = np.array([kind in self.kept for kind in KINDS])

    def __getstate__(self) -> dict[str, Any]:
        """Without the shipped model, which every process has; a model of one's own goes along, its file may not be there."""
        return self.__dict__ | ({"_model": None} if self._path is None else {})

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        if self._model is None:
            self._model = models.shipped()

    def clean(self, text: str) -> str:
        """The text without its clutter; what is kept comes out byte for byte, and a clean text comes out as it is."""
        return self._texts([text], self._judge_batch([text]))[0]

    def judge(self, text: str) -> list[Verdict]:
        """One verdict for each non-blank line, in order."""
        return self._verdicts([text], self._judge_batch([text]))[0]

    def clean_html(self, html: str | bytes, *, url: str | None = None) -> str:
        """The article of a page, as text; empty where the page holds none.  `url` tells the site, which matters where `sites` are given."""
        page = self._page(html)
        return self._texts([page.text], self._judge_batch([page.text], [url], [page]))[0]

    def judge_html(self, html: str | bytes, *, url: str | None = None) -> list[Verdict]:
        """One verdict for each line of a page; offsets index `Article.page_text`."""
        page = self._page(html)
        return self._verdicts([page.text], self._judge_batch([page.text], [url], [page]))[0]

    def read_html(self, html: str | bytes, *, url: str | None = None) -> Article:
        """The article of a page with its verdicts and what the page says of itself."""
        from declutter.page import article

        page = self._page(html)
        done = self._judge_batch([page.text], [url], [page])
        return article(page, self._texts([page.text], done)[0], self._verdicts([page.text], done)[0], url)

    def clean_many(self, texts: Iterable[Given], jobs: int = 1) -> Iterator[str]:
        """The cleaned texts, lazily and in order; a text may come with its site, as a pair.  `jobs` processes share the work."""
        return self._many(texts, jobs, _clean_batch)

    def judge_many(self, texts: Iterable[Given], jobs: int = 1) -> Iterator[list[Verdict]]:
        """The verdicts on each text, lazily and in order."""
        return self._many(texts, jobs, _verdict_batch)

    def _many(self, texts: Iterable[Given], jobs: int, run: Any) -> Iterator[Any]:
        return chain.from_iterable(in_order(run, self, _batches(texts), jobs))

    def clean_counted(self, texts: Sequence[str], sites: Sequence[str | None] = ()) -> list[tuple[str, dict[str, tuple[int, int]]]]:
        """Each text cleaned, with the lines and characters that went, by kind; all at once, so for a few at a time."""
        done = self._judge_batch(texts, sites)
        return list(zip(self._texts(texts, done), (_gone(done, number) for number in range(len(texts))), strict=True))

    def _page(self, html: str | bytes) -> Page:
        from declutter import page as pages

        self.limits.check_size(html)
        return pages.read(html)

    def _split(self, texts: Sequence[str], pages: Sequence[Page]) -> Lines:
        for text in () if pages else texts:  # of a page the bytes were counted before it was read
            self.limits.check_size(text)
        lines = split(texts)
        self.limits.check_lines(texts, lines)
        return lines

    def _judge_batch(self, texts: Sequence[str], sites: Sequence[str | None] = (), pages: Sequence[Page] = ()) -> _Decisions:
        """Table of contents: cut, both stages, the site's other pages, kinds, headlines, repeats, patterns, spans."""
        parts = cut(self._split(texts, pages))
        views = opinions(self._model, parts, pages)
        seen = None if self._sites is None or not any(sites) else self._sites.seen(parts.lines, parts.words, sites)
        if seen is not None:
            views = replace(views, keep=seen.weigh(views.keep))
        evidence = verdict.Evidence(views.kinds, views.keep, views.alone[:, KEPT_COLUMNS].sum(axis=1), prose(views.numbers))
        of_pages = self._model.pages if pages else None
        rules, middle = (verdict.decide_pages, of_pages.stage.cut) if of_pages is not None else (verdict.decide, self._model.lines.cut)
        kind, unsure = rules(evidence, parts.lines, verdict.cut_at(self.caution, middle), middle)
        kind[spans.joined(parts)] = BODY
        done = _Decisions(parts, views, kind, self._stays[kind], unsure, {}, {})
        if seen is not None:
            done.why |= {i: seen.told(i) for i in np.flatnonzero(~done.keep & (seen.against >= _TELLING)).tolist()}
        lines = _Texts(texts, parts)
        _settle_headlines(done, lines, self._stays, "headline" in self.named_to_keep)
        _settle_repeats(done, lines, self._stays, self.named_to_keep)
        named = self._settle_patterns(done, lines)
        for found in spans.find(
            self._model, parts, views, done.keep & (done.kind == BODY) & ~named, verdict.cut_at(self.caution, self._model.pieces.cut)
        ):
            if not self._stays[found.kind]:
                done.found.setdefault(found.line, []).append(found)
        return done

    def _settle_patterns(self, done: _Decisions, lines: _Texts) -> Array:
        """The user's own expressions, which outrank everything else; gives the lines that one of them decided."""
        named = np.zeros(len(done.kind), dtype=bool)
        if not self.keep_lines and not self.drop_lines:
            return named
        clutter = np.delete(np.arange(len(KINDS)), KEPT_COLUMNS)
        for i in range(len(done.kind)):
            line = lines[i]
            for patterns, stays, option in ((self.keep_lines, True, "keep_lines"), (self.drop_lines, False, "drop_lines")):
                match = next((pattern for pattern in patterns if pattern.search(line)), None)
                if match is not None:
                    looks_kept = done.kind[i] in KEPT_COLUMNS
                    if stays != looks_kept:
                        done.kind[i] = BODY if stays else clutter[done.views.kinds[i][clutter].argmax()]
                    done.keep[i], done.why[i], named[i] = stays, f"matches {option} {match.pattern!r}", True
                    break
        return named

    def _texts(self, texts: Sequence[str], done: _Decisions) -> list[str]:
        lines = done.parts.lines
        touched = np.zeros(len(texts), dtype=bool)
        touched[lines.text_of[~done.keep]] = True
        cut = set(lines.text_of[list(done.found)].tolist())
        touched[list(cut)] = True
        out = list(texts)
        for number in np.flatnonzero(touched).tolist():
            text, base = texts[number], int(lines.offsets[number])
            low, high = int(lines.bounds[number]), int(lines.bounds[number + 1])
            starts, ends = (lines.starts[low:high] - base).tolist(), (lines.ends[low:high] - base).tolist()
            bodies: list[str | None] = [None] * (high - low)
            for i in range(low, high) if number in cut else ():
                if i in done.found:
                    bodies[i - low] = _without(text, starts[i - low], ends[i - low], done.found[i], base)
            out[number] = render(text, starts, ends, done.keep[low:high].tolist(), bodies)
        return out

    def _verdicts(self, texts: Sequence[str], done: _Decisions) -> list[list[Verdict]]:
        lines, views = done.parts.lines, done.views
        first = views.alone[:, :-1]
        first_kind = first.argmax(axis=1)
        first_score = first.max(axis=1, initial=0)
        out = []
        for number, text in enumerate(texts):
            base = int(lines.offsets[number])
            own = []
            for i in range(int(lines.bounds[number]), int(lines.bounds[number + 1])):
                start, end = int(lines.starts[i]) - base, int(lines.ends[i]) - base
                inside = tuple(
                    Span(s.start - base, s.end - base, KINDS[s.kind], round(s.score, 4), f"reads like {KINDS[s.kind]} inside a line")
                    for s in done.found.get(i, ())
                )
                reason = done.why.get(i) or _reason(done, i, KINDS[first_kind[i]])
                own.append(
                    Verdict(text[start:end], start, end, KINDS[done.kind[i]], bool(done.keep[i]), round(float(views.keep[i]), 4),
                            KINDS[first_kind[i]], round(float(first_score[i]), 4), reason, inside)
                )  # fmt: skip
            out.append(own)
        return out


class _Texts:
    """The lines of a batch as strings, made when asked for."""

    def __init__(self, texts: Sequence[str], parts: Cut) -> None:
        self.texts, self.lines = texts, parts.lines

    def __getitem__(self, line: int) -> str:
        number = int(self.lines.text_of[line])
        base = int(self.lines.offsets[number])
        return self.texts[number][int(self.lines.starts[line] - base) : int(self.lines.ends[line] - base)]

    def number(self, line: int) -> int:
        """The number of a line in its text, from 1, blank lines counted, as an editor shows it."""
        first = int(self.lines.bounds[self.lines.text_of[line]])
        return int(self._numbers[line + 1] - self._numbers[first])

    @functools.cached_property
    def _numbers(self) -> Ints:
        return running(self.lines.blanks_before + 1)


def _clean_batch(cleaner: Cleaner, batch: Batch) -> list[str]:
    texts, sites = batch
    return cleaner._texts(texts, cleaner._judge_batch(texts, sites))


def _verdict_batch(cleaner: Cleaner, batch: Batch) -> list[list[Verdict]]:
    texts, sites = batch
    return cleaner._verdicts(texts, cleaner._judge_batch(texts, sites))


def _gone(done: _Decisions, number: int) -> dict[str, tuple[int, int]]:
    """Lines and characters that go from a text, by kind; a span counts as characters, not as a line."""
    lines = done.parts.lines
    low, high = int(lines.bounds[number]), int(lines.bounds[number + 1])
    counts: dict[str, tuple[int, int]] = {}

    def count(kind: int, whole: int, characters: int) -> None:
        before = counts.get(KINDS[kind], (0, 0))
        counts[KINDS[kind]] = (before[0] + whole, before[1] + characters)

    for i in (low + np.flatnonzero(~done.keep[low:high])).tolist():
        count(done.kind[i], 1, int(lines.ends[i] - lines.starts[i]))
    for i in done.found.keys() & range(low, high):
        for span in done.found[i]:
            count(span.kind, 0, span.end - span.start)
    return counts


def _batches(given: Iterable[Given]) -> Iterator[Batch]:
    texts: list[str] = []
    sites: list[str | None] = []
    size = 0
    for item in given:
        text, site = (item, None) if isinstance(item, str) else item
        texts.append(text)
        sites.append(site)
        size += len(text)
        if size >= _BATCH:
            yield texts, sites
            texts, sites, size = [], [], 0
    if texts:
        yield texts, sites


def _listed(kinds: frozenset[str]) -> tuple[str, ...]:
    """Kinds in one order: the pickles of equal sets may differ, and Dask names what it computes after the pickle of its cleaner."""
    return tuple(kind for kind in KINDS if kind in kinds)


def _patterns(patterns: str | Iterable[str], option: str) -> tuple[Pattern, ...]:
    try:
        return tuple(re.compile(pattern) for pattern in ([patterns] if isinstance(patterns, str) else patterns))
    except re.error as error:
        raise ValueError(f"{option}: {error.pattern!r} is no regular expression: {error}") from None


def _settle_headlines(done: _Decisions, lines: _Texts, stays: Array, keep_all: bool) -> None:
    """The likeliest headline before the first body line stays, later tellings go; what only looked like one is a subheading."""
    text_of = done.parts.lines.text_of
    told = np.flatnonzero(done.kind == HEADLINE)
    for own in np.split(told, np.flatnonzero(np.diff(text_of[told])) + 1) if len(told) else ():
        number = text_of[own[0]]
        low, high = done.parts.lines.bounds[number], done.parts.lines.bounds[number + 1]
        body = np.flatnonzero(done.kind[low:high] == BODY)
        if not len(body):  # without a story there is no headline of one: these lines may be all there is of it
            done.kind[own], done.keep[own] = BODY, stays[BODY]
            continue
        before = own[own < low + body[0]]
        if not len(before):
            done.kind[own], done.keep[own] = SUBHEADING, stays[SUBHEADING]
            continue
        chosen = int(before[done.views.kinds[before, HEADLINE].argmax()])
        for i in own.tolist():
            if i == chosen:
                continue
            if repeats.tells_headline(lines[i], lines[chosen]):
                done.keep[i] = keep_all and stays[HEADLINE]
                done.why[i] = f"repeats the headline, line {lines.number(chosen)}"
            else:
                done.kind[i], done.keep[i] = SUBHEADING, stays[SUBHEADING]


def _settle_repeats(done: _Decisions, lines: _Texts, stays: Array, named: Sequence[str]) -> None:
    """Captions told again are captions, all of them; of equal long body lines the first stays; a text keeps one of what was all it had."""
    before = done.keep.copy()
    caption: Floats = done.views.kinds[:, _CAPTION] + done.views.kinds[:, _CREDIT]
    counts = repeats.word_counts(done.parts.words)
    telling = ((caption >= repeats.LIKELY) | (done.keep & (counts >= repeats.LONG))).tolist()
    for group in repeats.alike(done.parts.lines, done.parts.words):
        if not any(telling[i] for i in group):
            continue
        texts = {i: lines[i] for i in group}
        pairs = repeats.captions_told_again(texts, group, {i: float(caption[i]) for i in group})
        for i, other in pairs:
            done.kind[i], done.keep[i] = _CAPTION, stays[_CAPTION]
            done.why[i] = f"repeats line {lines.number(other)}" if other < i else f"a caption, told again in line {lines.number(other)}"
        told = {i for i, _ in pairs}
        rest = [i for i in group if i not in told and done.keep[i]]
        for i, earlier in repeats.equal_lines(texts, rest, {i: int(counts[i]) for i in rest}):
            if repeats.is_item(texts[i]) and repeats.is_lone(lines.__getitem__, lines.lines, i, earlier):
                continue
            done.keep[i] = done.keep[i] and KINDS[done.kind[i]] in named
            done.why[i] = f"repeats line {lines.number(earlier)}"
    text_of, count = done.parts.lines.text_of, len(done.parts.lines.bounds) - 1
    emptied = (np.bincount(text_of[before], minlength=count) > 0) & (np.bincount(text_of[done.keep], minlength=count) == 0)
    for number in np.flatnonzero(emptied).tolist():
        first = int(np.flatnonzero(before & (text_of == number))[0])
        done.kind[first], done.keep[first], done.why[first] = BODY, stays[BODY], "told again, but kept: nothing else would stay"


def _without(text: str, start: int, end: int, found: Iterable[spans.Found], base: int) -> str:
    """A line less its spans."""
    parts, at = [], start
    for span in found:
        parts.append(text[at : span.start - base])
        at = span.end - base
    return "".join(parts) + text[at:end]


def _reason(done: _Decisions, line: int, first_kind: str) -> str:
    kind = KINDS[done.kind[line]]
    if done.unsure[line]:
        return f"may not belong, but kept: the evidence is weak ({first_kind})"
    if kind == first_kind:
        return f"reads like {kind}"
    return f"{kind} by its neighbours; alone it reads like {first_kind}"
