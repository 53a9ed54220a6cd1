"""Model files: written, read back, and refused in one plain line where they cannot be used."""

import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter import features
from declutter import model as models
from declutter.features import BUCKETS
from declutter.kinds import KINDS
from declutter.model import FORMAT, OUTPUTS, Model, ModelError, Stage, load, save
from declutter.trees import Trees

INPUTS = 6


def tiny_trees(rng, outputs):
    return Trees(
        rng.integers(0, INPUTS, (3, 2)).astype(np.int32),
        rng.standard_normal((3, 2)).astype(np.float32),
        rng.standard_normal((3, 4, outputs)).astype(np.float32),
        rng.standard_normal(outputs).astype(np.float32),
    )


def tiny(seed=0):
    """A model of the right shapes that knows nothing."""
    rng = np.random.default_rng(seed)
    weights = np.zeros((BUCKETS, OUTPUTS), dtype=np.float32)
    weights[:50] = rng.standard_normal((50, OUTPUTS)).astype(np.float16)
    curve = np.array([[0, 0.5, 1], [0.1, 0.4, 0.9]], dtype=np.float32)
    stages = [Stage(tiny_trees(rng, len(KINDS)), tiny_trees(rng, 1), curve) for _ in range(2)]
    card = {"format": FORMAT, "features": features.VERSION, "kinds": list(KINDS), "inputs": INPUTS, "declutter": "0", "note": "é"}
    return Model(weights, rng.standard_normal(OUTPUTS).astype(np.float32), *stages, card)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "tiny.npz"
    save(tiny(), path)
    return path


def arrays(path):
    with np.load(path, allow_pickle=False) as held:
        return {name: held[name] for name in held.files}


def same(one, two):
    return (
        np.array_equal(one.weights, two.weights)
        and np.array_equal(one.bias, two.bias)
        and one.card == two.card
        and all(
            np.array_equal(getattr(getattr(a, trees), part), getattr(getattr(b, trees), part))
            for a, b in ((one.lines, two.lines), (one.pieces, two.pieces))
            for trees in ("kinds", "keep")
            for part in ("feature", "border", "leaves", "base")
        )
    )


def refusal(path):
    """The one line with which a file is refused; it names the file and says what to do."""
    with pytest.raises(ModelError) as caught:
        load(path)
    message = str(caught.value)
    assert str(path) in message
    assert "declutter train" in message
    assert len(message.splitlines()) == 1, message
    return message


# --- part A: files of a tiny model, made up here


def test_what_is_saved_is_loaded(file):
    assert same(load(file), tiny())


def test_a_loaded_model_answers_as_the_saved_one(file):
    columns = np.random.default_rng(1).standard_normal((INPUTS, 9)).astype(np.float32)
    for mine, theirs in ((load(file).lines, tiny().lines), (load(file).pieces, tiny().pieces)):
        for one, two in zip(mine.predict(columns), theirs.predict(columns), strict=True):
            assert one.tolist() == two.tolist()


def test_answers_are_probabilities():
    columns = np.random.default_rng(1).standard_normal((INPUTS, 50)).astype(np.float32)
    kinds, keep = tiny().lines.predict(columns)
    assert kinds.shape == (50, len(KINDS))
    assert kinds.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert ((keep >= 0.1) & (keep <= 0.9)).all(), "the curve says so"


def test_no_lines_have_no_answers():
    kinds, keep = tiny().lines.predict(np.zeros((INPUTS, 0), dtype=np.float32))
    assert kinds.shape == (0, len(KINDS))
    assert keep.shape == (0,)
    alone, pieces = tiny().look(np.zeros(0, np.int32), np.zeros(1, np.int32), np.zeros(0, np.int64))
    assert alone.shape == pieces.shape == (0, OUTPUTS)


def test_a_line_of_one_piece_looks_like_its_piece():
    buckets, bounds = np.array([1, 2, 3, 4, 4], np.int32), np.array([0, 2, 5], np.int32)
    alone, pieces = tiny().look(buckets, bounds, np.array([0, 1]))
    assert alone.tolist() == pieces.tolist()
    together, _ = tiny().look(buckets, bounds, np.array([0]))
    whole, _ = tiny().look(buckets, np.array([0, 5], np.int32), np.array([0]))
    np.testing.assert_allclose(together, whole, rtol=1e-5)


