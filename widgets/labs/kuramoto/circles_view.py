"""Phase circles: every oscillator on its cluster's circle, and clusters that can be selected and touched."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tauscope.engine.base import Array
from tauscope.widgets.canvas import scaling
from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.canvas.gl import EMULATED
from tauscope.widgets.canvas.phase_circles import circles_of
from tauscope.widgets.canvas.shapes import on_field
from tauscope.widgets.field_header import Colors
from tauscope.widgets.labs.kuramoto.circles_composer import Composer
from tauscope.widgets.labs.kuramoto.circles_header import HINT, CirclesHeader
from tauscope.widgets.labs.kuramoto.circles_options import CirclesOptions
from tauscope.widgets.labs.kuramoto.circles_touch import TouchedCircles

EMPTY_TEXT = "No run yet – choose a preset"
_SAMPLE = 4096
"""Oscillators that the limits of the frequency colours are taken from."""


class CirclesView(TouchedCircles):
    """Shows the phases of an ensemble of clusters and lets the user touch them.

    It changes nothing but its own camera, options, pointer and selection; every other wish is a signal.
    ``kicked`` carries clusters and what to add to their phases, in rad, once at the end of a drag.
    ``detuned`` carries clusters, the change of their detuning since the press in rad a unit of time, and the
    phase of the drag: ``press`` (0), ``drag``, then ``release`` or ``cancel`` (0).

    Parameters
    ----------
    parent : QWidget or None
        Owner.
    budget : RedrawBudget or None
        Decides when new data are drawn; without one they are drawn at once.
    clock : callable
        Seconds, for the smoothing of colour limits.
    """

    snapshot_requested = Signal()
    options_changed = Signal(object)
    data_changed = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        budget: RedrawBudget | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent, budget)
        self._clock = clock
        self._options = CirclesOptions()
        self._frequency: Array | None = None
        self._smoother = scaling.Smoother()
        self._empty_text = EMPTY_TEXT
        self._composer = Composer(self)
        self.stage.taken = self._composer.taken
        self.header = CirclesHeader(self)
        self._arrange()

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.stage, 1)
        self.header.options_wished.connect(self._wish)
        self.header.fit_wished.connect(self.fit)
        self.header.snapshot_wished.connect(self.snapshot_requested)
        self.header.set_title("Phase circles")
        self.stage.surface_changed.connect(self._surface_changed)
        self._surface_changed(self.stage.reason)
        self.set_theme(self._colors)

    def sizeHint(self) -> QSize:
        """Enough for a ring of clusters in a dock."""
        return QSize(320, 300)

    def _surface_changed(self, reason: str) -> None:
        self.input.listen(self.canvas_native)
        self.canvas_native.setAccessibleName("Phase circles")
        self.canvas_native.setAccessibleDescription(HINT)
        self.header.set_raster("" if reason.startswith(EMULATED) else reason)

    def resolve(self) -> None:
        """Bring the scene up to date; called before every draw."""
        self._composer.resolve()

    # ----- what is shown

    def set_structure(
        self,
        places: Array,
        offsets: Array,
        edges: Array,
        layer: Array | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """Show other clusters, fitted into the view; selection and frozen marks end.

        Parameters
        ----------
        places : array, shape (C, 2)
            Places of the clusters, in any unit, y up.
        offsets : array, shape (C + 1,)
            First oscillator of each cluster, and N.
        edges : array, shape (E, 2)
            Clusters that each link joins.
        layer : array, shape (C,), or None
            Layer of each cluster.
        names : sequence of str
            Names of the clusters; without, they have numbers.

        Raises
        ------
        ValueError
            If the arrays do not fit one another.
        """
        circles = circles_of(places, offsets, edges, layer, names)
        self.input.cancel()
        self._frequency, self._hovered, self._frozen = None, -1, frozenset()
        self._smoother.reset()
        self.stage.set_circles(circles)
        sizes = np.unique(circles.sizes)
        each = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,}–{sizes[-1]:,}"
        self.header.set_note(f"N {circles.oscillators:,} · C {circles.clusters:,} · M {each}")
        self.choose(frozenset())
        self._mark()

    def set_frame(
        self,
        theta: Array,
        Z: Array,
        alignment: Array | None = None,
        frequency: Array | None = None,
    ) -> bool:
        """Show new data; kept by reference, so they must not change afterwards.

        Parameters
        ----------
        theta : array, shape (N,)
            Phases in rad.
        Z : array of complex, shape (C,)
            Order parameters of the clusters.
        alignment : array, shape (E,), or None
            cos(psi_i - psi_j) of the links; None: worked out from Z.
        frequency : array, shape (N,), or None
            Frequencies in rad a unit of time.

        Returns
        -------
        bool
            Whether they were taken: a frame of another number of oscillators belongs to other clusters.
        """
        circles, scene = self.circles, self.stage.phases
        if circles is None or theta.shape != (circles.oscillators,) or Z.shape != (circles.clusters,):
            return False
        if frequency is not None and frequency.shape != theta.shape:
            return False
        if alignment is None or alignment.shape != (circles.links,):
            alignment = self._alignment(Z)
        scene.theta, scene.order, scene.alignment = theta, Z, alignment
        self._frequency = frequency
        self._color()
        scene.frame_serial += 1
        self.stage.changed()
        self.data_changed.emit()
        return True

    def _alignment(self, order: Array) -> Array | None:
        circles = self.circles
        if circles is None or not circles.links:
            return None
        size = np.abs(order)
        unit = order / np.where(size > 0, size, 1.0)
        first, second = unit.take(circles.edges[:, 0]), unit.take(circles.edges[:, 1])
        return np.asarray(first.real * second.real + first.imag * second.imag)

    def _color(self) -> None:
        """Take the frequencies where they give the colours, and limits for them."""
        scene = self.stage.phases
        if self._options.color_by != "frequency" or self._frequency is None:
            scene.frequency = None
            return
        taken = self._frequency[:: max(1, len(self._frequency) // _SAMPLE)]
        low, high = np.percentile(taken, (2, 98)).tolist()
        scene.frequency = self._frequency
        scene.limits = self._smoother.follow(scaling.widened(low, high), self._clock())

    def clear(self, why: str = EMPTY_TEXT) -> None:
        """Show no clusters, and say why or what to do."""
        self._empty_text = why
        self._frequency = None
        self.stage.set_circles(None)
        self.header.set_note("")
        self.choose(frozenset())

    @property
    def empty_text(self) -> str:
        """What stands in the view while it has no clusters."""
        return self._empty_text

    @property
    def options(self) -> CirclesOptions:
        """Options in force."""
        return self._options

    def set_options(self, options: CirclesOptions) -> None:
        """Show circles in another way."""
        if options.color_by != self._options.color_by:
            self._smoother.reset()
        self._options = options
        scene = self.stage.phases
        scene.detail, scene.links = options.detail, options.links
        self._color()
        scene.frame_serial += 1
        self.header.set_options(options)
        self.stage.refresh()

    def _wish(self, options: CirclesOptions) -> None:
        self.set_options(options)
        self.options_changed.emit(options)

    def set_title(self, text: str) -> None:
        """Name in the header, as in ``Phase circles — ring``."""
        self.header.set_title(text)

    def set_theme(self, theme: Colors) -> None:
        """Take a theme's colours."""
        self._colors = theme
        self.stage.scene.background = theme.canvas
        self.stage.phases.accent = on_field(theme.accent)[:3]
        self.header.set_colors(theme)
        self.stage.refresh()

    def set_budget(self, budget: RedrawBudget | None) -> None:
        """Hand the drawing of new data to a budget."""
        self.stage.set_budget(budget)

    # ----- values

    def name_of(self, cluster: int) -> str:
        """Name of a cluster."""
        circles = self.circles
        if circles is None or not len(circles.names):
            return f"Cluster {cluster}"
        return str(circles.names[cluster])

    def order_of(self, cluster: int) -> complex | None:
        """Order parameter of a cluster in the newest frame."""
        order = self.stage.phases.order
        return None if order is None else complex(order[cluster])

    def mean_frequency(self, cluster: int) -> float | None:
        """Mean frequency of a cluster in rad a unit of time, where the newest frame has frequencies."""
        circles = self.circles
        if circles is None or self._frequency is None:
            return None
        return float(self._frequency[circles.offsets[cluster] : circles.offsets[cluster + 1]].mean())

    @property
    def pooled(self) -> complex | None:
        """Order parameter of all oscillators together in the newest frame."""
        order = self.stage.phases.order
        return None if order is None else self.pooled_of(order)

    def pooled_of(self, order: Array) -> complex | None:
        """Order parameter of all oscillators together, of those of the clusters, shape (C,)."""
        circles = self.circles
        if circles is None or order.shape != (circles.clusters,):
            return None
        return complex((circles.sizes @ order) / circles.oscillators)

    # ----- pictures

    def picture(self) -> QImage:
        """Pixels of the canvas as shown on screen."""
        return self.stage.picture()

    def painted(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        """Canvas painted anew at another size, for snapshots; needs no window."""
        return self.stage.painted(width, height, ratio)

    def release(self) -> None:
        """Draw no more; call before the view goes away for good."""
        self.stage.release()
