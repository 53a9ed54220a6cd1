"""The command line as its users meet it: bytes in, bytes out, one clear line for each thing that is wrong."""

import json
import os
import pty
import signal
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest

import declutter
from declutter import fit
from declutter.descent import Descent
from declutter.kinds import KEPT, KINDS

TEXT = """\
Bakers strike for warmer ovens
By Runa Holt
Share on Facebook

The bakers of Lower Wick put down their peels on Monday and walked out into the rain.
ADVERTISEMENT
“We bake at four in the morning and the ovens are cold until six,” said Jon Périn, who has done it for thirty years.
The owners say that new ovens cost more than a year of bread brings in, and that nobody has a year of bread to spare. Talks go on.
Related Articles
Back to top
"""
GOES = {"By Runa Holt", "Share on Facebook", "ADVERTISEMENT", "Related Articles", "Back to top"}
CLEAN = declutter.clean(TEXT)  # what the library gives is what the command has to give
MILL = "The mill at Upper Wick was sold on Tuesday to a family that has ground flour in the valley for two hundred years.\n"
OVEN = "The oven was cold again at dawn, and the bakers sat on the flour sacks and waited for somebody to come and mend it.\n"

SAMPLE = """\
site: wick.test
lang: en
source: written for the test

headline\tBakers strike for warmer ovens
byline\tBy Runa Holt

body\tThe bakers of Lower Wick put down their peels on Monday and walked out into the rain.
ad\tADVERTISEMENT
body\tThe owners say that new ovens cost more than a year of bread brings in. Talks go on.
share\tShare on Facebook
"""

PAGE = "<!DOCTYPE html><html><body><article><h1>Bakers strike for warmer ovens</h1>" + "".join(
    f"<p>{line}</p>" for line in TEXT.splitlines() if len(line) > 60
)


@pytest.fixture
def run(run_command):
    return run_command


@pytest.fixture
def story(tmp_path):
    path = tmp_path / "story.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def process(*args, **options):
    return subprocess.run([sys.executable, "-m", "declutter", *map(str, args)], capture_output=True, check=False, **options)


def one_line(done, *words):
    """Standard error is one line that holds the words, and no traceback."""
    assert done.err.count("\n") == 1, done.err
    assert done.err.endswith("\n")
    assert done.err.startswith("declutter: ")
    assert [word for word in words if str(word) not in done.err] == []
    return True


# clean


def test_the_story_holds_clutter_and_an_article():
    """Else most of what follows would show nothing."""
    assert not GOES & set(CLEAN.splitlines())
    assert all(line in CLEAN.splitlines() for line in TEXT.splitlines() if len(line) > 60)
    assert declutter.clean(CLEAN) == CLEAN


def test_clean_is_a_filter_as_a_process_of_its_own():
    done = process("clean", input=TEXT.encode())

    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, CLEAN, b"")


@pytest.mark.parametrize("args", [(), ("-",), ("clean",)], ids=["no command", "dash without a command", "clean"])
def test_standard_input_is_read_only_by_a_command(run, args):
    done = run(*args, stdin=TEXT.encode())

    assert (done.code, done.out.decode()) == (0, CLEAN) if args == ("clean",) else done.code == 2 or b"Usage" in done.out


def test_a_dash_is_standard_input_between_files(run, story):
    other = story.with_name("other.txt")
    other.write_text(MILL, encoding="utf-8")
    done = run("clean", other, "-", story, stdin=OVEN.encode())

    assert done.code == 0
    assert done.out.decode() == MILL + OVEN + CLEAN


def test_texts_of_several_files_are_judged_one_by_one(run, tmp_path):
    """A paragraph that comes in both files is no repeat."""
    paragraph = "The bakers of Lower Wick put down their peels on Monday and walked out into the rain.\n"
    files = [tmp_path / name for name in ("b.txt", "a.txt")]
    for path in files:
        path.write_text(paragraph, encoding="utf-8")

    assert run("clean", *files).out.decode() == paragraph * 2


def test_output_of_one_input_is_a_file(run, story, tmp_path):
    done = run("clean", story, "-o", tmp_path / "out.txt")

    assert (done.code, done.out, done.err) == (0, b"", "")
    assert (tmp_path / "out.txt").read_bytes() == CLEAN.encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt", "story.txt"], "no half-written file is left"


