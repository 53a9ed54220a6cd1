"""Pages: str or bytes in, lines as a reader sees them, the article out, offsets into the page's own text."""

import gzip
import itertools
import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import declutter
from declutter import model, stages
from declutter import page as pages
from declutter.document import split
from declutter.kinds import KINDS

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


def lines(body):
    """The lines of a page with that body."""
    return list(pages.read(f"<html><body>{body}</body></html>").lines)


# --- part A: the reader, which needs no model


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>one</p><embed src=a><p>two</p><p>three</p>", ["one", "two", "three"]),  # the parser has no end for an embed
        ("<p>The <button>quango</button> voted</p><button>Share</button>", ["The quango voted", "Share"]),
        ("<p>Nobody<label for=n>1</label> had seen it", ["Nobody1 had seen it"]),
        ("<p>were missing <math><mn>5</mn> <mi>m</mi></math> each", ["were missing 5 m each"]),
        ("<p>x<math><semantics><mi>y</mi><annotation>y_1</annotation></semantics></math>", ["xy"]),
        ("<p><ruby>被害<rp>(</rp><rt>ひがい</rt><rp>)</rp></ruby>は", ["被害は"]),
        ("<p>one</p><dialog><p>two</p></dialog><dialog open><p>three</p></dialog><p popover>four</p>", ["one", "three"]),
        ("<noembed><p>one</p></noembed><noframes><p>two</p></noframes><p>three</p>", ["three"]),
        ("<p style='-webkit-backface-visibility:hidden'>one</p><p style='--a-display: none'>two</p>", ["one", "two"]),
        ("<p style='color:red;visibility:hidden'>one</p><p style='DISPLAY:none'>two</p>", []),
        ("<p>a paper<span class='x sr-only'>(opens in new tab)</span> told</p>", ["a paper told"]),
        ("<p>a word<span role=tooltip><p>Explained at length</p></span> told</p>", ["a word told"]),
        ("<h2>The vote<a class=anchor href='#vote'>#</a></h2><p>See <a href='#two'>two</a>", ["The vote", "See two"]),
        ("One sentence.</br>And another.", ["One sentence.", "And another."]),
        ("<p><b>Prep time</b><span>2 hrs</span></p>", ["Prep time 2 hrs"]),
        ("<span>By</span><a href=/a>Tilda Marsh</a><time>4 May</time>", ["By Tilda Marsh 4 May"]),
        ("<p>the i<b>Phone</b>, H<sub>2</sub>O, 4<sup>th</sup>, E<b>Bay</b> and mc<sup>2</sup>X", ["the iPhone, H2O, 4th, EBay and mc2X"]),
        ("<p><span>W</span>e bake at <b>four</b>, <i>half</i><i>way</i>", ["We bake at four, halfway"]),
    ],
)
def test_a_line_is_what_a_reader_sees(body, expected):
    assert lines(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<table><tr><td>News<br>Sport</td><td>{PARAGRAPHS[0]}<br>{PARAGRAPHS[1]}</td></tr></table>",
         ["News", "Sport", *PARAGRAPHS[:2]]),
        ("<table><tr><td>Wick<br>Rovers</td><td>3</td><td></td><td>1</td></tr></table>", ["Wick Rovers | 3 | | 1"]),
        ("<table><tr><td>|x| is a value |</td><td></td></tr><tr><td></td><td>b ||</td></tr></table>", ["|x| is a value |", "b ||"]),
    ],
)  # fmt: skip
def test_a_cell_is_no_part_of_its_neighbour(body, expected):
    assert lines(body) == expected


def test_streamed_parts_are_read_wherever_and_however_short_they_are():
    streamed = "".join(f"<div hidden id='S:{number:x}'><p>{told}</p></div>" for number, told in enumerate(PARAGRAPHS[2:], 9))
    html = f"<main><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p><template id='B:9'></template></main>{streamed}<div hidden id=S>Menu</div>"
    assert lines(html) == PARAGRAPHS


