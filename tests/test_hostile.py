"""The inputs made to be dear, and the table of what they cost."""

import pytest
from click.testing import CliRunner

from training import hostile
from training.__main__ import main


@pytest.mark.parametrize("make", hostile.INPUTS.values(), ids=hostile.INPUTS)
def test_inputs_are_about_as_long_as_asked_for(make):
    small, large = len(make(20_000)), len(make(80_000))
    assert 8_000 < small < 32_000
    assert 2.5 < large / small < 5


def test_the_table_has_a_row_for_each_input():
    done = CliRunner().invoke(main, ["hostile", "--size", "500", "--size", "2000", "--only", "blank lines"])
    rows = [line.strip("|").split("|") for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert [row[0].strip() for row in rows[2:]] == [name for name in hostile.INPUTS if "blank lines" in name]
    assert {len(row) for row in rows} == {6}


def test_growth_compares_the_largest_size_with_the_smallest():
    assert hostile.Cost("x", (0.5, 1.0, 2.0), 3, 10).growth == 4
