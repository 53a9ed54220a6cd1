"""Scrapy: an item pipeline that takes the clutter out of items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from itemadapter import ItemAdapter

from declutter.cleaner import Cleaner
from declutter.verdict import apply, removed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from scrapy.statscollectors import StatsCollector

    from declutter.verdict import Verdict


class DeclutterPipeline:
    """Cleans a field of each item, whatever the type of the item; items without a text pass as they are.

    Settings
    --------
    DECLUTTER_FIELD
        the field that holds the scraped text; ``"text"`` by default
    DECLUTTER_HTML_FIELD
        a field that holds the page (str or bytes, such as ``response.body``); where an item has it, the article is read from the
        page, and from the text only if the page has none
    DECLUTTER_OUT_FIELD
        the field that the article goes to; that of the text by default
    DECLUTTER_KEEP, DECLUTTER_DROP
        kinds that stay or go against the default: a list, or a string with commas (``-s DECLUTTER_KEEP=caption,byline``)
    DECLUTTER_CAUTION
        from 0 (drop more) to 1 (drop nothing on the model's word); 0.5 by default
    DECLUTTER_KEEP_LINES, DECLUTTER_DROP_LINES
        a regular expression, or a list of them: lines that match stay or go, whatever the model says
    DECLUTTER_MODEL
        path of a model made by ``declutter train``; the shipped model by default
    DECLUTTER_SITES
        path of counts made by ``declutter sites build``, as evidence on items that have an address
    DECLUTTER_URL_FIELD
        the field that holds the address of the page; ``"url"`` by default

    Stats: ``declutter/items``, ``declutter/items_without_text``, and ``declutter/removed/<kind>`` for each kind of which a line, or a
    part of one, was removed.

    A setting that cannot be used raises ValueError before the crawl begins.  A field that holds something else than a text raises
    TypeError, which Scrapy logs with the item.

    >>> from scrapy.utils.test import get_crawler
    >>> crawler = get_crawler(settings_dict={"DECLUTTER_OUT_FIELD": "article"})
    >>> pipeline = DeclutterPipeline.from_crawler(crawler)
    >>> item = {"text": "The ferry returned to Port Ansel shortly before midnight.\\nSign up for our newsletter today."}
    >>> pipeline.process_item(item)["article"]
    'The ferry returned to Port Ansel shortly before midnight.'
    >>> crawler.stats.get_value("declutter/removed/newsletter")
    1
    """

    def __init__(
        self,
        cleaner: Cleaner,
        stats: StatsCollector,
        *,
        field: str = "text",
        html_field: str | None = None,
        out_field: str | None = None,
        url_field: str = "url",
    ) -> None:
        self.cleaner = cleaner
        self.stats = stats
        self.field = field
        self.html_field = html_field
        self.out_field = out_field or field
        self.url_field = url_field

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Configured by the crawler's settings, counting in its stats."""
        settings = crawler.settings
        return cls(
            _cleaner(settings),
            crawler.stats,
            field=settings.get("DECLUTTER_FIELD") or "text",
            html_field=settings.get("DECLUTTER_HTML_FIELD"),
            out_field=settings.get("DECLUTTER_OUT_FIELD"),
            url_field=settings.get("DECLUTTER_URL_FIELD") or "url",
        )

    def process_item(self, item: Any) -> Any:
        """The same item, its text cleaned."""
        fields = ItemAdapter(item)
        text = self._value(fields, self.field, str)
        page = self._value(fields, self.html_field, str, bytes) if self.html_field else None
        if not text and not page:
            self.stats.inc_value("declutter/items_without_text")
            return item
        fields[self.out_field], verdicts = self._cleaned(text, page, self._value(fields, self.url_field, str))
        self.stats.inc_value("declutter/items")
        for part in removed(verdicts):
            self.stats.inc_value(f"declutter/removed/{part.kind}")
        return item

    def _cleaned(self, text: str | None, page: str | bytes | None, url: str | None) -> tuple[str, Sequence[Verdict]]:
        if page:
            article = self.cleaner.read_html(page, url=url)
            if article.text or not text:
                return article.text, article.verdicts
        verdicts = next(self.cleaner.judge_many([(text or "", url)]))
        return apply(text or "", verdicts), verdicts

    def _value(self, fields: ItemAdapter, name: str, *types: type) -> Any:
        value = fields.get(name)
        if value is not None and not isinstance(value, types):
            one = {self.field: "a text", self.url_field: "an address"}.get(name, "a page")
            raise TypeError(f"field {name!r} holds a {type(value).__name__}, not {one}; a list of lines is joined with '\\n' in the spider")
        return value


def _cleaner(settings: BaseSettings) -> Cleaner:
    keep, drop = ([kind.strip() for kind in settings.getlist(name)] for name in ("DECLUTTER_KEEP", "DECLUTTER_DROP"))
    try:
        return Cleaner(
            keep=keep,
            drop=drop,
            caution=settings.getfloat("DECLUTTER_CAUTION", 0.5),
            keep_lines=settings.get("DECLUTTER_KEEP_LINES") or (),
            drop_lines=settings.get("DECLUTTER_DROP_LINES") or (),
            model=settings.get("DECLUTTER_MODEL"),
            sites=settings.get("DECLUTTER_SITES"),
        )
    except ValueError as error:
        names = ("KEEP", "DROP", "CAUTION", "KEEP_LINES", "DROP_LINES", "MODEL", "SITES")
        raise ValueError(f"settings {', '.join(f'DECLUTTER_{name}' for name in names)}: {error}") from None
