"""List of probes, and the inspector of the chosen one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import UNKNOWN
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.choice import Choice
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.docks.probe_state import PLACES, REDUCTIONS, ProbeMark
from tauscope.widgets.plots.bare import line_color
from tauscope.widgets.texts import Caption, Elided, Label, set_role

SUBSCRIPTS = {"x2": "x₂", "y2": "y₂"}


class Pick(Choice):
    """Choice whose entries change, each a value and a text."""

    def __init__(self, name: str) -> None:
        super().__init__((), name)
        self._entries: tuple[tuple[str, str], ...] = ()

    def set_entries(self, entries: Sequence[tuple[str, str]], value: str) -> None:
        """Offer these and show one; emits nothing."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self.clear()
            for key, text in entries:
                self.addItem(text, key)
        self.set_value(value)


class ProbeRow(QWidget):
    """One probe: colour, name, present value, switch, delete.

    Signals
    -------
    chosen(), shown_toggled(shown), deleted()
    """

    chosen = Signal()
    shown_toggled = Signal(bool)
    deleted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mark: ProbeMark | None = None
        self._selected = False
        self.name = Elided()
        self.value = Elided(right=True)
        self.value.setFont(theme.number_font())
        self.eye = Button("", "eye", "Show or hide its mark and curves", "ghost")
        self.eye.clicked.connect(self._toggle)
        self.delete = Button("", "delete", "Delete this probe", "ghost")
        self.delete.clicked.connect(self.deleted)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.name, 1)
        row.addWidget(self.value)
        row.addWidget(self.eye)
        row.addWidget(self.delete)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_mark(self, mark: ProbeMark, selected: bool) -> None:
        """Show a probe."""
        self._mark, self._selected = mark, selected
        self.name.set_text(mark.name)
        self.name.set_ink("text" if mark.shown else "muted")
        what = mark.label or mark.quantity
        of_cluster = f"{what} of cluster {mark.x:g}"
        of_site = f"{what} at {', '.join(str(place) for place in mark.site)}"
        hints = {"cluster": of_cluster, "site": of_site}
        self.name.set_hint(hints.get(mark.kind, f"{mark.kind.capitalize()} of {what}"))
        self.eye.set_look("", "eye" if mark.shown else "eye-off", "ghost")
        self.update()

    def set_value(self, text: str, problem: str = "") -> None:
        """Show its newest value, or that there is none and why."""
        self.value.set_text("!" if problem else text)
        self.value.set_ink("warning" if problem else "text")
        self.value.set_hint(problem)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose this probe."""
        super().mousePressEvent(event)
        self.chosen.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground of the chosen one, and the colour."""
        if self._mark is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colors = theme.current()
        if self._selected:
            painter.setBrush(QColor(theme.mix(colors.panel, colors.accent, 0.18)))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setBrush(QColor(line_color(self._mark.color)))
        painter.drawRoundedRect(QRectF(6, self.height() / 2 - 4, 8, 8), 2, 2)

    def _toggle(self) -> None:
        if self._mark is not None:
            self.shown_toggled.emit(not self._mark.shown)


