"""Articles as scrapers leave them: what is made from a labelled article is lines of it, with their labels."""

from collections import Counter

import numpy as np
import pytest
from made_up import articles

from declutter import extracts, lessons, prepared
from declutter.features import KEPT_COLUMNS
from declutter.kinds import KINDS
from declutter.lessons import Article

# --- as a very good extractor would leave them


def test_a_cleaned_article_keeps_its_lines_and_a_few_others():
    article = articles()[0]
    kept = article.allowed[:, KEPT_COLUMNS].any(axis=1)
    lines = article.text.splitlines()
    body = [line for line, stays in zip(lines, kept, strict=True) if stays]
    left, whole = [], []
    for seed in range(30):
        better = extracts.cleaned(article, np.random.default_rng(seed))
        found = better.text.splitlines()
        assert [line for line in found if line in lines] == found
        assert len(found) == len(better.allowed)
        stays = [line for line in found if line in body]
        assert stays == body[: len(stays)], "it may end early, with any line of the story"
        whole.append(len(stays) / len(body))
        assert better.told
        assert better.site == article.site
        assert 0 < better.weight <= article.weight
        labels = dict(zip(lines, article.allowed.argmax(axis=1), strict=True))
        assert [labels[line] for line in found] == better.allowed.argmax(axis=1).tolist()
        left.append(len(found) - len(stays))
    assert min(left) == 0 < max(left) < (~kept).sum()
    assert 0.3 < min(whole) < max(whole) == 1


@pytest.mark.parametrize("kinds", [["body", "body"], ["ad", "share"], ["body", None, "ad"], [None]], ids=str)
def test_an_article_that_would_not_change_or_is_not_wholly_labelled_is_not_cleaned(kinds):
    article = Article("\n".join(f"line {i}" for i in range(len(kinds))), lessons.labels(kinds), "a.test")
    assert extracts.cleaned(article, np.random.default_rng(0)) is None


def test_a_cleaned_article_is_deterministic():
    one, two = (extracts.cleaned(articles()[1], np.random.default_rng(7)) for _ in range(2))
    assert one.text == two.text


# --- made longer


def test_a_lengthened_article_holds_all_its_own_lines_and_the_stories_of_others_of_its_fold():
    given = articles()
    told = [(article.site, Counter(labelled_lines(article))) for article in given]
    made = extracts.lengthened(given, prepared.fold_of, np.random.default_rng(0))
    assert made
    for longer in made:
        lines = Counter(labelled_lines(longer))
        own = next(own for site, own in told if site == longer.site and own <= lines)
        added = lines - own
        fold = {line for site, others in told if prepared.fold_of(site) == prepared.fold_of(longer.site) for line in others}
        assert added
        assert set(added) <= fold
        assert {kind for _, kind in added} <= {"body", "subheading"}
        assert longer.told
        assert longer.weight < 1


# --- nearly clean


def labelled_lines(article):
    """(line, kind) of each line."""
    return [(line, KINDS[may.argmax()]) for line, may in zip(article.text.split("\n"), article.allowed, strict=True)]


def kinds_of(article):
    return [KINDS[may.argmax()] for may in article.allowed]


@pytest.fixture(scope="module")
def made():
    return extracts.excerpts(articles(), prepared.fold_of, np.random.default_rng(0))


def test_excerpts_are_labelled_lines_of_articles_of_one_fold(made):
    lines_of_fold = {}
    for article in articles():
        lines_of_fold.setdefault(prepared.fold_of(article.site), set()).update(labelled_lines(article))
    assert len(made) > 2 * len(articles())
    for excerpt in made:
        assert set(labelled_lines(excerpt)) <= lines_of_fold[prepared.fold_of(excerpt.site)]


def test_excerpts_tell_a_story_with_a_little_clutter(made):
    clutter = [sum(kind not in {"headline", "body"} for kind in kinds_of(excerpt)) for excerpt in made]
    assert min(clutter) > 0
    assert np.mean(clutter) < np.mean([sum(kind not in {"headline", "body"} for kind in kinds_of(each)) for each in articles()])
    assert all("body" in kinds_of(excerpt) for excerpt in made)


def test_excerpts_are_told_again_and_weigh_less_than_what_they_are_made_from(made):
    assert all(excerpt.told and not excerpt.typical and 0 < excerpt.weight < 1 for excerpt in made)


def test_clutter_of_another_story_says_nothing_of_it(made):
    """A byline or a caption under another story would be no clutter of it that anybody has seen."""
    own = {article.site: set() for article in articles()}
    for article in articles():
        own[article.site].update(labelled_lines(article))
    foreign = [kind for excerpt in made for line, kind in labelled_lines(excerpt) if (line, kind) not in own[excerpt.site]]
    assert set(foreign) == {"share", "donation", "related"}


def test_clutter_stands_where_it_stood(made):
    """Pleas after the story stay after it."""
    for excerpt in made:
        kinds = kinds_of(excerpt)
        if "donation" in kinds:
            assert "body" not in kinds[kinds.index("donation") :]


def test_articles_of_which_a_line_has_no_label_make_no_excerpt():
    found = [Article("One.\nTwo.\nThree.\nShare", lessons.labels(["body", "body", None, "share"]), "a.test")]
    assert extracts.excerpts(found, prepared.fold_of, np.random.default_rng(0)) == []


def test_excerpts_are_deterministic(made):
    again = extracts.excerpts(articles(), prepared.fold_of, np.random.default_rng(0))
    assert [each.text for each in again] == [each.text for each in made]
