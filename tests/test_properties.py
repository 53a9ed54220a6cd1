"""The laws of the verbs over any text and page whatever, made to be as odd, as long and as dear as they come."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import declutter
from declutter.kinds import KINDS
from training import hostile, laws

# All planes, half surrogate pairs, and often what breaks texts: line ends of all sorts, blanks that are none, marks that join and turn.
ODD = "\n\r\n\r\n\t \x00\x0b\x0c\x1c\x1d\x1e\x1f\x7f\x85\xa0\xad\u034f\u061c\u1680\u180e\u200b\u200c\u200d\u200e\u2028\u2029\u202e\u2060"
ODD += "\u2066\u3000\ufeff\ufffd\uffff\ud800\udc00\udfff\u0301\u0489\U000e0001\U000f0000\U0010ffff\U0001f1e6面ーゟ가अاאİıſßﬃΣςǅ"
ODD += "[]{}()<>«»“”‘’'\"|•–—_#@%$©=+&.…。!?:;,0１²①"
any_text = st.text(st.sampled_from(ODD) | st.characters(), max_size=60)
LINES = [hostile.SENTENCE, hostile.PICTURE, "ADVERTISEMENT", "Sign up for our newsletter.", "By Runa Holt", "Related Articles", "Share"]
texts = st.lists(any_text | st.sampled_from(LINES) | st.sampled_from(["\n", "\r", "\r\n", "\n\n"]), max_size=12).map("".join)
kinds = st.sets(st.sampled_from(KINDS), max_size=5)

SIZE = 12_000
MADE = {name: make(SIZE) for name, make in hostile.TEXTS.items()}
MONSTERS = {
    "a million blank lines": "\n" * 1_000_000,
    "a million blank lines around a line": "\n" * 500_000 + hostile.SENTENCE + "\r" * 500_000,
    "200,000 lines of one letter": "a\n" * 200_000,
    "a line of five megabytes": hostile.SENTENCE * 43_000,
    "a word of five megabytes": "a" * 5_000_000,
    "two megabytes of accents on one letter": "e" + "\u0301" * 1_000_000,
}


STORY = declutter.judge(f"{hostile.SENTENCE}\nBy Runa Holt")
BROKEN = {
    "a verdict for each line": STORY[:1],
    "offsets cut the line out": [replace(STORY[0], start=1), STORY[1]],
    "a score is a probability": [STORY[0], replace(STORY[1], first_score=2.0)],
    "kinds are of the list": [replace(STORY[0], kind="advert"), STORY[1]],
    "spans are disjoint and in order": [
        replace(STORY[0], spans=(declutter.Span(4, 8, "ad", 0.1, ""), declutter.Span(6, 9, "ad", 0.1, ""))),
        STORY[1],
    ],
}


@pytest.mark.parametrize(("law", "verdicts"), BROKEN.items(), ids=BROKEN)
def test_verdicts_that_break_a_law_are_told(law, verdicts):
    text = f"{hostile.SENTENCE}\nBy Runa Holt"
    assert laws.broken_by(STORY, text) == []
    assert laws.broken_by(verdicts, text) == [law]


@pytest.mark.parametrize(
    ("returned", "law"),
    [
        (hostile.SENTENCE + "!", "clean returns what judge says"),
        (f"{hostile.SENTENCE}\n\n", "nothing removed is the input itself"),
        (f"{hostile.SENTENCE}\n", "a line end at the end as in the input"),
    ],
)
def test_a_clean_that_breaks_a_law_is_told(monkeypatch, returned, law):
    assert laws.broken(hostile.SENTENCE) == []
    monkeypatch.setattr(declutter.Cleaner, "clean", lambda _self, _text: returned)
    assert law in laws.broken(hostile.SENTENCE)


@given(texts, kinds, kinds)
@settings(max_examples=300, deadline=None)
def test_the_laws_hold_over_any_text(text, keep, drop):
    assert laws.broken(text, keep=keep - drop, drop=drop) == []


@given(texts)
@settings(max_examples=150, deadline=None)
def test_a_second_pass_takes_nothing_where_the_first_took_nothing_and_all_kinds_kept_is_the_input(text):
    cleaned = declutter.clean(text)
    if cleaned == text:
        assert declutter.clean(cleaned) == cleaned
    assert declutter.clean(text, keep=KINDS) == text


@given(st.lists(texts | st.sampled_from(list(MADE.values())), max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_batch_gives_what_each_text_gives_by_itself(several):
    cleaner = declutter.Cleaner()
    assert list(cleaner.judge_many(several)) == [cleaner.judge(text) for text in several]
    assert list(cleaner.clean_many(several)) == [cleaner.clean(text) for text in several]


@pytest.mark.parametrize("text", MADE.values(), ids=MADE)
def test_the_laws_hold_over_texts_made_to_be_dear(text):
    assert laws.broken(text) == []
    assert declutter.clean(text, keep=KINDS) == text


@pytest.mark.parametrize("text", MONSTERS.values(), ids=MONSTERS)
def test_the_laws_hold_over_monsters(text):
    assert laws.broken(text) == []


@pytest.mark.parametrize("make", hostile.PAGES.values(), ids=hostile.PAGES)
def test_pages_made_to_be_dear_are_read(make):
    assert laws.broken_page(make(SIZE)) == []


WHOLE_PAGE = (
    '<!doctype html><html><head><meta charset=utf-8><title>Bakers strike</title><script type=\'application/ld+json\'>{"headline": "x"}'
    f"</script></head><body><nav><a href=/>Home</a></nav><h1>Bäckerei</h1>{f'<p class=a>{hostile.SENTENCE}</p>' * 3}"
    "<table><tr><td>a</td><td><p>b</p></td></tr></table><!-- x --><pre>a\n b</pre><p>Ende – «schön» &amp; gut</p></body></html>"
).encode()


@pytest.mark.parametrize("at", range(0, len(WHOLE_PAGE), 7))
def test_a_page_cut_off_anywhere_gives_the_lines_up_to_there(at):
    whole, cut = declutter.read_html(WHOLE_PAGE).page_text.split("\n"), declutter.read_html(WHOLE_PAGE[:at]).page_text.split("\n")
    assert cut[:-1] == whole[: len(cut) - 1]


@given(st.binary(max_size=200), st.integers(0, len(WHOLE_PAGE)))
@settings(max_examples=100, deadline=None)
def test_a_page_with_any_bytes_in_it_is_read(data, at):
    assert laws.broken_page(WHOLE_PAGE[:at] + data + WHOLE_PAGE[at:]) == []


ASKED = [*MADE.values(), "\n".join(LINES * 3), *(make(3000) for make in hostile.PAGES.values())]


def digest(**environment):
    done = subprocess.run([sys.executable, "-m", "training.laws"], env=os.environ | environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_another_process_hash_seed_locale_and_thread_count_give_the_same_answers():
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    one = digest(PYTHONHASHSEED="1", LC_ALL="C", PYTHONUTF8="0", **dict.fromkeys(threads, "1"))
    other = digest(PYTHONHASHSEED="4711", LC_ALL="tr_TR.UTF-8", TZ="Asia/Kathmandu", **dict.fromkeys(threads, "4"))
    assert len(one) == 64
    assert one == other


def test_sixteen_threads_on_one_cleaner_give_the_answers_of_one():
    """Texts and pages at once, from a cold start: what is made on first use is made once or made alike."""
    script = (
        "import json, sys; from concurrent.futures import ThreadPoolExecutor; import declutter; asked = json.load(sys.stdin)\n"
        "cleaner = declutter.Cleaner(keep='caption')\n"
        "with ThreadPoolExecutor(16) as pool: many = list(pool.map(lambda t: (cleaner.clean(t), cleaner.clean_html(t)), asked))\n"
        "print(many == [(cleaner.clean(t), cleaner.clean_html(t)) for t in asked])"
    )
    done = subprocess.run([sys.executable, "-c", script], input=json.dumps(ASKED), capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_threads_share_a_cleaner_over_pages():
    cleaner = declutter.Cleaner()
    expected = cleaner.judge_html(WHOLE_PAGE)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(cleaner.judge_html, [WHOLE_PAGE] * 64)) == [expected] * 64


def test_nothing_is_ever_fetched(monkeypatch):
    """A page full of addresses, external entities and style sheets opens no socket."""

    def refuse(*_arguments, **_named):
        raise AssertionError("a socket was opened")

    import trafilatura  # noqa: F401  which looks at the class of sockets when it is imported

    monkeypatch.setattr("socket.socket", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    page = (
        "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://wick.test/strict.dtd' [<!ENTITY x SYSTEM 'http://wick.test/x'>]>"
        "<html><head><base href='http://wick.test/'><link rel=stylesheet href=a.css><meta http-equiv=refresh content='0;url=http://wick.test'>"
        f"<script src='http://wick.test/a.js'></script></head><body><img src='http://wick.test/a.png'><p>{hostile.SENTENCE} &x;</p>"
        "<iframe src='http://wick.test/'></iframe><xi:include href='http://wick.test/x' xmlns:xi='http://www.w3.org/2001/XInclude'/></body>"
    )
    assert hostile.SENTENCE in declutter.read_html(page, url="http://wick.test/bread").text
    assert declutter.clean("http://wick.test/\n" + hostile.SENTENCE)