def test_a_short_paragraph_is_uncovered_with_those_of_its_class():
    told = ["Nobody came.", *PARAGRAPHS * 3]
    html = "".join(f"<p class=behind style='display:none'>{part}</p>" for part in told)
    assert lines(f"<article><p>{PARAGRAPHS[0]}</p>{html}<p style='display:none'>Menu</p></article>") == [PARAGRAPHS[0], *told]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Bakers strike for warmer ovens - The Wick Courier", "Bakers strike for warmer ovens"),
        ("The Wick Courier", "Bakers strike for warmer ovens"),
    ],
)
def test_the_title_is_the_headline_where_the_page_tells_it(title, expected):
    html = page().replace("<title>Bakers strike for warmer ovens<", f"<title>{title}<")
    assert declutter.read_html(html).title == expected


def test_a_year_in_the_story_is_no_date():
    html = page(
        paragraphs=[*PARAGRAPHS, "The ovens were last mended in 2009, when the mill had another owner and bread cost half as much."]
    )
    assert declutter.read_html(html).date is None


@pytest.mark.parametrize("tag", ["article", "main", "section", "header"])
def test_a_page_that_leaves_out_its_body_tag_is_read(tag):
    """Minifiers leave it out, and libxml2 puts what it knows no element of into the head."""
    html = f"<!doctype html><title>B</title><meta name=a><{tag}><h1>one</h1><p>two</p></{tag}>three"
    assert pages.read(html).lines == ("one", "two", "three")


@pytest.mark.parametrize("tag", ["p", "div", "li", "h1", "blockquote", "figcaption", "section", "pre", "dd", "footer", "button", "summary"])
def test_a_block_is_a_line(tag):
    assert lines(f"before<{tag}>one</{tag}>after<{tag}>two</{tag}>") == ["before", "one", "after", "two"]


