"""`declutter clean` over files as they are kept: what comes out, what is told, and what is there after an accident."""

import contextlib
import functools
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest

import declutter
from declutter import judging, runs, sites
from declutter.formats.records import Fields, Record

STORY = """\
Bakers strike for warmer ovens {n}
Share on Facebook

The bakers of Lower Wick put down their peels on day {n} and walked out into the rain.
“We bake at four in the morning and the ovens are cold until six,” said Jon Périn, who has done it for {n} years.
The owners say that new ovens cost more than a year of bread brings in, and that nobody has a year of bread to spare.
Related Articles
Back to top
"""
CLEAN = declutter.clean(STORY.format(n=4))


def story(n):
    return STORY.format(n=n)


def row(n):
    return {"id": n, "url": f"https://www.paper{n % 3}.test/{n}", "text": story(n), "score": 1.0}


def lines(*numbers):
    return "".join(json.dumps(row(n), ensure_ascii=False) + "\n" for n in numbers).encode()


def cleaned(*numbers):
    return "".join(json.dumps(row(n) | {"text": declutter.clean(story(n))}, ensure_ascii=False) + "\n" for n in numbers).encode()


@pytest.fixture
def run(run_command):
    return functools.partial(run_command, "clean")


@pytest.fixture
def parts(tmp_path):
    """Five files of JSON Lines, two of them compressed, one of them empty."""
    folder = tmp_path / "parts"
    folder.mkdir()
    for i in range(3):
        (folder / f"{i}.jsonl").write_bytes(lines(*range(10 * i, 10 * i + 6)))
    (folder / "3.jsonl.gz").write_bytes(gzip.compress(lines(40, 41)))
    (folder / "4.jsonl").write_bytes(b"")
    return sorted(folder.iterdir())


def content(folder):
    return {
        path.name: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in folder.iterdir()
        if path.is_file()
    }


EXPECTED = {f"{i}.jsonl": cleaned(*range(10 * i, 10 * i + 6)) for i in range(3)} | {"3.jsonl.gz": cleaned(40, 41), "4.jsonl": b""}


def test_the_story_holds_clutter_and_an_article():
    """Else most of what follows would show nothing."""
    assert "Back to top" not in CLEAN
    assert len(CLEAN) > 200


# what comes out


@pytest.mark.parametrize("jobs", [1, 2])
def test_many_files_come_out_in_a_folder_under_the_same_names(run, parts, tmp_path, jobs):
    done = run(*parts, "-o", tmp_path / "out", "-j", jobs)

    assert (done.code, done.out, done.err) == (0, b"", "")
    assert content(tmp_path / "out") == EXPECTED


def test_a_filter_over_json_lines_and_compressed_ones(run):
    assert run("--format", "jsonl", stdin=lines(1, 2)).out == cleaned(1, 2)
    packed = run("--format", "jsonl.gz", stdin=gzip.compress(lines(1, 2)))
    assert gzip.decompress(packed.out) == cleaned(1, 2)


def test_files_come_out_plain_one_after_the_other(run, parts):
    assert run(*parts).out == b"".join(EXPECTED[path.name] for path in parts)


def test_an_output_is_compressed_as_its_name_says(run, parts, tmp_path):
    assert run(parts[0], "-o", tmp_path / "a.jsonl.gz").code == 0
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == EXPECTED["0.jsonl"]
    (tmp_path / "s.txt.gz").write_bytes(gzip.compress(story(4).encode()))
    assert run(tmp_path / "s.txt.gz").out.decode() == CLEAN


def test_what_is_read_by_other_fields_and_written_to_another(run):
    data = json.dumps({"body": story(4), "link": "https://wick.test/4"}).encode()
    made = json.loads(run("--format", "jsonl", "--field", "body", "--out-field", "clean", "--url-field", "link", stdin=data).out)

    assert made == {"body": story(4), "link": "https://wick.test/4", "clean": CLEAN}


