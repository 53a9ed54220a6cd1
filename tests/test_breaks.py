"""Articles whose line breaks are lost: the lines that they had, and one verdict whose spans say what goes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import declutter
from declutter import Cleaner, Span, Verdict, breaks, model
from declutter.breaks import Gaps
from declutter.document import split
from declutter.kinds import KEPT
from declutter.reading import as_one
from declutter.verdict import apply

settings.register_profile("breaks", deadline=None, max_examples=50)
settings.load_profile("breaks")

LINES = """\
Ferry limps home after engine-room flood
By Tilda Marsh, transport desk
Updated 4:12 PM
Share Tweet Email
The ferry Morning Tern limped back to Port Ansel shortly before midnight on Tuesday, the company that runs it said.
Advertisement
Nobody was hurt, the harbour master said, but the crossing to the islands will stay closed until divers have looked at the hull.
RELATED: How old are the pipes under your street?
The company has cancelled eleven sailings since March.
It blames a part that has to come from Gdynia.
Sign up for our newsletter and get the stories that matter in your inbox.
""".splitlines()
STORY = [LINES[0], *LINES[4:5], LINES[6], *LINES[8:10]]
TEXT = " ".join(LINES)


def restored(text):
    return model.shipped().breaks.restored([text], split([text])).get(0, text)


def test_lines_are_found_again():
    assert len(restored(TEXT)) == len(TEXT)
    found = restored(TEXT).split("\n")
    assert len(set(LINES) & set(found)) >= len(LINES) - 3


@pytest.mark.parametrize("around", ["{}", "{}\n", "\n  {}  \r\n", "\ufeff{}"])
def test_there_is_one_verdict_and_its_spans_say_what_goes(around):
    text = around.format(TEXT)
    (verdict,) = declutter.judge(text)

    assert (verdict.kind, verdict.keep) == ("body", True)
    assert text[verdict.start : verdict.end] == verdict.text
    assert verdict.text.strip("\ufeff ") == TEXT
    ends = [at for span in verdict.spans for at in (span.start, span.end)]
    assert ends == sorted(ends)
    assert "go" in verdict.reason
    left = declutter.clean(text)
    assert left == apply(text, [verdict])
    assert left.split() == around.format(" ".join(STORY)).split()


def test_kinds_and_caution_are_as_for_lines():
    assert Cleaner(keep={"byline", "ad"}).clean(TEXT) == " ".join([*LINES[:2], *LINES[4:7], *LINES[8:10]])
    assert Cleaner(caution=1).clean(TEXT) == TEXT
    assert Cleaner(drop={"headline"}).clean(TEXT) == " ".join(STORY[1:])
    assert Cleaner(drop=set(KEPT)).clean(TEXT) == ""
    assert Cleaner(drop_lines="Nobody was hurt").clean(TEXT) == " ".join(line for line in STORY if "Nobody" not in line)


def test_a_clean_article_stays_as_it_is():
    text = " ".join(STORY)
    assert declutter.clean(text) is text
    assert declutter.clean(declutter.clean(TEXT)) == declutter.clean(TEXT)


def test_texts_without_line_breaks_are_judged_alike_alone_and_among_others():
    texts = [TEXT, "\n".join(LINES), "", " ".join(STORY), "Share", TEXT]
    cleaner = Cleaner()

    assert list(cleaner.judge_many(texts)) == [cleaner.judge(text) for text in texts]
    assert list(cleaner.clean_many(texts)) == [cleaner.clean(text) for text in texts]
    counts = [kinds for _, kinds in cleaner.clean_counted(texts)]
    assert counts[0]["byline"] == (0, len(LINES[1]) + 1)
    assert counts[1]["byline"] == (1, len(LINES[1]))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(LINES),
        "One. Two. Three.",
        "",
        "x" * 1000,
        "渡轮在午夜前返回港口。没有人受伤。公司取消了十一个航班。他们怪罪于一个零件。船体明天检查。",
    ],
)
def test_other_texts_are_left_alone(text):
    assert restored(text) == text


def part(text, start, keep, kind="ad", score=0.1, spans=()):
    return Verdict(text, start, start + len(text), kind, keep, score, kind, 0.9, f"reads like {kind}", spans)


def test_white_space_after_a_part_goes_with_it_and_at_the_end_that_before():
    line = "Share One.  Two. Ad"
    inner = Span(17, 20, "ad", 0.1, "reads like ad inside a line")
    parts = [part("Share", 10, False, "share"), part("One.", 16, True, "body", 0.9), part("Two.", 22, True, "body", 0.8, (inner,)),
             part("Ad", 27, False)]  # fmt: skip
    found = as_one(line, 10, parts, True)

    assert [(span.start, span.end, span.kind) for span in found.spans] == [(10, 16, "share"), (17, 20, "ad"), (26, 29, "ad")]
    assert (found.kind, found.keep, found.score, found.start, found.end, found.text) == ("body", True, 0.9, 10, 29, line)


def test_of_what_would_all_go_the_likeliest_stays_unless_body_goes():
    parts = [part("Share", 0, False, "share", 0.1), part("One two.", 6, False, "promo", 0.3)]

    assert [(span.start, span.end) for span in as_one("Share One two.", 0, parts, True).spans] == [(0, 6)]
    assert as_one("Share One two.", 0, parts, False).keep is False
    told = replace(part("One two.", 5, False, "body", 0.05), reason="repeats line 1")
    assert as_one("One. One two.", 0, [part("One.", 0, True, "body", 0.9), told], True).spans[0].reason == "is told again"


@pytest.mark.parametrize("reason", ["matches drop_lines '^One two'", "on 40 of 50 pages of the site"])
def test_what_is_stronger_than_the_model_is_named_as_the_reason(reason):
    parts = [part("Nobody was hurt.", 0, True, "body", 0.9), replace(part("One two.", 17, False), reason=reason)]
    assert as_one("Nobody was hurt. One two.", 0, parts, True).spans[0].reason == reason


def test_gaps_are_where_white_space_stands_before_what_is_no_small_letter():
    gaps = Gaps.of(split(["One two Three, Four -Five 6"]))
    found = gaps.lines.chars[gaps.words.starts[gaps.at]].tolist()
    assert bytes(found).decode() == "TF-6"


def test_how_far_it_is_from_a_gap_to_the_sentences_beside_it():
    gaps = Gaps.of(split(["Tern", "One two Three. Four five Six seven. Eight"]))
    assert gaps.sizes.tolist() == [0, 4]
    assert gaps.behind.tolist() == [False, True, False, True]
    since, until = gaps.to_sentences()
    assert since.tolist() == [2, 4, 2, 5]
    assert until.tolist() == [2, 5, 3, 1]
    there, inside = gaps.beside(-3)
    assert inside.tolist() == [False, True, True, True]
    assert there[inside].tolist() == [2, 4, 7]


@given(st.lists(st.text(st.sampled_from("aZ .!\u3002\u5b57\t"), max_size=60), max_size=5))
@example(["Z", ".字 Z"])
def test_features_do_not_depend_on_the_other_lines(texts):
    texts = [text for text in texts if text.strip()]
    learned = model.shipped().breaks
    together, alone = Gaps.of(split(texts)), [Gaps.of(split([text])) for text in texts]
    found = breaks.features(together)
    assert np.array_equal(found, np.concatenate([np.zeros((0, 17), dtype=np.int32), *map(breaks.features, alone)]))
    assert not found.size or (found.min() >= 0 and found.max() < breaks.BUCKETS)
    numbers = [breaks.columns(gaps, learned.weights[breaks.features(gaps)]) for gaps in (together, *alone)]
    assert numbers[0].shape == (breaks.NUMBERS, len(together.at))
    assert np.array_equal(numbers[0], np.concatenate([np.zeros((breaks.NUMBERS, 0)), *numbers[1:]], axis=1))
    assert np.array_equal(learned.odds(together), np.concatenate([np.zeros(0), *map(learned.odds, alone)]))


@given(st.text(st.sampled_from("aZ .!\u3002\u5b57\t\n"), max_size=200))
def test_offsets_stay_whatever_the_text(text):
    found = restored(text)
    assert len(found) == len(text)
    assert all(a == b or (a.isspace() and b == "\n") for a, b in zip(text, found, strict=True))
