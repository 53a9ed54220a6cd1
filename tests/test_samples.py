"""The format of labelled articles, and the labelled articles of the project."""

import contextlib
from collections import Counter
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from declutter import samples
from declutter.kinds import KINDS
from declutter.samples import LabelledLine, Sample, SampleError, dump, parse, read

FOLDER = Path(__file__).parent.parent / "samples"
FILES = {path.relative_to(FOLDER).as_posix(): path for path in samples.find([FOLDER])}
HEADER = "site: a.test\nlang: en\nsource: made up\n\n"


# --- the format

TEXT = st.text(
    st.sampled_from("ab [|]\\!:\t“\u2028\u200b漢") | st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=30
)
PROSE = TEXT.filter(str.strip)


@st.composite
def labelled_lines(draw):
    """A line with spans; a span holds no brackets of its own, and a backslash never touches it."""
    text, spans = draw(PROSE), []
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=2)):
        inside = draw(st.text(st.sampled_from("AD x.。|"), min_size=1, max_size=8))
        text = text.rstrip("\\[") + " "
        spans.append((len(text), len(text) + len(inside), kind))
        text += inside + draw(TEXT)
    return LabelledLine(draw(st.sampled_from(KINDS)), text, draw(st.booleans()), tuple(spans), draw(st.integers(0, 3)))


WORD = st.text(st.sampled_from("abc.-:é"), max_size=8)
SAMPLES = st.builds(Sample, WORD, WORD, WORD, st.lists(labelled_lines(), min_size=1, max_size=5).map(tuple))


@given(SAMPLES)
def test_what_is_written_reads_back_the_same(sample):
    assert parse(dump(sample), "again") == sample


@given(SAMPLES)
def test_a_file_with_windows_line_ends_and_a_byte_order_mark_reads_the_same(sample):
    assert parse("\ufeff" + dump(sample).replace("\n", "\r\n"), "again") == sample


@given(SAMPLES)
def test_spans_cut_what_they_name_out_of_the_line(sample):
    text = sample.text
    for line in sample.lines:
        assert line.text in text
        assert all(0 <= start < end <= len(line.text) for start, end, _ in line.spans)


def test_a_file_says_what_the_readme_of_the_samples_says():
    sample = parse(
        HEADER + "headline\tTide turns\n\n\nbody!\tShare it.[[ad| ADVERTISEMENT]] He said \\[[so]].\n\ncaption\t The quay\n", "a.tsv"
    )
    assert (sample.site, sample.lang, sample.source) == ("a.test", "en", "made up")
    assert sample.text == "Tide turns\n\n\nShare it. ADVERTISEMENT He said [[so]].\n\n The quay"
    assert [(line.kind, line.hard, line.blanks) for line in sample.lines] == [
        ("headline", False, 0),
        ("body", True, 2),
        ("caption", False, 1),
    ]
    assert sample.lines[1].spans == ((9, 23, "ad"),)


@pytest.mark.parametrize(
    ("shortcode", "line"),
    [("[embed id=8]", "embed\t[embed id=8]"), ("[[embed id=8]]", "embed\t\\[[embed id=8]]"), ("{{x}} [1]", "embed\t{{x}} [1]")],
)
def test_shortcodes_of_their_own_are_no_spans(shortcode, line):
    sample = parse(HEADER + line, "a.tsv")
    assert sample.lines[0] == LabelledLine("embed", shortcode)
    assert dump(sample).rstrip("\n").endswith(line)


def test_a_bracketed_shortcode_can_be_a_span():
    line = LabelledLine("body", "The pumps ran. [embed id=8] Then not.", spans=((15, 27, "embed"),))
    sample = Sample("a.test", "en", "made up", (line,))
    assert parse(dump(sample), "again") == sample


