"""Waves on the nodes against the NumPy reference: every bit, rule, edge and number type; what they keep.

Tests that `test_mutations` calls take what is under test as an argument with a default.
"""

import tomllib
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tauscope.engine.gravity.reference_waves import WaveReference, geodesics
from tauscope.gpu.gravity import cpu, wave_kernels
from tauscope.gpu.gravity.form import Form
from tauscope.gpu.gravity.lattice import Lattice
from tauscope.gpu.gravity.messages import MessageLattice
from tauscope.gpu.gravity.waves import Waves, centred
from tests.engine.gravity.test_kernels import SURVIVAL, WINDOW, disc, pair

MASSES = (0.0, 0.6, 1.2)
TOLERANCES = tomllib.loads((Path(__file__).parents[2] / "tolerances.toml").read_text(encoding="utf-8"))[
    "gravity"
]["wave"]


def bumps(shape, count, seed=4):
    draw = np.random.default_rng(seed)
    return [(draw.normal(size=shape), draw.normal(size=shape)) for _ in range(count)]


def assert_same_waves(lattice, references):
    for wave, reference in enumerate(references):
        for name in ("psi", "pi"):
            differing = np.count_nonzero(lattice.read_wave(wave, name) != getattr(reference, name))
            assert differing == 0, f"{name} of wave {wave} differs at {differing} nodes"


def references_of(lattice, boundary, neighbourhood, step):
    shape = lattice.ny, lattice.nx
    dtype = lattice.read("live").dtype
    sinks = disc(shape) if boundary == "disc" else None
    options = {"step": step, "periodic": boundary == "periodic", "moore": neighbourhood == "moore"}
    found = []
    for wave, (psi, pi) in enumerate(bumps(shape, len(MASSES))):
        if sinks is not None:
            psi[sinks] = pi[sinks] = 0
        lattice.write_wave(wave, "psi", psi)
        lattice.write_wave(wave, "pi", pi)
        found.append(WaveReference(psi, pi, mass=MASSES[wave], dtype=dtype, sinks=sinks, **options))
    return found


QUICK = {
    ("airtime", "float32", "von_neumann"),
    ("airtime", "float64", "moore"),
    ("fluid", "float32", "moore"),
}
CASES = [
    pytest.param(rule, boundary, dtype, hood, marks=() if (rule, dtype, hood) in QUICK else pytest.mark.slow)
    for rule, boundary, dtype, hood in product(
        ("airtime", "fluid"),
        ("absorbing", "reflective", "periodic", "disc"),
        ("float32", "float64", "int32"),
        ("von_neumann", "moore"),
    )
    if rule == "airtime" or dtype != "int32"
]
"""Each variant of the kernel takes seconds to compile; the others run with the slow tests."""


@pytest.mark.parametrize(("rule", "boundary", "dtype", "neighbourhood"), CASES)
def test_wave_equals_reference_bit_for_bit(
    rule, boundary, dtype, neighbourhood, kernels=cpu, parts=(1, 2, 23)
):
    """The sweep of several ticks, with the g of each tick read from a lattice that does one at a time."""
    lattice, _ = pair(rule, boundary, dtype, neighbourhood, kernels=kernels)
    slow, _ = pair(rule, boundary, dtype, neighbourhood)
    lattice.waves.set_pace(0.45)
    lattice.set_masses(MASSES, [-1] * 3)
    references = references_of(lattice, boundary, neighbourhood, 0.45)
    for part in parts:
        lattice.advance(part, SURVIVAL, WINDOW)
        for _ in range(part):
            slow.advance(1, SURVIVAL, WINDOW)
            for reference in references:
                reference.tick(slow.read("live"))
        assert_same_waves(lattice, references)
    assert np.array_equal(lattice.read("traffic"), slow.read("traffic")), "a wave acted on the lattice"


@pytest.mark.parametrize(("dtype", "capacity"), [("float32", "map"), ("float64", "constant")])
def test_threads_do_not_matter_to_waves(dtype, capacity):
    found = []
    for threads in (1, 3):
        lattice, _ = pair("airtime", "periodic", dtype, "von_neumann", capacity, threads=threads)
        lattice.set_masses(MASSES, [-1] * 3)
        references_of(lattice, "periodic", "von_neumann", 0.5)
        lattice.advance(40, SURVIVAL, WINDOW)
        found.append([lattice.read_wave(w, name) for w in range(3) for name in ("psi", "pi")])
    assert all(np.array_equal(one, many) for one, many in zip(*found, strict=True))


@pytest.mark.parametrize(("boundary", "neighbourhood"), [("periodic", "moore"), ("absorbing", "von_neumann")])
def test_waves_of_the_message_rules_equal_the_reference(boundary, neighbourhood, kernels=wave_kernels):
    lattice = MessageLattice(Form(11, 14, "float64", "literal", boundary, neighbourhood))
    lattice.waves._kernels = kernels
    lattice.write("emission", np.random.default_rng(1).uniform(0, 3, (11, 14)))
    lattice.set_masses(MASSES, [-1] * 3)
    references = references_of(lattice, boundary, neighbourhood, 0.5)
    for _ in range(4):
        lattice.advance(1, 1.0, WINDOW)
        for reference in references:
            reference.tick(lattice.read("live"))
    assert_same_waves(lattice, references)


def test_removed_and_new_waves_leave_the_others_alone():
    lattice, _ = pair("airtime", "periodic", "float64")
    lattice.set_masses(MASSES, [-1] * 3)
    references = references_of(lattice, "periodic", "von_neumann", 0.5)
    lattice.advance(3, SURVIVAL, WINDOW)
    kept = lattice.read_wave(2, "psi"), lattice.read_wave(0, "psi")
    lattice.set_masses((MASSES[2], 0.3, MASSES[0]), (2, -1, 0))
    assert np.array_equal(lattice.read_wave(0, "psi"), kept[0])
    assert np.array_equal(lattice.read_wave(2, "psi"), kept[1])
    assert not lattice.read_wave(1, "psi").any()
    assert len(references) == 3


