"""Files by name: here or behind an address that fsspec opens, plain or compressed; what is written appears whole or not at all."""

from __future__ import annotations

import errno
import gzip
import os
import secrets
import shutil
import socket
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast

STDIN = "-"
GZIP, ZSTANDARD = ".gz", ".zst"
COMPRESSIONS = (GZIP, ZSTANDARD)
_HALF = ".declutter"


class MissingExtraError(ValueError):
    """A package that an optional part needs is not installed; the message says how to install it."""


def optional(module: str, what: str, extra: str = "files") -> Any:
    """A module of an extra, or MissingExtraError in one line.

    >>> optional("json", "JSON").__name__
    'json'
    >>> optional("no_such_module", "Parquet")
    Traceback (most recent call last):
    declutter.storage.MissingExtraError: Parquet needs no_such_module: pip install 'declutter-news[files]'
    """
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtraError(f"{what} needs {module.split('.')[0]}: pip install 'declutter-news[{extra}]'") from None


def is_address(name: str) -> bool:
    """Whether fsspec has to open it, as `s3://bucket/part.jsonl`."""
    return "://" in name


def shown(name: str) -> str:
    """How messages name an input.

    >>> shown("-"), shown("a.txt")
    ('standard input', 'a.txt')
    """
    return "standard input" if name == STDIN else name


def split_compression(name: str) -> tuple[str, str]:
    """A name without the ending of a compression, and that ending in lower case.

    >>> split_compression("a.jsonl.GZ"), split_compression("a.txt")
    (('a.jsonl', '.gz'), ('a.txt', ''))
    """
    ending = next((ending for ending in COMPRESSIONS if name.lower().endswith(ending)), "")
    return (name[: -len(ending)], ending) if ending else (name, "")


def base_name(name: str) -> str:
    """The last part of a path or address."""
    return name.rstrip("/").rsplit("/", 1)[-1] if is_address(name) else Path(name).name


def join(folder: str, name: str) -> str:
    """A name inside a folder or an address."""
    return f"{folder.rstrip('/')}/{name}" if is_address(folder) else str(Path(folder) / name)


def beside(name: str, *other: str) -> str:
    """Another name in the folder that a path or address is in."""
    folder = name.rsplit("/", 1)[0] if is_address(name) else str(Path(name).parent)
    for part in other:
        folder = join(folder, part)
    return folder


def expand(names: list[str]) -> list[str]:
    """Addresses with a `*` replaced by what they stand for, in order; paths are the shell's to expand."""
    found = []
    for name in names:
        if is_address(name) and "*" in name:
            files, path = _file_system(name)
            matches = sorted(files.glob(path))
            found += [files.unstrip_protocol(match) for match in matches] or [name]
        else:
            found.append(name)
    return found


def state(name: str) -> list[Any]:
    """What changes when a file does: its size and when it was changed.  Raises OSError where there is none."""
    if not is_address(name):
        there = Path(name).stat()
        return [there.st_size, there.st_mtime_ns]
    files, path = _file_system(name)
    info = files.info(path)
    return [
        info.get("size"),
        str(next((info[key] for key in ("ETag", "etag", "mtime", "LastModified", "updated", "created") if key in info), "")),
    ]


def size(name: str) -> int:
    """Bytes as they are stored; 0 where nobody can tell."""
    try:
        return 0 if name == STDIN else int(state(name)[0] or 0)
    except (OSError, ValueError):
        return 0


def same(name: str) -> object:
    """What names of one file have in common: its device and number, or the name itself of what is not there, or behind an address."""
    if is_address(name):
        return name
    try:
        there = Path(name).stat()
    except (OSError, ValueError):
        return name
    return there.st_dev, there.st_ino


def open_raw(name: str) -> BinaryIO:
    """Open to read, as stored.  Raises OSError."""
    if name == STDIN:
        return sys.stdin.buffer
    if not is_address(name):
        return Path(name).open("rb")
    files, path = _file_system(name)
    return cast(BinaryIO, files.open(path, "rb"))


def decompressed(file: BinaryIO, compression: str) -> BinaryIO:
    """The file as it was before it was compressed; reading one that breaks off raises EOFError."""
    if compression == GZIP:
        return cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))
    if compression == ZSTANDARD:
        zstd = zstandard()
        # dumps are often packed with a window of 2 GB, which has to be asked for
        return cast(BinaryIO, zstd.ZstdFile(file, "r", options={zstd.DecompressionParameter.window_log_max: 31}))
    return file


def zstandard() -> Any:
    """The module of the standard library, in Python before 3.14 as a package of its own."""
    if sys.version_info >= (3, 14):
        return import_module("compression.zstd")
    return optional("backports.zstd", "Zstandard")


def damage(error: Exception) -> str | None:
    """What an error says about a compressed file, or None if it is about something else."""
    if isinstance(error, EOFError):
        return "breaks off in the middle: not all of it is there"
    if type(error).__module__.partition(".")[0] in ("zlib", "backports", "compression") or isinstance(error, gzip.BadGzipFile):
        return f"is damaged, or not compressed as its name or --format says ({error})"
    return None


def seekable(file: BinaryIO) -> BinaryIO:
    """The file itself, or a copy on disk of one that can only be read from front to end."""
    if file.seekable():
        return file
    copy = tempfile.TemporaryFile()  # noqa: SIM115
    shutil.copyfileobj(file, copy)
    copy.seek(0)
    return cast(BinaryIO, copy)


