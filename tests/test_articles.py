"""Where articles are read from: text files, pages, rows and folders of them, and what is said of those that cannot be."""

import errno
import json
import os

import pytest

from declutter import Cleaner
from declutter.articles import find, judged
from declutter.formats.records import Fields

TEXT = "The ovens at Lower Wick were cold again at dawn.\nShare on Facebook\n"
PAGE = "<!DOCTYPE html><html><body><article><h1>Bakers strike</h1>" + "<p>The ovens at Lower Wick were cold again at dawn.</p>" * 3


@pytest.fixture
def read():
    """Read paths: the articles, and what was told of those that could not be read."""

    def read(*paths, **fields):
        told = []
        found = list(find(map(str, paths), Fields(**fields), tell=lambda name, what: told.append(f"{name}: {what}")))
        return found, told

    return read


def test_a_folder_gives_its_texts_pages_and_rows_in_order(read, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.TXT").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": TEXT, "id": "row"}) + "\n\n", encoding="utf-8")
    (tmp_path / "c.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "old.txt").write_text(TEXT, encoding="utf-8")
    found, told = read(tmp_path)

    assert [article.name for article in found] == ["row", str(tmp_path / "b" / "two.TXT"), str(tmp_path / "c.html")]
    assert [article.page is None for article in found] == [True, True, False]
    assert told == []


def test_a_hidden_folder_that_is_named_is_read(read, tmp_path):
    hidden = tmp_path / ".cache"
    hidden.mkdir()
    (hidden / "a.txt").write_text(TEXT, encoding="utf-8")

    assert [article.text for article in read(hidden)[0]] == [TEXT]


def test_rows_name_their_text_and_their_site(read, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        "".join(
            json.dumps(row) + "\n"
            for row in [
                {"body": "One.", "link": "https://www.wick.test/a?b=c"},
                {"body": "Two.", "site": "pond"},
                {"body": "Three.", "link": None, "id": 12345678901234567890},
            ]
        ),
        encoding="utf-8",
    )
    found, told = read(rows, text="body", url="link")

    assert [(article.name, article.site, article.text) for article in found] == [
        (f"{rows}, line 1", "wick.test", "One."),
        (f"{rows}, line 2", "pond", "Two."),
        ("12345678901234567890", "", "Three."),
    ]
    assert told == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jsonl", b'{"text": "good"}\n{"text"\n', ["a.jsonl, line 2", "no JSON object"]),
        ("a.jsonl", b'{"text": "good"}\n{"text": 3}\n[]\n"x"\n', ["line 2", "line 3", "line 4", "--field"]),
        ("a.jsonl", b'{"text": "good"}\n{"text": "\\ud800"}\n', ["line 2", "surrogate"]),
        ("a.jsonl", b'{"text": "good"}\n' + b"[" * 100_000 + b"\n", ["line 2", "no JSON"]),
        ("a.jsonl", b'{"text": "good"}\n\xff\n', ["line 2", "not UTF-8 at byte 0"]),
        ("a.csv", b'text,url\ngood,x\n"b"ad,x\n', ["row 3", "quotation mark"]),
        ("a.csv", b"body,url\nbad,x\n", ["'text'", "--field"]),
        ("a.txt", b"caf\xe9", ["a.txt", "not utf-8 at byte 3", "--encoding"]),
        ("a.txt", b"a\0b", ["NUL"]),
        ("none.txt", None, ["none.txt", "No such file"]),
        ("folder", None, ["folder", "No such file"]),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_read(read, tmp_path, name, content, words):
    good = tmp_path / "good.txt"
    good.write_text(TEXT, encoding="utf-8")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    found, told = read(tmp_path / name, good)

    assert found[-1].text == TEXT
    assert [article.text for article in found[:-1]] in ([], ["good"])
    assert told
    assert [word for word in words if word not in "\n".join(told)] == []


def test_a_folder_without_articles_is_told(read, tmp_path):
    found, told = read(tmp_path)

    assert found == []
    assert ".jsonl" in told[0]


def test_texts_and_pages_are_judged_in_their_order(read, tmp_path):
    for number, (ending, content) in enumerate([("txt", TEXT), ("html", PAGE), ("txt", "Nobody was hurt, the harbour master said.")]):
        (tmp_path / f"{number}.{ending}").write_text(content, encoding="utf-8")
    cleaner = Cleaner()
    first, second, third = judged(cleaner, read(tmp_path)[0])

    assert first.verdicts == tuple(cleaner.judge(TEXT))
    assert second.verdicts == tuple(cleaner.judge_html(PAGE.encode()))
    assert second.text == cleaner.read_html(PAGE.encode()).page_text
    assert [second.text[verdict.start : verdict.end] for verdict in second.verdicts] == [verdict.text for verdict in second.verdicts]
    assert third.text.startswith("Nobody")


def test_a_folder_that_may_not_be_looked_into_is_told(read, tmp_path, monkeypatch):
    for name in ("open", "shut"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(TEXT, encoding="utf-8")
    scan = os.scandir

    def guarded(path):
        if str(path).endswith("shut"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found, told = read(tmp_path)

    assert [article.name for article in found] == [str(tmp_path / "open" / "a.txt")]
    assert told == [f"{tmp_path / 'shut'}: Permission denied"]
