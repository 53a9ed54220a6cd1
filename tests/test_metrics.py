"""Figures over labelled articles, worked out by hand."""

import declutter
from declutter import metrics, samples

ARTICLE = """\
site: wick.test
lang: en
source: written for the test

headline\tBakers strike for warmer ovens
byline\tBy Runa Holt

body\tThe bakers of Lower Wick put down their peels on Monday and walked out into the rain.
body\tTalks between the owners and the bakers will resume on Thursday, the council said.[[ad| ADVERTISEMENT]]
share\tShare on Facebook
navigation\tBack to top
"""
EXPRESSIONS = {"keep_lines": ["Bakers", "Lower Wick", "Share"], "drop_lines": ["Runa", "owners", "Back"]}


def test_score_counts_right_given_and_true_answers():
    score = metrics.Score.of(3, 4, 6)

    assert (score.precision, score.recall, score.support) == (0.75, 0.5, 6)
    assert abs(score.f1 - 0.6) < 1e-12


def test_a_score_of_nothing_is_zero_and_not_an_error():
    assert metrics.Score.of(0, 0, 0) == metrics.Score(0.0, 0.0, 0.0, 0)


def test_keep_and_drop_are_counted_without_the_headline():
    """Of five lines, one body line is dropped and one share line kept: three are right."""
    found = metrics.evaluate(declutter.Cleaner(**EXPRESSIONS), [samples.parse(ARTICLE, "a.tsv")])

    assert (found.articles, found.lines) == (1, 6)
    assert found.accuracy == 3 / 5
    assert (found.keep.precision, found.keep.recall, found.keep.support) == (1 / 2, 1 / 2, 2)
    assert (found.drop.precision, found.drop.recall, found.drop.support) == (2 / 3, 2 / 3, 3)
    assert (found.body_lost, found.untouched) == (1, 0)
    assert set(found.kinds) == {"headline", "byline", "body", "share", "navigation"}
    assert found.kinds["body"].recall == 1 / 2


def test_spans_are_scored_by_characters_without_white_space():
    """Whatever spans the model takes here, they are compared with the labelled one character by character."""
    more = "body\tThe mill has stood on the river since 1790 and has changed hands only twice, both times at cards, the union said.\n"
    sample = samples.parse(ARTICLE.split("share\t")[0] + more, "a.tsv")
    cleaner = declutter.Cleaner()
    taken = [(verdict, span) for verdict in cleaner.judge(sample.text) for span in verdict.spans]
    letters = ["".join(sample.text[span.start : span.end].split()) for _, span in taken]
    found = metrics.evaluate(cleaner, [sample]).spans

    assert found.support == len("ADVERTISEMENT")
    assert letters == ["ADVERTISEMENT"], "the article shows something"
    assert (found.precision, found.recall) == (1.0, 1.0)


def test_a_cleaner_that_takes_no_spans_finds_none():
    found = metrics.evaluate(declutter.Cleaner(caution=1), [samples.parse(ARTICLE, "a.tsv")])

    assert (found.spans.recall, found.spans.support) == (0.0, len("ADVERTISEMENT"))
    assert (found.body_lost, found.untouched) == (0, 1)
    assert found.drop.recall == 0.0


def test_several_articles_add_up():
    one = samples.parse(ARTICLE, "a.tsv")
    cleaner = declutter.Cleaner(**EXPRESSIONS)
    single, double = metrics.evaluate(cleaner, [one]), metrics.evaluate(cleaner, [one, one])

    assert (double.articles, double.lines, double.body_lost) == (2, 2 * single.lines, 2)
    assert double.keep.f1 == single.keep.f1


def test_no_article_gives_figures_all_the_same():
    found = metrics.evaluate(declutter.Cleaner(), [])

    assert (found.articles, found.lines, found.kinds, found.accuracy) == (0, 0, {}, 0.0)
    assert "0 articles" in metrics.table(found)


def test_the_table_names_every_kind_that_was_labelled():
    table = metrics.table(metrics.evaluate(declutter.Cleaner(keep_lines="."), [samples.parse(ARTICLE, "a.tsv")]))

    assert all(f"\n{name} " in table for name in ("headline", "byline", "body", "share", "navigation", "keep", "drop", "spans"))
    assert "body lines lost: 0" in table