def test_pages_in_a_field_give_their_articles(run):
    page = "<!DOCTYPE html><html><body>" + "".join(f"<p>{line}</p>" for line in story(4).splitlines() if len(line) > 60)
    made = json.loads(
        run("--format", "jsonl", "--html", "--field", "page", "--out-field", "text", stdin=json.dumps({"page": page}).encode()).out
    )

    assert made["page"] == page
    assert "<p>" not in made["text"]
    assert "into the rain" in made["text"]


def test_a_row_that_is_no_page_passes_through_where_pages_are_read(run):
    rows = [{"id": 1, "text": "The bridge is open, said the council."}, {"id": 2, "text": f"<p>{'</p><p>'.join(CLEAN.split(chr(10)))}"}]
    given = "".join(json.dumps(row) + "\n" for row in rows)
    done = run("--format", "jsonl", "--html", stdin=given.encode())

    assert done.code == 1
    assert "line 1: not a page but text without a tag; passed through unchanged" in done.err
    assert done.out.splitlines()[0] == given.encode().splitlines()[0]
    assert "into the rain" in json.loads(done.out.splitlines()[1])["text"]


def test_a_page_of_a_row_that_has_no_article_is_told(run):
    page = "<!doctype html><html><body><script>app()</script></body></html>"
    done = run("--format", "jsonl", stdin="".join(json.dumps({"text": page}) + "\n" for _ in range(30)).encode())

    assert done.code == 0
    assert "line 1: nothing on the page that a reader would see" in done.err
    assert 8 < done.err.count("\n") < 14
    assert {json.loads(line)["text"] for line in done.out.splitlines()} == {""}


def test_csv(run, tmp_path):
    (tmp_path / "a.csv").write_text(
        f'id,text\n1,"{story(4)}"\n2,{"The ovens were cold, the bakers said."!r}\n'.replace("'", '"'), encoding="utf-8"
    )
    done = run(tmp_path / "a.csv")

    assert done.out.decode() == f'id,text\n1,"{CLEAN}"\n2,"The ovens were cold, the bakers said."\n'


def test_parquet_through_pipes(run, tmp_path):
    pytest.importorskip("pyarrow", reason="the extra 'files' is not installed")
    import pyarrow as pa
    import pyarrow.parquet

    pyarrow.parquet.write_table(pa.table({"text": [story(n) for n in range(7)]}), tmp_path / "a.parquet", row_group_size=3)
    done = run("--format", "parquet", stdin=(tmp_path / "a.parquet").read_bytes())

    made = pyarrow.parquet.read_table(io.BytesIO(done.out))
    assert made.column("text").to_pylist() == [declutter.clean(story(n)) for n in range(7)]


def test_addresses(run, parts):
    fsspec = pytest.importorskip("fsspec", reason="the extra 'files' is not installed")
    for i in range(2):
        fsspec.filesystem("memory").pipe(f"/in/{i}.jsonl", lines(i))

    assert run("memory://in/*.jsonl", "-o", "memory://out", "--report", parts[0].with_name("r.json")).code == 0
    assert [fsspec.filesystem("memory").cat(f"/out/{i}.jsonl") for i in range(2)] == [cleaned(0), cleaned(1)]
    assert run("klingon://in/*.jsonl").code == 2
    done = run("memory://in/none.jsonl")
    assert (done.code, done.out) == (1, b"")
    assert done.err.count("\n") == 1


def test_counts_of_sites_are_evidence_by_the_address_of_the_record(run, tmp_path):
    """What stands on every page of a site goes from the texts of that site, and only from them."""
    notice = "Our bakery of words has been open to all readers of the valley since the mill was built by the river."
    given = [f"{story(n)}{notice}\n" for n in range(12)]
    counts = sites.freeze(sites.count((text, "wick.test") for text in given))
    sites.save(counts, tmp_path / "sites.npz")
    rows = [{"url": f"https://{host}/{n}", "text": text} for n, text in enumerate(given) for host in ("wick.test", "other.test")]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    done = run("--format", "jsonl", "--sites", tmp_path / "sites.npz", stdin=data)

    expected = declutter.Cleaner(sites=tmp_path / "sites.npz").clean_many((row["text"], row["url"]) for row in rows)
    made = [json.loads(line)["text"] for line in done.out.splitlines()]
    assert made == list(expected)
    assert made[0] != made[1], "the site decides about its own texts alone"


