"""What fuzzing checks, over its seeds: a short run without atheris.  Inputs that fuzzing found are in FOUND."""

import pytest

from training import fuzz

FOUND = {"samples": [b"site: a.test\n\nbody!\tgo\x80\r"], "jsonl": [b'{"key of two\\nlines": 1}\n', b'{"\\u001b[2J": 1, "long": 2}']}


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_the_seeds_and_what_was_found_keep_the_laws(target, tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "_MODEL", tmp_path / "model.npz")
    given = [b"", b"\xff", *fuzz.seeds(target), *FOUND.get(target, [])]
    assert len(given) > 2
    for data in given:
        fuzz.TARGETS[target](data)


def test_a_law_that_is_broken_is_told(monkeypatch):
    monkeypatch.setattr("declutter.Cleaner.clean", lambda _cleaner, text: text + "x")
    with pytest.raises(AssertionError):
        fuzz.judge(b"\0\0The oven was cold.")
