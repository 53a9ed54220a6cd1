"""The answers: kept as labelled articles, a file each, written whole after every answer."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from declutter import samples, storage
from declutter.articles import Judged
from declutter.kinds import DEFINITIONS
from declutter.review.queue import Question, queue
from declutter.samples import LabelledLine, Sample
from declutter.verdict import Verdict

_ASKED = 5_000  # questions of one sitting; the next begins with what is then most doubtful
_NEAR = 120  # lines shown before and after the one asked about


@dataclass(frozen=True, slots=True)
class _Step:
    """One answer, to be undone: the question, and the lines of its article as they were."""

    question: Question
    before: tuple[LabelledLine, ...]


class Desk:
    """The articles under review and what has been said of their lines.

    `folder` holds one labelled article a file; those that are there are read, so that a review goes on where it ended.  `answered` is the
    number of lines with an answer.

    Raises samples.SampleError where a file of that folder cannot be used, OSError where it cannot be read.
    """

    def __init__(self, articles: Iterable[Judged], folder: Path) -> None:
        self.folder = folder
        self.articles = _each_once(articles)
        self._paths = [folder / _file_name(article) for article in self.articles]
        self._lines = [_read_back(path, article) for path, article in zip(self._paths, self.articles, strict=True)]
        self.answered = sum(map(_count, self._lines))
        self._queue = [question for question in queue(self.articles) if self._line(question).kind is None][:_ASKED]
        self._skipped: set[Question] = set()
        self._steps: list[_Step] = []
        self._lock = threading.Lock()  # the page may be open twice

    def next(self) -> Question | None:
        """The next question without an answer; those skipped come again when there is no other."""
        with self._lock:
            open_ones = [question for question in self._queue if self._line(question).kind is None]
            if open_ones and self._skipped.issuperset(open_ones):
                self._skipped.clear()
            return next((question for question in open_ones if question not in self._skipped), None)

    def answer(self, question: Question, lines: Sequence[int], kind: str | None) -> None:
        """Save that these lines of the question's article are of a kind, or, for None, each as it was judged, spans included.

        Raises ValueError for an unknown kind and IndexError for a line that is not there; then nothing is changed.
        """
        if kind is not None and kind not in DEFINITIONS:
            raise ValueError(f"unknown kind {kind!r}; the kinds are {', '.join(DEFINITIONS)}")
        verdicts = self._article(question).verdicts
        if not lines or not all(0 <= at < len(verdicts) for at in [*lines, question.line]):
            raise IndexError(f"the article has {len(verdicts)} lines")
        with self._lock:
            before = self._lines[question.article]
            after = list(before)
            for at in lines:
                after[at] = _answered(before[at], verdicts[at], kind)
            self._save(question.article, tuple(after))
            self._steps.append(_Step(question, before))

    def skip(self, question: Question) -> None:
        """Ask about this line later."""
        self._article(question)
        with self._lock:
            self._skipped.add(question)

    def undo(self) -> Question | None:
        """Take the last answer back, in the file, too; its question, or None if there is no answer to take back."""
        with self._lock:
            if not self._steps:
                return None
            step = self._steps[-1]
            self._save(step.question.article, step.before)
            self._steps.pop()
            return step.question

    def view(self, question: Question | None) -> dict[str, Any]:
        """What a page shows: the line asked about in its article, and how far the review is."""
        done = {"answered": self.answered, "left": self._left(), "undo": bool(self._steps), "folder": str(self.folder)}
        if question is None:
            return {**done, "article": None}
        article, lines = self._article(question), self._lines[question.article]
        first = max(0, question.line - _NEAR)
        shown = range(first, min(len(lines), question.line + _NEAR + 1))
        return {
            **done,
            "article": question.article,
            "line": question.line,
            "name": article.name,
            "site": article.site,
            "before": first,
            "after": len(lines) - shown.stop,
            "lines": [_shown(at, lines[at], article.verdicts[at]) for at in shown],
        }

    def _left(self) -> int:
        return sum(self._line(question).kind is None for question in self._queue)

    def _article(self, question: Question) -> Judged:
        if not 0 <= question.article < len(self.articles) or not 0 <= question.line < len(self._lines[question.article]):
            raise IndexError("there is no such line")
        return self.articles[question.article]

    def _line(self, question: Question) -> LabelledLine:
        return self._lines[question.article][question.line]

    def _save(self, number: int, lines: tuple[LabelledLine, ...]) -> None:
        """Write the article's file, or take it away if none of its lines has an answer; only then is it so in memory, too."""
        path = self._paths[number]
        if _count(lines):
            content = samples.dump(Sample(_header(self.articles[number].site), "", "reviewed", lines))
            storage.make_folder(str(path.parent))
            storage.write_whole(str(path), content.encode())
        else:
            path.unlink(missing_ok=True)
        self.answered += _count(lines) - _count(self._lines[number])
        self._lines[number] = lines