@pytest.mark.parametrize("neighbourhood", ["von_neumann", "moore"])
@pytest.mark.parametrize("boundary", ["absorbing", "periodic"])
def test_energy_and_centre_equal_numpy(boundary, neighbourhood, kernels=wave_kernels):
    form = Form(12, 15, "float64", "airtime", boundary, neighbourhood)
    lo, hi = np.full(12, 16), np.full(12, 31)
    found = Waves(form, lo, hi, kernels)
    found.set_masses((0.6,), (-1,), 0)
    psi, pi = bumps((12, 15), 1)[0]
    found.write(0, "psi", psi, 0)
    found.write(0, "pi", pi, 0)
    g = np.random.default_rng(3).uniform(0.5, 1, (12, 15))
    reference = WaveReference(
        psi, pi, mass=0.6, periodic=boundary == "periodic", moore=neighbourhood == "moore"
    )
    assert found.energy(0, 0, g, 0, 0) == pytest.approx(reference.energy(g), rel=1e-12)
    padded = np.pad(psi, 1, mode="wrap" if boundary == "periodic" else "constant")
    sides = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    density = pi**2 + 0.36 * psi**2 + 0.5 * sum((psi - side) ** 2 for side in sides)
    density[1::2] = 0  # every other row is read
    x, y = 7.0, 5.0
    off_x, off_y = np.arange(15) - x, np.arange(12) - y
    if boundary == "periodic":
        off_x, off_y = (off_x + 7.5) % 15 - 7.5, (off_y + 6) % 12 - 6
    wanted = (
        x + (density * off_x).sum() / density.sum(),
        y + (density * off_y[:, None]).sum() / density.sum(),
    )
    assert found.centre(0, 0, x, y) == pytest.approx(wanted, rel=1e-12)
    assert centred(np.zeros(3), np.zeros(3), np.arange(3), 1.5, 2.5, form) == (1.5, 2.5)


def test_22_a_wave_run_backwards_returns_to_its_start():
    """Leapfrog is its own inverse: from psi of the tick before, with the sign of pi turned, it goes back."""
    lattice = Lattice(Form(64, 64, "float64", "airtime", "absorbing"))
    lattice.set_masses((0.6,), (-1,))
    y, x = np.indices((64, 64))
    psi = np.exp(-((x - 30.0) ** 2 + (y - 33.0) ** 2) / 50) * np.cos(0.5 * x)
    lattice.write_wave(0, "psi", psi)
    lattice.advance(400, 1.0, 300.0)
    assert np.abs(lattice.read_wave(0, "psi") - psi).max() > 0.1
    # psi_n and psi_(n+1) change places: the first step back must find the pi that led from n to n + 1.
    now, half = lattice.read_wave(0, "psi"), lattice.read_wave(0, "pi")
    lattice.write_wave(0, "psi", now - 0.5 * half)
    lattice.write_wave(0, "pi", -half)
    lattice.advance(399, 1.0, 300.0)
    assert np.abs(lattice.read_wave(0, "psi") - psi).max() < TOLERANCES["reversed"]


def test_energy_is_kept_where_g_stands_still():
    """To rounding, in any constant field: the leapfrog of a node-local step has an exact invariant."""
    lattice = Lattice(Form(48, 48, "float64", "airtime", "absorbing"))
    lattice.set_masses((0.6,), (-1,))
    g = np.random.default_rng(2).uniform(0.3, 1.0, (48, 48))
    lattice.write("live", g)
    psi, pi = bumps((48, 48), 1)[0]
    lattice.write_wave(0, "psi", psi)
    lattice.write_wave(0, "pi", pi)
    before = lattice.wave_energy(0)
    lattice.advance(1000, 1.0, 1e30)  # the moving average hardly moves
    assert np.array_equal(lattice.read("live"), g)
    assert lattice.wave_energy(0) == pytest.approx(before, rel=TOLERANCES["energy_of_a_still_field"])


def bowl(x, y):
    """A smooth f with its exact gradient."""
    r2 = (x - 20) ** 2 + (y - 18) ** 2
    return 0.7 + 2e-4 * r2, 4e-4 * (x - 20), 4e-4 * (y - 18)


@pytest.mark.parametrize("mass", [0.0, 0.6])
def test_geodesics_equal_the_reference(mass, kernels=wave_kernels):
    """Splines of Catmull and Rom give a parabola exactly, so that kernel and reference differ by rounding."""
    y, x = np.indices((40, 44)).astype(float)
    f = bowl(x, y)[0]
    place, momentum = np.array([9.0, 12.5]), np.array([0.31, 0.07])
    wanted = geodesics(bowl, [[9.0, 12.5]], [[0.31, 0.07]], mass=mass, ticks=30)
    start = f[0, 0] * 0 + bowl(*place)[0] * np.sqrt(mass**2 + momentum @ momentum)
    kernels.trace(f, place, momentum, mass, 0.5, 30)
    assert np.abs(place - wanted[0][0]).max() < TOLERANCES["geodesic"]
    assert np.abs(momentum - wanted[1][0]).max() < TOLERANCES["geodesic"]
    end = bowl(*place)[0] * np.sqrt(mass**2 + momentum @ momentum)
    assert end == pytest.approx(start, rel=1e-6), "the Hamiltonian is kept"
    assert np.hypot(*(place - [9.0, 12.5])) > 3