# in place, dry


def test_in_place(run, tmp_path, parts):
    text = tmp_path / "s.txt"
    text.write_text(story(4), encoding="utf-8")
    (tmp_path / "link.txt").symlink_to(text)
    done = run("-i", parts[0], tmp_path / "link.txt")

    assert (done.code, done.out, done.err) == (0, b"", "")
    assert parts[0].read_bytes() == EXPECTED["0.jsonl"]
    assert text.read_text(encoding="utf-8") == CLEAN
    assert (tmp_path / "link.txt").is_symlink()


def test_in_place_every_row_gets_its_new_field(run, tmp_path):
    for name, text in (("a.jsonl", "The ovens were cold."), ("b.jsonl", story(1))):
        (tmp_path / name).write_text(json.dumps({"text": text}) + "\n", encoding="utf-8")
    assert run("-i", "--out-field", "clean", tmp_path / "a.jsonl", tmp_path / "b.jsonl").code == 0

    assert all("clean" in json.loads((tmp_path / name).read_text(encoding="utf-8")) for name in ("a.jsonl", "b.jsonl"))


@pytest.mark.parametrize("option", ["-i.bak", "--in-place=.bak"])
def test_in_place_with_a_suffix_keeps_what_was_there(run, tmp_path, option):
    text, good = tmp_path / "s.txt", tmp_path / "good.txt"
    text.write_text(story(4), encoding="utf-8")
    good.write_text(CLEAN, encoding="utf-8")
    before = good.stat().st_mtime_ns

    assert run(option, text, good).code == 0
    assert text.with_name("s.txt.bak").read_text(encoding="utf-8") == story(4)
    assert text.read_text(encoding="utf-8") == CLEAN
    assert good.stat().st_mtime_ns == before, "what is clean is not touched"
    assert not good.with_name("good.txt.bak").exists()


def test_a_page_is_not_replaced_by_its_article(run, tmp_path):
    page = tmp_path / "a.html"
    page.write_text("<!doctype html><p>Bread", encoding="utf-8")
    done = run("-i", page)

    assert done.code == 1
    assert "a.html: is a page" in done.err
    assert page.read_text(encoding="utf-8") == "<!doctype html><p>Bread"


def test_a_dry_run_and_a_check_write_nothing(run, parts, tmp_path):
    before = content(tmp_path / "parts")
    dry = run("--dry-run", *parts)
    check = run("--check", *parts, "-o", tmp_path / "out")

    assert (dry.code, dry.out, check.code, check.out) == (0, b"", 3, b"")
    assert len(dry.err.splitlines()) == 5
    assert "lines would go" in dry.err
    assert "0.jsonl: holds clutter in 6 of 6 documents" in check.err
    assert content(tmp_path / "parts") == before
    assert not (tmp_path / "out").exists()


# what is refused before anything is done


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["{0}", "{1}", "-o", "{0.parent}"], "would be overwritten"),
        (["{0}", "-o", "{0}"], "would be overwritten"),
        (["{0}", "-o", "{1.parent}/x.csv"], "written as jsonl"),
        (["-i", "-"], "standard input"),
        (["-i", "{0}", "-o", "x"], "--in-place"),
        (["{0}", "--resume"], "--resume"),
        (["{0}", "--cluster", "local"], "--cluster"),
        (["--format", "parquet.gz", "{0}"], "Parquet"),
        (["--format", "jsonl", "--encoding", "latin-1", "{0}"], "UTF-8"),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line_and_nothing_is_touched(run, parts, tmp_path, args, words):
    before = content(tmp_path / "parts")
    done = run(*(arg.format(*parts) for arg in args))

    assert (done.code, done.out) == (2, b"")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert content(tmp_path / "parts") == before


