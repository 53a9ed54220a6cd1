"""Labelled articles in, a model out: the first stage by scikit-learn, the second by `declutter.descent`.

The second stage must meet, at training, first-stage opinions as honest as those it will meet in use: they are predicted out of
fold, and folds are made of whole sites, so that a house style is never on both sides.
"""

from __future__ import annotations

import dataclasses
import hashlib
import platform
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from declutter import context, features
from declutter.descent import Descent, train_network
from declutter.document import Array, Ints, running, split
from declutter.extracts import cleaned, excerpts
from declutter.features import BUCKETS, KEPT_COLUMNS, Floats
from declutter.kinds import KINDS
from declutter.lessons import Article, piece_articles
from declutter.model import EDGE_WEIGHT, FORMAT, OUTPUTS, Model, Stage, leaning, sigmoid, softmax, with_odds
from declutter.stages import Cut, cut
from declutter.verdict import BODY, HEADLINE

FOLDS = 4
_LEFT_OUT = (None, *range(FOLDS))  # of what each stage is learned from; what takes longest is begun first
STEPS = ("n-grams", "first stage", "second stage", "pieces")  # of `train`, as `progress` is told them
_BATCH = 200_000  # code points of text taken at a time
# Shares of body lines, and of sentences, that the default cut keeps out of fold: a lost half sentence is worse than a lost line
_LINE_RECALL, _PIECE_RECALL = 0.975, 0.997
# No cut is above it.  Whole pages out of fold, F1 and exact share: 0.9509 and 0.212 at 0.4, 0.9529 and 0.264 at 0.5, 0.9524 and 0.258
# at 0.6
_HIGHEST = 0.5
_STRENGTH = 4.0  # inverse of the penalty on first-stage weights
_ITERATIONS = 300
_BESIDE_WEIGHT = 0.4  # of a line whose kind is known beside the labelled articles, to the 1 of a hand-labelled one
_NETWORKS = 2  # of a stage, whose mean decides
_DESCENT = Descent(epochs=12, width=64, rate=4e-3, dropped=0.15, decay=0.1)
# Few lines are fitted sooner, by one network in smaller steps, so that samples/ by itself is learned from in less than two minutes
_FEW, _FEW_ITERATIONS, _FEW_DESCENT = 60_000, 30, Descent(epochs=9, width=64, rate=4e-3, dropped=0.2, decay=0.1, lines=1500)
_FEW_PIECES = dataclasses.replace(_FEW_DESCENT, epochs=3)  # there are more of them
# Articles, from which excerpts of them serve: of fewer (samples/ by itself) keep/drop is 0.890 with neither excerpts nor cleaned
# articles, 0.888 with both
_MANY = 2000
_TILT = 0.1  # power of a kind's share by which its probability is divided before a kind is chosen (training/README.md)


def fold_of(site: str) -> int:
    """The fold of a site, 0 to `FOLDS - 1`."""
    return int.from_bytes(hashlib.sha256(site.encode()).digest()[:4], "big") % FOLDS


@dataclass(frozen=True, slots=True)
class Phrases:
    """Lines known by themselves, without their article: n-grams as a sparse matrix, the answers, and the fold of each."""

    ngrams: Any
    answers: Array
    fold: Ints

    def without(self, fold: int | None) -> tuple[Any, Array]:
        """The n-grams and answers of all folds but one."""
        here = np.flatnonzero(self.fold != fold)
        return self.ngrams[here], self.answers[here]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the first stage learns from beside labelled articles.

    `stands` are lines with the answer whether they stand in articles, `kinds` lines with the column of their kind.
    """

    stands: Phrases | None = None
    kinds: Phrases | None = None


def phrases(lines: Mapping[tuple[str, str], int]) -> Phrases:
    """Phrases from (site, line) -> its answer: whether it stands in an article, or the column of its kind."""
    from scipy.sparse import csr_array, vstack

    texts, blocks = [text for _, text in lines], []
    for low in range(0, len(texts), 4000):
        words = cut(split(["\n".join(texts[low : low + 4000])])).words
        blocks.append(_matrix(*features.ngrams(words), features.edges(words)))
    return Phrases(csr_array(vstack(blocks)), np.array(list(lines.values())), np.array([fold_of(site) for site, _ in lines]))


def _matrix(buckets: Array, bounds: Array, edges: Array) -> Any:
    """The first stage's input as a sparse matrix: n-grams, divided by the root of their number in each line, and edges."""
    from scipy.sparse import csr_array

    count = np.diff(bounds)
    values = np.repeat(1 / np.sqrt(np.maximum(count, 1)), count).astype(np.float32)
    anywhere = csr_array((values, buckets, bounds), shape=(len(count), BUCKETS))
    ends = np.arange(len(count) + 1) * edges.shape[1]
    outside = csr_array((np.full(edges.size, EDGE_WEIGHT, dtype=np.float32), edges.ravel(), ends), shape=(len(count), BUCKETS))
    return anywhere + outside  # which adds up what stands twice


