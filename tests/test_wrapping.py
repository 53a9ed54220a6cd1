"""Hard-wrapped texts: what is taken from them is what is taken from the paragraphs that they were."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import declutter
from declutter import Cleaner
from declutter.document import split
from declutter.reading import by_lines
from declutter.verdict import apply
from declutter.wrapping import unwrapped

settings.register_profile("wrapping", deadline=None, max_examples=50)
settings.load_profile("wrapping")

PARAGRAPHS = """\
Ferry limps home after engine-room flood

By Tilda Marsh, transport desk

The ferry Morning Tern returned to Port Ansel shortly before midnight, its pumps still running and its forty passengers asleep on the
floor of the saloon.

Advertisement

Nobody was hurt, the harbour master said, but the crossing to the islands will stay closed until divers have looked at the hull, which may
take them until the end of the week. Sign up here for our free newsletter.

Related: The bridge that nobody wanted

“We heard a bang and then the lights went,” said Edda Rool, who was bringing two goats to her sister. “The goats were calmer than I was,
and they were the only ones who had eaten.”

The company has cancelled eleven sailings since March. It blames a part that has to come from Gdynia, and says that the money of those who
booked will be paid back.

Share on Facebook

Back to top
"""
STORY = "".join(f"{' '.join(paragraph.split())}\n" for paragraph in PARAGRAPHS.split("\n\n"))


def wrapped(text, width, end="\n"):
    return (end * 2).join(end.join(textwrap.wrap(line, width)) for line in text.splitlines()) + end


@pytest.mark.parametrize("width", [56, 64, 72, 80, 100])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_wrapped_text_loses_what_its_paragraphs_lose(width, end):
    clean = declutter.clean(STORY)

    assert "newsletter" not in clean
    assert declutter.clean(wrapped(STORY, width, end)).split() == clean.split()
    assert declutter.clean(wrapped(clean, width, end)) == wrapped(clean, width, end)


@pytest.mark.parametrize("width", [56, 72])
def test_there_is_a_verdict_for_every_line_and_together_they_say_what_comes_out(width):
    text = wrapped(STORY, width)
    verdicts = declutter.judge(text)

    assert [verdict.text for verdict in verdicts] == [line for line in text.splitlines() if line]
    assert all(text[verdict.start : verdict.end] == verdict.text for verdict in verdicts)
    assert all(verdict.start <= span.start < span.end <= verdict.end for verdict in verdicts for span in verdict.spans)
    assert apply(text, verdicts) == declutter.clean(text)
    whole = {"keep" if verdict.keep else verdict.kind for verdict in verdicts if verdict.text in STORY.splitlines()[4]}
    assert whole <= {"keep", "newsletter"}


def test_reasons_name_the_line_as_an_editor_numbers_it():
    text = wrapped(STORY + STORY.splitlines()[2], 60)
    told = [verdict for verdict in declutter.judge(text) if verdict.reason.startswith("repeats line")]

    assert [verdict.reason for verdict in told] == ["repeats line 5"] * 3
    assert text.splitlines()[4].startswith("The ferry Morning Tern")


def test_a_line_of_which_nothing_stays_is_what_the_span_is():
    text = wrapped(STORY, 30)  # narrower than is looked for
    assert unwrapped([text], split([text])) == {}
    paragraph = declutter.Verdict("one two\nthree\nfour.", 0, 19, "body", True, 0.9, "body", 0.9, "reads like body",
                                  (declutter.Span(4, 14, "promo", 0.1, "reads like promo inside a line"),))  # fmt: skip
    first, second, third = by_lines(paragraph)

    assert [(span.start, span.end) for span in first.spans] == [(3, 7)], "with the white space before it"
    assert (second.kind, second.keep, second.spans) == ("promo", False, ())
    assert (third.keep, third.spans) == (True, ())
    assert apply(paragraph.text, [first, second, third]) == "one\nfour."


POEM = """\
The tide goes out and leaves the boats
to lean upon their sides and wait
for water, as the old men do
who sit along the harbour wall
and talk of nets, and talk of rain,
and never of the one who went
beyond the light and was not seen.
"""
MENU = "Home\nnews and views\nsport\nweather\n" * 10
LONG = "\n".join(["A paragraph that is as long as those of most pages are, and that nobody has broken at any width, since it is one line.",
                  "and one that begins with a small letter"] * 9)  # fmt: skip


@pytest.mark.parametrize(
    "text", [POEM, MENU, LONG, STORY, "", "\n", "one\ntwo"], ids=["poem", "menu", "long", "story", "", "blank", "short"]
)
def test_what_is_not_wrapped_is_left_alone(text):
    assert unwrapped([text], split([text])) == {}


def test_wrapped_texts_are_judged_alike_alone_and_among_others():
    texts = [STORY, wrapped(STORY, 72), POEM, wrapped(STORY, 60)]
    cleaner = Cleaner()

    assert list(cleaner.clean_many(texts)) == [cleaner.clean(text) for text in texts]
    assert list(cleaner.judge_many(texts)) == [cleaner.judge(text) for text in texts]


@given(st.lists(st.text(st.sampled_from("abz A.\r\n\t ")), max_size=30), st.integers(20, 90))
def test_offsets_stay_whatever_the_text(paragraphs, width):
    text = "\n".join(textwrap.fill(paragraph * 9, width) for paragraph in paragraphs)
    for found in unwrapped([text], split([text])).values():
        assert len(found) == len(text)
        assert all(a == b or (a in "\r\n" and b == " ") for a, b in zip(text, found, strict=True))


def test_an_expression_is_searched_in_a_line_as_it_was_before_it_was_wrapped():
    text = wrapped(STORY, 72)
    paragraph = next(each for each in text.split("\n\n") if "\n" in each)
    across = " ".join(paragraph.split("\n")[0].split()[-2:] + paragraph.split("\n")[1].split()[:2])
    assert across not in text
    for options in ({"drop_lines": across}, {"drop_lines": f"^.*{across}.*$"}):
        assert paragraph not in declutter.Cleaner(**options).clean(text)
