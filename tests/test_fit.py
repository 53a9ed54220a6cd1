"""Training: labelled articles in, the same model out each time; what is learned from, and how it is kept honest."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import articles, synthetic, turned

from declutter import breaks, fit, lessons, linear, prepared
from declutter.cleaner import Cleaner
from declutter.descent import Descent
from declutter.document import split
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS
from declutter.lessons import Article
from declutter.model import OUTPUTS, load, save, sigmoid

SMALL = Descent(epochs=12, width=8, rate=0.02, dropped=0.0, lines=150)


def label(kind):
    return KINDS.index(kind)


@pytest.fixture(scope="module", autouse=True)
def small():
    """A small network: what is tested here is not how good it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "LITTLE", fit.Effort(5, SMALL, SMALL, networks=1))
        yield


def trained(found, **options):
    return fit.train(found, corpora={"samples": {"files": len(found)}}, jobs=1, **options)


@pytest.fixture(scope="module")
def training():
    return trained(articles())


@pytest.fixture(scope="module")
def model_file(training, tmp_path_factory):
    path = tmp_path_factory.mktemp("fit") / "model.npz"
    save(training.model, path)
    return path


# --- folds


def test_all_lines_of_a_site_are_in_its_fold(training):
    data = training.lines.data
    at = 0
    for article in articles():
        assert set(data.fold[at : at + len(article.allowed)].tolist()) == {prepared.fold_of(article.site)}
        at += len(article.allowed)


def test_a_stage_without_a_fold_never_saw_its_lines():
    """Whatever the labels of a fold are, the stage learned without it is the same."""
    data = prepared.prepare(articles())
    columns = np.random.default_rng(0).random((8, len(data.fold))).astype(np.float32)
    alone = np.full((len(data.fold), OUTPUTS), 1 / OUTPUTS, dtype=np.float32)
    mine, theirs = (fit.second_stage(columns, alone, each, 1, 0, SMALL, 1) for each in (data, turned(data)))
    assert np.array_equal(mine.kinds[0].first.weights, theirs.kinds[0].first.weights)
    assert np.array_equal(mine.tilt, theirs.tilt)


# --- training


def arrays(model):
    found = [model.weights, model.bias]
    for stage in (model.lines, model.pieces):
        found += [stage.tilt, stage.curve]
        for network in stage.kinds:
            layers = network.first, network.around, network.inner, network.whole, network.last
            found += [network.middle, network.scale, network.tops]
            found += [part for layer in layers for part in (layer.weights, layer.unit, layer.bias)]
    return found


