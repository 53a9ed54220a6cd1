"""The laws of the verbs (declutter's promises over any input), as checks that name the laws that are broken.

`python -m training.laws` prints a digest of all kinds, keeps and spans over the hostile inputs and the samples: it is the same in every
environment, whatever the versions of numpy and of the parsers, the hash seed, the locale and the number of threads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import declutter
from declutter import samples
from training import hostile


def lines(text: str) -> list[str]:
    r"""The non-blank lines of a text, by its own words: `\n`, `\r\n` and `\r` end one."""
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


def rest(verdict: declutter.Verdict) -> str:
    """A line less its spans, found in another way than the package does: the characters that no span covers."""
    covered = {at for span in verdict.spans for at in range(span.start, span.end)}
    return "".join(letter for at, letter in enumerate(verdict.text, verdict.start) if at not in covered)


def broken(text: str, keep: Iterable[str] = (), drop: Iterable[str] = ()) -> list[str]:
    """The laws that do not hold over a text: a verdict for each line, and what `clean` returns is what `judge` says."""
    cleaner = declutter.Cleaner(keep=keep, drop=drop)
    verdicts, cleaned = cleaner.judge(text), cleaner.clean(text)
    kept = [left for verdict in verdicts if verdict.keep and (left := rest(verdict)).strip()]
    untouched = all(verdict.keep and not verdict.spans for verdict in verdicts)
    ends = ("\n", "\r")
    return broken_by(verdicts, text) + _named(
        {
            "clean returns what judge says": lines(cleaned) == kept,
            "nothing removed is the input itself": cleaned == text or not untouched,
            "a line end at the end as in the input": not cleaned or cleaned.endswith(ends) == text.endswith(ends),
        }
    )


def broken_page(html: str | bytes) -> list[str]:
    """The laws that do not hold over a page: those of verdicts on the page's text, and a note if and only if no text is left."""
    article = declutter.read_html(html)
    noted = (article.note is None) == bool(article.text)
    return broken_by(article.verdicts, article.page_text) + _named({"a note says why a text is empty": noted})


def broken_by(verdicts: Sequence[declutter.Verdict], text: str) -> list[str]:
    """The laws that verdicts on a text break.

    >>> broken_by(declutter.judge("The ovens were cold."), "The ovens were hot.")
    ['a verdict for each line', 'offsets cut the line out']
    """
    return _named(
        {
            "a verdict for each line": [verdict.text for verdict in verdicts] == lines(text),
            "offsets cut the line out": all(verdict.text == text[verdict.start : verdict.end] for verdict in verdicts),
            "a score is a probability": all(0 <= score <= 1 for verdict in verdicts for score in (verdict.score, verdict.first_score)),
            "kinds are of the list": all({verdict.kind, verdict.first_kind} <= set(declutter.KINDS) for verdict in verdicts),
            "spans are disjoint and in order": all(_in_order(verdict) for verdict in verdicts),
        }
    )


def _in_order(verdict: declutter.Verdict) -> bool:
    """Whether the spans lie inside the line, one after the other, none of them empty."""
    befores = [verdict.start, *(span.end for span in verdict.spans)]
    return befores[-1] <= verdict.end and all(before <= s.start < s.end for before, s in zip(befores, verdict.spans, strict=False))


def _named(laws: Mapping[str, bool]) -> list[str]:
    return [law for law, holds in laws.items() if not holds]


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
