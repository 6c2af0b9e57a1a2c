"""Where emitters act: Gaussians on the torus whose weighted mean is zero.

Source: ufie.md, "Step n, in full": separable profiles with weights above 1e-4, minus the weighted mean, since
a drive with a mean makes the uniform mode drift away.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie import golden
from tauscope.engine.ufie.axes import DIMS, Shape, distance, middle, sites
from tauscope.engine.ufie.config_emitters import EmitterConfig
from tauscope.gpu.ufie.protocol import Separable, Support

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CUT = 1e-4
"""Weights up to it are left out of a list."""

DENSE = 1.0 / 3.0
"""Share of all sites beyond which the product of profiles costs less than a list."""


def place(emitter: EmitterConfig, shape: Shape) -> tuple[float, ...]:
    """Centre of an emitter: its own, or the antipode on the axis of e1 to e8, or the centre of the torus."""
    if emitter.position is not None:
        return emitter.position
    found = list(middle(shape))
    axis = golden.axis(emitter.name)
    if axis is not None:
        found[axis] = (found[axis] + shape[axis] / 2) % shape[axis]
    return tuple(found)


def profiles(emitter: EmitterConfig, shape: Shape) -> tuple[Floats, ...]:
    """Nine profiles whose product is the weight before the mean is taken off."""
    if emitter.profile == "uniform":
        return tuple(np.ones(size) for size in shape)
    return gaussian(place(emitter, shape), emitter.sigma, shape)


def gaussian(center: tuple[float, ...], sigma: float, shape: Shape) -> tuple[Floats, ...]:
    """Nine Gaussian profiles on the torus, by the short way round."""
    return tuple(
        np.exp(-0.5 * (distance(size, at) / sigma) ** 2) for size, at in zip(shape, center, strict=True)
    )


def listed(parts: tuple[Floats, ...], cut: float = CUT) -> Support:
    """Sites where a product of profiles is above a cut, and its values there, in ascending order of sites.

    Axis by axis, dropping what is too small at once, so that a torus of any size costs only what is kept.
    """
    numbers, weights = np.zeros(1, np.int64), np.ones(1)
    for part in parts:
        weights = (weights[:, None] * part[None, :]).ravel()
        numbers = (numbers[:, None] * part.size + np.arange(part.size)[None, :]).ravel()
        kept = weights > cut
        numbers, weights = numbers[kept], weights[kept]
    return Support(numbers, weights)


def mean(parts: tuple[Floats, ...], weight: npt.ArrayLike) -> float:
    """Weighted mean of a product of profiles over the torus; ``weight`` is a number or one a site."""
    given = np.asarray(weight, np.float64)
    if given.size == 1:
        return float(np.prod([part.mean() for part in parts]))
    left = np.broadcast_to(given, tuple(part.size for part in parts))
    whole = float(left.sum())
    for part in reversed(parts):
        left = left @ part
    return float(left) / whole


def support(
    emitter: EmitterConfig, shape: Shape, weight: npt.ArrayLike = 1.0, sparse: bool = False
) -> Support | Separable:
    """Where an emitter acts.

    Parameters
    ----------
    emitter : EmitterConfig
        The emitter.
    shape : tuple of int
        Sizes of the torus.
    weight : float or array, shape of the torus
        mu, the weight of the energy, with which the mean is taken.
    sparse : bool
        Always a list: sites of bricks that are not there must not count.

    Returns
    -------
    Support or Separable
        A list where it is short, else the product, which then is not cut off.
    """
    return Place(emitter, shape, sparse).support(weight)


class Place:
    """Where an emitter acts, whatever the weight is with which its mean is taken.

    Parameters
    ----------
    emitter, shape, sparse
        As in `support`.
    """

    def __init__(self, emitter: EmitterConfig, shape: Shape, sparse: bool = False) -> None:
        self._shape = shape
        self._parts = profiles(emitter, shape)
        self._zero_mean = emitter.zero_mean and emitter.profile == "gaussian"
        found = listed(self._parts)
        self._list = found if sparse or found.sites.size <= DENSE * sites(shape) else None
        if self._list is not None:
            for array in self._list:
                array.flags.writeable = False  # who sees the same sites again may rely on them

    def support(self, weight: npt.ArrayLike) -> Support | Separable:
        """List or product, less its mean with a weight; a list has the same array of sites every time."""
        found = self._list
        if found is None:
            return Separable(self._parts, mean(self._parts, weight) if self._zero_mean else 0.0)
        if not self._zero_mean:
            return found
        given = np.asarray(weight, np.float64)
        mu = np.ones(found.sites.size) if given.size == 1 else _at(given, self._shape, found.sites)
        return Support(found.sites, found.weights - float((mu * found.weights).sum() / mu.sum()))


class Supports:
    """Where the emitters of a run act: worked out anew only for those that moved, and means where mu changed.

    An edit of a frequency, a phase, or of another emitter must cost nothing here: a drag brings many.

    Parameters
    ----------
    shape : tuple of int
        Sizes of the torus.
    sparse : bool
        As in `support`.
    """

    def __init__(self, shape: Shape, sparse: bool) -> None:
        self._shape, self._sparse = shape, sparse
        self._places: dict[Hashable, Place] = {}
        self._found: dict[Hashable, Support | Separable] = {}
        self._weight_key: Hashable = None

    def of(
        self, emitters: Iterable[EmitterConfig], weight_key: Hashable, weight: Callable[[], npt.ArrayLike]
    ) -> tuple[Support | Separable, ...]:
        """Supports of emitters; those that did not change are the same objects as before.

        Parameters
        ----------
        emitters : iterable of EmitterConfig
            The emitters; others are forgotten.
        weight_key : hashable
            Stands for mu: as long as it is the same, so is mu.
        weight : callable
            Gives mu, as in `support`.
        """
        chosen = tuple(emitters)
        wanted = {self._key(one): one for one in chosen}
        self._places = {
            key: self._places.get(key) or Place(one, self._shape, self._sparse) for key, one in wanted.items()
        }
        kept = self._found if weight_key == self._weight_key else {}
        missing = [key for key in wanted if key not in kept]
        mu = weight() if missing else 1.0
        self._weight_key = weight_key
        self._found = {
            key: kept[key] if key in kept else place.support(mu) for key, place in self._places.items()
        }
        return tuple(self._found[self._key(one)] for one in chosen)

    def _key(self, emitter: EmitterConfig) -> Hashable:
        if emitter.profile == "uniform":
            return (emitter.profile,)
        return emitter.profile, place(emitter, self._shape), emitter.sigma, emitter.zero_mean


def _at(values: Floats, shape: Shape, numbers: Integers) -> Floats:
    """Values at site numbers, of an array that broadcasts to the torus."""
    return np.asarray(np.broadcast_to(values, shape)[np.unravel_index(numbers, shape)])


def dense(found: Support | Separable, shape: Shape) -> Floats:
    """Weights of every site, shape of the torus."""
    whole = np.zeros(shape)
    if isinstance(found, Support):
        whole.ravel()[found.sites] = found.weights
        return whole
    whole += 1.0
    for axis, part in enumerate(found.profiles):
        whole *= part.reshape([-1 if other == axis else 1 for other in range(DIMS)])
    return whole - found.offset
