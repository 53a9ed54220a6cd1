"""Marks of what is done: beside each output, a note of what it was made from and how, so that a run can be taken up again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import declutter
from declutter import storage
from declutter.tally import Tally

_FOLDER = ".declutter"
_LONGEST = 60  # characters of a name, of up to four bytes each: with more the mark's own could be too long


def identity(source: str, *facts: Any) -> str:
    """What a mark holds for: an input as it is now, this version, and whatever else decides what comes out.  Raises OSError."""
    told = json.dumps([declutter.__version__, source, storage.state(source), *facts], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def write(target: str, made_by: str, tally: Tally) -> None:
    """Say that an output is done; called once it is in its place, so what is marked is there."""
    mark = {"made_by": made_by, "output": storage.state(target), "tally": asdict(tally)}
    storage.make_folder(storage.beside(target, _FOLDER))
    storage.write_whole(_name(target), json.dumps(mark).encode())


def read(target: str, made_by: str) -> Tally | None:
    """What was counted when an output was made, if it is there as it was made, and would be made the same today."""
    try:
        mark = json.loads(storage.read_whole(_name(target)))
        if mark["made_by"] == made_by and mark["output"] == storage.state(target):
            return Tally(**mark["tally"])
    except (OSError, ValueError, KeyError, TypeError):  # no mark, or none that can be read: the work is done again
        pass
    return None


def _name(target: str) -> str:
    name = storage.base_name(target)
    short = name if len(name) < _LONGEST else hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    return storage.beside(target, _FOLDER, f"{short}.json")
