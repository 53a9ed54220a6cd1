"""What is learned from, as arrays: labels that fit their lines, whole sites in a fold."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import SITES

from declutter import lessons, prepared, samples
from declutter.lessons import Article


def test_labels_that_do_not_fit_the_text_are_refused_with_the_site():
    with pytest.raises(ValueError, match=r"a\.test: 1 labels for 2 non-blank lines"):
        prepared.prepare([Article("one\n\ntwo", lessons.labels(["body"]), "a.test")])


@given(st.text())
def test_a_site_has_one_fold(site):
    assert prepared.fold_of(site) == prepared.fold_of(site) in range(prepared.FOLDS)


def test_folds_are_pinned():
    """Folds that move would put a house style on both sides of older figures."""
    assert [prepared.fold_of(site) for site in SITES] == [2, 3, 3, 2, 3, 2, 0, 2, 0, 2, 3, 0, 0, 1, 1, 2]
    assert {prepared.fold_of(site) for site in SITES} == set(range(prepared.FOLDS))


def test_phrases_have_their_answers_and_the_folds_of_their_sites():
    lines = {(site, f"Zap the pod {i}"): i % 2 == 0 for i, site in enumerate(SITES)}
    found = prepared.phrases(lines)
    assert found.answers.tolist() == list(lines.values())
    assert found.fold.tolist() == [prepared.fold_of(site) for site, _ in lines]
    assert found.ngrams.shape[0] == len(lines)


def test_the_samples_of_the_project_are_articles():
    """Every labelled file can be learned from: a label for each line that the library counts."""
    found = [Article.of(samples.read(path)) for path in samples.find([Path(__file__).parent.parent / "samples" / "en"])]
    data = prepared.prepare(found)
    assert data.labelled.all()
    assert len(data.fold) == sum(len(article.allowed) for article in found)