@pytest.mark.parametrize("tag", ["a", "b", "em", "span", "i", "font", "abbr", "time", "u", "small", "sup", "unknown-tag"])
def test_inline_tags_do_not_break_a_line_and_add_no_space(tag):
    assert lines(f"<p>in<{tag}>sid</{tag}>e <{tag}>and</{tag}> out</p>") == ["inside and out"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p> one \n\t two&nbsp;\u3000three\u2028four </p>", ["one two three four"]),
        ("<p>one<b> two</b> <i>three </i> four</p>", ["one two three four"]),
        ("one<br>two<br/><br>three", ["one", "two", "three"]),
        ("<p>one<hr>two", ["one", "two"]),
        ("<p>one<b>two<br>three</b>four</p>", ["onetwo", "threefour"]),
        ("<p>one</p>tail<div>two<div>three</div>tail</div>tail", ["one", "tail", "two", "three", "tail", "tail"]),
        ("<ul><li>one<ul><li>two</ul>three<li>four</ul>", ["one", "two", "three", "four"]),
        ("<p>one<!-- a comment -->two</p><!-- <p>three</p> -->four", ["onetwo", "four"]),
        ("<p>one<?php echo 1 ?>two</p>", ["onetwo"]),
        ("<p>R&amp;D &lt;b&gt; &#8220;x&#x201D; &eacute; &unknown; &#13;&#10;y</p>", ["R&D <b> “x” é &unknown; y"]),
        ("<p>a<wbr>b<img alt='not read'>c</p>", ["abc"]),
        ("<p></p><p> </p><p>&nbsp;</p><div><br></div><p>x</p>", ["x"]),
        ("<p>\u200b</p><p>x</p>", ["\u200b", "x"]),
        ("<p>x</p><p>x</p>", ["x", "x"]),
        ("<p>unclosed<p>paragraphs<div>and</p></div></b>wrong ends", ["unclosed", "paragraphs", "and", "wrong ends"]),
        ("<p>a\x00b\x0bc</p>", ["abc"]),
    ],
)
def test_lines_are_what_a_reader_sees(body, expected):
    assert lines(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<pre>  a\n\n    b  c\n</pre>", ["  a", "    b  c"]),
        ("<pre>a\rb\r\nc&#13;d</pre>", ["a", "b", "c", "d"]),
        ("<pre>  a <b>x  y</b>\n z<br>\tq</pre>", ["  a x  y", " z", "\tq"]),
        ("x<pre> a\n</pre>  y  z", ["x", " a", "y z"]),
        ("<table><tr><td><pre>def f():\n    return 1 | 0 |</pre></td></tr></table>", ["def f():", "    return 1 | 0 |"]),
        ("<pre>" + "<span>" * 8 + "a\n  b  c" + "</span>" * 8 + "\n  d</pre>", ["a", "  b  c", "  d"]),
        ("<pre>| \xa0 |</pre><p>x</p>", ["| \xa0 |", "x"]),
    ],
)
def test_white_space_of_pre_stays(body, expected):
    assert lines(body) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<tr><td>a</td><td>b</td></tr><tr><th>c<td>d", ["a | b", "c | d"]),
        ("\n<tr>\n <td> a </td>\n <td>b  c</td>\n</tr>\n", ["a | b c"]),
        ("<thead><tr><th>a<th>b</thead><tbody><tr><td><b>c</b>d<td><a href=x>e</a>", ["a | b", "cd | e"]),
        ("<caption>what</caption><tr><td>a<td>b", ["what", "a | b"]),
        ("<tr><td></td><td>b</td><td></td></tr><tr><td></td></tr>", ["b"]),
        ("<tr><td hidden>a</td><td>b</td></tr>", ["b"]),
    ],
)
def test_a_table_row_is_its_cells_joined(rows, expected):
    assert lines(f"<table>{rows}</table>") == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<tr><td><p>a</p></td><td><p>b</p></td></tr>", ["a | b"]),
        ("<tr><td>a</td><td><div><p>b</p></div></td><td>c</td></tr>", ["a | b | c"]),
        ("<tr><th><h3>a</h3><td>b<br></td></tr><tr><td><p></p></td><td><p>c</p></td></tr>", ["a | b", "c"]),
        ("<tr><td><p>a</p></td><td><table><tr><td><p>b</p></td><td>c</td></tr></table></td></tr>", ["a | b | c"]),
        ("<tr><td><p hidden>a</p></td><td><p>b</p></td></tr><tr hidden><td>c</td></tr><tr><td><p>d<td><p>e", ["b", "d | e"]),
    ],
)
def test_a_block_in_a_cell_does_not_part_the_row(rows, expected):
    assert lines(f"<table>{rows}</table>") == expected


def test_blocks_in_cells_are_lines_of_their_own_where_a_cell_has_several():
    """A table that only lays out the page is read as if it were none."""
    layout = "<table><tr><td><p>one</p><p>two</p></td><td><div>three</div></td></tr></table>"
    assert lines(layout) == ["one", "two", "three"]


def test_a_table_in_a_table_gives_its_own_rows():
    inner = "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"
    assert lines(f"<table><tr><td>{inner}</td></tr><tr><td>a</td><td>b</td></tr></table>") == ["1 | 2", "3 | 4", "a | b"]


@pytest.mark.parametrize(
    "attribute",
    [
        "hidden",
        "hidden=''",
        'hidden="until-found"',
        "style='display:none'",
        "style='color:red; DISPLAY : None'",
        "style='visibility:hidden'",
    ],
)
@pytest.mark.parametrize("tag", ["p", "div", "section"])
def test_hidden_elements_give_no_line(tag, attribute):
    assert lines(f"<p>a</p><{tag} {attribute}>hidden <b>too</b><br>and this</{tag}>tail<p>b</p>") == ["a", "tail", "b"]


def test_a_hidden_inline_element_does_not_break_its_line():
    assert lines("<p>one <span hidden>not read</span>two</p>") == ["one two"]


