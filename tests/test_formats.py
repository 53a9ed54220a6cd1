"""Formats: what is asked to change changes, and everything else is written as it was read."""

import csv
import io
import json
import string
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declutter import formats
from declutter.decoding import decoded
from declutter.formats import jsonlines
from declutter.formats.records import Cleaned, Fields, UnreadableError


def through(kind, data, change, fields=None, name="x"):
    """Read and written again: the records, and the bytes that come out; `change` gives the clean text of a text."""
    made = formats.make(kind, fields or Fields())
    out, seen = io.BytesIO(), []
    for chunk in made.read(io.BytesIO(data), name):
        seen += chunk.records
        made.write(out, chunk, [Cleaned(None if r.text is None else change(r.text)) for r in chunk.records])
    made.end(out)
    return seen, out.getvalue()


def same(text):
    return text


# JSON Lines

LINES = [
    b'{"id": 1.50, "text": "caf\\u00e9 \\/ bread", "more": [1e400, {"text": "inner"}], "id": 2}\n',
    b'  {"text":"br\xc3\xb6d","n":123456789012345678901234567890}\r\n',
    b"\n",
    b'{"text": null, "a": {}}\n',
    b'{"a": "tab\there", "text": "half \\ud83d"}\n',
    b'{"text": "first", "text": "last"}',
]


def test_lines_in_which_nothing_changes_are_written_byte_for_byte():
    data = b"\xef\xbb\xbf" + b"".join(LINES)
    seen, out = through("jsonl", data, same)

    assert out == data
    assert [r.text for r in seen] == ["café / bread", "bröd", None, None, "half \ud83d", "last"]
    assert not any(r.error for r in seen)


def test_only_the_value_of_the_field_changes():
    _, out = through("jsonl", b"".join(LINES), lambda text: text + "!")
    lines = out.split(b"\n")

    assert lines[0] == LINES[0][:-1].replace(b'"caf\\u00e9 \\/ bread"', b'"caf\\u00e9 / bread!"')
    assert lines[1] == LINES[1][:-1].replace(b"br\xc3\xb6d", b"br\xc3\xb6d!")
    assert lines[2:4] == [b"", LINES[3][:-1]]
    assert lines[4].endswith(b'"half \\ud83d!"}')
    assert lines[5] == b'{"text": "first", "text": "last!"}'


def test_the_clean_text_goes_to_another_key_there_or_new():
    fields = Fields(out="clean")
    _, out = through("jsonl", b'{"text": "a" , "b": 1}\n{"clean":0,"text":"a"}\n{"text": null}\n', str.upper, fields)

    assert out == b'{"text": "a" , "b": 1, "clean": "A"}\n{"clean":"A","text":"a"}\n{"text": null}\n'


BAD = [
    b'{"body": "no such key"}',
    b'{"text": 5}',
    b'["text"]',
    b'{"text": "cut off',
    b'{"text": "a"} {"text": "b"}',
    b'{"text": "a",}',
    b"\xff\xfe",
    b'{"text" "a"}',
    b"{",
    b'{"a": ' + b"[" * 100_000 + b"}",
    b'{"text": nul}',
]


@pytest.mark.parametrize("line", BAD, ids=lambda line: repr(line[:24]))
def test_a_bad_line_has_an_error_and_passes_through(line):
    data = b'{"text": "a"}\n' + line + b'\n{"text": "c"}\n'
    seen, out = through("jsonl", data, str.upper)

    assert out == data.replace(b'{"text": "a"}\n', b'{"text": "A"}\n', 1).replace(b'{"text": "c"}', b'{"text": "C"}')
    assert [bool(r.error) for r in seen] == [False, True, False]
    assert (seen[1].place, seen[1].text) == ("line 2", None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=4), st.text(), st.booleans(), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_any_object_keeps_its_other_members(members, new, plain, separators):
    line = json.dumps(members | {"text": "old"}, ensure_ascii=plain, separators=separators).encode("utf-8", "replace")
    seen, out = through("jsonl", line, lambda _: new)

    assert seen[0].text == "old"
    before, after = (json.loads(part, parse_constant=str, object_pairs_hook=list) for part in (line, out))
    assert [pair for pair in after if pair[0] != "text"] == [pair for pair in before if pair[0] != "text"]
    assert dict(after)["text"] == new


def test_a_line_longer_than_a_block_comes_whole_and_line_numbers_count_on():
    data = b'{"text": "' + b"a" * 700_000 + b'"}\n' + b'{"text": "b"}\n' * 3
    seen, out = through("jsonl", data, same)

    assert [len(r.text) for r in seen] == [700_000, 1, 1, 1]
    assert [r.place for r in seen] == ["line 1", "line 2", "line 3", "line 4"]
    assert out == data


