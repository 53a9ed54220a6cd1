"""Sentences and bracketed parts of lines, in any script."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from declutter import pieces
from declutter.document import split
from declutter.words import words_of

TEXTS = st.text(st.sampled_from("abAB 01.!?。…,:\"'“”«»()[]{}\n漢カ।؟\u200b\ud800") | st.characters(), max_size=60)


def cut(texts):
    lines = split(texts)
    words = words_of(lines)
    return lines, pieces.as_lines(lines, words, pieces.begins(lines, words))


def told(line):
    _, parts = cut([line])
    return [line[start:end] for start, end in zip(parts.starts, parts.ends, strict=True)]


@given(TEXTS)
@example("")
@example(")")
@example("(.)")
@example("a.\nb.")
def test_pieces_cover_their_line_in_order(text):
    lines, parts = cut([text])
    assert len(parts.bounds) == len(lines) + 1
    for i, (first, last) in enumerate(zip(lines.first.tolist(), lines.last.tolist(), strict=True)):
        own = slice(int(parts.bounds[i]), int(parts.bounds[i + 1]))
        starts, ends = parts.starts[own].tolist(), parts.ends[own].tolist()
        assert starts[0] == first
        assert ends[-1] == last
        for end, following in zip(ends[:-1], starts[1:], strict=True):
            assert end <= following
            assert not text[end:following].strip(), "only white space stands between pieces"
        assert all(start < end for start, end in zip(starts, ends, strict=True))


@given(st.lists(TEXTS, max_size=4))
@example(["Z", ".字 Z"])
@example(["ab", ".Abcd"])
def test_texts_together_are_cut_as_texts_alone(texts):
    lines, parts = cut(texts)
    together = [(int(s - lines.offsets[lines.text_of[i]]), int(e - lines.offsets[lines.text_of[i]]))
                for s, e, i in zip(parts.starts, parts.ends, parts.text_of, strict=True)]  # fmt: skip
    apart = [cut([text])[1] for text in texts]
    assert together == [pair for own in apart for pair in zip(own.starts.tolist(), own.ends.tolist(), strict=True)]


@pytest.mark.parametrize(
    "parts",
    [
        ["Rain came.", "Then snow came!", "Who saw it?", "Nobody…"],
        ["“Nobody came.”", "She shut the door."],
        ['"Nobody came."', "She shut the door."],
        ["Прошёл дождь.", "Потом пошёл снег."],
        ["هطل المطر.", "من رآه؟", "لا أحد."],
        ["बारिश हुई।", "फिर बर्फ गिरी।"],
        ["비가 왔다.", "그리고 눈이 왔다."],
        ["The pumps ran.", "(Photo: Lio Brandt)", "The tide turned."],
        ["The pumps ran.", "[embed_video id=”88”]", "The tide turned."],
        ["The pumps ran.", "{ player }", "The tide turned."],
        ["The pumps ran.", "ADVERTISEMENT"],
    ],
    ids=lambda parts: parts[0],
)
def test_sentences_and_brackets_are_pieces(parts):
    assert told(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "parts",
    [["昨夜下雨了。", "今天放晴。"], ["雨が降った。", "誰が見たか？", "誰も見ていない。"], ["潮が引いた。", "【写真】", "船は戻った。"]],
)
def test_scripts_without_spaces(parts):
    assert told("".join(parts)) == parts


@pytest.mark.parametrize(
    "line",
    [
        "Mr. B. Ek met Dr. Lund on St. Olaf street.",
        "The water rose by 3.5 metres at ansel.test and in Port Ansel.",
        "1. The valve was changed in winter",
        "Sales of approx. half a million were reported.",
        "Holt vs. Marsh drew a crowd, lt. Aussage der Wirtin, inkl. Versand",
        "As Lund et al. Found in their study, cf. Table 2, and ca. 40 others",
        "The vote is on Feb. 9 and the count, as told in Fig. 3, on Sept. 21",
        "Eröffnet wird am 8. November im 1. Stock",
        "The harbour board (which met twice) said nothing.",
        "Back to top",
    ],
)
def test_what_does_not_end_a_piece(line):
    assert len(told(line)) == 1 + 2 * line.count("(")


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(["The pumps ran.", '"Nobody came," she said.']),
        pytest.param(["«Никто не пришёл.»", "Дверь закрылась."]),
        pytest.param(["{{ player }}", "The tide turned."]),
    ],
)
def test_quotations_and_doubled_brackets(parts):
    assert told(" ".join(parts)) == parts
