"""Headlines, repeats, and a user's own expressions: what stays once, what goes, and the reason that is given."""

import pytest

import declutter
from declutter.kinds import KEPT

HEADLINE = "Bakers strike for warmer ovens"
BODY = [
    "The bakers of Lower Wick put down their peels on Monday and walked out into the rain.",
    "“We bake at four in the morning and the ovens are cold until six,” said Jon Perrin, who has done it for thirty years.",
    "The owners say that new ovens cost more than a year of bread brings in, and that nobody has a year of bread to spare.",
]
ARTICLE = "\n".join([HEADLINE, "By Runa Holt", "4 May, 9.15 am", *BODY, "Share on Facebook", "Back to top"]) + "\n"


def test_the_reason_names_the_expression_that_matched():
    verdicts = declutter.Cleaner(keep_lines=r"^Back to \w+$", drop_lines=[r"thirty years", r"Perrin"]).judge(ARTICLE)
    found = {verdict.text: verdict for verdict in verdicts}

    assert found["Back to top"].keep
    assert repr(r"^Back to \w+$") in found["Back to top"].reason
    assert not found[BODY[1]].keep
    assert "'thirty years'" in found[BODY[1]].reason
    assert found[BODY[1]].kind not in KEPT, "a line that goes has a kind that goes"


def test_keep_lines_win_over_drop_lines_and_over_dropped_kinds():
    cleaner = declutter.Cleaner(keep_lines="Runa", drop_lines="Holt", drop=["byline", "body"])

    assert cleaner.clean(ARTICLE).splitlines() == [HEADLINE, "By Runa Holt"]


def test_the_headline_is_kept_once_and_never_brought_from_elsewhere():
    body = "\n".join(BODY)
    text = f"{HEADLINE}\n{HEADLINE} | The Wick Courier\n\n{body}\n"

    assert declutter.clean(text) == f"{HEADLINE}\n\n{body}\n"
    assert declutter.clean(text, keep="headline") == text
    assert declutter.clean(f"{HEADLINE} | The Wick Courier\n{HEADLINE}\n\n{body}\n") == f"{HEADLINE}\n\n{body}\n"
    assert declutter.clean(body) == body


def test_a_repeated_paragraph_goes_the_second_time_and_a_short_line_stays():
    long, short = BODY[0], "“We want heat.”"
    text = "\n".join([long, BODY[1], short, BODY[2], short, long, "The mill reopens in June, the owners said on Tuesday."])
    again = declutter.judge(text)[5]

    assert declutter.clean(text).splitlines() == [long, BODY[1], short, BODY[2], short, text.splitlines()[-1]]
    assert (again.keep, again.kind, again.reason) == (False, "body", "repeats line 1")
    assert declutter.clean(text, keep="body") == text


def test_a_caption_told_again_goes_however_it_is_told_and_the_reason_names_the_line():
    told = "A baker holds up a “loaf” outside of the mill in Lower Wick, May 4, 2025. Photograph: Ada Finch/Getty Images"
    text = "\n".join([HEADLINE, "", told, *BODY, told.replace("“", "'").replace("”", "'").replace("mill in", "mill  in")])
    first, again = (declutter.judge(text)[at] for at in (1, 5))

    assert declutter.clean(text).splitlines() == [HEADLINE, "", *BODY]
    assert (first.kind, again.kind, again.reason) == ("caption", "caption", "repeats line 3")
    assert declutter.clean(text, keep="caption") == text


STEPS = [
    "- Soak the beans in cold water overnight, with a spoonful of salt in the bowl.",
    "- Fry the onions in the dripping until they are the colour of an old saddle.",
]
STORY = [
    "The cook at the harbour mission has fed the night shift for forty years.",
    "“You can taste who was in a hurry,” said Ada Holm, who took over the kitchen in May.",
    "She writes the two dishes on the wall, one for the week and one for Sunday.",
]


def test_the_step_of_a_plan_may_stand_twice_by_itself():
    text = "\n".join(
        [
            STORY[0],
            STEPS[0],
            "For the week the beans go in whole.",
            STORY[1],
            STEPS[0],
            "On Sunday they are passed through a sieve.",
            STORY[2],
        ]
    )
    assert declutter.clean(text) == text


@pytest.mark.parametrize("again", [STEPS, STEPS[1:]], ids=["a list", "at once"])
def test_a_list_told_twice_stays_once(again):
    before = [STORY[0], *STEPS] if again != STEPS else [*STEPS, *STORY[:2]]
    text = "\n".join([*before, *again, STORY[2]])
    assert declutter.clean(text) == "\n".join([*before, STORY[2]])


def of_page(body):
    """What stays of a page with that article in it."""
    html = f"<!doctype html><title>{HEADLINE}</title><body><article><h1>{HEADLINE}</h1>{body}</article></body>"
    return declutter.clean_html(html).splitlines()


def test_a_table_of_contents_goes_and_the_headings_that_it_tells_stay():
    headings = ["Why it took the bakers of Lower Wick so long", "What happens next", "Who pays for it"]
    links = "".join(f"<li><a href='#{at}'>{at + 1}. {told}</a></li>" for at, told in enumerate(headings))
    story = "".join(f"<h2 id={at}>{told}</h2><p>{BODY[at]}</p><p>{STORY[at]}</p>" for at, told in enumerate(headings))

    parts = [part for at, told in enumerate(headings) for part in (told, BODY[at], STORY[at])]
    assert of_page(f"<p>{STORY[0]}</p><ul>{links}</ul>{story}".replace(STORY[0], STORY[0] + " Now.", 1)) == [
        HEADLINE, STORY[0] + " Now.", *parts]  # fmt: skip


def test_a_heading_that_a_list_told_first_stays_in_its_place():
    heading = "How do the bakers of Lower Wick keep their ovens warm?"
    told = of_page(f"<p>{BODY[0]}</p><ul><li>{heading}</li><li>Who pays?</li></ul><p>{BODY[1]}</p><h2>{heading}</h2><p>{BODY[2]}</p>")
    assert told.count(heading) == 1
    assert told[told.index(heading) + 1] == BODY[2]


def test_a_paragraph_that_a_caption_begins_like_is_none():
    caption = "The bakers of Lower Wick on Monday. Photo: Ada Finch"
    paragraph = f"The bakers of Lower Wick on Monday put down their peels and walked out, fifty of them. {BODY[2]} {STORY[2]}"
    text = "\n".join([HEADLINE, "", BODY[1], caption, paragraph, STORY[0], STORY[1]])
    assert declutter.clean(text).splitlines() == [HEADLINE, "", BODY[1], paragraph, STORY[0], STORY[1]]


def test_an_item_of_a_page_may_stand_twice_by_itself():
    step = STEPS[0].removeprefix("- ")
    plan = "".join(
        f"<p>{told}</p><ul><li>{step}</li><li>{other}</li></ul>" for told, other in zip(STORY, ("Rest.", "Stir.", "Eat."), strict=True)
    )
    assert of_page(plan).count(step) == 3


def test_nothing_is_cut_out_of_code_and_rows_of_tables():
    code = "import React from 'react'; // Sign up here. Read more: https://wick.test/a"
    html = f"<p>{BODY[0]}</p><p>{BODY[1]}</p><pre>{code}</pre><p>{BODY[2]}</p><p>{STORY[0]}</p>"
    assert code in of_page(html)


def test_a_line_that_the_next_takes_up_keeps_its_end():
    text = "\n".join([*BODY, "The police are looking for two men. These", "were seen at the mill at dawn on Tuesday.", *STORY])
    assert declutter.clean(text) == text
