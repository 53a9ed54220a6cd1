"""datatrove: a pipeline step that takes the clutter out of documents, counts it by kind, and can write it elsewhere."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.formatters.base import BaseFormatter
from datatrove.utils.batching import batched
from datatrove.utils.typeshelper import StatHints

from declutter.cleaner import Cleaner
from declutter.verdict import apply, removed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datatrove.pipeline.writers.disk_base import DiskWriter

    from declutter.verdict import Span

_BATCH = 64  # documents judged at a time: three times as fast as one by one


class DeclutterFormatter(BaseFormatter):
    r"""Takes the clutter out of the text of each document; no document is dropped.

    The ``url`` of the metadata, where there is one, tells the site to a Cleaner that has counts of sites.

    Statistics: ``total`` documents, ``changed`` ones, and ``removed-<kind>``: lines, and parts of lines, that were removed.

    Args:
        exclusion_writer: optionally pass in a writer that will save what was removed: for each document that changed one of the same
            id, with what was removed from it as its text, one line each, and the document's metadata, to which ``declutter`` adds a
            list of kind, score, reason, and offsets in the original text (start, end) of each
        options: those of `declutter.Cleaner`

    Raises ValueError for an option that cannot be used.

    >>> from datatrove.data import Document
    >>> text = "The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today."
    >>> step = DeclutterFormatter(drop="headline")
    >>> [document.text for document in step([Document(text, id="1")])]
    ['The ferry returned to Port Ansel shortly before midnight.']
    >>> step.stats["removed-newsletter"].total
    1
    """

    name = "🧹 Declutter"

    def __init__(self, exclusion_writer: DiskWriter | None = None, **options: Any) -> None:
        super().__init__()
        self.exclusion_writer = exclusion_writer
        self.cleaner = Cleaner(**options)

    def format(self, text: str) -> str:
        """The text without its clutter."""
        return self.cleaner.clean(text)

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:  # noqa: ARG002
        """The documents, cleaned, in order."""
        with self.exclusion_writer or contextlib.nullcontext() as writer:
            for batch in batched(data, _BATCH):
                with self.track_time("batch"):
                    judged = list(self.cleaner.judge_many(_with_site(document) for document in batch))
                for document, verdicts in zip(batch, judged, strict=True):
                    self.stat_update(StatHints.total)
                    if parts := removed(verdicts):
                        self.stat_update("changed", *(f"removed-{part.kind}" for part in parts))
                        if writer:
                            writer.write(_leftover(document, parts), rank)
                        document.text = apply(document.text, verdicts)
                    yield document


def _with_site(document: Document) -> str | tuple[str, str]:
    """The text, with its address where the document knows it: what a Cleaner with counts of sites asks for."""
    url = document.metadata.get("url")
    return (document.text, url) if isinstance(url, str) else document.text


def _leftover(document: Document, parts: Sequence[Span]) -> Document:
    """A document of what was removed from a document."""
    text = "\n".join(document.text[part.start : part.end] for part in parts)
    return Document(text, document.id, metadata=document.metadata | {"declutter": [asdict(part) for part in parts]})