def test_the_same_articles_give_the_same_bytes(training, model_file, tmp_path):
    again = trained(articles())
    assert all(np.array_equal(a, b) for a, b in zip(arrays(training.model), arrays(again.model), strict=True))
    save(again.model, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == model_file.read_bytes()


def test_a_stage_depends_on_its_seed_alone():
    data = prepared.prepare(articles())
    columns = np.random.default_rng(0).random((8, len(data.fold))).astype(np.float32)
    alone = np.full((len(data.fold), OUTPUTS), 1 / OUTPUTS, dtype=np.float32)
    one = fit.fit_stage(columns, alone, data, recall=0.97, seed=1, jobs=1, descent=SMALL, networks=1)
    again = fit.fit_stage(columns, alone, data, recall=0.97, seed=1, jobs=1, descent=SMALL, networks=1)
    assert np.array_equal(one.keep, again.keep)
    assert np.array_equal(one.kinds, again.kinds)
    assert not np.array_equal(one.keep, fit.fit_stage(columns, alone, data, recall=0.97, seed=2, jobs=1, descent=SMALL, networks=1).keep)


def test_the_cut_is_where_body_stays_but_not_above_the_highest():
    data = prepared.prepare(articles())
    alone = np.full((len(data.fold), OUTPUTS), 1 / OUTPUTS, dtype=np.float32)
    told = data.allowed.argmax(axis=1)[None].astype(np.float32)  # the answer itself: no line of body is lost at any cut
    how = {"recall": 0.9, "seed": 1, "jobs": 1, "descent": SMALL, "networks": 1}
    assert fit.fit_stage(told, alone, data, **how).stage.cut == 0.5
    assert fit.fit_stage(told, alone, data, highest=0.3, **how).stage.cut == 0.3
    assert fit.fit_stage(told, alone, data, highest=0.9, **how).stage.cut > 0.5


def test_what_is_trained_is_a_model_for_texts(training, model_file):
    assert training.model.pages is None
    assert training.model.weights.shape[1] == OUTPUTS
    held = load(model_file)
    assert held.card == training.model.card
    assert held.card["corpora"] == {"samples": {"files": 32}}
    assert held.card["scores"]["lines"]["lines"] == sum(len(article.allowed) for article in articles())


def test_the_model_has_learned_something(training, model_file):
    """A small network is enough for clutter as plain as this."""
    scores = training.model.card["scores"]["lines"]
    assert scores["keep_drop"] > 0.9
    assert scores["body_recall"] > 0.9
    unseen = synthetic(seed=5)[0]
    clean = Cleaner(model=model_file).clean(unseen.text)
    assert next(line.text for line in unseen.lines if line.kind == "donation") not in clean
    assert all(line.text in clean for line in unseen.lines if line.kind == "body" and not line.spans)


def test_a_model_for_texts_reads_pages_as_texts(model_file):
    cleaner = Cleaner(model=model_file)
    unseen = synthetic(seed=6)[3]
    html = "<html><body>" + "".join(f"<p>{line.text}</p>" for line in unseen.lines) + "</body></html>"
    assert cleaner.clean_html(html) == cleaner.clean(unseen.text)


def test_steps_are_told_in_their_order():
    told = []
    trained(articles()[::2], progress=told.append)
    assert told == list(fit.STEPS)


def test_lines_of_one_kind_alone_are_one_line():
    only = np.arange(len(KINDS)) == KINDS.index("body")
    found = [dataclasses.replace(article, allowed=np.broadcast_to(only, article.allowed.shape)) for article in articles()]
    with pytest.raises(ValueError, match="one kind alone") as caught:
        trained(found)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("sites", [["one.test"], ["a.test", "b.test"], [""]])
def test_too_few_sites_is_one_line(sites):
    found = [dataclasses.replace(article, site=sites[i % len(sites)]) for i, article in enumerate(articles())]
    with pytest.raises(ValueError, match="too few sites") as caught:
        trained(found)
    assert len(str(caught.value).splitlines()) == 1
    assert "site:" in str(caught.value)


def test_no_article_and_one_kind_are_value_errors_of_one_line():
    plain = [Article(each.text, lessons.labels(["body"] * len(each.lines)), each.site) for each in synthetic()]
    for found in ([], plain):
        with pytest.raises(ValueError, match=r"\w") as caught:
            trained(found)
        assert len(str(caught.value).splitlines()) == 1


def test_partial_labels_are_learned_from():
    """Lines known only to be clutter, or not to be, and lines of which nothing is known."""
    rng = np.random.default_rng(1)
    found = articles()
    kept = np.isin(np.arange(len(KINDS)), KEPT_COLUMNS)
    for slot in range(1, len(found), 2):
        allowed = np.where(found[slot].allowed[:, KEPT_COLUMNS].any(axis=1)[:, None], kept, ~kept)
        allowed[rng.random(len(allowed)) < 0.2] = False
        allowed[rng.random(len(allowed)) < 0.1] = True
        weight = np.where(rng.random(len(allowed)) < 0.5, 0.1, 1).astype(np.float32)
        found[slot] = dataclasses.replace(found[slot], allowed=allowed, weight=weight)
    training = trained(found)
    data = training.lines.data
    count = data.allowed.sum(axis=1)
    assert data.labelled.tolist() == ((count > 0) & (count < len(KINDS))).tolist()
    assert not data.labelled.all()
    assert training.model.card["scores"]["lines"]["keep_drop"] > 0.9
    assert training.model.card["scores"]["lines"]["lines"] == int(((count == 1) & ~data.told).sum())


def test_articles_told_again_are_left_out_of_the_first_stage_and_of_the_figures(training):
    data = training.lines.data
    assert data.told.any()
    assert not data.told[: sum(len(article.allowed) for article in articles())].any()
    once = prepared.prepare(articles())
    for one, two in zip(
        linear.first_stage(data, prepared.Beside(), None, 5), linear.first_stage(once, prepared.Beside(), None, 5), strict=True
    ):
        np.testing.assert_array_equal(one, two)


# --- calibration


@pytest.mark.parametrize("stage", ["lines", "pieces"])
def test_the_calibration_curve_rises_from_0_to_1(training, stage):
    points, values = getattr(training.model, stage).curve
    assert (np.diff(points) > 0).all()
    assert (np.diff(values) >= 0).all()
    assert (points[0], points[-1]) == (0, 1)
    assert 0 <= values[0] < values[-1] <= 1


raws = st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=2, max_size=60)


