"""Counts of a site's lines: what is counted, what the counts say against a line, how they are kept, and what a cleaner makes of them."""

import io
import itertools
import json
import pickle
import random
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter import sites
from declutter.addresses import site_of
from declutter.cleaner import Cleaner
from declutter.document import split
from declutter.sites import ARTICLES, Sites, SitesError, count, evidence, freeze, line_hashes, load, merge, save
from declutter.words import words_of

CREDO = "What happens on the quays of Ansel is written down in rain and snow, because somebody has to remember it."
QUOTE = "“Nobody told us that the pumps had been sold in the spring,” said Jon Perin, who has run the ferry for thirty years."
BUTTON = "Share on Facebook"
WHO = ["harbour master", "mayor", "schoolteacher", "baker", "pilot", "surgeon", "farmer", "librarian", "engineer", "conductor"]
WHERE = ["Lower Wick", "Port Ansel", "Elm Bay", "Saint Orrin", "Karst", "Upper Mill", "Brede", "Holm", "Tarn End", "Old Quay"]
WHAT = ["the bridge", "the night ferry", "the grain store", "the tram", "the clinic", "the weir", "the market hall", "the lighthouse"]
WHY = ["the winter came early", "the money had run out", "two of the crew fell ill", "the council could not agree", "the road was flooded"]


def articles(size, *, also=()):
    """(text, address) of reports that have no sentence in common, but for the credo and the button; `also` maps a number to a line."""
    sentences = [
        f"The {who} of {where} said on Monday that {what} would stay shut until spring because {why}."
        for who, where, what, why in itertools.product(WHO, WHERE, WHAT, WHY)
    ]
    random.Random(1).shuffle(sentences)
    extra = dict(also)
    made = []
    for number in range(size):
        body = sentences[6 * number : 6 * number + 6]
        lines = [*body[:2], *([extra[number]] if number in extra else []), *body[2:4], CREDO, *body[4:], BUTTON]
        made.append(("\n".join(lines), f"https://www.ansel.test/{number}"))
    return made


REPORTS = articles(40, also={3: QUOTE, 8: QUOTE})
COUNTS = freeze(count(REPORTS))


@pytest.fixture(scope="module")
def plain():
    return Cleaner()


@pytest.fixture(scope="module")
def aware():
    return Cleaner(sites=COUNTS)


def judged(cleaner, *pages):
    return [list(verdicts) for verdicts in cleaner.judge_many(pages)]


def hashes(*texts):
    lines = split(texts)
    return line_hashes(lines, words_of(lines)).tolist()


def same(one, other):
    return one.pages == other.pages and all(np.array_equal(getattr(one, a), getattr(other, a)) for a in ("articles", "lines", "on"))


# --- what a cleaner makes of the counts


def test_prose_on_most_pages_of_a_site_goes_and_the_reason_says_so(plain, aware):
    [without], [verdicts] = judged(plain, REPORTS[0]), judged(aware, REPORTS[0])

    assert [verdict.keep for verdict in without if verdict.text == CREDO] == [True], "by itself it reads like prose"
    [credo] = [verdict for verdict in verdicts if verdict.text == CREDO]
    assert not credo.keep
    assert credo.reason == "on 40 of 40 pages of the site"
    assert [v.text for v in verdicts if not v.keep] == [CREDO, BUTTON]


def test_a_quotation_that_two_reports_share_stays(aware):
    for number in (3, 8):
        assert QUOTE in next(aware.clean_many([REPORTS[number]])).split("\n")


@pytest.mark.parametrize("size", [2, 3, 10])
def test_a_quotation_that_two_reports_of_a_small_site_share_stays(size):
    reports = articles(size, also={0: QUOTE, 1: QUOTE})
    cleaner = Cleaner(sites=freeze(count(reports)))

    assert [QUOTE in text.split("\n") for text in itertools.islice(cleaner.clean_many(reports), 2)] == [True, True]


