"""Where links lead: names of addresses as pages write them, and of any other text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declutter import links
from declutter.links import Link

OWN = "ansel.test"


def names(address, relation=""):
    return set(links.told(Link(address, relation), OWN).names)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/author/tilda-marsh", {"in", "/author", "/tilda-marsh", "2 parts"}),
        ("https://www.ansel.test/author/tilda-marsh/", {"in", "/author", "/tilda-marsh", "2 parts"}),
        ("HTTPS://ANSEL.TEST/Tag/Ferries", {"in", "/tag", "/ferries", "2 parts"}),
        ("//ansel.test/2024/05/ferry-limps-home-after-fire", {"in", "/number", "/title", "3 parts", "ends in a title"}),
        ("https://shop.ansel.test/?utm_source=page&x=1", {"in", "?utm_source", "?x", "0 parts"}),
        ("https://www.facebook.com/sharer.php?u=https://ansel.test/a", {"out", "facebook", "/sharer.php", "?u", "1 parts"}),
        ("https://news.bbc.co.uk/a#b", {"out", "news", "/a", "1 parts"}),
        ("mailto:desk@ansel.test", {"mailto:"}),
        ("tel:+44123", {"tel:"}),
        ("javascript:void(0)", {"javascript:"}),
        ("#comments", {"#", "# comments"}),
        ("", {"in", "0 parts"}),
        ("story.html", {"in", "/story.html", "1 parts"}),
    ],
)
def test_an_address_is_told_in_words(address, says):
    assert names(address) == says


def test_the_relation_is_told():
    assert {"rel nofollow", "rel sponsored"} < names("/a", "sponsored NoFollow")


@pytest.mark.parametrize(
    ("address", "out"),
    [
        ("/a", False),
        ("https://ansel.test", False),
        ("https://m.ansel.test/a", False),
        ("https://notansel.test", True),
        ("//elsewhere.test", True),
        ("mailto:desk@elsewhere.test", False),
    ],
)
def test_links_that_leave_the_site(address, out):
    assert links.told(Link(address, ""), OWN).leaves is out


@pytest.mark.parametrize(
    ("address", "titled"),
    [
        ("/2024/ferry-limps-home-after-fire.html", True),
        ("/sport/", False),
        ("https://x.test/a_b_c_d/amp", True),
        ("https://a-b-c-d.test/", False),
    ],
)
def test_links_that_lead_to_a_title(address, titled):
    assert links.told(Link(address, ""), OWN).titled is titled


def test_the_host_of_a_page_is_the_one_it_names_or_the_one_of_most_links():
    held = [Link(address, "") for address in ("https://a.test/1", "https://b.test/1", "https://www.b.test/2", "/x", "mailto:a@c.test")]
    assert links.own_host("named.test", held) == "named.test"
    assert links.own_host("", held) == "b.test"
    assert links.own_host("", held[3:]) == ""


@given(st.text(), st.text(), st.text(max_size=20))
def test_any_text_can_be_an_address(address, relation, own):
    told = links.told(Link.of(address, relation), own)
    assert 0 < len(told.names) <= 20
    assert all(len(name) <= 320 for name in told.names if not name.startswith("rel "))


def test_an_address_of_a_megabyte_says_no_more_than_its_beginning():
    """What is known of a link is remembered, and a hundred such are not to fill the memory."""
    long = "https://elsewhere.test/" + "a/" * 500_000
    assert Link.of(long, "x " * 500_000) == Link.of(long[:300], "x " * 50)
    assert len(Link.of(long, None).address) == 300
    assert links.told(Link.of(long, None), OWN).leaves
