"""The laws of the public verbs, over any text: what they promise, whatever the model thinks of a line."""

import collections
import itertools
import json
import os
import pickle
import re
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import declutter
from declutter.kinds import KEPT, KINDS

settings.register_profile("laws", deadline=None, max_examples=40)  # the first call loads the model
settings.load_profile("laws")

BREAK = re.compile(r"\r\n|\r|\n")

LINES = [
    "Bakers strike for warmer ovens",
    "By Runa Holt",
    "4 May, 9.15 am",
    "The bakers of Lower Wick put down their peels on Monday and walked out into the rain.",
    "“We bake at four in the morning and the ovens are cold until six,” said Jon Perrin, who has done it for thirty years.",
    "The owners say that new ovens cost more than a year of bread brings in, and that nobody has a year of bread to spare.",
    "Bakers walk out of the mill yard on Monday. Photo: Ada Finch / Wick Pictures",
    "Bakers walk out of the mill yard on Monday",
    "ADVERTISEMENT",
    "Sign up for our newsletter and get the best stories in your inbox every morning.",
    "Subscribe now to continue reading. Already a subscriber? Log in.",
    "Read more: Why bread went up twice this year",
    "Related Articles",
    "[gallery ids=“12,14” size=‘full’]",
    "A second walk-out is planned for Friday, the union said. ADVERTISEMENT",
    "Share on Facebook",
    "Back to top",
    "© 2025 The Wick Courier. All rights reserved.",
    "面包师傅星期一在雨中罢工。",
    "Пекари Нижнего Вика в понедельник вышли на улицу под дождём.",
]
TRAPS = [
    "\ud800",
    "a\udfffb",
    "\x00",
    "\u202eevil\u202c",
    "\u200b",
    "\ufeff",
    "a\x0cb",
    "x\x85y",
    "p\u2028q\u2029r",
    "\x1c",
    "\t  in",
    "𝔘",
    "🏳️‍🌈",
]
TRAPS += ["[[", "%s{}", "(", "“"]
ENDS = ["\n", "\n\n", "\r\n", "\r", "\r\n\r\n", "\n \t\n", "\n\n\n\n", "\n\x0c\n", "\n\r"]

lines = st.sampled_from(LINES) | st.sampled_from(TRAPS) | st.text(max_size=25)
texts = st.builds(
    lambda start, rows, end: start + "".join(line + end for line, end in rows) + end,
    st.sampled_from(["", "", "\n", " \r\n", "\ufeff"]),
    st.lists(st.tuples(lines, st.sampled_from(ENDS)), max_size=14),
    st.sampled_from(["", "", "  ", "The mill reopens in June."]),
)
kind_sets = st.lists(st.sampled_from(KINDS), max_size=4, unique=True)

ARTICLE = "\n".join(LINES[:18]) + "\n"


def rows(text):
    """The lines of a text, blank ones among them; what follows the last line end is a line only if there is something."""
    found = BREAK.split(text)
    return found if found[-1] else found[:-1]


def stays(verdict):
    """A kept line less its spans."""
    parts, at = [], verdict.start
    for span in verdict.spans:
        parts.append(verdict.text[at - verdict.start : span.start - verdict.start])
        at = span.end
    return "".join(parts) + verdict.text[at - verdict.start :]


def layout(text):
    """Blank lines before each non-blank line, and after the last."""
    counts = [0]
    for line in rows(text):
        if line.strip():
            counts.append(0)
        else:
            counts[-1] += 1
    return counts


def kept_characters(verdicts):
    """Offsets of the characters that stay."""
    kept = {at for verdict in verdicts if verdict.keep for at in range(verdict.start, verdict.end)}
    return kept - {at for verdict in verdicts for span in verdict.spans for at in range(span.start, span.end)}


@given(texts)
def test_one_verdict_for_each_line_that_is_not_blank(text):
    assert [verdict.text for verdict in declutter.judge(text)] == [line for line in BREAK.split(text) if line.strip()]


@given(texts)
def test_offsets_cut_the_line_out_of_the_input(text):
    verdicts = declutter.judge(text)

    assert all(verdict.text == text[verdict.start : verdict.end] for verdict in verdicts)
    assert all(one.end < two.start for one, two in itertools.pairwise(verdicts))


