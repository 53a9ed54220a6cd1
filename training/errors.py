"""The worst mistakes on folds 1 to 4, predicted out of fold, in their articles: a page that a person can read.

The page holds text of the corpora, so it is written where it is asked for and never into the project.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from declutter import fit, lessons, prepared
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS

AROUND = 3  # lines shown before and after a mistake

_HEAD = """<!doctype html><meta charset="utf-8"><title>declutter: worst mistakes out of fold</title>
<style>body{font:15px/1.45 sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}section{border-top:1px solid #bbb;margin:1rem 0}
p{margin:.15rem 0}p.wrong{background:#ffe9a8}small{color:#666;display:inline-block;min-width:17rem}</style>"""


def worst(articles: Sequence[lessons.Article], data: prepared.Prepared, fitted: fit.Fitted, most: int) -> list[tuple[int, int]]:
    """(article, line of it) of the mistakes on keep or drop, the surest first; headlines and articles as told again left out."""
    firm = (data.allowed.sum(axis=1) == 1) & ~data.told & ~data.allowed[:, KINDS.index("headline")]
    kept = data.allowed[:, KEPT_COLUMNS].any(axis=1)
    wrong = np.flatnonzero(firm & (kept != (fitted.keep >= fitted.stage.cut)))
    surest = wrong[np.argsort(-np.abs(fitted.keep[wrong] - kept[wrong]), kind="stable")][:most]
    bounds = np.concatenate([[0], np.cumsum([len(article.allowed) for article in articles])])
    owner = np.searchsorted(bounds, surest, side="right") - 1
    return [(int(article), int(line - bounds[article])) for article, line in zip(owner, surest, strict=True)]


def write(path: Path, articles: Sequence[lessons.Article], data: prepared.Prepared, fitted: fit.Fitted, most: int) -> int:
    """Write the page; returns how many mistakes it shows."""
    bounds = np.concatenate([[0], np.cumsum([len(article.allowed) for article in articles])])
    found = worst(articles, data, fitted, most)
    parts = [_HEAD, f"<h1>{len(found)} mistakes, the surest first</h1>"]
    for number, line in found:
        article = articles[number]
        lines = [x for x in article.text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if x.strip()]
        parts.append(f"<section><h2>{html.escape(article.site)}</h2>")
        for i in range(max(0, line - AROUND), min(len(lines), line + AROUND + 1)):
            at = bounds[number] + i
            label = KINDS[int(article.allowed[i].argmax())] if article.allowed[i].sum() == 1 else "?"
            said = f"{label} / {KINDS[int(fitted.kinds[at].argmax())]} {fitted.keep[at]:.2f}"
            parts.append(f"<p{' class=wrong' if i == line else ''}><small>{said}</small> {html.escape(lines[i].strip())}</p>")
        parts.append("</section>")
    path.write_text("\n".join(parts), encoding="utf-8")
    return len(found)
