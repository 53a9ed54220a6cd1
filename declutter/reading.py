"""Texts that are read with other line breaks than they have, and the verdicts on them, brought back to their own lines.

A wrapped text is judged by its paragraphs (`declutter.wrapping`), an article whose line breaks are lost by the lines that it had
(`declutter.breaks`); both have the same offsets as the text.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from declutter.breaks import Breaks
from declutter.document import BREAK, Lines, split
from declutter.verdict import Span, Verdict, rest
from declutter.wrapping import unwrapped

Back = Callable[[str, Sequence[Verdict]], list[Verdict]]  # from a text and the verdicts on it as it was read to those on its own lines


def read_otherwise(texts: Sequence[str], lines: Lines, breaks: Breaks, body_stays: bool) -> tuple[Lines, dict[int, Back]]:
    """The lines of the texts as they are to be judged, and the way back for those, by number, that are read otherwise than they stand."""
    wrapped, joined = unwrapped(texts, lines), breaks.restored(texts, lines)
    read = wrapped | joined
    if read:
        lines = split([read.get(number, text) for number, text in enumerate(texts)])
    return lines, {**dict.fromkeys(wrapped, _of_paragraphs), **dict.fromkeys(joined, partial(_of_parts, body_stays=body_stays))}


def _of_paragraphs(_: str, verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [line for paragraph in verdicts for line in by_lines(paragraph)]


def _of_parts(text: str, verdicts: Sequence[Verdict], *, body_stays: bool) -> list[Verdict]:
    only = split([text])
    start, end = int(only.starts[0]), int(only.ends[0])
    return [as_one(text[start:end], start, verdicts, body_stays)]


def by_lines(verdict: Verdict) -> Iterator[Verdict]:
    """The verdict on a paragraph as one for each of its lines; a line of which nothing stays is what the span is that takes it."""
    ends = [(found.start(), found.end()) for found in BREAK.finditer(verdict.text)]
    for low, high in zip([0, *(end for _, end in ends)], [*(start for start, _ in ends), len(verdict.text)], strict=True):
        start, end = verdict.start + low, verdict.start + high
        inside = [replace(span, start=max(start, span.start), end=min(end, span.end)) for span in verdict.spans]
        inside = [span for span in inside if span.start < span.end]
        if inside and inside[-1].end >= start + len(verdict.text[low:high].rstrip()):  # with the white space before it
            kept = start + len(verdict.text[low : inside[-1].start - verdict.start].rstrip())
            inside[-1] = replace(inside[-1], start=max([kept, *(span.end for span in inside[:-1])]), end=end)
        line = replace(verdict, text=verdict.text[low:high], start=start, end=end, spans=tuple(inside))
        if inside and not rest(line).strip():
            whole = inside[0]
            line = replace(line, kind=whole.kind, keep=False, score=whole.score, reason=whole.reason, spans=())
        yield line


def as_one(line: str, start: int, verdicts: Sequence[Verdict], body_stays: bool) -> Verdict:
    """The verdicts on the parts of a line as one on the line: it is body, if body stays, and what goes of it is spans, with the white space
    after them (before them at the end of the line).

    `line` begins at `start`.  Where every part would go, the likeliest stays; the line goes only if body does.
    """
    likeliest = max(verdicts, key=lambda verdict: verdict.score)
    stays = [verdict.keep for verdict in verdicts]
    if body_stays and not any(stays):
        stays = [verdict is likeliest for verdict in verdicts]
    end = start + len(line)
    spans: list[Span] = []
    last = max((number for number, kept in enumerate(stays) if kept), default=-1)
    for number, (part, kept) in enumerate(zip(verdicts, stays, strict=True)):
        if kept:
            spans += part.spans
        elif number < last:
            spans.append(_span(part, part.start, verdicts[number + 1].start))
        else:
            spans.append(_span(part, verdicts[number - 1].end, part.end))
    gone = stays.count(False)
    reason = f"its line breaks are lost; {gone} of the {len(stays)} lines that it had go"
    if last < 0:
        return replace(likeliest, text=line, start=start, end=end, reason=reason, spans=())
    kind = "body" if body_stays else max(itertools.compress(verdicts, stays), key=lambda part: part.score).kind
    return replace(likeliest, text=line, start=start, end=end, kind=kind, keep=True, reason=reason, spans=tuple(spans))


def _span(part: Verdict, start: int, end: int) -> Span:
    reason = "is told again" if part.reason.startswith("repeats") else f"reads like {part.kind} inside a line"
    if part.reason.startswith(("matches ", "on ")):  # a user's own expression, the site's other pages
        reason = part.reason
    return Span(start, end, part.kind, part.score, reason)
