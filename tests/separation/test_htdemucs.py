"""Hybrid Transformer Demucs: its files, its arguments, its network."""

from __future__ import annotations

import inspect
import os
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile as sf
import torch
from safetensors.torch import save_file

from studio.errors import DeviceError, ModelMismatchError, OutOfMemoryError, UnsafeModelError
from studio.job import Job
from studio.nets.weights import read_safetensors
from studio.separation.engines import htdemucs
from studio.separation.engines.htdemucs import HTDemucsEngine
from studio.separation.stream import StreamOptions, separate_song

make = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("random_htdemucs.py"))))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny random weights."""
    return make.write(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


def mixture(n_samples: int = 22050, batch: int = 1) -> np.ndarray:
    """Noise at deviation 1, as a normalised engine gets it."""
    rng = np.random.default_rng(440)
    return rng.standard_normal((batch, 2, n_samples)).astype(np.float32)


@pytest.mark.parametrize("suffix", [".safetensors", ".th"])
def test_both_kinds_of_file_give_the_same_engine(
    tmp_path: Path, weights: Path, suffix: str
) -> None:
    """Sources in the order of the file, and the published segment rule."""
    path = make.write(tmp_path / f"x{suffix}")

    engine = HTDemucsEngine.open("cpu", path)

    assert engine.stems == ("drums", "bass", "other", "vocals")
    assert engine.complete
    assert (engine.sample_rate, engine.channels, engine.segment_samples) == (44100, 2, 22050)
    want = HTDemucsEngine.open("cpu", weights).separate(mixture())
    np.testing.assert_array_equal(engine.separate(mixture()), want)


def test_it_computes_what_the_package_computes(weights: Path) -> None:
    """The weights arrive where they belong: same output as its own network, to the bit."""
    state, _ = read_safetensors(weights)
    network = make.HTDemucs(**make.TINY)
    network.load_state_dict(state)
    with torch.no_grad():
        want = network.eval()(torch.from_numpy(mixture(batch=2))).numpy()

    got = HTDemucsEngine.open("cpu", weights).separate(mixture(batch=2))

    assert got.shape == (2, 4, 2, 22050)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, want, atol=1e-6)


def test_the_seed_of_others_is_left_alone(weights: Path) -> None:
    """Building a network draws no random numbers."""
    torch.manual_seed(1)
    want = torch.rand(3)

    torch.manual_seed(1)
    HTDemucsEngine.open("cpu", weights)

    assert torch.equal(torch.rand(3), want)


def test_denormals_are_flushed_for_the_network_only(weights: Path) -> None:
    """Other arithmetic of the process keeps them."""
    HTDemucsEngine.open("cpu", weights).separate(mixture())

    assert torch.tensor([1e-40]).mul(0.5).item() > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "parameters"), [("PUBLISHED", 41_984_456), ("PUBLISHED_SIX", 27_414_996)]
)
def test_the_published_networks_have_their_size(
    tmp_path: Path, arguments: str, parameters: int
) -> None:
    """41.98 and 27.4 million parameters, segments of 7.8 s, and one of them is separated."""
    path = make.write(tmp_path / "x.safetensors", getattr(make, arguments))
    engine = HTDemucsEngine.open("cpu", path)

    assert sum(p.numel() for p in engine._network.parameters()) == parameters
    assert engine.segment_samples == 343_980
    assert np.isfinite(engine.separate(mixture(343_980))).all()
    if arguments == "PUBLISHED":
        assert engine.cost.parameters == parameters


def test_six_stems(tmp_path: Path) -> None:
    """Guitar and piano come last."""
    path = make.write(tmp_path / "six.safetensors", make.TINY | {"sources": make.SIX})

    engine = HTDemucsEngine.open("cpu", path)

    assert engine.stems == ("drums", "bass", "other", "vocals", "guitar", "piano")
    assert engine.separate(mixture()).shape == (1, 6, 2, 22050)


def test_a_network_for_one_source_is_not_complete(tmp_path: Path) -> None:
    """The stream then adds the rest."""
    path = make.write(tmp_path / "one.safetensors", make.TINY | {"sources": ["vocals"]})

    engine = HTDemucsEngine.open("cpu", path)

    assert engine.stems == ("vocals",)
    assert not engine.complete


def test_random_weights_run_through_the_stream(tmp_path: Path, weights: Path) -> None:
    """At another rate, in mono, and the sum is the song."""
    samples = 0.1 * mixture(70_001)[0, 0]
    sf.write(tmp_path / "song.wav", samples, 48_000, subtype="FLOAT")
    engine = HTDemucsEngine.open("cpu", weights)

    names = separate_song(engine, tmp_path / "song.wav", tmp_path / "out", StreamOptions(), Job())

    stems = [sf.read(tmp_path / "out" / f"{name}.wav")[0] for name in names]
    assert [stem.shape for stem in stems] == [(70_001,)] * 4
    assert np.abs(np.sum(stems, axis=0) - samples).max() < 1e-6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sources", None),
        ("sources", []),
        ("sources", ["drums", "drums"]),
        ("sources", ["../../drums"]),
        ("sources", "drums"),
        ("audio_channels", 6),
        ("audio_channels", True),
        ("samplerate", 0),
        ("segment", 0),
        ("segment", 1e9),
        ("segment", float("nan")),
        ("channels", 48.5),
        ("channels", 4096),
        ("growth", 4),
        ("depth", 6),
        ("nfft", 512),
        ("t_emb", "cape"),
        ("t_sparse_self_attn", True),
        ("cac", 1),
        ("t_layers", "5"),
        ("an_argument_of_tomorrow", 1),
    ],
)
@pytest.mark.parametrize("suffix", [".safetensors", ".th"])
def test_arguments_out_of_range_are_named(
    tmp_path: Path, weights: Path, name: str, value: object, suffix: str
) -> None:
    """Before anything is built from them."""
    path = tmp_path / f"x{suffix}"
    _write(path, weights, make.TINY | {name: value})

    with pytest.raises(ModelMismatchError, match=name):
        HTDemucsEngine.open("cpu", path)


def test_every_argument_of_the_package_is_known() -> None:
    """A version with another one fails here, not at a user's."""
    known = set(inspect.signature(make.HTDemucs).parameters)

    assert known == set(htdemucs._ARGUMENTS)