@given(texts, kind_sets, st.sets(st.integers(0, 3)))
def test_every_field_of_a_verdict_means_what_it_says(text, kinds, dropped):
    drop = [kind for at, kind in enumerate(kinds) if at in dropped]
    keep = [kind for kind in kinds if kind not in drop]
    staying = (KEPT | set(keep)) - set(drop)
    for verdict in declutter.judge(text, keep=keep, drop=drop):
        assert type(verdict.kind) is str
        assert {verdict.kind, verdict.first_kind} <= set(KINDS)
        assert 0 <= verdict.score <= 1
        assert 0 <= verdict.first_score <= 1
        assert verdict.reason
        assert "\n" not in verdict.reason
        if verdict.keep:
            assert verdict.kind in staying
        elif verdict.kind in staying:
            assert verdict.reason.startswith("repeats"), "only repeats go besides the kinds that go"
            assert verdict.kind not in keep, "a kind named in keep stays even where it repeats"


@given(texts)
def test_spans_are_parts_of_kept_lines_in_order_with_the_space_that_follows(text):
    for verdict in declutter.judge(text):
        assert verdict.keep or not verdict.spans
        at = verdict.start
        for span in verdict.spans:
            assert at <= span.start < span.end <= verdict.end
            at = span.end
            assert span.kind in set(KINDS) - KEPT
            assert 0 <= span.score <= 1
            assert span.reason
            if text[span.end : verdict.end].strip():
                assert not text[span.end].isspace()
            else:
                assert span.start == verdict.start or not text[span.start - 1].isspace()


@given(texts, kind_sets)
def test_clean_returns_what_judge_says(text, kinds):
    verdicts = declutter.judge(text, keep=kinds)
    cleaned = declutter.clean(text, keep=kinds)

    assert [line for line in BREAK.split(cleaned) if line.strip()] == [stays(verdict) for verdict in verdicts if verdict.keep]


@given(texts)
def test_of_a_gap_with_removed_lines_one_blank_line_stays_and_none_at_the_ends(text):
    verdicts = declutter.judge(text)
    given_gaps = layout(text)
    expected, gap, removed = [], 0, False
    for verdict, blanks in zip(verdicts, given_gaps[:-1], strict=True):
        gap += blanks
        if verdict.keep:
            expected.append((min(1, gap) if expected else 0) if removed else gap)
            gap, removed = 0, False
        else:
            removed = True
    expected.append(0 if removed else given_gaps[-1])

    if expected != [0] or not verdicts:
        assert layout(declutter.clean(text)) == expected


@given(texts)
def test_the_output_ends_with_a_line_end_if_and_only_if_the_input_did(text):
    cleaned = declutter.clean(text)

    if cleaned:
        assert cleaned.endswith(("\n", "\r")) == text.endswith(("\n", "\r"))


@given(texts)
def test_a_text_from_which_nothing_goes_is_the_input_and_stays_so(text):
    verdicts = declutter.judge(text)
    cleaned = declutter.clean(text)

    if all(verdict.keep and not verdict.spans for verdict in verdicts):
        assert cleaned == text
    else:
        assert len(cleaned) < len(text)


@given(texts)
def test_keeping_all_kinds_returns_the_input(text):
    assert declutter.clean(text, keep=KINDS) == text


@given(texts)
def test_dropping_all_kinds_leaves_nothing(text):
    if any(line.strip() for line in BREAK.split(text)):
        assert declutter.clean(text, drop=KINDS) == ""
    else:
        assert declutter.clean(text, drop=KINDS) == text


@pytest.mark.parametrize("text", ["", "\n", " \r\n\t", "\x0c", "\u3000\n\n"])
def test_a_text_of_nothing_but_space_has_no_verdict_and_comes_out_as_it_is(text):
    assert declutter.judge(text) == []
    assert declutter.clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\x0ctwo\x85three\u2028four\x1cfive", 1),
        ("one\rtwo\r\nthree\nfour", 4),
        ("\u200b\n\u2060\ufeff", 2),
        ("\xa0\n\u3000\n\x1f", 0),
    ],
    ids=["nothing else ends a line", "three ends of a line", "zero-width characters are not blank", "what strip takes is blank"],
)
def test_what_a_line_is(text, expected):
    assert len(declutter.judge(text)) == expected