@pytest.mark.parametrize("tag", ["script", "style", "noscript", "template", "svg", "iframe", "object", "textarea", "select", "video"])
def test_what_is_no_text_of_the_page_is_skipped_and_its_tail_is_not(tag):
    assert lines(f"<p>before</p><div><{tag}>not read</{tag}>tail</div><p>after</p>") == ["before", "tail", "after"]


def test_the_head_gives_no_line():
    assert pages.read("<html><head><title>no line</title><meta name=description content=none></head><body>one</body></html>").lines == (
        "one",
    )


DEEP = ["div", "span", "b", "ul><li", "table><tr><td", "blockquote"]


@pytest.mark.parametrize("tag", DEEP)
@pytest.mark.parametrize(("closed", "levels"), [(True, 200), (True, 300), (True, 1500), (True, 3000), (False, 3000), (False, 100_000)])
def test_nothing_of_a_deeply_nested_page_is_lost(tag, closed, levels):
    """The parser stops at some 2,000 levels: of a page as deep only the breaks of lines are read."""
    ends = "".join(f"</{name}>" for name in reversed(tag.split("><")))
    read = pages.read(f"<html><body><p>first</p>{f'<{tag}>' * levels}deep{ends * levels * closed}<p>after</p></body></html>")
    assert read.lines == ("first", "deep", "after")


@pytest.mark.parametrize("tag", ["svg", "object", "template", "select", "math", "video"])
def test_what_stands_after_deeply_nested_elements_that_are_skipped_is_read(tag):
    read = pages.read(f"<html><body><script>1 < 2</script><p>first</p>{f'<{tag}>' * 3000}{f'</{tag}>' * 3000}<p>after</p></body></html>")
    assert read.lines == ("first", "after")


def test_two_hundred_nested_elements_are_read():
    assert lines("<div>" * 200 + "deep" + "</div>" * 200 + "<p>after</p>") == ["deep", "after"]


@pytest.mark.parametrize(
    "attributes",
    [
        f"class='{'x' * 1_000_000}'",
        f"id='{'ab cd ' * 170_000}'",
        f"style='{'a:b;' * 250_000}'",
        " ".join(f"data-{i}='{'v' * 990}'" for i in range(1000)),
        " ".join(f"a{i}" for i in range(1_000_000)),
        " ".join(f"a{i}='>'" for i in range(200_000)),
        " ".join(f'a{i}<="<"' for i in range(200_000)),
    ],
    ids=["class", "id", "style", "a thousand", "a million", "that hold the end of a tag", "that hold the begin of a tag"],
)
def test_a_megabyte_of_attributes_costs_no_line(attributes):
    """The parser takes time with the square of a tag's attributes: a million would take hours."""
    assert lines(f"<p {attributes}>one</p><p>two</p>") == ["one", "two"]


def test_a_tag_of_many_attributes_keeps_the_first():
    assert lines("<p hidden " + " ".join(f"a{i}" for i in range(5000)) + ">one</p><p>two") == ["two"]


BROKEN = [
    "",
    "{",
    '{"articleBody":',
    "null",
    "1",
    "[" * 200_000,
    "[" * 900 + "]" * 900,
    '{"articleBody": 1, "headline": ["x"]}',
    "NaN",
    "{'a': 1}",
]


STORY = [
    *PARAGRAPHS,
    "The mill at Lower Wick has ground flour since 1811, and for most of that time its ovens were fired with wood from the hill behind it.",
    "In March the last of the three boilers failed, and since then the dough has been left to rise beside a gas heater in the yard.",
    "A spokeswoman for the owners said on Tuesday that a loan had been asked for twice and refused twice, most recently in September.",
    "The bakers do not believe it. They point to a new delivery van, which was bought in August and stands in the yard unused.",
    "Until the matter is settled the village buys its bread from Upper Wick, four miles away, where the ovens have never been cold.",
]
PARTS = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)


