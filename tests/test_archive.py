"""Files of arrays and a card: whole or not there at all, equal for equal content.  What is refused is tested with models and counts."""

import numpy as np
import pytest

from declutter import archive

FORMAT = archive.Format("thing", 1 << 20, ValueError, "make one")


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "a.npz"
    archive.write(path, {"name": "Ångström"}, {"one": np.arange(3), "two": np.zeros((2, 0), dtype=np.float32)})
    held = FORMAT.load(path)

    assert held.card() == {"name": "Ångström"}
    assert held.take("one", "int64", 3).tolist() == [0, 1, 2]
    assert held.take("two", "float32", 2, None).shape == (2, 0)


def test_equal_content_gives_equal_bytes(tmp_path):
    for name, card in (("a", {"x": 1, "y": 2}), ("b", {"y": 2, "x": 1})):
        archive.write(tmp_path / name, card, {"one": np.arange(3)})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        archive.write(tmp_path / "taken", {}, {"one": np.arange(3)})
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (("other", "int64", 3), "a.npz: array other is missing; make one"),
        (("one", "int32", 3), "a.npz: array one is int64 (3,), not int32 (3,); make one"),
        (("one", "int64", 4), "a.npz: array one is int64 (3,), not int64 (4,); make one"),
        (("one", "int64", 3, 1), "a.npz: array one is int64 (3,), not int64 (3, 1); make one"),
        (("odd", "float64", 1), "a.npz: array odd holds numbers that are not finite; make one"),
    ],
)
def test_an_array_that_is_not_what_it_should_be_is_refused_in_one_line(tmp_path, wanted, message):
    archive.write(tmp_path / "a.npz", {}, {"one": np.arange(3), "odd": np.array([np.nan])})
    held = FORMAT.read((tmp_path / "a.npz").read_bytes(), "a.npz")

    with pytest.raises(ValueError) as refused:  # noqa: PT011
        held.take(*wanted)
    assert str(refused.value) == message
