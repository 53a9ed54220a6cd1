"""Pinned floors: quality does not sink unseen, and an astonishing figure is a leak until shown otherwise.

Each figure has a floor and a ceiling in `floors.json`, beside the digest of what it was measured on: changed data must be measured
again.  Publishers are never on both sides.
"""

import json
from pathlib import Path

import pytest

from declutter import Cleaner, fit, prepared
from declutter.kinds import KEPT
from training import build, corpora

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))


def breaches(figures, bounds):
    """The figures outside their bounds, told."""
    held = {name: bound for name, bound in bounds.items() if name != "sha256"}
    return [
        f"{name} {figures[name]:.4f} is outside {low} to {high}" for name, (low, high) in held.items() if not low <= figures[name] <= high
    ]


@pytest.fixture(scope="module")
def out_of_fold():
    """Figures of the samples, predicted by models that saw no article of the same site."""
    fitted = fit.fit_lines(build.sample_articles(), prepared.Beside(), effort=fit.LITTLE, jobs=2)
    return fit.figures(fitted.data, fitted.fitted)


def test_the_samples_out_of_fold(out_of_fold):
    """Learned from the samples of other sites alone."""
    assert build.samples_digest() == FLOORS["samples"]["sha256"], "samples/ changed: measure again and pin the new figures"
    assert not breaches(out_of_fold, FLOORS["samples"])


def test_the_corpora_held_back():
    """The shipped model on the publishers of fold 0, which it never saw; nothing but figures is looked at."""
    if corpora.folder() is None:
        pytest.skip("no corpora here: set DECLUTTER_CORPORA to run this floor")
    assert corpora.digest("kinds") == FLOORS["corpora"]["sha256"], "the corpora changed: measure again and pin the new figures"
    articles = [row for row in corpora.rows("kinds") if row["fold"] == 0]
    judged = Cleaner().judge_many(row["text"] for row in articles)
    firm = [
        (kind, verdict.keep)
        for row, verdicts in zip(articles, judged, strict=True)
        for kind, verdict in zip(row["kinds"], verdicts, strict=True)
        if kind not in (None, "headline")
    ]
    figures = {
        "keep_drop": sum((kind in KEPT) == stays for kind, stays in firm) / len(firm),
        "body_recall": sum(stays for kind, stays in firm if kind == "body") / sum(kind == "body" for kind, _ in firm),
        "clutter_recall": sum(not stays for kind, stays in firm if kind not in KEPT) / sum(kind not in KEPT for kind, _ in firm),
    }
    assert not breaches(figures, FLOORS["corpora"])


def test_the_gate_itself():
    """A figure below its floor or above its ceiling is told, one inside is not."""
    bounds = {"sha256": "", "keep_drop": [0.8, 0.9]}

    assert breaches({"keep_drop": 0.85}, bounds) == []
    assert breaches({"keep_drop": 0.79}, bounds)
    assert breaches({"keep_drop": 0.91}, bounds)
