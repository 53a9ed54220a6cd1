"""What is told twice within one article: which lines are compared, and what follows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declutter import repeats
from declutter.document import split
from declutter.words import words_of


def groups(*texts):
    """The groups of like lines, as positions among all lines of all texts."""
    lines = split(texts)
    return sorted(map(tuple, repeats.alike(lines, words_of(lines))))


def captions(lines, evidence):
    """Positions that are tellings of one caption, with what each repeats."""
    texts = dict(enumerate(lines))
    return repeats.captions_told_again(texts, list(texts), dict(enumerate(evidence)))


def equal(*lines):
    """Pairs (later, earlier) among lines that are all compared."""
    counts = repeats.word_counts(words_of(split(["\n".join(lines)])))
    return repeats.equal_lines(dict(enumerate(lines)), range(len(lines)), dict(enumerate(counts.tolist())))


PLAIN = "Crew members hose down the deck of the Morning Tern"


@pytest.mark.parametrize(
    "again",
    [
        PLAIN,
        f"“{PLAIN}”",
        f"'{PLAIN}.'",
        PLAIN.replace(" ", "  "),
        PLAIN.upper(),
        f"{PLAIN}. Photo: Lio Brandt / Harbour Pictures",
        f"{PLAIN} (Lio Brandt)",
        f"{PLAIN} | Harbour Pictures",
        f"{PLAIN}. The ferry is due out again on Friday.",
        "Crew members hose down the deck of the ‘Morning Tern’",
    ],
    ids=[
        "same",
        "quoted",
        "quoted with a stop",
        "spaced",
        "upper case",
        "credit",
        "credit in brackets",
        "agency",
        "sentence",
        "inner marks",
    ],
)
def test_a_caption_is_known_again_however_told(again):
    assert captions([PLAIN, again], [0.9, 0.1]) == [(0, 1), (1, 0)]
    assert captions([again, PLAIN], [0.1, 0.9]) == [(0, 1), (1, 0)]
    assert groups(f"{PLAIN}\nThe tide turned at noon.\n{again}") == [(0, 2)]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("海伦在码头上看着渡轮离开港口", "海伦在码头上看着渡轮离开港口。（摄影：李明）"),
        ("乗組員が甲板を洗う様子を見る港の人々", "「乗組員が甲板を洗う様子を見る港の人々」。写真・森田"),
    ],
)
def test_a_caption_with_a_credit_added_is_known_again_without_spaces(one, two):
    assert captions([one, two], [0.9, 0.1]) == [(0, 1), (1, 0)]


def test_all_tellings_of_a_caption_are_found():
    lines = [PLAIN, f"“{PLAIN}”", f"{PLAIN}. Photo: Lio Brandt", f"{PLAIN}. Photo: Lio Brandt"]
    assert {position for position, _ in captions(lines, [0.8] * 4)} == {0, 1, 2, 3}


def test_every_pair_names_two_different_lines():
    lines = [PLAIN, PLAIN, f"{PLAIN}. Photo: Lio Brandt"]
    assert all(position != repeated for position, repeated in captions(lines, [0.9] * 3))


def test_a_pull_quote_is_no_caption():
    """A line contained in a longer one stays, and so does the longer one."""
    quote = "We were told nothing at all"
    assert captions([quote, f"{quote}, said Ines Corvo, who was on her way to a wedding."], [0.1, 0.1]) == []


def test_lines_that_are_no_captions_are_no_repeats_of_one():
    assert captions([PLAIN, PLAIN], [0.05, 0.05]) == []


def test_a_short_beginning_is_no_telling():
    assert captions(["Crew members hose", f"{PLAIN}. Photo: Lio Brandt"], [0.9, 0.9]) == []


def test_another_caption_that_begins_alike_is_another():
    assert captions([PLAIN, "Crew members hose down the quay of Port Ansel"], [0.9, 0.9]) == []


def test_a_beginning_ends_with_a_word():
    assert captions(["The ferry at the dock", "The ferry at the dockyard gates"], [0.9, 0.9]) == []


LONG = "We were told nothing at all, and nobody came to the quay."


def test_the_later_of_two_equal_long_lines_is_named_with_the_first():
    assert equal(LONG, "In between.", LONG, LONG) == [(2, 0), (3, 0)]


def test_white_space_does_not_make_a_line_another():
    assert equal(LONG, LONG.replace(" ", "  ")) == [(1, 0)]


@pytest.mark.parametrize("other", [LONG[:-1] + "?", LONG.upper(), f"{LONG} Nobody.", f"“{LONG}”", LONG.replace("nobody", "no one")])
def test_anything_else_makes_a_body_line_another(other):
    """The same quotation in different sentences stays, and so does a line contained in a longer one."""
    assert equal(LONG, other) == []


@pytest.mark.parametrize(
    ("line", "goes"),
    [
        ("one two three four five six seven", False),
        ("one two three four five six seven eight", True),
        ("“No,” he said. “No, no, no!”", False),
        ("港の船は夜明けに戻りました。", False),  # 13 kana and ideographs count as six words
        ("港の船は夜明けに静かに戻ってきた。", True),
    ],
)
def test_fewer_than_eight_words_may_stand_twice(line, goes):
    assert equal(line, line) == ([(1, 0)] if goes else [])


@pytest.mark.parametrize("mark", ["- ", "* ", "• ", "  - ", "3. ", "12) "])
def test_items_of_lists_are_known_by_their_mark(mark):
    assert repeats.is_item(mark + LONG)


@pytest.mark.parametrize("opening", ["– ", "— ", "-", "2024 ", "3.5 ", "“"])
def test_what_only_looks_like_an_item_is_none(opening):
    """A line of dialogue begins with a dash in many languages; a pull quote tells it again."""
    assert not repeats.is_item(opening + LONG)


def test_marks_are_no_words():
    words = words_of(split(["one, two — three!\n***\n漢字漢字漢"]))
    assert repeats.word_counts(words).tolist() == [3, 0, 2]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["a b c d\nx y z\nA B C e"], [(0, 2)]),
        (["a b c\na b d"], []),
        (["a b\na b"], []),
        (["“a b” c\na, b: c"], [(0, 1)]),
        (["a b c", "a b c"], []),
        (["x\na b c\na b c", "a b c\ny\na b c\na b c"], [(1, 2), (3, 5, 6)]),
        ([""], []),
        (["—\n—\n—"], []),
        ([], []),
    ],
)
def test_only_lines_of_one_text_that_begin_alike_are_compared(texts, found):
    assert groups(*texts) == found


@given(st.lists(st.lists(st.sampled_from(["a b c", "a b c d", "A  b, c!", "c b a", "a b", "", "—", "x y z"]), max_size=8), max_size=4))
def test_like_lines_are_those_with_the_same_three_first_words(texts):
    expected, at = [], 0
    for lines in texts:
        heads = {}
        for line in filter(str.strip, lines):
            words = repeats.plain(line).split()
            if len(words) >= 3:
                heads.setdefault(tuple(words[:3]), []).append(at)
            at += 1
        expected += [tuple(group) for group in heads.values() if len(group) > 1]
    assert groups(*map("\n".join, texts)) == sorted(expected)


@given(st.text())
def test_plain_words_are_plain_already(text):
    assert repeats.plain(repeats.plain(text)) == repeats.plain(text)


HEADLINE = "Ferry limps home after engine-room flood"


@pytest.mark.parametrize(
    "line",
    [
        HEADLINE,
        HEADLINE.upper(),
        f"{HEADLINE} | Ansel Post",
        f"“{HEADLINE}”",
        f"{HEADLINE}.",
        "Ferry limps home after flood",
        "Ferry limps home after an engine-room flood",
    ],
)
def test_the_headline_is_known_again(line):
    assert repeats.tells_headline(line, HEADLINE)
    assert repeats.tells_headline(HEADLINE, line)


@pytest.mark.parametrize(
    "line",
    [
        "What the inspectors found",
        "Flood",
        "—",
        "",
        "Fares to rise again in May after engine-room flood, says the line",
        "Council limps home after budget row",
    ],
)
def test_other_lines_do_not_tell_the_headline(line):
    assert not repeats.tells_headline(line, HEADLINE)
    assert not repeats.tells_headline(HEADLINE, line)


def test_a_paragraph_that_begins_like_a_caption_is_no_telling_of_it():
    caption = "The ferry Tern on Monday"
    paragraph = caption + " limped home at dawn, after a night in which nobody slept and the pumps gave out one after the other."
    assert captions([caption, caption + ". (Photo: TT)"], [0.9, 0.1]) == [(0, 1), (1, 0)]
    assert captions([caption, paragraph], [0.9, 0.1]) == []
