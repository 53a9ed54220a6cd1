"""The first stage: what it learns from, and that what is held back says nothing."""

import numpy as np
from made_up import SITES, WHY, articles, turned
from scipy.sparse import csr_array, random_array
from sklearn.linear_model import LogisticRegression

from declutter import lessons
from declutter.kinds import KINDS
from declutter.lessons import Article
from declutter.linear import by_rarity, first_stage, gap_weights, opinions
from declutter.model import softmax
from declutter.prepared import Beside, Phrases, phrases, prepare


def label(kind):
    return KINDS.index(kind)


def test_a_stage_without_a_fold_never_saw_its_lines():
    """Whatever the labels of a fold are, the stage learned without it is the same."""
    data = prepare(articles())
    other = turned(data)
    for one, two in zip(first_stage(data, Beside(), 1, 5), first_stage(other, Beside(), 1, 5), strict=True):
        assert np.array_equal(one, two)
    assert not np.array_equal(first_stage(data, Beside(), 2, 5)[0], first_stage(other, Beside(), 2, 5)[0])


def test_phrases_teach_what_stands_in_articles():
    lines = {(site, f"{phrase} {i}"): phrase is WHY[0] for i, site in enumerate(SITES) for phrase in (WHY[0], "Zap the pod")}
    found = phrases(lines)
    data = prepare(articles())
    plain, taught = first_stage(data, Beside(), None, 5), first_stage(data, Beside(stands=found), None, 5)
    assert np.array_equal(plain[0][:, :-1], taught[0][:, :-1])
    assert not np.array_equal(plain[0][:, -1], taught[0][:, -1])


def test_lines_known_beside_the_articles_teach_their_kind():
    """To other sites: what is held back with a fold says nothing of it."""
    lines = {(site, f"Zap the pod {i}"): label("promo") for i, site in enumerate(SITES)}
    beside = Beside(kinds=phrases(lines))
    data, asked = prepare(articles()), prepare([Article("Zap the pod", lessons.labels(["promo"]), "other.test")])
    promo = lambda stage: float((asked.ngrams @ stage[0] + stage[1])[0, label("promo")])
    plain, taught = first_stage(data, Beside(), None, 5), first_stage(data, beside, None, 5)
    assert promo(taught) > promo(plain) + 1
    there = beside.kinds.fold == 1
    assert 0 < there.sum() < len(there)
    others = Phrases(beside.kinds.ngrams, np.where(there, label("ad"), beside.kinds.answers), beside.kinds.fold)
    for one, two in zip(first_stage(data, beside, 1, 5), first_stage(data, Beside(kinds=others), 1, 5), strict=True):
        np.testing.assert_array_equal(one, two)


def some_lines(rows, buckets=400):
    """Lines of some n-grams each, as vectors, and kinds that follow from them."""
    rng = np.random.default_rng(3)
    lines = csr_array(random_array((rows, buckets), density=0.05, rng=rng), dtype=np.float32)
    return lines, (lines @ rng.normal(size=(buckets, 4))).argmax(axis=1)


def test_what_is_learned_is_what_a_slower_solver_learns():
    """Within what single passes are worth: the answers of L-BFGS, run to its end, to lines neither has seen."""
    lines, kinds = some_lines(6000)
    seen, asked, stands = lines[:4000], lines[4000:], kinds[:4000] < 2
    weights, bias = opinions((seen, kinds[:4000], None), (seen, stands, None), 4.0, 4.0)
    met, rarity, rare = by_rarity(seen)
    slow = LogisticRegression(C=4.0, max_iter=2000).fit(rare, kinds[:4000])
    expected = softmax((asked[:, met] @ (slow.coef_ * rarity).T) + slow.intercept_)
    found = softmax((asked @ weights + bias)[:, slow.classes_])
    assert np.abs(found - expected).mean() < 0.02
    assert (found.argmax(axis=1) == kinds[4000:]).mean() > 0.7


def test_a_line_that_says_one_word_again_and_again_does_not_hold_up_the_others():
    """Steps are as small as the longest vector asks for, so it is made shorter."""
    lines, kinds = some_lines(4000)
    scale = np.ones(4000, dtype=np.float32)
    scale[:3] = 100
    stretched = csr_array(lines.multiply(scale[:, None]))
    one, two = (opinions((matrix, kinds, None), (matrix, kinds < 2, None), 4.0, 4.0) for matrix in (lines, stretched))
    assert np.abs(one[0] - two[0]).max() < 0.5 < np.abs(one[0]).max()


def test_lines_that_are_all_alike_teach_how_often_each_kind_comes():
    """An n-gram that all lines have is not rare: it says nothing, and nothing is divided by it."""
    lines = csr_array(np.ones((40, 3), dtype=np.float32))
    kinds = np.arange(40) % 4 // 3
    weights, bias = opinions((lines, kinds, None), (lines, kinds == 0, None), 4.0, 4.0)
    assert not weights.any()
    assert bias[0] > bias[1] > bias[2]
    assert bias[-1] > 0


def test_weights_are_what_a_model_file_holds():
    lines, kinds = some_lines(500)
    weights, _ = opinions((lines, kinds, None), (lines, kinds < 2, None), 4.0, 4.0)
    assert np.array_equal(weights, weights.astype(np.float16))
    assert np.array_equal(weights * 32, np.rint(weights * 32))


def test_gaps_that_are_all_alike_are_not_told_apart():
    buckets = np.array([[1, 2], [3, 4], [1, 2]], dtype=np.int32)
    weights, bias = gap_weights(buckets, np.ones(3, dtype=bool))
    assert not weights.any()
    assert bias > 0
    assert gap_weights(buckets, np.zeros(3, dtype=bool))[1] < 0
    assert gap_weights(buckets[:0], np.zeros(0, dtype=bool))[1] == 0
    weights, _ = gap_weights(buckets, np.array([True, False, True]))
    assert weights[1] > 0 > weights[4]
