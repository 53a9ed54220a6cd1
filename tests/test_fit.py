"""Training: labelled articles in, the same model out each time; what is learned from, and how it is kept honest."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter import fit, lessons, samples
from declutter.boosting import Growth
from declutter.cleaner import Cleaner
from declutter.document import split
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS
from declutter.lessons import Article
from declutter.model import OUTPUTS, load, save
from declutter.samples import LabelledLine, Sample
from declutter.stages import cut

SITES = [f"paper{number}.test" for number in range(16)]
WHO = ["The bakers of Wick", "Two divers", "The mayor of Harrow", "A choir from Elm Bay", "Farmers along the canal", "The night ferry"]
DID = ["walked out into the rain", "came home at dawn", "sold the old mill", "rebuilt the sea wall", "lost the vote", "found the lost bell"]
WHY = ["after a long winter", "for the third time in a year", "although nobody had asked them to", "before the council could meet"]
PLEAS = [
    "Support our newsroom with a gift of any size today",
    "Give what you can so that we can go on reporting",
    "Donate now to keep us free",
]
SHARES = ["Share on Facebook", "Share this by e-mail", "Print", "Copy link", "Follow us"]
SMALL = Growth(trees=12, depth=3, rate=0.3, features=0.15)


def label(kind):
    return KINDS.index(kind)


def sentence(rng):
    return (
        f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHY)}, {rng.integers(2, 90)} people said on {rng.choice(['Monday', 'Friday'])}."
    )


def sample(rng, site):
    """A labelled article of a made-up site; one of its sentences has clutter glued to it."""
    lines = [("headline", f"{rng.choice(WHO)} {rng.choice(DID)}"), ("byline", f"By {rng.choice(['Runa Holt', 'Jon Lind', 'Ada Berg'])}")]
    for _ in range(int(rng.integers(4, 8))):
        lines.append(("body", f"{sentence(rng)} {sentence(rng)}"))
        if rng.random() < 0.5:
            lines.append(("share", str(rng.choice(SHARES))))
    lines.append(("donation", f"{rng.choice(PLEAS)} at {site}."))
    lines.append(("related", f"Read more: {rng.choice(WHO)} {rng.choice(DID)}"))
    labelled = [LabelledLine(kind, text) for kind, text in lines]
    whole, extra = sentence(rng), " ADVERTISEMENT Continue reading"
    labelled.insert(4, LabelledLine("body", whole + extra, spans=((len(whole), len(whole + extra), "ad"),)))
    return Sample(site, "en", "made up by the test", tuple(labelled))


def synthetic(seed=0):
    rng = np.random.default_rng(seed)
    return [sample(rng, site) for site in SITES for _ in range(2)]


def articles(seed=0):
    return [Article.of(each) for each in synthetic(seed)]


@pytest.fixture(scope="module", autouse=True)
def small():
    """Few trees: what is tested here is not how good they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "_GROWTH", SMALL)
        patch.setattr(fit, "_ITERATIONS", 5)
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


# --- articles and labels


def test_an_article_of_a_sample_has_its_labels_and_spans():
    lines = (
        LabelledLine("headline", "Rain"),
        LabelledLine("body", "It rained. AD Then not.", spans=((11, 14, "ad"),), blanks=2),
        LabelledLine(None, "Who knows", blanks=1),
        LabelledLine("share", "Share AD", spans=((6, 8, "ad"),)),
    )
    article = Article.of(Sample("a.test", "en", "", lines))
    assert [KINDS[row.argmax()] if row.any() else None for row in article.allowed] == ["headline", "body", None, "share"]
    assert article.allowed.sum(axis=1).tolist() == [1, 1, 0, 1]
    assert [(article.text[start:end], kind) for start, end, kind in article.spans] == [("AD ", "ad"), ("AD", "ad")]
    assert (article.site, article.weight, article.told) == ("a.test", 1.0, False)


def test_an_article_without_a_site_is_a_site_of_its_own():
    one, two = (Article.of(Sample("", "en", "", (LabelledLine("body", f"{word} in the morning."),))) for word in ("Rain", "Snow"))
    assert one.site != two.site


def test_labels_are_one_row_a_line():
    rows = lessons.labels(["body", None, "ad"])
    assert rows.shape == (3, len(KINDS))
    assert rows.sum(axis=1).tolist() == [1, 0, 1]
    assert rows[2, label("ad")]
    with pytest.raises(ValueError, match="tuple"):
        lessons.labels(["advert"])


def test_labels_that_do_not_fit_the_text_are_refused_with_the_site():
    with pytest.raises(ValueError, match=r"a\.test: 1 labels for 2 non-blank lines"):
        fit.prepare([Article("one\n\ntwo", lessons.labels(["body"]), "a.test")])


# --- folds


@given(st.text())
def test_a_site_has_one_fold(site):
    assert fit.fold_of(site) == fit.fold_of(site) in range(fit.FOLDS)


