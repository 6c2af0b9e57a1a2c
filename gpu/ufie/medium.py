"""Material and metric of a wave, from what the engine says of them to arrays with a row for each brick."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tauscope.gpu.ufie.layout import Integers, Layout
from tauscope.gpu.ufie.protocol import METRICS, Array, Reals


class Medium:
    """What waves travel in; asked for the rows of any bricks.

    Parameters
    ----------
    layout : Layout
        Of the sites.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.dt = 0.0
        self.beta = self.mass_squared = 0.0
        self.saturation: float | None = None
        self.kind = 0
        """Place of the metric in `METRICS`."""
        self.mixed = np.empty(0, np.int32)
        self._values: Reals = np.ones((1,) * 10)
        self._damping = self._speed = self._weight = np.zeros((1,) * 9)
        self._uniform = True

    def set_material(
        self, dt: float, damping: npt.ArrayLike, speed_squared: npt.ArrayLike, weight: npt.ArrayLike
    ) -> None:
        """Take what `Wave.set_material` is given."""
        if not dt > 0:
            raise ValueError(f"The step dt is {dt}, but must be above 0.")
        parts = [
            self.layout.as_nine(name, values)
            for name, values in (("Damping", damping), ("Speed", speed_squared), ("Weight", weight))
        ]
        self.dt = float(dt)
        self._damping, self._speed, self._weight = parts
        self._compare()

    def set_metric(self, kind: str, values: npt.ArrayLike | None) -> None:
        """Take what `Wave.set_metric` is given."""
        if kind not in METRICS:
            raise ValueError(f"A metric is one of {', '.join(METRICS)}, not {kind}.")
        if (kind == "flat") != (values is None):
            raise ValueError("A flat metric has no values, and every other kind needs them.")
        shape = self.layout.shape
        if kind == "flat":
            given = np.ones((1,) * 10)
        else:
            given = self.layout.as_nine("The metric", np.asarray(values), 2 if kind == "full" else 1)
            _check(kind, given, self.layout)
        inside = tuple(14 + 2 * n for n, d in enumerate(self.layout.axes) if shape[d] > 2)
        outside = tuple(2 * n for n, d in enumerate(self.layout.slow) if shape[d] > 2)
        self.kind, self._values = METRICS.index(kind), given
        self.mixed = np.array(outside + inside if self.kind >= 2 else (), np.int32)
        self._compare()

    def rows(self, numbers: Integers) -> tuple[Reals, Reals, Reals]:
        """E = 1 - exp(-gamma dt), c0^2 / ((1 + s)^2 sqrt|g|) and mu of bricks, all (n, 1) or all (n, B)."""
        root = self._root()
        parts = [-np.expm1(-self._damping * self.dt), self._speed / root, self._weight * root]
        whole = [self.layout.gathered(part, numbers) for part in parts]
        return tuple(  # type: ignore[return-value]
            np.ascontiguousarray(part[:, :1] if self._uniform else part, np.float64) for part in whole
        )

    def metric(self, numbers: Integers) -> Reals:
        """Rows of ``g`` of bricks, as `tauscope.gpu.ufie.curved` describes them."""
        count = numbers.size
        if self.kind == 0:
            return np.ones((1, 1))
        order = (*self.layout.slow, *self.layout.axes)
        mixed = self.mixed_axes
        root = self.layout.gathered(self._root(), numbers)
        given = self.layout.gathered(self._values, numbers)
        if self.kind == 2:
            parts = [given[:, :, d] for d in mixed]
            return np.concatenate([*parts, root], axis=1)
        if self.kind == 1:
            return np.ascontiguousarray(given[:, 0, order] * root[:, :1])
        diagonal = np.stack([given[:, 0, d, d] for d in order], axis=1)
        off = given[:, 0][:, mixed][:, :, mixed] * (1 - np.eye(len(mixed)))
        return np.asarray(np.concatenate([diagonal, off.reshape(count, -1)], axis=1) * root[:, :1])

    def flux_width(self) -> int:
        """Real numbers of scratch a brick."""
        return (0, 0, 2, 2 * self.mixed.size)[self.kind] * self.layout.sites

    def numbers(self, real: np.dtype) -> Array:
        """Constants of the kernels, in their order."""
        ease = 0.0 if self.saturation is None else 1.0 / self.saturation**2
        bound = float(np.finfo(real).eps) ** 0.25
        rest = (18.0, 1.0, 0.5, bound, 2.0 / 3.0)
        return np.array([self.dt, 0.5 * self.dt, self.beta, self.mass_squared, ease, *rest]).astype(real)

    def _compare(self) -> None:
        """Find out whether the material is the same at all sites of each brick."""
        a, b = self.layout.axes
        parts = (self._damping, self._speed, self._weight, self._root())
        self._uniform = all(bool((part == part.take([0], a).take([0], b)).all()) for part in parts)

    @property
    def mixed_axes(self) -> list[int]:
        """Mixed axes, in the order of ``mixed``."""
        order = (*self.layout.slow, *self.layout.axes)
        return [d for d in order if self.layout.shape[d] > 2]

    def _root(self) -> Reals:
        """sqrt|g|, nine axes."""
        values = self._values
        if self.kind == 0:
            return np.ones((1,) * 9)
        if self.kind == 1:
            return np.asarray(1.0 / np.sqrt(values.prod(axis=-1)))
        if self.kind == 2:
            return np.asarray(1.0 / np.sqrt(1.0 + (values**2).sum(axis=-1)))
        return np.asarray(1.0 / np.sqrt(np.linalg.det(values)))


def _check(kind: str, given: Reals, layout: Layout) -> None:
    size = 9
    if given.shape[9:] != ((size, size) if kind == "full" else (size,)):
        raise ValueError(f"The metric {kind} has values of the shape {given.shape[9:]}, not of nine axes.")
    if kind != "rank1" and any(given.shape[d] != 1 for d in layout.axes):
        raise ValueError(f"The metric {kind} is one per brick: it cannot vary along the axes {layout.axes}.")
    if not np.isfinite(given).all():
        raise ValueError("The metric has values that are not finite.")
    if kind == "diagonal" and not (given > 0).all():
        raise ValueError("A metric must be positive.")
    if kind == "full" and not (
        np.allclose(given, np.swapaxes(given, -1, -2), rtol=1e-12, atol=1e-12)
        and (np.linalg.eigvalsh(given) > 0).all()
    ):
        raise ValueError("A metric must be symmetric and positive.")
