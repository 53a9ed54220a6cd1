"""What a line looks like by itself."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from declutter import features
from declutter.document import split
from declutter.words import words_of

LINES = st.text(
    st.sampled_from("abZ É09.,:|»“—[#©\t\u200b漢\u0301\ud800") | st.characters(exclude_characters="\n\r"), min_size=1, max_size=40
)
TEXTS = st.lists(st.one_of(LINES, st.just("")), max_size=5).map("\n".join)


def looks(texts):
    lines = split(texts)
    return lines, words_of(lines)


def ngrams(texts):
    """The set of n-grams of each line, sorted."""
    buckets, bounds = features.ngrams(looks(texts)[1])
    return [sorted(buckets[low:high].tolist()) for low, high in pairwise(bounds.tolist())]


def edges(texts):
    """The edges of each line, as lists."""
    return features.edges(looks(texts)[1]).tolist()


@pytest.mark.parametrize("told", [ngrams, edges])
@given(lines=st.lists(LINES, max_size=5))
def test_what_is_told_of_a_line_does_not_depend_on_the_other_lines(told, lines):
    together = told(["\n".join(lines)])
    assert together == [own for line in lines for own in told([line])]
    assert together == told(lines)


@given(st.lists(LINES, max_size=4))
def test_ngrams_are_buckets_of_the_table(lines):
    buckets, bounds = features.ngrams(looks(lines)[1])
    assert bounds[0] == 0
    assert bounds[-1] == len(buckets)
    assert ((buckets >= 0) & (buckets < features.BUCKETS)).all()


@given(st.lists(LINES, max_size=4))
def test_edges_are_buckets_behind_those_of_ngrams(lines):
    ends = features.edges(looks(lines)[1])
    assert ends.shape == (sum(bool(line.strip()) for line in lines), features.EDGES)
    assert ((ends >= 1 << 18) & (ends < features.BUCKETS)).all()
    assert (features.ngrams(looks(lines)[1])[0] < 1 << 18).all()


@given(st.lists(LINES, max_size=6), st.data())
def test_some_lines_have_the_edges_they_have_among_all(lines, data):
    words = looks(lines)[1]
    count = len(words.bounds) - 1
    some = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), dtype=bool)
    assert np.array_equal(features.edges(words, some), features.edges(words)[some])


def shared(one, two):
    """How many edges two lines have in common."""
    return len(set(edges([one])[0]) & set(edges([two])[0]))


LONG = "the tide was out and the boats lay on their sides in the mud of the upper harbour"


def test_lines_that_begin_alike_share_edges_however_they_go_on():
    # the first four words, and the first one and two in order, and the classes of three; with the length too where it is of a class
    assert shared(f"Read more here: {LONG}", "Read more here: why not") == 7
    assert shared(f"{LONG}, she says", "So, he says") == 4  # "says", by itself and at the end, the comma, and the classes of the last three
    assert shared(f"Read more here: {LONG}", f"Read more here: {LONG[::-1]}") >= 9
    assert shared(LONG, "Share") == 0


def test_edges_tell_order_from_either_end():
    assert set(edges(["one two"])[0]) != set(edges(["two one"])[0])
    assert shared("one two", "two one") < features.EDGES / 2


@pytest.mark.parametrize(("one", "two"), [("14 March, 6.12 pm", "27 March, 9.45 pm"), ("  Back to top", "Back\tto  top ")])
def test_digits_and_spacing_do_not_count(one, two):
    assert ngrams([one]) == ngrams([two])
    assert edges([one]) == edges([two])


def test_case_counts_in_the_classes_of_the_edges_alone():
    assert ngrams(["Share this story"]) == ngrams(["share THIS Story"])
    one = set(edges(["Share this story"])[0])
    assert shared("Share this story", "share THIS Story") == len(one) - 2 * 3


def test_names_have_the_classes_of_other_names():
    assert shared("Ada Brun, editor", "Olof Kask, reader") == 2 * 3 + 3  # the classes, the comma from either end, and the length


@pytest.mark.parametrize(("one", "two"), [("the tide turned", "turned the tide"), ("Read more", "Read more:"), ("読む", "読み")])
def test_order_and_marks_count(one, two):
    assert ngrams([one]) != ngrams([two])


@given(TEXTS)
@example("")
@example("\u200b")
@example("\ud800\n—\n\n.")
def test_the_numbers_of_any_text_are_finite(text):
    lines, words = looks([text])
    for name, column in features.shape(lines, words).items():
        assert column.shape == (len(lines),), name
        assert np.isfinite(column).all(), name


@given(st.lists(TEXTS, max_size=4))
@example(["a", "\n\n\nb"])
def test_the_numbers_of_texts_together_are_those_of_texts_alone(texts):
    together = features.shape(*looks(texts))
    apart = [features.shape(*looks([text])) for text in texts]
    for name, column in together.items():
        assert column.tolist() == [value for alone in apart for value in alone[name].tolist()], name


def numbers(line):
    return {name: column[0] for name, column in features.shape(*looks([line])).items()}


def test_names_of_numbers_are_plain_words_and_told_once():
    names = list(numbers("x"))
    assert len(names) == len({name.casefold() for name in names}) > 30


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("The tide turned at dawn.", "ends like a sentence", 1),
        ("“The tide turned at dawn.”", "ends like a sentence", 1),
        ("潮が引いた。", "ends like a sentence", 1),
        ("क्या ज्वार उतर गया।", "ends like a sentence", 1),
        ("هل انحسر المد؟", "ends like a sentence", 1),
        ("Back to top", "ends like a sentence", 0),
        ("Home | Sport | Opinion", "number of @", 0),
        ("Write to desk@ansel.test", "number of @", 1),
        ("Rain came. Then snow came. Then nothing came.", "sentence ends inside", 2),
        ("Rain rose by 3.5 percent", "sentence ends inside", 0),
        ("Founded in 1923, closed in 2001", "years", 2),
        ("Founded in 9923 or so", "years", 0),
        ("Updated 18:40", "clock times", 1),
        ("Read more: the ferry", "clock times", 0),
        ("SHARE", "share of capitals among letters", 1),
        ("   indented", "indented", 3),
        ("[shortcode]", "number of [", 2),
        ("漢字", "share of ideographs", 1),
        ("The ferry Morning Tern left", "share of words in title case", 0.5),
    ],
)
def test_what_a_number_says(line, name, value):
    assert numbers(line)[name] == value


@pytest.mark.parametrize(
    ("one", "two"),
    [("“The tide”, at dawn", "'The tide' at dawn."), ("AT  DAWN", "at dawn"), ("at 10 or 11", "at 22 or 33")],
)
def test_lines_that_tell_the_same_have_one_hash(one, two):
    hashes = features.line_hashes(looks([f"{one}\nSomething else\n{two}"])[1])
    assert hashes[0] == hashes[2] != hashes[1]


def test_lines_of_the_same_words_in_another_order_differ():
    hashes = features.line_hashes(looks(["dog bites man\nman bites dog"])[1])
    assert hashes[0] != hashes[1]


def test_no_lines_have_no_hashes_and_no_ngrams():
    _, words = looks(["", "\n \n"])
    assert len(features.line_hashes(words)) == 0
    assert features.ngrams(words)[0].size == 0
    assert features.edges(words).shape == (0, features.EDGES)
