"""What the engine asks of a nine-dimensional wave, whatever device carries it out.

The wave obeys

    psi'' + gamma psi' = -(c0^2 / mu) K psi + S(psi) - m^2 psi + E(x, t),
    mu = sqrt|g| (1 + s)^2,   S(psi) = beta |psi|^2 psi / (1 + |psi|^2 / A_s^2),

with h = 1 and K a symmetric positive stencil (below). Source: ufie.md, sections A to C.

Order of sites: "public order" is C order of an array of shape (r, s, t, u, v, w, x, y, z), and a *site
number* is the index into that array when it is flattened. In memory sites lie in *bricks*, made of one or
two axes (`tauscope.gpu.ufie.layout.brick_axes`); the others are the slow axes, and a *brick number* is the
flat C index over `tauscope.gpu.ufie.layout.slow_shape`, the shape with the axes of a brick set to 1.

Integrator: the fused leapfrog of the page. Between steps ``u`` holds the velocity half a step back, before
the kick at the present time. The velocity that is asked for and set is that of the present time,
v = sqrt(d2) (u + dt/2 (F + E)), d2 = exp(-gamma dt), with F the force without E; so it depends on psi, on
the material, on the metric and on the present drive. Whoever edits any of these and means to keep v asks for
v before and sets it after (`Wave.add` does so by itself).

Stencil: with a_ij = sqrt|g| g^ij per site, <psi, K psi> is the sum over edges x-y of axis d of
1/2 (a_dd(x) + a_dd(y)) |psi_x - psi_y|^2 and over sites of sum_(i != j) a_ij conj(D_i psi) D_j psi, where
D = (D+ + D-)/2 and a missing edge gives D+ or D- = 0. ``rank1`` (g^ij = delta_ij + n_i n_j) is written as
sqrt|g| delta_ij on the edges and sqrt|g| |sum_j n_j D_j psi|^2 on the sites: one scalar a site, positive for
every n, of order 2 like the other, and equal to it only to that order where n_d is not 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Complexes = npt.NDArray[np.complexfloating[Any, Any]]
Integers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Cut = int | slice
"""One axis of an index."""

AXES = ("r", "s", "t", "u", "v", "w", "x", "y", "z")
"""Names of the nine axes, in public order."""

PRECISIONS = ("fast", "precise")
"""complex64 and complex128."""

METRICS = ("flat", "diagonal", "rank1", "full")
"""The same everywhere; a diagonal per brick; a vector per site; all 45 components per brick."""

MODES = ("index", "max", "sum", "rms")
"""How a slice treats the other seven axes: at an index, or largest |psi|, sum, root of the mean |psi|^2."""

SUMS = (
    "kinetic",
    "gradient",
    "mass",
    "cubic",
    "force",
    "work_before",
    "work_after",
    "loss_before",
    "loss_after",
    "power_in",
    "power_loss",
)
"""Oracle sums at the time t of a step, each weighted with mu, float64 whatever the precision, in this order:

kinetic = sum mu |v|^2 / 2;  gradient = c0^2 <psi, K psi> / 2;  mass = sum mu m^2 |psi|^2 / 2;
cubic = sum mu V with V = beta |psi|^4 / 4, or saturated
V = beta A_s^2 / 2 (|psi|^2 - A_s^2 log(1 + |psi|^2 / A_s^2)), so that H = kinetic + gradient + mass - cubic;
force = sum mu |F|^2, so that H_hat = H - dt^2 / 8 force.

``*_before`` belongs to the step that ends at t, ``*_after`` to the one that starts there: the work of E in
its half kick, and the change of mu |v|^2 / 2 by the half step of damping. For a step from row n to row n + 1

    residual = H_hat[n+1] - H_hat[n] - work_after[n] - loss_after[n] - work_before[n+1] - loss_before[n+1].

power_in = (work_before + work_after) / dt and power_loss = -(loss_before + loss_after) / dt, which are
sum mu Re(E conj v) and sum mu gamma |v|^2 at t but for shares of (gamma dt)^2 / 8 and (gamma dt)^2 / 6.
"""


class Support(NamedTuple):
    """Where an emitter acts, as a list: E(x, t) = weight(x) times its drive."""

    sites: Integers
    """Site numbers, each once, int64 (n,)."""
    weights: Reals
    """Real weights, float64 (n,)."""


class Separable(NamedTuple):
    """Where an emitter acts, as a product: weight = prod_d profiles[d][x_d] - offset, at every site.

    It costs a third of what a list of as many sites costs.
    """

    profiles: tuple[Reals, ...]
    """Nine profiles, float64, one an axis, of the axis' size."""
    offset: float = 0.0
    """Taken from every site's weight, for a mean of zero."""


class Peak(NamedTuple):
    """Largest amplitude of the field."""

    amplitude: float
    """Largest |psi| of the finite sites; 0 without any."""
    site: int
    """Its site number: the first one in memory; if not all is finite, that of the first site that is not."""
    finite: bool
    """Whether psi and u are finite everywhere."""


