r"""spaCy: a component that marks the clutter of a Doc and tells its article.

>>> import spacy
>>> nlp = spacy.blank("en")
>>> component = nlp.add_pipe("declutter", config={"drop": ["headline"]})
>>> doc = nlp("The ferry returned to Port Ansel shortly before midnight.\nSign up for our newsletter today.")
>>> doc._.article
'The ferry returned to Port Ansel shortly before midnight.'
>>> [(span.label_, span.text) for span in doc._.clutter]
[('newsletter', 'Sign up for our newsletter today.')]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup
from spacy.util import minibatch

from declutter.cleaner import Cleaner
from declutter.verdict import apply, removed

if TYPE_CHECKING:
    from declutter.verdict import Verdict

_KEY = "clutter"

# The spans are kept where spaCy keeps groups of spans, so that they go through DocBin, to_disk and nlp.pipe(n_process=...).
Doc.set_extension("clutter", getter=lambda doc: list(doc.spans.get(_KEY, ())), force=True)
Doc.set_extension("article", default=None, force=True)


class Declutter:
    """Sets `Doc._.clutter`, spans whose labels are kinds, and `Doc._.article`, the text without them.

    The text of a Doc cannot change, so nothing is taken out of it; put the component anywhere in a pipeline.  A span holds whole
    tokens: where clutter ends inside a token, the token is left out, while `Doc._.article` is exact.  The spans are those of
    ``doc.spans["clutter"]``.  Import this module to read them from a Doc where no pipeline was loaded.

    The factory ``"declutter"`` takes keep, drop, caution, model, keep_lines and drop_lines, as `declutter.Cleaner` does.

    >>> import spacy
    >>> doc = Declutter(Cleaner())(spacy.blank("en")("The ferry returned to Port Ansel shortly before midnight."))
    >>> doc._.clutter, doc._.article
    ([], 'The ferry returned to Port Ansel shortly before midnight.')
    """

    def __init__(self, cleaner: Cleaner) -> None:
        self.cleaner = cleaner

    def __call__(self, doc: Doc) -> Doc:
        """The Doc, marked."""
        return _marked(doc, self.cleaner.judge(doc.text))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """The Docs, marked, lazily and in order."""
        for batch in minibatch(stream, batch_size):
            docs = list(batch)
            for doc, verdicts in zip(docs, self.cleaner.judge_many(doc.text for doc in docs), strict=True):
                yield _marked(doc, verdicts)


def _marked(doc: Doc, verdicts: Sequence[Verdict]) -> Doc:
    spans = [doc.char_span(part.start, part.end, label=part.kind, alignment_mode="contract") for part in removed(verdicts)]
    doc.spans[_KEY] = SpanGroup(doc, name=_KEY, spans=[span for span in spans if span is not None])
    doc._.article = apply(doc.text, verdicts)
    return doc


@Language.factory(
    "declutter",
    assigns=["doc._.clutter", "doc._.article"],
    default_config={"keep": [], "drop": [], "caution": 0.5, "model": None, "keep_lines": [], "drop_lines": []},
)
def make_declutter(
    nlp: Language,  # noqa: ARG001
    name: str,  # noqa: ARG001
    keep: list[str],
    drop: list[str],
    caution: float,
    model: str | None,
    keep_lines: list[str],
    drop_lines: list[str],
) -> Declutter:
    """The component of the factory `declutter`."""
    return Declutter(Cleaner(keep=keep, drop=drop, caution=caution, model=model, keep_lines=keep_lines, drop_lines=drop_lines))