@pytest.mark.parametrize("damage", ["missing", "unexpected", "shape"])
def test_every_tensor_must_find_its_place(tmp_path: Path, weights: Path, damage: str) -> None:
    """No more, no fewer, of the right shape."""
    state, _ = read_safetensors(weights)
    name = next(iter(state))
    if damage == "missing":
        del state[name]
    elif damage == "unexpected":
        state["more"] = torch.zeros(1)
    else:
        state[name] = torch.zeros(1)
    make.write_described(tmp_path / "x.safetensors", make.TINY, state)

    with pytest.raises(ModelMismatchError, match="do not fit"):
        HTDemucsEngine.open("cpu", tmp_path / "x.safetensors")


@pytest.mark.parametrize("klass", ["os.system", "demucs.hdemucs.HDemucs", "", "htdemucs.HTDemucs"])
def test_another_class_is_neither_imported_nor_built(
    tmp_path: Path, weights: Path, klass: str
) -> None:
    """The name in the file is compared, never looked up."""
    make.write_described(tmp_path / "x", make.TINY, read_safetensors(weights)[0], klass)

    with pytest.raises(ModelMismatchError, match="another network"):
        HTDemucsEngine.open("cpu", tmp_path / "x")


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": "not JSON"},
        {"klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": "[]"},
        {"klass": "demucs.htdemucs.HTDemucs", "args": "[]"},
        {"klass": "demucs.htdemucs.HTDemucs", "args": "[4]", "kwargs": "{}"},
        {"klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": "{}", "structure": "{}"},
        {
            "klass": "demucs.htdemucs.HTDemucs",
            "args": "[]",
            "kwargs": '{"segment": {"_type": "fraction", "numerator": 1, "denominator": 0}}',
        },
    ],
)
def test_a_file_that_does_not_describe_its_network_is_refused(
    tmp_path: Path, metadata: dict[str, str]
) -> None:
    """Such as any other safetensors, or packed weights."""
    save_file({"x": torch.zeros(1)}, tmp_path / "x", metadata)

    with pytest.raises(ModelMismatchError):
        HTDemucsEngine.open("cpu", tmp_path / "x")


@pytest.mark.parametrize("package", [[1, 2], {}, {"klass": 1}, {"state": {}}])
def test_a_pickle_of_something_else_is_refused(tmp_path: Path, package: object) -> None:
    """Though it is harmless."""
    torch.save(package, tmp_path / "x.th")

    with pytest.raises(ModelMismatchError):
        HTDemucsEngine.open("cpu", tmp_path / "x.th")


def test_planted_code_is_not_run(tmp_path: Path) -> None:
    """A file with the right network and one thing more."""
    mark = tmp_path / "it ran"

    class Planted:
        def __reduce__(self) -> object:
            return os.system, (f"touch '{mark}'",)

    package = {"klass": make.HTDemucs, "args": (), "kwargs": make.TINY, "state": {}, "x": Planted()}
    torch.save(package, tmp_path / "x.th")

    with pytest.raises(UnsafeModelError, match="system"):
        HTDemucsEngine.open("cpu", tmp_path / "x.th")
    assert not mark.exists()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("MPS backend out of memory (MPS allocated: 5.0 GB)"),
    ],
)
def test_full_memory_becomes_our_error(
    weights: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """In each of torch's wordings; the device is named."""
    engine = HTDemucsEngine.open("cpu", weights)

    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(engine._network, "forward", full)
    with pytest.raises(OutOfMemoryError, match="cpu"):
        engine.separate(mixture())


def test_other_errors_of_torch_pass(weights: Path) -> None:
    """A bug is not full memory."""
    engine = HTDemucsEngine.open("cpu", weights)

    with pytest.raises(RuntimeError):
        engine.separate(mixture()[:, :1])


@pytest.mark.parametrize("device", ["cuda:99", "meta", "xpu", "nonsense", "cpu:1"])
def test_a_device_that_is_not_there_is_refused(weights: Path, device: str) -> None:
    """Never another in its place."""
    with pytest.raises(DeviceError, match=device):
        HTDemucsEngine.open(device, weights)


def _write(path: Path, weights: Path, arguments: dict[str, Any]) -> None:
    """The tiny weights under another description."""
    state, _ = read_safetensors(weights)
    write = make.write_pickled if path.suffix == ".th" else make.write_described
    write(path, arguments, state)
