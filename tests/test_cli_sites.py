"""`declutter sites build` and `--sites` as their users meet them."""

import csv
import gzip
import json
from types import SimpleNamespace

import pytest

from declutter import sites
from declutter.samples import LabelledLine, Sample, dump

CREDO = "The harbour of Ansel is the oldest on this coast, and ships were built on its slips for three hundred years."
TOWNS = ["Wick", "Ansel", "Elm", "Orrin", "Karst", "Brede", "Holm", "Tarn", "Quay", "Mill", "Lund", "Vik"]
TEXTS = [
    f"The mayor of {town} said on Monday that the bridge would stay shut until spring because the winter came early.\n"
    f"Nobody in {town} was hurt, but the road along the river is closed, and the buses now take twice as long.\n"
    f"{CREDO}\n"
    f"The people of {town} have asked for a ferry, which the council hopes to find the money for by the end of the year.\n"
    for town in TOWNS
]
ROWS = [{"url": f"https://www.ansel.test/{n}", "text": text, "id": n} for n, text in enumerate(TEXTS)]


def jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def run(run_command):
    """Exit code, standard output as text, standard error."""

    def run(*args, stdin=""):
        done = run_command(*args, stdin=stdin.encode())
        return SimpleNamespace(code=done.code, out=done.out.decode(), err=done.err)

    return run


@pytest.fixture
def corpus(tmp_path):
    """A folder of texts, in a folder that is named after their site."""
    folder = tmp_path / "corpus" / "ansel.test"
    folder.mkdir(parents=True)
    for number, text in enumerate(TEXTS):
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")
    return folder.parent


@pytest.fixture
def counts(tmp_path):
    path = tmp_path / "counts.npz"
    sites.save(sites.freeze(sites.count((row["text"], row["url"]) for row in ROWS)), path)
    return path


def test_json_lines_a_stream_and_a_folder_give_the_same_counts(run, corpus, counts, tmp_path):
    (tmp_path / "rows.jsonl").write_text(jsonl(ROWS))
    for number, (args, stdin) in enumerate(
        [([tmp_path / "rows.jsonl"], ""), (["-"], jsonl(ROWS)), ([corpus], ""), ([corpus / "ansel.test"], "")]
    ):
        done = run("sites", "build", *args, "-o", tmp_path / f"{number}.npz", stdin=stdin)

        assert done.code == 0
        assert done.err == f"{tmp_path}/{number}.npz: sites 1, pages counted 12, lines on more than one of a site 1\n"
        assert (tmp_path / f"{number}.npz").read_bytes() == counts.read_bytes()


@pytest.mark.parametrize("where", [("-j", 2), ("--cluster", "local", "-j", 2)], ids=["processes", "cluster"])
def test_a_stream_beside_files_is_counted_whoever_counts_these(run, counts, tmp_path, where):
    if "--cluster" in where:
        pytest.importorskip("distributed", reason="a cluster needs declutter-news[cluster]")
    for number in range(2):
        (tmp_path / f"{number}.jsonl").write_text(jsonl(ROWS[4 * number : 4 * number + 4]))
    done = run("sites", "build", "-", *tmp_path.glob("*.jsonl"), "-o", tmp_path / "a.npz", *where, stdin=jsonl(ROWS[8:]))

    assert done.code == 0
    assert (tmp_path / "a.npz").read_bytes() == counts.read_bytes()


def test_fields_may_have_other_names_and_a_row_may_name_its_site(run, counts, tmp_path):
    rows = [{"body": row["text"], "outlet": "ansel.test"} for row in ROWS]
    assert run("sites", "build", "-", "-o", tmp_path / "a.npz", "--field", "body", "--url-field", "outlet", stdin=jsonl(rows)).code == 0
    assert (tmp_path / "a.npz").read_bytes() == counts.read_bytes()


@pytest.fixture
def shards(tmp_path):
    """The rows in four files: plain, compressed, as a table, and again what another file holds already."""
    folder = tmp_path / "shards"
    folder.mkdir()
    (folder / "a.jsonl").write_text(jsonl(ROWS[:4]))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(jsonl(ROWS[4:8]).encode()))
    with (folder / "c.csv").open("w", newline="") as out:
        table = csv.DictWriter(out, ["id", "url", "text"])
        table.writeheader()
        table.writerows(ROWS[8:])
    (folder / "d.jsonl").write_text(jsonl(ROWS[2:10]))
    (folder / ".hidden.jsonl").write_text("no rows")
    return folder


@pytest.mark.parametrize("jobs", [1, 2])
def test_formats_and_processes_do_not_change_the_counts(run, shards, counts, tmp_path, jobs):
    assert run("sites", "build", shards, "-o", tmp_path / "a.npz", "-j", jobs).code == 0
    assert (tmp_path / "a.npz").read_bytes() == counts.read_bytes()


def test_a_cluster_gives_the_same_counts(run, shards, counts, tmp_path):
    pytest.importorskip("distributed", reason="a cluster needs declutter-news[cluster]")

    assert run("sites", "build", shards, "-o", tmp_path / "a.npz", "--cluster", "local", "-j", 2).code == 0
    assert (tmp_path / "a.npz").read_bytes() == counts.read_bytes()


def test_rows_are_cleaned_with_the_counts_of_their_site(run, counts, tmp_path):
    (tmp_path / "rows.jsonl").write_text(jsonl(ROWS))
    done = run("clean", "--sites", counts, tmp_path / "rows.jsonl")

    assert [json.loads(row)["text"] for row in done.out.splitlines()] == [text.replace(f"{CREDO}\n", "") for text in TEXTS]