def test_standard_output_that_is_an_input_is_refused(parts):
    with parts[0].open("ab") as out:
        done = subprocess.run([sys.executable, "-m", "declutter", "clean", parts[0]], stdout=out, stderr=subprocess.PIPE, check=False)

    assert done.returncode == 2
    assert parts[0].read_bytes() == lines(*range(6))


# what fails


def test_a_record_that_fails_passes_through_and_is_named(run, parts, tmp_path):
    bad = b'{"id": 7}\n'
    parts[1].write_bytes(lines(1) + bad + lines(2))
    done = run(*parts[:2], "-o", tmp_path / "out", "--report", tmp_path / "r.json")

    assert done.code == 1
    assert done.err.startswith(f"declutter: {parts[1]}: line 2: has no key 'text'")
    assert done.err.count("\n") == 1
    assert (tmp_path / "out" / "1.jsonl").read_bytes() == cleaned(1) + bad + cleaned(2)
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["failed"] == 1


def test_many_failures_are_counted_and_not_all_told(run):
    done = run("--format", "jsonl", stdin=b"{}\n" * 500)

    assert (done.code, done.out) == (1, b"{}\n" * 500)
    assert 2 < done.err.count("\n") < 20


def test_more_errors_than_allowed_stop_the_run_and_leave_no_half_output(run, parts, tmp_path):
    parts[1].write_bytes(lines(1) + b"{}\n{}\n" + lines(2))

    assert run(*parts, "-o", tmp_path / "two", "--max-errors", 2).code == 1
    assert len(content(tmp_path / "two")) == 5
    done = run(*parts, "-o", tmp_path / "one", "--max-errors", 1)
    assert done.code == 1
    assert "--max-errors" in done.err
    assert run(*parts, "-o", tmp_path / "one", "--max-errors", 1, "--report", tmp_path / "r.json").code == 1
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["failed"] == 2
    assert set(content(tmp_path / "one")) <= {"0.jsonl"}
    assert not list((tmp_path / "one").glob(".*"))


def test_an_input_that_breaks_off_leaves_no_output_and_the_others_are_done(run, parts, tmp_path):
    parts[3].write_bytes(parts[3].read_bytes()[:-20])
    done = run(*parts, "-o", tmp_path / "out")

    assert done.code == 1
    assert "3.jsonl.gz: breaks off" in done.err
    assert content(tmp_path / "out") == {name: data for name, data in EXPECTED.items() if name != "3.jsonl.gz"}


class Fragile:
    """A cleaner that fails on one text, as a bug in it would."""

    def __init__(self):
        self.cleaner = declutter.Cleaner()

    def clean_counted(self, texts, sites=()):
        if any("day 3 " in text for text in texts):
            raise RuntimeError("a bug\nof two lines")
        return self.cleaner.clean_counted(texts, sites)


def test_what_fails_to_be_judged_fails_alone(parts, tmp_path):
    out = tmp_path / "out.jsonl"
    steps = list(runs.run([runs.Shard(str(parts[0]), "jsonl", "", str(out), "")], runs.Job(Fields()), Fragile()))

    assert [problem for step in steps for problem in step.problems] == [
        f"{parts[0]}: line 4: RuntimeError: a bug of two lines; passed through unchanged"
    ]
    assert out.read_bytes() == cleaned(0, 1, 2) + lines(3) + cleaned(4, 5)