def test_without_a_site_or_from_one_that_was_not_counted_a_text_is_judged_as_without_counts(plain, aware):
    text, _ = REPORTS[0]
    expected = plain.judge(text)

    assert aware.judge(text) == expected
    assert judged(aware, text, (text, None), (text, ""), (text, "https://elsewhere.test/1")) == [expected] * 4
    assert judged(plain, REPORTS[0]) == [expected]


def test_lines_without_evidence_keep_their_score(plain, aware):
    told = {CREDO, BUTTON, QUOTE}
    for one, other in zip(judged(plain, *REPORTS[:9]), judged(aware, *REPORTS[:9]), strict=True):
        assert [v.score for v in one if v.text not in told] == [v.score for v in other if v.text not in told]


def test_an_article_that_was_not_counted_meets_the_same_evidence(aware):
    text, address = articles(41)[40]
    [verdicts] = judged(aware, (text, address))

    assert [v.text for v in verdicts if not v.keep] == [CREDO, BUTTON]


def test_the_site_may_be_given_as_an_address_or_by_name(aware):
    text, address = REPORTS[0]
    assert judged(aware, (text, address)) == judged(aware, (text, "ansel.test")) == judged(aware, (text, "WWW.Ansel.test"))


def test_the_answer_does_not_depend_on_company_order_or_processes(aware):
    expected = judged(aware, *REPORTS)

    assert [judged(aware, report)[0] for report in REPORTS] == expected
    assert judged(aware, *REPORTS[::-1])[::-1] == expected
    assert list(aware.judge_many(REPORTS * 8, jobs=2)) == expected * 8
    assert judged(pickle.loads(pickle.dumps(aware)), *REPORTS) == expected


def test_an_expression_of_the_users_outranks_the_counts():
    cleaner = Cleaner(sites=COUNTS, keep_lines="^What happens")
    [verdicts] = judged(cleaner, REPORTS[0])

    assert [v.keep for v in verdicts if v.text == CREDO] == [True]


def test_a_caution_of_one_drops_nothing():
    assert list(Cleaner(sites=COUNTS, caution=1).clean_many(REPORTS[:3])) == list(Cleaner(caution=1).clean_many(REPORTS[:3]))


def test_a_text_of_nothing_but_what_the_site_repeats_does_not_come_out_empty(aware):
    assert next(aware.clean_many([(f"{CREDO}\n{BUTTON}", "ansel.test")])) == CREDO


def test_pages_meet_the_evidence_of_their_address():
    from declutter import page

    html = [("<html><body><article>" + "".join(f"<p>{line}</p>" for line in text.split("\n")), address) for text, address in REPORTS]
    cleaner = Cleaner(sites=freeze(count((page.read(content).text, address) for content, address in html)))
    content, address = html[0]

    assert CREDO in cleaner.clean_html(content) == Cleaner().clean_html(content)
    assert CREDO not in cleaner.clean_html(content, url=address)
    [verdict] = [v for v in cleaner.judge_html(content, url=address) if v.text == CREDO]
    assert verdict.reason == "on 40 of 40 pages of the site"
    assert cleaner.read_html(content, url=address).text == cleaner.clean_html(content, url=address)


# --- what is counted


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.ansel.test/a/b?c=1#d", "ansel.test"),
        ("HTTP://Ansel.Test:8080", "ansel.test"),
        ("//ansel.test/a", "ansel.test"),
        ("http://user:word@m.ansel.test./a", "m.ansel.test"),
        ("ansel.test/a", "ansel.test"),
        ("www.ansel.test", "ansel.test"),
        (" Ansel Post ", "ansel post"),
        ("de/post", "de/post"),
        ("", ""),
        ("http://", ""),
        ("http://[::1", ""),
    ],
)
def test_the_site_of_an_address(address, site):
    assert site_of(address) == site


def test_white_space_and_case_do_not_tell_lines_apart_and_all_else_does():
    assert len(set(hashes("Call the  desk", "\tcall the desk  ", "CALL\u00a0THE desk"))) == 1
    different = [
        "Call the desk",
        "Call the desk.",
        "the desk Call",
        "Call the",
        "Call the desk 7",
        "Call the desk 8",
        "Call the desk 78",
        "…",
    ]
    assert len(set(hashes(*different))) == len(different)
    assert hashes("7 of 10", "\u200b", "7 of 10")[::2] == hashes("7 of 10") * 2, "its neighbours do not matter"