def test_output_of_several_inputs_is_a_folder(run, story, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    done = run("clean", story, "-", page, "-o", tmp_path / "out", stdin=TEXT.encode())

    assert (done.code, done.out) == (0, b"")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["page.txt", "stdin.txt", "story.txt"]
    assert (tmp_path / "out" / "stdin.txt").read_bytes() == (tmp_path / "out" / "story.txt").read_bytes() == CLEAN.encode()


def test_output_of_one_input_goes_into_a_folder_that_is_there(run, story, tmp_path):
    (tmp_path / "out").mkdir()

    assert run("clean", story, "--output", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "story.txt").read_bytes() == CLEAN.encode()


def test_outputs_that_would_overwrite_each_other_are_refused_before_anything_is_written(run, story, tmp_path):
    (tmp_path / "b").mkdir()
    twin = tmp_path / "b" / "story.txt"
    twin.write_text(TEXT, encoding="utf-8")
    done = run("clean", story, twin, "-o", tmp_path / "out")

    assert done.code == 2
    assert one_line(done, "story.txt", "overwrite")
    assert not (tmp_path / "out").exists()


def test_a_file_cannot_take_several_outputs(run, story, tmp_path):
    out = tmp_path / "out.txt"
    out.write_bytes(b"precious")
    done = run("clean", story, "-", "-o", out)

    assert done.code == 2
    assert one_line(done, "out.txt", "folder")
    assert out.read_bytes() == b"precious"


def test_an_output_that_cannot_be_written_is_told_and_the_others_are_done(run, story, tmp_path):
    (tmp_path / "out" / "story.txt").mkdir(parents=True)
    other = tmp_path / "other.txt"
    other.write_text(TEXT, encoding="utf-8")
    done = run("clean", story, other, "-o", tmp_path / "out")

    assert done.code == 1
    assert one_line(done, "story.txt", "directory")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["other.txt", "story.txt"]
    assert (tmp_path / "out" / "other.txt").read_bytes() == CLEAN.encode()


def test_an_output_in_a_folder_that_is_not_there_is_one_line(run, story, tmp_path):
    done = run("clean", story, "-o", tmp_path / "none" / "out.txt")

    assert done.code == 1
    assert one_line(done, "out.txt", "No such file")


def test_an_encoding_holds_in_and_out_byte_for_byte(run, story):
    """Umlauts and accents come out as the same bytes, and on a clean text every byte does."""
    data = TEXT.replace("“", '"').replace("”", '"').encode("latin-1")
    story.write_bytes(data)
    done = run("clean", story, "--encoding", "latin-1")

    assert done.code == 0
    assert done.out == declutter.clean(data.decode("latin-1")).encode("latin-1")
    every = bytes(range(0xA1, 0x100)) + b" was painted over the door of the mill by the bakers in the night.\n"
    story.write_bytes(every)
    assert run("clean", story, "--encoding", "latin-1").out == every


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1251", "shift_jis"])
def test_other_encodings_go_round(run, encoding):
    words = "Пекари вышли на улицу под дождём.\n" if encoding != "shift_jis" else "パン職人は月曜日に雨の中で仕事をやめた。\n"
    done = run("clean", "--encoding", encoding, "--keep", ",".join(KINDS), stdin=words.encode(encoding))

    assert (done.code, done.out) == (0, words.encode(encoding))


@pytest.mark.parametrize("order", ["be", "le"])
@pytest.mark.parametrize("size", ["16", "32"])
def test_the_byte_order_of_a_text_is_kept(run, order, size):
    told = lambda text: ("\ufeff" + text).encode(f"utf-{size}-{order}")
    assert run("clean", "--encoding", f"utf-{size}", stdin=told(TEXT)).out == told(CLEAN)
    assert run("clean", "--encoding", f"utf-{size}", stdin=told(CLEAN)).out == told(CLEAN)


def test_a_clean_text_stays_as_it_was_where_an_encoding_has_two_ways_to_write_a_letter(run):
    """NEC's and IBM's signs of cp932 are the same characters."""
    data = "パン職人は月曜日に雨の中で仕事をやめた".encode("cp932") + b"\xfa\x54\x81\x42\n"
    assert data.decode("cp932").encode("cp932") != data
    assert run("clean", "--encoding", "cp932", stdin=data).out == data


@pytest.mark.parametrize("bom", ["\ufeff", ""], ids=["with", "without"])
def test_a_byte_order_mark_is_kept_and_none_is_made_up(run, bom):
    assert run("clean", stdin=(bom + TEXT).encode()).out.decode() == bom + CLEAN


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_are_kept(run, end):
    assert run("clean", stdin=TEXT.replace("\n", end).encode()).out.decode() == CLEAN.replace("\n", end)


def test_a_text_without_a_last_line_end_gets_none(run):
    text = TEXT.removesuffix("\n")

    assert run("clean", stdin=text.encode()).out.decode() == declutter.clean(text) == CLEAN.removesuffix("\n")


def test_empty_input_gives_empty_output(run):
    assert (run("clean", stdin=b"").code, run("clean", stdin=b"").out) == (0, b"")


def test_keep_and_drop_take_comma_lists_and_more_than_one(run):
    kept = run("clean", "--keep", "ad, share", "--keep", "byline", stdin=TEXT.encode()).out.decode().splitlines()
    dropped = run("clean", "--drop", "headline,body", stdin=TEXT.encode()).out.decode()

    assert kept == declutter.clean(TEXT, keep=["ad", "share", "byline"]).splitlines()
    assert {"ADVERTISEMENT", "Share on Facebook", "By Runa Holt"} <= set(kept)
    assert "Back to top" not in kept
    assert "bakers" not in dropped
    assert "Bakers" not in dropped


def test_lines_are_kept_and_dropped_by_expressions(run):
    done = run("clean", "--keep-lines", "^ADVERT", "--keep-lines", "Runa", "--drop-lines", "Périn", stdin=TEXT.encode())
    lines = done.out.decode().splitlines()

    assert {"ADVERTISEMENT", "By Runa Holt"} <= set(lines)
    assert not [line for line in lines if "Périn" in line]


def test_full_caution_takes_nothing(run):
    assert run("clean", "--caution", "1", stdin=TEXT.encode()).out.decode() == TEXT


def test_the_shipped_model_as_a_file_gives_the_same(run, tmp_path):
    own = tmp_path / "own.npz"
    own.write_bytes((resources.files("declutter") / "data" / "model.npz").read_bytes())

    assert run("clean", "--model", own, stdin=TEXT.encode()).out.decode() == CLEAN


@pytest.mark.parametrize(("text", "code"), [(TEXT, 3), (CLEAN, 0), ("", 0)], ids=["clutter", "clean", "empty"])
def test_check_writes_nothing_and_tells_clutter_by_its_exit_code(run, text, code):
    done = run("clean", "--check", stdin=text.encode())

    assert (done.code, done.out) == (code, b"")
    assert one_line(done, "clutter") if code else done.err == ""


def test_check_names_the_files_that_hold_clutter(run, story, tmp_path):
    (tmp_path / "good.txt").write_text(CLEAN, encoding="utf-8")
    done = run("clean", "--check", tmp_path / "good.txt", story)

    assert done.code == 3
    assert one_line(done, "story.txt")
    assert story.read_text(encoding="utf-8") == TEXT


# pages


@pytest.mark.parametrize("before", ["", "\ufeff", " \n", "<!-- saved -->\n"], ids=["plain", "mark", "space", "comment"])
def test_a_page_on_standard_input_is_known_by_how_it_begins(run, before):
    done = run("clean", stdin=(before + PAGE).encode())

    assert done.code == 0
    assert "<p>" not in done.out.decode()
    assert TEXT.splitlines()[4] in done.out.decode()


def test_a_page_is_known_by_its_name_and_html_and_no_html_overrule(run, tmp_path):
    page = tmp_path / "page.HTM"
    page.write_text(PAGE.removeprefix("<!DOCTYPE html><html>"), encoding="utf-8")

    assert b"<p>" not in run("clean", page).out
    assert b"<p>" in run("clean", "--no-html", "--caution", "1", page).out
    assert b"<p>" not in run("clean", "--html", stdin=page.read_bytes()).out


def test_a_page_without_an_article_is_empty_and_told(run):
    done = run("clean", stdin=b"<!doctype html><html><title>x</title></html>")

    assert (done.code, done.out) == (0, b"")
    assert one_line(done, "standard input")


def test_several_texts_and_rows_begin_lines_of_their_own(run, tmp_path):
    for name, content in [
        ("a.txt", "The ovens were cold."),
        ("b.txt", "Share on Facebook"),
        ("c.txt", "Nobody came.\n"),
        ("d.txt", "Tide turns."),
    ]:
        (tmp_path / name).write_text(content, encoding="utf-8")
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"text": content}), encoding="utf-8")
    texts = run("clean", "--drop", "share", *sorted(tmp_path.glob("*.txt")))
    rows = run("clean", *sorted(tmp_path.glob("*.jsonl")))

    assert texts.out.decode() == "The ovens were cold.\nShare on Facebook\nNobody came.\nTide turns."
    assert [json.loads(row)["text"].strip() for row in rows.out.splitlines()] == texts.out.decode().splitlines()
    assert run("clean", tmp_path / "a.txt").out == b"The ovens were cold.", "one text has the end that it had"