class Deadly(Fragile):
    """A cleaner that takes its process with it."""

    def clean_counted(self, texts, sites=()):
        if any("day 3 " in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return self.cleaner.clean_counted(texts, sites)


def records(*numbers):
    return [Record(f"line {n}", text=story(n)) for n in numbers]


def test_a_record_that_kills_its_process_fails_alone():
    found = list(judging.judged(judging.Judge(Deadly()), [records(1, 2), records(3, 4), records(5)], jobs=2))

    assert [[bool(outcome.error) for outcome in batch] for batch in found] == [[False, False], [True, False], [False]]
    assert "died" in found[1][0].error
    assert found[1][1].cleaned.text == declutter.clean(story(4))


class Slow(Fragile):
    """A cleaner that hangs on one text, and takes all memory for another."""

    def clean_counted(self, texts, sites=()):
        if any("day 3 " in text for text in texts):
            time.sleep(600)
        if any("day 4 " in text for text in texts):
            bytearray(1 << 36)
        return self.cleaner.clean_counted(texts, sites)


def test_a_record_that_takes_too_long_or_too_much_passes_through():
    pytest.importorskip("resource", reason="this system limits no memory")
    judge = judging.Judge(Slow(), seconds=3, memory=1 << 30)
    (found,) = judging.judged(judge, [records(2, 3, 4, 5)], jobs=1)

    assert [bool(outcome.error) for outcome in found] == [False, True, True, False]
    assert "3 seconds" in found[1].error
    assert "memory" in found[2].error


class Swallowing(Fragile):
    """A cleaner that goes on where an error stops it."""

    def clean_counted(self, texts, sites=()):
        for _ in range(3):
            with contextlib.suppress(Exception):
                time.sleep(600)
        return self.cleaner.clean_counted(texts, sites)


def test_no_error_that_a_library_swallows_keeps_a_record_from_its_limit():
    (found,) = judging.judged(judging.Judge(Swallowing(), seconds=0.5), [records(2)], jobs=1)

    assert "0.5 seconds" in found[0].error


def test_a_limit_of_memory_that_is_there_already_stays():
    pytest.importorskip("resource", reason="this system limits no memory")
    program = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, ({1 << 43}, {1 << 44}))
from declutter import judging
with judging._limits(judging.Judge(None, memory=1 << 60)):
    print(resource.getrlimit(resource.RLIMIT_AS))
print(resource.getrlimit(resource.RLIMIT_AS))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines() == [f"({1 << 43}, {1 << 44})"] * 2, done.stderr


def test_limits_change_nothing_for_what_keeps_them(run):
    assert run("--format", "jsonl", "--timeout", 100, "--max-memory", 1000, stdin=lines(1, 2)).out == cleaned(1, 2)


# the report


def test_the_report_counts_by_kind_and_by_site(run, parts, tmp_path):
    tall = json.dumps({"url": "https://www.paper0.test/x", "text": story(3) + "Advertisement\n" * 200}).encode() + b"\n"
    parts[4].write_bytes(tall)
    assert run(*parts, "-o", tmp_path / "out", "--report", tmp_path / "r.json").code == 0
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    before = [row(n)["text"] for part in (range(6), range(10, 16), range(20, 26), (40, 41)) for n in part]
    after = [declutter.clean(text) for text in before]

    assert (report["documents"], report["failed"], report["changed"]) == (21, 0, 21)
    assert report["characters"] == sum(map(len, before)) + len(json.loads(tall)["text"])
    assert report["kinds"]["ad"]["lines"] >= 200
    assert sum(site["documents"] for site in report["sites"].values()) == 21
    assert report["sites"]["paper1.test"]["removed"] == sum(
        len(text) - len(short) for text, short in zip(before, after, strict=True) if f"paper{1}" in row(int(text.split()[5]))["url"]
    )
    assert report["documents_that_lost_more_than_half"] == [f"{parts[4]}: line 1"]
    assert [entry["documents"] for entry in report["inputs"]] == [6, 6, 6, 2, 1]


def test_the_report_is_json_whatever_the_inputs_are_called(run, tmp_path):
    name = os.fsencode(tmp_path) + b"/bad\xff.txt"
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(story(4))
    assert run(os.fsdecode(name), "-o", tmp_path / "out.txt", "--report", tmp_path / "r.json").code == 0

    (told,) = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["inputs"]
    assert os.fsencode(told["input"]) == name