def test_json_lines_are_utf_8():
    with pytest.raises(UnreadableError, match="UTF-8"):
        formats.make("jsonl", Fields(encoding="latin-1"))


def test_a_stream_is_given_on_before_it_ends():
    """What a crawler writes comes out while it crawls."""
    script = 'import sys, time\nprint(\'{"text": "bread"}\', flush=True)\nsys.stdin.read()'
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    chunks = jsonlines.FORMAT(Fields()).read(child.stdout, "-")

    assert [r.text for r in next(chunks).records] == ["bread"]
    child.stdin.close()
    assert list(chunks) == []
    child.wait(timeout=60)


# CSV

TABLE = 'id,text,note\r\n1,plain,x\r\n"2","two\nlines, and ""quotes""","y"\r\n\r\n3,,z\r\n4,"last",\r\n'


def test_rows_in_which_nothing_changes_are_written_byte_for_byte():
    seen, out = through("csv", TABLE.encode(), same)

    assert out == TABLE.encode()
    assert [r.text for r in seen] == ["plain", 'two\nlines, and "quotes"', None, "", "last"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_changed_table_reads_as_it_should(end, delimiter):
    rows = [["id", "text"], ["1", "a"], ["2", f'b{delimiter}"c"\nd\re'], ["", ""]]
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    _, out = through("csv", made.getvalue().encode(), lambda text: text + "!")
    again = list(csv.reader(io.StringIO(out.decode(), newline=""), delimiter=delimiter))

    assert again == [rows[0], *([number, text + "!"] for number, text in rows[1:])]
    assert out.decode().count(end) >= 4


def test_a_column_more_leaves_the_others_byte_for_byte():
    _, out = through("csv", TABLE.encode(), lambda text: text.upper() + '"', Fields(out="clean"))
    cut = [line.rpartition(",")[0] for line in out.decode().split("\r\n")]

    assert cut[:2] == ["id,text,note", "1,plain,x"]
    assert list(csv.DictReader(io.StringIO(out.decode(), newline="")))[1]["clean"] == 'TWO\nLINES, AND "QUOTES""'
    assert '"2","two\nlines, and ""quotes""","y",' in out.decode()


cells = st.text(alphabet=string.printable + "äß“", max_size=12)


@given(st.lists(st.tuples(cells, cells), max_size=5), st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), cells)
def test_any_table_goes_round(rows, delimiter, quoting, new):
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows([("text", "b"), *rows])
    data = made.getvalue().encode()

    assert through("csv", data, same)[1] == data
    for fields in (Fields(), Fields(out="c")):
        out = through("csv", data, lambda _: new, fields)[1].decode()
        again = list(csv.reader(io.StringIO(out, newline=""), delimiter=delimiter))[1:]
        assert again == [[new, b] if fields.out is None else [a, b, new] for a, b in rows]


def test_rows_that_are_none_pass_through_and_are_told():
    data = b'id,text\n1,a\n2,b,c\n3\n4,"x"y\n5,e\n6,\xff\n'
    seen, out = through("csv", data, str.upper)

    assert out == data.replace(b"1,a", b"1,A").replace(b"5,e", b"5,E")
    assert [bool(r.error) for r in seen] == [False, True, True, True, False, True]
    assert [r.place for r in seen if r.error] == ["row 3", "row 4", "row 5", "row 7"]


def test_a_quotation_mark_that_is_never_closed_loses_nothing():
    data = b'id,text\n1,a\n2,"b\n3,c\n'
    seen, out = through("csv", data, str.upper)

    assert out == data.replace(b"1,a", b"1,A")
    assert "reaches over 2 lines" in seen[-1].error


@pytest.mark.parametrize("name", ["a.tsv", "a.tsv.gz"])
def test_a_table_of_one_column_has_the_delimiter_that_its_name_tells(name):
    fields = Fields(out="clean")
    seen, out = through("csv", b"text\nThe ferry, which came late, returned.\n", str.upper, fields, name)

    assert [r.error for r in seen] == [""]
    assert out == b"text\tclean\nThe ferry, which came late, returned.\tTHE FERRY, WHICH CAME LATE, RETURNED.\n"


def test_many_stray_marks_are_gone_through_once():
    data = b"id,text\n" + b'",z","\n' * 20_000
    seen, out = through("csv", data, same)

    assert out == data
    assert any(r.error for r in seen)


