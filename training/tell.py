"""What the stage for pages says of lines that nobody labelled, for the first stage of lines to learn from.

The markup tells what a line is (a comment stands in a thread, a teaser in a list of them) where its words alone do not.  So the stage for
pages, which sees it, labels the lines of all pages of folds 1 to 4; text that has lost its markup is then judged by a first stage that has
met their words.  Kept without text, as the hand labels are: `training/told.jsonl.xz` has a page a row: {"id", "site", "kinds": {kind:
[hash, ...]}}.
"""

from __future__ import annotations

import collections
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from declutter import Cleaner, page, storage
from declutter.kinds import KINDS
from training import corpora, labels

TOLD = Path(__file__).parent / "told.jsonl.xz"
SURE = 0.1  # a line counts whose score is this near to 0 or to 1
# Of kinds of which there are more than enough, so many lines: more menus only shift what is likely (training/README.md)
MOST = {"navigation": 15_000, "body": 30_000, "subheading": 4_000, "legal": 3_000, "share": 3_000, "timestamp": 2_000}


def pages() -> Iterator[dict[str, Any]]:
    """Every page of folds 1 to 4."""
    yield from corpora.pages()
    yield from (row for row in corpora.rows("trafilatura_eval") if row["fold"] in corpora.TRAINING_FOLDS)


def judged(row: dict[str, Any], cleaner: Cleaner) -> list[tuple[str, str]]:
    """(hash, kind) of the lines of a page of which the stage for pages is sure."""
    verdicts = cleaner.judge_html(row["html"], url=row.get("url"))
    keys = labels.keys([verdict.text for verdict in verdicts])
    sure = lambda score: min(score, 1 - score) < SURE
    return [(key, v.kind) for (key, _), v in zip(keys, verdicts, strict=True) if sure(v.score) and v.kind != "headline"]


def write(jobs: int) -> collections.Counter[str]:
    """Judge all pages with the installed model and write what it is sure of; how many lines of each kind."""
    from joblib import Parallel, delayed

    rows, cleaner = list(pages()), Cleaner()
    found = Parallel(n_jobs=jobs, batch_size=20)(delayed(judged)(row, cleaner) for row in rows)
    known = collections.defaultdict(set)
    for label in labels.read():
        known[label["site"]].update(key for key, _, _ in label["lines"])
    of_kind: dict[str, dict[tuple[str, str], int]] = collections.defaultdict(dict)
    for number, (row, lines) in enumerate(zip(rows, found, strict=True)):
        for key, kind in lines:
            if key not in known[row["site"]]:
                of_kind[kind].setdefault((row["site"], key), number)
    kinds: dict[int, dict[str, list[str]]] = collections.defaultdict(lambda: collections.defaultdict(list))
    for kind, places in of_kind.items():
        for (_, key), number in sorted(places.items(), key=lambda place: place[0][1])[: MOST.get(kind)]:
            kinds[number][kind].append(key)
    told = [{"id": rows[number]["id"], "site": rows[number]["site"], "kinds": kinds[number]} for number in sorted(kinds)]
    content = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in told)
    storage.write_whole(str(TOLD), lzma.compress(content.encode()))
    return collections.Counter(kind for lines in kinds.values() for kind, keys in lines.items() for _ in keys)


def lines() -> dict[tuple[str, str], int]:
    """(site, line) -> the column of its kind, of all lines that `write` wrote and the corpora still give."""
    with lzma.open(TOLD, "rt", encoding="utf-8") as rows:
        told = {row["id"]: (row["site"], row["kinds"]) for row in map(json.loads, rows)}
    found = {}
    for row in pages():
        if row["id"] in told:
            site, kinds = told[row["id"]]
            kind_of = {key: KINDS.index(kind) for kind, keys in kinds.items() for key in keys}
            texts = page.read(row["html"]).lines
            for (key, _), text in zip(labels.keys(texts), texts, strict=True):
                if key in kind_of:
                    found[site, text.strip()] = kind_of[key]
    return found