def test_folds_are_pinned():
    """Folds that move would put a house style on both sides of older figures."""
    assert [fit.fold_of(site) for site in SITES] == [2, 3, 3, 2, 3, 2, 0, 2, 0, 2, 3, 0, 0, 1, 1, 2]
    assert {fit.fold_of(site) for site in SITES} == set(range(fit.FOLDS))


def test_all_lines_of_a_site_are_in_its_fold(training):
    data = training.lines.data
    at = 0
    for article in articles():
        assert set(data.fold[at : at + len(article.allowed)].tolist()) == {fit.fold_of(article.site)}
        at += len(article.allowed)


def test_a_stage_without_a_fold_never_saw_its_lines():
    """Whatever the labels of a fold are, the stage learned without it is the same."""
    data = fit.prepare(articles())
    there = data.fold == 1
    assert 0 < there.sum() < len(there)
    turned = dataclasses.replace(data, allowed=np.where(there[:, None], np.roll(data.allowed, 5, axis=1), data.allowed))
    for one, two in zip(fit.first_stage(data, None, 1), fit.first_stage(turned, None, 1), strict=True):
        assert np.array_equal(one, two)
    columns = np.random.default_rng(0).random((8, len(there))).astype(np.float32)
    alone = np.full((len(there), OUTPUTS), 1 / OUTPUTS, dtype=np.float32)
    mine, theirs = fit.second_stage(columns, alone, data, 1, 0), fit.second_stage(columns, alone, turned, 1, 0)
    assert np.array_equal(mine.kinds.leaves, theirs.kinds.leaves)
    assert np.array_equal(mine.tilt, theirs.tilt)
    assert not np.array_equal(fit.first_stage(data, None, 2)[0], fit.first_stage(turned, None, 2)[0])


# --- articles as a good extractor would leave them


def test_a_cleaned_article_keeps_its_lines_and_a_few_others():
    article = articles()[0]
    kept = article.allowed[:, KEPT_COLUMNS].any(axis=1)
    lines = article.text.splitlines()
    body = [line for line, stays in zip(lines, kept, strict=True) if stays]
    left, whole = [], []
    for seed in range(30):
        better = lessons.cleaned(article, np.random.default_rng(seed))
        found = better.text.splitlines()
        assert [line for line in found if line in lines] == found
        assert len(found) == len(better.allowed)
        stays = [line for line in found if line in body]
        assert stays == body[: len(stays)], "it may end early, with any line of the story"
        whole.append(len(stays) / len(body))
        assert better.told
        assert better.site == article.site
        assert 0 < better.weight <= article.weight
        labels = dict(zip(lines, article.allowed.argmax(axis=1), strict=True))
        assert [labels[line] for line in found] == better.allowed.argmax(axis=1).tolist()
        left.append(len(found) - len(stays))
    assert min(left) == 0 < max(left) < (~kept).sum()
    assert 0.3 < min(whole) < max(whole) == 1


@pytest.mark.parametrize("kinds", [["body", "body"], ["ad", "share"], ["body", None, "ad"], [None]], ids=str)
def test_an_article_that_would_not_change_or_is_not_wholly_labelled_is_not_cleaned(kinds):
    article = Article("\n".join(f"line {i}" for i in range(len(kinds))), lessons.labels(kinds), "a.test")
    assert lessons.cleaned(article, np.random.default_rng(0)) is None


def test_a_cleaned_article_is_deterministic():
    one, two = (lessons.cleaned(articles()[1], np.random.default_rng(7)) for _ in range(2))
    assert one.text == two.text


# --- pieces


def pieces_of(article):
    """(piece, kind) of all that the stage of pieces would learn from an article."""
    found = []
    for each in lessons.piece_articles([article]):
        lines = split([each.text])
        assert len(lines) == len(each.allowed)
        texts = [each.text[start:end] for start, end in zip(lines.starts, lines.ends, strict=True)]
        found += [(text, KINDS[row.argmax()]) for text, row in zip(texts, each.allowed, strict=True) if row.any()]
    return found


def test_spans_of_samples_reach_the_pieces():
    first = "The pumps ran all night and the harbour was dry by the morning. "
    last = "Nobody was hurt, the harbour master said on Monday."
    lines = (LabelledLine("body", first + "[embed id=8] " + last, spans=((len(first), len(first) + 13, "embed"),)),)
    found = pieces_of(Article.of(Sample("a.test", "en", "", lines)))
    assert {(text.strip(), kind) for text, kind in found} == {(first.strip(), "body"), ("[embed id=8]", "embed"), (last, "body")}


def test_clutter_is_glued_to_body_lines_and_whole_articles_lose_their_line_breaks():
    article = articles()[2]
    found = lessons.piece_articles([article])
    assert {each.site for each in found} == {article.site}
    kinds = [[KINDS[row.argmax()] for row in each.allowed] for each in found]
    assert any("body" in own and {"share", "donation", "related"} & set(own) for own in kinds), "clutter beside body"
    longest = max(found, key=lambda each: len(each.text))
    words = longest.text.split()
    assert words == article.text.split(), "the whole article, word by word"