@given(raws)
@settings(max_examples=50, deadline=None)
def test_any_scores_give_a_rising_curve(pairs):
    raw = np.array([score for score, _ in pairs], dtype=np.float32)
    kept = np.array([answer for _, answer in pairs])
    points, values = fit.calibration(raw, kept, np.ones(len(raw), dtype=np.float32))
    assert (np.diff(points) > 0).all()
    assert (np.diff(values) >= 0).all()
    assert ((values >= 0) & (values <= 1)).all()


def test_a_curve_makes_scores_honest():
    rng = np.random.default_rng(0)
    raw = rng.random(20_000).astype(np.float32)
    kept = rng.random(20_000) < raw**2  # twice as sure as it may be
    curve = fit.calibration(raw, kept, np.ones(20_000, dtype=np.float32))
    for score in (0.1, 0.3, 0.5, 0.7, 0.9):
        assert np.interp(score, *curve) == pytest.approx(score**2, abs=0.05)


def test_a_curve_tells_apart_what_is_surely_clutter_and_what_is_very_likely():
    """Most lines of real texts have odds beyond 100 to 1: there, too, the score means what it says."""
    rng = np.random.default_rng(1)
    raw = sigmoid(rng.uniform(-7, 7, 60_000)).astype(np.float32)
    curve = fit.calibration(raw, rng.random(60_000) < raw, np.ones(60_000, dtype=np.float32))
    for score in (0.005, 0.02, 0.06, 0.94, 0.98, 0.995):
        assert np.interp(score, *curve) == pytest.approx(score, rel=0.5 if score < 0.5 else 0.01)


def test_figures_leave_headlines_out():
    kinds = ["headline", "body", "body", "share", None]
    article = Article("a\nb\nc\nd\ne", lessons.labels(kinds), "a.test")
    data = prepared.prepare([article])
    guess = np.zeros((5, len(KINDS)), dtype=np.float32)
    guess[[0, 1, 2, 3], [label("headline"), label("body"), label("share"), label("share")]] = 1
    fitted = fit.Fitted(SimpleNamespace(cut=0.5), guess, np.array([0, 1, 0, 0, 0], dtype=np.float32))
    found = fit.figures(data, fitted)
    assert found == {"lines": 4, "keep_drop": 0.6667, "body_recall": 0.5, "clutter_recall": 1.0, "kind_accuracy": 0.75}


# --- line breaks


def stories(sites, *lines):
    return [
        Article("\n".join(line.format(at) for line in lines), lessons.labels([None] * len(lines)), f"{site}-{at}.test")
        for at in range(sites)
        for site in ("dune", "wick")
    ]


def test_line_breaks_are_learned_from_articles_that_have_theirs():
    told = stories(12, "Ferry {} is late", "The boat from Port Ansel came in at nine, said Jon Perin.", "Advertisement", "Nobody was hurt.")
    learned = fit.fit_breaks(told, effort=fit.LITTLE)
    gaps = breaks.Gaps.of(
        split(["Ferry 99 is late The boat from Port Ansel came in at nine, said Jon Perin. Advertisement Nobody was hurt."])
    )
    began = {gaps.lines.chars[gaps.words.starts[at] :][:3].astype(np.uint8).tobytes().decode() for at in gaps.at[learned.odds(gaps) > 0]}
    assert began == {"The", "Adv", "Nob"}


def test_where_no_line_ever_begins_within_a_text_there_is_nothing_for_a_network():
    learned = fit.fit_breaks(stories(12, "Ferry {} is late"), effort=fit.LITTLE)
    assert not learned.networks
    gaps = breaks.Gaps.of(split(["Ferry 9 Tern"]))
    assert (learned.odds(gaps) < 0).all()
