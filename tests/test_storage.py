"""Files by name: whole or not at all, plain or compressed, here or at an address."""

import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from declutter import storage


@pytest.fixture(params=["", ".gz", ".zst"])
def compression(request):
    if request.param == ".zst" and sys.version_info < (3, 14):
        pytest.importorskip("backports.zstd", reason="the extra 'files' is not installed")
    return request.param


def written(path, compression, data):
    output = storage.Output(str(path), compression)
    output.file.write(data)
    return output


def read(path, compression):
    with storage.open_raw(str(path)) as raw:
        return storage.decompressed(raw, compression).read()


def test_what_is_written_is_read_and_the_same_every_time(tmp_path, compression):
    for name in ("a", "b"):
        written(tmp_path / name, compression, b"bread\n" * 1000).commit()

    assert read(tmp_path / "a", compression) == b"bread\n" * 1000
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_link_stays_one_and_what_it_names_is_written(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for data in (b"old", b"new"):
        written(tmp_path / "link", "", data).commit()

        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_bytes() == data
    assert len(list(tmp_path.iterdir())) == 2


def test_nothing_is_there_before_it_is_whole(tmp_path, compression):
    (tmp_path / "a").write_bytes(b"precious")
    output = written(tmp_path / "a", compression, b"bread")

    assert (tmp_path / "a").read_bytes() == b"precious"
    output.commit()
    assert read(tmp_path / "a", compression) == b"bread"
    output.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_is_discarded_leaves_nothing(tmp_path, compression):
    written(tmp_path / "a", compression, b"bread").discard()

    assert not list(tmp_path.iterdir())


def test_the_file_before_is_kept_under_another_name_if_asked_and_its_mode_stays(tmp_path):
    place = tmp_path / "a"
    place.write_bytes(b"old")
    place.chmod(0o640)
    written(place, "", b"new").commit(backup=".bak")

    assert (place.read_bytes(), (tmp_path / "a.bak").read_bytes()) == (b"new", b"old")
    assert place.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    written(pipe, "", b"bread").commit()

    assert reader.communicate(timeout=60)[0] == b"bread"
    assert pipe.is_fifo()


def test_halves_of_processes_that_are_gone_are_cleared_away_and_no_others(tmp_path):
    script = f"import os; from declutter import storage; o = storage.Output({str(tmp_path / 'a')!r}, ''); os._exit(9)"
    subprocess.run([sys.executable, "-c", script], check=False)
    (tmp_path / "b.half").write_bytes(b"")
    mine = written(tmp_path / "a", "", b"bread")
    assert len(list(tmp_path.iterdir())) == 3
    storage.clear_halves(str(tmp_path))

    assert len(list(tmp_path.iterdir())) == 2
    mine.commit()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b.half"]


def test_a_compressed_file_that_breaks_off_or_is_none_is_told(tmp_path, compression):
    if not compression:
        return
    path = tmp_path / "a"
    written(path, compression, os.urandom(100_000)).commit()
    path.write_bytes(path.read_bytes()[:50_000])
    with pytest.raises(EOFError) as broken:
        read(path, compression)
    assert "breaks off" in storage.damage(broken.value)
    path.write_bytes(b"bread and more bread")
    with pytest.raises(Exception, match=r".") as foreign:
        read(path, compression)
    assert "not compressed as" in storage.damage(foreign.value)


def test_several_compressed_parts_are_one_file(tmp_path):
    (tmp_path / "a").write_bytes(gzip.compress(b"bread ") + gzip.compress(b"and water"))

    assert read(tmp_path / "a", ".gz") == b"bread and water"


def test_an_address_is_read_written_and_expanded(tmp_path, monkeypatch):
    pytest.importorskip("fsspec", reason="the extra 'files' is not installed")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("b", "a"):
        written(f"memory://mill/{name}.txt", "", name.encode()).commit()

    assert not list(tmp_path.iterdir())
    assert read("memory://mill/a.txt", "") == b"a"
    assert [storage.base_name(name) for name in storage.expand(["memory://mill/*.txt", "x*"])] == ["a.txt", "b.txt", "x*"]
    assert storage.size("memory://mill/a.txt") == 1
    with pytest.raises(FileNotFoundError):
        storage.open_raw("memory://mill/none.txt")


def test_an_unknown_kind_of_address_is_one_line():
    pytest.importorskip("fsspec", reason="the extra 'files' is not installed")
    with pytest.raises(storage.MissingExtraError, match="klingon"):
        storage.open_raw("klingon://a/b")


def test_names_beside_and_below():
    assert storage.beside("s3://a/b/c.txt", "d") == "s3://a/b/d"
    assert storage.beside(str(Path("b") / "c.txt"), "d", "e") == str(Path("b") / "d" / "e")
    assert storage.join("s3://a/", "b") == "s3://a/b"


def test_a_half_is_nobody_elses(tmp_path, monkeypatch):
    """Processes of two containers may have one number and one name of a machine; and a half's name may be taken, by a link at that."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"flour")
    monkeypatch.setattr(storage.secrets, "token_hex", lambda _: "00")
    (tmp_path / f"{storage._HALF}.{storage.socket.gethostname()}.00.half").symlink_to(victim)
    with pytest.raises(FileExistsError):
        storage.Output(str(tmp_path / "a"), "")
    monkeypatch.undo()
    one, other = written(tmp_path / "a", "", b"bread"), written(tmp_path / "b", "", b"water")
    subprocess.run([sys.executable, "-c", f"from declutter import storage; storage.clear_halves({str(tmp_path)!r})"], check=True)
    one.commit()
    other.commit()

    assert [(tmp_path / name).read_bytes() for name in ("a", "b", "victim")] == [b"bread", b"water", b"flour"]
