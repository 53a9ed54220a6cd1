"""The tree of a page, and what the page says of itself."""

import json

import pytest

from declutter import parsing


def with_facts(*scripts):
    held = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    head = f"<head>{held}<title>A title</title><meta property='og:title' content='Another'></head>"
    return parsing.own_words(parsing.parsed(f"<html>{head}<body><p>one</p></body></html>"))


def test_the_titles_and_the_longest_body_are_read():
    facts = {"@graph": [{"@type": "Thing"}, {"headline": "A third", "articleBody": "The body."}, {"articleBody": "A longer body."}]}
    own = with_facts("{", json.dumps(facts))
    assert all(title in own.titles for title in ("A title", "Another", "A third"))
    assert own.body == "A longer body."


@pytest.mark.parametrize("script", ["", "{", "null", "1", "[" * 200_000, '{"articleBody": 1, "headline": ["x"]}', "{'a': 1}"])
def test_broken_facts_are_none(script):
    own = with_facts(script)
    assert "A title" in own.titles
    assert own.body == own.authors == own.pictures == ""


def test_huge_facts_are_read():
    body = with_facts(json.dumps([{"articleBody": "word " * 400_000}] + [{"headline": "x"}] * 20_000)).body
    assert len(body) == 2_000_000


def test_what_a_page_says_of_itself_is_told_apart():
    facts = {"author": [{"name": "Runa Holt"}, "Piet", {"name": 3}], "image": {"caption": "The quay at dawn"}}
    html = f"""<html><head><script type="application/ld+json">{json.dumps(facts)}</script><link rel="canonical" href="https://www.wick.test/a">
        <meta property="og:site_name" content="Lower Wick Post"><meta name="Author" content="Tilda Marsh">
        <meta name="description" content="How the bakers left"></head><body><img alt="An oven"><img><p>x</p></body></html>"""
    own = parsing.own_words(parsing.parsed(html))
    assert own.names.split(" \n ") == ["Lower Wick Post", "wick"]
    assert own.authors.split(" \n ") == ["Tilda Marsh", "Runa Holt"]
    assert (own.description, own.host) == ("How the bakers left", "wick.test")
    assert own.pictures.split(" \n ") == ["An oven", "The quay at dawn"]


@pytest.mark.parametrize("html", ["<!-- nothing -->", "<?xml version='1.0'?>", "<!doctype html>"])
def test_a_page_with_nothing_in_it_has_no_tree(html):
    assert parsing.parsed(html) is None


@pytest.mark.parametrize("levels", [100, 260, 5000])
def test_a_deep_tree_is_no_deeper_than_the_parser_goes_and_keeps_its_text(levels):
    tree = parsing.parsed(f"<p>first</p>{'<div>' * levels}deep{'</div>' * levels}<p>after</p>")
    assert "".join(tree.itertext()) == "firstdeepafter"
    assert not tree.xpath(f"boolean({'/*' * 260})")


def test_a_tag_of_many_attributes_keeps_the_first_and_does_not_stall():
    tree = parsing.parsed("<p id=own " + " ".join(f"a{i}" for i in range(100_000)) + ">one</p>")
    paragraph = next(tree.iter("p"))
    assert paragraph.get("id") == "own"
    assert 200 < len(paragraph.attrib) < 300


@pytest.mark.parametrize("before", ["", "\n", "<?xml version='1.0'?>\n"])
@pytest.mark.parametrize("kind", ["html", "html PUBLIC '-//A//B' 'http://wick.test/a.dtd'"])
def test_what_a_doctype_declares_is_no_text(before, kind):
    """The parser's versions once differed here: an end of the declarations as a line, in a paragraph or in none."""
    tree = parsing.parsed(f"{before}<!DOCTYPE {kind} [<!ENTITY a 'x'> <!ENTITY b '&a;&a;'>] ><html><body><p>one [two] ]></p></body></html>")
    assert "".join(tree.itertext()) == "one [two] ]>"
