"""Arrays and the card that says where they come from, in one `.npz` file that cannot run code: models, and counts of sites.

The file is read with `allow_pickle=False`; the card is JSON inside of it, so the two cannot be parted.  Whoever reads one says how
many bytes it may have, which error a bad one is, and what its user can do about it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from declutter.document import Array


def write(path: Path, card: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a file; it appears whole or not at all.  Equal arrays and cards give equal bytes.  Raises OSError."""
    from declutter import storage  # not needed to load a model

    held = {"card": np.frombuffer(json.dumps(card, sort_keys=True).encode(), dtype=np.uint8), **arrays}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in held.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{key}.npy"), content.getvalue(), zipfile.ZIP_DEFLATED)
    storage.write_whole(str(path), buffer.getvalue())


@dataclass(frozen=True, slots=True)
class Format:
    """What a file should be: in messages ("model"), its most bytes packed or unpacked, the error, and the advice that goes with it."""

    what: str
    most: int
    error: type[ValueError]
    advice: str

    def refuse(self, name: str, fault: str) -> ValueError:
        """The error for a file, in one line: its name, what is wrong, what to do."""
        return self.error(f"{name}: {fault}; {self.advice}")

    def load(self, path: Path) -> Archive:
        """Read a file.  Raises the error of the format where it is missing, damaged or too large."""
        try:
            if path.stat().st_size > self.most:
                raise self.refuse(str(path), f"larger than {self.most >> 20} MB, no {self.what} of declutter")
            return self.read(path.read_bytes(), str(path))
        except OSError as error:
            raise self.refuse(str(path), error.strerror or str(error)) from None

    def read(self, content: bytes, name: str) -> Archive:
        """Read the bytes of a file; `name` is for messages."""
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(member.file_size for member in archive.infolist()) > self.most:
                    raise self.refuse(name, f"unpacks to more than {self.most >> 20} MB, no {self.what} of declutter")
            with np.load(io.BytesIO(content), allow_pickle=False) as held:
                arrays = {key: held[key] for key in held.files}
        except self.error:
            raise
        except Exception as error:  # numpy and zipfile raise a dozen sorts of errors on damaged bytes
            told = " ".join(str(error).split())
            raise self.refuse(name, f"not a {self.what} file ({type(error).__name__}: {told})") from None
        # a member that is no array comes as bytes
        return Archive(self, name, {key: array for key, array in arrays.items() if isinstance(array, np.ndarray)})


@dataclass(frozen=True, slots=True)
class Archive:
    """The arrays of a file, checked as they are taken."""

    format: Format
    name: str
    arrays: Mapping[str, Array]

    def refuse(self, fault: str) -> ValueError:
        """The error that this file cannot be used, and why."""
        return self.format.refuse(self.name, fault)

    def card(self) -> dict[str, Any]:
        """The card.  Raises the error of the format where there is none."""
        try:
            return dict(json.loads(bytes(self.arrays["card"])))
        except (KeyError, TypeError, ValueError, RecursionError):
            raise self.refuse(f"holds no card, so no {self.format.what} of declutter") from None

    def take(self, key: str, dtype: str, *shape: int | None) -> Array:
        """The array `key`.  Raises the error of the format where it is missing, of another type or shape, or not finite."""
        array = self.arrays.get(key)
        if array is None:
            raise self.refuse(f"array {key} is missing")
        fits = array.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
        if array.dtype != dtype or not fits:
            raise self.refuse(f"array {key} is {array.dtype} {array.shape}, not {dtype} {shape}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise self.refuse(f"array {key} holds numbers that are not finite")
        return array