def _count(lines: Iterable[LabelledLine]) -> int:
    """How many lines have an answer."""
    return sum(line.kind is not None for line in lines)


def _each_once(articles: Iterable[Judged]) -> list[Judged]:
    return list({article.text: article for article in articles if article.verdicts}.values())


def _file_name(article: Judged) -> str:
    """A name that tells the article by its text, with its site in front for people.

    >>> _file_name(Judged("a", "../../Wick.test", "The ovens were cold.", ()))
    'wick-test-9dafd9bdecb6.tsv'
    """
    digest = hashlib.sha256(article.text.encode()).hexdigest()[:12]
    site = re.sub("[^a-z0-9]+", "-", article.site.lower()).strip("-")[:60]
    return f"{site}-{digest}{samples.ENDING}" if site else f"{digest}{samples.ENDING}"


def _header(value: str) -> str:
    return " ".join(value.encode("utf-8", "replace").decode().split())


def _read_back(path: Path, article: Judged) -> tuple[LabelledLine, ...]:
    """The lines of an article with the answers that an earlier review saved."""
    fresh = _unlabelled(article)
    if not path.exists():
        return fresh
    saved = samples.read(path).lines
    if [line.text for line in saved] != [line.text for line in fresh]:
        raise samples.SampleError(f"{path}: its lines are not those of the article it is named after; move it away to review that article")
    return saved


def _unlabelled(article: Judged) -> tuple[LabelledLine, ...]:
    lines, at = [], 0
    for verdict in article.verdicts:
        gap = article.text[at : verdict.start].replace("\r\n", "\n").replace("\r", "\n")
        lines.append(LabelledLine(None, verdict.text, blanks=gap.count("\n") - (at > 0)))
        at = verdict.end
    return tuple(lines)


def _answered(line: LabelledLine, verdict: Verdict, kind: str | None) -> LabelledLine:
    if kind is not None:
        return replace(line, kind=kind, hard=False, spans=())
    spans = tuple((span.start - verdict.start, span.end - verdict.start, span.kind) for span in verdict.spans)
    labelled = replace(line, kind=verdict.kind, hard=False, spans=spans)
    try:
        samples.dump(Sample("", "", "", (labelled,)))
    except samples.SampleError:  # brackets in a span whose marks could not be read again: the line is saved without
        return replace(labelled, spans=())
    return labelled


def _shown(at: int, line: LabelledLine, verdict: Verdict) -> dict[str, Any]:
    pieces: list[tuple[str, str | None]] = []
    low = 0
    for span in verdict.spans if verdict.keep else ():
        start, end = span.start - verdict.start, span.end - verdict.start
        pieces += [(line.text[low:start], None), (line.text[start:end], span.kind)]
        low = end
    pieces.append((line.text[low:], None))
    return {
        "at": at,
        "pieces": [piece for piece in pieces if piece[0]],
        "gap": line.blanks > 0,
        "kind": verdict.kind,
        "keep": verdict.keep,
        "score": round(verdict.score, 2),
        "reason": verdict.reason,
        "answer": line.kind,
    }
