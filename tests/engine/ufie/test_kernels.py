"""Kernels of the wave against the reference: every metric, material, cubic, precision, and missing bricks."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tauscope.engine.ufie.reference import Balance, WaveReference
from tauscope.engine.ufie.reference_literal import StaleForce
from tauscope.engine.ufie.reference_operator import Geometry
from tauscope.gpu.ufie import cpu
from tauscope.gpu.ufie.layout import Layout
from tauscope.gpu.ufie.make import make_wave
from tauscope.gpu.ufie.protocol import AXES, METRICS, SUMS, Separable, Support
from tauscope.gpu.ufie.sweep import WORKS
from tauscope.gpu.ufie.topology import Topology

SHAPES = {
    "nine": (3, 1, 2, 3, 1, 2, 3, 4, 3),
    "long": (1, 3, 1, 1, 4, 1, 1, 6, 8),
    "line": (1,) * 8 + (16,),
}
"""Axes of one, two, an odd and an even number of sites; rows of several lengths; one axis alone."""

DT, C0, BETA, MASS, A_S = 5e-4, 200.0, 100.0, 20.0, 1.3


@contextlib.contextmanager
def running(kernels: Any) -> Iterator[None]:
    """Waves on the CPU run on other kernels: modules that stand for sweep and measures; None: their own."""
    if kernels is None:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        for name, module in zip(("sweep", "measures"), kernels, strict=True):
            patch.setattr(cpu, name, module)
        yield


class Problem:
    """A wave with everything that can vary, and the reference of the same."""

    def __init__(
        self,
        shape: tuple[int, ...],
        kind: str = "flat",
        *,
        painted: bool = False,
        saturated: bool = False,
        holes: bool = False,
        driven: bool = True,
        seed: int = 3,
    ) -> None:
        self.shape, self.kind, self.draw = shape, kind, np.random.default_rng(seed)
        self.layout = Layout(shape)
        draw, slow = self.draw, self.layout.slow_shape
        self.present: Any = None
        self.mask: Any = None
        if holes:
            self.present = draw.permutation(self.layout.bricks)[: max(1, 2 * self.layout.bricks // 3)]
            mask = np.zeros(self.layout.bricks, bool)
            mask[self.present] = True
            self.mask = np.broadcast_to(mask.reshape(slow), shape)
        spread = draw.normal(size=(*slow, 9, 9)) * 0.2
        self.values = {
            "flat": None,
            "diagonal": draw.uniform(0.5, 1.5, (*slow, 9)),
            "full": np.eye(9) + np.einsum("...ij,...kj->...ik", spread, spread),
            "rank1": draw.normal(size=(*shape, 9)) * 0.4,
        }[kind]
        where = shape if painted else slow
        self.gamma, self.slowing = draw.uniform(0, 5, where), (1 + draw.uniform(0, 1, where)) ** 2
        self.saturation = A_S if saturated else None
        self.field, self.speed = self.noise(), 30 * self.noise()
        sites = draw.choice(self.field.size, min(9, self.field.size), replace=False)
        weights = draw.normal(size=sites.size)
        profiles = tuple(draw.normal(size=size) for size in shape)
        self.supports = [Support(sites, weights), Separable(profiles, 0.3)] if driven else []
        one = np.zeros(self.field.size)
        one[sites] = weights
        two = np.ones(shape)
        for d in range(9):
            two = two * profiles[d].reshape([-1 if e == d else 1 for e in range(9)])
        self.weights = [self.cut(one.reshape(shape)), self.cut(two - 0.3)] if driven else []
        self.drives = 1e3 * (draw.normal(size=(9, 2)) + 1j * draw.normal(size=(9, 2)))[:, : len(self.weights)]

    def noise(self) -> Any:
        return self.cut(self.draw.normal(size=self.shape) + 1j * self.draw.normal(size=self.shape))

    def cut(self, values: Any) -> Any:
        return values if self.mask is None else values * self.mask

    def force(self, step: int) -> Any:
        """E of a step at every site."""
        return sum(
            (d * w for d, w in zip(self.drives[step], self.weights, strict=True)), np.zeros(self.shape)
        )

    def wave(self, precision: str = "precise", made: Any = make_wave, **options: Any) -> Any:
        wave = made(self.shape, precision=precision, present=self.present, **options)
        wave.set_material(DT, self.gamma, C0**2 / self.slowing, BETA, MASS**2, self.saturation, self.slowing)
        wave.set_metric(self.kind, self.values)
        wave.set_emitters(self.supports)
        wave.set_psi(self.field)
        wave.set_velocity(self.speed, self.drives[0])
        return wave

    def geometry(self) -> Geometry:
        order = (self.values.ndim - 9) if self.values is not None else 0
        if not order:
            return Geometry.flat(self.shape, present=self.mask)
        lead = tuple(range(order))
        values = np.moveaxis(self.values, [n - order for n in lead], lead)
        values = np.broadcast_to(values, (9,) * order + self.shape)
        made = {"diagonal": Geometry.of_diagonal, "rank1": Geometry.of_rank_one, "full": Geometry.of_full}
        return made[self.kind](self.shape, values, present=self.mask)

    def reference(self) -> WaveReference:
        made = WaveReference(
            self.geometry(),
            DT,
            c0=C0,
            damping=self.gamma,
            state_index=np.sqrt(self.slowing) - 1,
            beta=BETA,
            mass=MASS,
            saturation=self.saturation,
        )
        made.start(self.field, self.speed, self.force(0))
        return made


def sums_of(balance: Balance) -> Any:
    """`SUMS` of a balance of the reference."""
    return np.array(
        [
            balance.kinetic,
            balance.gradient,
            balance.inertia,
            balance.focusing,
            balance.correction * 8 / DT**2,
            balance.work_before[0],
            balance.work_after[0],
            balance.work_before[1],
            balance.work_after[1],
            balance.power_in,
            balance.power_diss,
        ]
    )


def distance(ours: Any, theirs: Any) -> float:
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


CASES = [
    (shape, kind, painted, saturated, holes)
    for shape, kind in itertools.product(SHAPES, METRICS)
    for painted, saturated, holes in ((False, False, False), (True, True, True))
]


def check_steps(problem: Problem, precision: str, limits: Any, made: Any = make_wave, steps: int = 3) -> None:
    """Fields, velocity and sums stay with the reference for a few steps."""
    ours, theirs = problem.wave(precision, made), problem.reference()
    limit = limits[precision]
    assert distance(ours.velocity(problem.drives[0]), problem.speed) <= limit
    found = ours.advance(steps, problem.drives[:steps], oracle=True)
    for n in range(steps):
        wanted = sums_of(theirs.balance(problem.force(n)))
        assert (
            np.abs(found[n, :9] - wanted[:9]).max() <= limits[f"sums_{precision}"] * np.abs(wanted[:9]).max()
        )
        for k in range(9):
            assert found[n, k] == pytest.approx(wanted[k], rel=limits[f"sum_{precision}"], abs=1e-12), SUMS[k]
        assert np.abs(found[n, 9:] - wanted[9:]).max() <= limits["powers"] * np.abs(wanted[9:]).max()
        theirs.step(problem.force(n))
    assert distance(ours.psi(), theirs.psi) <= limit
    assert distance(ours.velocity(problem.drives[steps]), theirs.velocity(problem.force(steps))) <= limit
    assert distance(ours.force(), theirs.force()) <= limits[f"force_{precision}"]
    wanted = sums_of(theirs.balance(problem.force(steps)))
    assert ours.observe(problem.drives[steps])[:9] == pytest.approx(
        wanted[:9], rel=limits[f"sum_{precision}"]
    )
    plain = problem.wave(precision, made)
    plain.advance(steps, problem.drives[:steps])
    assert np.array_equal(plain.psi(), ours.psi()), "the sums change what they look at"


@pytest.mark.parametrize(("shape", "kind", "painted", "saturated", "holes"), CASES)
def test_equals_reference(
    shape: str, kind: str, painted: bool, saturated: bool, holes: bool, tolerances: Any, kernels: Any = None
) -> None:
    problem = Problem(SHAPES[shape], kind, painted=painted, saturated=saturated, holes=holes)
    with running(kernels):
        check_steps(problem, "precise", tolerances["ufie"]["kernels"])


@pytest.mark.parametrize(
    ("kind", "painted"), [("flat", False), ("flat", True), ("full", True), ("rank1", True)]
)
def test_single_precision_equals_reference(kind: str, painted: bool, tolerances: Any) -> None:
    problem = Problem(SHAPES["nine"], kind, painted=painted, saturated=painted, holes=painted)
    check_steps(problem, "fast", tolerances["ufie"]["kernels"])


def test_quiet_bricks_in_one_pass(tolerances: Any, kernels: Any = None, shape: str = "nine") -> None:
    """Without a drive, sums or painting a brick takes the short way; it gives the same bits."""
    problem = Problem(SHAPES[shape], driven=False)
    with running(kernels):
        quiet, summed, theirs = problem.wave(), problem.wave(), problem.reference()
        quiet.advance(4)
        summed.advance(4, oracle=True)
        theirs.advance(4)
        assert np.array_equal(quiet.psi(), summed.psi())
        assert np.array_equal(quiet.velocity(), summed.velocity())
        assert distance(quiet.psi(), theirs.psi) <= tolerances["ufie"]["kernels"]["precise"]


@pytest.mark.parametrize("shape", SHAPES)
def test_an_odd_number_of_emitters(tolerances: Any, shape: str, kernels: Any = None) -> None:
    """Emitters of a brick are added in pairs; one is left over."""
    problem = Problem(SHAPES[shape])
    for parts in (problem.supports, problem.weights):
        del parts[0]
    problem.drives = problem.drives[:, 1:]
    with running(kernels):
        check_steps(problem, "precise", tolerances["ufie"]["kernels"])


@pytest.mark.parametrize(("driven", "painted"), [(True, False), (False, False), (False, True), (True, True)])
def test_books_are_those_of_all_sums(
    driven: bool, painted: bool, kernels: Any = None, shape: str = "nine", kind: str = "flat"
) -> None:
    """Rows that hold works and losses alone have the same bits there, and the fields go on as they would."""
    problem = Problem(SHAPES[shape], kind, driven=driven, painted=painted, saturated=painted)
    with running(kernels):
        whole, short = problem.wave(), problem.wave()
        drives = problem.drives[:4]
        wanted = whole.advance(4, drives, oracle=True)
        found = short.advance(4, drives, oracle=True, books=True)
        assert np.array_equal(found[:, WORKS:], wanted[:, WORKS:])
        assert np.array_equal(found[-1], wanted[-1])
        assert wanted[:, :WORKS].all()
        assert not found[:-1, :WORKS].any()
        assert np.array_equal(whole.psi(), short.psi())
        assert np.array_equal(whole.velocity(), short.velocity())


def test_documents_kernel(tolerances: Any, kernels: Any = None, shape: str = "nine") -> None:
    """Section 4.6 of the document, whose second kick is stale."""
    problem = Problem(SHAPES[shape], driven=False, painted=True)
    with running(kernels):
        ours = problem.wave()
        ours.set_material(DT, problem.gamma, C0**2 / problem.slowing, BETA)
        state = dict(ours.state())
        start = Problem(SHAPES[shape], driven=False, painted=True).wave()
        start.set_psi(problem.speed)
        ours.restore({**state, "u": start.state()["psi"]})
        theirs = StaleForce(
            problem.geometry(),
            DT,
            c0=C0,
            damping=problem.gamma,
            state_index=np.sqrt(problem.slowing) - 1,
            beta=BETA,
        )
        theirs.psi, theirs.velocity = problem.field, problem.speed
        ours.advance(3, literal=True)
        for _ in range(3):
            theirs.step()
        assert distance(ours.psi(), theirs.psi) <= tolerances["ufie"]["kernels"]["precise"]
        assert distance(ours.part((), "u"), theirs.velocity) <= tolerances["ufie"]["kernels"]["precise"]


@pytest.mark.parametrize("precision", ["fast", "precise"])
def test_a_constant_feels_no_laplacian(precision: str) -> None:
    for shape in SHAPES.values():
        wave = Problem(shape, driven=False).wave(precision)
        wave.set_psi(0.1 + 0.7j)
        assert not wave.force(linear=True).any()


@pytest.mark.parametrize("kind", METRICS)
def test_chunks_and_threads_do_not_change_a_bit(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "WORTH", 0)
    problem = Problem((3, 3, 3, 3, 2, 3, 3, 5, 2), kind, painted=kind == "rank1", holes=True)
    whole = problem.wave("fast")
    wanted = whole.advance(8, problem.drives[:8], oracle=True)
    for threads in (1, 3):
        parts = problem.wave("fast", threads=threads)
        found = [
            parts.advance(n, problem.drives[a : a + n], oracle=True)
            for a, n in ((0, 3), (3, 1), (4, 0), (4, 4))
        ]
        assert np.array_equal(np.concatenate(found), wanted)
        short = problem.wave("fast", threads=threads).advance(8, problem.drives[:8], oracle=True, books=True)
        assert np.array_equal(short[:, WORKS:], wanted[:, WORKS:])
        for name, value in parts.state().items():
            assert np.array_equal(value, whole.state()[name]), name


def test_state_goes_on_where_it_was_taken() -> None:
    problem = Problem(SHAPES["nine"], "full", holes=True)
    wave = problem.wave()
    wave.advance(3, problem.drives[:3])
    wave.prune(wave.bricks()[2:4])
    saved = wave.state()
    wave.advance(4, problem.drives[3:7])
    again = problem.wave()
    again.restore(saved)
    again.advance(4, problem.drives[3:7])
    for name, value in again.state().items():
        assert np.array_equal(value, wave.state()[name]), name


def test_every_slice_equals_numpy(kernels: Any = None, shape: str = "nine", holes: bool = False) -> None:
    """All pairs of axes, in both orders, at an index and over the other seven, of psi and u."""
    problem = Problem(SHAPES[shape], holes=holes)
    index = tuple(size - 1 for size in problem.shape)
    with running(kernels):
        wave = problem.wave()
        wave.advance(1, problem.drives[:1])
        for name, axes in itertools.product(("psi", "u"), itertools.permutations(range(9), 2)):
            whole = wave.part((), name)
            rest = tuple(d for d in range(9) if d not in axes)
            turned = np.transpose if axes[0] > axes[1] else np.asarray
            at = tuple(slice(None) if d in axes else index[d] for d in range(9))
            assert np.array_equal(wave.slice(axes, index, "index", name), turned(whole[at]))
            square = np.abs(whole) ** 2
            for mode, wanted in (
                ("max", np.abs(whole).max(axis=rest)),
                ("sum", whole.sum(axis=rest)),
                ("rms", np.sqrt(square.mean(axis=rest))),
            ):
                # Sums of tens of values in another order: rounding.
                found = wave.slice(axes, index, mode, name)
                assert np.allclose(found, turned(wanted), rtol=1e-12, atol=1e-12 * np.abs(wanted).max())


@pytest.mark.parametrize("most", [0, 2, 64])
@pytest.mark.parametrize(
    ("kind", "holes"), [("flat", False), ("flat", True), ("diagonal", True), ("full", True)]
)
def test_slices_of_the_velocity_equal_numpy(
    kind: str, holes: bool, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worked out in the bricks of a plane alone, or in all, it has the same bits."""
    monkeypatch.setattr(cpu, "MOST_RUNS", most)
    problem = Problem(SHAPES["nine"], kind, holes=holes)
    index = tuple(size // 2 for size in problem.shape)
    wave, drive = problem.wave(), problem.drives[1]
    wave.advance(1, problem.drives[:1])
    whole, psi = wave.velocity(drive), wave.psi()
    assert np.abs(whole).max() > 0
    for axes in itertools.permutations(range(9), 2):
        turned = np.transpose if axes[0] > axes[1] else np.asarray
        at = tuple(slice(None) if d in axes else index[d] for d in range(9))
        rest = tuple(d for d in range(9) if d not in axes)
        wave.velocity(-7 * drive)  # leaves other numbers behind
        found = wave.slice(axes, index, "index", "velocity", drive)
        assert np.array_equal(found, turned(whole[at]))
        most_found = wave.slice(axes, index, "max", "velocity", drive)
        assert np.allclose(most_found, turned(np.abs(whole).max(axis=rest)), rtol=1e-12)  # rounding of |v|
    assert np.array_equal(wave.psi(), psi)


def test_slices_where_bricks_are_missing() -> None:
    test_every_slice_equals_numpy(holes=True)


def test_parts_equal_numpy() -> None:
    problem = Problem(SHAPES["nine"], holes=True)
    wave = problem.wave()
    assert np.array_equal(wave.psi(), problem.field)
    for cut in ((), (1,), (slice(None), 0, 1), (2, 0, 1, 2, 0, 1, 2, 3, 1), (slice(0, 3, 2),) * 9):
        assert np.array_equal(wave.part(cut), problem.field[cut])


def test_largest_amplitude_and_where(kernels: Any = None, shape: str = "nine") -> None:
    problem = Problem(SHAPES[shape], driven=False)
    with running(kernels):
        wave = problem.wave()
        peak = wave.maximum()
        assert peak.site == np.abs(problem.field).argmax()
        assert peak.amplitude == pytest.approx(np.abs(problem.field).max(), rel=1e-15)
        assert peak.finite
        maxima = np.abs(problem.layout.gathered(problem.field, wave.bricks())).max(axis=1)
        assert np.allclose(wave.brick_maxima(), maxima, rtol=1e-15)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["psi", "u"])