def test_a_line_counts_once_an_article_and_an_article_once():
    counted = freeze(count([(f"One.\n{BUTTON}\n{BUTTON}", "a.test"), ("Two.\nThree.", "a.test"), ("Two.\r\nThree.\r\n", "a.test")]))

    assert counted.pages == {"a.test": 2}
    assert len(counted.lines) == 0


def test_sites_are_counted_apart():
    counted = freeze(count([(f"{CREDO}\nReport {n}.", f"http://{'ab'[n % 2]}.test/{n}") for n in range(8)]))

    assert counted.pages == {"a.test": 4, "b.test": 4}
    assert sorted(counted.on.tolist()) == [4, 4]


def test_pages_without_a_site_or_a_line_are_left_out():
    assert freeze(count([("One.", ""), ("One.", "http://"), (" \n", "a.test")])).pages == {}


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 3), min_size=12, max_size=12), st.permutations(range(12)))
def test_neither_order_nor_the_way_of_sharing_matters(parts, order):
    shared = [count(REPORTS[i] for i in order if parts[i] == part) for part in range(4)]
    left = merge(merge(merge(shared[0], shared[1]), shared[2]), shared[3])
    right = merge(shared[3], merge(shared[2], merge(shared[1], shared[0])))

    assert same(freeze(left), freeze(count(REPORTS[:12])))
    assert same(freeze(right), freeze(left))


def test_of_a_large_site_a_bounded_number_of_articles_is_counted_whatever_their_order():
    pages = [(f"Report {n}.\nOf day {n % 2}.", "large.test") for n in range(5 * ARTICLES)]
    tally = count(pages)
    counted = freeze(tally)

    assert [len(found) for found in tally.articles.values()] == [ARTICLES]
    assert counted.pages == {"large.test": ARTICLES}
    assert counted.on.sum() == ARTICLES
    assert counted.on.min() > ARTICLES / 3, "a fair draw holds about as many of either day"
    assert same(counted, freeze(merge(count(pages[: 3 * ARTICLES]), count(pages[ARTICLES:]))))
    assert same(counted, freeze(count(pages[::-1])))


def test_of_a_very_long_article_a_bounded_number_of_lines_is_counted():
    tally = count([("\n".join(f"Row {n}" for n in range(3 * sites.LINES)), "a.test")])

    assert [len(own) for own in tally.articles["a.test"].values()] == [sites.LINES]


# --- what the counts say


def test_evidence_rises_with_the_pages_that_hold_a_line():
    for of in (1, 2, 9, 49, 255):
        told = [evidence(on, of) for on in range(1, of + 1)]
        assert told == sorted(told)
        assert told[0] < 1


def test_two_of_three_pages_are_weak_evidence_and_forty_of_fifty_overwhelming():
    assert 0 < evidence(1, 2) < 1
    assert evidence(39, 49) > 10


