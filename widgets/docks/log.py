"""Log: records and events with filter, folded details, copy and clear."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from tauscope.engine.errors import unknown_name
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.parameter_form import SearchField
from tauscope.widgets.docks.log_model import LEVELS, TEXT, TIME, Entry, LogFilter, LogModel
from tauscope.widgets.texts import Caption

CHOICES = (
    ("event", "All", "Events, messages, warnings and errors"),
    ("debug", "All and debug", "Everything, what only a developer reads included"),
    ("trace", "Trace", "Python lines that make the run again"),
    ("info", "Messages", "Messages, warnings and errors"),
    ("warning", "Warnings", "Warnings and errors"),
    ("error", "Errors", "Errors only"),
)
SCROLL_MS = 30
NARROW = 320


class LogPanel(QWidget):
    """List of log entries, newest last; follows the newest unless scrolled up.

    Signals
    -------
    save_trace_requested : ()
        Save the Python lines of the run as a script.
    """

    save_trace_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log")
        self.model = LogModel(self)
        self.shown = LogFilter(self.model, self)
        self.search = SearchField("Filter")
        self.search.setMinimumWidth(60)
        self.level = QComboBox()
        for level, text, tip in CHOICES:
            self.level.addItem(text, level)
            self.level.setItemData(self.level.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.level.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.level.setAccessibleName("Least level that is shown")
        self.level.setMinimumContentsLength(4)
        self.level.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.level.setToolTip("Least level that is shown")
        self.copy = Button(
            "", "copy", "Copy the selected lines, or all that are shown (Ctrl+C)", kind="ghost"
        )
        self.wipe = Button("", "delete", "Clear the log", kind="ghost")
        self.save = Button(
            "", "save", "Save the trace: the run as a Python script that does it again", kind="ghost"
        )
        self.view = QTreeView()
        self.empty = Caption("", wrap=True)
        self._following = True
        self._scroll = QTimer(self)
        self._scroll.setSingleShot(True)
        self._scroll.setInterval(SCROLL_MS)
        self._scroll.timeout.connect(self._to_end)
        self._prepare_view()
        self._build()
        self._connect()

    def _prepare_view(self) -> None:
        view = self.view
        view.setModel(self.shown)
        view.setHeaderHidden(True)
        view.setUniformRowHeights(True)
        view.setTreePosition(TEXT)
        view.setRootIsDecorated(True)
        view.setIndentation(16)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        view.installEventFilter(self)
        header = view.header()
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(TIME, QHeaderView.ResizeMode.ResizeToContents)

    def _build(self) -> None:
        self._tools = tools = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        tools.setSpacing(4)
        rest = QHBoxLayout()
        for one in (self.level, self.save, self.copy, self.wipe):
            rest.addWidget(one, int(one is self.level))
        tools.addWidget(self.search, 1)
        tools.addLayout(rest)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 6, 6)
        column.setSpacing(6)
        column.addLayout(tools)
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)
        self._tell_empty()

    def _connect(self) -> None:
        self.search.textChanged.connect(self.shown.set_words)
        self.search.textChanged.connect(self._tell_empty)
        self.level.currentIndexChanged.connect(self._filter_level)
        self.copy.clicked.connect(self.copy_lines)
        self.wipe.clicked.connect(self.clear)
        self.save.clicked.connect(self.save_trace_requested)
        self.view.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.shown.set_least(CHOICES[0][0])

    # -- content

    def append(self, level: str, text: str, details: str = "", stamp: float | None = None) -> None:
        """Add an entry; to be called on the GUI thread.

        Parameters
        ----------
        level : str
            One of `LEVELS`.
        text : str
            Sentence; line breaks become spaces.
        details : str
            Traceback or other lines, folded at first.
        stamp : float, optional
            Seconds since the epoch, now by default.

        Raises
        ------
        BadInput
            Unknown level.
        """
        if level not in LEVELS:
            raise unknown_name("log level", level, LEVELS)
        when = time.time() if stamp is None else stamp
        clock = time.strftime("%H:%M:%S", time.localtime(when))
        self.model.append(
            Entry(clock, level, " ".join(text.split()), tuple(details.strip("\n").splitlines()))
        )
        self._tell_empty()
        if self._following and not self._scroll.isActive():
            self._scroll.start()

    def clear(self) -> None:
        """Forget every entry."""
        self.model.clear()
        self._following = True
        self._tell_empty()

    def copy_lines(self) -> None:
        """Copy the selected entries, or all that are shown, to the clipboard."""
        chosen = {
            (i.parent() if i.parent().isValid() else i).row()
            for i in self.view.selectionModel().selectedRows()
        }
        QGuiApplication.clipboard().setText(self.shown.plain(list(chosen) or None))

    @property
    def following(self) -> bool:
        """Whether the newest entry is kept in view."""
        return self._following

    def _filter_level(self) -> None:
        chosen = str(self.level.currentData())
        if chosen == "trace":
            self.shown.set_only(chosen)
        else:
            self.shown.set_least(chosen)
        self._tell_empty()

    def _tell_empty(self) -> None:
        hidden = self.shown.rowCount() > 0
        self.empty.setHidden(hidden)
        self.empty.setText(
            "Nothing matches the filter." if len(self.model) else "Messages and changes appear here."
        )
        self.copy.setEnabled(hidden)
        self.wipe.setEnabled(len(self.model) > 0)

    # -- scrolling

    def _scrolled(self, value: int) -> None:
        if not self._scroll.isActive():
            self._following = value >= self.view.verticalScrollBar().maximum()

    def _to_end(self) -> None:
        if self._following and self.isVisible():
            self.view.scrollToBottom()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Copy with Ctrl+C; fold and unfold with Enter; let go of following when the user scrolls."""
        if watched is not self.view:
            return False
        if event.type() == QEvent.Type.Wheel:
            self._scroll.stop()
        if isinstance(event, QKeyEvent) and event.type() in (
            QEvent.Type.KeyPress,
            QEvent.Type.ShortcutOverride,
        ):
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        copy = event.matches(QKeySequence.StandardKey.Copy)
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (copy or enter):
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            if copy:
                self.copy_lines()
            else:
                index = self.view.currentIndex().siblingAtColumn(0)
                self.view.setExpanded(index, not self.view.isExpanded(index))
        return event.type() == QEvent.Type.KeyPress

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep every button in sight, and give the text the room of the time, where the panel is narrow."""
        super().resizeEvent(event)
        narrow, policy = self.width() < NARROW, QComboBox.SizeAdjustPolicy
        directions = QBoxLayout.Direction
        self._tools.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        self.level.setSizeAdjustPolicy(
            policy.AdjustToMinimumContentsLengthWithIcon if narrow else policy.AdjustToContents
        )
        self.view.setColumnHidden(TIME, narrow)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while hidden."""
        super().showEvent(event)
        self._to_end()