@pytest.mark.parametrize(
    ("content", "at", "says"),
    [
        ("site a.test\n\nbody\tRain.\n", 1, "key: value"),
        ("site: a.test\nbody\tRain.\n", 2, "key: value"),
        ("body\tAt noon: rain.\n", 1, "key: value"),
        (HEADER + "body\tRain.\nSnow.\n", 6, "kind<TAB>text"),
        (HEADER + "body\n", 5, "kind<TAB>text"),
        (HEADER + "body\t  \n", 5, "kind<TAB>text"),
        (HEADER + "\n\nadvert\tBuy\n", 7, "unknown kind 'advert'"),
        (HEADER + "Body\tRain.\n", 5, "unknown kind 'Body'"),
        (HEADER + "body!!\tRain.\n", 5, "unknown kind 'body!'"),
        (HEADER + "body\tRain.[[advert|Buy]]\n", 5, "unknown kind 'advert' of a span"),
        (HEADER.replace("\n", "\r\n") + "body\tRain.\r\nadvert\tBuy\r\n", 6, "unknown kind 'advert'"),
    ],
)
def test_an_error_names_file_line_and_fault_in_one_line(content, at, says):
    with pytest.raises(SampleError) as caught:
        parse(content, "my/article.tsv")
    message = str(caught.value)
    assert message.startswith(f"my/article.tsv, line {at}: ")
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize("content", ["", "\n", HEADER, "site: a.test", HEADER + "\n\n"])
def test_an_article_without_lines_is_refused(content):
    with pytest.raises(SampleError, match=r"^a\.tsv: no labelled line"):
        parse(content, "a.tsv")


def test_unknown_kinds_are_answered_with_the_list_of_kinds():
    with pytest.raises(SampleError) as caught:
        parse(HEADER + "advert\tBuy\n", "a.tsv")
    assert all(kind in str(caught.value) for kind in KINDS)


def test_bytes_that_are_no_text_are_refused_with_file_and_line(tmp_path):
    path = tmp_path / "latin.tsv"
    path.write_bytes(HEADER.encode() + b"body\tRain.\nbody\tCaf\xe9\n")
    with pytest.raises(SampleError, match=r"latin\.tsv, line 6: not UTF-8"):
        read(path)


def test_a_missing_file_is_the_systems_own_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.tsv")


