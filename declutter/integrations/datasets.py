"""Hugging Face datasets: a callable for `map(batched=True)`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import declutter
from declutter.cleaner import Cleaner


class DeclutterBatch:
    r"""Cleans a column of texts, batch by batch; what is missing stays missing.

    For `Dataset.map` and `IterableDataset.map` with ``batched=True``, `num_proc` processes or one.  Its pickle, which is what datasets
    hashes, holds the configuration, the version of declutter and the digest of the model and nothing else: so a dataset that was
    cleaned once is read from the cache in the next run, and cleaned anew when any of these changes.

    Parameters
    ----------
    field
        the column of texts
    out_field
        the column that the articles go to; `field` by default
    options
        those of `declutter.Cleaner`

    Raises ValueError for an option that cannot be used, and when called KeyError for a column that is not there and TypeError for
    what is no text.

    >>> from datasets import Dataset
    >>> texts = ["The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today.", None]
    >>> dataset = Dataset.from_dict({"text": texts}).map(DeclutterBatch("text", out_field="article"), batched=True)
    >>> dataset["article"][:]
    ['The ferry returned to Port Ansel shortly before midnight.', None]
    """

    def __init__(self, field: str = "text", *, out_field: str | None = None, **options: Any) -> None:
        self.field = field
        self.out_field = out_field or field
        self._options = {name: _plain(value) for name, value in sorted(options.items())}
        self._cleaner = Cleaner(**options)
        self._made_with = (declutter.__version__, _digest(options.get("model")))

    def __call__(self, batch: Mapping[str, Sequence[str | None]]) -> dict[str, list[str | None]]:
        """The cleaned column of a batch, which is a dict of columns."""
        if self.field not in batch:
            raise KeyError(f"there is no column {self.field!r}; the columns are {', '.join(batch)}")
        texts = batch[self.field]
        if isinstance(texts, str):
            raise TypeError("a batch is expected, not one row: call map(..., batched=True)")
        for text in texts:
            if not isinstance(text, str) and not _is_missing(text):
                raise TypeError(f"column {self.field!r} holds a {type(text).__name__}, not a text")
        cleaned = self._cleaner.clean_many(text for text in texts if isinstance(text, str))
        return {self.out_field: [None if _is_missing(text) else next(cleaned) for text in texts]}

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.field, self.out_field, self._options, self._made_with)


def _restored(
    kind: type[DeclutterBatch], field: str, out_field: str, options: Mapping[str, Any], _made_with: tuple[str, str]
) -> DeclutterBatch:
    return kind(field, out_field=out_field, **options)


def _is_missing(text: Any) -> bool:
    """None, or the NaN that stands for it in a batch with pandas' format."""
    return text is None or text != text


def _plain(value: Any) -> Any:
    """Sets in an order that is the same in every process, paths as strings: equal options have equal pickles."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Iterator):
        return tuple(value)
    return str(value) if isinstance(value, Path) else value


def _digest(model: str | Path | None) -> str:
    content = (resources.files("declutter") / "data" / "model.npz" if model is None else Path(model)).read_bytes()
    return hashlib.sha256(content).hexdigest()
