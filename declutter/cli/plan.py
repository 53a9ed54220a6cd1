"""What `declutter clean` reads and where it writes, settled before anything is done."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from declutter import formats, judging, runs, storage
from declutter.cli import common
from declutter.formats.records import Fields


def shards(files: tuple[str, ...], fields: Fields, options: dict[str, Any]) -> list[runs.Shard]:
    """What is read and where it is written; what cannot be right is refused before anything is."""
    names = _expanded(files)
    output, in_place, check = options["output"], options["in_place"] is not None, options["check"] or options["dry_run"]
    _refuse(in_place and output, "--in-place and --output: one of them says where the output goes")
    _refuse(in_place and storage.STDIN in names, "--in-place: standard input has no place; name files")
    _refuse(
        options["resume"] and (in_place or check or not output or storage.STDIN in names), "--resume needs files, and -o for their outputs"
    )
    _refuse(
        options["cluster"] and (storage.STDIN in names or not (output or in_place or check)),
        "--cluster needs files, and -o for their outputs",
    )
    for option, what in (("timeout", "time"), ("max_memory", "memory")):
        _refuse(options[option] and what in judging.unlimited(), f"this system cannot limit the {what} that a record takes")
    _refuse(options["cluster"] and (options["timeout"] or options["max_memory"]), "--timeout and --max-memory are for this machine alone")
    folder = output is not None and (len(names) > 1 or Path(output).is_dir() or output.endswith("/"))
    planned = [_shard(name, fields, options, folder) for name in names]
    if not check:
        _refuse_overwriting(planned, output if folder else None, options)
    try:
        for kind in {shard.kind for shard in planned}:
            formats.make(kind, fields)
        if any(storage.ZSTANDARD in (shard.compression, shard.target_compression) for shard in planned):
            storage.zstandard()
    except ValueError as error:
        raise common.OneLine(str(error), 2) from None
    targets = [shard.target for shard in planned if shard.target not in (None, runs.STDOUT)]
    if targets and folder:
        storage.make_folder(output)
    for place in {storage.beside(target) for target in targets}:
        storage.clear_halves(place)
    return planned


def _expanded(files: tuple[str, ...]) -> list[str]:
    try:
        return storage.expand(list(files))
    except Exception as error:  # every file system has errors of its own
        raise common.OneLine(judging.told(error), 2) from None


def _shard(name: str, fields: Fields, options: dict[str, Any], folder: bool) -> runs.Shard:
    kind, compression = formats.by_name(name)
    if options["kind"] is not None:
        kind, compression = storage.split_compression(options["kind"])
    _refuse(kind == "parquet" and compression, f"{name}: Parquet compresses its columns itself; it is not read from a compressed file")
    if options["check"] or options["dry_run"]:
        return runs.Shard(name, kind, compression, None, "")
    if options["in_place"] is not None:
        _refuse(kind == formats.WARC, f"{name}: a crawl cannot be written in place; use -o")
        return runs.Shard(name, kind, compression, name if storage.is_address(name) else os.path.realpath(name), compression)
    if options["output"] is None:
        return runs.Shard(name, kind, compression, runs.STDOUT, compression if options["kind"] else "")
    target = storage.join(options["output"], formats.output_name(name, kind, fields.html)) if folder else options["output"]
    written, target_compression = formats.by_name(target)
    _refuse(
        written not in (formats.TEXT, formats.written_as(kind)),
        f"{target}: what is read as {kind} is written as {formats.written_as(kind)}, not {written}",
    )
    return runs.Shard(name, kind, compression, target, target_compression)


def _refuse_overwriting(shards: list[runs.Shard], folder: str | None, options: dict[str, Any]) -> None:
    targets = [shard.target for shard in shards if shard.target not in (None, runs.STDOUT)]
    seen: set[str] = set()
    for target in targets:
        if target in seen:
            where = f"; their outputs in {folder} would overwrite each other" if folder else ""
            raise common.OneLine(f"{storage.base_name(str(target))} is the name of several inputs{where}", 2)
        seen.add(str(target))
    if folder and not storage.is_address(folder):
        _refuse(Path(folder).exists() and not Path(folder).is_dir(), f"{folder} is a file; -o takes a folder for several inputs")
    if len(shards) > 1 and not targets:
        for kind in ("csv", "parquet"):
            _refuse(any(shard.kind == kind for shard in shards), f"several files of {kind} are not one; name a folder for them with -o")
    backup, report = options["in_place"], options["report"]
    kept = {storage.same(f"{target}{backup}") for target in targets if backup}
    _refuse(
        kept & {storage.same(shard.source) for shard in shards}, "--in-place: a backup would overwrite another input; name another suffix"
    )
    places = {os.path.realpath(str(target)) for target in targets}
    _refuse(report is not None and os.path.realpath(report) in places, f"{report} is the output and the report; name another file")
    written = set() if backup is not None else {storage.same(str(target)) for target in targets}
    for shard in shards:
        _refuse(storage.same(shard.source) in written, f"{shard.source} is an input and would be overwritten; use --in-place")
        _refuse(_is_stdout(shard.source) and shard.target == runs.STDOUT, f"{shard.source} is an input and the output; use --in-place")


def _is_stdout(name: str) -> bool:
    try:
        return Path(name).is_file() and os.path.samestat(Path(name).stat(), os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError, AttributeError):  # no standard output
        return False


def _refuse(wrong: object, message: str) -> None:
    if wrong:
        raise common.OneLine(message, 2)
