"""The corpora as they lie in a folder: pages with reference bodies, and hand-labelled scrapes.

The folder is `DECLUTTER_CORPORA`, or `../shared/corpora` beside the project.  Nothing of its text goes into the project;
what is derived from it (scrapes, feature tables) goes to a cache folder, `DECLUTTER_CACHE` or `~/.cache/declutter`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
TRAINING_FOLDS = (1, 2, 3, 4)
PAGES = ("aed", "wcxb_dev", "cpe", "fundus")
LICENCES = {
    "aed": "Apache-2.0, AndyTheFactory/article-extraction-dataset",
    "wcxb_dev": "CC-BY-4.0, Murrough-Foley/web-content-extraction-benchmark",
    "cpe": "ppke-nlpg/CleanPortalEval",
    "fundus": "MIT, flairNLP/fundus test data",
    "kinds": "hand labels over the pages of the other corpora and of adbar/trafilatura's evaluation data (Apache-2.0)",
    "samples": "MIT, written for declutter",
}


def folder() -> Path | None:
    """Where the corpora lie, or None where there are none.

    `DECLUTTER_CORPORA` names the folder; without it `../shared/corpora` beside the project is tried.
    """
    path = Path(os.environ.get("DECLUTTER_CORPORA") or PROJECT.parent / "shared" / "corpora")
    return path if (path / "kinds.jsonl.xz").is_file() else None


def cache() -> Path:
    """The folder for what is derived from the corpora; made if it is not there."""
    path = Path(os.environ.get("DECLUTTER_CACHE") or Path.home() / ".cache" / "declutter")
    path.mkdir(parents=True, exist_ok=True)
    return path


def need_folder() -> Path:
    """As `folder`, but ends the program with one line where there are no corpora."""
    path = folder()
    if path is None:
        raise SystemExit("no corpora: set DECLUTTER_CORPORA to the folder that holds kinds.jsonl.xz (see training/README.md)")
    return path


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of one corpus file, `name` without its ending."""
    with lzma.open(need_folder() / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def pages(folds: tuple[int, ...] = TRAINING_FOLDS) -> Iterator[dict[str, Any]]:
    """Pages with a reference body, of the given folds."""
    for name in PAGES:
        yield from (row for row in rows(name) if row["fold"] in folds)


@functools.cache
def digest(name: str) -> str:
    """The first 16 hex digits of the SHA-256 of a corpus file."""
    return hashlib.sha256((need_folder() / f"{name}.jsonl.xz").read_bytes()).hexdigest()[:16]


def reference(page: dict[str, Any]) -> list[str]:
    """Paragraphs of the reference body, less a leading one that only repeats the title."""
    gold: list[str] = page["gold"]
    plain = lambda text: "".join(c.lower() if c.isalnum() else " " for c in text).split()
    if len(gold) > 1 and page.get("title") and plain(gold[0]) == plain(page["title"]):
        return gold[1:]
    return gold
