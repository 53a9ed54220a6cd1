"""Dask: bags and Series, on a real cluster of two worker processes."""

import shutil

import pytest

pytest.importorskip("distributed", reason="the tests of Dask need the extra 'dask'")
import dask.bag
import dask.dataframe
import pandas as pd
from dask.distributed import Client, LocalCluster

import declutter
from declutter.integrations.dask import clean_bag, clean_series


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """A scheduler and two worker processes."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        yield client


def test_a_bag_of_texts(cluttered, article):
    bag = dask.bag.from_sequence([cluttered, None, article, ""] * 3, npartitions=3)

    assert clean_bag(bag).compute() == [article, None, article, ""] * 3


def test_a_bag_of_dicts(cluttered, article):
    bag = dask.bag.from_sequence([{"id": i, "text": cluttered} for i in range(4)], npartitions=2)

    assert clean_bag(bag, "text").compute() == [{"id": i, "text": article} for i in range(4)]
    both = clean_bag(bag, "text", out_field="article").compute()
    assert both == [{"id": i, "text": cluttered, "article": article} for i in range(4)]


def test_a_series_of_a_frame(cluttered, article):
    frame = pd.DataFrame({"text": [cluttered, None, article, cluttered]}, index=list("abcd"))
    parted = dask.dataframe.from_pandas(frame, npartitions=2)
    cleaned = clean_series(parted["text"])

    assert cleaned.dtype == parted["text"].dtype
    found = cleaned.compute()
    assert found.index.tolist() == list("abcd")
    assert found.name == "text"
    assert found.isna().tolist() == [False, True, False, False]
    assert found.dropna().tolist() == [article] * 3
    parted["text"] = cleaned
    assert parted.compute()["text"].dropna().tolist() == [article] * 3


def test_options_and_a_model_of_ones_own_travel_to_the_workers(cluttered, tmp_path):
    model = tmp_path / "my.npz"
    shutil.copyfile(f"{declutter.__path__[0]}/data/model.npz", model)
    bag = clean_bag(dask.bag.from_sequence([cluttered]), keep="newsletter", drop="headline", model=model)
    model.unlink()  # the workers have no such file

    assert bag.compute() == [declutter.clean(cluttered, keep="newsletter", drop="headline")]


def test_equal_calls_have_equal_names(cluttered):
    bag = dask.bag.from_sequence([cluttered])

    assert clean_bag(bag, keep={"caption", "share"}).name == clean_bag(bag, keep={"share", "caption"}).name
    assert clean_bag(bag).name != clean_bag(bag, keep="caption").name


def test_mistakes_are_told_in_words(cluttered):
    bag = dask.bag.from_sequence([{"text": cluttered}])
    with pytest.raises(ValueError, match="unknown kind 'advert'"):
        clean_bag(bag, "text", keep="advert")
    with pytest.raises(KeyError, match="no field 'content'; the fields are text"):
        clean_bag(bag, "content").compute()
    with pytest.raises(TypeError, match="holds a dict; of dicts, name the field"):
        clean_bag(bag).compute()


def test_the_example_of_the_page(run_example):
    printed, shown = run_example("Dask")

    assert printed == shown
