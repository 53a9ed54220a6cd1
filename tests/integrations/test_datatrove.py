"""datatrove: the step in a real local executor, on JSONL shards."""

import json

import pytest

pytest.importorskip("datatrove", reason="the tests of datatrove need the extra 'datatrove'")
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

import declutter
from declutter.integrations.datatrove import DeclutterFormatter

COUNT = 150  # of documents: more than are judged at a time


@pytest.fixture
def shards(tmp_path, cluttered, article):
    """Two JSONL shards of documents; every third is clean."""
    folder = tmp_path / "in"
    folder.mkdir()
    for shard in range(2):
        rows = [
            {"id": f"{shard}-{i}", "text": cluttered if i % 3 else article, "url": f"https://paper{i}.test/ferry"} for i in range(COUNT)
        ]
        (folder / f"{shard:05}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def read(folder):
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_local_executor_cleans_shards_and_writes_what_went(tmp_path, shards, cluttered, article, workers):
    step = DeclutterFormatter(exclusion_writer=JsonlWriter(str(tmp_path / "removed"), compression=None))
    LocalPipelineExecutor(
        [JsonlReader(str(shards)), step, JsonlWriter(str(tmp_path / "out"), compression=None)],
        tasks=2, workers=workers, logging_dir=str(tmp_path / "logs"),
    ).run()  # fmt: skip

    out, removed = read(tmp_path / "out"), read(tmp_path / "removed")
    assert [row["id"] for row in out] == [f"{shard}-{i}" for shard in range(2) for i in range(COUNT)]
    assert {row["text"] for row in out} == {article}
    assert out[0]["metadata"]["url"] == "https://paper0.test/ferry"
    assert len(removed) == 2 * COUNT * 2 // 3
    assert removed[0]["text"].splitlines() == ["Sign up for our newsletter today.", "Share on Facebook"]
    parts = removed[0]["metadata"]["declutter"]
    assert [cluttered[part["start"] : part["end"]] for part in parts] == removed[0]["text"].splitlines()
    assert {"kind", "score", "reason"} <= parts[0].keys()
    assert removed[0]["metadata"]["url"] == "https://paper1.test/ferry"
    stats = json.loads((tmp_path / "logs" / "stats.json").read_text(encoding="utf-8"))[1]["stats"]
    assert stats["total"] == 2 * COUNT
    assert stats["changed"] == stats["removed-newsletter"] == len(removed)


def test_the_statistics_count_by_kind(cluttered, article):
    step = DeclutterFormatter(keep="share")
    list(step.run([Document(cluttered, id="1"), Document(article, id="2")]))

    assert step.stats["total"].total == 2
    assert step.stats["changed"].total == 1
    assert step.stats["removed-newsletter"].total == 1
    assert "removed-share" not in step.stats.to_dict()


def test_it_is_lazy_and_the_texts_are_those_of_clean(cluttered):
    def endless():
        while True:
            yield Document(cluttered, id="1", metadata={"url": None})

    step = DeclutterFormatter(drop="headline", caution=0.4)

    expected = declutter.Cleaner(drop="headline", caution=0.4).clean(cluttered)
    assert next(step(endless())).text == expected
    assert step.format(cluttered) == expected


def test_steps_after_it_see_the_cleaned_text(cluttered):
    class Short(BaseFilter):
        def filter(self, doc):
            return "newsletter" not in doc.text

    assert len(list(Short().run(DeclutterFormatter().run([Document(cluttered, id="1")])))) == 1


def test_options_are_checked_when_the_step_is_made():
    with pytest.raises(ValueError, match="unknown kind 'advert'"):
        DeclutterFormatter(drop="advert")


def test_the_example_of_the_page(run_example):
    printed, shown = run_example("datatrove")

    assert printed == shown
