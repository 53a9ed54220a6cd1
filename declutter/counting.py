"""Counting what the pages of sites have in common, over many inputs: by several processes, or by the machines of a cluster."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from declutter import formats, runs, sites, storage
from declutter.addresses import site_of
from declutter.formats.records import Fields, Record
from declutter.judging import told
from declutter.parallel import in_order

_TOLD = 10  # failures of one input that are told one by one
_GROUP = 200  # inputs of one text each that are counted at a time


@dataclass(frozen=True, slots=True)
class Counted:
    """The tally of some inputs, and what there is to tell of those that failed."""

    tally: sites.Tally
    problems: tuple[str, ...] = ()


def count(sources: Sequence[str], fields: Fields, jobs: int = 1, cluster: str | None = None) -> Counted:
    """Count inputs by `jobs` processes or, where there is the address of a `cluster`, by its machines: the counts are the same.

    What cannot be read is told, and the rest is counted.  Raises ClusterError and MissingExtraError.
    """
    groups = [group for group in _groups(sources) if storage.STDIN not in group]
    here = _count(fields, [source for source in sources if source == storage.STDIN])  # which is that of this process alone
    if cluster is None or not groups:
        return functools.reduce(merge, in_order(_count, fields, groups, jobs), here)
    from declutter import cluster as machines

    return merge(here, machines.count(groups, functools.partial(_count, fields), merge, cluster, jobs))


def merge(one: Counted, other: Counted) -> Counted:
    """What was counted of both."""
    return Counted(sites.merge(one.tally, other.tally), (*one.problems, *other.problems))


def _groups(sources: Sequence[str]) -> Iterator[list[str]]:
    for kind, same in groupby(sources, key=_kind):
        names = list(same)
        size = _GROUP if kind == formats.TEXT else 1
        yield from (names[i : i + size] for i in range(0, len(names), size))


def _kind(source: str) -> str:
    """The format of an input; a single text without a name would be of no site, so a stream is JSON Lines."""
    return "jsonl" if source == storage.STDIN else formats.by_name(source)[0]


def _count(fields: Fields, sources: Sequence[str]) -> Counted:
    problems: list[str] = []
    return Counted(sites.count(page for source in sources for page in _pages(source, fields, problems)), tuple(problems))


def _pages(source: str, fields: Fields, problems: list[str]) -> Iterator[tuple[str, str]]:
    """(text, site) of each record of an input; why one has none goes to `problems`."""
    shown = "standard input" if source == storage.STDIN else source
    failed = 0
    try:
        for record in runs.records(source, fields, _kind(source)):
            try:
                yield from _page(record, fields)
            except Exception as error:
                failed += 1
                if failed <= _TOLD:
                    place = f"{shown}: {record.place}" if record.place else shown
                    problems.append(f"{place}: {error if isinstance(error, _RecordError) else told(error)}")
    except Exception as error:
        problems.append(f"{shown}: {told(error)}")
    if failed > _TOLD:
        problems.append(f"{shown}: {failed - _TOLD} more such records")


class _RecordError(ValueError):
    """Why a record cannot be counted."""


def _page(record: Record, fields: Fields) -> Iterator[tuple[str, str]]:
    if record.error:
        raise _RecordError(record.error)
    if record.text is None and record.page is None:
        return
    if not site_of(record.url or ""):
        raise _RecordError(f"has no site in {fields.url!r}; name what holds the address, or the site, with --url-field")
    if record.text is not None:
        yield record.text, record.url or ""
        return
    from declutter import page

    yield page.read(record.page or b"").text, record.url or ""