class Wave(Protocol):
    """A wave on a torus of nine axes.

    Results are the same bits for every number of threads and every partition of the steps into calls.
    A site of a brick that is not there reads as 0, and an edge to it is missing (reflecting).
    """

    shape: tuple[int, ...]
    """Sizes of the nine axes."""
    precision: str
    """One of `PRECISIONS`."""
    dtype: np.dtype[Any]
    """complex64 or complex128: type of psi and of slices."""

    def psi(self) -> Complexes:
        """Copy of psi, public order. A frame asks for `part` or `slice` instead."""

    def set_psi(self, psi: npt.ArrayLike) -> None:
        """Set psi, anything that broadcasts to ``shape``; ``u`` stays as it is. For initialisation."""

    def velocity(self, drive: npt.ArrayLike = ()) -> Complexes:
        """Copy of the velocity now, public order; ``drive`` as one row of `advance`."""

    def set_velocity(self, velocity: npt.ArrayLike, drive: npt.ArrayLike = ()) -> None:
        """Set the velocity of now, for the present psi, material and metric; set those before."""

    def add(self, sites: npt.ArrayLike, values: npt.ArrayLike, drive: npt.ArrayLike = ()) -> None:
        """Add values to psi at site numbers, both (n,), each site once; the velocity of now is kept.

        Sites of bricks that are not there are ignored: grow first.
        """

    def set_material(
        self,
        dt: float,
        damping: npt.ArrayLike,
        speed_squared: npt.ArrayLike,
        beta: float = 0.0,
        mass_squared: float = 0.0,
        saturation: float | None = None,
        weight: npt.ArrayLike = 1.0,
    ) -> None:
        """Set what the medium is; psi and ``u`` stay as they are.

        Parameters
        ----------
        dt : float
            Step in s.
        damping : float or array
            gamma = alpha (1 - r) in 1/s: a number, or anything that broadcasts to ``shape``.
        speed_squared : float or array
            c0^2 / (1 + s)^2 in sites^2/s^2, likewise.
        beta, mass_squared : float
            Cubic coefficient and m^2 in 1/s^2.
        saturation : float, optional
            A_s of the saturable cubic; None: the literal cubic.
        weight : float or array
            (1 + s)^2, likewise; mu without sqrt|g|. It is not used by `advance` but for the oracle's sums.
        """

    def set_metric(self, kind: str, values: npt.ArrayLike | None = None) -> None:
        """Set the inverse metric g^ij (never g itself); psi and ``u`` stay as they are.

        Parameters
        ----------
        kind : str
            One of `METRICS`.
        values : array, optional
            ``diagonal``: g^dd, broadcasts to (*slow_shape, 9); ``full``: g^ij, broadcasts to
            (*slow_shape, 9, 9); ``rank1``: n of g^ij = delta_ij + n_i n_j, broadcasts to (*shape, 9); not
            given for ``flat``.

        Raises
        ------
        ValueError
            For another kind, a shape that does not fit, or a metric that is not symmetric and positive.
        """

    def set_emitters(self, supports: Sequence[Support | Separable]) -> None:
        """Set where emitters act; a drive then has as many values as there are supports."""

    def advance(
        self,
        steps: int,
        drives: npt.ArrayLike | None = None,
        oracle: bool = False,
        literal: bool = False,
        books: bool = False,
    ) -> Reals | None:
        """Do whole steps; releases the GIL.

        Parameters
        ----------
        steps : int
            How many.
        drives : complex array (steps, emitters), optional
            D_k(t_n), with E = sum_k weight_k D_k, at the time t_n at which each step starts; none: no drive.
        oracle : bool
            Whether to give the sums.
        literal : bool
            The document's kernel of section 4.6 instead, whose second kick uses the Laplacian of the old psi.
            ``u`` then holds the velocity of now, flat metric only, and no oracle.
        books : bool
            Of the steps before the last, works, losses and powers alone, the other sums 0: it costs less.

        Returns
        -------
        array (steps, 11) or None
            `SUMS` at t_n of each step, float64, if asked for.

        Raises
        ------
        ValueError
            For drives of another shape, or what ``literal`` cannot do.
        """

    def observe(self, drive: npt.ArrayLike = ()) -> Reals:
        """`SUMS` now, shape (11,), as the first row of an `advance` from here; changes nothing."""

    def force(self, linear: bool = False) -> Complexes:
        """F now, public order; ``linear``: -(c0^2 / mu) K psi alone, for power iterations."""

    def slice(
        self,
        axes: tuple[int, int],
        index: Sequence[int],
        mode: str = "index",
        name: str = "psi",
        drive: npt.ArrayLike = (),
    ) -> Array:
        """Two axes of psi, shape (n_axes[0], n_axes[1]), from the bricks.

        Parameters
        ----------
        axes : (int, int)
            Two different axes, 0 to 8, in the order wanted.
        index : 9 ints
            Where the other axes are cut; read by the mode ``index`` only.
        mode : str
            One of `MODES`.
        name : str
            ``psi``; ``u``, the velocity half a step back; or ``velocity``, that of now.
        drive : complex array (emitters,)
            As one row of `advance`; read for the velocity alone.

        Returns
        -------
        array
            Complex as ``dtype`` for ``index`` and ``sum``, else real of the same precision.
        """

    def part(self, index: tuple[Cut, ...], name: str = "psi", drive: npt.ArrayLike = ()) -> Complexes:
        """Copy of ``field[index]`` as NumPy would give it, for at most nine ints and slices."""

    def maximum(self) -> Peak:
        """Largest |psi|, where, and whether all is finite."""

    def brick_maxima(self) -> Reals:
        """Largest |psi| of each brick that is there, float64, in the order of `bricks`."""

    def bricks(self) -> Integers:
        """Numbers of the bricks that are there, in the order of memory."""

    def grow(self, bricks: npt.ArrayLike) -> None:
        """Add bricks, psi = u = 0; those that are there stay as they are."""

    def prune(self, bricks: npt.ArrayLike) -> None:
        """Take bricks away with what is in them; those that are not there are ignored."""

    def state(self) -> Mapping[str, Array]:
        """Bit-exact copies in the order of memory: ``psi``, ``u``, real (n, 2 B); ``bricks``, int64 (n,)."""

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave, of any device, bricks included."""