def test_pages_are_counted_as_the_pages_they_are(run, tmp_path):
    html = ["<html><body>" + "".join(f"<p>{line}</p>" for line in text.splitlines()) for text in TEXTS]
    rows = [{"url": "https://ansel.test/", "html": content} for content in html]
    folder = tmp_path / "ansel.test"
    folder.mkdir()
    for number, content in enumerate(html):
        (folder / f"{number}.html").write_text(content)

    assert run("sites", "build", "-", "-o", tmp_path / "a.npz", "--html", "--field", "html", stdin=jsonl(rows)).code == 0
    assert run("sites", "build", folder, "-o", tmp_path / "b.npz").code == 0
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert CREDO not in run("clean", "--sites", tmp_path / "a.npz", folder / "1.html").out
    assert CREDO in run("clean", folder / "1.html").out


def test_clean_and_explain_use_the_counts_of_the_site_that_the_folder_is_named_after(run, corpus, counts, monkeypatch):
    path = corpus / "ansel.test" / "03.txt"
    expected = TEXTS[3].replace(f"{CREDO}\n", "")

    assert run("clean", path).out == TEXTS[3]
    assert run("clean", "--sites", counts, path).out == expected
    assert run("clean", "--sites", counts, stdin=TEXTS[3]).out == TEXTS[3], "standard input has no site"
    rows = [row.split("\t") for row in run("explain", "--sites", counts, path).out.splitlines()]
    assert [(row[0], row[4]) for row in rows if row[3] == CREDO] == [("drop", "on 12 of 12 pages of the site")]
    assert f"- {CREDO}" in run("diff", "--sites", counts, path).out
    assert f"  {CREDO}" in run("diff", path).out
    monkeypatch.chdir(path.parent)
    assert run("clean", "--sites", counts, path.name).out == expected


def test_evaluate_takes_the_site_from_the_sample(run, counts, tmp_path):
    lines = tuple(LabelledLine("promo" if line == CREDO else "body", line) for line in TEXTS[0].splitlines())
    for site in ("ansel.test", "elsewhere.test"):
        (tmp_path / f"{site}.tsv").write_text(dump(Sample(site, "en", "written for the test", lines)))
    right = [
        json.loads(run("evaluate", "--json", "--sites", counts, tmp_path / f"{site}.tsv").out)["accuracy"]
        for site in ("ansel.test", "elsewhere.test")
    ]

    assert right == [1, 0.75]


def test_rows_that_cannot_be_counted_are_named_and_the_rest_is_counted(run, counts, tmp_path):
    bad = [
        "{",
        "[1]",
        '{"text": "No address."}',
        '{"url": "http://ansel.test/1"}',
        '{"url": "http://ansel.test/1", "text": 7}',
        '{"url": "http:///1", "text": "One."}',
    ]
    done = run("sites", "build", "-", "-o", tmp_path / "a.npz", stdin="\n".join(bad) + "\n\n" + jsonl(ROWS))

    assert done.code == 1
    told = done.err.splitlines()
    assert [line.split(":")[2] for line in told[:6]] == [f" line {n}" for n in range(1, 7)]
    assert "--url-field" in told[2]
    assert "--field" in told[3]
    assert (tmp_path / "a.npz").read_bytes() == counts.read_bytes()


def test_a_stream_of_bad_rows_is_not_told_line_by_line(run, tmp_path):
    done = run("sites", "build", "-", "-o", tmp_path / "a.npz", stdin="{\n" * 1000 + jsonl(ROWS))

    assert done.code == 1
    assert len(done.err.splitlines()) < 20
    assert "990 more such records" in done.err


@pytest.mark.parametrize("rows", ["", "{}\n", '{"url": "http://ansel.test/", "text": ""}\n'])
def test_nothing_to_count_is_one_line_and_leaves_the_old_counts(run, tmp_path, rows):
    path = tmp_path / "a.npz"
    path.write_bytes(b"old")
    done = run("sites", "build", "-", "-o", path, stdin=rows)

    assert done.code == 1
    assert "nothing is written" in done.err.splitlines()[-1]
    assert path.read_bytes() == b"old"


def test_what_is_not_there_is_named(run, corpus, tmp_path):
    done = run("sites", "build", tmp_path / "missing.jsonl", tmp_path / "missing.txt", corpus, "-o", tmp_path / "a.npz")

    assert done.code == 1
    assert [str(tmp_path / f"missing.{end}") in line for end, line in zip(("jsonl", "txt"), done.err.splitlines(), strict=False)] == [
        True,
        True,
    ]
    assert (tmp_path / "a.npz").exists()


def test_an_output_without_a_folder_is_refused_before_anything_is_read(run, tmp_path):
    done = run("sites", "build", tmp_path / "missing.jsonl", "-o", tmp_path / "none" / "a.npz")
    assert (done.code, len(done.err.splitlines())) == (2, 1)


@pytest.mark.parametrize("command", ["clean", "explain"])
def test_counts_that_cannot_be_used_are_one_line(run, tmp_path, command):
    (tmp_path / "bad.npz").write_text("counts")
    done = run(command, "--sites", tmp_path / "bad.npz", stdin=TEXTS[0])

    assert done.code == 2
    assert done.err.startswith(f"declutter: {tmp_path}/bad.npz: not a sites file")
    assert len(done.err.splitlines()) == 1
