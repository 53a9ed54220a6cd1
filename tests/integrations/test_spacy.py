"""spaCy: the component in real pipelines, and what it set after they were saved."""

import pytest

spacy = pytest.importorskip("spacy", reason="the tests of spaCy need the extra 'spacy'")
from spacy.tokens import Doc, DocBin

import declutter


@pytest.fixture
def nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("declutter")
    return nlp


def marked(doc):
    return [(span.label_, span.text) for span in doc._.clutter]


def test_clutter_is_marked_and_the_article_told(nlp, cluttered, article):
    doc = nlp(cluttered)

    assert doc.text == cluttered
    assert doc._.article == article
    assert marked(doc) == [("newsletter", "Sign up for our newsletter today."), ("share", "Share on Facebook")]
    assert [span.label_ for span in doc.spans["clutter"]] == ["newsletter", "share"]


def test_clutter_inside_a_line_is_a_span_and_the_article_is_exact(nlp):
    text = "The ferry returned to Port Ansel shortly before midnight. [embed_video id=8812 align=left] Nobody was hurt, the master said."
    doc = nlp(text)

    assert doc._.article == declutter.clean(text)
    assert all(span.text in text for span in doc._.clutter)


@pytest.mark.parametrize("language", ["en", "de", "zh", "xx"])
def test_every_tokenizer_and_odd_white_space(language):
    nlp = spacy.blank(language)
    nlp.add_pipe("declutter")
    for text in ("", "\n\n", "Share\r\nShare", " \u200b\n", "渡轮在午夜前返回港口。\n分享", "Share on Facebook\u2028Print"):
        doc = nlp(text)
        assert doc.text == text
        assert doc._.article == declutter.clean(text)


@pytest.mark.parametrize("processes", [1, 2])
def test_pipe_marks_each_doc_as_a_call_does(nlp, cluttered, article, processes):
    docs = list(nlp.pipe([cluttered, article] * 3, batch_size=2, n_process=processes))

    assert [doc._.article for doc in docs] == [article] * 6
    assert [marked(doc) for doc in docs] == [marked(nlp(cluttered)), []] * 3


def test_tuples_keep_their_context(nlp, cluttered, article):
    assert [(doc._.article, context) for doc, context in nlp.pipe([(cluttered, 7)], as_tuples=True)] == [(article, 7)]


def test_options_come_by_config_and_are_saved_with_the_pipeline(tmp_path, cluttered):
    nlp = spacy.blank("en")
    nlp.add_pipe("declutter", config={"keep": ["newsletter"], "drop": ["headline"], "drop_lines": ["^Nobody"]})
    nlp.to_disk(tmp_path / "nlp")
    expected = declutter.Cleaner(keep="newsletter", drop="headline", drop_lines="^Nobody").clean(cluttered)

    assert nlp(cluttered)._.article == expected
    assert spacy.load(tmp_path / "nlp")(cluttered)._.article == expected


def test_what_was_set_is_saved_with_the_doc(nlp, cluttered, article):
    doc = nlp(cluttered)
    stored = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (read,) = DocBin(store_user_data=True).from_bytes(stored).get_docs(nlp.vocab)

    assert read._.article == article
    assert marked(read) == marked(doc)
    assert marked(Doc(nlp.vocab).from_bytes(doc.to_bytes())) == marked(doc)


def test_a_doc_that_was_never_judged_has_neither(nlp):
    doc = nlp.make_doc("Share on Facebook")

    assert doc._.clutter == []
    assert doc._.article is None


def test_an_unknown_kind_is_told_when_the_component_is_added():
    with pytest.raises(ValueError, match="unknown kind 'advert'"):
        spacy.blank("en").add_pipe("declutter", config={"keep": ["advert"]})


def test_the_example_of_the_page(run_example):
    printed, shown = run_example("spaCy")

    assert printed == shown