BROKEN = {
    "stray marks, a line end in the cell": '10,"The "old" bridge fell.\nNobody was hurt.\n"\n',
    "a line of the cell with as many commas as a row": '10,"The "old" bridge fell.\nOn Tuesday, the council met.\nNobody was hurt."\n',
    "one mark too many": '10,"He said 5" long.\nMore of it.\n"\n',
    "one line": '10,"The "old" bridge fell."\n',
    "a cell too many, and a stray mark": '10,"a "b" c",d\n',
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_broken_row_is_one_and_the_rows_behind_it_are_read(broken, end):
    rows = [f'{n},"story {n}, told.{end}"\n' for n in range(11, 60)]
    seen, out = through("csv", ("id,text\n9,a\n" + broken + "".join(rows)).encode(), str.upper)

    assert out.decode() == "id,text\n9,A\n" + broken + "".join(row.upper() for row in rows)
    assert [r.place for r in seen if r.error] == ["row 3"]


@pytest.mark.parametrize("row", ['7,"x",,"","{}",1.50\n', '"7",x," y ","a ""b""","{}",\r\n', 'a"b,,,,"{}",\n', '"","","",,"{}",""'])
def test_the_other_cells_of_a_row_stay_as_they_are_written(row):
    data = "a,b,c,d,text,e\n" + row.format("told, at length")
    _, out = through("csv", data.encode(), lambda text: text + '"!')

    assert out.decode() == "a,b,c,d,text,e\n" + row.format('told, at length""!')


def test_a_cell_is_quoted_as_it_was_or_where_it_has_to_be():
    _, out = through("csv", b'id,text\n1,plain\n2,"quoted"\n3,plain\n', lambda text: text + ("," if text == "plain" else "."))

    assert out == b'id,text\n1,"plain,"\n2,"quoted."\n3,"plain,"\n'


@given(st.text(alphabet='",ab\n\r1', max_size=60))
def test_no_table_is_too_broken_to_pass_through(text):
    data = f"id,text\n1,a\n{text}".encode()
    assert through("csv", data, same)[1] == data


def test_a_table_without_the_column_says_which_there_are():
    with pytest.raises(UnreadableError, match=r"'text'.*id, body"):
        through("csv", b"id;body\n1;a\n", same)


def test_a_table_in_another_encoding_and_one_of_no_rows():
    data = "id,text\n1,brød\n".encode("latin-1")

    assert through("csv", data, lambda text: text[:-1], Fields(encoding="latin-1"))[1] == "id,text\n1,brø\n".encode("latin-1")
    for empty in (b"", b"id,text\n", b"\xef\xbb\xbfid,text"):
        assert through("csv", empty, same) == ([], empty)


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-16", "utf-16-be"), ("utf-16", "utf-16-le"), ("utf-32", "utf-32-be"), ("utf-8-sig", "utf-8")]
)
def test_a_table_has_one_byte_order_mark_and_the_order_it_had(encoding, told):
    data = "\ufeffid,text\n1,brød\n2,smør\n3,mel".encode(told)

    assert through("csv", data, same, Fields(encoding=encoding))[1] == data
    assert through("csv", data, lambda text: text[:-1], Fields(encoding=encoding))[1].decode(told) == "\ufeffid,text\n1,brø\n2,smø\n3,me"


# Parquet


@pytest.fixture
def arrow():
    pytest.importorskip("pyarrow", reason="the extra 'files' is not installed")
    import pyarrow as pa

    return pa


def parquet(arrow, text_type, **options):
    import pyarrow.parquet

    table = arrow.table(
        {
            "id": arrow.array([1, 2, 3, None, 5], arrow.int16()),
            "text": arrow.array(["a", None, "c", "d", "a"], arrow.string()).cast(text_type(arrow)),
            "deep": [[1.5], [], None, [2.0, 3.0], [1.0]],
        }
    ).replace_schema_metadata({"who": "the bakers"})
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, row_group_size=2, **options)
    return pyarrow.parquet.read_table(io.BytesIO(out.getvalue())), out.getvalue()


def test_a_parquet_file_with_two_columns_of_the_name_is_told(arrow):
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(arrow.Table.from_arrays([arrow.array(["a"])] * 2, names=["text", "text"]), out)
    with pytest.raises(UnreadableError, match="2 columns 'text'"):
        through("parquet", out.getvalue(), same)


TYPES = [lambda pa: pa.string(), lambda pa: pa.large_string(), lambda pa: pa.dictionary(pa.int32(), pa.string())]


