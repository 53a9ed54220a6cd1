"""The bytes of pages as text: declared or not, damaged or cut off, as browsers read them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter.decoding import decoded, other_format

SWEDISH = "<p>Bagarna gick ut på gården på måndagen – ”ugnarna är kalla”, sade Åsa Öberg, som har bakat i trettio år.</p>"
RUSSIAN = "<p>Пекари Нижнего Вика отложили лопаты в понедельник и вышли под дождь.</p>"


@pytest.mark.parametrize("label", ["iso-8859-1", "ISO8859-1", "latin1", "us-ascii", "windows-1252", "cp1252"])
def test_iso_8859_1_and_ascii_mean_windows_1252(label):
    html = f"<meta charset='{label}'><p>“ugnarna” kostar 5 €</p>"
    assert decoded(html.encode("windows-1252")) == html


def test_undeclared_western_bytes_are_windows_1252():
    assert decoded(SWEDISH.encode("windows-1252")) == SWEDISH
    assert decoded("<p>5 €</p>".encode("windows-1252")) == "<p>5 €</p>"


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1251", "koi8-r", "klingon", ""])
def test_utf_8_is_utf_8_whatever_it_declares(label):
    html = f"<meta charset='{label}'>{RUSSIAN}"
    assert decoded(html.encode()) == html


@pytest.mark.parametrize(("label", "story"), [("iso-2022-jp", "フェリーは離島へ向かった"), ("ISO-2022-KR", "페리가 섬으로 떠났다")])
def test_encodings_whose_bytes_are_all_ascii_are_read_where_they_are_declared(label, story):
    html = f"<meta charset='{label}'><p>{story}</p>"
    assert decoded(html.encode(label)) == html
    assert decoded(html.encode()) == html


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=30), st.integers(0, 60))
def test_a_page_cut_off_anywhere_loses_at_most_the_character_that_was_cut(text, at):
    html = (RUSSIAN + text).encode()
    cut = html[: len(html) - at]
    assert (RUSSIAN + text).startswith(decoded(cut))
    assert len(cut) - len(decoded(cut).encode()) <= 3


def test_one_damaged_character_does_not_change_the_encoding_of_the_page():
    damaged = RUSSIAN.encode().replace("Н".encode(), b"\xd0", 1)
    assert decoded(damaged) == RUSSIAN.replace("Н", "\ufffd", 1)


def test_a_page_that_declares_utf_8_and_is_not_is_read_by_what_it_looks_like():
    html = f"<meta charset='utf-8'>{SWEDISH}"
    assert decoded(html.encode("windows-1252")) == html


@pytest.mark.parametrize("label", ["hex", "rot13", "zlib", "punycode", "idna", "undefined", "unicode_escape", "utf-16", "utf-7", "x" * 999])
def test_codecs_that_no_page_is_written_in_are_not_used(label):
    html = f"<meta charset='{label}'>{RUSSIAN}"
    assert decoded(html.encode("windows-1251")) == html


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-8"])
def test_a_byte_order_mark_is_believed_and_left_out(encoding):
    assert decoded(("\ufeff" + RUSSIAN).encode(encoding)) == RUSSIAN


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_become_text(data):
    assert isinstance(decoded(data), str)


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"%PDF-1.4 <a>", "PDF"), (b"\x1f\x8b\x08\0", "gzip"), (b"PK\x03\x04 word/document.xml", "ZIP"), ("plain, 1 < 2", "without a tag")],
)
def test_what_is_no_page_is_named(data, name):
    assert name in other_format(data)


@pytest.mark.parametrize("data", ["", " ", "<p>a", "a</p>", "<!-- x -->", b"", b"<p>", b"plain"])
def test_what_may_be_a_page_is_not(data):
    assert other_format(data) is None
