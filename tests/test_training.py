"""How the shipped model is made: alignment, labels without text, the corpora where they are.  All text here was made up for the tests."""

import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter import page
from declutter.document import split
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS
from training import build, corpora, labels, pages, scrape, tell
from training.align import SHORT, align, tokens

GOLD = [
    "The ferry came home at dawn with her pumps still running.",
    "“Nobody was hurt,” the harbour master of Elm Bay said on Monday.",
    "Divers will look at the hull before she sails again in May.",
]
TITLE = "Ferry comes home with her pumps running"


# --- alignment


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("  — !? ", []),
        ("Déjà vu, 2 Mal!", ["déjà", "vu", "2", "mal"]),
        ("don't e-mail", ["don", "t", "e", "mail"]),
        ("東京Tower", ["東", "京", "tower"]),
        ("ไทย", list("ไทย")),
        ("STRASSE", ["strasse"]),
    ],
)
def test_tokens(text, found):
    assert tokens(text) == found


def test_lines_of_the_reference_are_body_and_others_are_not():
    lines = ["Share on Facebook", GOLD[0], "Read more about the ferries of the valley and their crews", *GOLD[1:], "© The Bay Courier"]
    assert align(lines, GOLD, TITLE) == [0, 1, 0, 1, 1, 0]


def test_a_line_may_be_several_paragraphs_or_a_part_of_one():
    assert align([" ".join(GOLD)], GOLD, None) == [1]
    assert align([GOLD[0][:40], GOLD[0][40:] + " " + GOLD[1]], GOLD, None) == [1, 1]


def test_marks_and_capitals_do_not_matter():
    assert align([GOLD[1].upper().replace("“", '"').replace("”", '"')], GOLD, None) == [1]


def test_a_stretch_of_the_reference_is_used_up_by_the_first_line_that_holds_it():
    assert align([GOLD[0], GOLD[0], GOLD[1]], GOLD, None) == [1, 0, 1]
    assert align([GOLD[0], GOLD[0]], [GOLD[0], GOLD[0]], None) == [1, 1]


def test_nothing_firm_is_said_of_titles_short_echoes_and_halves():
    half = f"{GOLD[0]} Sign up here for our letter on boats, harbours and the sea"
    assert align([TITLE, "the harbour master", half, "Elm Bay"], GOLD, TITLE) == [-1, -1, -1, -1]
    assert len(tokens("the harbour master")) < SHORT


@pytest.mark.parametrize("line", [TITLE, TITLE.upper(), f"{TITLE} | The Bay Courier", "home with her pumps running"])
def test_a_line_that_tells_the_title_is_unsure(line):
    assert align([line], GOLD, TITLE) == [-1]


def test_a_title_that_is_a_paragraph_is_body():
    assert align([GOLD[0]], GOLD, GOLD[0]) == [1]


def test_a_short_line_must_equal_a_whole_paragraph():
    assert align(["Rain again", "Rain"], ["Rain again"], None) == [1, -1]
    assert align(["Snow"], ["Rain again"], None) == [0]


@pytest.mark.parametrize("gold", [[], [""], ["..."]])
def test_without_a_reference_nothing_is_body(gold):
    assert align(["One line of a page, long enough to be sure", "Two", "***", ""], gold, None) == [0, 0, 0, -1]
    assert align([], gold, TITLE) == []


words = st.lists(st.sampled_from(["the", "ferry", "came", "home", "Elm", "漢", "!", "12"]), max_size=12).map(" ".join)


@given(st.lists(words, max_size=6), st.lists(words, max_size=6), st.none() | words)
def test_there_is_an_answer_for_each_line(lines, gold, title):
    found = align(lines, gold, title)
    assert len(found) == len(lines)
    assert set(found) <= {-1, 0, 1}


@given(st.lists(st.integers(0, 999).map(lambda n: f"Boat number {n} came home at {n} past noon on a Monday"), max_size=6, unique=True))
def test_a_reference_aligned_with_itself_is_body(gold):
    assert align(gold, gold, None) == [1] * len(gold)


# --- labels without text


def test_lines_are_counted_as_the_library_counts_them():
    text = "one\r\n\n two\u2028still two \rthree\x0bstill\n\u200b\n\t\n"
    lines = split([text])
    assert labels.lines_of(text) == [text[start:end] for start, end in zip(lines.starts, lines.ends, strict=True)]


@given(st.text())
def test_any_text_has_the_lines_of_the_library(text):
    assert len(labels.lines_of(text)) == len(split([text]))


