"""Limits on what one input may have: refused in one line that names the limit, and nothing else changes."""

import pytest

import declutter

LINE = "The bakers of Lower Wick put down their peels on Monday and walked out into the rain.\n"
VERBS = ["clean", "judge", "clean_html", "judge_html", "read_html"]


def run(cleaner, verb, text):
    return getattr(cleaner, verb)(text)


@pytest.mark.parametrize("verb", VERBS)
def test_an_input_of_more_bytes_is_refused_by_every_verb(verb):
    page = f"<html><body><p>{LINE}"
    run(declutter.Cleaner(max_bytes=len(page)), verb, page)
    with pytest.raises(ValueError, match=rf"begins '<html><body><p>The bakers.*more than {len(page) - 1} bytes.*max_bytes"):
        run(declutter.Cleaner(max_bytes=len(page) - 1), verb, page)


@pytest.mark.parametrize("verb", VERBS)
def test_an_input_of_more_lines_is_refused_by_every_verb(verb):
    lines = "\n\n".join([f"<p>{LINE}"] * 5)
    run(declutter.Cleaner(max_lines=5), verb, lines)
    with pytest.raises(ValueError, match="has 5 lines; this cleaner's max_lines is 4"):
        run(declutter.Cleaner(max_lines=4), verb, lines)


@pytest.mark.parametrize("text", ["é" * 50, "窯" * 34, "\ud800" * 34, "🥖" * 26])
def test_bytes_are_those_of_utf_8(text):
    with pytest.raises(ValueError, match="max_bytes"):
        declutter.Cleaner(max_bytes=99).clean(text)
    assert declutter.Cleaner(max_bytes=104).judge(text)


def test_a_page_in_an_encoding_of_fewer_bytes_is_measured_as_it_came():
    page = ("<p>" + "é" * 100).encode("windows-1252")
    assert declutter.Cleaner(max_bytes=len(page)).judge_html(page)


def test_blank_lines_do_not_count():
    assert len(declutter.Cleaner(max_lines=2).judge(LINE + "\n" * 1000 + LINE)) == 2


@pytest.mark.parametrize("limits", [{"max_lines": 40}, {"max_bytes": 2200}], ids=str)
@pytest.mark.parametrize("jobs", [1, 2])
def test_one_text_too_many_does_not_take_the_answers_before_it(limits, jobs):
    several = ["".join(f"On day {day} the bakers of Lower Wick walked out again.\r\n" for day in range(count)) for count in (40, 3, 41, 2)]
    answers = declutter.Cleaner(**limits).judge_many(several, jobs=jobs)
    assert [len(next(answers)), len(next(answers))] == [40, 3]
    with pytest.raises(ValueError, match=r"41 lines|2200 bytes"):
        next(answers)


@pytest.mark.parametrize("name", ["max_bytes", "max_lines"])
def test_a_limit_below_one_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} is 0"):
        declutter.Cleaner(**{name: 0})
