"""What the markup says of each line: names of its place as buckets, numbers that never look across the border of a page."""

from itertools import pairwise

import numpy as np
import pytest

from declutter import page
from declutter.context import columns
from declutter.document import split
from declutter.kinds import KINDS
from declutter.markup import MARKUP_BUCKETS, PLACE_BIT, PLACES, Page, Place, markup_names, numbers, page_number_names
from declutter.parsing import Own
from declutter.words import words_of

STORY = "The bakers of Lower Wick put down their peels on Monday and walked out into the rain."
OTHER = "The owners say that new ovens cost more than a year of bread brings in."
HTML = [
    f"<html><head><title>Bakers walked out</title></head><body><nav><a href=/>Home</a></nav><article><h1>Bakers walked out</h1>"
    f"<p>{STORY}<p>{OTHER}</article><footer><p>By <a href=/r>Runa Holt</a></p></footer></body></html>",
    "<html><body></body></html>",
    f"<html><body><div class='teaser-box'><p>{OTHER}</p><p>Bakers walked out</p></div><pre>a\nb</pre></body></html>",
]


def numbers_of(pages, opinion=None, alone=None):
    lines = split([each.text for each in pages])
    even = np.full((len(lines), len(KINDS) + 1), 0.05, dtype=np.float32)
    opinion, alone = (even if given is None else given for given in (opinion, alone))
    words = words_of(lines)
    return numbers(pages, lines, words, columns(lines, words, alone), alone, opinion)


def body(html):
    return page.read(f"<html><body>{html}</body></html>")


def test_the_text_of_a_page_is_its_lines():
    read = page.read(HTML[0])
    assert read.text == "\n".join(read.lines)
    assert len(read.lines) == len(read.places) == 5
    assert Page((), (), Own(), None).text == ""


@pytest.mark.parametrize("tag", PLACES)
def test_a_line_knows_the_places_it_stands_in(tag):
    inside = f"<tr><td>{STORY}</td></tr>" if tag == "table" else STORY
    read = body(f"<p>before</p><{tag}>{inside}</{tag}><p>after</p>")
    before, here, after = read.places
    assert read.lines[1] == STORY
    assert here.places & PLACE_BIT[tag]
    assert not (before.places | after.places) & PLACE_BIT[tag] or tag == "p"
    assert numbers_of([read])[f"in {tag}"].tolist() == [tag == "p", True, tag == "p"]


def test_places_are_those_of_all_elements_around():
    (place,) = body(f"<main><aside><ul><li><p>{STORY}</p></li></ul></aside></main>").places
    found = {tag for tag in PLACES if place.places & PLACE_BIT[tag]}
    assert found == {"main", "aside", "ul", "li", "p"}
    assert len(place.blocks) > len(body(f"<p>{STORY}</p>").places[0].blocks)


def test_every_place_has_a_bit_of_its_own():
    assert len(set(PLACE_BIT.values())) == len(PLACES)
    assert all(bit.bit_count() == 1 for bit in PLACE_BIT.values())


@pytest.mark.parametrize(
    ("html", "share"),
    [("<p>abcd</p>", 0), ("<p><a href=x>abcd</a></p>", 1), ("<p>abcd<a href=x>efgh</a></p>", 0.5), ("<p><a><b>ab</b></a>cdefgh</p>", 0.25)],
)
def test_the_share_of_links_counts_characters(html, share):
    read = body(html)
    assert read.places[0].links == pytest.approx(share)
    assert numbers_of([read])["links"] == pytest.approx([share])


def test_a_line_knows_the_blocks_around_it_and_the_pictures_before_it():
    html = f"<div><p>{STORY}</p><img src=a><img src=b><p>{OTHER}</p></div><section>three<b>!</b></section>"
    one, two, three = body(html).places
    assert one.blocks[:-1] == two.blocks[:-1]
    assert one.blocks[-1] != two.blocks[-1]
    assert set(one.blocks) & set(three.blocks) == set(one.blocks[:3])  # outside of all, the page, its body
    assert (one.pictures, two.pictures, three.pictures) == (0, 2, 0)


def test_lines_outside_of_the_block_with_the_story_are_steps_out_of_it():
    read = body(f"<div><div><p>{STORY}</p><p>{OTHER}</p><p>{STORY}</p></div><p>{OTHER}</p></div><footer>x</footer>")
    steps = numbers_of([read])["steps out of the block with 50% of the story"]
    assert steps.tolist() == [0, 0, 0, 1, 2]


