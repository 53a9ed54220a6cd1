"""Polars: a Series in, a Series out, alone and in expressions."""

from functools import partial

import pytest

pl = pytest.importorskip("polars", reason="the tests of Polars need the extra 'polars'")

import declutter
from declutter.integrations.polars import clean_series


def test_name_length_and_nulls_stay(cluttered, article):
    cleaned = clean_series(pl.Series("text", [cluttered, None, article]))

    assert cleaned.name == "text"
    assert cleaned.dtype == pl.String
    assert cleaned.to_list() == [article, None, article]


def test_in_eager_and_lazy_frames(cluttered, article):
    frame = pl.DataFrame({"id": [1, 2], "text": [cluttered, None]})
    expression = pl.col("text").map_batches(clean_series, return_dtype=pl.String)

    assert frame.with_columns(expression).rows() == [(1, article), (2, None)]
    assert frame.lazy().with_columns(article=expression).select("article").collect().rows() == [(article,), (None,)]


def test_options_are_those_of_the_cleaner(cluttered):
    cleaning = partial(clean_series, keep=["newsletter"], drop="headline", jobs=2)
    frame = pl.DataFrame({"text": [cluttered]}).select(pl.col("text").map_batches(cleaning, return_dtype=pl.String))

    assert frame.rows() == [(declutter.clean(cluttered, keep=["newsletter"], drop="headline"),)]


def test_empty_and_null_series_come_out_as_they_are():
    assert clean_series(pl.Series("text", [], dtype=pl.String)).to_list() == []
    assert clean_series(pl.Series("text", [None, None])).to_list() == [None, None]


def test_a_series_of_something_else_is_refused_in_words():
    with pytest.raises(TypeError, match=r"'price' holds Float64; cast it first"):
        clean_series(pl.Series("price", [1.5]))
    with pytest.raises(ValueError, match="unknown kind 'advert'"):
        clean_series(pl.Series("text", ["a"]), keep="advert")


def test_the_example_of_the_page(run_example):
    printed, shown = run_example("Polars")

    assert printed == shown
