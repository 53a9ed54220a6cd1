r"""pandas: Series of texts in, Series of texts out; importing this module adds the accessor `Series.declutter`.

>>> import pandas as pd
>>> import declutter.integrations.pandas
>>> text = "The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today."
>>> pd.Series({"a.test/1": text, "a.test/2": None}).declutter.clean()["a.test/1"]
'The ferry returned to Port Ansel shortly before midnight.'
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from declutter.cleaner import Cleaner


def clean_series(series: pd.Series[str], *, jobs: int = 1, **options: Any) -> pd.Series[str]:
    r"""The Series with each text cleaned; index, name and dtype stay, and so does what is missing.

    `jobs` processes share the work; the options are those of `declutter.Cleaner`.  Raises TypeError where a value is neither a text nor
    missing, ValueError for an option that cannot be used.

    >>> text = "The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today."
    >>> clean_series(pd.Series([text, None], index=[7, 7])).fillna("-").tolist()
    ['The ferry returned to Port Ansel shortly before midnight.', '-']
    """
    return cleaned_by(Cleaner(**options), series, jobs)


def cleaned_by(cleaner: Cleaner, series: pd.Series[str], jobs: int = 1) -> pd.Series[str]:
    """`clean_series` by a Cleaner that was made before."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)  # two categories may be one when cleaned
    there = series.notna().to_numpy()
    texts = series.array[there]
    for label, text in zip(series.index[there], texts, strict=True):
        if not isinstance(text, str):
            raise TypeError(f"the value at {label!r} is a {type(text).__name__}, not a text")
    cleaned = series.copy()
    cleaned.array[there] = list(cleaner.clean_many(texts, jobs))
    return cleaned


@pd.api.extensions.register_series_accessor("declutter")
class DeclutterAccessor:
    r"""`Series.declutter`: the texts of a Series, cleaned.

    >>> pd.Series(["The ovens were cold."]).declutter.clean().tolist()
    ['The ovens were cold.']
    >>> pd.Series([1, 2]).declutter
    Traceback (most recent call last):
    ...
    AttributeError: Can only use .declutter accessor with texts, not int64
    """

    def __init__(self, series: pd.Series[str]) -> None:
        if pd.api.types.infer_dtype(series, skipna=True) not in ("string", "empty", "categorical", "mixed"):
            raise AttributeError(f"Can only use .declutter accessor with texts, not {series.dtype}")
        self._series = series

    def clean(self, *, jobs: int = 1, **options: Any) -> pd.Series[str]:
        """The Series with each text cleaned: `clean_series`, as a method."""
        return clean_series(self._series, jobs=jobs, **options)
