"""Pages: str or bytes in, the article out, offsets into the page's own text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import declutter

PARAGRAPHS = [
    "The bakers of Lower Wick put down their peels on Monday and walked out into the rain, fifty of them, in their aprons.",
    "“We bake at four in the morning and the ovens are cold until six,” said Jon Périn, who has done it for thirty years.",
    "The owners say that new ovens cost more than a year of bread brings in, and that the mill cannot borrow any further.",
    "A second walk-out is planned for Friday at dawn, the union said, unless the boiler is mended by then.",
]


def page(*, charset="", paragraphs=PARAGRAPHS, head=""):
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="en"><head>{charset}<title>Bakers strike for warmer ovens</title>{head}</head><body>'
        f'<nav><a href="/">Home</a> <a href="/bread">Bread</a></nav><article><h1>Bakers strike for warmer ovens</h1>{body}</article>'
        "<script>var share = 'Share on Facebook';</script><footer>© The Wick Courier</footer></body></html>"
    )


def test_the_article_of_a_page_comes_out():
    text = declutter.clean_html(page())

    assert [line for line in text.splitlines() if line in PARAGRAPHS] == PARAGRAPHS
    assert "Share on Facebook" not in text
    assert "<p>" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252"])
def test_bytes_are_read_in_the_encoding_that_the_page_declares(encoding):
    paragraphs = [paragraph.replace("“", '"').replace("”", '"') for paragraph in PARAGRAPHS]
    html = page(charset=f'<meta charset="{encoding}">', paragraphs=paragraphs)

    assert declutter.clean_html(html.encode(encoding)) == declutter.clean_html(html)
    assert "Périn" in declutter.clean_html(html.encode(encoding))


def test_bytes_with_a_byte_order_mark_are_read():
    assert "Périn" in declutter.clean_html(page().encode("utf-8-sig"))


def test_offsets_index_the_text_of_the_page():
    article = declutter.read_html(page())

    assert article.verdicts
    assert all(verdict.text == article.page_text[verdict.start : verdict.end] for verdict in article.verdicts)
    assert [verdict.text for verdict in article.verdicts] == [line for line in article.page_text.split("\n") if line.strip()]


def test_the_three_verbs_agree():
    article = declutter.read_html(page())

    assert declutter.clean_html(page()) == article.text
    assert declutter.judge_html(page()) == list(article.verdicts)


def test_keep_and_drop_work_on_pages():
    assert declutter.clean_html(page(), drop="body").count("\n") < declutter.clean_html(page()).count("\n")
    assert PARAGRAPHS[0] not in declutter.clean_html(page(), drop="body")
    assert declutter.Cleaner(drop_lines="second walk-out").clean_html(page()).count(PARAGRAPHS[3]) == 0


def test_an_article_tells_what_the_page_says_of_itself():
    facts = '<meta name="author" content="Runa Holt"><meta property="og:site_name" content="The Wick Courier">'
    facts += '<meta property="article:published_time" content="2025-05-04T09:15:00Z">'
    article = declutter.read_html(page(head=facts), url="https://wick.test/ovens")

    assert article.title == "Bakers strike for warmer ovens"
    assert article.authors == ("Runa Holt",)
    assert article.date == "2025-05-04"
    assert article.site == "The Wick Courier"
    assert article.url == "https://wick.test/ovens"
    assert article.note is None


def test_what_a_page_does_not_say_is_none():
    article = declutter.read_html("<p>" + "</p><p>".join(PARAGRAPHS))

    assert (article.url, article.authors) == (None, ())


EMPTY = ["", b"", " \n", "<html></html>", b"<!doctype html><title>x</title>", "<html><body><script>1</script></body></html>"]
EMPTY += [b"\x00\x01\xff\xfe", "\x00", "\ud800"]


@pytest.mark.parametrize("html", EMPTY, ids=repr)
def test_a_page_without_an_article_gives_empty_text_and_says_why(html):
    article = declutter.read_html(html)

    assert article.text == ""
    assert article.note
    assert "\n" not in article.note
    assert declutter.clean_html(html) == ""


def test_dropping_everything_is_said_in_the_note():
    from declutter.kinds import KINDS

    article = declutter.read_html(page(), drop=KINDS)

    assert article.text == ""
    assert article.page_text
    assert article.note


def test_a_page_with_an_encoding_declaration_is_read_from_str_too():
    html = '<?xml version="1.0" encoding="iso-8859-1"?>\n' + page()

    assert "Périn" in declutter.clean_html(html)


TAGS = ["<p>", "</p>", "<br>", "<table><tr><td>", "<article>", "<!--", "-->", "<script>", "&#0;", "&nbsp;", "<html><body>", "<h1>", "<li>"]
tags = st.sampled_from(TAGS)
soup = st.lists(tags | st.sampled_from(PARAGRAPHS) | st.text(max_size=12) | st.just("\ud800"), max_size=12).map("".join)


@given(soup)
@settings(max_examples=25, deadline=None)
def test_no_page_is_too_broken_to_be_read(html):
    article = declutter.read_html(html)

    assert all(verdict.text == article.page_text[verdict.start : verdict.end] for verdict in article.verdicts)
    assert (article.note is None) == bool(article.text)


@given(st.binary(max_size=60))
@settings(max_examples=25, deadline=None)
def test_any_bytes_can_be_read(data):
    assert declutter.read_html(b"<html><body><p>" + data).note is not None or data
