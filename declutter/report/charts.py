"""The charts of a report, as SVG that takes its colours from the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import pygal
from lxml import etree

_LOOKS = ("style", "script", "desc", "title")  # what a chart brings along that the page has itself, or refuses


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, value, the words at its end, and the filter that a click on it sets (empty for none)."""

    label: str
    value: float
    told: str
    filters: str = ""
    css: str = ""


def bars(rows: Sequence[Bar], title: str) -> str:
    """A chart of horizontal bars, the first on top.

    >>> chart = bars([Bar("<share>", 4, "4 lines", "kind=share")], "Kinds")
    >>> "&lt;share&gt;" in chart, "#kind=share" in chart, "<script" in chart, "style=" in chart
    (True, True, False, False)
    """
    return _drawn(pygal.HorizontalBar, rows, title, width=400, height=22 * len(rows) + 12, show_x_labels=False, show_y_guides=False)


def columns(rows: Sequence[Bar], title: str) -> str:
    """A chart of columns, the first on the left."""
    return _drawn(pygal.Bar, rows, title, width=400, height=180, show_y_labels=False, show_y_guides=False)


def _drawn(kind: Callable[..., pygal.Graph], rows: Sequence[Bar], title: str, **size: object) -> str:
    chart = kind(
        **size,
        margin=4,
        spacing=6,
        show_legend=False,
        print_values=True,
        print_values_position="top",
        include_x_axis=True,
        js=(),
        css=(),
        truncate_label=200,
        rounded_bars=2,
        range=(0, 1.35 * max(row.value for row in rows) or 1),  # room for the words at the end of the longest
        style=pygal.style.Style(label_font_size=12, major_label_font_size=12, value_font_size=11, font_family="sans-serif"),
    )
    ordered = list(rows) if kind is pygal.Bar else list(rows)[::-1]  # horizontal bars are drawn from below
    chart.x_labels = [row.label for row in ordered]
    chart.add(title, [_value(row) for row in ordered])
    return _plain(chart.render_tree(), title)


def _value(row: Bar) -> dict[str, object]:
    value: dict[str, object] = {"value": row.value, "formatter": lambda _: row.told, "node": {"class": f"bar-of {row.css}".strip()}}
    if row.filters:
        value["xlink"] = {"href": "#" + quote(row.filters, safe="=", errors="replace"), "target": "_self"}
    return value


def _plain(svg: etree._Element, title: str) -> str:
    """The drawing alone: no styles, scripts or tooltips of its own, and a name for those who cannot see it."""
    for element in list(svg.iter()):
        if not isinstance(element.tag, str) or element.tag in _LOOKS or "tooltip-overlay" in element.get("class", ""):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    del svg.attrib["id"]  # random, where the same input is to give the same file
    svg.set("role", "group")
    svg.set("aria-label", title)
    return str(etree.tostring(svg, encoding="unicode"))
