"""Labelled articles in, a model out: the first stage by `declutter.linear`, the second by `declutter.descent`.

The second stage must meet, at training, first-stage opinions as honest as those it will meet in use: they are predicted out of fold.
"""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from declutter import breaks, context, features
from declutter.breaks import Breaks, Gaps
from declutter.descent import Descent, train_network
from declutter.document import Array, running, split
from declutter.extracts import cleaned, excerpts, lengthened
from declutter.features import KEPT_COLUMNS, Floats
from declutter.kinds import KINDS
from declutter.lessons import Article, piece_articles
from declutter.linear import PASSES, first_stage, gap_weights, look_out_of_fold
from declutter.model import FORMAT, Model, Stage, leaning, sigmoid, with_odds
from declutter.prepared import FOLDS, Beside, Prepared, fold_of, prepare
from declutter.verdict import BODY, HEADLINE

_LEFT_OUT = (None, *range(FOLDS))  # of what each stage is learned from; what takes longest is begun first
STEPS = ("n-grams", "first stage", "second stage", "pieces", "line breaks")  # of `train`, as `progress` is told them
# Shares of body lines, and of sentences, that the default cut keeps out of fold: a lost half sentence is worse than a lost line
_LINE_RECALL, _PIECE_RECALL = 0.975, 0.997
_HIGHEST = 0.5  # no cut of texts is above it: what likelier belongs than not, stays
_NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is made of what there is to learn from: passes of the first stage; how the networks for lines are trained, those for pieces
    of lines and for gaps, and how many decide by their mean.
    """

    passes: int
    lines: Descent
    pieces: Descent
    networks: int


_MUCH_LINES = Descent(epochs=12, width=64, rate=4e-3, dropped=0.15, decay=0.1)
MUCH = Effort(PASSES, _MUCH_LINES, _MUCH_LINES, networks=2)
# Few lines are fitted sooner, by one network in smaller steps, so that samples/ by itself is learned from in less than two minutes
_LITTLE_LINES = Descent(epochs=5, width=64, rate=4e-3, dropped=0.2, decay=0.1, lines=1500)
LITTLE = Effort(5, _LITTLE_LINES, dataclasses.replace(_LITTLE_LINES, epochs=2), networks=1)  # there are more pieces and gaps than lines
# Labelled lines from which on much is made of them, and excerpts of the articles; samples/ has 138,000, the corpora with them 249,000.
# Of 900 samples keep/drop is 0.890 with neither excerpts nor cleaned articles, 0.888 with both; of 2,098 it is 0.893 without excerpts and
# 0.907 with them, of 3,045 0.891 and 0.907, but in three times the time
_ENOUGH = 200_000
# Of less every sixth article is shown cleaned, and every twelfth made longer.  Clean bodies of `kinds`, which are long, lose 22 % of their
# characters by a model of 2,700 samples when every third is cleaned and none is longer, 8 % with every ninth longer, 4 % with these
_FEW_CLEANED = 6
# Of less, pieces and line breaks are learned from every second article (figures and times in training/README.md)
_FEW_PIECES = 2
_TILT = 0.1  # power of a kind's share by which its probability is divided before a kind is chosen (training/README.md)


def second_input(data: Prepared, first: Floats) -> Floats:
    """The second stage's features (features, lines) of all batches."""
    blocks, at = [], 0
    for parts in data.batches:
        here = first[at : at + len(parts.lines)]
        blocks.append(context.stacked(context.columns(parts.lines, parts.words, here)))
        at += len(parts.lines)
    return np.concatenate(blocks, axis=1)


def second_stage(columns: Floats, alone: Floats, data: Prepared, without: int | None, seed: int, descent: Descent, networks: int) -> Stage:
    """Networks learned from all folds but one; curve and cut are those of `fit_stage`."""
    here = np.flatnonzero(data.fold != without)
    given = (
        with_odds(columns[:, here], alone[here]),
        data.sizes[data.fold_of_text != without],
        data.allowed[here],
        np.where(data.labelled, data.weight, 0)[here],
        leaning(alone[here]),
    )
    trained = tuple(train_network(*given, descent, seed + 1000 * number) for number in range(networks))
    rows = here[data.labelled[here]]
    firm = rows[data.allowed[rows].sum(axis=1) == 1]
    share = np.bincount(data.allowed[firm].argmax(axis=1), weights=data.weight[firm], minlength=len(KINDS)) + 1.0
    tilt = -_TILT * np.log(share / share.sum())
    return Stage(trained, tilt.astype(np.float32), np.array([[0, 1], [0, 1]], dtype=np.float32), 0.5)


def _any_kept(allowed: Array) -> Array:
    return np.asarray(allowed[:, KEPT_COLUMNS].any(axis=1))