def test_labelled_files_are_found_in_folders_and_by_name(tmp_path):
    for name in ("b.tsv", "a.tsv", "sub/c.tsv", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    found = [path.relative_to(tmp_path).as_posix() for path in samples.find([tmp_path, tmp_path / "notes.txt"])]
    assert found == ["a.tsv", "b.tsv", "sub/c.tsv", "notes.txt"]


# --- the articles


@pytest.fixture(scope="module")
def articles():
    return {name: read(path) for name, path in FILES.items()}


@pytest.mark.parametrize("name", FILES)
def test_a_sample_is_whole(name):
    sample = read(FILES[name])
    kinds = {line.kind for line in sample.lines}
    assert sample.site
    assert sample.source
    assert sample.lang == name.split("/")[0]
    assert "body" in kinds
    assert parse(dump(sample), name) == sample
    for line in sample.lines:
        assert line.text == line.text.rstrip("\r")
        for start, end, _ in line.spans:
            assert line.text[start:end].strip(), "a span of nothing"
            assert line.text[:start].strip() or line.text[end:].strip(), "a span that is the whole line"


PROMISED = ("de", "fr", "es", "it", "pt", "pl", "nl", "ru", "uk", "tr", "ar", "hi", "zh", "ja", "ko")  # five articles each, at least


def test_there_are_as_many_articles_in_as_many_languages_as_promised(articles):
    languages = Counter(sample.lang for sample in articles.values())
    assert len(articles) >= 190
    assert languages["en"] >= 40
    assert {lang: count for lang in PROMISED if (count := languages[lang]) < 5} == {}
    assert set(languages) >= {"sv", "da", "no", "fi", "cs"}, "begun, with fewer articles"


def test_no_article_is_there_twice(articles):
    assert len({sample.text for sample in articles.values()}) == len(articles)


def test_every_kind_is_taught(articles):
    taught = Counter(line.kind for sample in articles.values() for line in sample.lines)
    assert set(taught) == set(KINDS)
    assert min(taught.values()) >= 40


def test_there_are_enough_lines_that_only_look_like_clutter(articles):
    assert sum(line.hard and line.kind == "body" for sample in articles.values() for line in sample.lines) >= 150


ALIKE = 0.6  # Jaccard similarity of two lines' five-letter shingles
SHARED = 6  # shingles: of 37,000 lines 13,000 pairs are then looked at one by one, with one shared 1,700,000


def shingles(text):
    told = " ".join(text.casefold().split())
    return frozenset(told[i : i + 5] for i in range(max(1, len(told) - 4)))


def near_duplicates(lines):
    """Pairs of positions of lines more than ALIKE, by prefix filtering: like sets share SHARED of their rarest members."""
    sets = [shingles(line) for line in lines]
    rarity = Counter(shingle for own in sets for shingle in own)
    rank = {shingle: at for at, shingle in enumerate(sorted(rarity, key=lambda each: (rarity[each], each)))}
    sizes = np.array([len(own) for own in sets])
    needed = np.minimum(SHARED, np.ceil(ALIKE * sizes)).astype(int)
    rarest = [sorted(rank[each] for each in own)[: int(len(own) - ceil(ALIKE * len(own)) + SHARED)] for own in sets]
    indptr = np.cumsum([0, *map(len, rarest)])
    held = csr_array((np.ones(indptr[-1], dtype=np.int32), np.concatenate(rarest), indptr), shape=(len(sets), len(rank)))
    for low in range(0, len(sets), 1000):
        common = (held[low : low + 1000] @ held[: low + 1000].T).tocoo()
        a, b = common.coords[1], common.coords[0] + low
        likely = (a < b) & (common.data >= needed[b]) & (ALIKE * sizes[b] <= sizes[a]) & (ALIKE * sizes[a] <= sizes[b])
        for one, other in sorted(zip(a[likely].tolist(), b[likely].tolist(), strict=True), key=lambda pair: pair[::-1]):
            if len(sets[one] & sets[other]) > ALIKE * len(sets[one] | sets[other]):
                yield one, other


def test_near_duplicates_are_found():
    """The measure itself, so that an empty answer below means something."""
    lines = [
        "Every report in this paper is paid for by the people who read it, and by nobody else.",
        "The ferry came home at dawn with her pumps still running and nobody on the quay.",
        "Every story in this paper is paid for by the people who read it and by nobody else!",
        "記事を支えているのは読者のみなさまだけです。どうか力を貸してください。",
    ]
    assert list(near_duplicates(lines)) == [(0, 2)]


def test_no_line_is_told_nearly_alike_in_two_articles(articles):
    lines = [(name, line.text) for name, sample in articles.items() for line in sample.lines if len(line.text) > 40]
    pairs = [(lines[a], lines[b]) for a, b in near_duplicates([text for _, text in lines]) if lines[a][0] != lines[b][0]]
    assert pairs == []


def test_there_are_sixty_different_appeals_for_money(articles):
    appeals = [line.text for sample in articles.values() for line in sample.lines if line.kind == "donation" and len(line.text) > 40]
    alike = {later for _, later in near_duplicates(appeals)}
    assert len(appeals) - len(alike) >= 60


@pytest.mark.parametrize("text", ["The tide[[ad| turns", "[[ad|", "The tide[[ad| turns] at dawn]", "a[[ad|b]] and [[promo|[c]"])
def test_a_span_that_is_not_closed_is_refused_with_its_line(text):
    with pytest.raises(SampleError, match=r"a\.tsv, line 6: the span \[\[\w+\| is not closed by \]\]"):
        parse(f"{HEADER}headline\tTide turns\nbody\t{text}\n", "a.tsv")


@pytest.mark.parametrize("part", ["[[ad|", "[[ad|[", "[", "[x", "[[ad|x]]", "[[", "\\[[", "[[ad|[x]"])
def test_a_line_of_marks_is_read_or_refused(part):
    """In time that grows with its length: 200,000 of them would else not end."""
    with contextlib.suppress(SampleError):
        assert parse(f"{HEADER}body\tx[[ad|{part * 50_000}\n", "a.tsv").lines
