"""scikit-learn: the transformer and the classifier do what scikit-learn's own tools ask of them."""

import pickle

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

import declutter
from declutter import fit
from declutter.descent import Descent
from declutter.integrations.sklearn import DeclutterTransformer, LineClassifier

HARBOUR = ["ferry", "pilot", "tug", "lock keeper", "crane", "pier", "dredger", "lighthouse"]
PLEAS = ["Sign up for our newsletter", "Get our newsletter in your inbox", "Subscribe to our morning newsletter by e-mail"]


def labelled(count=16):
    """Articles of made-up sites with the kinds of their lines."""
    rng = np.random.default_rng(7)
    texts, kinds, sites = [], [], []
    for number in range(count):
        words = rng.choice(HARBOUR, size=6)
        body = [f"The {word} came home after {rng.integers(2, 90)} days at sea, the {words[0]} owner said on Monday." for word in words]
        plea = f"{rng.choice(PLEAS)} and never miss a story of the paper."
        texts.append("\n".join([*body[:3], "", plea, *body[3:]]))
        kinds.append(["body"] * 3 + ["newsletter"] + ["body"] * 3)
        sites.append(f"paper{number}.test")
    return texts, kinds, sites


@pytest.fixture(scope="module")
def fitted():
    """A classifier of a small network: what is tested here is not how good it is."""
    with pytest.MonkeyPatch.context() as patch:
        small = Descent(epochs=12, width=8, rate=0.02, dropped=0.0, lines=150)
        patch.setattr(fit, "LITTLE", fit.Effort(5, small, small, networks=1))
        texts, kinds, sites = labelled()
        return LineClassifier().fit(texts, kinds, groups=sites)


class TestTransformer:
    def test_texts_in_texts_out_without_fit(self, cluttered, article):
        cleaned = DeclutterTransformer().transform([cluttered, "", article])

        assert cleaned.shape == (3,)
        assert cleaned.tolist() == [article, "", article]
        assert DeclutterTransformer().fit([]).transform([]).tolist() == []

    def test_parameters_are_those_of_the_cleaner(self, cluttered):
        step = DeclutterTransformer(keep=["newsletter"], drop="headline", caution=0.4)

        assert step.transform([cluttered])[0] == declutter.Cleaner(keep=["newsletter"], drop="headline", caution=0.4).clean(cluttered)

    def test_clone_and_pickle_keep_the_parameters(self, cluttered):
        step = DeclutterTransformer(keep=("share",), caution=0.6)

        assert clone(step).get_params() == step.get_params() == {"keep": ("share",), "drop": (), "model": None, "caution": 0.6}
        assert pickle.loads(pickle.dumps(step)).transform([cluttered])[0] == step.transform([cluttered])[0]
        assert len(pickle.dumps(step.fit([cluttered]))) < 1000, "the shipped model is not in the pickle"
        assert repr(step) == "DeclutterTransformer(caution=0.6, keep=('share',))"

    def test_in_a_pipeline_clutter_is_no_word(self, cluttered):
        pipeline = make_pipeline(DeclutterTransformer(), CountVectorizer()).fit([cluttered])

        assert "midnight" in pipeline[-1].vocabulary_
        assert "newsletter" not in pipeline[-1].vocabulary_
        assert pipeline.set_params(decluttertransformer__keep="newsletter").fit([cluttered])
        assert "newsletter" in pipeline[-1].vocabulary_

    def test_a_grid_search_goes_over_its_parameters(self, cluttered, article):
        texts, answers = [cluttered, cluttered, article, article] * 3, ["yes", "yes", "no", "no"] * 3
        pipeline = make_pipeline(DeclutterTransformer(), TfidfVectorizer(), LogisticRegression(C=100))
        search = GridSearchCV(pipeline, {"decluttertransformer__keep": [(), ("newsletter", "share")]}, cv=3).fit(texts, answers)

        assert search.best_params_ == {"decluttertransformer__keep": ("newsletter", "share")}, "only the clutter tells these apart"
        assert search.best_score_ == 1

    @pytest.mark.parametrize(("library", "index"), [("pandas", True), ("polars", False)])
    def test_set_output_gives_a_column(self, cluttered, article, library, index):
        host = pytest.importorskip(library, reason=f"set_output(transform={library!r}) needs the extra {library!r}")
        texts = host.Series([cluttered, article], index=["a", "b"]) if index else host.Series([cluttered, article])
        frame = DeclutterTransformer().set_output(transform=library).fit_transform(texts)

        assert isinstance(frame, host.DataFrame)
        assert list(frame.columns) == ["text"]
        assert list(frame["text"]) == [article, article]
        if index:
            assert list(frame.index) == ["a", "b"]
        with sklearn.config_context(transform_output=library):
            assert list(DeclutterTransformer().transform([cluttered]).columns) == ["text"]

    def test_tags_say_that_it_takes_texts_and_needs_no_fit(self):
        tags = get_tags(DeclutterTransformer())

        assert tags.input_tags.string
        assert not tags.input_tags.two_d_array
        assert not tags.requires_fit
        assert tags.transformer_tags is not None

    @pytest.mark.parametrize(
        ("texts", "error", "message"),
        [
            ("one text", ValueError, "not one text"),
            ([["a"], ["b"]], TypeError, "text 0 is a list"),
            (np.array([["a"], ["b"]], dtype=object), ValueError, r"X\['text'\]"),
            (["a", None], ValueError, "text 1 is missing"),
            (["a", float("nan")], ValueError, "text 1 is missing"),
            ([b"a"], TypeError, "text 0 is a bytes"),
        ],
    )
    def test_what_are_no_texts_is_refused_in_words(self, texts, error, message):
        with pytest.raises(error, match=message):
            DeclutterTransformer().fit_transform(texts)

    def test_bad_parameters_are_told_by_fit_not_by_the_constructor(self, tmp_path):
        with pytest.raises(ValueError, match="unknown kind 'advert'"):
            DeclutterTransformer(drop="advert").fit([])
        with pytest.raises(ValueError, match=r"none\.npz"):
            DeclutterTransformer(model=tmp_path / "none.npz").fit([])