def test_indentation_and_trailing_space_of_a_kept_line_stay():
    text = "  The bakers of Lower Wick put down their peels on Monday and walked out into the rain. \t\r\nShare on Facebook\r\n"

    assert declutter.clean(text) == text.removesuffix("Share on Facebook\r\n")


def test_a_string_is_taken_as_that_one_kind():
    assert declutter.clean(ARTICLE, keep="caption") == declutter.clean(ARTICLE, keep={"caption"})
    assert declutter.clean(ARTICLE, drop="headline") == declutter.clean(ARTICLE, drop=["headline"])
    assert declutter.clean(ARTICLE, keep=iter(["ad"])) == declutter.clean(ARTICLE, keep=["ad"])


def test_keep_and_drop_change_what_happens_to_a_kind():
    assert "\nADVERTISEMENT\n" not in declutter.clean(ARTICLE)
    assert "\nADVERTISEMENT\n" in declutter.clean(ARTICLE, keep="ad")
    assert declutter.clean(ARTICLE).startswith(LINES[0])
    assert LINES[0] not in declutter.clean(ARTICLE, drop="headline")


@pytest.mark.parametrize("verb", ["clean", "judge", "clean_html", "judge_html", "read_html", "Cleaner"])
@pytest.mark.parametrize(
    "options",
    [{"keep": "advert"}, {"drop": ["advert", "body"]}, {"keep": "ad", "drop": {"ad"}}, {"keep": ["", "ad"]}],
    ids=["unknown in keep", "unknown in drop", "in both", "the empty name"],
)
def test_an_unknown_kind_or_one_in_both_is_refused_with_the_list_of_kinds(verb, options):
    call = getattr(declutter, verb)
    with pytest.raises(ValueError, match=", ".join(KINDS)):
        call(**options) if verb == "Cleaner" else call("", **options)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"caution": -0.1}, "caution"),
        ({"caution": 1.5}, "caution"),
        ({"caution": float("nan")}, "caution"),
        ({"keep_lines": "("}, "keep_lines"),
        ({"drop_lines": ["ok", "[a"]}, "drop_lines"),
    ],
)
def test_options_that_mean_nothing_are_refused_by_name(options, word):
    with pytest.raises(ValueError, match=word):
        declutter.Cleaner(**options)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda cleaner: cleaner.clean(None), "a text is a str; .* NoneType"),
        (lambda cleaner: cleaner.judge(b"Share"), "a text is a str; .* bytes"),
        (lambda cleaner: cleaner.clean_html(3), "a page is str or bytes; .* int: 3"),
        (lambda cleaner: cleaner.clean_many("Share"), "many texts are a list.* one str"),
        (lambda cleaner: list(cleaner.judge_many([("Share", "wick.test"), 3])), "a pair of one and its site; .* int: 3"),
    ],
)
def test_what_is_no_text_is_refused_in_words(ask, words):
    with pytest.raises(TypeError, match=words):
        ask(declutter.Cleaner())


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_was_given_before_a_failure_is_answered_first(jobs):
    def failing():
        yield "The ovens were cold.\nShare on Facebook"
        yield "Nobody came."
        raise OSError("the crawl broke off")

    answers = declutter.Cleaner().clean_many(failing(), jobs=jobs)

    assert [next(answers), next(answers)] == ["The ovens were cold.", "Nobody came."]
    with pytest.raises(OSError, match="broke off"):
        next(answers)


@given(st.lists(texts, max_size=6))
def test_many_texts_are_judged_as_each_by_itself(several):
    cleaner = declutter.Cleaner()

    assert list(cleaner.clean_many(several)) == [cleaner.clean(text) for text in several]
    assert list(cleaner.judge_many(several)) == [cleaner.judge(text) for text in several]
    assert list(cleaner.judge_many([(text, "wick.test") for text in several])) == [cleaner.judge(text) for text in several]


def test_many_texts_take_no_more_memory_than_few():
    cleaner = declutter.Cleaner()
    text = "\n".join(LINES) * 10

    def most_memory(texts):
        tracemalloc.start()
        try:
            collections.deque(cleaner.clean_many(itertools.repeat(text, texts)), maxlen=0)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most_memory(60)  # what is made once, tables and powers, stays
    assert most_memory(240) < 1.1 * most_memory(60)


