"""Scrapy: a crawl of pages served on loopback, its feed and its stats."""

import functools
import json
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("scrapy", reason="the tests of Scrapy need the extra 'scrapy'")
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from declutter import sites
from declutter.integrations.scrapy import DeclutterPipeline

CRAWL = """
import json, sys
from dataclasses import dataclass
import scrapy
from scrapy.crawler import CrawlerProcess

@dataclass
class Story:
    text: str
    kind: str = "dataclass"

class Page(scrapy.Item):
    text = scrapy.Field()
    kind = scrapy.Field()

class News(scrapy.Spider):
    name = "news"

    def parse(self, response):
        text = "\\n".join(response.css("p::text").getall())
        yield {"text": text, "kind": "dict"}
        yield Story(text)
        yield Page(text=text, kind="item")
        yield {"kind": "bare"}

    def closed(self, reason):
        with open("stats.json", "w") as file:
            json.dump({k: v for k, v in self.crawler.stats.get_stats().items() if isinstance(v, int | str)}, file)

settings = {
    "ITEM_PIPELINES": {"declutter.integrations.scrapy.DeclutterPipeline": 300},
    "FEEDS": {"items.jsonl": {"format": "jsonl"}},
    "TELNETCONSOLE_ENABLED": False,
}
process = CrawlerProcess(settings | json.loads(sys.argv[2]))
process.crawl(News, start_urls=[sys.argv[1]])
process.start()
"""


@pytest.fixture
def site(tmp_path, cluttered):
    """The address of a page with the cluttered article, on loopback."""
    folder = tmp_path / "site"
    folder.mkdir()
    paragraphs = "".join(f"<p>{line}</p>" for line in cluttered.splitlines() if line)
    (folder / "ferry.html").write_text(f"<!doctype html><title>Ferry</title><article>{paragraphs}</article>", encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(SimpleHTTPRequestHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ferry.html"
    server.shutdown()
    thread.join()
    server.server_close()


def crawl(tmp_path, address, **settings):
    """The items of a crawl and its stats, None where no crawl came about, and its log."""
    done = subprocess.run(
        [sys.executable, "-c", CRAWL, address, json.dumps(settings)],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if not (tmp_path / "stats.json").exists():
        return None, None, done.stderr
    items = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    return items, json.loads((tmp_path / "stats.json").read_text(encoding="utf-8")), done.stderr


def pipeline(**settings):
    crawler = get_crawler(settings_dict=settings)
    return DeclutterPipeline.from_crawler(crawler), crawler.stats


def test_a_crawl_cleans_items_of_every_type_and_counts_what_went(tmp_path, site):
    items, stats, log = crawl(tmp_path, site)

    assert sorted(item["kind"] for item in items) == ["bare", "dataclass", "dict", "item"]
    texts = {item["text"] for item in items if "text" in item}
    assert len(texts) == 1, "each type of item came out the same"
    assert "newsletter" not in texts.copy().pop()
    assert "Nobody was hurt" in texts.pop()
    assert stats["declutter/items"] == 3
    assert stats["declutter/items_without_text"] == 1
    assert stats["declutter/removed/newsletter"] == 3
    assert "Deprecat" not in log


def test_an_unknown_kind_in_the_settings_stops_the_crawl_before_it_begins(tmp_path, site):
    _, stats, log = crawl(tmp_path, site, DECLUTTER_DROP="advert")

    assert stats is None, "the spider never ran"
    assert "DECLUTTER_DROP" in log
    assert "unknown kind 'advert'; the kinds are body" in log


def test_the_article_goes_to_the_out_field_and_the_text_stays(cluttered, article):
    step, _ = pipeline(DECLUTTER_FIELD="content", DECLUTTER_OUT_FIELD="article")

    assert step.process_item({"content": cluttered}) == {"content": cluttered, "article": article}


def test_kinds_are_a_list_or_a_string_with_commas(cluttered):
    from_code, _ = pipeline(DECLUTTER_KEEP=["newsletter", "share"])
    from_command_line, _ = pipeline(DECLUTTER_KEEP="newsletter, share")

    assert from_code.process_item({"text": cluttered})["text"] == cluttered
    assert from_command_line.process_item({"text": cluttered})["text"] == cluttered
    dropping, stats = pipeline(DECLUTTER_DROP="headline")
    assert "limps home" not in dropping.process_item({"text": cluttered})["text"]
    assert stats.get_value("declutter/removed/headline") == 1


def test_the_options_of_a_cleaner_are_settings(cluttered):
    nothing_goes, _ = pipeline(DECLUTTER_CAUTION="1")
    ferry_goes, _ = pipeline(DECLUTTER_DROP_LINES=["(?i)nobody was hurt"], DECLUTTER_KEEP_LINES="newsletter")

    assert nothing_goes.process_item({"text": cluttered})["text"] == cluttered
    mine = ferry_goes.process_item({"text": cluttered})["text"]
    assert "Nobody was hurt" not in mine
    assert "newsletter" in mine
    with pytest.raises(ValueError, match=r"DECLUTTER_DROP_LINES.*no regular expression"):
        pipeline(DECLUTTER_DROP_LINES="(")


def test_counts_of_sites_are_evidence_on_items_with_an_address(tmp_path):
    line = "What happens on the quays of Ansel is written down in rain and snow, because somebody has to remember it."
    pages = [(f"The ferry number {at} was late on Monday, the harbour master said.\n{line}", "https://ansel.test") for at in range(40)]
    sites.save(sites.freeze(sites.count(pages)), tmp_path / "counts.npz")
    step, _ = pipeline(DECLUTTER_SITES=str(tmp_path / "counts.npz"), DECLUTTER_URL_FIELD="link")

    assert line not in step.process_item({"text": pages[0][0], "link": "https://ansel.test/0"})["text"]
    assert line in step.process_item({"text": pages[0][0]})["text"]
    with pytest.raises(TypeError, match="'link' holds a int, not an address"):
        step.process_item({"text": pages[0][0], "link": 3})


@pytest.mark.parametrize("encode", [str, str.encode], ids=["str", "bytes"])
def test_the_article_is_read_from_the_page_where_an_item_has_one(cluttered, article, encode):
    step, stats = pipeline(DECLUTTER_HTML_FIELD="html")
    page = encode("<html><body><article>" + "".join(f"<p>{line}</p>" for line in cluttered.split("\n")) + "</article></body></html>")

    assert "Nobody was hurt" in step.process_item({"html": page})["text"]
    assert step.process_item({"html": page, "text": "old"})["text"] != "old"
    assert step.process_item({"html": None, "text": cluttered})["text"] == article
    assert step.process_item({"html": "<html></html>", "text": cluttered})["text"] == article, "a page without an article"
    assert stats.get_value("declutter/items") == 4


def test_what_is_no_text_is_refused_in_words():
    step, _ = pipeline()

    with pytest.raises(TypeError, match=r"field 'text' holds a list.*joined"):
        step.process_item({"text": ["a", "b"]})


@pytest.mark.parametrize("text", [None, ""])
def test_an_item_without_a_text_passes_as_it_is(text):
    step, stats = pipeline()

    assert step.process_item({"text": text}) == {"text": text}
    assert step.process_item({}) == {}
    assert stats.get_value("declutter/items_without_text") == 2


def test_a_model_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"DECLUTTER_MODEL.*none\.npz"):
        pipeline(DECLUTTER_MODEL=str(tmp_path / "none.npz"))
    assert Settings().get("DECLUTTER_MODEL") is None


def test_the_example_of_the_page(run_example):
    printed, shown = run_example("Scrapy")

    assert printed == shown
