"""Many machines: the shards of a run on a Dask cluster, each done whole by one worker, again if that worker dies.

Inputs and outputs have to be where every worker can reach them under the same name: a shared folder, or addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import declutter
from declutter import runs, storage
from declutter.tally import Tally

if TYPE_CHECKING:
    from declutter.cleaner import Cleaner

LOCAL = "local"
_DEATHS = 5  # workers that may die of the same shard before it counts as the shard's fault
_BRANCHES = 8
_PATIENCE = 20  # seconds for a scheduler to answer

Item = TypeVar("Item")
Count = TypeVar("Count")


class ClusterError(ValueError):
    """A cluster cannot be reached or used; the message says why."""


def run(shards: Sequence[runs.Shard], job: runs.Job, cleaner: Cleaner, address: str, jobs: int) -> Iterator[runs.Step]:
    """What `runs.run` does, by the workers of a cluster; one step for each shard, as they are done.

    `address` is that of the scheduler, or `local` for `jobs` worker processes on this machine (-1: one for each core).
    Raises ClusterError.
    """
    with _client(address, jobs) as client:
        distributed = storage.optional("distributed", "--cluster", "cluster")
        shared = client.submit(_same, cleaner, pure=False)  # goes to a worker once, and from there to the others
        futures = {client.submit(_shard, shard, job, shared, declutter.__version__, pure=False): shard for shard in shards}
        for future in distributed.as_completed(list(futures)):
            shard = futures.pop(future)
            try:
                yield future.result()
            except Exception as error:
                told = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
                yield runs.Step(shard, Tally(), [f"{shard.shown}: {told}"], [], failed=True)


def count(items: Sequence[Item], work: Callable[[Item], Count], merge: Callable[[Count, Count], Count], address: str, jobs: int) -> Count:
    """`work` done on each item by the workers, and the results merged as a tree, so that no machine holds them all.

    `merge` must not care for order.  Raises ClusterError, and ValueError where there is no item.
    """
    if not items:
        raise ValueError("nothing to count")
    with _client(address, jobs) as client:
        level = [client.submit(work, item, pure=False) for item in items]
        while len(level) > 1:
            level = [client.submit(_merged, merge, level[i : i + _BRANCHES], pure=False) for i in range(0, len(level), _BRANCHES)]
        counted: Count = level[0].result()
        return counted


@contextmanager
def _client(address: str, jobs: int) -> Iterator[Any]:
    import joblib

    dask = storage.optional("dask", "--cluster", "cluster")
    distributed = storage.optional("distributed", "--cluster", "cluster")
    with dask.config.set({"distributed.scheduler.allowed-failures": _DEATHS}):
        if address == LOCAL:
            workers = joblib.effective_n_jobs(jobs)
            with (
                distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
                distributed.Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = distributed.Client(address, timeout=_PATIENCE)
        except (OSError, ValueError) as error:
            raise ClusterError(f"{address}: no scheduler answers there ({error})") from None
        with client:
            if not client.scheduler_info()["workers"]:
                raise ClusterError(f"{address}: the cluster has no workers")
            yield client


def _same(cleaner: Cleaner) -> Cleaner:
    return cleaner


def _merged(merge: Callable[[Count, Count], Count], parts: Sequence[Count]) -> Count:
    first, *others = parts
    for other in others:
        first = merge(first, other)
    return first


def _shard(shard: runs.Shard, job: runs.Job, cleaner: Cleaner, version: str) -> runs.Step:
    """One shard, on a worker, as one step."""
    if version != declutter.__version__:
        raise ClusterError(f"a worker has declutter {declutter.__version__}, and not {version} as the machine that asks")
    whole = runs.Step(shard, Tally(), [], [])
    for step in runs.run([shard], job, cleaner):
        whole.problems += step.problems
        whole.notes += step.notes
        whole.total, whole.failed, whole.skipped = step.total, step.failed, step.skipped
    if whole.total is not None and not whole.skipped:
        whole.tally = whole.total
    return whole
