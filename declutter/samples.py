r"""Read and write labelled articles: one file an article, a header, then `kind<TAB>text` a line.

>>> sample = parse("site: a.test\nlang: en\n\nheadline\tTide turns\n\nbody!\t“Share it.”[[ad| ADVERTISEMENT]]\n", "a.tsv")
>>> sample.text
'Tide turns\n\n“Share it.” ADVERTISEMENT'
>>> [(line.kind, line.hard, line.spans) for line in sample.lines]
[('headline', False, ()), ('body', True, ((11, 25, 'ad'),))]
>>> parse(dump(sample), "again") == sample
True
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from declutter.kinds import DEFINITIONS

ENDING = ".tsv"
UNLABELLED = "?"  # in place of a kind: nobody said what the line is
# a span may hold brackets of its own, such as a shortcode's, if each is closed
_BRACKETS = r"\[(?:\[[^\[\]]*\]|[^\[\]])*\]"
_MARKED = re.compile(rf"\\\[\[|\[\[([a-z_]+)\|((?>{_BRACKETS}|[^\]]|\](?!\]))*?)\]\]|\[\[([a-z_]+)\|", re.DOTALL)


class SampleError(ValueError):
    """A labelled file that cannot be read; the message names the file, the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """One line: its kind, its text without marks, whether it is a hard negative, and its spans (start, end, kind) in it.

    `blanks` counts the blank lines before it.  `kind` is None where nobody labelled the line, which is written `?`.
    """

    kind: str | None
    text: str
    hard: bool = False
    spans: tuple[tuple[int, int, str], ...] = ()
    blanks: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled article: header (site, lang, source) and lines."""

    site: str
    lang: str
    source: str
    lines: tuple[LabelledLine, ...]

    @property
    def text(self) -> str:
        """The article as a scraper would give it, with its blank lines."""
        return "\n".join("\n" * line.blanks + line.text for line in self.lines)


def parse(content: str, name: str) -> Sample:
    """Read one labelled article from the content of its file; `name` is for messages.

    Raises SampleError, a ValueError, at the first line that is not of the format.
    """
    rows = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header: dict[str, str] = {}
    number = 0
    for number, row in enumerate(rows):
        if not row.strip():
            break
        key, colon, value = row.partition(":")
        if not colon or "\t" in key:
            raise SampleError(f"{name}, line {number + 1}: the header takes 'key: value' lines and ends with an empty line")
        header[key.strip()] = value.strip()
    lines: list[LabelledLine] = []
    blanks = 0
    for at, row in enumerate(rows[number + 1 :], start=number + 2):
        if not row.strip():
            blanks += 1
            continue
        lines.append(_parse_line(row, blanks, f"{name}, line {at}"))
        blanks = 0
    if not lines:
        raise SampleError(f"{name}: no labelled line; a header, an empty line and 'kind<TAB>text' lines are expected")
    return Sample(header.get("site", ""), header.get("lang", ""), header.get("source", ""), tuple(lines))


def _parse_line(row: str, blanks: int, where: str) -> LabelledLine:
    label, tab, marked = row.partition("\t")
    kind = label.strip().removesuffix("!")
    if not tab or not marked.strip():
        raise SampleError(f"{where}: 'kind<TAB>text' is expected")
    if kind not in DEFINITIONS and label.strip() != UNLABELLED:
        raise SampleError(f"{where}: unknown kind {kind!r}; the kinds are {', '.join(DEFINITIONS)}")
    text, spans, at = "", [], 0
    for mark in _MARKED.finditer(marked):
        text += marked[at : mark.start()]
        at = mark.end()
        if mark[3] is not None:
            raise SampleError(rf"{where}: the span [[{mark[3]}| is not closed by ]]; a literal [[ is written \[[")
        if mark[1] is None:
            text += "[["
        elif mark[1] not in DEFINITIONS:
            raise SampleError(f"{where}: unknown kind {mark[1]!r} of a span; the kinds are {', '.join(DEFINITIONS)}")
        else:
            spans.append((len(text), len(text) + len(mark[2]), mark[1]))
            text += mark[2]
    if not (text + marked[at:]).strip():
        raise SampleError(f"{where}: nothing stands in it but white space")
    return LabelledLine(None if kind == UNLABELLED else kind, text + marked[at:], label.strip().endswith("!"), tuple(spans), blanks)


def dump(sample: Sample) -> str:
    """The content of a labelled article's file; `parse` reads it back the same.

    Raises SampleError for a line that the format cannot hold: one with a span that ends in a bracket, or that stands behind a backslash.
    """
    header = "".join(f"{key}: {getattr(sample, key)}\n" for key in ("site", "lang", "source"))
    return header + "\n" + "".join("\n" * line.blanks + f"{_dump_line(line)}\n" for line in sample.lines)


def _dump_line(line: LabelledLine) -> str:
    parts, at = [], 0
    for start, end, kind in line.spans:
        parts += [line.text[at:start].replace("[[", r"\[["), f"[[{kind}|{line.text[start:end]}]]"]
        at = end
    row = f"{line.kind or UNLABELLED}{'!' * line.hard}\t{''.join(parts)}{line.text[at:].replace('[[', chr(92) + '[[')}"
    if _parse_line(row, line.blanks, line.text[:80]) != line:
        raise SampleError(f"{line.text[:80]!r} cannot be written with its spans: the marks could not be read again")
    return row


def read(path: Path) -> Sample:
    """Read one labelled article.  Raises SampleError where it is not of the format, OSError where it cannot be read."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SampleError(f"{path}, line {line}: not UTF-8") from None


def find(paths: Iterable[Path]) -> Iterator[Path]:
    """The labelled files that the paths name: a file is itself, a folder all `.tsv` files below it, sorted."""
    for path in paths:
        yield from sorted(path.rglob(f"*{ENDING}")) if path.is_dir() else [path]