# explain


def test_explain_piped_is_tab_separated_with_one_row_a_line(run):
    done = run("explain", stdin=TEXT.encode())
    table = [row.split("\t") for row in done.out.decode().splitlines()]

    assert done.code == 0
    assert [row[3] for row in table] == [line for line in TEXT.splitlines() if line]
    assert {len(row) for row in table} == {5}
    assert {row[0] for row in table} == {"keep", "drop"}
    assert {row[1] for row in table} <= set(KINDS)
    assert all(0 <= float(row[2]) <= 1 and row[4] for row in table)


def test_explain_as_json_is_the_verdicts(run, story):
    done = run("explain", "--json", story)
    found = [json.loads(line) for line in done.out.decode().splitlines()]

    assert [(row["text"], row["start"], row["end"], row["kind"], row["keep"]) for row in found] == [
        (v.text, v.start, v.end, v.kind, v.keep) for v in declutter.judge(TEXT)
    ]
    assert {row["file"] for row in found} == {str(story)}
    assert all(isinstance(row["spans"], list) for row in found)


def test_explain_and_diff_read_rows_and_name_each_text(run, tmp_path):
    rows, table = tmp_path / "rows.jsonl", tmp_path / "table.csv"
    rows.write_text(
        "".join(json.dumps(row) + "\n" for row in [{"id": "a1", "body": TEXT}, {"body": "The ovens were cold."}, {"body": 3}]),
        encoding="utf-8",
    )
    table.write_text(f'body,id\n"{TEXT}",7\n', encoding="utf-8")
    explained = run("explain", "--field", "body", rows, table)
    names = [row.split("\t")[0] for row in explained.out.decode().splitlines()]
    lines = TEXT.count("\n") - TEXT.count("\n\n")

    assert explained.code == 1
    assert "rows.jsonl, line 3: 'body' is no text" in explained.err
    assert names == ["a1"] * lines + [f"{rows}, line 2"] + ["7"] * lines
    headings = [line for line in run("diff", "--field", "body", rows, table).out.decode().splitlines() if line.startswith("== ")]
    assert [heading.partition(":")[0] for heading in headings] == ["== a1", f"== {rows}, line 2", "== 7"]