@pytest.mark.parametrize("imaginary", [False, True])
def test_what_is_not_finite_is_found(value: float, where: str, imaginary: bool) -> None:
    problem = Problem(SHAPES["nine"], driven=False)
    site = 1234 % problem.field.size
    brick, place = problem.layout.split([site])
    wave = problem.wave()
    state = {name: array.copy() for name, array in wave.state().items()}
    state[where][brick, place + problem.layout.sites * imaginary] = value
    wave.restore(state)
    peak = wave.maximum()
    assert not peak.finite
    assert peak.site == site
    assert np.isfinite(peak.amplitude)


def test_adding_keeps_the_velocity(tolerances: Any) -> None:
    problem = Problem(SHAPES["nine"])
    wave = problem.wave()
    wave.advance(2, problem.drives[:2])
    drive = problem.drives[2]
    before, velocity = wave.psi(), wave.velocity(drive)
    wave.add([5, 77], [1 + 2j, -3j], drive)
    before.ravel()[[5, 77]] += [1 + 2j, -3j]
    assert np.array_equal(wave.psi(), before)
    assert distance(wave.velocity(drive), velocity) <= tolerances["ufie"]["kernels"]["precise"]


def test_bricks_that_grow_and_go(tolerances: Any) -> None:
    """A wave whose bricks change equals one made with those bricks and that field."""
    problem = Problem(SHAPES["nine"], "diagonal")
    wave, draw, layout = problem.wave(), np.random.default_rng(1), problem.layout
    wave.prune(np.arange(1, layout.bricks))
    for _ in range(12):
        some = draw.integers(0, layout.bricks, layout.bricks // 4)
        (wave.grow if draw.random() < 0.6 else wave.prune)(some)
        wave.advance(2, problem.drives[:2])
        problem.present = wave.bricks()
        other = problem.wave()
        other.restore(wave.state())
        for each in (wave, other):
            each.advance(1, problem.drives[:1])
        assert np.array_equal(wave.psi(), other.psi())
        assert np.array_equal(wave.observe(problem.drives[0]), other.observe(problem.drives[0]))
        problem.mask = np.isin(np.arange(layout.bricks), wave.bricks()).reshape(layout.slow_shape)
        assert not wave.psi()[~np.broadcast_to(problem.mask, problem.shape)].any()


def test_the_table_of_neighbours_is_changed_where_it_must_be() -> None:
    """After growing and pruning it is that of the same bricks made at once; other rows did not change."""
    draw = np.random.default_rng(2)
    for shape in ((4, 1, 3, 2, 1, 5, 3, 8, 8), (1, 1, 1, 1, 1, 1, 1, 9, 40)):
        layout = Layout(shape)
        topology = Topology(layout)
        for _ in range(30):
            some = draw.integers(0, layout.bricks, 1 + layout.bricks // 5)
            before = topology.beside.copy()
            change = (topology.grow if draw.random() < 0.5 else topology.prune)(some)
            fresh = Topology(layout, topology.numbers.copy())
            assert np.array_equal(fresh.beside[: fresh.count], topology.beside[: topology.count])
            assert np.array_equal(fresh.slots, topology.slots)
            same = np.ones(topology.count, bool)
            same[change.rows] = False
            same[len(before) :] = False
            kept = np.flatnonzero(same)
            assert np.array_equal(before[kept], topology.beside[kept])


def test_no_brick_at_all() -> None:
    wave = make_wave(SHAPES["nine"], present=[])
    wave.set_material(DT, 0.0, 1.0)
    sums = wave.advance(3, oracle=True)
    assert sums is not None
    assert sums.shape == (3, len(SUMS))
    assert not wave.psi().any()
    assert wave.maximum().finite
    wave.grow([4])
    wave.add([0], [1.0])
    assert wave.bricks().tolist() == [4]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda wave: make_wave((3,) * 8), "nine axes"),
        (lambda wave: make_wave((0,) * 9), "at least one site"),
        (lambda wave: make_wave((3,) * 9, precision="double"), "fast or precise"),
        (lambda wave: make_wave((3,) * 9, threads=0), "at least one thread"),
        (lambda wave: make_wave((3,) * 9, present=[3**9]), "numbers from 0"),
        (lambda wave: make_wave((3,) * 9, present=[1, 1]), "given twice"),
        (lambda wave: wave.set_material(0.0, 0.0, 1.0), "above 0"),
        (lambda wave: wave.set_material(1e-4, np.ones(5), 1.0), "broadcast"),
        (lambda wave: wave.set_metric("round", 1.0), "one of flat"),
        (lambda wave: wave.set_metric("flat", np.ones(9)), "no values"),
        (lambda wave: wave.set_metric("diagonal", -np.ones(9)), "positive"),
        (lambda wave: wave.set_metric("diagonal", np.ones((*wave.shape, 9))), "one per brick"),
        (lambda wave: wave.set_metric("full", np.arange(81.0).reshape(9, 9)), "symmetric"),
        (lambda wave: wave.set_metric("rank1", np.full(9, np.nan)), "finite"),
        (lambda wave: wave.set_metric("full", np.ones(9)), "shape"),
        (lambda wave: wave.advance(2, np.zeros((2, 3))), "Drives have the shape"),
        (lambda wave: wave.advance(1, literal=True, oracle=True), "no oracle"),
        (lambda wave: wave.slice((1, 1), (0,) * 9), "two different axes"),
        (lambda wave: wave.slice((1, 2), (0,) * 9, "mean"), "one of index"),
        (lambda wave: wave.slice((1, 2), (0,) * 9, "index", "v"), "psi, u, velocity"),
        (lambda wave: wave.set_emitters([Support(np.arange(3), np.ones(2))]), "as many weights"),
        (lambda wave: wave.set_emitters([Separable((np.ones(2),) * 9)]), "axis' size"),
    ],
)
def test_refusals_say_why(call: Any, said: str) -> None:
    wave = make_wave(SHAPES["nine"])
    wave.set_material(DT, 0.0, 1.0)
    with pytest.raises(ValueError, match=said):
        call(wave)


def test_axes_have_nine_names() -> None:
    assert "".join(AXES) == "rstuvwxyz"