def test_lines_know_what_the_heading_above_them_looks_like():
    read = body(f"<p>{STORY}</p><h2>Related</h2><p>{OTHER}</p><p>{STORY}</p>")
    opinion = np.full((4, len(KINDS) + 1), 0.5, dtype=np.float32)
    opinion[1, -1] = 0.1
    found = numbers_of([read], opinion)
    assert found["the heading above markup looks kept"].tolist() == pytest.approx([-1, -1, 0.1, 0.1])
    assert found["lines since a heading"].tolist() == [41, 41, 1, 2]


def test_names_are_buckets_line_by_line():
    pages = [page.read(html) for html in HTML]
    names, bounds = markup_names(pages)
    places = [place for each in pages for place in each.places]
    assert names.dtype == bounds.dtype == np.int32
    assert ((names >= 0) & (names < MARKUP_BUCKETS)).all()
    assert len(bounds) == len(places) + 1
    assert [tuple(names[low:high].tolist()) for low, high in pairwise(bounds)] == [place.names for place in places]


@pytest.mark.parametrize("pages", [[], [Page((), (), Own(), None)] * 2], ids=["no page", "empty pages"])
def test_pages_without_lines_have_no_names_and_no_numbers(pages):
    names, bounds = markup_names(pages)
    assert (names.tolist(), bounds.tolist()) == ([], [0])
    assert {len(column) for column in numbers_of(pages).values()} == {0}


def names_of(html):
    return set(body(html).places[0].names)


def test_names_tell_classes_and_ids_and_how_near_they_are():
    plain = names_of("<p>x</p>")
    assert names_of("<p class=''>x</p>") == plain
    for attribute in ("class=teaser", "id=teaser"):
        assert plain < names_of(f"<p {attribute}>x</p>")
    assert names_of("<p class=teaser>x</p>") == names_of("<p id=teaser>x</p>")
    assert names_of("<p class=TeaserBox>x</p>") == names_of("<p class='teaser-box'>x</p>")
    own, above, far = (
        names_of(html)
        for html in (
            "<div><div><div><p class=teaser>x</p></div></div></div>",
            "<div><div><div class=teaser><p>x</p></div></div></div>",
            "<div class=teaser><div><div><p>x</p></div></div></div>",
        )
    )
    assert own != above != far != own


def test_a_class_of_a_megabyte_adds_no_more_than_a_few_names():
    assert len(names_of(f"<p class='{'word ' * 200_000}'>x</p>")) < 40
    assert len(names_of(f"<p class='{' '.join('abcdefghij'[i % 10] * (2 + i) for i in range(2000))}'>x</p>")) < 40


def test_equal_parents_are_equal_and_others_are_not():
    html = "<div class=a><p>1</p><p>2</p></div><div class=b><p>3</p></div><section class=a><p>4</p></section>"
    one, two, three, four = (place.parent for place in body(html).places)
    assert one == two
    assert len({one, three, four}) == 3


def test_numbers_are_named_finite_and_one_a_line():
    found = numbers_of([page.read(html) for html in HTML])
    assert tuple(found) == page_number_names()
    assert {column.shape for column in found.values()} == {(9,)}
    assert {column.dtype for column in found.values()} == {np.dtype(np.float32)}
    assert all(np.isfinite(column).all() for column in found.values())


def test_numbers_have_names_that_the_text_numbers_do_not_have():
    from declutter.context import number_names

    assert len(set(page_number_names())) == len(page_number_names())
    assert not set(page_number_names()) & set(number_names())


def test_a_batch_of_pages_has_the_numbers_of_each():
    pages = [page.read(html) for html in (*HTML, HTML[0])]
    opinion = np.random.default_rng(0).random((14, len(KINDS) + 1)).astype(np.float32)
    together = numbers_of(pages, opinion)
    at = 0
    for each in pages:
        alone = numbers_of([each], opinion[at : at + len(each.lines)])
        for name, column in alone.items():
            np.testing.assert_allclose(together[name][at : at + len(each.lines)], column, rtol=1e-6, err_msg=name)
        at += len(each.lines)
    assert at == 14