def test_what_a_script_uncovers_is_read():
    """Streamed pages hold their story in a hidden element, and covers against flicker hide it until the style is there."""
    assert lines(f"<div id=wait>Loading</div><div hidden id='S:0'><div>{PARTS}</div></div>") == ["Loading", *STORY]
    assert lines(f"<div style='visibility: hidden'>{PARTS}</div>") == STORY


METERED = "".join(f"<div class='for-readers' style='display:none'><p>{paragraph}</p></div>" for paragraph in STORY[1:] * 2)


def test_an_article_behind_a_meter_is_read_whole():
    """Each paragraph hides by itself until the reader's account is known, and the menu beside it is longer than any of them."""
    menu = "".join(f"<li><a href=/{i}>Villages, mills and ovens of the {i}th district</a></li>" for i in range(60))
    html = f"<ul>{menu}</ul><article><h1>Cold ovens</h1><p>{STORY[0]}</p>{METERED}</article>"
    assert lines(html)[60:] == ["Cold ovens", *STORY, *STORY[1:]]


def test_what_is_hidden_beside_a_story_gives_no_line():
    assert lines(f"{PARTS}{PARTS}<div hidden>{PARTS}</div>") == STORY * 2
    assert lines(f"<article>{PARTS}{METERED}</article>") == STORY  # questions and answers, say
    consent = "<p>We use cookies for this purpose, and so do four hundred partners of ours, who are listed one by one.</p>" * 14
    assert lines(f"<nav>{'menu ' * 300}</nav><article><p>{STORY[0]}</p></article><div hidden>{consent}</div>")[1:] == STORY[:1]


@pytest.mark.parametrize("encode", [str, str.encode], ids=["str", "bytes"])
def test_what_stands_behind_an_early_end_of_the_page_is_read(encode):
    html = f"<html><body><p>menu</p></body></html><div><p>one</p></div>{PARTS}<p>two</p></body></html><!-- end -->"
    assert list(pages.read(encode(html)).lines) == ["menu", "one", *STORY, "two"]


def test_a_body_that_only_json_ld_tells_gives_lines():
    facts = json.dumps({"@type": "NewsArticle", "headline": "Bakers strike", "articleBody": "<p>" + "</p>\n<p>".join(STORY) + "</p>"})
    script = f'<script type="application/ld+json">{facts}</script>'
    assert lines(f"{script}<div id=app>Loading</div>") == ["Loading", *STORY]
    assert lines(f"{script}{PARTS}") == STORY


XHTML = '<?xml version="1.0" encoding="{}"?>\n{}<html xmlns="http://www.w3.org/1999/xhtml">'
XHTML += "<head><title>t</title></head><body><p>Périn “x”</p></body></html>"
DOCTYPE = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n'


@pytest.mark.parametrize("doctype", ["", DOCTYPE])
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "klingon"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_xhtml_with_an_xml_declaration_is_read_from_str(encoding, doctype, mark):
    """lxml refuses a str with an encoding declaration; what it declares no longer holds for a str."""
    assert pages.read(mark + XHTML.format(encoding, doctype)).lines == ("Périn “x”",)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_xhtml_with_an_xml_declaration_is_read_from_bytes(encoding):
    assert pages.read(XHTML.format(encoding, DOCTYPE).encode(encoding)).lines == ("Périn “x”",)


CYRILLIC = "Пекари Нижнего Вика отложили лопаты в понедельник и вышли под дождь."


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        (CYRILLIC, "utf-8", "utf-8"),
        (CYRILLIC, "utf-8", None),
        (CYRILLIC, "utf-8-sig", None),
        (CYRILLIC, "windows-1251", "windows-1251"),
        (CYRILLIC, "windows-1251", None),
        (CYRILLIC, "utf-16", None),
        ("村のパン職人たちは月曜日に窯を離れ、雨の中へ出ていった。", "shift_jis", "shift_jis"),
        ("Die Bäcker von Unterwick gingen am Montag hinaus. Über den Öfen hängt Rauch.", "windows-1252", None),
    ],
)
def test_bytes_are_read_in_their_encoding_declared_or_not(text, encoding, declared):
    declaration = f'<meta charset="{declared}">' if declared else ""
    html = f"<html><head>{declaration}</head><body>{f'<p>{text}</p>' * 5}</body></html>"
    assert pages.read(html.encode(encoding)).lines == (text,) * 5


