"""A line among its neighbours: never a line of another text."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from declutter import context
from declutter.document import split
from declutter.features import shape
from declutter.kinds import KINDS
from declutter.model import OUTPUTS
from declutter.words import words_of

LINE = st.sampled_from(
    ["Share", "Back to top", "Photo: Ines Corvo", "—", "\u200b", "", "", " ", "\ud800",
     "The ferry Morning Tern came home at dawn with her pumps still running hard.", "港の船は夜明けに戻った。ポンプはまだ動いていた。",
     "Ines Corvo said that the ferry had taken in more water than the harbour board admitted.", "Read more: the ferry", "12:40"]
)  # fmt: skip
TEXT = st.lists(LINE | st.text(max_size=12), max_size=9).map("\n".join)


def opinion(line):
    """A made-up first opinion that depends on the line alone."""
    made = np.random.default_rng(list(line.encode("utf-8", "surrogatepass"))).random(OUTPUTS).astype(np.float32)
    made[:-1] /= made[:-1].sum()
    return made


def columns(texts):
    lines = split(texts)
    buffer = "\n".join(texts) + "\n"
    first = np.array([opinion(buffer[s:e]) for s, e in zip(lines.starts, lines.ends, strict=True)], dtype=np.float32)
    return context.columns(lines, words_of(lines), first.reshape(-1, OUTPUTS))


@settings(deadline=None)
@given(st.lists(TEXT, max_size=4))
@example([])
@example(["", ""])
@example(["Share", "\n\n\nShare"])
@example(["Share\nShare", "Share"])
def test_numbers_never_look_across_the_border_of_a_text(texts):
    together = columns(texts)
    apart = [columns([text]) for text in texts]
    for name, column in together.items():
        alone = np.concatenate([own[name] for own in apart] or [column])
        np.testing.assert_allclose(column, alone, rtol=1e-5, atol=1e-5, err_msg=name)


@settings(deadline=None)
@given(TEXT)
@example("")
@example("\u200b")
@example("—\n—")
def test_the_numbers_of_any_text_are_finite(text):
    stacked = context.stacked(columns([text]))
    assert stacked.shape[1] == len(split([text]))
    assert stacked.dtype == np.float32
    assert np.isfinite(stacked).all()


def test_no_two_families_of_numbers_share_a_name():
    """Families are joined by name: one of the same name would silently take the other's place."""
    lines = split(["Share\nThe ferry came home at dawn."])
    words, first = words_of(lines), np.full((2, OUTPUTS), 0.05, dtype=np.float32)
    own = shape(lines, words)
    families = (own, context.position(lines, own), context.cohesion(lines, words, own), context.neighbours(lines, own, first))
    assert len(context.columns(lines, words, first)) == sum(map(len, families))


def test_every_kind_but_body_is_in_one_group():
    grouped = [kind for members in context.GROUPS.values() for kind in members]
    assert sorted(grouped) == sorted(set(KINDS) - {"body"})


STORY = """Skip to content
The ferry Morning Tern came home at dawn with her pumps still running hard.
Ines Corvo had spent the night on deck, and said that the ferry took in water.
Share
The ferry Morning Tern came home at dawn with her pumps still running hard."""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("paragraph", [0, 1, 1, 0, 1]),
        ("lines before, at most 40", [0, 1, 2, 3, 4]),
        ("lines after, at most 40", [4, 3, 2, 1, 0]),
        ("lines since a paragraph", [40, 40, 1, 1, 2]),
        ("lines until a paragraph", [1, 1, 2, 1, 40]),
        ("times the line is told", [1, 2, 1, 1, 2]),
        ("line was told before", [0, 0, 0, 0, 1]),
        ("share of words that occur in other lines", None),
    ],
)
def test_what_a_number_says(name, expected):
    column = columns([STORY])[name].tolist()
    if expected is None:
        assert column[1] == column[4] == 1
        assert column[0] == column[3] == 0
    else:
        assert column == expected


def test_neighbours_are_told_in_order():
    found = columns([STORY])
    own = found["looks kept"]
    assert found["looks kept, 1 before"].tolist() == [-1, *own[:-1].tolist()]
    assert found["looks kept, 2 after"].tolist() == [*own[2:].tolist(), -1, -1]


def test_a_long_text_counts_no_further_than_forty_lines():
    found = columns(["\n".join(["Share"] * 100)])
    assert found["lines before, at most 40"].max() == found["lines since a paragraph"].max() == 40


@pytest.mark.parametrize(
    ("line", "reads"),
    [
        ("The ferry Morning Tern came home at dawn with her pumps still running hard.", True),
        ("港の船は夜明けに戻ったがポンプはまだ動いていたという。", True),
        ("Паром вернулся в порт на рассвете, насосы всё ещё работали, пассажиры молчали.", True),
        ("Back to top", False),
        ("It sank.", False),
        ("Home | Harbour | Council | Sport | Opinion | Weather | Tides | Letters | Archive", False),
    ],
)
def test_what_reads_like_a_paragraph(line, reads):
    lines = split([line])
    assert context.prose(shape(lines, words_of(lines))).tolist() == [reads]