def test_keys_tell_equal_lines_by_their_occurrence():
    one, two, three, other = labels.keys(["Share now", "Share  now ", "Share\u00a0now", "Share Now"])
    assert one[0] == two[0] == three[0] != other[0]
    assert [one[1], two[1], three[1], other[1]] == [0, 1, 2, 0]
    assert all(len(key) == 16 and int(key, 16) >= 0 for key, _ in (one, other))


def test_a_line_that_is_no_valid_text_has_a_key():
    assert len(labels.keys(["\ud800"])[0][0]) == 16


PAGE = {"id": "made-up/1", "site": "elm.test", "fold": 2}
TEXT = "Share\n\nThe ferry came home.\nShare\nA line nobody knows\nShare\n"
LABELS = ["share", "body", None, None, "navigation"]


@pytest.fixture
def no_corpora(tmp_path, monkeypatch):
    monkeypatch.setenv("DECLUTTER_CORPORA", str(tmp_path))
    monkeypatch.setenv("DECLUTTER_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def own_corpora(no_corpora, monkeypatch):
    """A folder with a corpus of one made-up text, and empty label files."""
    monkeypatch.setattr(labels, "FOLDER", no_corpora / "labels")
    pack(no_corpora, "kinds", [{**PAGE, "scraper": "bs4", "text": TEXT}, {**PAGE, "fold": 5, "scraper": "held back", "text": TEXT}])
    return no_corpora


def pack(folder, name, rows):
    with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def test_a_row_holds_keys_and_kinds_and_no_text():
    row = labels.row(PAGE, "bs4", TEXT, LABELS)
    assert {key: row[key] for key in PAGE} == PAGE
    assert [(occurrence, kind) for _, occurrence, kind in row["lines"]] == [(0, "share"), (0, "body"), (2, "navigation")]
    assert not any(line in json.dumps(row) for line in labels.lines_of(TEXT) if line != "Share")
    assert "Share" not in json.dumps(row)


def test_kinds_that_do_not_fit_the_lines_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        labels.row(PAGE, None, TEXT, LABELS[:-1])


@pytest.mark.usefixtures("own_corpora")
def test_a_written_row_gives_its_kinds_back():
    row = labels.row(PAGE, "bs4", TEXT, LABELS)
    labels.write("made-up", [row])
    read = {**row, "typical": True}
    assert list(labels.read()) == [read]
    assert list(labels.labelled()) == [(read, TEXT, LABELS)]


@pytest.mark.usefixtures("own_corpora")
def test_labels_of_texts_that_are_not_there_are_left_out():
    labels.write("made-up", [labels.row(PAGE, name, TEXT, LABELS) for name in ("other", "held back", None)])
    assert list(labels.labelled()) == []


@pytest.mark.usefixtures("own_corpora")
def test_a_text_is_taken_from_the_scrapes_where_no_corpus_holds_it():
    labels.write("made-up", [labels.row(PAGE, "html2txt", TEXT, LABELS)])
    pack(corpora.cache(), "scrapes-0-of-1", [{"id": PAGE["id"], "texts": {"html2txt": TEXT, "justext": " \n"}}])
    assert list(scrape.scrapes()) == [(PAGE["id"], "html2txt", TEXT)]
    assert [(text, kinds) for _, text, kinds in labels.labelled()] == [(TEXT, LABELS)]


@pytest.mark.usefixtures("own_corpora")
def test_parts_of_several_runs_give_each_scrape_once():
    for part, name in (("0-of-1", "html2txt"), ("1-of-2", "html2txt"), ("evaluation-0", "bs4")):
        pack(corpora.cache(), f"scrapes-{part}", [{"id": PAGE["id"], "texts": {name: TEXT}}])
    assert list(scrape.scrapes()) == [(PAGE["id"], "html2txt", TEXT), (PAGE["id"], "bs4", TEXT)]


rows_of_lines = st.lists(
    st.tuples(st.sampled_from(["Share", "Read on", "a  b", "漢", "  x"]), st.none() | st.sampled_from(KINDS)), max_size=8
)


@given(rows_of_lines)
@settings(max_examples=50)
def test_kinds_go_round_through_a_row(pairs):
    text = "\n".join(line for line, _ in pairs)
    row = json.loads(json.dumps(labels.row(PAGE, None, text, [kind for _, kind in pairs])))
    kind_of = {(key, occurrence): kind for key, occurrence, kind in row["lines"]}
    assert [kind_of.get(key) for key in labels.keys(labels.lines_of(text))] == [kind for _, kind in pairs]


@pytest.mark.usefixtures("own_corpora")
def test_the_digest_of_labels_follows_their_content():
    found = set()
    for kinds in (LABELS, ["ad"] * 5, LABELS):
        labels.write("made-up", [labels.row(PAGE, "bs4", TEXT, kinds)])
        found.add(labels.digest())
    assert len(found) == 2


def test_the_label_files_of_the_project_hold_no_text():
    rows = list(labels.read())
    assert len(rows) > 100
    for row in rows:
        assert set(row) == {"id", "site", "fold", "scraper", "lines", "typical"}
        assert row["fold"] in corpora.TRAINING_FOLDS
        for key, occurrence, kind in row["lines"]:
            assert len(key) == 16
            assert int(key, 16) >= 0
            assert occurrence >= 0
            assert kind in KINDS


# --- pages


@pytest.mark.usefixtures("own_corpora")
def test_lines_are_learned_from_hand_labels_and_from_alignment_where_they_do_not_contradict_each_other(monkeypatch):
    html = f"<html><body><p>Share</p><p>{GOLD[0]}</p><p>{GOLD[1]}</p><p>{TITLE}</p><p>Divers</p></body></html>"
    read = page.read(html)
    row = labels.row({**PAGE, "title": TITLE}, None, read.text, ["share", "caption", None, None, None])
    labels.write("made-up", [row, labels.row({**PAGE, "id": "made-up/2"}, None, read.text, ["ad"] * 5)])
    monkeypatch.setattr(labels, "texts", lambda: {(page_id, None): read.text for page_id in (PAGE["id"], "made-up/2")})
    hand = pages.hand_kinds()
    article = pages.labelled(read, {**PAGE, "title": TITLE}, GOLD, hand[PAGE["id"]])
    kept = np.isin(np.arange(len(KINDS)), KEPT_COLUMNS)
    assert article.text == read.text
    assert article.allowed[0].tolist() == [kind == "share" for kind in KINDS]
    assert article.allowed.sum(axis=1).tolist() == [1, 0, kept.sum(), 0, 0]  # the second: a caption by hand, in the reference body
    assert (article.allowed[2] == kept).all()
    assert article.weight[[0, 2]].tolist() == pytest.approx([1, pages.ALIGNED_WEIGHT])


@pytest.mark.usefixtures("own_corpora")
def test_hand_labels_that_disagree_say_nothing(monkeypatch):
    kinds = [["share", "body", None, None, None], ["ad", "body", None, None, None]]
    labels.write("made-up", [labels.row(PAGE, str(number), TEXT, own) for number, own in enumerate(kinds)])
    monkeypatch.setattr(labels, "texts", lambda: {(PAGE["id"], number): TEXT for number in "01"})
    assert list(pages.hand_kinds()[PAGE["id"]].values()) == ["body"]


@pytest.mark.usefixtures("own_corpora")
def test_a_line_has_its_label_however_a_scraper_marked_or_glued_it(monkeypatch):
    text = "- Divers will look at the hull\n| Tern | 3 |\nByTilda Marsh"
    labels.write("made-up", [labels.row(PAGE, "0", text, ["body", "body", "byline"])])
    monkeypatch.setattr(labels, "texts", lambda: {(PAGE["id"], "0"): text})
    html = "<ul><li>Divers will look at the hull</ul><table><tr><td>Tern<td>3</table><p><i>By</i><a href=/t>Tilda Marsh</a>"
    article = pages.labelled(page.read(html), PAGE, None, pages.hand_kinds()[PAGE["id"]])
    assert [KINDS[line.argmax()] for line in article.allowed] == ["body", "body", "byline"]


def test_a_page_without_a_reference_has_hand_labels_alone():
    read = page.read("<html><body><p>Share</p><p>Divers will look at the hull</p></body></html>")
    article = pages.labelled(read, PAGE, None, {pages.bare("Share"): "share"})
    assert article.allowed.sum(axis=1).tolist() == [1, 0]


# --- the corpora


def test_a_leading_paragraph_that_repeats_the_title_is_no_reference():
    assert corpora.reference({"title": TITLE, "gold": [TITLE.upper() + "!", *GOLD]}) == GOLD
    assert corpora.reference({"title": None, "gold": GOLD}) == GOLD
    assert corpora.reference({"title": TITLE, "gold": [TITLE]}) == [TITLE]


def test_pages_are_those_of_the_folds_asked_for(no_corpora):
    for name in corpora.PAGES:
        pack(no_corpora, name, [{"id": f"{name}/{fold}", "fold": fold} for fold in range(7)])
    pack(no_corpora, "kinds", [])
    assert {row["fold"] for row in corpora.pages()} == set(corpora.TRAINING_FOLDS)
    assert [row["id"] for row in corpora.pages((6,))] == [f"{name}/6" for name in corpora.PAGES]


@pytest.mark.usefixtures("no_corpora")
def test_without_corpora_the_folder_is_none():
    assert corpora.folder() is None


NEEDS_CORPORA = [corpora.need_folder, lambda: list(corpora.rows("kinds")), lambda: list(corpora.pages()), labels.texts,
                 lambda: list(labels.labelled()), build.hand_articles, build.everything, lambda: list(pages.sources())]  # fmt: skip


@pytest.mark.usefixtures("no_corpora")
@pytest.mark.parametrize("ask", NEEDS_CORPORA)
def test_without_corpora_there_is_one_line(ask):
    with pytest.raises(SystemExit) as ended:
        ask()
    message = str(ended.value.code)
    assert "DECLUTTER_CORPORA" in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("command", ["model", "errors"])
def test_commands_without_corpora_end_with_one_line(no_corpora, command):
    done = subprocess.run(
        [sys.executable, "-m", "training", command, "-j", "1", "-o", no_corpora / "out"],
        capture_output=True, text=True, check=False, cwd=corpora.PROJECT, timeout=60, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "DECLUTTER_CORPORA" in done.stderr
    assert not (no_corpora / "out").exists()


@pytest.mark.usefixtures("no_corpora")
def test_samples_need_no_corpora():
    articles = build.sample_articles()
    assert len(articles) >= 190
    assert build.samples_digest() == build.samples_digest()


def test_every_corpus_has_a_licence():
    assert set(corpora.LICENCES) >= {*corpora.PAGES, "kinds", "samples"}


def test_the_labels_of_the_project_find_their_texts():
    if corpora.folder() is None:
        pytest.skip("no corpora here: set DECLUTTER_CORPORA to run this test")
    found = 0
    for row, text, kinds in labels.labelled():
        assert row["fold"] in corpora.TRAINING_FOLDS
        assert len(kinds) == len(labels.lines_of(text))
        assert sum(kind is not None for kind in kinds) >= 0.99 * len(row["lines"]), row["id"]
        found += 1
    assert found > 100


def test_the_card_names_every_corpus():
    from declutter import model

    named = model.shipped().card["corpora"]
    assert set(named) >= {*corpora.PAGES, "kinds", "labels", "samples"}
    assert all(entry["licence"] and len(entry["sha256"]) == 16 for entry in named.values())


def test_training_is_no_part_of_the_package():
    assert not any(line.split()[1].split(".")[0] == "training" for path in (Path(corpora.PROJECT) / "declutter").rglob("*.py")
                   for line in path.read_text(encoding="utf-8").splitlines() if line.strip().startswith(("import", "from")))  # fmt: skip


# --- what the markup tells

MARKED_UP = """<html><head><title>Tide turns at Port Ansel</title></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><h1>Tide turns at Port Ansel</h1>
<p>The ferry returned to Port Ansel shortly before midnight on Tuesday, its pumps still running and its lights out.</p>
<p>Nobody was hurt, said the harbour master, who had stood on the quay since noon with a lamp in his hand.</p>
<p>Divers will look at the hull on Friday, if the wind drops and somebody finds the key to the boathouse.</p>
</article><footer><p>All rights reserved. Terms of use</p></footer></body></html>"""


@pytest.fixture
def told(tmp_path, monkeypatch):
    """What is told of one page, where the given lines have hand labels."""

    def write(*known):
        rows = [{"site": "a.test", "lines": [[key, 0, "body"] for key, _ in labels.keys(known)]}]
        monkeypatch.setattr(tell, "TOLD", tmp_path / "told.jsonl.xz")
        monkeypatch.setattr(tell, "pages", lambda: iter([{"id": "made/1", "site": "a.test", "html": MARKED_UP}]))
        monkeypatch.setattr(labels, "read", lambda: iter(rows))
        counts = tell.write(jobs=1)
        return counts, tell.lines(), lzma.decompress((tmp_path / "told.jsonl.xz").read_bytes()).decode()

    return write


def test_lines_of_pages_are_told_by_their_hash(told):
    counts, lines, content = told()
    ferry = next(line for _, line in lines if line.startswith("The ferry"))
    assert lines["a.test", ferry] == KINDS.index("body")
    assert counts.total() == len(lines) > 3
    assert {site for site, _ in lines} == {"a.test"}
    assert "ferry" not in content.lower(), "no text of a page"
    assert labels.keys([ferry])[0][0] in content


def test_a_line_with_a_hand_label_is_not_told(told):
    _, every, _ = told()
    line = next(line for _, line in every if line.startswith("Nobody was hurt"))
    _, rest, _ = told(line)
    assert every.keys() - rest.keys() == {("a.test", line)}


def test_of_common_kinds_no_more_lines_are_told_than_serve(told, monkeypatch):
    monkeypatch.setattr(tell, "MOST", {"body": 1})
    counts, _, _ = told()
    assert counts["body"] == 1