def test_pages_in_rows_are_read_as_pages_and_parts_of_pages_are_told(run, tmp_path):
    rows = tmp_path / "rows.jsonl"
    page = f"<!DOCTYPE html><html><body><article>{''.join(f'<p>{line}</p>' for line in TEXT.splitlines())}</article></body></html>"
    rows.write_text(
        "".join(json.dumps({"text": text}) + "\n" for text in (page, "<p>The ovens were cold.</p>", "<b>Ferry</b>")), encoding="utf-8"
    )
    done = run("clean", rows)
    first, second, _ = (json.loads(line)["text"] for line in done.out.splitlines())

    assert done.code == 0
    assert "<" not in first
    assert "Jon Périn" in first
    assert second == "<p>The ovens were cold.</p>"
    assert done.err.splitlines() == [f"declutter: {rows}: line 2: begins with a tag, and is read as text; for pages there is --html"]
    assert json.loads(run("clean", "--html", rows).out.splitlines()[1])["text"] == "The ovens were cold."
    assert run("clean", "--no-html", rows).err == ""


def test_explain_keeps_tabs_and_control_characters_out_of_the_table(run):
    done = run("explain", "--no-html", stdin=b"The oven\twas \x1b[31mcold\x1b[0m at dawn, the bakers said.\x07\n")

    assert done.out.count(b"\t") == 4
    assert b"\x1b" not in done.out
    assert b"\x07" not in done.out


