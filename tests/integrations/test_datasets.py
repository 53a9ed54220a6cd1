"""Hugging Face datasets: map in one process and several, streamed, and read again from the cache."""

import os
import pickle
import shutil
import subprocess
import sys

import pytest

datasets = pytest.importorskip("datasets", reason="the tests of Hugging Face datasets need the extra 'datasets'")
from datasets.fingerprint import Hasher

import declutter
from declutter.integrations.datasets import DeclutterBatch


@pytest.fixture(autouse=True)
def quiet():
    datasets.disable_progress_bars()


@pytest.fixture
def rows(cluttered, article):
    return {"id": [1, 2, 3], "text": [cluttered, None, article]}


@pytest.mark.parametrize("processes", [None, 2])
def test_map_cleans_a_column_and_leaves_the_others(rows, article, processes):
    mapped = datasets.Dataset.from_dict(rows).map(DeclutterBatch(), batched=True, num_proc=processes)

    assert mapped.to_dict() == {"id": [1, 2, 3], "text": [article, None, article]}


def test_the_article_goes_to_a_column_of_its_own(rows, article, cluttered):
    mapped = datasets.Dataset.from_dict(rows).map(DeclutterBatch("text", out_field="article"), batched=True, batch_size=2)

    assert mapped.column_names == ["id", "text", "article"]
    assert mapped["text"][0] == cluttered
    assert mapped["article"][:] == [article, None, article]


def test_an_iterable_dataset_is_cleaned_as_it_is_read(rows, article):
    streamed = datasets.Dataset.from_dict(rows).to_iterable_dataset().map(DeclutterBatch("text"), batched=True)

    assert [row["text"] for row in streamed] == [article, None, article]


@pytest.mark.parametrize("layout", ["numpy", "pandas"])
def test_a_dataset_with_a_format_is_cleaned_alike(rows, article, layout):
    mapped = datasets.Dataset.from_dict(rows).with_format(layout).map(DeclutterBatch("text", out_field="article"), batched=True)

    assert mapped.with_format(None)["article"][:] == [article, None, article]


def test_a_second_run_reads_the_cache(rows, tmp_path):
    datasets.Dataset.from_dict(rows).to_json(tmp_path / "rows.jsonl")
    script = (
        "import datasets, sys; from declutter.integrations.datasets import DeclutterBatch;"
        "datasets.disable_progress_bars();"
        "rows = datasets.load_dataset('json', data_files='rows.jsonl', cache_dir='cache', split='train');"
        "print(rows.map(DeclutterBatch(keep={'share', 'caption', 'byline', 'legal'}), batched=True).cache_files[0]['filename'])"
    )
    found = []
    for seed in ("1", "2"):  # sets of strings are ordered otherwise in each process
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, env=os.environ | {"PYTHONHASHSEED": seed, "HF_HUB_OFFLINE": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found.append(done.stdout.strip())

    assert found[0] == found[1]
    assert len(list((tmp_path / "cache").rglob("cache-*.arrow"))) == 1, "mapped once"


def test_the_hash_tells_configurations_and_models_apart(tmp_path):
    other = tmp_path / "other.npz"
    shutil.copyfile(f"{declutter.__path__[0]}/data/model.npz", other)
    other.write_bytes(other.read_bytes()[:-2] + b"\1\0x")  # the same model in other bytes: a zip file may end with a comment
    steps = [
        DeclutterBatch("text"), DeclutterBatch("content"), DeclutterBatch("text", out_field="article"), DeclutterBatch(keep="caption"),
        DeclutterBatch(caution=0.6), DeclutterBatch(model=other),
    ]  # fmt: skip

    assert len({Hasher.hash(step) for step in steps}) == len(steps)
    assert Hasher.hash(DeclutterBatch(keep={"caption", "ad"})) == Hasher.hash(DeclutterBatch(keep=frozenset({"ad", "caption"})))


def test_the_pickle_is_configuration_only_and_works(cluttered):
    step = DeclutterBatch(keep={"caption", "newsletter"}, drop_lines=["^Share"])
    copied = pickle.dumps(step)

    assert len(copied) < 1000
    assert pickle.loads(copied)({"text": [cluttered]}) == step({"text": [cluttered]})


def test_mistakes_are_told_in_words(rows):
    dataset = datasets.Dataset.from_dict(rows)
    with pytest.raises(KeyError, match="no column 'content'; the columns are id, text"):
        dataset.map(DeclutterBatch("content"), batched=True)
    with pytest.raises(TypeError, match="batched=True"):
        dataset.map(DeclutterBatch())
    with pytest.raises(TypeError, match="column 'id' holds a int, not a text"):
        dataset.map(DeclutterBatch("id"), batched=True)
    with pytest.raises(ValueError, match="unknown kind 'advert'"):
        DeclutterBatch(keep="advert")


def test_the_example_of_the_page(run_example):
    printed, shown = run_example("Hugging Face datasets")

    assert printed == shown


def test_kinds_may_be_given_one_after_the_other():
    assert pickle.dumps(DeclutterBatch(keep=(kind for kind in ("caption", "byline"))))
