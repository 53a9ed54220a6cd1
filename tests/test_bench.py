"""The benchmark: what it runs, what it prints.  How fast anything is, no test says."""

import pytest

from declutter import Cleaner
from training import bench

TEXT = "Share\n\nThe ferry Morning Tern came home at dawn with her pumps still running hard.\nSign up to our newsletter"
GIVEN = bench.Texts((TEXT, "Back to top", ""), ())


def test_lines_and_size_are_those_of_the_texts():
    assert GIVEN.lines == 4
    assert round(GIVEN.megabytes * 1e6) == len("".join(GIVEN.texts).encode())


def test_the_middle_round_counts():
    assert bench.Cost("tool", (9.0, 1.0, 2.0)).middle == 2.0


def test_every_tool_runs_as_often_as_the_others_and_the_first_round_is_left_out():
    calls = []
    found = bench.costs({name: lambda name=name: calls.append(name) for name in "ab"}, rounds=3)
    assert calls == ["a", "b"] * 4
    assert [(cost.name, len(cost.seconds)) for cost in found] == [("a", 3), ("b", 3)]


def test_the_table_tells_each_tool_beside_declutter():
    found = [bench.Cost(bench.OURS, (2.0,)), bench.Cost("another", (1.0, 5.0, 3.0))]
    rows = bench.table(found, GIVEN).splitlines()
    assert rows[0].startswith("3 texts of samples/, 4 lines")
    assert rows[-2:] == [f"| {bench.OURS} | 2 | 0.00 | 1.00 |", "| another | 1 | 0.00 | 1.50 |"]


def test_growth_cleans_as_many_documents_and_characters_as_it_says(monkeypatch):
    many, single = [], []
    monkeypatch.setattr(Cleaner, "clean_many", lambda _, texts: iter([many.append(text) for text in texts]))
    monkeypatch.setattr(Cleaner, "clean", lambda _, text: single.append(len(text)))
    grown = bench.growth_in_documents(GIVEN, (1, 5)) + bench.growth_in_size(GIVEN, (10, 1000))
    assert [row.size for row in grown] == [1, 5, 10, 1000]
    assert len(many) == 3 * (1 + 5)
    assert single == [10] * 3 + [1000] * 3
    assert "| 1,000 |" in bench.growth_table(grown, "characters")


def test_line_rules_keep_sentences():
    assert bench.line_rules(TEXT) == TEXT.split("\n")[2]


def test_fasttext_learns_the_kinds_of_the_samples():
    pytest.importorskip("fasttext", reason="fasttext-wheel is not installed (extra `training`)")
    labels, _ = bench.fasttext_model(epoch=1, dim=4).predict(["Sign up to our newsletter", "Share"])
    assert all(label[0].startswith("__label__") for label in labels)
