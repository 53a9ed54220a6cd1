"""Work in processes: order, memory, and what happens when a process dies."""

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from declutter.parallel import in_order


class Factor:
    """Something shared that leaves a file for each process it is sent to."""

    def __init__(self, folder, factor):
        self.folder, self.factor = folder, factor

    def __setstate__(self, state):
        self.__dict__ |= state
        Path(self.folder, str(os.getpid())).write_text("", encoding="utf-8")


def times(factor, number):
    return factor.factor * number, os.getpid()


def deadly(folder, number):
    """Kills its process at 3 the first time, at 7 every time."""
    died = Path(folder, str(number))
    if number == 7 or (number == 3 and not died.exists()):
        died.write_text("", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse(_shared, number):
    if number == 5:
        raise ValueError("five")
    return number


def test_answers_come_in_order_and_what_is_shared_goes_once_to_each_process(tmp_path):
    answers = list(in_order(times, Factor(tmp_path, 3), range(60), 2))

    assert [answer for answer, _ in answers] == [3 * number for number in range(60)]
    sent_to = {int(path.name) for path in tmp_path.iterdir()}
    assert {process for _, process in answers} <= sent_to
    assert 1 <= len(sent_to) <= 2


def test_no_more_is_read_than_the_processes_hold_however_slowly_answers_are_taken(tmp_path):
    read = []

    def tasks():
        for number in itertools.count():
            read.append(number)
            yield number

    answers = in_order(times, Factor(tmp_path, 1), tasks(), 2)
    assert read == [], "nothing is read before an answer is asked for"
    for expected in range(30):
        assert next(answers)[0] == expected
        assert len(read) - expected < 20


def test_one_task_is_done_in_this_process(tmp_path):
    assert list(in_order(times, Factor(tmp_path, 2), [4], 8)) == [(8, os.getpid())]
    assert list(in_order(times, Factor(tmp_path, 2), [], 8)) == []
    assert not list(tmp_path.iterdir())


def test_no_jobs_is_no_number_of_jobs(tmp_path):
    with pytest.raises(ValueError, match="0"):
        in_order(times, Factor(tmp_path, 2), [4], 0)


def test_tasks_of_a_process_that_died_are_done_again_and_the_deadly_one_is_lost(tmp_path):
    assert list(in_order(deadly, tmp_path, range(12), 2, lost=lambda number: -number)) == [0, 1, 2, 3, 4, 5, 6, -7, 8, 9, 10, 11]
    assert (tmp_path / "3").exists()


def test_an_error_comes_to_the_one_who_asks():
    answers = in_order(refuse, None, range(9), 2)

    assert list(itertools.islice(answers, 5)) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="five"):
        next(answers)


GIVER = """
import os, time
from declutter.parallel import in_order
def work(shared, task):
    return os.getpid()
answers = in_order(work, None, iter(range(100)), 2)
print(*{next(answers) for _ in range(8)}, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here to see whether processes are there")
def test_processes_end_with_a_killed_giver():
    """They once stayed for good, with the memory they had."""
    giver = subprocess.Popen([sys.executable, "-c", GIVER], stdout=subprocess.PIPE, text=True)
    workers = [int(pid) for pid in giver.stdout.readline().split()]
    assert workers
    assert all(map(running, workers))
    giver.kill()
    giver.wait()
    giver.stdout.close()
    until = time.monotonic() + 60
    while any(map(running, workers)) and time.monotonic() < until:
        time.sleep(0.2)
    assert not any(map(running, workers))


def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