def test_explain_takes_the_options_of_clean(run):
    done = run("explain", "--drop-lines", "Talks", "--keep", "share", stdin=TEXT.encode())
    table = {row.split("\t")[3]: row.split("\t") for row in done.out.decode().splitlines()}

    assert table["Share on Facebook"][0] == "keep"
    assert "'Talks'" in table[next(line for line in TEXT.splitlines() if "Talks" in line)][4]


@pytest.mark.parametrize("quiet", [False, True], ids=["colours", "NO_COLOR"])
def test_explain_on_a_terminal_is_a_table_and_no_color_is_honoured(story, quiet):
    theirs, ours = pty.openpty()
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm", "COLUMNS": "100"}
    child = subprocess.Popen(
        [sys.executable, "-m", "declutter", "explain", str(story)], stdout=ours, env=env | ({"NO_COLOR": "1"} if quiet else {})
    )
    os.close(ours)
    shown = b""
    try:
        while part := os.read(theirs, 4096):
            shown += part
    except OSError:  # how Linux tells that the other side has closed
        pass
    os.close(theirs)

    assert child.wait() == 0
    assert b"Back to top" in shown
    assert b"\t" not in shown
    assert (b"\x1b[" in shown) is not quiet


# model, train, evaluate


def test_model_prints_the_card(run):
    done = run("model")
    card = json.loads(done.out)

    assert done.code == 0
    assert card["kinds"] == list(KINDS)
    assert card["corpora"]


def test_the_list_of_kinds_says_what_stays(run):
    done = run("model", "--kinds")
    table = [row.split() for row in done.out.decode().splitlines()]

    assert [row[0] for row in table] == list(KINDS)
    assert {row[0] for row in table if row[1] == "keep"} == KEPT


def test_evaluate_prints_figures_a_kind(run, tmp_path):
    (tmp_path / "a.tsv").write_text(SAMPLE, encoding="utf-8")
    done = run("evaluate", tmp_path)

    assert done.code == 0
    for name in ("headline", "byline", "body", "ad", "share", "keep", "drop", "precision", "recall", "F1", "body lines lost"):
        assert name in done.out.decode()
    figures = json.loads(run("evaluate", "--json", tmp_path / "a.tsv").out)
    assert (figures["articles"], figures["lines"], figures["kinds"]["body"]["support"]) == (1, 6, 2)


def test_evaluate_tells_bad_samples_and_does_the_rest(run, tmp_path):
    (tmp_path / "a.tsv").write_text(SAMPLE, encoding="utf-8")
    (tmp_path / "b.tsv").write_text(SAMPLE.replace("share\t", "sharing\t"), encoding="utf-8")
    done = run("evaluate", tmp_path)

    assert done.code == 1
    assert one_line(done, "b.tsv", "line 11", "'sharing'")
    assert b"in 1 articles" in done.out


@pytest.mark.parametrize("name", ["none.tsv", "empty"])
def test_evaluate_of_nothing_is_an_error(run, tmp_path, name):
    (tmp_path / "empty").mkdir()
    done = run("evaluate", tmp_path / name)

    assert (done.code, done.out) == (1, b"")
    assert "no labelled article" in done.err


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, ["No such file"]), ("kind of a text\n", ["bad.tsv", "line 1"]), (SAMPLE.replace("ad\t", "advert\t"), ["'advert'"])],
    ids=["missing", "no format", "unknown kind"],
)
def test_train_refuses_what_it_cannot_learn_from_and_writes_no_model(run, tmp_path, content, words):
    bad = tmp_path / "bad.tsv"
    if content is not None:
        bad.write_text(content, encoding="utf-8")
    done = run("train", bad, "-o", tmp_path / "model.npz")

    assert done.code == 2
    assert one_line(done, *words)
    assert not list(tmp_path.glob("*.npz*"))


