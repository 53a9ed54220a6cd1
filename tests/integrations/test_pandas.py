"""pandas: Series in, Series out, as pandas' own string methods do it."""

import pytest

pd = pytest.importorskip("pandas", reason="the tests of pandas need the extra 'pandas'")

import declutter
from declutter.integrations.pandas import clean_series

DTYPES = ["object", "str", "string", "category", pytest.param("string[pyarrow]", id="pyarrow")]


@pytest.mark.parametrize("dtype", DTYPES)
def test_index_name_dtype_and_missing_values_stay(cluttered, article, dtype):
    pytest.importorskip("pyarrow", reason="pandas needs pyarrow for some of its strings")
    series = pd.Series([cluttered, None, article], index=["x", "x", "y"], name="text").astype(dtype)
    before = series.copy()
    cleaned = clean_series(series)

    assert cleaned.index.tolist() == ["x", "x", "y"]
    assert cleaned.name == "text"
    assert cleaned.isna().tolist() == [False, True, False]
    assert cleaned.dropna().tolist() == [article, article]
    if dtype != "category":  # two categories can become one
        assert cleaned.dtype == series.dtype
    pd.testing.assert_series_equal(series, before)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA], ids=["None", "nan", "NA"])
def test_what_is_missing_stays_the_same_thing(article, missing):
    series = pd.Series([article, missing], dtype=object)

    assert clean_series(series)[1] is series[1]


def test_the_accessor_takes_the_options_of_the_cleaner(cluttered):
    series = pd.Series([cluttered])
    expected = declutter.clean(cluttered, keep="newsletter", drop="headline")

    assert series.declutter.clean(keep="newsletter", drop="headline").tolist() == [expected]
    assert series.declutter.clean(keep="newsletter", drop="headline", jobs=2).tolist() == [expected]


def test_empty_and_wholly_missing_series_come_out_as_they_are():
    for series in (pd.Series([], dtype=object), pd.Series([], dtype="string"), pd.Series([None, None], dtype="string")):
        pd.testing.assert_series_equal(series.declutter.clean(), series)


def test_a_slice_of_a_frame_is_cleaned_without_touching_the_frame(cluttered, article):
    frame = pd.DataFrame({"text": [cluttered] * 3})
    part = frame.loc[1:, "text"].declutter.clean()

    assert part.to_dict() == {1: article, 2: article}
    assert frame["text"].tolist() == [cluttered] * 3


def test_a_series_of_something_else_has_no_accessor():
    with pytest.raises(AttributeError, match=r"Can only use \.declutter accessor with texts, not float64"):
        _ = pd.Series([1.5]).declutter
    assert not hasattr(pd.Series([1.5]), "declutter")


def test_a_value_that_is_no_text_is_named():
    with pytest.raises(TypeError, match="the value at 'b' is a int, not a text"):
        clean_series(pd.Series(["a", 3], index=["a", "b"]))
    with pytest.raises(ValueError, match="unknown kind 'advert'"):
        clean_series(pd.Series(["a"]), keep="advert")


def test_the_example_of_the_page(run_example):
    printed, shown = run_example("pandas")

    assert printed == shown
