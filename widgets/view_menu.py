"""The menu of a field view: colours, limits, scale, contours, comparison, and what else can be seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QAction, QActionGroup, QIcon, QPixmap, QTransform
from PySide6.QtWidgets import QMenu

from tauscope.engine.base import FieldSpec, Palette
from tauscope.widgets.canvas import colormaps, scaling
from tauscope.widgets.canvas.plates import bar_image
from tauscope.widgets.state import Autoscale, ColorScale, ViewOptions

MODES: dict[Autoscale, tuple[str, str]] = {
    "continuous": ("Follow", "Smallest to largest value, smoothed in time."),
    "once": ("Once", "Limits of the first frame stay; Autoscale once (A) takes those of the present one."),
    "robust": ("Robust", "From the 1st to the 99th percentile, so that a few extreme cells do not matter."),
    "symmetric": ("Symmetric", "The same reach below and above the centre."),
    "shared": ("Shared", "One range for all views with shared limits whose fields have one unit and kind."),
    "frozen": ("Frozen", "The limits stay as they are."),
}
SCALES: dict[ColorScale, tuple[str, str]] = {
    "linear": ("Linear", "Equal steps of value are equal steps on the colour bar."),
    "symlog": ("Symmetric log", "Linear within a threshold about 0, logarithmic beyond, for both signs."),
}
COUNTS = (5, 10, 20)
OFFERS = frozenset({"compare", "surface", "link", "shared"})
"""What a view may show beside its field: a difference, a height map, cursor and limits of other views."""


class Wishes(Protocol):
    """Signals of the header by which the menu says what is wished."""

    options_wished: SignalInstance
    field_chosen: SignalInstance
    limits_wished: SignalInstance
    autoscale_wished: SignalInstance
    fit_wished: SignalInstance
    snapshot_wished: SignalInstance
    threshold_wished: SignalInstance
    levels_wished: SignalInstance
    surface_wished: SignalInstance
    link_wished: SignalInstance


def fill_menu(
    menu: QMenu,
    wishes: Wishes,
    specs: Mapping[str, FieldSpec],
    options: ViewOptions | None,
    linked: bool,
    offers: frozenset[str] = OFFERS,
) -> None:
    """Fill the menu anew for what a view shows now.

    Parameters
    ----------
    menu : QMenu
        What is filled.
    wishes : Wishes
        Told of choices.
    specs : mapping of str to FieldSpec
        Fields on offer.
    options : ViewOptions or None
        Options in force.
    linked : bool
        Whether cameras and cursors are linked.
    offers : frozenset of str
        Which of `OFFERS` the application answers for this view.
    """
    menu.clear()
    if options is not None:
        _maps(menu, wishes, specs, options)
        _modes(menu, wishes, specs, options, "shared" in offers)
        _scales(menu, wishes, specs, options)
    fixed = options is not None and scaling.fixed(specs.get(options.field)) is not None and not options.minus
    for text, wish in (
        ("Set limits…", wishes.limits_wished),
        ("Autoscale once\tA", wishes.autoscale_wished),
    ):
        _add(menu, text, wish).setEnabled(not fixed)
    menu.addSeparator()
    if options is not None:
        _contours(menu, wishes, options)
        if "compare" in offers:
            _compare(menu, wishes, specs, options)
    if "surface" in offers:
        _add(menu, "Show as surface", wishes.surface_wished, "Height map of this field, turned by the mouse.")
    if "link" in offers:
        _link(menu, wishes, linked)
    menu.addSeparator()
    _add(menu, "Fit\tF", wishes.fit_wished)
    _add(menu, "Save a picture…", wishes.snapshot_wished)


def _link(menu: QMenu, wishes: Wishes, linked: bool) -> None:
    link = menu.addAction("Link cameras and cursors")
    link.setCheckable(True)
    link.setChecked(linked)
    link.setToolTip("Views of the same lattice move together, and the pointer marks its cell in all of them.")
    link.triggered.connect(lambda checked: wishes.link_wished.emit(checked))


def palette_of(specs: Mapping[str, FieldSpec], options: ViewOptions) -> Palette:
    """Family of colour maps that suits what is shown."""
    spec = specs.get(options.field)
    if options.minus:
        return "diverging"
    return spec.palette if spec else "sequential"


def is_complex(spec: FieldSpec) -> bool:
    """Whether the field's numbers have a phase and a modulus."""
    return spec.dtype.startswith("complex")


def has_no_log(spec: FieldSpec) -> bool:
    """Whether the field is an angle, which has no logarithm."""
    return spec.palette == "cyclic" and not is_complex(spec)


