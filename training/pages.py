"""The stage for pages: what the markup says beside the text, learned from the pages of folds 1 to 4."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from declutter import context, fit, lessons, markup, model, page, prepared
from declutter.document import Array
from declutter.features import KEPT_COLUMNS, Floats
from declutter.kinds import KINDS
from declutter.linear import look_out_of_fold, opinions
from declutter.repeats import plain
from training import align, corpora, labels

ALIGNED_WEIGHT = 0.7  # of a line known to be body by alignment alone, beside a hand-labelled one
CLUTTER_SHARE = 1 / 3  # of the lines known to be clutter by alignment alone that are learned from: there are plenty
MAX_LINES = 2500
_KINDS_STRENGTH, _STANDS_STRENGTH = 3.0, 1.0  # inverses of the penalty on weights of markup
BODY_RECALL, HIGHEST_CUT = 0.97, 0.55  # that the default cut keeps out of fold, and above which it is not: where most lines are right


def hand_kinds() -> dict[str, dict[str, str]]:
    """Page id -> bare line -> its kind, where all labellings of the page's texts agree on it."""
    votes: dict[str, dict[str, set[str]]] = collections.defaultdict(lambda: collections.defaultdict(set))
    for row, text, kinds in labels.labelled():
        for line, kind in zip(labels.lines_of(text), kinds, strict=True):
            if kind is not None:
                votes[row["id"]][bare(line)].add(kind)
    return {page_id: {key: min(kinds) for key, kinds in lines.items() if len(kinds) == 1} for page_id, lines in votes.items()}


def bare(line: str) -> str:
    """What scrapers leave of a line, whatever marks they put before items and between cells, and whatever they glue together.

    >>> bare("- By Tilda  Marsh"), bare("ByTilda Marsh"), bare(" *** ")
    ('bytildamarsh', 'bytildamarsh', '***')
    """
    return plain(line).replace(" ", "") or line.strip()


def sources() -> Iterator[tuple[dict[str, str], list[str] | None]]:
    """Every page of folds 1 to 4 with a reference, and those of the evaluation data that were labelled by hand."""
    for row in corpora.pages():
        yield row, corpora.reference(row)
    wanted = {row["id"] for row in labels.read()}
    for row in corpora.rows("trafilatura_eval"):
        if row["id"] in wanted and row["fold"] in corpora.TRAINING_FOLDS:
            yield row, None


def labelled(read: page.Page, row: dict[str, str], gold: list[str] | None, hand: dict[str, str]) -> lessons.Article:
    """A page as an article to learn from: hand labels where a line has one, alignment elsewhere.

    Where the two contradict each other on keeping a line, nothing is learned from it.
    """
    allowed = np.zeros((len(read.lines), len(KINDS)), dtype=bool)
    weight = np.ones(len(read.lines), dtype=np.float32)
    learned = np.random.default_rng(len(read.text)).random(len(read.lines)) < CLUTTER_SHARE
    kept = np.isin(np.arange(len(KINDS)), KEPT_COLUMNS)
    aligned = align.align(read.lines, gold, row.get("title")) if gold is not None else [-1] * len(read.lines)
    for i, (line, answer) in enumerate(zip(read.lines, aligned, strict=True)):
        if (told := hand.get(bare(line))) is not None:
            kind = KINDS.index(told)
            allowed[i, kind] = answer in (-1, kept[kind])
        elif answer > 0:
            allowed[i], weight[i] = kept, ALIGNED_WEIGHT
        elif answer == 0 and learned[i]:
            allowed[i] = ~kept
    return lessons.Article(read.text, allowed, row["site"], weight)


def fit_pages(lines: fit.Fit, *, jobs: int) -> tuple[model.Pages, dict[str, float]]:
    """The stage for pages and its figures out of fold."""
    hand, pages, articles = hand_kinds(), [], []
    for row, gold in sources():
        read = page.read(row["html"])
        if 0 < len(read.lines) <= MAX_LINES:
            pages.append(read)
            articles.append(labelled(read, row, gold, hand.get(row["id"], {})))
    data = prepared.prepare(articles)
    names, bounds = markup.markup_names(pages)
    stages = [_opinion_stage(names, bounds, data, fold) for fold in [*range(prepared.FOLDS), None]]
    opinion = np.zeros((len(data.fold), model.OUTPUTS), dtype=np.float32)
    for fold, (weights, bias) in enumerate(stages[:-1]):
        here = data.fold == fold
        opinion[here] = model.probabilities(model.bag(names, bounds, weights), np.diff(bounds), bias)[here]
    alone = look_out_of_fold(data, lines.fold_stages)
    how: dict[str, Any] = {"descent": fit.MUCH.lines, "networks": fit.MUCH.networks, "recall": BODY_RECALL, "highest": HIGHEST_CUT}
    fitted = fit.fit_stage(_columns(pages, data, alone, opinion), alone, data, seed=4, jobs=jobs, **how)
    weights, bias = stages[-1]
    return model.Pages(weights, bias, fitted.stage), fit.figures(data, fitted)


def _opinion_stage(names: Array, bounds: Array, data: prepared.Prepared, without: int | None) -> tuple[Floats, Floats]:
    """What the names around a line say: of its kind from hand labels, of its standing in the article from all."""
    from scipy.sparse import csr_array

    count = np.diff(bounds)
    values = np.repeat(1 / np.sqrt(np.maximum(count, 1)), count).astype(np.float32)
    matrix = csr_array((values, names, bounds), shape=(len(count), markup.MARKUP_BUCKETS))
    elsewhere = data.fold != without
    firm = np.flatnonzero((data.allowed.sum(axis=1) == 1) & elsewhere)
    some = np.flatnonzero(data.labelled & elsewhere)
    kept = data.allowed[some][:, KEPT_COLUMNS].any(axis=1)
    kinds = (matrix[firm], data.allowed[firm].argmax(axis=1), None)
    return opinions(kinds, (matrix[some], kept, data.weight[some]), _KINDS_STRENGTH, _STANDS_STRENGTH)


def _columns(pages: Sequence[page.Page], data: prepared.Prepared, alone: Floats, opinion: Floats) -> Floats:
    """The stage's features (features, lines) of all pages."""
    blocks, at, first = [], 0, 0
    for parts in data.batches:
        here, count = slice(at, at + len(parts.lines)), len(parts.lines.bounds) - 1
        text = context.columns(parts.lines, parts.words, alone[here])
        told = markup.numbers(pages[first : first + count], parts.lines, parts.words, text, alone[here], opinion[here])
        blocks.append(context.stacked(text | told))
        at, first = here.stop, first + count
    return np.concatenate(blocks, axis=1)