@dataclass(frozen=True, slots=True)
class Prepared:
    """Articles cut into batches, with the label, weight and fold of every line, and the n-grams of lines.

    `sizes` and `fold_of_text` are the number of lines and the fold of each article.
    """

    batches: list[Cut]
    sizes: Ints
    fold_of_text: Ints
    ngrams: Any
    allowed: Array
    weight: Floats
    fold: Ints
    typical: Array
    told: Array

    @property
    def labelled(self) -> Array:
        """Lines of which something is known."""
        count = self.allowed.sum(axis=1)
        known: Array = (count > 0) & (count < len(KINDS))
        return known


def prepare(articles: Sequence[Article]) -> Prepared:
    """Cut articles into lines, words and n-grams, a batch at a time."""
    from scipy.sparse import csr_array, vstack

    batches, blocks, low = [], [], 0
    while low < len(articles):
        high, size = low, 0
        while high < len(articles) and size < _BATCH:
            size += len(articles[high].text)
            high += 1
        parts = cut(split([article.text for article in articles[low:high]]))
        counts = np.diff(parts.lines.bounds)
        for article, count in zip(articles[low:high], counts, strict=True):
            if len(article.allowed) != count:
                raise ValueError(f"{article.site}: {len(article.allowed)} labels for {count} non-blank lines")
        buckets, bounds = features.ngrams(parts.piece_words)
        batches.append(parts)
        blocks.append(_matrix(buckets, bounds[np.append(parts.first_pieces, len(bounds) - 1)], features.edges(parts.words)))
        low = high
    sizes = np.array([len(article.allowed) for article in articles])
    folds = np.array([fold_of(article.site) for article in articles])
    return Prepared(
        batches,
        sizes,
        folds,
        csr_array(vstack(blocks)),
        np.concatenate([article.allowed for article in articles]),
        np.concatenate([np.broadcast_to(np.float32(article.weight), size) for article, size in zip(articles, sizes, strict=True)]),
        np.repeat(folds, sizes),
        np.repeat([article.typical for article in articles], sizes),
        np.repeat([article.told for article in articles], sizes),
    )


def first_stage(data: Prepared, beside: Beside, without: int | None) -> tuple[Floats, Floats]:
    """Weights (buckets, outputs) and bias (outputs,) learned from all folds but one."""
    from scipy.sparse import csr_array, vstack
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    firm = np.flatnonzero((data.allowed.sum(axis=1) == 1) & (data.fold != without) & ~data.told)
    ngrams, kind, weight = data.ngrams[firm], data.allowed[firm].argmax(axis=1), data.weight[firm]
    stands = (ngrams, np.isin(kind, KEPT_COLUMNS)) if beside.stands is None else beside.stands.without(without)
    if beside.kinds is not None:
        more, kinds = beside.kinds.without(without)
        ngrams, kind = csr_array(vstack([ngrams, more])), np.concatenate([kind, kinds])
        weight = np.concatenate([weight, np.full(len(kinds), _BESIDE_WEIGHT, dtype=np.float32)])
    weights = np.zeros((BUCKETS, OUTPUTS), dtype=np.float32)
    bias = np.zeros(OUTPUTS, dtype=np.float32)
    bias[:-1] = -12  # a kind without an example is never seen
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the iterations are the measured ones
        iterations = _ITERATIONS if len(firm) >= _FEW else _FEW_ITERATIONS
        linear = LogisticRegression(C=_STRENGTH, max_iter=iterations)
        met, rarity, some = by_rarity(ngrams)
        linear.fit(some, kind, sample_weight=weight)
        weights[np.ix_(met, linear.classes_)] = (_per_class(linear.coef_) * rarity).T
        bias[linear.classes_] = _per_class(linear.intercept_[:, None])[:, 0]
        met, rarity, some = by_rarity(stands[0])
        linear = LogisticRegression(C=_STRENGTH, max_iter=iterations).fit(some, stands[1])
        weights[met, -1], bias[-1] = linear.coef_[0] * rarity, linear.intercept_[0]
    return weights, bias