def test_what_the_page_says_of_itself_is_found_again_in_its_own_lines_only():
    empty = body(f"<p>{STORY}</p>")
    told = Page(empty.lines, empty.places, Own(titles="Bakers of Lower Wick", body=f"{STORY} {OTHER} " * 5), None)
    found = numbers_of([told, empty])
    titles, pairs = (
        found[name] for name in ("share of words in the page's titles", "share of pairs in the body that the page gives of itself")
    )
    assert 0 < titles[0] < 1
    assert pairs[0] == pytest.approx(1, abs=0.1)
    assert titles[1] == pairs[1] == 0
    assert found["the page gives a body of itself"].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("own", "number"),
    [
        (Own(names="Wick Bakers"), "share of words in the names of the site"),
        (Own(authors="Runa Bakers"), "share of words in the names of the authors"),
        (Own(description="How the bakers of Lower Wick walked out"), "share of pairs in the page's description"),
        (Own(pictures="The bakers of Lower Wick"), "share of pairs in what pictures show"),
    ],
)
def test_each_thing_that_a_page_says_of_itself_is_a_number_of_its_own(own, number):
    read = body(f"<p>{STORY}</p><p>{OTHER}</p>")
    found = numbers_of([Page(read.lines, read.places, own, None)])
    about = [name for name in found if name.startswith(("share of words in the ", "share of pairs in "))]
    assert [name for name in about if found[name].any()] == [number]
    assert found[number][0] > found[number][1]


def test_lines_know_where_their_links_lead():
    read = body(
        f"<p>{STORY}</p><p>See <a href='https://x.test/a'>one</a> and <a href='/2024/ferry-limps-home-again'>two</a>.</p>"
        f"<a href='https://x.test/b'><h3>{OTHER}</h3><p>three</p></a><p><a>nowhere</a></p><p><a href='/tag/a'>four</a></p>"
        "<p><a href='https://wick.test/c'>five</a> <a href='https://wick.test/d'>six</a> <a href='https://wick.test/e'>seven</a> <a href='https://wick.test/f'>eight</a></p>"
    )
    found = numbers_of([read])
    assert [place.anchors for place in read.places] == [0, 2, 1, 1, 0, 1, 4]
    assert np.expm1(found["log of links"]) == pytest.approx([0, 2, 1, 1, 0, 1, 4])
    assert found["links that leave the site"] == pytest.approx([0, 0.5, 1, 1, 0, 0, 0])
    assert found["links to titles"] == pytest.approx([0, 0.5, 0, 0, 0, 0, 0])


def test_names_tell_where_links_lead_and_whether_they_are_the_line():
    plain = names_of("<p><a>x</a></p>")
    assert plain < names_of("<p><a href='/author/x'>x</a></p>")
    assert names_of("<p><a href='/author/x'>x</a></p>") == names_of("<p><a href='https://wick.test/author/x'>x</a></p>")
    assert names_of("<p>of <a href='/author/x'>x</a></p>").isdisjoint(names_of("<p><a href='/author/x'>x</a></p>") - plain)


def test_the_links_of_a_row_are_those_of_its_cells():
    (place,) = body("<table><tr><td><a href='/a'>one</a></td><td><a href='/a-ferry-limps-home'>two</a></td></tr></table>").places
    assert (place.anchors, place.titled) == (2, 0.5)


def test_lines_under_the_same_parents_are_counted_in_their_own_page():
    pages = [body("<ul><li>a<li>b<li>c</ul><p>d</p>"), body("<ul><li>a</ul>")]
    counts = np.expm1(numbers_of(pages)["log of lines under alike parents"])
    assert counts == pytest.approx([3, 3, 3, 1, 1])
    shares = numbers_of(pages)["share of the page's characters under alike parents"]
    assert shares == pytest.approx([0.75, 0.75, 0.75, 0.25, 1])


def test_places_can_be_written_by_hand():
    """A page need not come from HTML: the numbers ask for lines and places alone."""
    places = (Place(PLACE_BIT["nav"], (1, 2), 7, (0, 1, 2), 1.0, 0), Place(0, (), 8, (0, 3), 0.0, 1))
    found = numbers_of([Page(("Home", STORY), places, Own(), None)])
    assert found["in nav"].tolist() == [1, 0]
    assert found["depth"].tolist() == [3, 2]
