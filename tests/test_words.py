"""Words and marks, cut and hashed from the buffer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declutter.document import split
from declutter.words import words_of

TEXTS = st.text(st.sampled_from("abzÄé 09.,«»—\n\r\u200b漢カ\u0301\ud800\U0001f600\U00020001") | st.characters(), max_size=50)


def tokens(text):
    words = words_of(split([text]))
    return [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)]


def hashes(text):
    return words_of(split([text])).hashes.tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The tide turned.", ["The", "tide", "turned", "."]),
        ("“No,” she said…", ["“", "No", ",", "”", "she", "said", "…"]),
        ("don't", ["don", "'", "t"]),
        ("A4-sheet 3.50", ["A4", "-", "sheet", "3", ".", "50"]),
        ("潮が引いた。", ["潮", "が", "引", "い", "た", "。"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("cafe\u0301 noir", ["cafe\u0301", "noir"]),
        ("물이 빠졌다", ["물이", "빠졌다"]),
        ("وصلت السفينة؟", ["وصلت", "السفينة", "؟"]),
        ("\U00020001\U00020002", ["\U00020001", "\U00020002"]),
        ("a\u200bb", ["a", "\u200b", "b"]),
        ("\ud800", ["\ud800"]),
    ],
)
def test_how_a_line_is_cut(text, expected):
    assert tokens(text) == expected


@given(TEXTS)
def test_nothing_but_white_space_is_left_out(text):
    words = words_of(split([text]))
    covered = "".join(text[s:e] for s, e in zip(words.starts, words.ends, strict=True))
    assert covered == "".join(text.split())


@given(TEXTS)
def test_words_stand_in_their_line(text):
    lines = split([text])
    words = words_of(lines)
    assert (words.starts >= lines.starts[words.line_of]).all()
    assert (words.ends <= lines.ends[words.line_of]).all()
    assert (words.bounds[1:] > words.bounds[:-1]).all(), "every line has a word or a mark"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("FERRY Limps home", "ferry limps HOME"),
        ("ÉTÉ À ÉVIAN", "été à évian"),
        ("МОСТ", "мост"),
        ("at 10.45 on 3 May", "at 27.19 on 8 May"),
        ("in १२ days", "in 34 days"),
    ],
)
def test_case_and_digits_do_not_count(one, two):
    assert hashes(one) == hashes(two)


@pytest.mark.parametrize(("one", "two"), [("ferry", "ferries"), ("ab", "ba"), ("10", "100"), (".", ","), ("aa", "a"), ("潮", "湖")])
def test_different_words_differ(one, two):
    assert hashes(one) != hashes(two)


def test_a_word_has_one_hash_wherever_it_stands():
    words = words_of(split(["tide x " * 300, "y tide"]))
    assert len(set(words.hashes[0::2][:300].tolist())) == 1
    assert words.hashes[-1] == words.hashes[0]


def test_beginnings_and_ends_of_words_are_hashed_too():
    words = words_of(split(["subscribe subscription transcribe"]))
    assert words.prefixes[0] == words.prefixes[1] != words.prefixes[2]
    assert words.suffixes[0] == words.suffixes[2] != words.suffixes[1]


@given(st.lists(TEXTS, max_size=4))
def test_texts_together_give_the_words_of_texts_alone(texts):
    lines = split(texts)
    together = words_of(lines)
    apart = [words_of(split([text])) for text in texts]
    for name in ("hashes", "first", "is_word", "prefixes", "suffixes"):
        assert getattr(together, name).tolist() == [value for words in apart for value in getattr(words, name).tolist()]