class TestLineClassifier:
    def test_it_predicts_a_kind_a_line_and_learns_what_it_was_shown(self, fitted):
        texts, kinds, _ = labelled()

        assert [len(found) for found in fitted.predict(texts)] == [len(told) for told in kinds]
        assert fitted.score(texts, kinds) > 0.95
        assert fitted.predict([]) == []
        assert fitted.predict([""]) == [[]]

    def test_probabilities_are_of_the_classes_and_their_likeliest_is_predicted(self, fitted):
        texts, _, _ = labelled(3)
        probabilities = fitted.predict_proba(texts)

        assert fitted.classes_.tolist() == list(declutter.KINDS)
        assert [rows.shape for rows in probabilities] == [(7, len(declutter.KINDS))] * 3
        assert np.allclose(probabilities[0].sum(axis=1), 1, atol=1e-4)
        assert fitted.classes_[probabilities[0].argmax(axis=1)].tolist() == fitted.predict(texts)[0]

    def test_a_text_is_judged_alike_alone_and_among_others(self, fitted):
        texts, _, _ = labelled(4)

        assert [fitted.predict([text])[0] for text in texts] == fitted.predict(texts)

    def test_pickle_and_save_give_the_same_model(self, fitted, tmp_path):
        texts, _, _ = labelled(2)
        fitted.save(tmp_path / "my.npz")

        assert pickle.loads(pickle.dumps(fitted)).predict(texts) == fitted.predict(texts)
        cleaned = DeclutterTransformer(model=tmp_path / "my.npz").transform(texts)
        assert cleaned.tolist() == [declutter.Cleaner(model=tmp_path / "my.npz").clean(text) for text in texts]
        assert all("newsletter" not in text for text in cleaned)

    def test_a_clone_is_unfitted_and_says_so(self, fitted):
        assert clone(fitted).get_params() == {"random_state": 0, "n_jobs": 1}
        with pytest.raises(NotFittedError):
            clone(fitted).predict(["a"])

    def test_lines_that_nobody_labelled_are_left_out_of_the_score(self, fitted):
        texts, kinds, _ = labelled(2)
        unlabelled = [[None if kind == "body" else kind for kind in told] for told in kinds]
        found = fitted.predict(texts)

        assert fitted.score(texts, unlabelled) == np.mean([found[i][3] == "newsletter" for i in range(2)])

    @pytest.mark.parametrize(
        ("texts", "kinds", "groups", "message"),
        [
            (["a\nb"], [["body"]], None, "article 0 has 2 lines that are not blank, y has 1 kinds"),
            (["a", "b"], [["body"]], None, "X holds 2 articles, y 1"),
            (["a"], [["body"]], ["x", "y"], "X holds 1 articles, groups 2"),
            (["a"], [["advert"]], None, "unknown kind 'advert'"),
            (["a"], [["body"]], None, "too few sites"),
        ],
    )
    def test_labels_that_do_not_fit_are_refused_in_words(self, texts, kinds, groups, message):
        with pytest.raises(ValueError, match=message):
            LineClassifier().fit(texts, kinds, groups=groups)


def test_the_example_of_the_page(run_example):
    printed, shown = run_example("scikit-learn")

    assert printed == shown