def test_the_share_speaks_the_louder_the_more_pages_there_are():
    told = [evidence(size // 2, size) for size in (2, 4, 10, 50, 200)]
    assert told == sorted(told)


def test_even_the_surest_line_yields_to_overwhelming_evidence():
    seen = sites.Seen(np.array([41, 1]), np.array([50, 50]), np.array([15.0, 0.0]))
    assert seen.weigh(np.array([1, 1], dtype=np.float32)).tolist() == pytest.approx([0.0003, 1], abs=1e-4)
    assert seen.told(0) == "on 41 of 50 pages of the site"


# --- how they are kept


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("sites") / "ansel.npz"
    save(COUNTS, path)
    return path


def test_a_file_gives_the_counts_back_and_equal_counts_give_equal_bytes(file, tmp_path, aware):
    again = tmp_path / "again.npz"
    save(freeze(count(REPORTS[::-1])), again)

    assert same(load(file), COUNTS)
    assert again.read_bytes() == file.read_bytes()
    assert list(tmp_path.iterdir()) == [again]
    assert judged(Cleaner(sites=file), REPORTS[0]) == judged(Cleaner(sites=str(file)), REPORTS[0]) == judged(aware, REPORTS[0])


def test_empty_counts_are_kept_too(tmp_path, plain):
    save(freeze(count([])), tmp_path / "none.npz")
    assert judged(Cleaner(sites=tmp_path / "none.npz"), REPORTS[0]) == judged(plain, REPORTS[0])


def test_a_file_holds_no_text(file):
    with zipfile.ZipFile(file) as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
    words = {word for text, _ in REPORTS for word in text.split() if len(word) > 3} - {"Ansel"}
    assert not [word for word in words if word.encode() in held or word.encode("utf-32-le") in held]


def test_a_file_does_not_grow_with_the_pages_of_a_site(tmp_path):
    save(freeze(count((f"{text}\n{n}", "a.test") for n, (text, _) in enumerate(REPORTS * 30))), tmp_path / "a.npz")
    assert (tmp_path / "a.npz").stat().st_size < 10_000


def refusal(path):
    with pytest.raises(SitesError) as refused:
        Cleaner(sites=path)
    message = str(refused.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert message.endswith("make one with 'declutter sites build CORPUS -o SITES'")
    return message


def test_what_is_no_file_of_counts_is_refused(tmp_path):
    (tmp_path / "text").write_text("a,b\n")
    (tmp_path / "empty").write_bytes(b"")
    for name, wrong in {"text": "not a sites file", "empty": "not a sites file", "missing": "No such file", ".": "directory"}.items():
        assert wrong in refusal(tmp_path / name)


def test_a_damaged_file_is_refused(file, tmp_path):
    content = file.read_bytes()
    for end in (10, len(content) // 2, len(content) - 30):
        (tmp_path / "cut.npz").write_bytes(content[:end])
        assert "not a sites file" in refusal(tmp_path / "cut.npz")


def test_a_model_is_not_a_file_of_counts(tmp_path):
    from importlib import resources

    (tmp_path / "model.npz").write_bytes((resources.files("declutter") / "data" / "model.npz").read_bytes())
    assert "its card does not tell" in refusal(tmp_path / "model.npz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"card": {"format": 99}}, "format 99"),
        ({"card": {"features": -1}}, "features -1"),
        ({"card": {"pages": None}}, "how many pages"),
        ({"card": {"pages": {"a.test": 2.5}}}, "how many pages"),
        ({"card": {"pages": {"a.test": -1}}}, "how many pages"),
        ({"card": {"pages": {"ansel.test": 39}}}, "array articles"),
        ({"articles": COUNTS.articles[::-1]}, "not in order"),
        ({"lines": COUNTS.lines[::-1]}, "not in order"),
        ({"lines": COUNTS.lines[:-1]}, "array on"),
        ({"lines": COUNTS.lines.astype(np.float64)}, "array lines"),
        ({"on": COUNTS.on * 0}, "fewer than two"),
        ({"on": COUNTS.on + 9999}, "more pages"),
        ({"on": None}, "array on is missing"),
    ],
)
def test_counts_that_cannot_be_are_refused(file, tmp_path, change, message):
    with np.load(file) as held:
        arrays = dict(held)
    card = json.loads(bytes(arrays["card"])) | change.get("card", {})
    arrays |= {key: array for key, array in change.items() if key != "card"} | {"card": np.frombuffer(json.dumps(card).encode(), np.uint8)}
    content = io.BytesIO()
    np.savez(content, **{key: array for key, array in arrays.items() if array is not None})
    (tmp_path / "changed.npz").write_bytes(content.getvalue())

    assert message in refusal(tmp_path / "changed.npz")


def test_counts_of_more_pages_than_a_site_has_are_read_as_all_of_them():
    """A file can be well formed and still not true."""
    untrue = Sites({"ansel.test": 3}, COUNTS.articles[:3], COUNTS.lines, COUNTS.on)
    [verdicts] = judged(Cleaner(sites=untrue), REPORTS[0])

    assert all(0 <= verdict.score <= 1 for verdict in verdicts)