def test_pieces_of_unlabelled_lines_are_not_learned_from():
    text = "\n".join(sentence(np.random.default_rng(seed)) for seed in range(5))
    assert lessons.piece_articles([Article(text, lessons.labels([None] * 5), "a.test")]) == []


def test_piece_articles_are_deterministic():
    one, two = (lessons.piece_articles(articles(), seed=3) for _ in range(2))
    assert [each.text for each in one] == [each.text for each in two]
    assert [each.text for each in one] != [each.text for each in lessons.piece_articles(articles(), seed=4)]
    assert all(len(cut(split([each.text])).lines) == len(each.allowed) for each in one)


# --- training


def arrays(model):
    found = [model.weights, model.bias]
    for stage in (model.lines, model.pieces):
        found += [stage.kinds.feature, stage.kinds.border, stage.kinds.leaves, stage.kinds.base, stage.tilt, stage.curve]
    return found


def test_the_same_articles_give_the_same_bytes(training, model_file, tmp_path):
    again = trained(articles())
    assert all(np.array_equal(a, b) for a, b in zip(arrays(training.model), arrays(again.model), strict=True))
    save(again.model, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == model_file.read_bytes()


def test_a_stage_depends_on_its_seed_alone():
    data = fit.prepare(articles())
    columns = np.random.default_rng(0).random((8, len(data.fold))).astype(np.float32)
    alone = np.full((len(data.fold), OUTPUTS), 1 / OUTPUTS, dtype=np.float32)
    one = fit.fit_stage(columns, alone, data, recall=0.97, seed=1, jobs=1)
    again = fit.fit_stage(columns, alone, data, recall=0.97, seed=1, jobs=1)
    assert np.array_equal(one.keep, again.keep)
    assert np.array_equal(one.kinds, again.kinds)
    assert not np.array_equal(one.keep, fit.fit_stage(columns, alone, data, recall=0.97, seed=2, jobs=1).keep)


def test_what_is_trained_is_a_model_for_texts(training, model_file):
    assert training.model.pages is None
    assert training.model.weights.shape[1] == OUTPUTS
    held = load(model_file)
    assert held.card == training.model.card
    assert held.card["corpora"] == {"samples": {"files": 32}}
    assert held.card["scores"]["lines"]["lines"] == sum(len(article.allowed) for article in articles())


def test_the_model_has_learned_something(training, model_file):
    """Twelve small trees a stage are enough for clutter as plain as this."""
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


def test_phrases_teach_what_stands_in_articles():
    lines = {(site, f"{phrase} {i}"): phrase is WHY[0] for i, site in enumerate(SITES) for phrase in (WHY[0], "Zap the pod")}
    found = fit.phrases(lines)
    assert found.answers.tolist() == list(lines.values())
    assert found.fold.tolist() == [fit.fold_of(site) for site, _ in lines]
    data = fit.prepare(articles())
    plain, taught = fit.first_stage(data, None, None), fit.first_stage(data, found, None)
    assert np.array_equal(plain[0][:, :-1], taught[0][:, :-1])
    assert not np.array_equal(plain[0][:, -1], taught[0][:, -1])


def test_articles_told_again_are_left_out_of_the_first_stage_and_of_the_figures(training):
    data = training.lines.data
    assert data.told.any()
    assert not data.told[: sum(len(article.allowed) for article in articles())].any()
    once = fit.prepare(articles())
    for one, two in zip(fit.first_stage(data, None, None), fit.first_stage(once, None, None), strict=True):
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


def test_figures_leave_headlines_out():
    kinds = ["headline", "body", "body", "share", None]
    article = Article("a\nb\nc\nd\ne", lessons.labels(kinds), "a.test")
    data = fit.prepare([article])
    guess = np.zeros((5, len(KINDS)), dtype=np.float32)
    guess[[0, 1, 2, 3], [label("headline"), label("body"), label("share"), label("share")]] = 1
    fitted = fit.Fitted(SimpleNamespace(cut=0.5), guess, np.array([0, 1, 0, 0, 0], dtype=np.float32))
    found = fit.figures(data, fitted)
    assert found == {"lines": 4, "keep_drop": 0.6667, "body_recall": 0.5, "clutter_recall": 1.0, "kind_accuracy": 0.75}


def test_the_samples_of_the_project_are_articles():
    """Every labelled file can be learned from: a label for each line that the library counts."""
    from pathlib import Path

    found = [Article.of(samples.read(path)) for path in samples.find([Path(__file__).parent.parent / "samples" / "en"])]
    data = fit.prepare(found)
    assert data.labelled.all()
    assert len(data.fold) == sum(len(article.allowed) for article in found)
