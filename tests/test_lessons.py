"""What a model learns from: labelled articles, and those cut into pieces."""

import numpy as np
import pytest
from made_up import articles, sentence

from declutter import lessons
from declutter.document import split
from declutter.kinds import KINDS
from declutter.lessons import Article
from declutter.samples import LabelledLine, Sample
from declutter.stages import cut

# --- articles and labels


def test_an_article_of_a_sample_has_its_labels_and_spans():
    lines = (
        LabelledLine("headline", "Rain"),
        LabelledLine("body", "It rained. AD Then not.", spans=((11, 14, "ad"),), blanks=2),
        LabelledLine(None, "Who knows", blanks=1),
        LabelledLine("share", "Share AD", spans=((6, 8, "ad"),)),
    )
    article = Article.of(Sample("a.test", "en", "", lines))
    assert [KINDS[row.argmax()] if row.any() else None for row in article.allowed] == ["headline", "body", None, "share"]
    assert article.allowed.sum(axis=1).tolist() == [1, 1, 0, 1]
    assert [(article.text[start:end], kind) for start, end, kind in article.spans] == [("AD ", "ad"), ("AD", "ad")]
    assert (article.site, article.weight, article.told) == ("a.test", 1.0, False)


def test_an_article_without_a_site_is_a_site_of_its_own():
    one, two = (Article.of(Sample("", "en", "", (LabelledLine("body", f"{word} in the morning."),))) for word in ("Rain", "Snow"))
    assert one.site != two.site


def test_labels_are_one_row_a_line():
    rows = lessons.labels(["body", None, "ad"])
    assert rows.shape == (3, len(KINDS))
    assert rows.sum(axis=1).tolist() == [1, 0, 1]
    assert rows[2, KINDS.index("ad")]
    with pytest.raises(ValueError, match="tuple"):
        lessons.labels(["advert"])


# --- pieces


def pieces_of(article):
    """(piece, kind) of all that the stage of pieces would learn from an article."""
    found = []
    for each in lessons.piece_articles([article]):
        lines = split([each.text])
        assert len(lines) == len(each.allowed)
        texts = [each.text[start:end] for start, end in zip(lines.starts, lines.ends, strict=True)]
        found += [(text, KINDS[row.argmax()]) for text, row in zip(texts, each.allowed, strict=True) if row.any()]
    return found


def test_spans_of_samples_reach_the_pieces():
    first = "The pumps ran all night and the harbour was dry by the morning. "
    last = "Nobody was hurt, the harbour master said on Monday."
    lines = (LabelledLine("body", first + "[embed id=8] " + last, spans=((len(first), len(first) + 13, "embed"),)),)
    found = pieces_of(Article.of(Sample("a.test", "en", "", lines)))
    assert {(text.strip(), kind) for text, kind in found} == {(first.strip(), "body"), ("[embed id=8]", "embed"), (last, "body")}


def test_clutter_is_glued_to_body_lines_and_whole_articles_lose_their_line_breaks():
    article = articles()[2]
    found = lessons.piece_articles([article])
    assert {each.site for each in found} == {article.site}
    kinds = [[KINDS[row.argmax()] for row in each.allowed] for each in found]
    assert any("body" in own and {"share", "donation", "related"} & set(own) for own in kinds), "clutter beside body"
    longest = max(found, key=lambda each: len(each.text))
    words = longest.text.split()
    assert words == article.text.split(), "the whole article, word by word"


def test_pieces_of_unlabelled_lines_are_not_learned_from():
    text = "\n".join(sentence(np.random.default_rng(seed)) for seed in range(5))
    assert lessons.piece_articles([Article(text, lessons.labels([None] * 5), "a.test")]) == []


def test_piece_articles_are_deterministic():
    one, two = (lessons.piece_articles(articles(), seed=3) for _ in range(2))
    assert [each.text for each in one] == [each.text for each in two]
    assert [each.text for each in one] != [each.text for each in lessons.piece_articles(articles(), seed=4)]
    assert all(len(cut(split([each.text])).lines) == len(each.allowed) for each in one)
