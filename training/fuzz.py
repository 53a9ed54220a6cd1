"""Coverage-guided fuzzing with atheris (extra `fuzz`): inputs are bent until they reach new code, and must keep the laws there, too.

`python -m training fuzz TARGET` runs this module in a process of its own, because what is to be watched has to be imported under
atheris.  The seeds are made from `training.hostile` and from pages, models and records written here.
"""

from __future__ import annotations

import functools
import importlib
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

LONGEST = 4096  # bytes of an input


def judge(data: bytes) -> None:
    """Any text keeps the laws, whatever kinds are kept and dropped; the first two bytes choose them."""
    from declutter.kinds import KINDS
    from training import laws

    text = data[2:].decode("utf-8", "surrogateescape")
    keep, drop = (KINDS[byte % len(KINDS)] for byte in data[:2].ljust(2, b"\0"))
    assert not (told := laws.broken(text)), told
    assert not (told := laws.broken(text, keep=[keep], drop=[drop] if drop != keep else [])), told


def clean_html(data: bytes) -> None:
    """Any bytes, as a page."""
    from training import laws

    assert not (told := laws.broken_page(data)), told
    assert not (told := laws.broken_page(data.decode("utf-8", "surrogateescape"))), told


def load_model(data: bytes) -> None:
    """Any bytes as a model file, and as one of its arrays (the first byte chooses which), are refused in one line or are a model."""
    from declutter import model

    whole = _arrays()
    name = sorted(whole)[data[0] % len(whole)] if data else "card.npy"
    for file in (data, _zipped({**whole, name: data[1:]})):
        _MODEL.write_bytes(file)
        told = _refusal(lambda: model.load(_MODEL), model.ModelError)
        assert told is None or (told.startswith(f"{_MODEL}: ") and "\n" not in told), "one line that names the file"


def read_jsonl(data: bytes) -> None:
    """Any bytes as JSON Lines come out as they went in where nothing is cleaned; each line is a record, a text or an error."""
    from declutter.formats import jsonlines, records

    lines = jsonlines.FORMAT(records.Fields())
    written = io.BytesIO()
    for chunk in lines.read(io.BytesIO(data), "fuzz.jsonl"):
        for record in chunk.records:
            assert record.text is None or not record.error, "a text or an error"
            assert "\n" not in record.error, "one line"
        lines.write(written, chunk, [records.Cleaned(record.text) for record in chunk.records])
    lines.end(written)
    assert written.getvalue() == data, "byte for byte"


def read_sample(data: bytes) -> None:
    """Any text as a labelled article is refused in one line, or written and read back is the same."""
    from declutter import samples

    content = data.decode("utf-8", "replace")
    told = _refusal(lambda: samples.parse(content, "fuzz.tsv"), samples.SampleError)
    assert told is None or told.startswith("fuzz.tsv"), "it names the file"
    if told is None:
        sample = samples.parse(content, "fuzz.tsv")
        assert [line.text for line in samples.parse(samples.dump(sample), "again").lines] == [line.text for line in sample.lines]


def _refusal(read: Callable[[], object], error: type[ValueError]) -> str | None:
    """What a reader says when it refuses; any other error is a find."""
    try:
        read()
    except error as refused:
        return str(refused)
    return None


TARGETS: dict[str, Callable[[bytes], None]] = {
    "judge": judge, "clean_html": clean_html, "model": load_model, "jsonl": read_jsonl, "samples": read_sample
}  # fmt: skip
_SAMPLE = "site: a.test\nlang: en\nsource: made up\n\nheadline\tTide turns\n\nbody!\t“Share it.”[[ad| AD]] \\[[so]]\n"
_MODEL = Path(tempfile.gettempdir()) / "fuzz.npz"


def seeds(target: str) -> list[bytes]:
    """What a target starts from."""
    from training import hostile

    texts = [make(300).encode("utf-8", "surrogatepass") for make in hostile.TEXTS.values()]
    pages = [make(600).encode() for make in hostile.PAGES.values()]
    if target == "jsonl":
        records = [{"text": text.decode("utf-8", "replace"), "url": "https://wick.test/", "n": [1e3, None]} for text in texts]
        return [b"\n".join(json.dumps(record, ensure_ascii=at % 2 == 0).encode() for at, record in enumerate(records[:3])), b"{}\n\n[]\n"]
    if target == "model":
        return [bytes([at]) + content for at, (_, content) in enumerate(sorted(_arrays().items())) if len(content) < LONGEST]
    return {"judge": texts, "clean_html": pages, "samples": [_SAMPLE.encode()]}[target]


@functools.cache
def _arrays() -> dict[str, bytes]:
    """The members of the shipped model's file, its wide arrays as zeros: enough for a loader."""
    import numpy as np

    import declutter

    members = {}
    with np.load(Path(declutter.__file__).parent / "data" / "model.npz", allow_pickle=False) as held:
        for name in held.files:
            array = held[name]
            content = io.BytesIO()
            np.lib.format.write_array(content, np.zeros_like(array) if array.nbytes > LONGEST else array, allow_pickle=False)
            members[f"{name}.npy"] = content.getvalue()
    return members


def _zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def start(target: str, seconds: int, folder: Path, seed: int = 0) -> int:
    """Fuzz in a process of its own for that long; an input that breaks a law is written to the folder.  Gives the exit code.

    A seed other than 0 tries the same inputs in the same order each time.
    """
    command = [sys.executable, "-m", "training.fuzz", target, str(seconds), str(folder), str(seed)]
    with tempfile.TemporaryDirectory() as place:  # that process ends without clearing up
        return subprocess.run(command, check=False, env={**os.environ, "TMPDIR": place}).returncode


def _run(target: str, seconds: int, folder: Path, seed: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["declutter"]):
        for module in ("cleaner", "page", "samples", *["formats.jsonlines"] * (target == "jsonl")):
            importlib.import_module(f"declutter.{module}")
    watched: Any = TARGETS[target]
    with tempfile.TemporaryDirectory() as corpus:
        for at, content in enumerate(seeds(target)):
            (Path(corpus) / f"seed-{at}").write_bytes(content)
        flags = [
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST}",
            "-rss_limit_mb=4096",
            "-timeout=30",
            "-print_final_stats=1",
            f"-seed={seed}",
        ]
        atheris.Setup([sys.argv[0], *flags, f"-artifact_prefix={folder}/{target}-", corpus], watched)
        atheris.Fuzz()


if __name__ == "__main__":
    _run(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
