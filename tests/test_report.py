"""The report: one file that shows all of it, asks nobody for anything, and runs nothing that an article says."""

import base64
import hashlib
import re
import sys
from html.parser import HTMLParser

import pytest

from declutter import Cleaner
from declutter.articles import Judged
from declutter.verdict import Span, Verdict

pytest.importorskip("pygal", reason="needs the extra 'report'")

from declutter.report import render

TEXT = """\
Bakers strike for warmer ovens

The bakers of Lower Wick put down their peels on Monday and walked out into the rain.
Share on Facebook
“We bake at four in the morning and the ovens are cold until six,” said Jon Périn, who has done it for thirty years.
Back to top
"""
HOSTILE = "</del></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;{{ 7 * 7 }}"


class Read(HTMLParser):
    """What a browser would make of the page: tags with their attributes, and the text between them."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self.struck, self._open = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        self.texts.append(data)
        if "del" in self._open and "small" not in self._open:
            self.struck.append(data)


def line(text, start=0, *, kind="body", keep=True, score=0.9, spans=()):
    return Verdict(text, start, start + len(text), kind, keep, score, kind, score, f"reads like {kind}", spans)


def article(*lines, name="one", site="wick.test"):
    """An article of (text, kind, keep, score)."""
    text, verdicts = "", []
    for words, kind, keep, score in lines:
        verdicts.append(line(words, len(text), kind=kind, keep=keep, score=score))
        text += words + "\n"
    return Judged(name, site, text, tuple(verdicts))


def of_size(number, lost, *, lines=10):
    """An article that loses `lost` of its lines, all of one length."""
    return article(
        *[(f"line {at} of {number:05}", "share" if at < lost else "body", at >= lost, 0.5) for at in range(lines)], name=str(number)
    )


@pytest.fixture
def run(run_command):
    """Exit code and standard error of `declutter report`."""

    def run(*args):
        done = run_command("report", *args)
        return done.code, done.err

    return run


def test_the_report_of_a_file_strikes_what_goes(run, tmp_path):
    (tmp_path / "story.txt").write_text(TEXT, encoding="utf-8")
    code, told = run(tmp_path / "story.txt", "-o", tmp_path / "report.html")
    page = Read((tmp_path / "report.html").read_text(encoding="utf-8"))

    assert code == 0
    assert "1 article" in told
    assert page.struck == ["Share on Facebook", "Back to top"]
    assert set(TEXT.splitlines()) - {""} <= {text.strip() for text in page.texts}
    assert "2 of 5 lines, in 1 article." in " ".join(" ".join(page.texts).split())


def test_spans_are_struck_inside_their_line():
    text = "The line asked for other plans. [embed id=1] Talks go on."
    judged = Judged("a", "", text, (line(text, spans=(Span(32, 45, "embed", 0.1, "reads like embed inside a line"),)),))
    page = Read(render([judged]))

    assert page.struck == ["[embed id=1] "]
    assert {"The line asked for other plans. ", "Talks go on."} <= set(page.texts)


def test_every_removed_line_can_be_reached_by_keyboard_and_tells_why():
    page = render([article(("Share", "share", False, 0.07), ("The ovens were cold.", "body", True, 0.93))])

    assert re.search(
        r'<p [^>]*class="gone k-share" tabindex="0"[^>]*><del>Share</del><small[^>]*><b>share</b> 0\.07 · reads like share', page
    )


def test_articles_sites_and_names_are_text_and_nothing_else():
    plain = Read(render([article(("Share", "share", False, 0.1), name="a", site="b")]))
    hostile = Read(render([article((HOSTILE, "share", False, 0.1), name=HOSTILE, site=HOSTILE)]))

    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert hostile.struck == [HOSTILE]
    assert not any(name.startswith("on") for _, given in hostile.tags for name in given)


def test_nothing_is_loaded_and_only_the_own_style_and_script_may_run():
    page = render([article(("Share", "share", False, 0.1)), article(("Share", "share", False, 0.1), site="pond.test")])
    read = Read(page)
    policy = next(given["content"] for _, given in read.tags if given.get("http-equiv") == "Content-Security-Policy")
    inline = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page, re.DOTALL)

    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert [f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'" in policy for content in inline] == [
        True,
        True,
    ]
    assert not {tag for tag, _ in read.tags} & {"link", "img", "iframe", "object", "base"}
    assert not any(name in ("style", "src") for _, given in read.tags for name in given)
    links = [given[name] for _, given in read.tags for name in given if name.endswith("href")]
    assert links
    assert all(link.startswith("#") for link in links)


def test_those_that_lost_most_come_first():
    page = render(of_size(number, lost) for number, lost in [(1, 2), (2, 9), (3, 0), (4, 5)])

    assert re.findall(r'data-name="(\d+)"', page) == ["2", "4", "1", "3"]


def test_of_very_many_articles_all_are_counted_and_the_worst_and_a_sample_shown():
    room = 400_000
    page = render((of_size(number, lost=9 if number == 7777 else number % 3) for number in range(10_000)), room=room)
    shown = re.findall(r'data-name="(\d+)"', page)

    assert len(page) < room + 60_000
    assert shown[0] == "7777"
    assert len(set(shown)) == len(shown)
    assert {int(number) % 3 for number in shown} == {0, 1, 2}, "not only those that lost most"
    words = " ".join(" ".join(Read(page).texts).split())
    assert "of 100,000 lines, in 10,000 articles" in words
    assert f"{10_000 - len(shown):,} are left out" in words


def test_a_giant_article_is_cut_and_says_so():
    giant = article(*[("word " * 30, "body", True, 0.9)] * 5_000, ("Share", "share", False, 0.1))
    line_alone = Judged("line", "", "x" * 10**6, (line("x" * 10**6),))
    page = render([giant, line_alone])

    assert len(page) < 600_000
    assert "more lines of this article are left out" in page
    assert "940,000 more characters" in page


def test_the_same_articles_give_the_same_page():
    articles = [of_size(number, number % 4) for number in range(30)]

    assert render(articles) == render(articles)


def test_long_runs_of_kept_lines_are_folded_around_what_goes():
    kept = [(f"Kept {number}", "body", True, 0.9) for number in range(10)]
    page = render([article(*kept, ("Share", "share", False, 0.1), *kept[:2])])

    assert page.count("<details>") == 1
    assert "8 kept lines" in page


@pytest.mark.parametrize("articles", [[], [Judged("empty", "", "", ())], [article(("Body.", "body", True, 0.9))]], ids=len)
def test_there_may_be_nothing_to_show(articles):
    assert "</html>" in render(articles)


def test_names_in_other_scripts_and_odd_characters_come_through():
    odd = "ساعت\u202e\u0000\u2028\x0b 𝒳"
    page = render([article((odd, "share", False, 0.1), name=odd, site=odd)])

    assert page.encode("utf-8")
    assert 'dir="auto"' in page


# the command


def test_inputs_that_fail_are_told_and_the_rest_is_reported(run, tmp_path):
    (tmp_path / "story.txt").write_text(TEXT, encoding="utf-8")
    code, told = run(tmp_path / "none.txt", tmp_path / "story.txt", "-o", tmp_path / "report.html")

    assert code == 1
    assert "none.txt" in told
    assert (tmp_path / "report.html").exists()


def test_without_any_article_there_is_no_report(run, tmp_path):
    code, told = run(tmp_path / "none.txt", "-o", tmp_path / "report.html")

    assert code == 1
    assert "nothing to report" in told
    assert not (tmp_path / "report.html").exists()


def test_a_report_that_cannot_be_written_is_one_line(run, tmp_path):
    (tmp_path / "story.txt").write_text(TEXT, encoding="utf-8")
    code, told = run(tmp_path / "story.txt", "-o", tmp_path / "none" / "report.html")

    assert code == 2
    assert told.count("\n") == 1
    assert "there is no folder" in told


def test_a_missing_extra_is_one_line_that_names_it(run, monkeypatch, tmp_path):
    (tmp_path / "story.txt").write_text(TEXT, encoding="utf-8")
    for name in [name for name in sys.modules if name.startswith("declutter.report")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygal", None)
    code, told = run(tmp_path / "story.txt", "-o", tmp_path / "report.html")

    assert code == 2
    assert told.count("\n") == 1
    assert "declutter-news[report]" in told


def test_the_options_of_the_cleaner_are_heard(run, tmp_path):
    (tmp_path / "story.txt").write_text(TEXT, encoding="utf-8")
    assert run(tmp_path / "story.txt", "--keep", "share", "--drop-lines", "^Bakers", "-o", tmp_path / "r.html")[0] == 0

    struck = Read((tmp_path / "r.html").read_text(encoding="utf-8")).struck
    assert struck == [verdict.text for verdict in Cleaner(keep="share", drop_lines="^Bakers").judge(TEXT) if not verdict.keep]


@pytest.mark.parametrize("site", ["a\x01b", "\ud800b", "a\x00"])
def test_a_site_whose_name_no_page_can_hold_is_reported(site):
    assert "b" in render([article(("Body.", "body", True, 0.9), site=each) for each in (site, "b")])
