"""Whole little articles as data: which lines must survive, and what must go.

A case holds a `text`, the lines that `survive` (all of them, in order: nothing else is left), and what is to `go`: lines, or parts of a
line.  Cases under `known_failures.json` must fail, for the reason they name; once one does not, it moves to the file where it belongs.
"""

import json
from pathlib import Path

import pytest

import declutter

FILES = sorted((Path(__file__).parent / "cases").glob("*.json"))
CASES = {f"{path.stem}/{case['id']}": case for path in FILES for case in json.loads(path.read_text(encoding="utf-8"))}


def row(name):
    reason = CASES[name].get("known_failure")
    return pytest.param(CASES[name], id=name, marks=[pytest.mark.xfail(strict=True, reason=reason)] if reason else [])


def test_the_cases_are_there_and_whole():
    """An empty glob would let the table below pass with no rows in it, and so would a case that asks for nothing."""
    names = {"typed_in_by_hand", "in_the_wild", "body_like_clutter", "clutter_like_body", "inside_a_line", "languages", "single_line"}
    assert names <= {path.stem for path in FILES}
    assert len(CASES) >= 60
    assert len({case["text"] for case in CASES.values()}) == len(CASES)
    for name, case in CASES.items():
        assert case["survive"], name
        assert ("known_failure" in case) == name.startswith("known_failures/"), name
        assert all(told in case["text"] for told in case["go"]), name


@pytest.mark.parametrize("case", [row(name) for name in CASES])
def test_the_article_survives_and_the_clutter_goes(case):
    cleaned = declutter.clean(case["text"])

    assert [line.rstrip() for line in cleaned.splitlines() if line.strip()] == case["survive"]