def test_a_report_that_cannot_be_written_is_refused_before_the_work(run, parts, tmp_path):
    done = run(*parts, "-o", tmp_path / "out", "--report", tmp_path / "none" / "r.json")

    assert (done.code, done.err.count("\n")) == (2, 1)
    assert not (tmp_path / "out").exists()


def test_an_input_that_may_not_be_read_fails_alone(run, parts, tmp_path, monkeypatch):
    """What the system says when it is opened decides, and no check of the command line before."""
    monkeypatch.setattr(os, "access", lambda path, mode, **_: mode != os.R_OK or os.path.basename(path) != "1.jsonl")  # noqa: PTH119
    assert run(*parts, "-o", tmp_path / "out").code == 0
    assert content(tmp_path / "out") == EXPECTED


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.csv.gz"])
def test_a_text_is_not_written_under_the_name_of_a_table(run, tmp_path, name):
    (tmp_path / "a.txt").write_text(story(4), encoding="utf-8")
    done = run(tmp_path / "a.txt", "-o", tmp_path / name)

    assert done.code == 2
    assert "text is written as text" in done.err
    assert not (tmp_path / name).exists()


# interrupted, resumed


def test_what_is_marked_as_done_is_left_out_and_the_report_is_that_of_all(run, parts, tmp_path):
    once = run(*parts, "-o", tmp_path / "out", "--resume", "--report", tmp_path / "one.json")
    inodes = {path.name: path.stat().st_ino for path in (tmp_path / "out").glob("*.jsonl*")}
    parts[1].write_bytes(lines(70))
    (tmp_path / "out" / "2.jsonl").unlink()
    (tmp_path / "out" / "0.jsonl").write_bytes(b"touched")
    again = run(*parts, "-o", tmp_path / "out", "--resume", "--report", tmp_path / "two.json")

    assert (once.code, again.code) == (0, 0)
    assert content(tmp_path / "out") == EXPECTED | {"1.jsonl": cleaned(70)}
    assert (tmp_path / "out" / "3.jsonl.gz").stat().st_ino == inodes["3.jsonl.gz"]
    one, two = (json.loads((tmp_path / name).read_text(encoding="utf-8")) for name in ("one.json", "two.json"))
    assert [entry["state"] for entry in one["inputs"]] == ["done"] * 5
    assert [entry["state"] for entry in two["inputs"]] == ["done", "done", "done", "done before", "done before"]
    assert (one["documents"], two["documents"]) == (20, 15)


def test_an_input_that_changes_while_it_is_read_is_not_marked(parts, tmp_path):
    shard = runs.Shard(str(parts[0]), "jsonl", "", str(tmp_path / "0.jsonl"), "")
    job = runs.Job(Fields(), resume=True)
    for number, _ in enumerate(runs.run([shard], job, declutter.Cleaner())):
        if not number:
            parts[0].write_bytes(lines(80, 81))
    again = list(runs.run([shard], job, declutter.Cleaner()))

    assert not any(step.skipped for step in again)
    assert (tmp_path / "0.jsonl").read_bytes() == cleaned(80, 81)
    assert [step.skipped for step in runs.run([shard], job, declutter.Cleaner())] == [True]


def test_an_output_of_any_name_is_marked(run, parts, tmp_path):
    target = tmp_path / ("n" * 249 + ".jsonl")
    codes = [run(parts[0], "-o", target, "--resume").code for _ in range(2)]

    assert codes == [0, 0]
    assert not run(parts[0], "-o", target, "--resume").err


def test_what_failed_before_is_told_again_and_done_again_with_other_limits(run, parts, tmp_path):
    first = run(*parts, "-o", tmp_path / "out", "--resume", "--timeout", 0.00001)
    again = run(*parts, "-o", tmp_path / "out", "--resume", "--timeout", 0.00001, "--report", tmp_path / "r.json")
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    last = run(*parts, "-o", tmp_path / "out", "--resume")

    assert (first.code, again.code, last.code) == (1, 1, 0)
    assert "0.jsonl: done before, when 6 records failed" in again.err
    assert (report["failed"], {entry["state"] for entry in report["inputs"]}) == (20, {"done before"})
    assert content(tmp_path / "out") == EXPECTED


