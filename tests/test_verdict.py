"""The rules that turn probabilities into kinds."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter.document import split
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS
from declutter.verdict import Evidence, Span, Verdict, cut_at, decide, decide_pages

CUT, PIECE_CUT = 0.4, 0.25  # as a trained model has them


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from([CUT, PIECE_CUT]))
def test_more_caution_never_cuts_higher(one, two, middle):
    low, high = sorted((one, two))
    assert cut_at(low, middle) >= cut_at(high, middle)


@pytest.mark.parametrize("middle", [CUT, PIECE_CUT])
def test_the_ends_and_the_middle_of_caution(middle):
    assert cut_at(1, middle) == 0
    assert cut_at(0.5, middle) == middle
    assert middle < cut_at(0, middle) < 1


@pytest.mark.parametrize("caution", [-0.01, 1.01, float("nan"), float("inf")])
def test_caution_outside_its_range_is_refused(caution):
    with pytest.raises(ValueError, match=r"0 .*1"):
        cut_at(caution, CUT)


def told(kinds):
    """Probabilities (lines, kinds) in which each line looks most like the kind named."""
    rows = np.full((len(kinds), len(KINDS)), 0.01, dtype=np.float32)
    rows[np.arange(len(kinds)), [KINDS.index(kind) for kind in kinds]] = 0.8
    return rows


def decided(keep, kinds, *, sizes=None, prose=None, alone=None, sign=None, cut=CUT, texts=None, rules=decide):
    """Kinds decided for lines of made-up sizes, and which of them are kept only for want of evidence."""
    sizes = sizes or [100] * len(keep)
    lines = split(texts or ["\n".join("x" * size for size in sizes)])
    paragraph = np.array([True] * len(keep) if prose is None else prose)
    alone = np.full(len(keep), 0.5) if alone is None else np.array(alone)
    sign = np.zeros(len(keep)) if sign is None else np.array(sign)
    found, unsure = rules(Evidence(told(kinds), np.array(keep, dtype=np.float32), alone, paragraph, sign), lines, cut, CUT)
    return [KINDS[kind] for kind in found], unsure.tolist()


def test_likely_lines_keep_their_kind_and_unlikely_ones_take_a_kind_of_clutter():
    kinds, unsure = decided([0.9, 0.8, 0.9, 0.05], ["headline", "subheading", "body", "share"], prose=[False] * 4)
    assert kinds == ["headline", "subheading", "body", "share"]
    assert unsure == [False] * 4


def test_not_sure_enough_to_drop_becomes_body():
    """A line that looks like a caption but may well belong to the story is body, not a caption that is kept."""
    assert decided([0.6, 0.9], ["caption", "body"])[0] == ["body", "body"]


def test_a_line_that_goes_has_a_kind_that_goes_by_default():
    kinds, _ = decided([0.05, 0.9, 0.9], ["body", "body", "body"])
    assert kinds[0] not in ("body", "subheading", "headline")
    assert kinds[1:] == ["body", "body"]


def test_no_cut_drops_nothing():
    kinds, unsure = decided([0.0, 0.001, 0.5], ["share", "ad", "body"], cut=0.0)
    assert kinds == ["body"] * 3
    assert unsure == [False] * 3


def test_the_only_prose_of_a_text_stays_on_weak_evidence_and_that_is_told():
    kinds, unsure = decided([0.3, 0.02], ["donation", "share"], prose=[True, False])
    assert kinds == ["body", "share"]
    assert unsure == [True, False]


def test_the_likeliest_prose_stays_whatever_the_evidence():
    """A text that is one plea comes out as it went in: losing the only prose of an article would be worse."""
    assert decided([0.01], ["paywall"])[0] == ["body"]
    assert decided([0.01, 0.02, 0.01], ["paywall", "paywall", "share"], prose=[True, True, False])[0] == ["paywall", "body", "share"]


def test_most_of_the_prose_stays_on_weak_evidence():
    kinds, unsure = decided([0.3, 0.3, 0.9], ["caption", "related", "body"])
    assert kinds == ["body"] * 3
    assert unsure == [True, True, False]


def test_most_of_the_prose_goes_on_strong_evidence():
    assert decided([0.01, 0.01, 0.9], ["donation", "comment", "body"])[0] == ["donation", "comment", "body"]


def test_a_small_part_of_the_prose_goes_on_ordinary_evidence():
    kinds, _ = decided([0.3, 0.9, 0.9, 0.02], ["donation", "body", "body", "share"], prose=[True, True, True, False])
    assert kinds == ["donation", "body", "body", "share"]


def test_a_text_in_which_nothing_is_surely_clutter_loses_only_what_nearly_is():
    """It was cleaned before, or never needed it: what scores below the cut stays, and is told."""
    kinds, unsure = decided([0.3, 0.9, 0.9], ["donation", "body", "body"])
    assert (kinds, unsure) == (["body"] * 3, [True, False, False])
    assert decided([0.08, 0.9, 0.9], ["donation", "body", "body"])[0] == ["donation", "body", "body"]


def test_what_looks_like_clutter_by_itself_too_goes_from_any_text():
    kinds, _ = decided([0.3, 0.3, 0.9, 0.9], ["navigation", "donation", "body", "body"], alone=[0.02, 0.5, 0.9, 0.9])
    assert kinds == ["navigation", "body", "body", "body"]


@pytest.mark.parametrize(("story", "stays"), [(0.9, "donation"), (0.7, "body")])
def test_a_clear_story_may_stand_beside_more_clutter_than_it_has_prose(story, stays):
    """A banner, a paywall box and an appeal around six paragraphs; without a clear story only what is surest goes."""
    kinds, _ = decided([0.03, 0.3, 0.3, 0.3, story, story], ["donation"] * 4 + ["body"] * 2)
    assert kinds == ["donation", stays, stays, stays, "body", "body"]


def test_characters_count_not_lines():
    """Many short appeals beside one long story are a small part of the prose."""
    assert decided([0.3, 0.03, 0.3, 0.9], ["donation"] * 3 + ["body"], sizes=[60, 60, 60, 2000])[0] == ["donation"] * 3 + ["body"]


def test_lines_that_are_no_prose_go_on_ordinary_evidence_however_many():
    keep = [0.03] + [0.3] * 8 + [0.9]
    kinds, _ = decided(keep, ["navigation"] * 9 + ["body"], prose=[False] * 9 + [True])
    assert kinds == ["navigation"] * 9 + ["body"]


def test_each_text_is_weighed_by_itself():
    story, clutter = "x" * 100, "y" * 100
    texts = [f"{clutter}\n{story}\n{story}", "", clutter]
    kinds, unsure = decided([0.03, 0.9, 0.9, 0.3], ["donation", "body", "body", "donation"], texts=texts)
    assert kinds == ["donation", "body", "body", "body"]
    assert unsure == [False, False, False, True]


def test_on_pages_the_mark_of_an_advert_goes_wherever_it_stands_but_not_at_more_caution():
    keep, kinds, sign, prose = [0.9, 0.7, 0.9], ["body", "ad", "body"], [0.0, 0.95, 0.95], [True, False, True]
    for cut, expected in ((CUT, "ad"), (CUT / 2, "body"), (0, "body")):
        found, unsure = decided(keep, kinds, sign=sign, prose=prose, cut=cut, rules=decide_pages)
        assert (found, unsure) == (["body", expected, "body"], [False] * 3)
    assert decided(keep, kinds, sign=sign)[0] == ["body"] * 3


def test_no_lines_have_no_kinds():
    kinds, unsure = decide(
        Evidence(np.zeros((0, len(KINDS))), np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0)), split(["", "\n"]), CUT, CUT
    )
    assert len(kinds) == len(unsure) == 0


@st.composite
def texts(draw):
    count = draw(st.integers(1, 6))
    each = lambda one: draw(st.lists(one, min_size=count, max_size=count))
    return each(st.floats(0, 1, width=32)), each(st.sampled_from(KINDS)), each(st.integers(1, 300)), each(st.booleans())


@settings(deadline=None)
@given(texts(), st.floats(0, 0.75))
def test_what_goes_is_clutter_and_below_the_cut(case, cut):
    keep, kinds, sizes, prose = case
    found, unsure = decided(keep, kinds, sizes=sizes, prose=prose, cut=cut)
    for score, kind, doubt in zip(keep, found, unsure, strict=True):
        assert KINDS.index(kind) in KEPT_COLUMNS or score < cut
        assert not doubt or (kind in ("body", "subheading", "headline") and score < cut)


@settings(deadline=None)
@given(texts())
def test_prose_is_never_lost_whole_unless_it_is_surely_clutter_and_something_stays(case):
    keep, kinds, sizes, prose = case
    found, _ = decided(keep, kinds, sizes=sizes, prose=prose)
    paragraphs = [(score, KINDS.index(kind) in KEPT_COLUMNS) for score, kind, reads in zip(keep, found, prose, strict=True) if reads]
    assert not paragraphs or any(stays for _, stays in paragraphs) or max(score for score, _ in paragraphs) < CUT / 4
    assert not paragraphs or any(KINDS.index(kind) in KEPT_COLUMNS for kind in found)


def goes(keep, sizes, cut):
    found, _ = decided(keep, ["caption"] * len(keep), sizes=sizes, cut=cut)
    return [kind == "caption" for kind in found]


@pytest.mark.parametrize(("keep", "low", "high"), [([0.2, 0.3, 0.9], 0.25, 0.4), ([0.15, 0.39], 0.2, 0.4)])
def test_more_caution_never_takes_more(keep, low, high):
    taken, more = goes(keep, [100] * len(keep), low), goes(keep, [100] * len(keep), high)
    assert all(there or not here for here, there in zip(taken, more, strict=True))


def test_verdicts_and_spans_cannot_be_changed():
    span = Span(5, 8, "ad", 0.1, "reads like ad inside a line")
    verdict = Verdict("Rain. Buy", 0, 9, "body", True, 0.9, "body", 0.8, "reads like body", (span,))
    for value, field in ((span, "kind"), (verdict, "keep")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field, "body")
    assert Verdict("Rain.", 0, 5, "body", True, 0.9, "body", 0.8, "").spans == ()


def of_page(keep, kinds, **how):
    return decided(keep, kinds, rules=decide_pages, **how)[0]


def test_a_page_may_lose_most_of_its_prose():
    """Teasers and comments are prose, and there are more of them than story."""
    assert of_page([0.9, *[0.3] * 9], ["body", *["related"] * 9]) == ["body", *["related"] * 9]


def test_a_page_that_would_lose_all_its_prose_keeps_what_is_not_surely_clutter():
    assert of_page([0.3, 0.02, 0.3], ["body", "related", "share"], prose=[True, True, False]) == ["body", "related", "share"]
    assert of_page([0.1, 0.02, 0.3], ["body", "related", "share"], prose=[True, True, False]) == ["body", "related", "share"]


def test_a_page_without_a_line_of_body_keeps_nothing():
    kinds = of_page([0.9, 0.9, 0.05], ["headline", "subheading", "navigation"], prose=[False] * 3)
    assert not {"headline", "subheading", "body"} & set(kinds)
    assert of_page([0.9, 0.9, 0.9], ["headline", "subheading", "body"]) == ["headline", "subheading", "body"]
    assert of_page([0.9, 0.0], ["headline", "navigation"], cut=0) == ["headline", "body"]


def test_a_page_with_prose_that_stays_keeps_it_whatever_it_is_called():
    """In languages that the model hardly knows a paragraph may look like a standfirst: that is no page without an article."""
    assert of_page([0.9, 0.8, 0.05], ["headline", "subheading", "navigation"], prose=[False, True, False])[1] == "subheading"


@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(KINDS), st.booleans()), min_size=1, max_size=8), st.floats(0, 1), st.floats(0, 1)
)
def test_more_caution_never_takes_more_of_a_page(lines, one, two):
    keep, kinds, prose = (list(column) for column in zip(*lines, strict=True))
    low, high = (
        {i for i, kind in enumerate(of_page(keep, kinds, prose=prose, cut=cut_at(caution, CUT))) if KINDS.index(kind) in KEPT_COLUMNS}
        for caution in sorted((one, two))
    )
    assert low <= high