def test_clean_many_and_judge_many_are_lazy():
    """Nothing is read before something is asked for, and an endless supply of texts can be worked on."""
    read = []

    def endless():
        for number in itertools.count():
            read.append(number)
            yield f"Bread number {number} was taken out of the oven at dawn.\nShare on Facebook\n" * 50

    cleaner = declutter.Cleaner()
    for many in (cleaner.clean_many, cleaner.judge_many):
        read.clear()
        answers = many(endless())
        assert read == []
        assert len(list(itertools.islice(answers, 3))) == 3
        assert len(read) < 1000


def test_a_full_batch_is_judged_before_the_next_text_is_asked_for():
    """Texts may come from a queue, and the next one may be long in coming."""

    def slow():
        yield "Bread was taken out of the oven at dawn, and nobody came for it.\n" * 8000
        pytest.fail("the next text was asked for before the first one was answered")

    assert next(declutter.Cleaner().clean_many(slow()))


def test_two_processes_give_what_one_gives_in_order():
    cleaner = declutter.Cleaner(keep="caption", caution=0.6, drop_lines="^Share")
    several = [(f"Loaf {number}\n{ARTICLE * 12}", "wick.test") for number in range(24)]

    assert list(cleaner.clean_many(several, jobs=2)) == list(cleaner.clean_many(several))
    assert list(cleaner.judge_many(several[:3], jobs=2)) == list(cleaner.judge_many(several[:3]))


def test_a_cleaner_is_picklable_and_its_copy_judges_the_same(tmp_path):
    """With the shipped model, which stays out of the pickle, and with one of a file, which need not be there any more."""
    own = tmp_path / "own.npz"
    own.write_bytes((resources.files("declutter") / "data" / "model.npz").read_bytes())
    shipped = declutter.Cleaner(keep="ad", caution=0.3, keep_lines="Runa")
    loaded = declutter.Cleaner(model=own, keep="ad", caution=0.3, keep_lines="Runa")
    frozen = pickle.dumps(shipped), pickle.dumps(loaded)
    own.unlink()

    assert len(frozen[0]) < 100_000
    expected = shipped.judge(ARTICLE)
    assert [pickle.loads(cleaner).judge(ARTICLE) for cleaner in frozen] == [expected, expected]


def test_equal_cleaners_have_equal_pickles_in_every_process():
    """Dask names what it computes after the pickle, and computes nothing of that name twice."""
    script = (
        "import hashlib, pickle, declutter; kinds = ['caption', 'share', 'embed', 'byline', 'photo_credit', 'timestamp']\n"
        "for keep in (kinds, kinds[::-1], set(kinds), frozenset(kinds[::-1])):\n"
        "    print(hashlib.sha256(pickle.dumps(declutter.Cleaner(keep=keep, drop={'headline', 'subheading'}))).hexdigest())"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", script], env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True, check=True
        )
        for seed in ("1", "2", "3", "4")
    ]

    assert len({digest for done in told for digest in done.stdout.split()}) == 1


def test_verdicts_and_spans_are_frozen():
    verdict = declutter.judge(ARTICLE)[0]
    with pytest.raises(AttributeError):
        verdict.keep = False


@given(st.lists(st.sampled_from(LINES), max_size=12, unique=True), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60)
def test_more_caution_never_takes_more(chosen, one, two):
    text = "\n".join(chosen)
    low, high = (declutter.Cleaner(caution=caution).judge(text) for caution in sorted([one, two]))

    assert kept_characters(low) <= kept_characters(high)


ARTICLES = [
    case["text"] for path in sorted((Path(__file__).parent / "cases").glob("*.json")) for case in json.loads(path.read_text("utf-8"))
]


def test_more_caution_never_takes_more_of_whole_articles_and_of_pieces_of_them():
    """Also where most of a text would go, and the guards against that come in."""
    texts = ARTICLES + ["\n".join(text.splitlines()[-3:]) for text in ARTICLES]
    judged = [list(declutter.Cleaner(caution=step / 10).judge_many(texts)) for step in range(11)]
    for one, more in itertools.pairwise(judged):
        for text, low, high in zip(texts, one, more, strict=True):
            assert kept_characters(low) <= kept_characters(high), text


