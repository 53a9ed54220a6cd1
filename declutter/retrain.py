"""Before and after: how a model in use and a newly trained one judge labelled lines that neither has learned from.

The new model's answers are those it was fitted with out of fold: each line judged by the stages that never saw its site.  The model in
use has not seen them either, unless its card says that it learned from the very same files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from declutter import samples
from declutter.document import Array, split
from declutter.features import KEPT_COLUMNS
from declutter.fit import Training
from declutter.kinds import KINDS
from declutter.lessons import Article
from declutter.model import Model
from declutter.prepared import batches
from declutter.stages import cut, opinions
from declutter.verdict import BODY, HEADLINE


@dataclass(frozen=True, slots=True)
class Source:
    """Labelled articles that were named together, their files, and a name to show."""

    name: str
    files: tuple[Path, ...]
    articles: tuple[Article, ...]


def read(paths: Sequence[Path]) -> list[Source]:
    """The labelled articles of the paths: each folder is a source, and so are files in a row.

    Raises samples.SampleError or OSError where a file cannot be used.
    """
    found = []
    for is_folder, together in groupby(paths, key=Path.is_dir):
        for named in [[path] for path in together] if is_folder else [list(together)]:
            files = tuple(samples.find(named))
            name = str(named[0]) if len(named) == 1 else f"{len(named)} files"
            found.append(Source(name, files, tuple(Article.of(samples.read(file)) for file in files)))
    return found


def digest(sources: Sequence[Source]) -> str:
    """The first 16 hex digits of the SHA-256 of the files."""
    return hashlib.sha256(b"".join(file.read_bytes() for source in sources for file in source.files)).hexdigest()[:16]


def corpora(sources: Sequence[Source]) -> dict[str, dict[str, int | str | list[str]]]:
    """What the card of a model that learned from these says of them: no path, so that the same files make the same model anywhere."""
    files = sum(len(source.files) for source in sources)
    return {"samples": {"files": files, "sha256": digest(sources), "sources": [digest([source]) for source in sources]}}


@dataclass(frozen=True, slots=True)
class Side:
    """How lines were judged: shares of lines rightly kept or dropped, of body lines kept, of clutter lines dropped (NaN: none)."""

    right: float
    body_kept: float
    clutter_dropped: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One source before and after; `known` if the model in use has learned from these very files, so that `before` flatters it."""

    name: str
    lines: int
    before: Side
    after: Side
    known: bool


def compare(model: Model, training: Training, sources: Sequence[Source]) -> list[Comparison]:
    """Compare on each source.  `training` was trained on the articles of all sources, in their order.

    Each line counts by its own score against the model's cut, before the rules for headlines and repeats; headlines are left out.
    """
    keep = training.lines.fitted.keep >= training.lines.fitted.stage.cut
    entries = [entry for entry in model.card.get("corpora", {}).values() if isinstance(entry, dict)]
    learned = {sha256 for entry in entries for sha256 in (entry.get("sha256"), *entry.get("sources", ()))}
    found, at = [], 0
    for source in sources:
        allowed = (
            np.concatenate([article.allowed for article in source.articles]) if source.articles else np.zeros((0, len(KINDS)), dtype=bool)
        )
        after = keep[at : at + len(allowed)]
        at += len(allowed)
        before = _stays(model, source.articles)
        firm = (allowed.sum(axis=1) == 1) & (allowed.argmax(axis=1) != HEADLINE)
        truth = allowed[firm].argmax(axis=1)
        found.append(
            Comparison(source.name, int(firm.sum()), _side(truth, before[firm]), _side(truth, after[firm]), digest([source]) in learned)
        )
    return found


def _stays(model: Model, articles: Sequence[Article]) -> Array:
    """Which lines of the articles a model keeps."""
    cuts = (cut(split([article.text for article in together])) for together in batches(articles))
    stays = [opinions(model, parts).keep >= model.lines.cut for parts in cuts]
    return np.concatenate(stays) if stays else np.zeros(0, dtype=bool)


def _side(truth: Array, stays: Array) -> Side:
    kept = np.isin(truth, KEPT_COLUMNS)
    return Side(_share(stays == kept), _share(stays[truth == BODY]), _share(~stays[~kept]))


def _share(right: Array) -> float:
    return float(right.mean()) if len(right) else float("nan")


def table(found: Sequence[Comparison]) -> str:
    """The comparison as a table of text.

    >>> print(table([Comparison("mine", 40, Side(0.9, 0.95, 0.8), Side(0.925, 0.95, 0.85), False)]))
    held-out lines                    lines         right     body kept  clutter dropped
    mine                                 40  0.900 0.925   0.950 0.950      0.800 0.850
    """
    rows = [f"{'held-out lines':30}{'lines':>9}{'right':>14}{'body kept':>14}{'clutter dropped':>17}"]
    for one in found:
        pairs = [f"{getattr(one.before, name):.3f} {getattr(one.after, name):.3f}" for name in ("right", "body_kept", "clutter_dropped")]
        note = "  (the model before has learned from these)" if one.known else ""
        rows.append(f"{one.name[-30:]:30}{one.lines:9}{pairs[0]:>13}{pairs[1]:>14}{pairs[2]:>17}{note}")
    return "\n".join(rows)
