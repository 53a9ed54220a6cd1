"""Texts as lines with offsets, and the kept lines as text again."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from declutter import characters
from declutter.document import render, split

# the line ends, what other tools take for line ends, white space, zero-width and lone surrogates, beside everything else
ODD = "ab.\n\r \t\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\xa0\u3000\u200b\ufeff\ud800\udfff\U0001f600"
TEXTS = st.text(st.sampled_from(ODD) | st.characters(), max_size=60)
# texts of many short lines, most of them blank or one word
LINY = st.lists(st.sampled_from(["a", "b c", " d", "", "", " \t", "\n", "\r\n", "\r"]), max_size=24).map("".join)


def whole_lines(text):
    """Every line, blank or not, as (start, end): the slow and plain way."""
    found, start = [], 0
    for mark in re.finditer(r"\r\n|\r|\n", text):
        found.append((start, mark.start()))
        start = mark.end()
    return [*found, (start, len(text))]


def slow(text):
    """(start, end, blank lines before) of the lines that are not blank."""
    found, blanks = [], 0
    for start, end in whole_lines(text):
        if text[start:end].strip():
            found.append((start, end, blanks))
            blanks = 0
        else:
            blanks += 1
    return found


def fast(text):
    lines = split([text])
    return list(zip(lines.starts.tolist(), lines.ends.tolist(), lines.blanks_before.tolist(), strict=True))


@given(TEXTS | LINY)
@example("")
@example("\r")
@example("\r\n")
@example("\n\r")
@example("a\r\r\nb\n\rc")
@example("a\x0bb\x0cc\x85d\u2028e\u2029f\x1cg\x1dh\x1ei")
def test_lines_are_where_a_plain_reading_finds_them(text):
    assert fast(text) == slow(text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_ends_a_line(end):
    assert [(s, e) for s, e, _ in fast(f"One.{end}Two.")] == [(0, 4), (4 + len(end), 8 + len(end))]


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_what_does_not_end_a_line(mark):
    assert fast(f"One.{mark}Two.") == [(0, 9, 0)]


@pytest.mark.parametrize("text", ["\u200b", "\ufeff", "\u200d", "\u00ad", "\ud800", "\x00"])
def test_a_line_without_anything_to_see_is_still_a_line(text):
    assert fast(f"a\n{text}\nb")[1] == (2, 3, 0)


@pytest.mark.parametrize("text", ["", " ", "\t", "\u3000", "\xa0", "\u2028", "\x85", "\x1f", "\x0b\x0c"])
def test_white_space_alone_is_a_blank_line(text):
    assert [blanks for _, _, blanks in fast(f"a\n{text}\nb")] == [0, 1]


@given(TEXTS)
def test_space_is_what_strip_takes_away(text):
    classes = characters.classes(split([text]).sorts)[: len(text)]
    assert (classes == characters.SPACE).tolist() == [not char.strip() for char in text]


@given(TEXTS | LINY)
def test_first_and_last_are_the_line_without_white_space_around(text):
    lines = split([text])
    for start, end, first, last in zip(lines.starts, lines.ends, lines.first, lines.last, strict=True):
        assert text[first:last] == text[start:end].strip()


@given(st.lists(TEXTS | LINY, max_size=5))
@example([])
@example(["", ""])
@example(["a\r", "\nb"])
@example(["a\n\n", "\n\nb", "", "c\r\n"])
def test_texts_together_are_cut_as_texts_alone(texts):
    lines = split(texts)
    assert len(lines.bounds) == len(lines.offsets) == len(texts) + 1
    assert lines.bounds[-1] == len(lines)
    for number, text in enumerate(texts):
        own, base = slice(int(lines.bounds[number]), int(lines.bounds[number + 1])), int(lines.offsets[number])
        alone = split([text])
        for name in ("starts", "ends", "first", "last"):
            assert (getattr(lines, name)[own] - base).tolist() == getattr(alone, name).tolist()
        assert lines.blanks_before[own].tolist() == alone.blanks_before.tolist()
        assert set(lines.text_of[own].tolist()) <= {number}
        assert lines.chars[base : base + len(text)].tolist() == [ord(char) for char in text]


def rendered(text, kept, bodies=None):
    lines = split([text])
    return render(text, lines.starts.tolist(), lines.ends.tolist(), kept, bodies or [None] * len(lines))


def slow_gaps(text, kept):
    """The lines of the answer, blank ones as "", from the law alone."""
    choice = iter(kept)
    shown: list[str] = []
    blank, gone, trailing = 0, False, 0
    for start, end in whole_lines(text):
        line = text[start:end]
        if not line.strip():
            blank += 1
            continue
        if next(choice):
            stay = blank if not gone else min(blank, 1) if shown else 0
            shown += [""] * stay + [line]
            blank, gone = 0, False
        else:
            gone = True
    if not shown:
        return []
    trailing = int(text[-1] in "\r\n") if gone else blank
    return shown + [""] * trailing


@st.composite
def choices(draw):
    text = draw(LINY)
    count = len(split([text]))
    return text, draw(st.lists(st.booleans(), min_size=count, max_size=count))


@given(choices())
@example(("a\n\nb\n\n\nc", [True, False, True]))
@example(("\n\na\nb\n", [False, True]))
@example(("a\r\n\r\nb\r\n", [True, False]))
def test_gaps_close_to_one_blank_line_or_none(case):
    text, kept = case
    if all(kept):
        assert rendered(text, kept) == text
        return
    result = rendered(text, kept)
    got = [line if line.strip() else "" for line in re.split(r"\r\n|\r|\n", result)] if result else []
    assert got == slow_gaps(text, kept)


@given(choices())
def test_what_stays_comes_out_byte_for_byte_and_in_order(case):
    text, kept = case
    lines = split([text])
    stays = [text[s:e] for s, e, keep in zip(lines.starts, lines.ends, kept, strict=True) if keep]
    result = rendered(text, kept)
    again = split([result])
    assert [result[s:e] for s, e in zip(again.starts, again.ends, strict=True)] == stays
    if stays and text[-1] in "\r\n":
        assert result[-1] in "\r\n"


@pytest.mark.parametrize(
    ("text", "kept", "result"),
    [
        ("a\nb\nc", [1, 0, 1], "a\nc"),
        ("a\n\nb\nc", [1, 0, 1], "a\n\nc"),
        ("a\nb\n\nc", [1, 0, 1], "a\n\nc"),
        ("a\n\n\nb\n\n\nc", [1, 0, 1], "a\n\nc"),
        ("a\n\n\nb\n\nc", [1, 1, 0], "a\n\n\nb"),
        ("\n\na\nb", [1, 0], "\n\na"),
        ("x\n\na\n", [0, 1], "a\n"),
        ("a\n\nx\n\n", [1, 0], "a\n"),
        ("a\n\nx", [1, 0], "a"),
        ("a\r\nx\r\nb\r\n", [1, 0, 1], "a\r\nb\r\n"),
        ("a\rx\r\rb", [1, 0, 1], "a\r\rb"),
        ("x\n\ny\n", [0, 0], ""),
        ("", [], ""),
        (" \n\n", [], " \n\n"),
        ("  a  \nx\n\tb", [1, 0, 1], "  a  \n\tb"),
    ],
)  # fmt: skip
def test_gaps_case_by_case(text, kept, result):
    assert rendered(text, [bool(k) for k in kept]) == result


def test_nothing_removed_gives_the_very_same_text():
    text = "a\n\n\n  b \r\n\x85\n"
    assert rendered(text, [True, True]) is text


def test_a_line_less_its_span_takes_the_place_of_the_line():
    assert rendered("a ADVERTISEMENT\n\nb\n", [True, True], ["a", None]) == "a\n\nb\n"