def by_rarity(ngrams: Any) -> tuple[Ints, Floats, Any]:
    """The buckets that lines meet, how rare each is, and the matrix of those buckets multiplied by it.

    What is met in few lines tells more than what is met in all, so it is let weigh more at the same penalty (inverse document
    frequency).  The log loss of kinds on lines of other sites falls from 1.006 to 0.935.
    """
    met, lines = np.unique(ngrams.indices, return_counts=True)  # buckets never met have no weight
    rarity = (np.log(ngrams.shape[0] / lines) / 6).astype(np.float32)
    matrix = ngrams[:, met]
    matrix.data = matrix.data * rarity[matrix.indices]
    return met, rarity, matrix


def _per_class(values: Array) -> Array:
    """scikit-learn gives one row for two classes: as softmax scores, half of it to either side."""
    return np.concatenate([-values, values]) / 2 if len(values) == 1 else values


def _look(data: Prepared, weights: Floats, bias: Floats) -> Floats:
    scores = data.ngrams @ weights + bias
    return np.concatenate([softmax(scores[:, :-1]), sigmoid(scores[:, -1:])], axis=1)


def look_out_of_fold(data: Prepared, stages: Sequence[tuple[Floats, Floats]]) -> Floats:
    """First-stage opinions on every line by the stage that never saw its site; `stages[f]` was learned without fold f."""
    opinions = np.zeros((len(data.fold), OUTPUTS), dtype=np.float32)
    for fold, (weights, bias) in enumerate(stages):
        opinions[data.fold == fold] = _look(data, weights, bias)[data.fold == fold]
    return opinions


def second_input(data: Prepared, first: Floats) -> Floats:
    """The second stage's features (features, lines) of all batches."""
    blocks, at = [], 0
    for parts in data.batches:
        here = first[at : at + len(parts.lines)]
        blocks.append(context.stacked(context.columns(parts.lines, parts.words, here)))
        at += len(parts.lines)
    return np.concatenate(blocks, axis=1)


def second_stage(columns: Floats, alone: Floats, data: Prepared, without: int | None, seed: int, few: Descent) -> Stage:
    """Networks learned from all folds but one, smaller ones from few lines; curve and cut are those of `fit_stage`."""
    here = np.flatnonzero(data.fold != without)
    given = (
        with_odds(columns[:, here], alone[here]),
        data.sizes[data.fold_of_text != without],
        data.allowed[here],
        np.where(data.labelled, data.weight, 0)[here],
        leaning(alone[here]),
    )
    descent, count = (_DESCENT, _NETWORKS) if data.labelled[here].sum() >= _FEW else (few, 1)
    networks = tuple(train_network(*given, descent, seed + 1000 * number) for number in range(count))
    rows = here[data.labelled[here]]
    firm = rows[data.allowed[rows].sum(axis=1) == 1]
    share = np.bincount(data.allowed[firm].argmax(axis=1), weights=data.weight[firm], minlength=len(KINDS)) + 1.0
    tilt = -_TILT * np.log(share / share.sum())
    return Stage(networks, tilt.astype(np.float32), np.array([[0, 1], [0, 1]], dtype=np.float32), 0.5)


def _any_kept(allowed: Array) -> Array:
    return np.asarray(allowed[:, KEPT_COLUMNS].any(axis=1))