def compared(options: ViewOptions, other: str) -> ViewOptions:
    """Options that show the difference to another field, about 0."""
    cmap = options.cmap if options.minus else colormaps.default_map("diverging")
    return replace(
        options, minus=other, cmap=cmap, autoscale="symmetric", low=None, high=None, levels=(), linthresh=None
    )


def _maps(menu: QMenu, wishes: Wishes, specs: Mapping[str, FieldSpec], options: ViewOptions) -> None:
    maps = menu.addMenu("Colour map")
    for name in colormaps.CHOICES[palette_of(specs, options)]:
        action = QAction(_swatch(name), colormaps.short_name(name), maps)
        maps.addAction(action)
        chosen = colormaps.short_name(name) == colormaps.short_name(options.cmap)
        _choice(action, wishes, replace(options, cmap=name), chosen)


def _modes(
    menu: QMenu, wishes: Wishes, specs: Mapping[str, FieldSpec], options: ViewOptions, shared: bool
) -> None:
    modes = _submenu(menu, "Colour limits")
    if scaling.fixed(specs.get(options.field)) is not None and not options.minus:
        modes.setEnabled(False)
        modes.menuAction().setToolTip("A phase runs from −π to π: its colours stay.")
    group = QActionGroup(modes)
    for mode, (text, tip) in MODES.items():
        if mode == "shared" and not shared:
            continue
        action = group.addAction(modes.addAction(text))
        action.setToolTip(tip)
        _choice(action, wishes, replace(options, autoscale=mode), mode == options.autoscale)


def _scales(menu: QMenu, wishes: Wishes, specs: Mapping[str, FieldSpec], options: ViewOptions) -> None:
    spec = specs.get(options.field)
    if not options.minus and spec is not None and has_no_log(spec):
        return
    scales = _submenu(menu, "Colour scale")
    group = QActionGroup(scales)
    for scale, (text, tip) in SCALES.items():
        action = group.addAction(scales.addAction(text))
        action.setToolTip(tip)
        _choice(action, wishes, replace(options, scale=scale), scale == options.scale)
    scales.addSeparator()
    _add(scales, "Threshold…", wishes.threshold_wished, "Where the symmetric log scale stops being linear.")


def _contours(menu: QMenu, wishes: Wishes, options: ViewOptions) -> None:
    lines = _submenu(menu, "Contours")
    group = QActionGroup(lines)
    plain = not options.levels
    for count in (0, *COUNTS):
        action = group.addAction(lines.addAction(f"About {count} levels" if count else "None"))
        wish = replace(options, contours=count, levels=())
        _choice(action, wishes, wish, plain and count == options.contours)
    values = _add(lines, "At values…", wishes.levels_wished, "Contours at the values you type.")
    values.setCheckable(True)
    values.setChecked(bool(options.levels))
    lines.addSeparator()
    labels = lines.addAction("Labels")
    labels.setEnabled(bool(options.contours or options.levels))
    labels.setToolTip("Write its value on every contour that is long enough.")
    _choice(
        labels, wishes, replace(options, contour_labels=not options.contour_labels), options.contour_labels
    )


def _compare(menu: QMenu, wishes: Wishes, specs: Mapping[str, FieldSpec], options: ViewOptions) -> None:
    others = _submenu(menu, "Compare with…")
    others.setEnabled(options.field in specs)
    group = QActionGroup(others)
    alone = group.addAction(others.addAction("Nothing"))
    alone.setToolTip("Show the field itself.")
    alone.setCheckable(True)
    alone.setChecked(not options.minus)
    alone.triggered.connect(lambda _checked=False: wishes.field_chosen.emit(options.field))
    first = specs.get(options.field)
    for name, spec in specs.items():
        if first is None or name == options.field or spec.dims != first.dims:
            continue
        action = group.addAction(others.addAction(f"{first.label} − {spec.label}"))
        action.setToolTip("Difference of the two at the same tick, about 0.")
        _choice(action, wishes, compared(options, name), name == options.minus)


def _submenu(menu: QMenu, title: str) -> QMenu:
    found = menu.addMenu(title)
    found.setToolTipsVisible(True)
    return found


def _choice(action: QAction, wishes: Wishes, wish: ViewOptions, chosen: bool) -> None:
    action.setCheckable(True)
    action.setChecked(chosen)
    action.triggered.connect(lambda _checked=False: wishes.options_wished.emit(wish))


def _add(menu: QMenu, text: str, wish: SignalInstance, tip: str = "") -> QAction:
    action = menu.addAction(text)
    action.setToolTip(tip or text.partition("\t")[0])
    action.triggered.connect(lambda _checked=False: wish.emit())
    return action


def _swatch(name: str) -> QIcon:
    wide = bar_image(name).transformed(QTransform().rotate(90))
    return QIcon(QPixmap.fromImage(wide.scaled(48, 12, Qt.AspectRatioMode.IgnoreAspectRatio)))