@pytest.mark.parametrize("scores", [[[1000.0, -1000.0, 0.0]], [[-1000.0] * 3], [[0.0] * 3]])
def test_extreme_scores_are_probabilities_too(scores):
    found = models.softmax(np.array(scores))
    assert found.sum() == pytest.approx(1)
    assert np.isfinite(models.sigmoid(np.array(scores))).all()


def test_equal_models_give_equal_bytes(file, tmp_path):
    again, other = tmp_path / "again.npz", tmp_path / "other.npz"
    save(load(file), again)
    save(tiny(seed=1), other)
    assert again.read_bytes() == file.read_bytes() != other.read_bytes()


def test_a_file_appears_whole_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "m.npz"
    path.write_bytes(b"an older file")
    save(tiny(), path)
    assert [each.name for each in tmp_path.iterdir()] == ["m.npz"]
    assert same(load(path), tiny())


def test_a_model_that_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "m.npz"
    path.write_bytes(b"an older file")
    broken = tiny()
    with pytest.raises(TypeError):
        save(Model(broken.weights, broken.bias, broken.lines, broken.pieces, {"card": object()}), path)
    assert path.read_bytes() == b"an older file"
    assert len(list(tmp_path.iterdir())) == 1


def changed(file, path, **replaced):
    """A copy of the tiny model with arrays replaced, or left out where None."""
    held = {name: array for name, array in (arrays(file) | replaced).items() if array is not None}
    np.savez(path, **held)
    return path


def carded(**entries):
    card = {**tiny().card, **entries}
    return np.frombuffer(json.dumps(card).encode(), dtype=np.uint8)