def test_full_caution_drops_nothing_on_the_word_of_the_model():
    text = "\n".join(line for line in LINES if not line.startswith("Bakers"))

    assert declutter.Cleaner(caution=1).clean(text) == text
    assert declutter.Cleaner(caution=0).clean(text) != text


@given(texts)
def test_lines_named_by_the_user_stay_or_go_before_the_model_is_asked(text):
    cleaner = declutter.Cleaner(keep_lines=[r"(?i)advert", "Share"], drop_lines=[r"\bbakers?\b", "Facebook"])
    for verdict in cleaner.judge(text):
        if re.search("(?i)advert|Share", verdict.text):
            assert verdict.keep
            assert not verdict.spans, "the line stays whole"
            assert "keep_lines" in verdict.reason
        elif re.search(r"\bbakers?\b|Facebook", verdict.text):
            assert not verdict.keep
            assert "drop_lines" in verdict.reason
        else:
            assert "_lines" not in verdict.reason


def test_sixteen_threads_give_the_answers_of_one():
    cleaner = declutter.Cleaner()
    several = ["\n".join(LINES[start : start + 8]) for start in range(12)] * 8
    expected = [cleaner.judge(text) for text in several]

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(cleaner.judge, several)) == expected


def test_the_answer_does_not_depend_on_the_process():
    script = "import sys, json, declutter; print(json.dumps([repr(v) for v in declutter.judge(json.load(sys.stdin))]))"
    answers = [
        subprocess.run(
            [sys.executable, "-c", script],
            input=json.dumps(ARTICLE),
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "77")
    ]

    assert [json.loads(answer) for answer in answers] == [[repr(verdict) for verdict in declutter.judge(ARTICLE)]] * 2


def test_the_answer_does_not_depend_on_what_was_judged_before():
    cleaner = declutter.Cleaner()
    before = cleaner.judge(ARTICLE)
    cleaner.clean("\n".join(reversed(LINES)))
    list(cleaner.clean_many(["Photo: Ada Finch", "", ARTICLE * 3]))

    assert cleaner.judge(ARTICLE) == before


def test_a_very_long_line_and_a_text_of_many_lines_come_through():
    long = "The oven was cold and the bakers waited. " * 5000
    assert declutter.judge(long)[0].keep
    assert len(declutter.judge("Back to top\n" * 3000)) == 3000


def test_texts_without_characters_are_answered_while_more_come():
    endless = declutter.Cleaner().clean_many(itertools.repeat(""))
    assert list(itertools.islice(endless, 3)) == ["", "", ""]


def test_a_kind_that_stays_anyway_is_still_of_its_kind_where_an_expression_keeps_it():
    text = "\n".join([*LINES[:5], "Photo: Ada Finch / Wick Pictures", *LINES[5:6]])
    for options in ({}, {"keep_lines": "Photo"}):
        assert [v.kind for v in declutter.Cleaner(keep="photo_credit", **options).judge(text) if "Photo" in v.text] == ["photo_credit"]


def test_an_article_whose_line_breaks_are_lost_is_no_body_where_body_goes():
    text = " ".join([*LINES[:6], *LINES[3:6][::-1], *LINES[10:13]])
    whole, without = (declutter.Cleaner(drop=drop).judge(text) for drop in ((), "body"))
    assert [(v.kind, v.keep) for v in whole] == [("body", True)]
    assert all(v.kind != "body" or not v.keep for v in without)


@pytest.mark.parametrize(("options", "error"), [({"keep_lines": [b"x"]}, TypeError), ({"drop_lines": b"x"}, TypeError),
                                                ({"max_bytes": "5"}, ValueError), ({"max_lines": 0.5}, ValueError)])  # fmt: skip
def test_what_is_no_expression_or_number_is_refused_at_once(options, error):
    with pytest.raises(error, match=next(iter(options))):
        declutter.Cleaner(**options)


def test_an_expression_may_be_compiled():
    drop = re.compile("oven", re.IGNORECASE)
    for patterns in (drop, [drop]):
        assert "oven" not in declutter.Cleaner(drop_lines=patterns).clean("\n".join(LINES[3:6])).lower()
