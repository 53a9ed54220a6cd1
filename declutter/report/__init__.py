r"""One self-contained page that shows what was removed from each article, and why.

>>> from declutter.articles import Judged
>>> from declutter.cleaner import Cleaner
>>> text = "The ovens were cold.\n<b>Share on Facebook</b>"
>>> page = render([Judged("ovens.txt", "wick.test", text, tuple(Cleaner(drop_lines="Share").judge(text)))])
>>> "&lt;b&gt;Share on Facebook&lt;/b&gt;" in page, "<b>Share" in page
(True, False)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from declutter.articles import Judged
from declutter.report.charts import Bar, bars, columns
from declutter.report.gather import Count, Gathered, gather
from declutter.report.page import choose, fill

_SITES = 15  # that the chart names
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(articles: Iterable[Judged], *, room: int = 3_000_000) -> str:
    """The report on these articles as HTML; all are counted, and as many shown as fit into `room` characters.

    The same articles give the same page.  Raises ImportError without the extra `report`.
    """
    found = gather(articles)
    shown = choose(found, room)
    return fill(
        whole=found.whole,
        kinds=sorted(found.kinds),
        shown=shown,
        sites=sorted({article.site for article in shown}),
        charts={
            "Removed lines and spans, by kind": _kinds_chart(found),
            "Removed lines, by site, and share of its text": _sites_chart(found),
            "Articles, by share of their text removed, in %": _shares_chart(found),
        },
        other_sites=max(0, len(found.sites) - _SITES),
    )


def _kinds_chart(found: Gathered) -> str:
    rows = [Bar(kind.replace("_", " "), count, f"{count:,}", f"kind={kind}", f"k-{kind}") for kind, count in found.kinds.most_common()]
    return bars(rows, "Lines and spans removed, by kind") if rows else ""


def _sites_chart(found: Gathered) -> str:
    ranked = sorted(found.sites.items(), key=lambda item: (-item[1].removed, item[0]))[:_SITES]
    rows = [Bar(_short(site), own.removed, _told(own), f"site={site}") for site, own in ranked]
    return bars(rows, "Lines removed, by site") if len(rows) > 1 else ""


def _told(own: Count) -> str:
    return f"{own.removed:,} · {100 * own.share:.0f} %"


def _short(site: str) -> str:
    name = _NO_XML.sub("\ufffd", site) or "no site named"
    return name if len(name) <= 24 else f"{name[:23]}…"


def _shares_chart(found: Gathered) -> str:
    if found.whole.articles < 5:
        return ""
    rows = [Bar(f"{10 * i}–{10 * i + 10}", count, f"{count:,}" if count else "") for i, count in enumerate(found.shares)]
    return columns(rows, "Articles by share of text removed")