@pytest.mark.parametrize("text_type", TYPES, ids=["string", "large_string", "dictionary"])
def test_a_parquet_file_keeps_all_but_its_texts(arrow, text_type):
    import pyarrow.parquet

    table, data = parquet(arrow, text_type, compression="zstd")
    seen, out = through("parquet", data, str.upper)
    file = pyarrow.parquet.ParquetFile(io.BytesIO(out))
    made = file.read()

    assert [r.text for r in seen] == ["a", None, "c", "d", "a"]
    assert made.column("text").to_pylist() == ["A", None, "C", "D", "A"]
    assert made.drop_columns("text").equals(table.drop_columns("text"))
    assert made.schema.equals(table.schema, check_metadata=True)
    assert file.num_row_groups == 3
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_parquet_file_gets_a_column_more(arrow):
    import pyarrow.parquet

    table, data = parquet(arrow, TYPES[0])
    made = pyarrow.parquet.read_table(io.BytesIO(through("parquet", data, str.upper, Fields(out="clean"))[1]))

    assert made.drop_columns("clean").equals(table)
    assert made.column("clean").to_pylist() == ["A", None, "C", "D", "A"]


def test_parquet_without_rows_and_what_is_no_parquet(arrow):
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(arrow.table({"text": arrow.array([], arrow.string())}), out)
    seen, made = through("parquet", out.getvalue(), same)

    assert (seen, pyarrow.parquet.read_table(io.BytesIO(made)).num_rows) == ([], 0)
    for data, words in ((b"bread and water", "no Parquet file"), (parquet(arrow, TYPES[0])[1], "'body'.*id, text, deep")):
        with pytest.raises(UnreadableError, match=words):
            through("parquet", data, same, Fields(text="body"))


# WARC

BODY = "<p>The bakers of Lower Wick put down their peels on Monday, said Jon Périn, and walked out into the rain.</p>"
PAGE = f"<!DOCTYPE html><html><head><title>Strike</title></head><body>{BODY}</body></html>"


@pytest.fixture
def crawl():
    pytest.importorskip("warcio", reason="the extra 'files' is not installed")
    import gzip

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False)

    def fetched(number, status, content_type, data, *more):
        headers = StatusAndHeaders(status, [("Content-Type", content_type), *more], protocol="HTTP/1.1")
        address = f"https://wick.test/{number}"
        writer.write_record(writer.create_warc_record(address, "response", payload=io.BytesIO(data), http_headers=headers))

    fetched(1, "200 OK", "text/html; charset=utf-8", PAGE.encode())
    fetched(2, "200 OK", "image/png", b"\x89PNG")
    fetched(3, "404 Not Found", "text/html", PAGE.encode())
    fetched(4, "200 OK", "text/html", gzip.compress(PAGE.encode()), ("Content-Encoding", "gzip"))
    fetched(5, "200 OK", "text/html; charset=ISO-8859-1", PAGE.encode("latin-1"))
    for number, charset in enumerate(("undefined", "idna", "x\0y", "hex", "klingon"), 6):
        fetched(number, "200 OK", f"text/html; charset={charset}", PAGE.encode("latin-1"))
    return out.getvalue()


def test_a_crawl_gives_its_pages_with_their_addresses(crawl):
    seen, out = through("warc", crawl, same)
    texts = [r.page if isinstance(r.page, str) else decoded(r.page) for r in seen]

    assert [r.url for r in seen] == [f"https://wick.test/{number}" for number in (1, 4, *range(5, 11))]
    assert texts == [PAGE] * 8
    assert [json.loads(line)["url"] for line in out.splitlines()] == [r.url for r in seen]


def test_a_page_of_a_crawl_that_unpacks_without_end_is_told_and_the_others_are_read(crawl, monkeypatch):
    from declutter.formats import warc

    monkeypatch.setattr(warc, "_LONGEST", len(PAGE.encode("latin-1")))
    seen, _ = through("warc", crawl, same)

    assert [bool(r.error) for r in seen] == [len(PAGE.encode()) > len(PAGE.encode("latin-1"))] * 2 + [False] * 6


def test_a_crawl_that_breaks_off_is_told(crawl):
    with pytest.raises((UnreadableError, EOFError)):
        through("warc", crawl[: crawl.index(b"peels")], same)
    with pytest.raises(UnreadableError, match="no WARC"):
        through("warc", b"bread and water\n" * 9, same)


# names


@pytest.mark.parametrize(
    ("name", "kind", "out"),
    [
        ("a.jsonl.zst", "jsonl", "a.jsonl.zst"),
        ("d/a.TSV.gz", "csv", "a.TSV.gz"),
        ("s3://b/a.parquet", "parquet", "a.parquet"),
        ("a.warc", "warc", "a.jsonl"),
        ("a.htm", "text", "a.txt"),
        ("a.txt.gz", "text", "a.txt.gz"),
        ("-", "text", "stdin.txt"),
    ],
)
def test_names_tell_formats_and_outputs(name, kind, out):
    assert formats.by_name(name)[0] == kind
    assert formats.output_name(name, kind, None) == out
