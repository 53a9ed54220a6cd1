"""What was decided about the lines of a batch, and what the rules about headlines, repeats and a user's own expressions make of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from declutter import repeats, spans
from declutter.document import BREAK, Array, Ints
from declutter.features import KEPT_COLUMNS, Floats
from declutter.kinds import KINDS
from declutter.markup import HEADINGS, PLACE_BIT, Place
from declutter.stages import Cut, Opinions
from declutter.verdict import BODY, HEADLINE, SUBHEADING, Verdict

_CAPTION, _CREDIT, _NAVIGATION = (KINDS.index(kind) for kind in ("caption", "photo_credit", "navigation"))
_SURE = 0.95  # score of a line that is no caption, though one tells it again
_LINKED = 0.9  # share of a line that leads elsewhere in a table of contents; less, and a heading is none of a teaser
_CONTENTS = 2  # headings that a table of contents tells at least
_LISTED = PLACE_BIT["li"] | PLACE_BIT["pre"]

Pattern = re.Pattern[str]


@dataclass(slots=True)
class Decisions:
    """What was decided about the lines of a batch; `why` holds the reasons that the rules gave, by line.

    `own` holds the verdicts on the own lines of those texts, by number, that were read with other lines than they have.
    """

    parts: Cut
    views: Opinions
    kind: Ints
    keep: Array
    unsure: Array
    why: dict[int, str]
    found: dict[int, list[spans.Found]]
    own: dict[int, list[Verdict]] = field(default_factory=dict)


class Texts:
    """The lines of a batch as strings, made when asked for."""

    def __init__(self, texts: Sequence[str], parts: Cut) -> None:
        self.texts, self.lines = texts, parts.lines
        self._breaks: dict[int, list[int]] = {}  # where the line ends of a text are

    def __getitem__(self, line: int) -> str:
        number = int(self.lines.text_of[line])
        base = int(self.lines.offsets[number])
        return self.texts[number][int(self.lines.starts[line] - base) : int(self.lines.ends[line] - base)]

    def number(self, line: int) -> int:
        """The number of a line in its text, from 1, blank lines counted, as an editor shows it."""
        number = int(self.lines.text_of[line])
        if number not in self._breaks:
            self._breaks[number] = [found.start() for found in BREAK.finditer(self.texts[number])]
        return bisect_left(self._breaks[number], int(self.lines.starts[line] - self.lines.offsets[number])) + 1


def settle_headlines(done: Decisions, lines: Texts, stays: Array, keep_all: bool) -> None:
    """The likeliest headline before the first body line stays, without the site's name if it is told without; its other tellings go.

    What only looked like a headline is a subheading.
    """
    text_of = done.parts.lines.text_of
    told = np.flatnonzero(done.kind == HEADLINE)
    for own in np.split(told, np.flatnonzero(np.diff(text_of[told])) + 1) if len(told) else ():
        number = text_of[own[0]]
        low, high = done.parts.lines.bounds[number], done.parts.lines.bounds[number + 1]
        body = np.flatnonzero(done.kind[low:high] == BODY)
        if not len(body):  # without a story there is no headline of one: these lines may be all there is of it
            done.kind[own], done.keep[own] = BODY, stays[BODY]
            continue
        before = own[own < low + body[0]]
        if not len(before):
            done.kind[own], done.keep[own] = SUBHEADING, stays[SUBHEADING]
            continue
        likeliest = int(before[done.views.kinds[before, HEADLINE].argmax()])
        chosen = next((i for i in before.tolist() if repeats.is_barer(lines[i], lines[likeliest])), likeliest)
        # of equal ones the first, as of equal body lines, which these are at a caution that keeps a line of a menu before them as body
        chosen = next(i for i in before.tolist() if lines[i].split() == lines[chosen].split())
        for i in own.tolist():
            if i == chosen:
                continue
            if repeats.tells_headline(lines[i], lines[chosen]):
                done.keep[i] = keep_all and stays[HEADLINE]
                done.why[i] = f"repeats the headline, line {lines.number(chosen)}"
            else:
                done.kind[i], done.keep[i] = SUBHEADING, stays[SUBHEADING]


def settle_contents(done: Decisions, lines: Texts, places: Sequence[Place], stays: Array) -> None:
    """Of a page, links that tell its headings before they come are a table of contents, where there are several of them."""
    headings: dict[str, int] = {}
    for i, place in enumerate(places):
        if place.places & HEADINGS and place.links < _LINKED and done.keep[i]:
            headings[repeats.unnumbered(lines[i])] = i
    links = (i for i, place in enumerate(places) if place.links >= _LINKED and not place.places & HEADINGS and done.keep[i])
    entries = {i: there for i in links if (there := headings.get(repeats.unnumbered(lines[i]), 0)) > i}
    if len(entries) < _CONTENTS:
        return
    for i, heading in entries.items():
        done.kind[i], done.keep[i] = _NAVIGATION, stays[_NAVIGATION]
        done.why[i] = f"of a table of contents: the heading of line {lines.number(heading)}"


def settle_repeats(done: Decisions, lines: Texts, stays: Array, named: Sequence[str], places: Sequence[Place] = ()) -> None:
    """Captions told again are captions, all of them; of equal long body lines the first stays; a text keeps one of what was all it had.

    A line that surely belongs and does not read like a caption is none, however it is told again, nor is such a headline: of 23 of them on
    pages of folds 1 to 4 that stood for captions the reference had 21.  Items, which on pages their place tells, may be told again, and so
    may a heading that a list told first: then the item goes (of 147 such headings the reference has 133 once).
    """
    before = done.keep.copy()
    caption: Floats = done.views.kinds[:, _CAPTION] + done.views.kinds[:, _CREDIT]
    counts = repeats.word_counts(done.parts.words)
    telling = ((caption >= repeats.LIKELY) | (done.keep & (counts >= repeats.LONG))).tolist()
    for group in repeats.alike(done.parts.lines, done.parts.words):
        if not any(telling[i] for i in group):
            continue
        texts = {i: lines[i] for i in group}
        pairs = repeats.captions_told_again(texts, group, {i: float(caption[i]) for i in group})
        for i, other in pairs:
            heads = done.kind[i] == HEADLINE and bool(places) and places[i].places & HEADINGS > 0
            if caption[i] < repeats.LIKELY and (heads or done.views.keep[i] >= _SURE):
                continue
            done.kind[i], done.keep[i] = _CAPTION, stays[_CAPTION]
            done.why[i] = f"repeats line {lines.number(other)}" if other < i else f"a caption, told again in line {lines.number(other)}"
        told = {i for i, _ in pairs if done.kind[i] == _CAPTION}
        rest = [i for i in group if i not in told and done.keep[i]]
        for i, earlier in repeats.equal_lines(texts, rest, {i: int(counts[i]) for i in rest}):
            if (repeats.is_item(texts[i]) or _in_list(places, i)) and repeats.is_lone(lines.__getitem__, lines.lines, i, earlier):
                continue
            if done.kind[i] == SUBHEADING != done.kind[earlier] and (repeats.is_item(texts[earlier]) or _in_list(places, earlier)):
                done.keep[earlier] = done.keep[earlier] and KINDS[done.kind[earlier]] in named
                done.why[earlier] = f"told again as a heading, line {lines.number(i)}"
                continue
            done.keep[i] = done.keep[i] and KINDS[done.kind[i]] in named
            done.why[i] = f"repeats line {lines.number(earlier)}"
    text_of, count = done.parts.lines.text_of, len(done.parts.lines.bounds) - 1
    emptied = (np.bincount(text_of[before], minlength=count) > 0) & (np.bincount(text_of[done.keep], minlength=count) == 0)
    for number in np.flatnonzero(emptied).tolist():
        first = int(np.flatnonzero(before & (text_of == number))[0])
        done.kind[first], done.keep[first], done.why[first] = BODY, stays[BODY], "told again, but kept: nothing else would stay"


def stands_whole(place: Place, line: str) -> bool:
    """Whether nothing is cut out of a line of a page: code, and the row of a table, have no sentences.

    Of 93 spans in them on pages of folds 1 to 4 nearly all were cells and names.
    """
    return place.places & PLACE_BIT["pre"] > 0 or (place.places & PLACE_BIT["table"] > 0 and " | " in line)


def _in_list(places: Sequence[Place], line: int) -> bool:
    return bool(places) and places[line].places & _LISTED > 0


def settle_patterns(done: Decisions, lines: Texts, stays: Array, keep_lines: Sequence[Pattern], drop_lines: Sequence[Pattern]) -> Array:
    """The user's own expressions, which outrank everything else; gives the lines that one of them decided.

    A line that was wrapped at a column is searched as it was before.
    """
    named = np.zeros(len(done.kind), dtype=bool)
    if not keep_lines and not drop_lines:
        return named
    clutter = np.delete(np.arange(len(KINDS)), KEPT_COLUMNS)
    for i in range(len(done.kind)):
        line = BREAK.sub(" ", lines[i])
        for patterns, wanted, option in ((keep_lines, True, "keep_lines"), (drop_lines, False, "drop_lines")):
            match = next((pattern for pattern in patterns if pattern.search(line)), None)
            if match is not None:
                if wanted != stays[done.kind[i]]:
                    done.kind[i] = BODY if wanted else clutter[done.views.kinds[i][clutter].argmax()]
                done.keep[i], done.why[i], named[i] = wanted, f"matches {option} {match.pattern!r}", True
                break
    return named