def test_train_on_an_empty_folder_says_what_it_looked_for(run, tmp_path):
    done = run("train", tmp_path, "-o", tmp_path / "model.npz")

    assert done.code == 2
    assert one_line(done, ".tsv")


@pytest.fixture
def taught(tmp_path, monkeypatch):
    """A folder of labelled articles of sixteen made-up papers, and a training so small that it takes seconds."""
    small = Descent(epochs=30, width=16, rate=0.01, dropped=0.3, lines=150)
    monkeypatch.setattr(fit, "LITTLE", fit.Effort(5, small, small, networks=1))
    folder = tmp_path / "taught"
    folder.mkdir()
    for number in range(16):
        rows = SAMPLE.replace("wick.test", f"paper{number}.test").replace("Monday", f"day {number}")
        more = f"body\t“We came at {number + 3} and it was dark,” said a miller of {number} years, who has seen it all.\n"
        more += f"body\t{MILL}related\tRead more: Mill sold on day {number}\nbody\t{OVEN}"
        more += f"donation\tGive to the newsroom of paper {number} today.\n"
        (folder / f"{number:02}.tsv").write_text(rows + more, encoding="utf-8")
    return folder


def test_a_trained_model_is_used_by_the_other_commands(run, story, taught, tmp_path):
    model = tmp_path / "own.npz"
    trained = run("train", taught, "-o", model, "-j", "1")

    assert (trained.code, trained.out) == (0, b"")
    assert "16 articles" in trained.err
    assert "keep/drop" in trained.err
    assert "Traceback" not in trained.err
    clean = run("clean", "--model", model, stdin=TEXT.encode())
    assert (clean.code, clean.err) == (0, "")
    assert set(clean.out.splitlines()) < set(TEXT.encode().splitlines())
    assert b"ADVERTISEMENT" not in clean.out
    assert b"Jon P\xc3\xa9rin" in clean.out
    assert clean.out.decode() == declutter.Cleaner(model=model).clean(TEXT)
    card = json.loads(run("model", "--model", model).out)
    assert card["corpora"]["samples"]["files"] == 16
    assert run("evaluate", "--model", model, taught).code == 0
    verdicts = [json.loads(line) for line in run("explain", "--json", "--model", model, story).out.splitlines()]
    assert verdicts


def test_training_twice_gives_the_same_file(run, taught, tmp_path):
    few = sorted(taught.iterdir())
    for name, paths in (("one", [taught]), ("two", few)):
        assert run("train", *paths, "-o", tmp_path / f"{name}.npz", "-j", "1").code == 0

    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_training_on_too_few_sites_is_one_line_and_leaves_the_old_model(run, taught, tmp_path):
    model = tmp_path / "own.npz"
    model.write_bytes(b"an older file")
    done = run("train", *sorted(taught.iterdir())[:2], "-o", model, "-j", "1")

    assert done.code == 2
    label, error = done.err.splitlines()
    assert label == "2 articles"
    assert "too few sites" in error
    assert model.read_bytes() == b"an older file"


def test_a_model_that_cannot_be_written_is_one_line(run, taught, tmp_path):
    done = run("train", taught, "-o", tmp_path / "none" / "own.npz", "-j", "1")

    assert done.code == 2
    assert "own.npz" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


# errors


def test_inputs_that_cannot_be_read_are_told_and_the_others_are_done(run, story, tmp_path):
    binary, latin = tmp_path / "binary.txt", tmp_path / "latin.txt"
    binary.write_bytes(b"PK\x03\x04\x00\x00 not a text\n")
    latin.write_bytes("Périn".encode("latin-1"))
    done = run("clean", story, tmp_path / "none.txt", tmp_path, binary, latin, story)
    told = done.err.splitlines()

    assert done.code == 1
    assert done.out.decode() == CLEAN * 2
    assert len(told) == 4
    for line, words in zip(
        told, ["none.txt: No such file", "directory", "binary.txt: holds NUL", "latin.txt: not utf-8 at byte 1"], strict=True
    ):
        assert line.startswith("declutter: ")
        assert words in line


