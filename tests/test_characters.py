"""What sort each character is, in any script."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from declutter import characters as ch


def sorts(text):
    return ch.sorts_of(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4"))


@pytest.mark.parametrize(
    ("char", "found"),
    [("a", ch.LOWER), ("Я", ch.UPPER), ("क", ch.CASELESS), ("한", ch.CASELESS), ("ا", ch.CASELESS), ("٣", ch.DIGIT),
     ("\u0301", ch.MARK), ("字", ch.IDEOGRAPH), ("ア", ch.IDEOGRAPH), ("\u3000", ch.SPACE), ("。", ch.STOP), ("।", ch.STOP),
     ("؟", ch.STOP), ("”", ch.QUOTE), ("»", ch.BAR), ("(", ch.BRACKET), ("—", ch.DASH), ("|", ch.BAR), ("、", ch.COMMA),
     (":", ch.COLON), ("€", ch.SIGN), ("\u200b", ch.OTHER), ("\ud800", ch.OTHER), ("\U00020001", ch.IDEOGRAPH),
     ("\U00040001", ch.OTHER), ("\U0010ffff", ch.OTHER), ("{", ch.BRACKET), ("\n", ch.SPACE)],
)  # fmt: skip
def test_classes(char, found):
    assert ch.classes(sorts(f"x{char}x")).tolist() == [ch.LOWER, found, ch.LOWER]


@given(st.characters())
def test_only_white_space_is_space(char):
    assert (ch.classes(sorts(char))[0] == ch.SPACE) == char.isspace(), unicodedata.name(char, "?")


@given(st.characters(categories=["Lu", "Lt"], max_codepoint=0x1FFFF))
def test_every_capital_is_one(char):
    assert ch.classes(sorts(char))[0] == ch.UPPER


def test_telling_characters_are_told_by_their_place_and_closing_brackets_count_as_opening_ones():
    found = sorts(ch.TELLING + "}]>")
    assert ch.telling(found).all()
    assert "".join(ch.TELLING[slot] for slot in ch.which_telling(found)) == ch.TELLING + "{[<"


@given(st.characters(exclude_characters=ch.TELLING + "}]>"))
def test_nothing_else_is_telling(char):
    assert not ch.telling(sorts(char)).any()


def test_line_feeds_and_returns_are_told_apart():
    found = sorts("a\r\n\x0b\x85\u2028")
    assert ch.feeds(found).tolist() == [False, False, True, False, False, False]
    assert ch.returns(found).tolist() == [False, True, False, False, False, False]


def test_lower_case_of_letters_and_digits():
    lower = ch.lower_case()
    assert [chr(lower[ord(char)]) for char in "AaÉЯǅ7٣—字"] == list("aaéяǆ00—字")