def write_whole(name: str, data: bytes) -> None:
    """Write a small file so that it appears whole or not at all, and stays when the machine stops.  Raises OSError."""
    output = Output(name, "")
    try:
        output.file.write(data)
        output.file.flush()
        with suppress(OSError):  # what is no file on a disk cannot be asked for it
            os.fsync(output.file.fileno())
        output.commit()
    finally:
        output.discard()


def read_whole(name: str) -> bytes:
    """Read a small file.  Raises OSError."""
    with open_raw(name) as file:
        return file.read()


def make_folder(name: str) -> None:
    """Make a folder; where there are only addresses there is nothing to make."""
    if not is_address(name):
        Path(name).mkdir(parents=True, exist_ok=True)


class Output:
    """A file to be written, that appears under its name with `commit` and leaves nothing behind with `discard`.

    What goes to an address is written here first and sent whole.
    """

    def __init__(self, name: str, compression: str) -> None:
        self.name = name
        self._direct = False
        if is_address(name):
            handle, half = tempfile.mkstemp(prefix="declutter-")
            os.close(handle)
            self._half = self._place = Path(half)
        else:
            path = Path(os.path.realpath(name))  # a link stays one
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
            self._place = path
            # a device or a named pipe is written to, not replaced
            self._direct = path.exists() and not path.is_file()
            self._half = path if self._direct else path.with_name(f"{_HALF}.{socket.gethostname()}.{secrets.token_hex(8)}.half")
        # a half of one's own: never what somebody put there, nor the file that a link of that name leads to
        self._raw = self._half.open("wb" if self._direct or is_address(name) else "xb")
        _lock(self._raw)
        self.file = _compressing(self._raw, compression)

    def commit(self, *, backup: str | None = None) -> None:
        """Put it in its place, what was there before under the name with `backup` added, if that is named."""
        self.close()
        if self._direct:
            return
        if is_address(self.name):
            files, path = _file_system(self.name)
            files.put_file(str(self._half), path)
            self._half.unlink()
            return
        place = self._place
        if backup and place.exists():
            shutil.copy2(place, place.with_name(place.name + backup))
        if place.exists():
            shutil.copymode(place, self._half)
        self._half.replace(place)

    def close(self) -> None:
        """Finish the compression and the file."""
        if self.file is not self._raw:
            self.file.close()
        self._raw.close()

    def discard(self) -> None:
        """Leave nothing behind; after `commit`, what is in its place stays."""
        try:
            self.close()
        except (OSError, ValueError):  # a full disk is full for the last bytes too
            self._raw.close()
        finally:
            if not self._direct:
                self._half.unlink(missing_ok=True)


class LineEnds:
    """A file of lines that begins a line of its own, whatever was printed before it: `open_line` is whether that had no end.

    >>> from io import BytesIO
    >>> file = LineEnds(BytesIO(), open_line=True)
    >>> [file.write(part) for part in (b"", b"Tide", b" turns")], file.file.getvalue(), file.open_line
    ([0, 4, 6], b'\\nTide turns', True)
    """

    def __init__(self, file: Any, *, open_line: bool) -> None:
        self.file, self.open_line = file, open_line
        self._begins = True

    def write(self, data: bytes) -> int:
        """Write data, after a line end where one is missing."""
        if data:
            if self._begins and self.open_line:
                self.file.write(b"\n")
            self._begins, self.open_line = False, not data.endswith(b"\n")
        self.file.write(data)
        return len(data)

    def flush(self) -> None:
        """Pass on what is held back."""
        self.file.flush()


class Stdout:
    """Standard output, written to like an `Output`; what is written is gone, so nothing can be taken back.

    Lines are written, not tables of bytes, where `open_line` says whether the last line before them had no end.
    """

    name = "standard output"

    def __init__(self, compression: str, *, open_line: bool | None) -> None:
        self._raw = sys.stdout.buffer
        self._compressed = _compressing(self._raw, compression)
        self.file = self._compressed if open_line is None else LineEnds(self._compressed, open_line=open_line)

    def commit(self, *, backup: str | None = None) -> None:  # noqa: ARG002
        """Finish the compression."""
        if self._compressed is not self._raw:
            self._compressed.close()
        self._raw.flush()

    def discard(self) -> None:
        """Nothing can be taken back."""


def _compressing(raw: Any, compression: str) -> Any:
    if compression == GZIP:
        return gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0)  # no name and no date: equal runs, equal bytes
    return zstandard().ZstdFile(raw, "w") if compression == ZSTANDARD else raw


def clear_halves(folder: str) -> None:
    """Take away what processes of this machine that were killed left half-written in a folder: the halves that nobody holds."""
    if is_address(folder) or not Path(folder).is_dir():
        return
    for half in Path(folder).glob(f"{_HALF}.{socket.gethostname()}.*.half"):
        with suppress(OSError):
            with half.open("rb") as file:
                free = _lock(file)
            if free:  # some systems take nothing away that is open, so one that is at work is safe there too
                half.unlink()


def _lock(file: BinaryIO) -> bool:
    """Hold a file as long as it is open, by whatever process, container or not; whether it could be."""
    try:
        import fcntl
    except ImportError:  # a system without such locks
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _file_system(name: str) -> tuple[Any, str]:
    fsspec = optional("fsspec", f"{name.partition('://')[0]}://")
    try:
        return cast("tuple[Any, str]", fsspec.core.url_to_fs(name))
    except (ImportError, ValueError) as error:
        raise MissingExtraError(f"{name.partition('://')[0]}:// cannot be opened: {error}") from None
