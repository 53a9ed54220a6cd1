"""The flow: texts, lines, what each looks like alone and among its neighbours, repeats, verdicts, text again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from declutter import model as models
from declutter import sites as counts
from declutter import spans, verdict
from declutter.context import prose
from declutter.document import Lines, cost, render, split, without
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KEPT, KINDS, as_kinds, kept_kinds
from declutter.limits import Limits
from declutter.parallel import in_order
from declutter.reading import Back, read_otherwise
from declutter.settling import Decisions, Pattern, Texts, settle_contents, settle_headlines, settle_patterns, settle_repeats, stands_whole
from declutter.stages import cut, opinions
from declutter.verdict import BODY, SIGNS, Span, Verdict

if TYPE_CHECKING:
    from declutter.markup import Page
    from declutter.page import Article
    from declutter.sites import Sites

_BATCH = 400_000  # code points judged at a time: numpy's fixed costs are spread (half as many cost 6 % more), the buffers stay in the cache
_TELLING = 1.0  # log-odds: evidence of the site's other pages from which on it is named as the reason

Given = str | tuple[str, str | None]  # a text, or one with its site
Patterns = str | Pattern | Iterable[str | Pattern]  # regular expressions, compiled or not
Batch = tuple[list[str], list[str | None]]  # texts, and the site of each


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
        regular expressions, str or compiled, searched in each line before the model is asked; a match is named as the reason.  A text that
        was wrapped at a column is searched as it was before, each paragraph a line
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
        keep_lines: Patterns = (),
        drop_lines: Patterns = (),
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
        if isinstance(texts, str | bytes):
            raise TypeError(f"many texts are a list, or anything else to go through, of str; this is one {type(texts).__name__}")
        return chain.from_iterable(in_order(run, self, _batches(texts, self.limits), jobs))

    def clean_counted(self, texts: Sequence[str], sites: Sequence[str | None] = ()) -> list[tuple[str, dict[str, tuple[int, int]]]]:
        """Each text cleaned, with the lines and characters that went, by kind; all at once, so for a few at a time."""
        done = self._judge_batch(texts, sites)
        counts = (verdict.gone(done.own[number]) if number in done.own else _gone(done, number) for number in range(len(texts)))
        return list(zip(self._texts(texts, done), counts, strict=True))

    def _page(self, html: str | bytes) -> Page:
        from declutter import page as pages

        _check_type(html, str | bytes, "a page is str or bytes")
        self.limits.check_size(html)
        return pages.read(html)

    def _split(self, texts: Sequence[str], pages: Sequence[Page]) -> tuple[Lines, dict[int, Back]]:
        """The lines that are judged, and the way back to their own for the texts that are read otherwise than they stand."""
        for text in () if pages else texts:  # of a page the bytes were counted before it was read
            _check_type(text, str, "a text is a str")
            self.limits.check_size(text)
        lines = split(texts)
        self.limits.check_lines(texts, lines)
        return (lines, {}) if pages else read_otherwise(texts, lines, self._model.breaks, bool(self._stays[BODY]))

    def _judge_batch(self, texts: Sequence[str], sites: Sequence[str | None] = (), pages: Sequence[Page] = ()) -> Decisions:
        """Table of contents: cut, both stages, the site's other pages, kinds, headlines, repeats, patterns, spans."""
        split_up, back = self._split(texts, pages)
        parts = cut(split_up)
        views = opinions(self._model, parts, pages)
        seen = None if self._sites is None or not any(sites) else self._sites.seen(parts.lines, parts.words, sites)
        if seen is not None:
            views = replace(views, keep=seen.weigh(views.keep))
        alone = views.alone
        kept_alone, sign = alone[:, KEPT_COLUMNS].sum(axis=1), alone[:, SIGNS].max(axis=1, initial=0)
        evidence = verdict.Evidence(views.kinds, views.keep, kept_alone, prose(views.numbers), sign)
        of_pages = self._model.pages if pages else None
        rules, middle = (verdict.decide_pages, of_pages.stage.cut) if of_pages is not None else (verdict.decide, self._model.lines.cut)
        kind, unsure = rules(evidence, parts.lines, verdict.cut_at(self.caution, middle), middle)
        kind[spans.joined(parts)] = BODY
        done = Decisions(parts, views, kind, self._stays[kind], unsure, {}, {})
        if seen is not None:
            done.why |= {i: seen.told(i) for i in np.flatnonzero(~done.keep & (seen.against >= _TELLING)).tolist()}
        lines = Texts(texts, parts)
        settle_headlines(done, lines, self._stays, "headline" in self.named_to_keep)
        places = [place for page in pages for place in page.places]
        settle_contents(done, lines, places, self._stays)
        settle_repeats(done, lines, self._stays, self.named_to_keep, places)
        named = settle_patterns(done, lines, self._stays, self.keep_lines, self.drop_lines)
        divided = done.keep & (done.kind == BODY) & ~named
        divided[[line for line, held in enumerate(places) if stands_whole(held, lines[line])]] = False
        for found in spans.find(self._model, parts, views, divided, verdict.cut_at(self.caution, self._model.pieces.cut)):
            if not self._stays[found.kind]:
                done.found.setdefault(found.line, []).append(found)
        done.own |= {number: to_own(texts[number], self._verdicts_of(texts[number], done, number)) for number, to_own in back.items()}
        return done

    def _texts(self, texts: Sequence[str], done: Decisions) -> list[str]:
        lines = done.parts.lines
        touched = np.zeros(len(texts), dtype=bool)
        touched[lines.text_of[~done.keep]] = True
        cut = set(lines.text_of[list(done.found)].tolist())
        touched[list(cut)] = True
        out = list(texts)
        for number in np.flatnonzero(touched).tolist():
            text, base = texts[number], int(lines.offsets[number])
            if number in done.own:
                out[number] = verdict.apply(text, done.own[number])
                continue
            low, high = int(lines.bounds[number]), int(lines.bounds[number + 1])
            starts, ends = (lines.starts[low:high] - base).tolist(), (lines.ends[low:high] - base).tolist()
            bodies: list[str | None] = [None] * (high - low)
            for i in range(low, high) if number in cut else ():
                if i in done.found:
                    cuts = ((found.start - base, found.end - base) for found in done.found[i])
                    bodies[i - low] = without(text, starts[i - low], ends[i - low], cuts)
            out[number] = render(text, starts, ends, done.keep[low:high].tolist(), bodies)
        return out

    def _verdicts(self, texts: Sequence[str], done: Decisions) -> list[list[Verdict]]:
        return [done.own[number] if number in done.own else self._verdicts_of(text, done, number) for number, text in enumerate(texts)]

    def _verdicts_of(self, text: str, done: Decisions, number: int) -> list[Verdict]:
        lines, views = done.parts.lines, done.views
        base, bounds = int(lines.offsets[number]), range(int(lines.bounds[number]), int(lines.bounds[number + 1]))
        first = views.alone[bounds.start : bounds.stop, :-1]
        told = []
        for i, looks, score in zip(bounds, first.argmax(axis=1).tolist(), first.max(axis=1, initial=0).tolist(), strict=True):
            start, end = int(lines.starts[i]) - base, int(lines.ends[i]) - base
            inside = tuple(
                Span(s.start - base, s.end - base, KINDS[s.kind], round(s.score, 4), f"reads like {KINDS[s.kind]} inside a line")
                for s in done.found.get(i, ())
            )
            reason = done.why.get(i) or _reason(done, i, KINDS[looks])
            told.append(
                Verdict(text[start:end], start, end, KINDS[done.kind[i]], bool(done.keep[i]), round(float(views.keep[i]), 4),
                        KINDS[looks], round(score, 4), reason, inside)
            )  # fmt: skip
        return told