@pytest.mark.parametrize("command", ["clean", "explain"])
def test_an_input_that_fails_alone_gives_one_line_and_exit_code_one(run, tmp_path, command):
    done = run(command, tmp_path / "none.txt")

    assert (done.code, done.out) == (1, b"")
    assert one_line(done, "none.txt")


def test_a_failed_input_does_not_touch_the_output(run, tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"P\xe9rin\n")
    (tmp_path / "out.txt").write_bytes(b"precious")

    assert run("clean", tmp_path / "latin.txt", "-o", tmp_path / "out.txt").code == 1
    assert (tmp_path / "out.txt").read_bytes() == b"precious"
    assert len(list(tmp_path.iterdir())) == 2


def test_failure_outranks_check(run, story, tmp_path):
    assert run("clean", "--check", story, tmp_path / "none.txt").code == 1


@pytest.mark.parametrize("command", ["clean", "explain", "evaluate"])
@pytest.mark.parametrize("options", [("--keep", "advert"), ("--drop", "body,advert"), ("--keep", "ad", "--drop", "ad")], ids=" ".join)
def test_an_unknown_kind_is_a_usage_error_that_lists_the_kinds(run, story, command, options):
    done = run(command, story, *options)

    assert (done.code, done.out) == (2, b"")
    assert one_line(done, ", ".join(KINDS))


NO_EXPRESSIONS = ["(", "a{99999999999}", "(" * 5000 + ")" * 5000]
MEANINGLESS = [("--caution", "2"), ("--keep-lines", "[a"), ("--jobs", "0"), *(("--drop-lines", each) for each in NO_EXPRESSIONS)]


@pytest.mark.parametrize("options", MEANINGLESS, ids=lambda options: " ".join(options)[:30])
def test_options_that_mean_nothing_are_usage_errors(run, options):
    done = run("clean", *options, stdin=TEXT.encode())

    assert (done.code, done.out) == (2, b"")
    assert "Traceback" not in done.err
    assert len(done.err) < 400


WRONG = [("clean", "--frobnicate"), ("wash",), ("clean", "--encoding", "klingon"), ("clean", "--caution", "much"), ("train", "x")]


@pytest.mark.parametrize("args", WRONG, ids=" ".join)
def test_wrong_usage_ends_with_two(run, args):
    done = run(*args)

    assert (done.code, done.out) == (2, b"")
    assert "Error:" in done.err
    assert "Traceback" not in done.err


def foreign(path):
    np.savez(path, weights=np.zeros(3))


def old(path):
    with np.load(resources.files("declutter") / "data" / "model.npz") as held:
        arrays = dict(held)
    card = json.loads(bytes(arrays["card"])) | {"format": 0}
    np.savez(path, **arrays | {"card": np.frombuffer(json.dumps(card).encode(), dtype=np.uint8)})


def pickled(path):
    np.savez(path, card=np.array([{"format": 1}], dtype=object))