def test_marks_hold_only_for_the_same_options(run, parts, tmp_path):
    run(*parts, "-o", tmp_path / "out", "--resume")
    run(*parts, "-o", tmp_path / "out", "--resume", "--caution", 1)

    assert content(tmp_path / "out")["0.jsonl"] == lines(*range(6))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "interrupt"])
def test_a_run_that_is_ended_in_the_middle_is_taken_up_again_without_loss_or_doubling(run, parts, tmp_path, end):
    """It is known to be in the middle once it waits for more of a named pipe, the outputs before being done."""
    out, pipe = tmp_path / "out", tmp_path / "parts" / "5.jsonl"
    os.mkfifo(pipe)
    child = subprocess.Popen(
        [sys.executable, "-m", "declutter", "clean", *parts, pipe, "-o", out, "--resume"], stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with pipe.open("wb") as feed:
        feed.write(lines(*range(1000, 3500)))
        feed.flush()
        deadline = time.monotonic() + 120
        while not list(out.glob(".declutter.*.half")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list(out.glob(".declutter.*.half")), "the output of the pipe is half-written"
        child.send_signal(end)
        _, err = child.communicate(timeout=60)

    assert child.returncode == (130 if end == signal.SIGINT else -end)
    assert b"Traceback" not in err
    assert content(out).keys() - {path.name for path in out.glob(".*")} == EXPECTED.keys(), "never half a file under its name"
    if end == signal.SIGINT:
        assert not list(out.glob("*.half"))
    pipe.unlink()
    pipe.write_bytes(lines(50))
    done = run(*parts, pipe, "-o", out, "--resume", "--report", tmp_path / "r.json")
    assert done.code == 0
    assert content(out) == EXPECTED | {"5.jsonl": cleaned(50)}, "and no half is left"
    states = [entry["state"] for entry in json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["inputs"]]
    assert states == ["done before"] * 5 + ["done"]


def test_two_runs_over_one_folder_give_what_one_gives(parts, tmp_path):
    command = [sys.executable, "-m", "declutter", "clean", *parts, "-o", tmp_path / "out", "--resume"]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]

    assert [child.communicate(timeout=120)[1] for child in children] == [b"", b""]
    assert content(tmp_path / "out") == EXPECTED


def test_a_full_disk_is_one_line_and_nothing_half_is_left(tmp_path, parts):
    """A limit on the size of files stands in for a disk that is full."""
    resource = pytest.importorskip("resource", reason="this system limits no file size")
    big = tmp_path / "big.jsonl"
    big.write_bytes(lines(*range(300)))

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = subprocess.run(
        [sys.executable, "-m", "declutter", "clean", big, parts[0], "-o", tmp_path / "out"],
        capture_output=True,
        preexec_fn=limit,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.decode().count("\n") == 1
    assert b"cannot be written" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["0.jsonl"]


def test_a_stream_of_any_length_takes_the_same_memory():
    """Twenty times the lines, not twenty times the memory."""
    script = (
        "import resource, subprocess, sys\n"
        "feeder = subprocess.Popen([sys.executable, '-c', 'import sys\\nfor _ in range(int(sys.argv[2])): sys.stdout.write(sys.argv[1])',"
        " sys.argv[1], sys.argv[2]], stdout=subprocess.PIPE)\n"
        "subprocess.run([sys.executable, '-m', 'declutter', 'clean', '--format', 'jsonl', '--caution', '1'],"
        " stdin=feeder.stdout, stdout=subprocess.DEVNULL, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    line = json.dumps({"text": "The ovens of Lower Wick were cold again at dawn, and the bakers waited. " * 300}) + "\n"
    few, many = (
        int(subprocess.run([sys.executable, "-c", script, line, count], capture_output=True, check=True).stdout) for count in ("50", "1000")
    )

    assert many < few * 1.3