def calibration(raw: Floats, kept: Array, weight: Floats) -> Floats:
    """A rising curve from raw keep scores to shares of lines that do belong: isotonic, at 25 points (two rows)."""
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(y_min=0.001, y_max=0.999, out_of_bounds="clip").fit(raw, kept, sample_weight=weight)
    points = np.unique(np.concatenate([[0, 1], np.quantile(raw, np.linspace(0, 1, 24)), np.linspace(0, 1, 26)]).astype(np.float32))
    # means over a neighbourhood of each point: steps of the isotonic fit would make equal scores of unequal lines
    values = [float(np.mean(curve.predict(np.clip(point + np.linspace(-0.04, 0.04, 9), 0, 1)))) for point in points]
    slope = np.linspace(0, 1e-4, len(points))
    return np.stack([points, np.maximum.accumulate(np.array(values)) + slope]).astype(np.float32).clip(0, 1)


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
    few: Descent | None = None,
) -> Fitted:
    """Fit a second stage on all folds, and one without each fold to predict it, to calibrate, and to find the cut.

    `alone` is what the first stage says of the lines, out of fold.  The cut is the one that keeps the share `recall` of body lines, but
    not above `_HIGHEST`: a lost body line costs more than a line left in.  `few` is how to train where there are few lines.
    """
    from joblib import Parallel, delayed

    stage, *held = Parallel(n_jobs=jobs)(delayed(second_stage)(columns, alone, data, fold, seed, few or _FEW_DESCENT) for fold in _LEFT_OUT)
    kinds = np.zeros((len(data.fold), len(KINDS)), dtype=np.float32)
    raw = np.zeros(len(data.fold), dtype=np.float32)
    for fold, part in enumerate(held):
        here = np.flatnonzero(data.fold == fold)
        kinds[here], raw[here] = part.predict(columns[:, here], alone[here], running(data.sizes[data.fold_of_text == fold]))
    known = data.labelled & data.typical
    curve = calibration(raw[known], _any_kept(data.allowed[known]), data.weight[known])
    keep = np.interp(raw, *curve).astype(np.float32)
    body = known & data.allowed[:, BODY] & (data.allowed.sum(axis=1) == 1)
    lowest = min(_HIGHEST, float(np.quantile(keep[body], 1 - recall)))
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
    articles: Sequence[Article], beside: Beside, *, seed: int = 0, jobs: int = 1, progress: Callable[[str], None] = lambda _: None
) -> Fit:
    """Fit both stages for lines, and predict every line out of fold."""
    from joblib import Parallel, delayed

    data = prepare(articles)
    progress("n-grams")
    run = Parallel(n_jobs=jobs)
    (weights, bias), *fold_stages = run(delayed(first_stage)(data, beside, fold) for fold in _LEFT_OUT)
    progress("first stage")
    alone = look_out_of_fold(data, fold_stages)
    fitted = fit_stage(second_input(data, alone), alone, data, recall=_LINE_RECALL, seed=seed, jobs=jobs)
    progress("second stage")
    return Fit(weights, bias, fold_stages, data, fitted)


def fit_pieces(lines: Fit, articles: Sequence[Article], *, seed: int = 0, jobs: int = 1) -> tuple[Prepared, Fitted]:
    """The stage for pieces, and what it was learned from."""
    data = prepare(piece_articles(articles, seed))
    alone = look_out_of_fold(data, lines.fold_stages)
    return data, fit_stage(second_input(data, alone), alone, data, recall=_PIECE_RECALL, seed=seed + 2, jobs=jobs, few=_FEW_PIECES)


def figures(data: Prepared, fitted: Fitted) -> dict[str, float]:
    """Figures over labelled lines predicted out of fold, headlines left out of keep and drop."""
    rows = np.flatnonzero((data.allowed.sum(axis=1) == 1) & ~data.told)
    truth = data.allowed[rows].argmax(axis=1)
    kept, stays = np.isin(truth, KEPT_COLUMNS), fitted.keep[rows] >= fitted.stage.cut
    firm = truth != HEADLINE
    out = {
        "lines": len(rows),
        "keep_drop": float((kept == stays)[firm].mean()),
        "body_recall": float(stays[truth == BODY].mean()),
        "clutter_recall": float((~stays)[~kept].mean()),
    }
    out["kind_accuracy"] = float((fitted.kinds[rows].argmax(axis=1) == truth).mean())
    return {name: round(value, 4) for name, value in out.items()}


def train(
    articles: Sequence[Article],
    beside: Beside = Beside(),
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
    rng = np.random.default_rng(seed)
    extracted = [better for article in articles if not article.told and (better := cleaned(article, rng)) is not None]
    nearly_clean = excerpts(articles, fold_of, rng) if len(articles) >= _MANY else []
    lines = fit_lines([*articles, *extracted, *nearly_clean], beside, seed=seed, jobs=jobs, progress=progress)
    labelled = [article for article in articles if not article.told and (article.allowed.sum(axis=1) == 1).any()]
    piece_data, pieces = fit_pieces(lines, labelled, seed=seed, jobs=jobs)
    progress("pieces")
    scores = {"lines": figures(lines.data, lines.fitted), "pieces": figures(piece_data, pieces)}
    model = Model(lines.weights, lines.bias, lines.fitted.stage, pieces.stage, None, card(corpora, scores))
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
