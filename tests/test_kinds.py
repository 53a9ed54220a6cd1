"""The list of kinds, and how callers name kinds to keep or drop."""

import pytest

from declutter.kinds import DEFINITIONS, KEPT, KINDS, as_kinds, kept_kinds


def test_the_kinds_are_those_other_peoples_code_leans_on():
    assert set(KINDS) == {
        "body", "subheading", "headline", "byline", "timestamp", "author_bio", "caption", "photo_credit", "source_credit", "related",
        "newsletter", "paywall", "donation", "promo", "share", "navigation", "ad", "embed", "comment", "legal",
    }  # fmt: skip
    assert len(KINDS) == 20
    assert {"body", "subheading", "headline"} == KEPT


def test_every_kind_is_defined_in_words():
    assert all(definition.strip() for definition in DEFINITIONS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_string_is_one_kind(kind):
    assert as_kinds(kind) == as_kinds([kind]) == as_kinds(iter([kind, kind])) == frozenset({kind})


def test_no_kinds_are_no_kinds():
    assert as_kinds(()) == as_kinds([]) == frozenset()


@pytest.mark.parametrize("names", ["advert", "", "Body", "body,caption", ["caption", "advert"], [None], [3, "x"]])
def test_an_unknown_kind_is_refused_with_the_list_of_kinds(names):
    with pytest.raises(ValueError, match="unknown kind") as caught:
        as_kinds(names)
    assert all(kind in str(caught.value) for kind in KINDS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("keep", "drop", "stays"),
    [
        ((), (), {"body", "subheading", "headline"}),
        ("caption", (), {"body", "subheading", "headline", "caption"}),
        ((), "headline", {"body", "subheading"}),
        (["caption", "byline"], {"headline"}, {"body", "subheading", "caption", "byline"}),
        ("body", (), {"body", "subheading", "headline"}),
        ((), ["ad"], {"body", "subheading", "headline"}),
        ((), KINDS, set()),
        (KINDS, (), set(KINDS)),
    ],
)
def test_what_stays(keep, drop, stays):
    assert kept_kinds(keep, drop) == stays


def test_a_kind_both_kept_and_dropped_is_refused_with_the_list_of_kinds():
    with pytest.raises(ValueError, match="'caption' is in both") as caught:
        kept_kinds(["caption", "ad"], ["caption"])
    assert all(kind in str(caught.value) for kind in KINDS)


@pytest.mark.parametrize(("keep", "drop"), [("advert", ()), ((), "advert")])
def test_unknown_kinds_are_refused_on_either_side(keep, drop):
    with pytest.raises(ValueError, match="advert"):
        kept_kinds(keep, drop)
