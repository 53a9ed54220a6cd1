"""Many machines: a real cluster of two worker processes on this one, and one of them killed in the middle."""

import json
import os
import signal
import threading
from collections import Counter
from pathlib import Path

import pytest

import declutter
from declutter import cluster, runs
from declutter.formats.records import Fields

distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

TEXT = "Ovens cold again {n}\nShare on Facebook\n\nThe bakers of Lower Wick put down their peels on day {n} and walked out into the rain.\n"


class Marking:
    """A cleaner that says which process it is at work in, and the first time waits there to be killed."""

    def __init__(self, folder):
        self.cleaner, self.folder = declutter.Cleaner(), folder

    def clean_counted(self, texts, sites=()):
        waiting = Path(self.folder, "waiting")
        if any("day 77 " in text for text in texts) and not waiting.exists():
            Path(self.folder, "begun").write_text(str(os.getpid()), encoding="utf-8")
            Path(self.folder, "begun").rename(waiting)
            threading.Event().wait(300)
        return self.cleaner.clean_counted(texts, sites)


def words_of(path):
    return Counter(record.text.split()[-1] for record in runs.records(path, Fields()))


@pytest.fixture(scope="module")
def two_workers():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made.scheduler_address


@pytest.fixture
def shards(tmp_path):
    made = []
    (tmp_path / "in").mkdir()
    for i in range(8):
        source = tmp_path / "in" / f"{i}.jsonl"
        source.write_text("".join(json.dumps({"text": TEXT.format(n=10 * i + n)}) + "\n" for n in range(10)), encoding="utf-8")
        made.append(runs.Shard(str(source), "jsonl", "", str(tmp_path / "out" / source.name), ""))
    (tmp_path / "out").mkdir()
    return made


def here(shards, folder):
    """What one machine makes of the shards."""
    folder.mkdir()
    own = [runs.Shard(shard.source, "jsonl", "", str(folder / Path(shard.target).name), "") for shard in shards]
    total = [step.total for step in runs.run(own, runs.Job(Fields()), declutter.Cleaner()) if step.total]
    return {path.name: path.read_bytes() for path in folder.iterdir()}, total


def test_a_worker_that_dies_is_replaced_and_its_shard_done_again(two_workers, shards, tmp_path):
    steps = []
    work = threading.Thread(
        target=lambda: steps.extend(cluster.run(shards, runs.Job(Fields()), Marking(str(tmp_path)), two_workers, 1)), daemon=True
    )
    work.start()
    for _ in range(1200):
        if (tmp_path / "waiting").exists():
            break
        work.join(0.1)
    os.kill(int((tmp_path / "waiting").read_text(encoding="utf-8")), signal.SIGKILL)
    work.join(240)

    expected, total = here(shards, tmp_path / "here")
    assert [problem for step in steps for problem in step.problems] == []
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if not path.name.endswith(".half")} == expected
    assert sorted(step.total.removed for step in steps) == sorted(one.removed for one in total)


def test_a_shard_that_fails_is_told_and_the_others_are_done(two_workers, shards):
    Path(shards[3].source).unlink()
    steps = list(cluster.run(shards, runs.Job(Fields()), declutter.Cleaner(), two_workers, 1))

    assert [problem for step in steps for problem in step.problems] == [f"{shards[3].source}: No such file or directory"]
    assert sum(Path(shard.target).exists() for shard in shards) == 7


def test_what_is_marked_is_left_out(two_workers, shards):
    job = runs.Job(Fields(), resume=True)
    first = list(cluster.run(shards[:4], job, declutter.Cleaner(), two_workers, 1))
    again = list(cluster.run(shards, job, declutter.Cleaner(), two_workers, 1))

    assert not any(step.skipped for step in first)
    assert sorted(step.shard.target for step in again if step.skipped) == [shard.target for shard in shards[:4]]


def test_counts_are_merged_as_a_tree(two_workers, shards):
    paths = [shard.source for shard in shards] * 3

    assert cluster.count(paths, words_of, Counter.__add__, two_workers, 1) == Counter({"rain.": 240})
    with pytest.raises(ValueError, match="nothing"):
        cluster.count([], words_of, Counter.__add__, two_workers, 1)


def test_a_cluster_that_is_not_there_is_one_line(monkeypatch):
    monkeypatch.setattr(cluster, "_PATIENCE", 1)
    with pytest.raises(cluster.ClusterError, match="no scheduler answers"):
        list(cluster.run([], runs.Job(Fields()), declutter.Cleaner(), "tcp://127.0.0.1:9", 1))


def test_a_local_cluster_of_minus_one_has_a_worker_for_each_core():
    with cluster._client(cluster.LOCAL, -1) as client:
        assert client.submit(len, "abc").result(timeout=60) == 3