def damaged(path):
    data = (resources.files("declutter") / "data" / "model.npz").read_bytes()
    path.write_bytes(data[: len(data) // 2])


def empty(path):
    path.write_bytes(b"")


def folder(path):
    path.mkdir()


def missing(path):
    assert not path.exists()


MODELS = [foreign, old, pickled, damaged, empty, folder, missing]


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("command", ["clean", "explain", "model"])
def test_a_model_that_cannot_be_used_is_one_line_that_says_what_to_do(run, tmp_path, command, make):
    path = tmp_path / "model.npz"
    make(path)
    done = run(command, "--model", path, stdin=TEXT.encode())

    assert (done.code, done.out) == (2, b"")
    assert one_line(done, path, "declutter train")


# ends


@pytest.mark.parametrize("command", [["clean"], ["explain", "--json"], ["model"]], ids=" ".join)
def test_a_closed_pipe_is_no_error(tmp_path, command):
    """The reader goes before anything is written, as `declutter ... | head -0` would have it."""
    long = tmp_path / "long.txt"
    long.write_text("The ovens of Lower Wick were cold again at dawn, and the bakers waited.\n" * 3000, encoding="utf-8")
    ours, theirs = os.pipe()
    os.close(ours)
    files = [] if command == ["model"] else [str(long)]
    done = subprocess.run([sys.executable, "-m", "declutter", *command, *files], stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)

    assert (done.returncode, done.stderr) == (0, b"")


def test_an_interrupt_ends_with_130_and_no_traceback(tmp_path):
    """The command is known to be at work once it has opened the named pipe to read."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    child = subprocess.Popen([sys.executable, "-m", "declutter", "clean", str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with pipe.open("wb"):
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)

    assert (child.returncode, out) == (130, b"")
    assert err.decode().strip() == "interrupted"


def test_version_and_help(run):
    assert run("--version").out.decode().split()[-1] == declutter.__version__
    assert all(command in run("--help").out.decode() for command in ("clean", "explain", "evaluate", "model", "train"))
    assert "--keep-lines" in run("clean", "-h").out.decode()


@pytest.mark.parametrize("command", ["train", "report", "sites build"])
@pytest.mark.parametrize("there", ["a folder", "no such folder"])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(run, tmp_path, command, there, monkeypatch):
    for work in ("declutter.fit.train", "declutter.articles.judged", "declutter.counting.count"):
        monkeypatch.setattr(work, lambda *_args, **_options: pytest.fail("worked for nothing"))
    (tmp_path / "a.tsv").write_text(SAMPLE, encoding="utf-8")
    done = run(*command.split(), tmp_path, "-o", tmp_path if there == "a folder" else tmp_path / "none" / "out")

    assert (done.code, done.out) == (2, b"")
    assert one_line(done, "folder")


@pytest.mark.parametrize("command", ["train", "report", "sites build", "clean --report"])
def test_an_output_that_is_an_input_is_refused(run, tmp_path, command):
    given = tmp_path / ("a.tsv" if command == "train" else "a.jsonl")
    before = SAMPLE if command == "train" else '{"text": "The ovens were cold.", "url": "https://wick.test/1"}\n'
    given.write_text(before, encoding="utf-8")
    done = run("clean", given, "-i", "--report", given) if "clean" in command else run(*command.split(), given, "-o", given)

    assert (done.code, given.read_text(encoding="utf-8")) == (2, before)
    assert one_line(done, "is an input and would be overwritten")


def test_the_report_is_not_written_over_the_output(run, story, tmp_path):
    done = run("clean", story, "-o", tmp_path / "out", "--report", tmp_path / "out")

    assert done.code == 2
    assert one_line(done, "the output and the report")
    assert not (tmp_path / "out").exists()


def test_a_backup_is_not_written_over_another_input(run, tmp_path):
    texts = tmp_path / "a.txt", tmp_path / "a.txt.bak"
    for path in texts:
        path.write_text("The ovens were cold.\nShare on Facebook\n")
    done = run("clean", "-i.bak", *texts)

    assert (done.code, texts[1].read_text()) == (2, "The ovens were cold.\nShare on Facebook\n")
    assert one_line(done, "a backup would overwrite another input")


@pytest.mark.parametrize("encoding", ["hex", "rot13", "undefined", "no-such"])
def test_an_encoding_that_makes_no_text_is_a_usage_error(run, encoding):
    done = run("clean", "--encoding", encoding, stdin=b"x")

    assert done.code == 2
    assert "unknown encoding" in done.err


@pytest.mark.parametrize("command", ["clean", "explain", "diff"])
def test_a_page_without_an_article_says_so(run, command):
    done = run(command, stdin=b"<html><body></body></html>")

    assert (done.code, done.out.strip()) == (0, b"")
    assert one_line(done, "standard input", "nothing on the page")


@pytest.mark.parametrize("command", ["explain", "diff", "clean"])
def test_what_a_row_is_called_moves_no_cursor(run, tmp_path, command):
    """A name and an address of a row come from strangers, and stand in what is told on the terminal."""
    rows = tmp_path / "a.jsonl"
    rows.write_text(
        json.dumps({"id": "\x1b[31mX", "text": "<!doctype html><html><body></body></html>"}) + "\n" + json.dumps({"text": 1}) + "\n"
    )
    assert "\x1b" not in run(command, rows).err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_as_an_empty_one(story, tmp_path, closed):
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m declutter explain "$1" {closed}; "$0" -m declutter clean - "$1" -o "$2" {closed}',
         sys.executable, story, tmp_path / "out"], capture_output=True, check=False)  # fmt: skip

    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "out" / story.name).read_text(encoding="utf-8") == CLEAN
