"""The laws of the verbs (declutter's promises over any input) as checks; AssertionError tells which one is broken.

`python -m training.laws` prints a digest of all kinds, keeps and spans over the hostile inputs and the samples: it is the same in every
environment, whatever the versions of numpy and of the parsers, the hash seed, the locale and the number of threads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import declutter
from declutter import samples
from training import hostile


def lines(text: str) -> list[str]:
    r"""The non-blank lines of a text, by its own words: `\n`, `\r\n` and `\r` end one."""
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


def without_spans(verdict: declutter.Verdict) -> str:
    """A line less its spans, which must be disjoint, in order and inside of it."""
    parts, at = [], verdict.start
    for span in verdict.spans:
        assert at <= span.start < span.end <= verdict.end, "spans are sorted and disjoint"
        parts.append(verdict.text[at - verdict.start : span.start - verdict.start])
        at = span.end
    return "".join(parts) + verdict.text[at - verdict.start :]


def check_text(text: str, keep: Iterable[str] = (), drop: Iterable[str] = ()) -> None:
    """One verdict a line, offsets that cut it out, probabilities, and what `clean` returns is what `judge` says."""
    cleaner = declutter.Cleaner(keep=keep, drop=drop)
    verdicts = cleaner.judge(text)
    assert [verdict.text for verdict in verdicts] == lines(text), "a verdict for each line"
    check_verdicts(verdicts, text)
    cleaned = cleaner.clean(text)
    kept = [rest for verdict in verdicts if verdict.keep and (rest := without_spans(verdict)).strip()]
    assert lines(cleaned) == kept, "clean returns what judge says"
    if all(verdict.keep and not verdict.spans for verdict in verdicts):
        assert cleaned == text, "nothing removed is the input itself"
    if cleaned:
        assert cleaned.endswith(("\n", "\r")) == text.endswith(("\n", "\r")), "a line end at the end as in the input"


def check_page(html: str | bytes) -> None:
    """Offsets index the page's text, one verdict a line, a note if and only if there is no text."""
    article = declutter.read_html(html)
    check_verdicts(article.verdicts, article.page_text)
    assert [verdict.text for verdict in article.verdicts] == lines(article.page_text), "a verdict for each line"
    assert (article.note is None) == bool(article.text), "a note says why a text is empty"


def check_verdicts(verdicts: Sequence[declutter.Verdict], text: str) -> None:
    """What holds for the verdicts on any text."""
    for verdict in verdicts:
        assert verdict.text == text[verdict.start : verdict.end], "offsets cut the line out"
        assert 0 <= verdict.score <= 1, "a score is a probability"
        assert 0 <= verdict.first_score <= 1, "a score is a probability"
        assert {verdict.kind, verdict.first_kind} <= set(declutter.KINDS), "kinds are of the list"


def digest(size: int = 3000) -> str:
    """A digest of what is decided about every line of the hostile inputs, of that size, and of the samples."""
    cleaner = declutter.Cleaner()
    texts = [make(size) for make in hostile.TEXTS.values()]
    texts += [samples.read(path).text for path in sorted(samples.find([Path(__file__).parent.parent / "samples"]))]
    pages = [make(size) for make in hostile.PAGES.values()]
    decided = hashlib.sha256()
    for verdicts in [*map(cleaner.judge, texts), *map(cleaner.judge_html, pages)]:
        facts = [(v.kind, v.keep, v.start, v.end, [(s.start, s.end, s.kind) for s in v.spans]) for v in verdicts]
        decided.update(repr(facts).encode())
    return decided.hexdigest()


if __name__ == "__main__":
    print(digest())
