"""Dask: bags and Series of texts, cleaned partition by partition on whatever scheduler or cluster is in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from declutter.cleaner import Cleaner

if TYPE_CHECKING:
    import dask.dataframe as dd
    import pandas as pd
    from dask.bag import Bag


def clean_bag(bag: Bag, field: str | None = None, *, out_field: str | None = None, **options: Any) -> Bag:
    r"""A bag of texts with each text cleaned; or of dicts, with the text in `field` of each.

    The article goes to `out_field`, by default `field` itself, of a copy of the dict; a text that is None stays so.  The options are
    those of `declutter.Cleaner`; a model of one's own travels to the workers.  Raises ValueError for an option that cannot be used;
    computing raises KeyError for a dict without the field and TypeError for what is no text.

    >>> import dask.bag
    >>> bag = dask.bag.from_sequence(["The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today."])
    >>> clean_bag(bag).compute(scheduler="sync")
    ['The ferry returned to Port Ansel shortly before midnight.']
    """
    cleaner = _sent_once(Cleaner(**options))
    if field is None:
        return bag.map_partitions(_clean_texts, cleaner=cleaner)
    return bag.map_partitions(_clean_records, cleaner=cleaner, field=field, out_field=out_field or field)


def clean_series(series: dd.Series, **options: Any) -> dd.Series:
    r"""A Series of a Dask DataFrame with each text cleaned; index, name and what is missing stay.

    The options are those of `declutter.Cleaner`.  Raises ValueError for an option that cannot be used; computing raises TypeError for
    a value that is neither a text nor missing.

    >>> import dask.dataframe, pandas
    >>> frame = pandas.DataFrame({"text": ["The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today."]})
    >>> clean_series(dask.dataframe.from_pandas(frame, npartitions=1)["text"]).compute(scheduler="sync").tolist()
    ['The ferry returned to Port Ansel shortly before midnight.']
    """
    return series.map_partitions(_clean_partition, _sent_once(Cleaner(**options)), meta=series._meta)


def _sent_once(cleaner: Cleaner) -> Any:
    """The cleaner as a task of its own: a model of one's own is in the graph once, not in every partition's task."""
    from dask import delayed

    return delayed(cleaner, pure=True, traverse=False)


# Partitions are given back as lists: a generator could not travel between workers.
def _clean_texts(texts: Iterable[str | None], cleaner: Cleaner) -> list[str | None]:
    given = list(texts)
    for text in given:
        if not isinstance(text, str | None):
            raise TypeError(f"a bag of texts is expected, and it holds a {type(text).__name__}; of dicts, name the field")
    cleaned = cleaner.clean_many(text for text in given if text is not None)
    return [None if text is None else next(cleaned) for text in given]


def _clean_records(records: Iterable[dict[str, Any]], cleaner: Cleaner, field: str, out_field: str) -> list[dict[str, Any]]:
    given = list(records)
    for record in given:
        if field not in record:
            raise KeyError(f"there is no field {field!r}; the fields are {', '.join(record)}")
    cleaned = _clean_texts((record[field] for record in given), cleaner)
    return [{**record, out_field: text} for record, text in zip(given, cleaned, strict=True)]


def _clean_partition(series: pd.Series[str], cleaner: Cleaner) -> pd.Series[str]:
    from declutter.integrations.pandas import cleaned_by

    return cleaned_by(cleaner, series)