class ProbeInspector(QWidget):
    """Every entry of one probe, typed exactly.

    Signals
    -------
    edited(changes, phase)
        New absolute values.
    """

    edited = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._mark: ProbeMark | None = None
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.name.setAccessibleName("Name of the probe")
        self.name.editingFinished.connect(self._named)
        self.quantity = Pick("Quantity")
        self.quantity.chosen.connect(lambda value: self.edited.emit({"quantity": value}, "commit"))
        self.reduction = Pick("Reduction")
        self.reduction.set_entries([(name, name) for name in REDUCTIONS], "mean")
        self.reduction.setToolTip("What makes one number of its cells")
        self.reduction.chosen.connect(lambda value: self.edited.emit({"reduction": value}, "commit"))
        self.places = {name: self._place(name) for name in ("x", "y", "x2", "y2")}
        self._limits = {name: Bounds() for name in self.places}
        self._last_cluster = 0
        self.site = QLineEdit()
        self.site.setAccessibleName("Site")
        self.site.setToolTip("Nine indices, in the order r s t u v w x y z, from 0")
        self.site.editingFinished.connect(self._sited)
        self.problem = Label(wrap=True, role="warning")
        self.problem.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self._captions: dict[str, Caption] = {}
        for row, (key, text, editor) in enumerate(
            (
                ("name", "name", self.name),
                ("quantity", "of", self.quantity),
                ("reduction", "by", self.reduction),
                ("site", "site", self.site),
            )
        ):
            self._captions[key] = Caption(text)
            grid.addWidget(self._captions[key], row, 0)
            grid.addWidget(editor, row, 1, 1, 3)
        for number, (name, field) in enumerate(self.places.items()):
            self._captions[name] = Caption(SUBSCRIPTS.get(name, name))
            grid.addWidget(self._captions[name], 4 + number // 2, 2 * (number % 2))
            grid.addWidget(field, 4 + number // 2, 2 * (number % 2) + 1)
        grid.addWidget(self.problem, 6, 0, 1, 4)
        self.hide()

    def set_limits(self, nx: int, ny: int) -> None:
        """Size of the lattice in cells."""
        for name in self.places:
            self._limits[name] = Bounds(-0.5, (nx if name[0] == "x" else ny) - 0.5, open_high=True)
        self._bound()

    def set_clusters(self, clusters: int) -> None:
        """How many clusters there are."""
        self._last_cluster = max(clusters - 1, 0)
        self._bound()

    def _bound(self) -> None:
        of_cluster = self._mark is not None and self._mark.kind == "cluster"
        for name, field in self.places.items():
            field.set_bounds(Bounds(0.0, self._last_cluster) if of_cluster else self._limits[name])

    def set_mark(
        self,
        mark: ProbeMark | None,
        fields: Mapping[str, str],
        scalars: Mapping[str, str],
        clusters: Mapping[str, str] | None = None,
        sites: Mapping[str, str] | None = None,
    ) -> None:
        """Show a probe, with labels by name of what probes of each kind may measure."""
        self._mark = mark
        self.setVisible(mark is not None)
        if mark is None:
            return
        if not (self.name.hasFocus() and self.name.isModified()) and self.name.text() != mark.name:
            self.name.setText(mark.name)
            self.name.setCursorPosition(0)
        known = {"global": scalars, "cluster": clusters or {}, "site": sites or {}}
        offered = dict(known.get(mark.kind, fields))
        offered.setdefault(mark.quantity, mark.quantity)
        self.quantity.set_entries(list(offered.items()), mark.quantity)
        self.reduction.set_value(mark.reduction)
        reduces = mark.kind in ("line", "region")
        self.reduction.setVisible(reduces)
        self._captions["reduction"].setVisible(reduces)
        for widget in (self.site, self._captions["site"]):
            widget.setVisible(mark.kind == "site")
        text = " ".join(str(place) for place in mark.site)
        if not (self.site.hasFocus() and self.site.isModified()) and self.site.text() != text:
            self.site.setText(text)
            self.site.setCursorPosition(0)
        self._bound()
        self._captions["x"].setText("cluster" if mark.kind == "cluster" else "x")
        for name, field in self.places.items():
            used = name in PLACES[mark.kind]
            field.setVisible(used)
            self._captions[name].setVisible(used)
            field.set_value(float(getattr(mark, name)))

    def set_problem(self, text: str) -> None:
        """Why it has no values, or ""."""
        self.problem.setVisible(bool(text))
        self.problem.setText(text)

    def _place(self, name: str) -> NumberField:
        field = NumberField("", Bounds(), name=name)
        field.setToolTip("Cells; cell centres are at whole numbers")
        field.edited.connect(lambda value, phase: self.edited.emit({name: value}, phase))
        return field

    def _named(self) -> None:
        name = self.name.text().strip()
        if self._mark is not None and self.name.isModified() and name != self._mark.name:
            self.name.setModified(False)
            self.edited.emit({"name": name or self._mark.id}, "commit")

    def _sited(self) -> None:
        if self._mark is None or not self.site.isModified():
            return
        self.site.setModified(False)
        words = self.site.text().replace(",", " ").split()
        if len(words) != len(self._mark.site) or not all(word.isdecimal() for word in words):
            self.set_problem(f"A site has {len(self._mark.site)} whole numbers from 0, separated by blanks.")
            return
        site = tuple(int(word) for word in words)
        if site != self._mark.site:
            self.edited.emit({"site": site}, "commit")


class ProbeList(QWidget):
    """Rows of probes above the inspector of the chosen one.

    Signals
    -------
    chosen(id), deleted(id)
    edited(id, changes, phase)
    """

    chosen = Signal(str)
    deleted = Signal(str)
    edited = Signal(str, object, str)

    def __init__(self, hint: str) -> None:
        super().__init__()
        self.rows: dict[str, ProbeRow] = {}
        self.selected = ""
        self._marks: dict[str, ProbeMark] = {}
        self._problems: Mapping[str, str] = {}
        self._fields: Mapping[str, str] = {}
        self._scalars: Mapping[str, str] = {}
        self._clusters: Mapping[str, str] = {}
        self._sites: Mapping[str, str] = {}
        self.hint = Caption(hint, wrap=True)
        self.inspector = ProbeInspector()
        self.inspector.edited.connect(lambda changes, phase: self.edited.emit(self.selected, changes, phase))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.hint)
        self._column.addWidget(self.inspector)
        self._column.addStretch(1)

    def sizeHint(self) -> QSize:
        """As narrow as a side panel."""
        return QSize(200, super().sizeHint().height())

    def set_quantities(
        self,
        fields: Mapping[str, str],
        scalars: Mapping[str, str],
        clusters: Mapping[str, str] | None = None,
        sites: Mapping[str, str] | None = None,
    ) -> None:
        """What may be measured: labels of fields, scalars, fields of clusters and parts of sites, by name."""
        self._fields, self._scalars = dict(fields), dict(scalars)
        self._clusters, self._sites = dict(clusters or {}), dict(sites or {})
        self._show()

    def set_marks(self, marks: Sequence[ProbeMark], selected: str) -> None:
        """Show these probes."""
        self._marks = {mark.id: mark for mark in marks}
        self.selected = selected if selected in self._marks else ""
        for key in [key for key in self.rows if key not in self._marks]:
            row = self.rows.pop(key)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for number, mark in enumerate(marks):
            if mark.id not in self.rows:
                self.rows[mark.id] = self._make_row(mark.id)
                self._column.insertWidget(number, self.rows[mark.id])
            self.rows[mark.id].set_mark(mark, mark.id == self.selected)
        self._show()

    def set_values(self, texts: Mapping[str, str], problems: Mapping[str, str]) -> None:
        """Newest values as texts, and why there is none, by id."""
        self._problems = problems
        for key, row in self.rows.items():
            row.set_value(texts.get(key, UNKNOWN), problems.get(key, ""))
        self.inspector.set_problem(problems.get(self.selected, ""))

    def _make_row(self, key: str) -> ProbeRow:
        row = ProbeRow()
        row.chosen.connect(lambda: self.chosen.emit(key))
        row.deleted.connect(lambda: self.deleted.emit(key))
        row.shown_toggled.connect(lambda shown: self.edited.emit(key, {"shown": shown}, "commit"))
        return row

    def _show(self) -> None:
        self.hint.setVisible(not self._marks)
        mark = self._marks.get(self.selected)
        self.inspector.set_mark(mark, self._fields, self._scalars, self._clusters, self._sites)
        self.inspector.set_problem(self._problems.get(self.selected, ""))
        set_role(self.hint, "muted")
