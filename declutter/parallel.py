"""Work shared out to processes: answers in order, tasks read as they are needed, what all tasks share sent once to each process."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any, Generic, TypeVar

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Answer = TypeVar("Answer")

# Processes that all use every core for their matrices are slower than one; two tasks a process keep each of them busy.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_TASKS_A_PROCESS = 2
_GLANCE = 2.0  # seconds between two looks at whether the process that gives the work is there

_shared: Any = None


def in_order(
    work: Callable[[Shared, Task], Answer],
    shared: Shared,
    tasks: Iterable[Task],
    jobs: int,
    *,
    apart: bool = False,
    lost: Callable[[Task], Answer] | None = None,
) -> Iterator[Answer]:
    """The answers `work(shared, task)` in the order of the tasks, by `jobs` processes (-1: one for each core).

    No more tasks are read than the processes can hold, however slowly the answers are taken.  One task alone is done in this process,
    as all are by one job, unless they have to be `apart`.  Where a process dies, its tasks are done again; for one of which a process
    dies that had no other, the answer is what `lost` says.  Raises ValueError for 0 jobs, and what `work` raises.

    >>> list(in_order(lambda factor, number: factor * number, 10, [1, 2, 3], jobs=1))
    [10, 20, 30]
    """
    if jobs == 1 and not apart:
        return (work(shared, task) for task in tasks)
    from joblib import effective_n_jobs

    return _spread(work, shared, iter(tasks), effective_n_jobs(jobs), apart, lost)


def _spread(
    work: Callable[[Shared, Task], Answer],
    shared: Shared,
    tasks: Iterator[Task],
    jobs: int,
    apart: bool,
    lost: Callable[[Task], Answer] | None,
) -> Iterator[Answer]:
    failures: list[Exception] = []
    given = _until(failures, tasks)
    first = list(islice(given, 2))
    if (len(first) < 2 or jobs == 1) and not apart:
        yield from (work(shared, task) for task in chain(first, given))
    else:
        yield from _by_processes(_Pool(work, shared, jobs), chain(first, given), _TASKS_A_PROCESS * jobs, lost)
    if failures:
        raise failures[0]


def _until(failures: list[Exception], tasks: Iterator[Task]) -> Iterator[Task]:
    """The tasks until there is no other for a failure, which is noted: what was asked before it is answered first."""
    try:
        yield from tasks
    except Exception as error:
        failures.append(error)


def _by_processes(
    pool: _Pool[Shared, Task, Answer], tasks: Iterable[Task], most: int, lost: Callable[[Task], Answer] | None
) -> Iterator[Answer]:
    waiting: deque[tuple[Task, Any]] = deque()
    try:
        for task in tasks:
            waiting.append((task, pool.submit(task)))
            while waiting and (waiting[0][1].done() or len(waiting) >= most):
                yield pool.answer(waiting, lost)
        while waiting:
            yield pool.answer(waiting, lost)
    finally:
        pool.close()


class _Pool(Generic[Shared, Task, Answer]):
    """Processes that hold what is shared; new ones when one dies."""

    def __init__(self, work: Callable[[Shared, Task], Answer], shared: Shared, jobs: int) -> None:
        self._work, self._shared, self._jobs = work, shared, jobs
        self._processes = self._started(jobs)

    def _started(self, jobs: int) -> Any:
        # joblib.Parallel would go on reading tasks while nobody takes its answers, and send along what is shared with each of them
        from joblib.externals.loky import ProcessPoolExecutor

        return ProcessPoolExecutor(jobs, initializer=_begin, initargs=(self._shared, os.getpid()), env=_ONE_THREAD)

    def submit(self, task: Task) -> Any:
        """The future of a task; of one that comes after a death, it says so."""
        from joblib.externals.loky import BrokenProcessPool, Future

        try:
            return self._processes.submit(_answer, self._work, task)
        except BrokenProcessPool as error:
            future = Future()
            future.set_exception(error)
            return future

    def answer(self, waiting: deque[tuple[Task, Any]], lost: Callable[[Task], Answer] | None) -> Answer:
        """The answer to the first of the tasks that wait; if a process died, that task is done alone and the others again."""
        from joblib.externals.loky import BrokenProcessPool

        task, future = waiting.popleft()
        try:
            found: Answer = future.result()
        except BrokenProcessPool:
            self.close()
            found = self._alone(task, lost)
            self._processes = self._started(self._jobs)
            again = [other if other.done() and other.exception() is None else self.submit(each) for each, other in waiting]
            for i, other in enumerate(again):
                waiting[i] = (waiting[i][0], other)
        return found

    def _alone(self, task: Task, lost: Callable[[Task], Answer] | None) -> Answer:
        from joblib.externals.loky import BrokenProcessPool

        process = self._started(1)
        try:
            found: Answer = process.submit(_answer, self._work, task).result()
        except BrokenProcessPool:
            if lost is None:
                raise
            found = lost(task)
        finally:
            process.shutdown(wait=True, kill_workers=True)
        return found

    def close(self) -> None:
        """End the processes."""
        self._processes.shutdown(wait=True, kill_workers=True)


def _begin(shared: Any, giver: int) -> None:
    """Each process keeps what is shared, and ends with the one that gives the work; an interrupt is for that one, which ends these."""
    global _shared
    _shared = shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(giver,), daemon=True).start()


def _end_with(giver: int) -> None:
    """End this process once the one that gives the work is killed: nothing else would tell it."""
    while os.getppid() == giver:
        time.sleep(_GLANCE)
    os._exit(1)


def _answer(work: Callable[[Any, Task], Answer], task: Task) -> Answer:
    return work(_shared, task)