def _clean_batch(cleaner: Cleaner, batch: Batch) -> list[str]:
    texts, sites = batch
    return cleaner._texts(texts, cleaner._judge_batch(texts, sites))


def _verdict_batch(cleaner: Cleaner, batch: Batch) -> list[list[Verdict]]:
    texts, sites = batch
    return cleaner._verdicts(texts, cleaner._judge_batch(texts, sites))


def _gone(done: Decisions, number: int) -> dict[str, tuple[int, int]]:
    """Lines and characters that go from a text, by kind; a span counts as characters, not as a line."""
    lines = done.parts.lines
    low, high = int(lines.bounds[number]), int(lines.bounds[number + 1])
    whole = ((KINDS[done.kind[i]], 1, int(lines.ends[i] - lines.starts[i])) for i in (low + np.flatnonzero(~done.keep[low:high])).tolist())
    inside = ((KINDS[part.kind], 0, part.end - part.start) for i in done.found.keys() & range(low, high) for part in done.found[i])
    return verdict.counted(chain(whole, inside))


def _batches(given: Iterable[Given], limits: Limits) -> Iterator[Batch]:
    texts: list[str] = []
    sites: list[str | None] = []
    size = 0
    failure = None
    try:
        for item in given:
            text, site = _pair(item)
            if texts and limits.may_refuse(text):  # its refusal shall not take the answers before it
                yield texts, sites
                texts, sites, size = [], [], 0
            texts.append(text)
            sites.append(site)
            size += cost(text)
            if size >= _BATCH:  # before the next text is asked for: it may be long in coming
                yield texts, sites
                texts, sites, size = [], [], 0
    except Exception as error:  # nor shall what fails to give a text
        failure = error
    if texts:
        yield texts, sites
    if failure is not None:
        raise failure


def _pair(item: Given) -> tuple[str, str | None]:
    """A text and its site."""
    text, site = item if isinstance(item, tuple | list) and len(item) == 2 else (item, None)
    _check_type(text, str, "a text is a str, or a pair of one and its site")
    return text, site


def _check_type(given: object, types: Any, law: str) -> None:
    if not isinstance(given, types):
        raise TypeError(f"{law}; this is of type {type(given).__name__}: {repr(given)[:60]}")


def _listed(kinds: frozenset[str]) -> tuple[str, ...]:
    """Kinds in one order: the pickles of equal sets may differ, and Dask names what it computes after the pickle of its cleaner."""
    return tuple(kind for kind in KINDS if kind in kinds)


def _patterns(patterns: Patterns, option: str) -> tuple[Pattern, ...]:
    found = []
    for pattern in [patterns] if isinstance(patterns, str | bytes | re.Pattern) else patterns:
        told = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
        _check_type(told, str, f"{option} are expressions for str")
        try:
            found.append(re.compile(pattern))
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{option}: {told[:200]!r} is no regular expression: {error}") from None
    return tuple(found)


def _reason(done: Decisions, line: int, first_kind: str) -> str:
    kind = KINDS[done.kind[line]]
    if done.unsure[line]:
        looks = "" if first_kind in KEPT else f" ({first_kind})"
        return f"may not belong, but kept: the evidence is weak{looks}"
    if kind == first_kind:
        return f"reads like {kind}"
    return f"{kind} by its neighbours; alone it reads like {first_kind}"
