"""scikit-learn: a transformer from texts to texts, and a classifier of lines that learns from labelled articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from declutter import fit as trainer
from declutter import lessons
from declutter import model as models
from declutter.cleaner import Cleaner
from declutter.document import split
from declutter.features import Floats
from declutter.kinds import KINDS, as_kinds
from declutter.stages import cut, opinions

Kinds = str | Iterable[str]


class DeclutterTransformer(TransformerMixin, BaseEstimator):
    r"""Texts to texts without their clutter: a preprocessing step, put before a vectorizer.

    Stateless: `fit` learns nothing and only checks the parameters, `transform` works without it.  Texts are one-dimensional, as for
    scikit-learn's vectorizers: a list, an array, a Series; in a `ColumnTransformer` the column is named by a string.  With
    ``set_output(transform="pandas")`` the texts come out as the column ``text`` of a DataFrame, the index of a Series kept; leave that
    off before a vectorizer, which would take a DataFrame for the list of its columns.

    Parameters
    ----------
    keep, drop
        kinds whose lines stay or go against the default
    model
        path of a model made by `declutter train` or `LineClassifier.save`; the shipped model by default
    caution
        0 drops what is likelier clutter than not, 1 drops nothing on the model's word

    Raises ValueError for a parameter that cannot be used, or a text that is missing; TypeError for what is no text.

    >>> from sklearn.feature_extraction.text import CountVectorizer
    >>> from sklearn.pipeline import make_pipeline
    >>> texts = ["The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today."]
    >>> counts = make_pipeline(DeclutterTransformer(), CountVectorizer()).fit(texts)
    >>> "newsletter" in counts[-1].vocabulary_, "midnight" in counts[-1].vocabulary_
    (False, True)
    """

    def __init__(self, *, keep: Kinds = (), drop: Kinds = (), model: str | Path | None = None, caution: float = 0.5) -> None:
        self.keep = keep
        self.drop = drop
        self.model = model
        self.caution = caution

    def fit(self, X: Iterable[str], y: Any = None) -> Self:  # noqa: ARG002
        """Check the parameters; nothing is learned."""
        self._cleaner()
        return self

    def transform(self, X: Iterable[str]) -> NDArray[np.object_]:
        """The cleaned texts, in order."""
        return np.array([*self._cleaner().clean_many(_texts(X)), None], dtype=object)[:-1]  # None: never read as a two-dimensional array

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """The name of the one column that comes out."""
        return np.array(["text"] if input_features is None else input_features, dtype=object)

    def _cleaner(self) -> Cleaner:
        return Cleaner(keep=self.keep, drop=self.drop, model=self.model, caution=self.caution)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return _of_texts(tags)


class LineClassifier(BaseEstimator):
    r"""The kinds of lines, learned from labelled articles.

    An article is a text, its labels are one kind for each line of it that is not blank, or None for a line that nobody labelled; so
    `X` is a list of texts and `y` a list of lists, as for other sequence labellers.  `predict` gives the likeliest kind of each line
    from what it looks like and what stands around it; which lines go, repeats and the care for whole texts are the business of
    `DeclutterTransformer(model=...)` and `declutter.Cleaner(model=...)`, to which `save` is the way.

    Parameters
    ----------
    random_state
        an integer; the same articles and integer give the same model
    n_jobs
        processes that share the fitting

    Attributes
    ----------
    classes_
        the kinds, in the order of the columns of `predict_proba`
    model_
        the model, with its card

    >>> line, plea = "The ferry came home before midnight, the harbour master said.", "Sign up for our newsletter"
    >>> articles = [f"{line}\n{plea}", f"{plea}\n{line}"] * 10
    >>> kinds = [["body", "newsletter"], ["newsletter", "body"]] * 10
    >>> classifier = LineClassifier().fit(articles, kinds)
    >>> classifier.predict([f"{plea} today\n{line}"])
    [['newsletter', 'body']]
    """

    def __init__(self, *, random_state: int = 0, n_jobs: int = 1) -> None:
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Iterable[str], y: Iterable[Sequence[str | None]], groups: Iterable[str] | None = None) -> Self:
        """Learn from articles and the kinds of their lines; `groups` names the site of each article.

        What is predicted out of fold, to calibrate, holds whole groups back, so that a site's style is never on both sides; without
        `groups` each article is a group.  Raises ValueError where a kind is unknown, the kinds are not as many as the lines, or there
        are too few groups to hold any back.
        """
        texts = _texts(X)
        labels = [_labels(text, kinds, at) for at, (text, kinds) in enumerate(_pairs(texts, y, "y"))]
        sites = (
            [f"article {at}" for at in range(len(texts))] if groups is None else [str(site) for _, site in _pairs(texts, groups, "groups")]
        )
        articles = [lessons.Article(text, allowed, site) for text, allowed, site in zip(texts, labels, sites, strict=True)]
        self.classes_ = np.array(KINDS)
        self.model_ = trainer.train(articles, corpora={"articles": len(articles)}, seed=self.random_state, jobs=self.n_jobs).model
        return self

    def predict(self, X: Iterable[str]) -> list[list[str]]:
        """The likeliest kind of each line of each article."""
        return [self.classes_[probabilities.argmax(axis=1)].tolist() for probabilities in self.predict_proba(X)]

    def predict_proba(self, X: Iterable[str]) -> list[Floats]:
        """For each article an array (lines, kinds) of probabilities, in the order of `classes_`."""
        check_is_fitted(self, "model_")
        return [opinions(self.model_, cut(split([text]))).kinds for text in _texts(X)]

    def score(self, X: Iterable[str], y: Iterable[Sequence[str | None]]) -> float:
        """The share of labelled lines whose kind is predicted."""
        told = [kind for kinds in y for kind in kinds]
        found = [kind for kinds in self.predict(X) for kind in kinds]
        if len(told) != len(found):
            raise ValueError(f"y holds {len(told)} kinds, but the articles have {len(found)} lines that are not blank")
        right = [kind == label for kind, label in zip(found, told, strict=True) if label is not None]
        return float(np.mean(right)) if right else float("nan")

    def save(self, path: str | Path) -> None:
        """Write the model to a file, for `Cleaner(model=path)`, `DeclutterTransformer(model=path)` and `declutter clean --model`."""
        check_is_fitted(self, "model_")
        models.save(self.model_, Path(path))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return _of_texts(tags)


def _of_texts(tags: Any) -> Any:
    tags.input_tags.string = True
    tags.input_tags.two_d_array = False
    return tags


def _texts(given: Iterable[str]) -> list[str]:
    """The texts as a list; refuses, as vectorizers do, a lone string, tables and what is no text."""
    if isinstance(given, str):
        raise ValueError("an iterable of texts is expected, not one text: put it into a list")
    if getattr(given, "ndim", 1) != 1:
        raise ValueError("one-dimensional texts are expected, not a table: pass one column, such as X['text']")
    texts = list(given)
    for at, text in enumerate(texts):
        if text is None or text != text:
            raise ValueError(f"text {at} is missing; fill or drop what is missing first, for example with Series.fillna('')")
        if not isinstance(text, str):
            raise TypeError(f"text {at} is a {type(text).__name__}, not a str")
    return texts


def _pairs(texts: Sequence[str], given: Iterable[Any], name: str) -> list[tuple[str, Any]]:
    values = list(given)
    if len(values) != len(texts):
        raise ValueError(f"X holds {len(texts)} articles, {name} {len(values)}")
    return list(zip(texts, values, strict=True))


def _labels(text: str, kinds: Sequence[str | None], at: int) -> NDArray[Any]:
    as_kinds(kind for kind in kinds if kind is not None)
    lines = len(split([text]))
    if isinstance(kinds, str) or len(kinds) != lines:
        raise ValueError(f"article {at} has {lines} lines that are not blank, y has {len(kinds)} kinds for it")
    return lessons.labels(kinds)
