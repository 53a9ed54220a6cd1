r"""Polars: a Series of texts in, a Series of texts out, by itself or in an expression.

>>> import polars as pl
>>> from declutter.integrations.polars import clean_series
>>> text = "The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today."
>>> frame = pl.DataFrame({"text": [text, None]})
>>> frame.with_columns(pl.col("text").map_batches(clean_series, return_dtype=pl.String))["text"].to_list()
['The ferry returned to Port Ansel shortly before midnight.', None]
"""

from __future__ import annotations

from typing import Any

import polars as pl

from declutter.cleaner import Cleaner


def clean_series(series: pl.Series, *, jobs: int = 1, **options: Any) -> pl.Series:
    r"""The Series with each text cleaned; its name stays, and nulls do.

    `jobs` processes share the work; the options are those of `declutter.Cleaner`, given in an expression by `functools.partial`.  Raises
    TypeError where the Series holds no strings, ValueError for an option that cannot be used.

    >>> text = "The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today."
    >>> clean_series(pl.Series([text, None])).to_list()
    ['The ferry returned to Port Ansel shortly before midnight.', None]
    """
    cleaner = Cleaner(**options)
    if series.dtype != pl.String and series.dtype != pl.Null:
        raise TypeError(f"a Series of strings is expected, and {series.name!r} holds {series.dtype}; cast it first: .cast(pl.String)")
    cleaned = cleaner.clean_many(series.drop_nulls(), jobs)
    return pl.Series(series.name, [None if missing else next(cleaned) for missing in series.is_null()], dtype=pl.String)