def calibration(raw: Floats, kept: Array, weight: Floats) -> Floats:
    """A rising curve from raw keep scores to shares of lines that do belong: isotonic, at points evenly spaced in log-odds (two rows).

    Half of all lines have odds beyond 100 to 1, so even steps of the score itself would tell none of them apart: log loss out of fold is
    0.170 with these, 0.160 with even steps of the log-odds, and the mean difference between score and share 0.016 and 0.001.
    """
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(y_min=0.001, y_max=0.999, out_of_bounds="clip").fit(raw, kept, sample_weight=weight)
    odds = np.linspace(-8, 8, 65)
    # means over a neighbourhood of each point: steps of the isotonic fit would make equal scores of unequal lines
    near = odds[:, None] + np.linspace(-0.5, 0.5, 9)
    values = curve.predict(sigmoid(near).ravel()).reshape(near.shape).mean(axis=1)
    points = np.concatenate([[0], sigmoid(odds), [1]])
    slope = np.linspace(0, 1e-4, len(points))
    return np.stack([points, np.maximum.accumulate(values[[0, *range(len(odds)), -1]]) + slope]).astype(np.float32).clip(0, 1)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A second stage, and what was predicted out of fold for every line it learned from: kinds and calibrated keep."""

    stage: Stage
    kinds: Floats
    keep: Floats


def fit_stage(
    columns: Floats,
    alone: Floats,
    data: Prepared,
    *,
    recall: float,
    seed: int,
    jobs: int,
    descent: Descent,
    networks: int,
    highest: float = _HIGHEST,
) -> Fitted:
    """Fit a second stage on all folds, and one without each fold to predict it, to calibrate, and to find the cut.

    `alone` is what the first stage says of the lines, out of fold.  The cut is the one that keeps the share `recall` of body lines, but
    not above `highest`: a lost body line costs more than a line left in.
    """
    from joblib import Parallel, delayed

    run = Parallel(n_jobs=jobs)
    stage, *held = run(delayed(second_stage)(columns, alone, data.without_cuts(), fold, seed, descent, networks) for fold in _LEFT_OUT)
    kinds = np.zeros((len(data.fold), len(KINDS)), dtype=np.float32)
    raw = np.zeros(len(data.fold), dtype=np.float32)
    for fold, part in enumerate(held):
        here = np.flatnonzero(data.fold == fold)
        kinds[here], raw[here] = part.predict(columns[:, here], alone[here], running(data.sizes[data.fold_of_text == fold]))
    known = data.labelled & data.typical
    curve = calibration(raw[known], _any_kept(data.allowed[known]), data.weight[known])
    keep = np.interp(raw, *curve).astype(np.float32)
    body = known & data.allowed[:, BODY] & (data.allowed.sum(axis=1) == 1)
    lowest = min(highest, float(np.quantile(keep[body], 1 - recall)))
    return Fitted(Stage(stage.kinds, stage.tilt, curve, lowest), kinds, keep)


@dataclass(frozen=True, slots=True)
class Fit:
    """What `fit_lines` learned: the stages of lines, and what was predicted out of fold for every line."""

    weights: Floats
    bias: Floats
    fold_stages: list[tuple[Floats, Floats]]
    data: Prepared
    fitted: Fitted


def fit_lines(
    articles: Sequence[Article],
    beside: Beside,
    *,
    effort: Effort = MUCH,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Fit:
    """Fit both stages for lines, and predict every line out of fold."""
    from joblib import Parallel, delayed

    data = prepare(articles)
    progress("n-grams")
    run = Parallel(n_jobs=jobs)
    (weights, bias), *fold_stages = run(delayed(first_stage)(data.without_cuts(), beside, fold, effort.passes) for fold in _LEFT_OUT)
    progress("first stage")
    alone = look_out_of_fold(data, fold_stages)
    how: dict[str, Any] = {"descent": effort.lines, "networks": effort.networks, "jobs": jobs}
    fitted = fit_stage(second_input(data, alone), alone, data, recall=_LINE_RECALL, seed=seed, **how)
    progress("second stage")
    return Fit(weights, bias, fold_stages, data, fitted)


def fit_pieces(lines: Fit, articles: Sequence[Article], *, effort: Effort = MUCH, seed: int = 0, jobs: int = 1) -> tuple[Prepared, Fitted]:
    """The stage for pieces, and what it was learned from."""
    data = prepare(piece_articles(articles, seed))
    alone = look_out_of_fold(data, lines.fold_stages)
    how: dict[str, Any] = {"descent": effort.pieces, "networks": effort.networks, "jobs": jobs}
    return data, fit_stage(second_input(data, alone), alone, data, recall=_PIECE_RECALL, seed=seed + 2, **how)


def fit_breaks(articles: Sequence[Article], *, effort: Effort = MUCH, seed: int = 0, jobs: int = 1) -> Breaks:
    """Where lines begin in texts that have lost their line breaks, learned from articles that have theirs."""
    from joblib import Parallel, delayed

    joined = [breaks.joined(article.text) for article in articles]
    gaps = Gaps.of(split([text for text, _ in joined]))
    starts = [offset + np.array(found) for offset, (_, found) in zip(gaps.lines.offsets, joined, strict=False)]
    began = np.isin(gaps.words.starts[gaps.at], np.concatenate(starts))
    fold = np.array([fold_of(article.site) for article in articles])[gaps.lines.text_of[gaps.line_of]]
    buckets = breaks.features(gaps)
    run = Parallel(n_jobs=jobs)
    (weights, bias), *held = run(delayed(gap_weights)(buckets[fold != out], began[fold != out]) for out in _LEFT_OUT)
    if began.all() or not began.any():  # nothing to tell apart
        return Breaks(weights, bias, ())
    told = np.zeros(buckets.shape, dtype=np.float32)
    for out, (others, _) in enumerate(held):
        told[fold == out] = others[buckets[fold == out]]
    allowed = np.stack([~began, began], axis=1)
    given = (
        breaks.columns(gaps, told),
        gaps.sizes,
        allowed,
        np.ones(len(began), dtype=np.float32),
        np.zeros(allowed.shape, dtype=np.float32),
    )
    networks = run(delayed(train_network)(*given, effort.pieces, seed + 1000 * number) for number in range(effort.networks))
    return Breaks(weights, bias, tuple(networks))


def _share(right: Array) -> float:
    return float(right.mean()) if len(right) else 0.0


def figures(data: Prepared, fitted: Fitted) -> dict[str, float]:
    """Figures over labelled lines predicted out of fold, headlines left out of keep and drop; a share of nothing is 0."""
    rows = np.flatnonzero((data.allowed.sum(axis=1) == 1) & ~data.told)
    truth = data.allowed[rows].argmax(axis=1)
    kept, stays = np.isin(truth, KEPT_COLUMNS), fitted.keep[rows] >= fitted.stage.cut
    out = {
        "lines": len(rows),
        "keep_drop": _share((kept == stays)[truth != HEADLINE]),
        "body_recall": _share(stays[truth == BODY]),
        "clutter_recall": _share(~stays[~kept]),
        "kind_accuracy": _share(fitted.kinds[rows].argmax(axis=1) == truth),
    }
    return {name: round(value, 4) for name, value in out.items()}


def train(
    articles: Sequence[Article],
    beside: Beside = _NOTHING,
    *,
    corpora: Mapping[str, Any],
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Training:
    """A model from labelled articles; the same articles and seed give the same arrays.

    `corpora` goes into the card.  `progress` is called with the name of each step when it is done (see `STEPS`).

    Raises ValueError where there are too few sites to hold any back, or only one kind.
    """
    if len({fold_of(article.site) for article in articles}) < FOLDS:
        raise ValueError(f"too few sites: labelled articles of about {3 * FOLDS} different sites are needed ('site:' in the header)")
    if np.concatenate([article.allowed for article in articles]).any(axis=0).sum() < 2:
        raise ValueError("lines of one kind alone teach nothing: label lines that go and lines that stay")
    rng = np.random.default_rng(seed)
    enough = sum(int((article.allowed.sum(axis=1) == 1).sum()) for article in articles) >= _ENOUGH
    effort = MUCH if enough else LITTLE
    shown = articles if enough else articles[::_FEW_CLEANED]
    extracted = [better for article in shown if not article.told and (better := cleaned(article, rng)) is not None]
    beyond = excerpts(articles, fold_of, rng) if enough else lengthened(articles, fold_of, rng)
    lines = fit_lines([*articles, *extracted, *beyond], beside, effort=effort, seed=seed, jobs=jobs, progress=progress)
    labelled = [article for article in articles if not article.told and (article.allowed.sum(axis=1) == 1).any()]
    labelled = labelled if enough else labelled[::_FEW_PIECES]
    piece_data, pieces = fit_pieces(lines, labelled, effort=effort, seed=seed, jobs=jobs)
    progress("pieces")
    broken = fit_breaks(labelled, effort=effort, seed=seed, jobs=jobs)
    progress("line breaks")
    scores = {"lines": figures(lines.data, lines.fitted), "pieces": figures(piece_data, pieces)}
    model = Model(lines.weights, lines.bias, lines.fitted.stage, pieces.stage, broken, None, card(corpora, scores))
    return Training(model, lines)


@dataclass(frozen=True, slots=True)
class Training:
    """A model, and what was fitted on the way."""

    model: Model
    lines: Fit


def card(corpora: Mapping[str, Any], scores: Mapping[str, Any]) -> dict[str, Any]:
    """The card of a model: what it was made from and with, and how good it was."""
    import scipy
    import sklearn

    import declutter

    return {
        "format": FORMAT,
        "features": features.VERSION,
        "kinds": list(KINDS),
        "declutter": declutter.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "corpora": dict(corpora),
        "scores": dict(scores),
    }
