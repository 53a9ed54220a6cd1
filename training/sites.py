"""What the counts of a site's pages are worth: lines judged with and without them, on news portals and on sites made from the samples.

Nothing is fitted to the portals: the prior of `declutter.sites.evidence` is documented, and this shows how it does on each of them.
"""

from __future__ import annotations

import collections
import json
import lzma
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from declutter import samples
from declutter.cleaner import Cleaner
from declutter.kinds import KEPT
from declutter.sites import Sites, count, freeze
from training import align, corpora, labels, scrape

SIZES = ((2, 60), (3, 40), (10, 12), (50, 3), (200, 1))  # pages of a made site, and how many sites of them
_FURNITURE, _PROSE, _SHARED = 6, 3, 3  # lines of a made site: on its pages, on most of them though they read like prose, on two of them
_RESERVED = 40  # samples whose body lines are taken for boilerplate, and not for articles

Page = tuple[str, Sequence[int]]  # a text, and for each non-blank line 1 (stays), 0 (goes), -1 (not firm)


@dataclass(slots=True)
class Tally:
    """Lines of one sort, and how many of them were judged right without and with the counts."""

    lines: int = 0
    without: int = 0
    given: int = 0


Tallies = dict[tuple[str, str], Tally]  # by (where, sort of line)


def judge(model: Path | None, pages: Sequence[Page], sorts: Sequence[Sequence[str]], where: str, tallies: Tallies) -> None:
    """Count the pages of one site and judge them without and with the counts."""
    counts: Sites = freeze(count((text, "site") for text, _ in pages))
    plain, aware = Cleaner(model=model), Cleaner(model=model, sites=counts)
    pairs = [(text, "site") for text, _ in pages]
    for (_, answers), named, one, other in zip(pages, sorts, plain.judge_many(pairs), aware.judge_many(pairs), strict=True):
        for answer, sort, without, given in zip(answers, named, one, other, strict=True):
            if answer >= 0:
                tally = tallies[where, sort]
                tally.lines += 1
                tally.without += without.keep == answer
                tally.given += given.keep == answer


def portals() -> Iterator[tuple[str, list[Page]]]:
    """(portal, what one scraper makes of its pages), for each scraper; the pages of fold 0 from the shared scrapes."""
    pages = {page["id"]: page for page in corpora.rows("cpe")}
    found: dict[tuple[str, str], list[Page]] = collections.defaultdict(list)
    for page_id, scraper, text in [*scrape.scrapes(), *_shared_scrapes()]:
        if page_id in pages:
            page = pages[page_id]
            answers = align.align(labels.lines_of(text), corpora.reference(page), page["title"])
            found[page["site"], scraper].append((text, answers))
    for (portal, _scraper), own in sorted(found.items()):
        yield portal, own


def _shared_scrapes() -> Iterator[tuple[str, str, str]]:
    path = corpora.need_folder() / "scrapes_dev.jsonl.xz"
    with lzma.open(path, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            if row["text"].strip():
                yield row["id"], row["scraper"], row["text"]


def on_portals(model: Path | None) -> Tallies:
    """The lines of the portals, by portal and by what they are."""
    tallies: Tallies = collections.defaultdict(Tally)
    for portal, pages in portals():
        judge(model, pages, [["body" if answer else "clutter" for answer in answers] for _, answers in pages], portal, tallies)
    return tallies


def made(size: int, rng: np.random.Generator) -> tuple[list[Page], list[list[str]]]:
    """The pages of a made site, and the sort of each line: articles of the samples with furniture in common, with boilerplate that is
    body by itself and stands on more than half of the pages, and with quotations that two of the articles share."""
    everything = [samples.read(path) for path in samples.find([corpora.PROJECT / "samples"])]
    order = rng.permutation(len(everything))
    reserved = [everything[i] for i in order[:_RESERVED]]
    bodies = [line.text for sample in reserved for line in sample.lines if line.kind == "body" and len(line.text) > 80 and not line.spans]
    clutter = [line.text for sample in reserved for line in sample.lines if line.kind not in KEPT and not line.hard]
    chosen = list(rng.permutation(bodies)[: _PROSE + _SHARED])
    prose, shared = chosen[:_PROSE], chosen[_PROSE:]
    furniture = list(rng.permutation(clutter)[:_FURNITURE])
    shares = rng.uniform(0.6, 1, _PROSE)
    sharers = [set(rng.permutation(size)[:2].tolist()) for _ in shared]
    pages, sorts = [], []
    for number, at in enumerate(order[_RESERVED : _RESERVED + size]):
        lines = [(line.text, "body", 1) for line in everything[at].lines if line.kind == "body" and not line.spans]
        here = [(text, "boilerplate in prose", 0) for text, share in zip(prose, shares, strict=True) if rng.random() < share or number < 2]
        here += [(text, "shared quotation", 1) for text, own in zip(shared, sharers, strict=True) if number in own]
        for line in here:
            lines.insert(int(rng.integers(min(1, len(lines)), len(lines) + 1)), line)  # a sample may be clutter alone
        lines += [(text, "furniture", 0) for text in furniture]
        pages.append(("\n".join(text for text, _, _ in lines), [answer for _, _, answer in lines]))
        sorts.append([sort for _, sort, _ in lines])
    return pages, sorts


def on_made(model: Path | None, seed: int = 0) -> Tallies:
    """The lines of made sites, by the size of the site and by what they are."""
    tallies: Tallies = collections.defaultdict(Tally)
    rng = np.random.default_rng(seed)
    for size, sites in SIZES:
        for _ in range(sites):
            judge(model, *made(size, rng), f"{size} pages", tallies)
    return tallies


def table(tallies: Tallies) -> str:
    """Lines judged right, in Markdown, a row a sort of line; what a portal has in all, first."""
    rows = ["| | lines | without | with the counts |", "|---|---|---|---|"]
    for where in dict.fromkeys(where for where, _ in tallies):
        own = {sort: tally for (place, sort), tally in tallies.items() if place == where}
        rows.append(_row(where, own.values()))
        rows += [_row(f"{where}: {sort}", [tally]) for sort, tally in sorted(own.items())]
    return "\n".join(rows)


def _row(name: str, tallies: Iterable[Tally]) -> str:
    held = list(tallies)
    lines = sum(tally.lines for tally in held)
    shares = [sum(getattr(tally, side) for tally in held) / lines for side in ("without", "given")]
    return f"| {name} | {lines:,} | {shares[0]:.4f} | {shares[1]:.4f} |"
