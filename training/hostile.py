"""Inputs made to cost as much as they can, and what they cost: seconds and memory a megabyte at growing sizes.

Each maker takes a size and gives an input of about as many characters.  Where the cost of a megabyte grows with the size, something
takes more than linear time; `python -m training hostile` prints the table.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

SENTENCE = "The bakers of Lower Wick put down their peels on Monday and walked out into the rain, fifty of them, in their aprons."
PICTURE = "Bakers walk out of the mill yard. Photo: Ada Finch / Wick"


def _times(part: str) -> Callable[[int], str]:
    return lambda size: part * (size // len(part) or 1)


def _beginnings(size: int) -> str:
    """Each line is the beginning of the next."""
    return "\n".join("Bakers walk out " + "again " * i for i in range(1, int((size / 3) ** 0.5) + 1))


TEXTS: dict[str, Callable[[int], str]] = {
    "prose": _times(SENTENCE + "\n"),
    "prose, every line another": lambda size: "\n".join(f"{i} {SENTENCE} {i}" for i in range(size // 130)),
    "prose without line breaks": _times(SENTENCE + " "),
    "blank lines": _times("\n"),
    "carriage returns": _times("\r"),
    "blank lines between clutter": _times("ADVERTISEMENT" + "\n" * 500),
    "lines of one letter": _times("a\n"),
    "lines of a zero-width space": _times("\u200b\n"),
    "one word": _times("a"),
    "spaces in a line": lambda size: "a" + " " * size + "b",
    "spaces after a line": lambda size: "a" + " " * size,
    "half surrogate pairs": _times("\ud800"),
    "NUL": _times("\0"),
    "combining accents": lambda size: "a" + "\u0301" * size,
    "right-to-left marks": _times("\u202e\u2066a"),
    "letters beyond the first plane": _times("𝔘"),
    "emoji in sequences": _times("🏳️‍🌈 "),
    "ideographs": _times("面包师傅星期一在雨中罢工。"),
    "opening brackets": _times("["),
    "brackets": _times("[]"),
    "full stops": _times(". "),
    "closing quotation marks": _times("”. "),
    "initials": _times("A. "),
    "shortcodes in a line": _times("The ovens were cold. [gallery ids=“1”] "),
    "unclosed shortcodes": _times("[gallery ids=“1 "),
    "one caption": _times(PICTURE + "\n"),
    "captions that begin alike": lambda size: "\n".join(f"{PICTURE} {'again ' * (i % 40)}{i % 977}" for i in range(size // 190)),
    "lines that begin the next": _beginnings,
    "one beginning, told on in many ways": lambda size: "\n".join(f"{PICTURE}\n{PICTURE} {i}" for i in range(size // 130)),
    "one headline": _times("Bakers strike for warmer ovens\n"),
    "addresses": _times("https://wick.test/bread?id=1&b=2 "),
    "tags in a text": _times("<p class='a'>"),
}

_IN_BODY = "<html><body><p>first</p>"


def _page(part: str) -> Callable[[int], str]:
    return lambda size: _IN_BODY + part * (size // len(part))


def _nested(tag: str) -> Callable[[int], str]:
    return lambda size: _IN_BODY + f"<{tag}>" * (size // (2 * len(tag) + 5)) + "deep" + f"</{tag}>" * (size // (2 * len(tag) + 5))


PAGES: dict[str, Callable[[int], str]] = {
    "paragraphs": _page(f"<p>{SENTENCE}</p>"),
    "nested blocks": _nested("div"),
    "nested inline tags": _nested("b"),
    "nested tags that are skipped": _nested("svg"),
    "nested tables": _page("<table><tr><td>"),
    "unclosed paragraphs": _page("<p>"),
    "inline tags crossed with blocks": _page("<b><p>x</b>"),
    "attributes in one tag": lambda size: f"{_IN_BODY}<p {' '.join(f'a{i}' for i in range(size // 7))}>x",
    "attributes with values": lambda size: f"{_IN_BODY}<p {' '.join(f'''a{i}='>' ''' for i in range(size // 12))}>x",
    "200 attributes in each tag": _page("<p " + " ".join(f"a{i}" for i in range(200)) + ">x"),
    "a tag that never ends": lambda size: f"{_IN_BODY}<p " + "a " * (size // 2),
    "tags that never end": _page("<a b"),
    "unclosed quotation marks": _page('<a b="'),
    "comments that never end": _page("<!--"),
    "entities": _page("&amp;&#8220;&unknown;"),
    "entities of its own": lambda size: (
        "<!DOCTYPE html [<!ENTITY a0 'x'>" + "".join(f"<!ENTITY a{i + 1} '&a{i};&a{i};'>" for i in range(30)) + f"]>{_IN_BODY}"
        + "&a30;" * (size // 5)
    ),
    "cells": _page("<td>x"),
    "rows of blocks": _page("<tr><td><p>x</p><td><p>y</p>"),
    "lines of pre": lambda size: f"{_IN_BODY}<pre>" + "x\n" * (size // 2),
    "line breaks": _page("x<br>"),
    "nested facts": lambda size: '<html><script type="application/ld+json">' + '{"a":' * (size // 5) + f"</script>{_IN_BODY}",
    "facts": lambda size: '<html><script type="application/ld+json">[' + '{"headline":"x"},' * (size // 17) + f"1]</script>{_IN_BODY}",
    "titles": lambda size: "<html><head>" + "<title>x</title>" * (size // 16) + f"</head>{_IN_BODY}",
    "style": lambda size: f"{_IN_BODY}<p style='" + "display " * (size // 8) + "'>x",
}  # fmt: skip

INPUTS = {**{f"text: {name}": maker for name, maker in TEXTS.items()}, **{f"page: {name}": maker for name, maker in PAGES.items()}}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one input cost: seconds a megabyte at each size, the verdicts at the largest, and the memory that it took a megabyte."""

    name: str
    seconds: tuple[float, ...]
    lines: int
    memory: float

    @property
    def growth(self) -> float:
        """How much dearer a megabyte is at the largest size than at the smallest; 1 is linear."""
        return self.seconds[-1] / self.seconds[0]


def measure(name: str, sizes: Sequence[int]) -> Cost:
    """Judge an input at each size; to be called in a process of its own, whose memory is then the input's."""
    import declutter

    judge = declutter.judge_html if name.startswith("page: ") else declutter.judge
    judge(INPUTS[name](1000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, lines, megabytes = [], 0, 0.0
    for size in sizes:
        given = INPUTS[name](size)
        megabytes = len(given) / 1e6
        begun = time.process_time()
        lines = len(judge(given))
        seconds.append((time.process_time() - begun) / megabytes)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000 / megabytes
    return Cost(name, tuple(seconds), lines, memory)


def costs(names: Sequence[str], sizes: Sequence[int]) -> Iterator[Cost]:
    """The costs of the inputs, each measured in a fresh process, one after the other."""
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        for name in names:
            yield pool.submit(measure, name, sizes).result()


def head(sizes: Sequence[int]) -> str:
    """The head of the table."""
    columns = ["input", *(f"s/MB at {size / 1e6:g} MB" for size in sizes), "growth", "lines", "memory, MB/MB"]
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def row(cost: Cost) -> str:
    """A row of the table."""
    cells = [cost.name, *(f"{each:.2f}" for each in cost.seconds), f"{cost.growth:.1f}", str(cost.lines), f"{cost.memory:.0f}"]
    return f"| {' | '.join(cells)} |"