def test_bytes_in_another_encoding_than_they_declare_are_still_read():
    html = '<html><head><meta charset="utf-8"></head><body><p>plain</p><p>caf\xe9 noir</p></body></html>'
    read = pages.read(html.encode("latin-1"))
    assert len(read.lines) == 2
    assert read.lines[0] == "plain"


def test_a_self_closed_root_does_not_close_the_page():
    assert pages.read('<html lang="en" /><body><p>a</p><p>b</p></body>').lines == ("a", "b")


def test_nothing_outside_of_the_page_is_read(tmp_path):
    """Entities that name files, or multiply themselves, stay what they are."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    entities = f"<!ENTITY file SYSTEM '{secret.as_uri()}'><!ENTITY a '0123456789'>"
    entities += "".join(f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in itertools.pairwise("abcdefghij"))
    for declaration in ("<!DOCTYPE html [{}]>", "<?xml version='1.0'?><!DOCTYPE html [{}]>"):
        read = pages.read(declaration.format(entities) + "<html><body><p>one &file; &j;</p><p>two</p></body></html>")
        assert "secret" not in read.text
        assert len(read.text) < 1000
        assert read.lines[-1] == "two"


def test_half_a_surrogate_pair_does_not_end_the_page():
    first, second = lines("<p>a\ud800b</p><p>c</p>")
    assert (first[0], first[-1], second) == ("a", "b", "c")


@pytest.mark.parametrize("html", ["<p>one</p><p>two</p>", "<div><p>one</p><p>two</p></div>", "<p>one<p>two", b"<p>one</p><p>two</p>"])
def test_a_fragment_is_read(html):
    assert pages.read(html).lines == ("one", "two")


NO_PAGES = [
    "",
    b"",
    " ",
    "<",
    "plain text",
    '{"a": 1}',
    "\x00",
    "\ud800",
    b"\x00\x01\xff\xfe",
    b"%PDF-1.4 %\xe2\xe3",
    b"\xff\xd8\xff\xe0 JFIF",
    "<title>x</title>",
]


@pytest.mark.parametrize("html", NO_PAGES, ids=repr)
def test_what_is_no_page_has_no_lines(html):
    assert pages.read(html).lines == ()


TAGS = ["<p>", "</p>", "<br>", "<table><tr><td>", "<article>", "<!--", "-->", "<script>", "&#0;", "&nbsp;", "<html><body>", "<h1>", "<li>"]
TAGS += ["<pre>", "</pre>", "<td>", " | ", "|", "\t", "\r", "\u2028", "\x1f", "&#13;", "<span hidden>", "</span>", "<b>", "</b>"]
tags = st.sampled_from(TAGS)
soup = st.lists(tags | st.sampled_from(PARAGRAPHS) | st.text(max_size=12) | st.just("\ud800"), max_size=12).map("".join)


@given(soup)
@example("<html><body><pre>| \xa0 |</pre><p>x")
@settings(max_examples=200, deadline=None)
def test_lines_of_a_page_are_the_lines_of_its_text(html):
    """The markup is told line by line, so the page and the library must count the same lines."""
    read = pages.read(html)
    cut = split([read.text])
    assert [read.text[start:end] for start, end in zip(cut.starts, cut.ends, strict=True)] == list(read.lines)
    assert len(read.places) == len(read.lines)


# --- part B: the article, by the shipped model


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
    assert [verdict.text for verdict in article.verdicts] == article.page_text.split("\n")
    assert article.page_text == pages.read(page()).text


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


@pytest.mark.parametrize("headline", [["a", "b"], 7, {"x": 1}, True, 3.5])
def test_a_title_is_text_or_none(headline):
    facts = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": headline}
    article = declutter.read_html(f"<script type='application/ld+json'>{json.dumps(facts)}</script><p>{'</p><p>'.join(PARAGRAPHS)}")

    assert article.title is None or isinstance(article.title, str)


@pytest.mark.parametrize("name", ["山田太郎", "김철수", "अनीता शर्मा", "রহিমা বেগমা", "สมศรี ใจดี", "Jon Périn"])
def test_authors_of_any_script_are_whole(name):
    assert declutter.read_html(page(head=f'<meta name="author" content="{name}">')).authors == (name,)


@pytest.mark.parametrize("declared", ['lang="sv"', 'xml:lang="sv"'])
def test_the_language_is_the_one_that_the_page_declares(declared):
    assert declutter.read_html(page().replace('lang="en"', declared)).language == "sv"


def test_a_page_without_lines_still_tells_what_it_says_of_itself():
    head = '<meta property="og:title" content="Bakers strike"><meta name="author" content="Runa Holt">'
    article = declutter.read_html(f"<html lang=en><head>{head}</head><body><div id=root></div></body></html>")

    assert (article.text, article.title, article.authors, article.language) == ("", "Bakers strike", ("Runa Holt",), "en")
    assert "reader would see" in article.note


@pytest.mark.parametrize(
    "html",
    [
        f"<html><body style='visibility:hidden'><article><p>{'</p><p>'.join(PARAGRAPHS)}</p></article></body></html>",
        f"<html><head><script type='application/ld+json'>{json.dumps({'articleBody': chr(10).join(PARAGRAPHS)})}</script></head>"
        "<body><div id=root></div></body></html>",
    ],
    ids=["cover", "facts"],
)
def test_a_short_story_is_read_where_the_page_shows_nothing_else(html):
    assert list(pages.read(html).lines) == PARAGRAPHS


EMPTY = ["", b"", " \n", "<html></html>", b"<!doctype html><title>x</title>", "<html><body><script>1</script></body></html>"]
EMPTY += [b"\x00\x01\xff\xfe", "\x00", "\ud800"]


@pytest.mark.parametrize("html", EMPTY, ids=repr)
def test_a_page_without_an_article_gives_empty_text_and_says_why(html):
    article = declutter.read_html(html)

    assert article.text == ""
    assert article.note
    assert "\n" not in article.note
    assert declutter.clean_html(html) == ""


def test_the_note_tells_why_the_text_is_empty():
    assert "reader would see" in declutter.read_html("<html><body><script>1</script></body></html>").note
    assert "not a page but a PDF" in declutter.read_html(b"%PDF-1.7\n<</Type /Catalog>>").note
    assert "not a page but gzip" in declutter.read_html(gzip.compress(page().encode())).note
    assert "without a tag" in declutter.read_html("The bakers walked out: 1 < 2.").note
    clutter = declutter.read_html(page(), drop=KINDS)
    assert "clutter" in clutter.note
    assert clutter.page_text


def test_dropping_everything_is_said_in_the_note():
    article = declutter.read_html(page(), drop=KINDS)

    assert article.text == ""
    assert article.page_text
    assert article.note


def test_a_page_with_an_encoding_declaration_is_read_from_str_too():
    html = '<?xml version="1.0" encoding="iso-8859-1"?>\n' + page()

    assert "Périn" in declutter.clean_html(html)


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


def test_a_batch_of_pages_has_the_opinions_of_each():
    shipped = model.shipped()
    assert shipped.pages is not None
    batch = [pages.read(html) for html in (page(), "", page(paragraphs=PARAGRAPHS[:2]), "<html><body><p>Share</p></body></html>", page())]
    together = stages.opinions(shipped, stages.cut(split([each.text for each in batch])), batch)
    at = 0
    for each in batch:
        if not each.lines:
            continue
        alone = stages.opinions(shipped, stages.cut(split([each.text])), [each])
        here = slice(at, at + len(each.lines))
        np.testing.assert_allclose(together.kinds[here], alone.kinds, atol=1e-5)
        np.testing.assert_allclose(together.keep[here], alone.keep, atol=1e-5)
        at += len(each.lines)
    assert at == len(together.keep)


def test_the_markup_is_asked():
    """The same lines in other places are judged otherwise."""
    story = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    line = "A guide to the old mills of the valley"
    inside, outside = (
        next(verdict.score for verdict in declutter.judge_html(html) if verdict.text == line)
        for html in (
            f"<html><body><article>{story}<p>{line}</p></article></body></html>",
            f"<html><body><article>{story}</article><aside class='related teaser-list'><a href='/x'>{line}</a></aside></body></html>",
        )
    )
    assert inside > outside


@pytest.mark.parametrize("script", BROKEN, ids=lambda script: repr(script[:12]))
def test_broken_facts_do_not_cost_the_article(script):
    html = page(head=f'<script type="application/ld+json">{script}</script>')
    assert PARAGRAPHS[0] in declutter.clean_html(html)


def test_deep_and_wide_pages_are_judged():
    html = page().replace("</article>", "</article>" + "<div>" * 100_000 + f"<p class='{'x ' * 500_000}'>deep")
    assert PARAGRAPHS[0] in declutter.clean_html(html)


SHAPES = {
    "amp": f"<html amp><head><style amp-boilerplate>body{{visibility:hidden}}</style></head><body><article>{PARTS}</article>",
    "live blog": "<html><body><main><h1>Bakers strike: live</h1>"
    + "".join(f"<div class=live-post><time>{9 + i}:15</time><p>{paragraph}</p></div>" for i, paragraph in enumerate(STORY)),
    "streamed": f"<html><body><div>Loading</div><div hidden id='S:0'><article>{PARTS}</article></div>",
    "json-ld": f'<html><script type="application/ld+json">{json.dumps({"articleBody": chr(10).join(STORY)})}</script><body>Loading',
    "json-ld, one line": f'<html><script type="application/ld+json">{json.dumps({"articleBody": " ".join(STORY)})}</script><body>Loading',
    "fragment": f"<div>{PARTS}</div>",
}


@pytest.mark.parametrize("html", SHAPES.values(), ids=SHAPES)
def test_the_story_of_every_sort_of_page_comes_out(html):
    text = declutter.clean_html(html)
    assert [paragraph for paragraph in STORY if paragraph in text] == STORY


def test_a_page_of_teasers_has_no_article():
    teasers = "<div class=teaser><h3><a href=/x>Council closes bath</a></h3></div>" * 30
    article = declutter.read_html(f"<html><body>{teasers}<footer>© The Wick Courier</footer></body></html>")
    assert article.text == ""
    assert "no article" in article.note


@pytest.mark.parametrize(("name", "expected"), [("The Wick Courier", "The Wick Courier"), ("Bakers strike for warmer ovens", "wick.test"),
                                                ("© The Wick Courier", "wick.test"), ("", "wick.test")])  # fmt: skip
def test_the_site_is_called_neither_as_the_story_nor_as_its_owner(name, expected):
    head = f'<meta property="og:site_name" content="{name}"><link rel="canonical" href="https://www.wick.test/bakers">'
    assert declutter.read_html(page(head=head)).site == expected


@pytest.mark.parametrize(
    "label", ["Advertisement", "Story continues after advertisement", "Publicidad", "Werbung", "Реклама", "広告", "Loading..."]
)
def test_a_label_between_paragraphs_goes_though_it_is_marked_up_as_one(label):
    told = declutter.clean_html(page(paragraphs=[*PARAGRAPHS[:2], label, *PARAGRAPHS[2:]]))
    assert told.splitlines() == ["Bakers strike for warmer ovens", *PARAGRAPHS]
