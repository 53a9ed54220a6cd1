"""Model files: written, read back, and refused in one plain line where they cannot be used."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declutter import features
from declutter import model as models
from declutter.breaks import BUCKETS as GAP_BUCKETS
from declutter.breaks import NUMBERS as GAP_NUMBERS
from declutter.breaks import Breaks
from declutter.context import number_names
from declutter.features import BUCKETS, KEPT_COLUMNS
from declutter.kinds import KINDS
from declutter.markup import MARKUP_BUCKETS, page_number_names
from declutter.model import EDGE_WEIGHT, FORMAT, OUTPUTS, Model, ModelError, Pages, Stage, load, save
from declutter.network import LEVELS, REACHES, WIDEST, Layer, Network

INPUTS = len(number_names())
PAGE_INPUTS = INPUTS + len(page_number_names())
STAGES = {"lines": INPUTS, "pieces": INPUTS, "pages": PAGE_INPUTS}
LAYERS = ("first", "around", "inner", "whole", "most", "last")
PARTS = ("middle", "scale", "tops", *(f"{layer}{part}" for layer in LAYERS for part in ("", "_unit", "_bias")))
WIDTH = 4


def normal(rng, *shape):
    return rng.standard_normal(shape).astype(np.float32)


def tiny_network(rng, inputs, outputs):
    def layer(*shape):
        units = shape[:-1]
        return Layer(rng.integers(-127, 128, shape).astype(np.float32), normal(rng, *units) / (100 * LEVELS), normal(rng, *units))

    blocks, wide = len(REACHES), (WIDTH, WIDTH)
    layers = (
        layer(WIDTH, inputs),
        layer(blocks, WIDTH, 3 * WIDTH),
        layer(blocks, *wide),
        layer(*wide),
        layer(WIDTH, 2 * WIDTH),
        layer(outputs, WIDTH),
    )
    middle, scale = normal(rng, 2, inputs)
    return Network(middle, scale, *layers, np.exp(normal(rng, 2 * blocks + 2)))


def tiny_stage(rng, inputs):
    curve = np.array([[0, 0.5, 1], [0.1, 0.4, 0.9]], dtype=np.float32)
    networks = tuple(tiny_network(rng, inputs + OUTPUTS, len(KINDS)) for _ in range(2))
    return Stage(networks, normal(rng, len(KINDS)), curve, 0.25)


def tiny(seed=0, *, pages=True):
    """A model of the right shapes that knows nothing, with or without the part for pages."""
    rng = np.random.default_rng(seed)
    weights, markup = np.zeros((BUCKETS, OUTPUTS), dtype=np.float32), np.zeros((MARKUP_BUCKETS, OUTPUTS), dtype=np.float32)
    weights[:50] = normal(rng, 50, OUTPUTS).astype(np.float16)
    markup[:50] = normal(rng, 50, OUTPUTS).astype(np.float16)
    lines, pieces, whole = (tiny_stage(rng, inputs) for inputs in STAGES.values())
    learned = Pages(markup, normal(rng, OUTPUTS), whole) if pages else None
    card = {"format": FORMAT, "features": features.VERSION, "kinds": list(KINDS), "declutter": "0", "note": "é"}
    breaks = Breaks(
        normal(rng, GAP_BUCKETS).astype(np.float16).astype(np.float32), 0.5, tuple(tiny_network(rng, GAP_NUMBERS, 2) for _ in range(2))
    )
    return Model(weights, normal(rng, OUTPUTS), lines, pieces, breaks, learned, card)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "tiny.npz"
    save(tiny(), path)
    return path


@pytest.fixture(scope="module")
def without_pages(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "texts.npz"
    save(tiny(pages=False), path)
    return path


def arrays(path):
    with np.load(path, allow_pickle=False) as held:
        return {name: held[name] for name in held.files}


def one(count):
    """The bounds of a single text."""
    return np.array([0, count])


def alone(count):
    """What a first stage might say of some lines."""
    return models.probabilities(normal(np.random.default_rng(3), count, OUTPUTS), np.ones(count), np.zeros(OUTPUTS, np.float32))


def stages_of(model):
    return [model.lines, model.pieces, *([model.pages.stage] if model.pages else [])]


def same(one, two):
    if (one.pages is None) != (two.pages is None) or one.card != two.card:
        return False
    mine, theirs = stages_of(one), stages_of(two)
    pairs = [(one.weights, two.weights), (one.bias, two.bias)]
    pairs += [(one.breaks.weights, two.breaks.weights), (one.breaks.bias, two.breaks.bias)]
    pairs += [(getattr(a, name), getattr(b, name)) for a, b in zip(mine, theirs, strict=True) for name in ("tilt", "curve", "cut")]
    if [len(stage.kinds) for stage in mine] != [len(stage.kinds) for stage in theirs]:
        return False
    networks = [pair for a, b in zip(mine, theirs, strict=True) for pair in zip(a.kinds, b.kinds, strict=True)]
    if len(one.breaks.networks) != len(two.breaks.networks):
        return False
    networks += zip(one.breaks.networks, two.breaks.networks, strict=True)
    pairs += [(getattr(a, name), getattr(b, name)) for a, b in networks for name in ("middle", "scale", "tops")]
    layers = [(getattr(a, layer), getattr(b, layer)) for a, b in networks for layer in LAYERS]
    pairs += [(getattr(a, part), getattr(b, part)) for a, b in layers for part in ("weights", "unit", "bias")]
    if one.pages:
        pairs += [(one.pages.weights, two.pages.weights), (one.pages.bias, two.pages.bias)]
    return all(np.asarray(a).dtype == np.asarray(b).dtype and np.array_equal(a, b) for a, b in pairs)


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


@pytest.mark.parametrize("pages", [True, False])
def test_what_is_saved_is_loaded(file, without_pages, pages):
    assert same(load(file if pages else without_pages), tiny(pages=pages))


def test_models_with_and_without_pages_are_told_apart(file, without_pages):
    assert load(file).pages is not None
    assert load(without_pages).pages is None
    assert not same(load(file), load(without_pages))
    assert not [name for name in arrays(without_pages) if name.startswith(("markup", "pages"))]


def test_a_loaded_model_answers_as_the_saved_one(file):
    for mine, theirs, inputs in zip(stages_of(load(file)), stages_of(tiny()), STAGES.values(), strict=True):
        columns = normal(np.random.default_rng(1), inputs, 9)
        said, meant = (stage.predict(columns, alone(9), one(9)) for stage in (mine, theirs))
        assert [part.tolist() for part in said] == [part.tolist() for part in meant]


def test_answers_are_probabilities():
    for stage, inputs in zip(stages_of(tiny()), STAGES.values(), strict=True):
        kinds, keep = stage.predict(normal(np.random.default_rng(1), inputs, 50), alone(50), one(50))
        assert kinds.shape == (50, len(KINDS))
        assert kinds.sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert ((keep >= 0.1) & (keep <= 0.9)).all(), "the curve says so"


def test_keep_is_the_probability_of_the_kept_kinds_before_the_tilt():
    columns = normal(np.random.default_rng(1), INPUTS, 20)
    level = dataclasses.replace(tiny().lines, tilt=np.zeros(len(KINDS), np.float32), curve=np.array([[0, 1], [0, 1]], dtype=np.float32))
    kinds, keep = level.predict(columns, alone(20), one(20))
    np.testing.assert_allclose(keep, kinds[:, KEPT_COLUMNS].sum(axis=1), rtol=1e-5)
    tilted = dataclasses.replace(level, tilt=normal(np.random.default_rng(2), len(KINDS)))
    assert tilted.predict(columns, alone(20), one(20))[1].tolist() == keep.tolist()
    assert not np.allclose(tilted.predict(columns, alone(20), one(20))[0], kinds)


def test_the_kinds_lean_on_what_the_line_looks_like_alone():
    columns = normal(np.random.default_rng(1), INPUTS, 20)
    sure = np.full((20, OUTPUTS), 1e-6, dtype=np.float32)
    sure[:, 3] = 1
    level = np.full((20, OUTPUTS), 0.05, dtype=np.float32)
    network = tiny().lines.kinds[0]
    silent = dataclasses.replace(network, last=dataclasses.replace(network.last, weights=np.zeros_like(network.last.weights)))
    stage = dataclasses.replace(tiny().lines, kinds=(silent,))
    leaning, straight = (stage.predict(columns, alone, one(20))[0] for alone in (sure, level))
    assert (leaning[:, 3] > straight[:, 3]).all()


def test_a_tilt_favours_its_kind():
    columns = normal(np.random.default_rng(1), INPUTS, 20)
    for slot in range(len(KINDS)):
        tilt = np.zeros(len(KINDS), np.float32)
        tilt[slot] = 50
        kinds, _ = dataclasses.replace(tiny().lines, tilt=tilt).predict(columns, alone(20), one(20))
        assert set(kinds.argmax(axis=1).tolist()) == {slot}


def test_keep_rises_with_the_probability_of_the_kept_kinds():
    stage = tiny().lines
    columns = normal(np.random.default_rng(1), INPUTS, 60)
    raw = dataclasses.replace(stage, curve=np.array([[0, 1], [0, 1]], dtype=np.float32)).predict(columns, alone(60), one(60))[1]
    keep = stage.predict(columns, alone(60), one(60))[1]
    assert (np.diff(keep[np.argsort(raw, kind="stable")]) >= 0).all()


def test_a_file_holds_whole_numbers_as_bytes_and_weights_as_half_floats(file):
    held = arrays(file)
    of_type = {kind: {name for name, array in held.items() if array.dtype == kind} for kind in ("int8", "float16")}
    assert of_type["int8"] == {f"{stage}{number}_{layer}" for stage in (*STAGES, "breaks") for number in (0, 1) for layer in LAYERS}
    assert of_type["float16"] == {"weights", "breaks", "markup"}
    columns = normal(np.random.default_rng(1), INPUTS, 50)
    mine, theirs = (model.lines.predict(columns, alone(50), one(50)) for model in (load(file), tiny()))
    assert np.array_equal(mine[0], theirs[0])
    assert np.array_equal(mine[1], theirs[1])


def test_no_lines_have_no_answers():
    for stage, inputs in zip(stages_of(tiny()), STAGES.values(), strict=True):
        kinds, keep = stage.predict(np.zeros((inputs, 0), dtype=np.float32), alone(0), one(0))
        assert kinds.shape == (0, len(KINDS))
        assert keep.shape == (0,)
    own, pieces = tiny().look(np.zeros(0, np.int32), np.zeros(1, np.int32), np.zeros(0, np.int64), edges_of(0), edges_of(0))
    assert own.shape == pieces.shape == (0, OUTPUTS)


def edges_of(lines):
    """The same edges for each of some lines."""
    return np.full((lines, features.EDGES), 3, dtype=np.int32)


def test_a_line_of_one_piece_looks_like_its_piece():
    buckets, bounds = np.array([1, 2, 3, 4, 4], np.int32), np.array([0, 2, 5], np.int32)
    alone, pieces = tiny().look(buckets, bounds, np.array([0, 1]), edges_of(2), edges_of(0))
    assert alone.tolist() == pieces.tolist()
    together, _ = tiny().look(buckets, bounds, np.array([0]), edges_of(1), edges_of(2))
    whole, _ = tiny().look(buckets, np.array([0, 5], np.int32), np.array([0]), edges_of(1), edges_of(0))
    np.testing.assert_allclose(together, whole, rtol=1e-5)


def test_edges_count_alike_in_short_lines_and_long_ones():
    model = tiny()
    telling = dataclasses.replace(model, weights=np.zeros_like(model.weights), bias=np.zeros_like(model.bias))
    telling.weights[7, 3] = 2
    buckets, bounds = np.arange(100, 130, dtype=np.int32), np.array([0, 2, 30], np.int32)
    ends = np.stack([np.full(features.EDGES, 50), np.r_[7, np.full(features.EDGES - 1, 50)]])
    for lines in (ends, ends[::-1]):
        alone, _ = telling.look(buckets, bounds, np.array([0, 1]), lines, edges_of(0))
        told = 1 + np.expm1(2 * EDGE_WEIGHT)  # of one kind of as many, all others 1
        np.testing.assert_allclose(np.sort(alone[:, 3]), [1 / len(KINDS), told / (told + len(KINDS) - 1)], rtol=1e-5)


@pytest.mark.parametrize("scores", [[[1000.0, -1000.0, 0.0]], [[-1000.0] * 3], [[0.0] * 3]])
def test_extreme_scores_are_probabilities_too(scores):
    found = models.softmax(np.array(scores))
    assert found.sum() == pytest.approx(1)
    assert np.isfinite(models.sigmoid(np.array(scores))).all()


@pytest.mark.parametrize("pages", [True, False])
def test_equal_models_give_equal_bytes(file, without_pages, tmp_path, pages):
    held, again, other = file if pages else without_pages, tmp_path / "again.npz", tmp_path / "other.npz"
    save(load(held), again)
    save(tiny(seed=1, pages=pages), other)
    assert again.read_bytes() == held.read_bytes() != other.read_bytes()


def test_a_file_appears_whole_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "m.npz"
    path.write_bytes(b"an older file")
    save(tiny(), path)
    assert [each.name for each in tmp_path.iterdir()] == ["m.npz"]
    assert same(load(path), tiny())


def test_a_model_that_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "m.npz"
    path.write_bytes(b"an older file")
    with pytest.raises(TypeError):
        save(dataclasses.replace(tiny(), card={"card": object()}), path)
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
    assert "model" in refusal(path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(file, tmp_path, share):
    whole, path = file.read_bytes(), tmp_path / "half.npz"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "not a model file" in refusal(path)


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
    assert "No such file" in refusal(tmp_path / "none.npz")
    assert "directory" in refusal(tmp_path)


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


@pytest.mark.parametrize("name", ["card", "bias", "weights", "lines_leaves", "markup", "pages_tilt", "stranger"])
def test_a_pickle_in_the_file_is_refused_and_never_run(file, tmp_path, name):
    assert "allow_pickle" in refusal(changed(file, tmp_path / "trap.npz", **{name: np.array([Trap()], dtype=object)}))


ARRAYS = (
    ["card", "weights", "bias", "breaks", "breaks_bias", "markup", "markup_bias"]
    + [f"{stage}_{part}" for stage in STAGES for part in ("curve", "tilt", "cut")]
    + [f"{stage}{number}_{part}" for stage in (*STAGES, "breaks") for number in (0, 1) for part in PARTS]
)


def test_a_model_holds_these_arrays_and_no_others(file, without_pages):
    assert sorted(arrays(file)) == sorted(ARRAYS)
    assert sorted(arrays(without_pages)) == sorted(name for name in ARRAYS if not name.startswith(("markup", "pages")))


def test_a_model_of_too_little_for_a_network_over_gaps_has_none(tmp_path):
    model = dataclasses.replace(tiny(), breaks=dataclasses.replace(tiny().breaks, networks=()))
    save(model, tmp_path / "model.npz")
    assert same(load(tmp_path / "model.npz"), model)


@pytest.mark.parametrize("name", ARRAYS)
def test_every_array_must_be_there_of_its_own_type_and_shape(file, tmp_path, name):
    whole = arrays(file)[name]
    assert name in refusal(changed(file, tmp_path / "without.npz", **{name: None}))
    if name != "card":
        assert name in refusal(changed(file, tmp_path / "type.npz", **{name: whole.astype(np.float64)}))
        assert name in refusal(changed(file, tmp_path / "flat.npz", **{name: whole[None]}))
        assert name in refusal(changed(file, tmp_path / "letters.npz", **{name: np.array("letters")}))


@pytest.mark.parametrize(
    "name",
    [
        "bias",
        "weights",
        "markup",
        "markup_bias",
        "lines0_middle",
        "pieces1_first_unit",
        "pages0_last_bias",
        "pages0_tops",
        "pieces_curve",
        "lines_tilt",
    ],
)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused(file, tmp_path, name, value):
    array = arrays(file)[name].copy()
    array.flat[-1] = value
    assert name in refusal(changed(file, tmp_path / "nan.npz", **{name: array}))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("bias", np.zeros(OUTPUTS - 1, np.float32)),
        ("breaks", np.zeros(GAP_BUCKETS - 1, np.float16)),
        ("breaks_bias", np.full(1, 1e9, np.float32)),
        ("breaks0_first", np.zeros((WIDTH, GAP_NUMBERS + 1), np.int8)),
        ("breaks0_last", np.zeros((len(KINDS), WIDTH), np.int8)),
        ("weights", np.zeros((8, OUTPUTS), np.float16)),
        ("markup", np.zeros((MARKUP_BUCKETS // 2, OUTPUTS), np.float16)),
        ("markup", np.zeros((MARKUP_BUCKETS, len(KINDS)), np.float16)),
        ("markup_bias", np.zeros(len(KINDS), np.float32)),
        ("lines0_middle", np.zeros(INPUTS, np.float32)),
        ("lines0_around", np.zeros((len(REACHES), WIDTH, 3 * WIDTH + 1), np.int8)),
        ("pieces1_inner", np.zeros((len(REACHES) - 1, WIDTH, WIDTH), np.int8)),
        ("pages0_whole", np.zeros((WIDTH, WIDTH + 1), np.int8)),
        ("pages0_whole", np.zeros((WIDTH + 1, WIDTH + 1), np.int8)),
        ("lines0_last", np.zeros((OUTPUTS, WIDTH), np.int8)),
        ("pieces1_last_bias", np.zeros(OUTPUTS, np.float32)),
        ("lines0_around_unit", np.zeros((len(REACHES), WIDTH + 1), np.float32)),
        ("lines0_tops", np.zeros(2 * len(REACHES) + 2, np.float32)),
        ("pages0_tops", np.full(2 * len(REACHES) + 2, -1, np.float32)),
        *((f"{stage}0_first", np.zeros((WIDTH, inputs), np.int8)) for stage, inputs in STAGES.items()),
        ("lines_tilt", np.zeros(OUTPUTS, np.float32)),
        ("pieces_tilt", np.zeros(1, np.float32)),
        ("pages_tilt", np.zeros((1, len(KINDS)), np.float32)),
        ("lines_cut", np.zeros(2, np.float32)),
        ("pieces_cut", np.array([-0.1], np.float32)),
        ("pages_cut", np.array([1.1], np.float32)),
        ("lines_curve", np.zeros((2, 0), np.float32)),
        ("lines_curve", np.zeros((2, 1), np.float32)),
        ("pieces_curve", np.array([[0, 0.5, 1]], np.float32)),
        ("pages_curve", np.array([[0, 0], [0, 1]], np.float32)),
        ("lines_curve", np.array([[0, 1], [1, 0]], np.float32)),
        ("lines_curve", np.array([[0, 1], [-1, 1]], np.float32)),
        ("pages_curve", np.array([[0, 1], [0, 1.5]], np.float32)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(file, tmp_path, name, array):
    assert name.split("_")[0] in refusal(changed(file, tmp_path / "shape.npz", **{name: array}))


@pytest.mark.parametrize("name", ["bias", "markup_bias", "lines0_last_bias", "pieces_tilt", "pages0_first_unit"])
def test_scores_that_would_overflow_are_refused(file, tmp_path, name):
    array = arrays(file)[name].copy()
    array[0] = np.finfo(np.float32).max
    assert name in refusal(changed(file, tmp_path / "huge.npz", **{name: array}))


@pytest.mark.parametrize("width", [0, WIDEST + 1])
def test_a_network_of_no_values_or_too_many_is_refused(file, tmp_path, width):
    """Of a wider one the sums would not be exact."""
    for stage in STAGES:
        whole = {f"{stage}0_whole": np.zeros((width, width), np.int8)}
        assert f"{stage}0 holds no network" in refusal(changed(file, tmp_path / "wide.npz", **whole))


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
        {"kinds": None},
    ],
    ids=str,
)
def test_a_model_of_another_format_or_of_other_kinds_is_refused(file, tmp_path, entries):
    message = refusal(changed(file, tmp_path / "other.npz", card=carded(**entries)))
    assert ("other kinds" in message) == ("kinds" in entries)


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
    assert "not a model file" in refusal(path)