def test_a_copy_by_numpy_is_a_model(file, tmp_path):
    """The helper of the tests below makes files that would load but for what is changed in them."""
    assert same(load(changed(file, tmp_path / "copy.npz")), tiny())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no model",
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(18),
        b"\x93NUMPY",
        b"\x80\x04K\x01.",
        "модель".encode("utf-16"),
    ],
    ids=["empty", "text", "zip head", "empty zip", "npy", "pickle", "utf-16"],
)
def test_a_foreign_file_is_refused(tmp_path, content):
    path = tmp_path / "foreign.npz"
    path.write_bytes(content)
    refusal(path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(file, tmp_path, share):
    whole, path = file.read_bytes(), tmp_path / "half.npz"
    path.write_bytes(whole[: int(len(whole) * share)])
    refusal(path)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_is_the_same_model(file, data):
    whole = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    path = file.with_name("damaged.npz")
    path.write_bytes(bytes(whole))
    try:
        found = load(path)
    except ModelError:
        refusal(path)
    else:
        assert same(found, tiny()), "bytes that mean nothing, such as dates"


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    refusal(tmp_path / "none.npz")
    refusal(tmp_path)


def test_a_file_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "large.npz"
    with path.open("wb") as out:
        out.truncate(models.MAX_BYTES + 1)  # a hole: takes no room on the disk
    assert "larger than" in refusal(path)


def test_a_file_that_unpacks_too_large_is_refused(tmp_path):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("weights.npy", "w") as out:
        for _ in range((models.MAX_BYTES >> 20) + 1):
            out.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    assert "unpacks to more than" in refusal(path)


class Trap:
    """Runs code if it is ever unpickled."""

    def __reduce__(self):
        return exec, ("raise SystemExit('a pickle was loaded')",)


@pytest.mark.parametrize("name", ["card", "bias", "weights", "lines_kinds_leaves", "stranger"])
def test_a_pickle_in_the_file_is_refused_and_never_run(file, tmp_path, name):
    refusal(changed(file, tmp_path / "trap.npz", **{name: np.array([Trap()], dtype=object)}))


@pytest.mark.parametrize("name", sorted(["card", "weights", "bias", *(f"{s}_curve" for s in ("lines", "pieces")),
                                         *(f"{s}_{t}_{p}" for s in ("lines", "pieces") for t in ("kinds", "keep")
                                           for p in ("feature", "border", "leaves", "base"))]))  # fmt: skip
def test_every_array_must_be_there_of_its_own_type_and_shape(file, tmp_path, name):
    whole = arrays(file)[name]
    assert name in refusal(changed(file, tmp_path / "without.npz", **{name: None}))
    if name != "card":
        assert name in refusal(changed(file, tmp_path / "type.npz", **{name: whole.astype(np.float64)}))
        assert name in refusal(changed(file, tmp_path / "flat.npz", **{name: whole[None]}))
        assert name in refusal(changed(file, tmp_path / "letters.npz", **{name: np.array("letters")}))


@pytest.mark.parametrize("name", ["bias", "weights", "lines_kinds_border", "pieces_keep_leaves", "lines_keep_base", "pieces_curve"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused(file, tmp_path, name, value):
    array = arrays(file)[name].copy()
    array.flat[-1] = value
    assert name in refusal(changed(file, tmp_path / "nan.npz", **{name: array}))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("bias", np.zeros(OUTPUTS - 1, np.float32)),
        ("weights", np.zeros((8, OUTPUTS), np.float16)),
        ("lines_kinds_border", np.zeros((3, 3), np.float32)),
        ("lines_kinds_leaves", np.zeros((3, 8, len(KINDS)), np.float32)),
        ("lines_keep_leaves", np.zeros((3, 4, 2), np.float32)),
        ("pieces_kinds_base", np.zeros(3, np.float32)),
        ("pieces_kinds_feature", np.full((3, 2), INPUTS, np.int32)),
        ("pieces_kinds_feature", np.full((3, 2), -1, np.int32)),
        ("pieces_kinds_feature", np.zeros((3, 0), np.int32)),
        ("lines_kinds_feature", np.zeros((3, 40), np.int32)),
        ("lines_curve", np.zeros((2, 0), np.float32)),
        ("lines_curve", np.array([[0, 0], [0, 1]], np.float32)),
        ("lines_curve", np.array([[0, 1], [1, 0]], np.float32)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(file, tmp_path, name, array):
    assert name.split("_")[0] in refusal(changed(file, tmp_path / "shape.npz", **{name: array}))


def test_a_model_without_trees_is_refused(file, tmp_path):
    none = {"lines_keep_feature": (0, 2), "lines_keep_border": (0, 2), "lines_keep_leaves": (0, 4, 1)}
    whole = arrays(file)
    refusal(changed(file, tmp_path / "bare.npz", **{name: np.zeros(shape, whole[name].dtype) for name, shape in none.items()}))


def test_a_member_that_is_no_array_is_refused(file, tmp_path):
    """numpy hands the bytes of such a member over as they are."""
    path = changed(file, tmp_path / "member.npz", bias=None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("bias", b"no array")
    assert "bias" in refusal(path)


@pytest.mark.parametrize(
    "entries",
    [
        {"format": FORMAT + 1},
        {"format": "1\n2"},
        {"features": features.VERSION + 1},
        {"kinds": list(KINDS[:-1])},
        {"kinds": list(reversed(KINDS))},
        {"inputs": None},
        {"inputs": "6"},
        {"inputs": 0},
    ],
    ids=str,
)
def test_a_model_of_another_format_or_of_other_kinds_is_refused(file, tmp_path, entries):
    refusal(changed(file, tmp_path / "other.npz", card=carded(**entries)))


def test_a_refusal_names_both_versions(file, tmp_path):
    message = refusal(changed(file, tmp_path / "other.npz", card=carded(format=77, features=88, declutter="9.9")))
    for version in ("77", "88", "9.9", f"format {FORMAT}", f"features {features.VERSION}"):
        assert version in message


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b'{"format": 1}', b"NaN"],
    ids=lambda content: repr(content[:9]),
)
def test_a_card_that_is_none_is_refused(file, tmp_path, content):
    assert "card" in refusal(changed(file, tmp_path / "card.npz", card=np.frombuffer(content, dtype=np.uint8)))


def test_an_array_with_an_endless_header_is_refused_in_one_line(file, tmp_path):
    """numpy's own message on it has several lines."""
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (21,), }" + b" " * 20_000 + b"\n"
    path = changed(file, tmp_path / "header.npz", bias=None)
    content = io.BytesIO(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(84))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("bias.npy", content.getvalue())
    refusal(path)
