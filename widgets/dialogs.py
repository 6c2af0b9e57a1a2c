"""Small dialogs, none of which blocks the event loop: prompts, confirmation, keyboard shortcuts, about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from tauscope.engine.errors import BadInput
from tauscope.widgets.amounts import count
from tauscope.widgets.buttons import Button, Kind
from tauscope.widgets.controls.numbers import parse_number
from tauscope.widgets.controls.parameter_form import SearchField
from tauscope.widgets.texts import Caption, set_role

WIDTH, MOST_WIDTH = 340, 640
FRAME = 28
"""Pixels of a field beside its text."""
Shortcut = tuple[str, str, str]
"""Group, text and keys of an action."""


class SmallDialog(QDialog):
    """Dialog with a column of content and a row of buttons; deleted when it closes.

    Enter presses the button that has the focus, else the primary one.

    Parameters
    ----------
    title : str
        Window title.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setObjectName(f"dialog:{title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.column = QVBoxLayout()
        self.column.setSpacing(8)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self.buttons.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.setSpacing(16)
        outer.addLayout(self.column, 1)
        outer.addLayout(self.buttons)

    def add_button(self, text: str, action: Callable[[], object], kind: Kind = "plain") -> Button:
        """Add a button to the row."""
        button = Button(text, kind=kind)
        button.clicked.connect(lambda: action())
        self.buttons.addWidget(button)
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter answers; our buttons are none of Qt's, which would do so by themselves."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        buttons = [button for button in self.findChildren(Button) if self.buttons.indexOf(button) >= 0]
        chosen = [button for button in buttons if button.hasFocus()]
        for button in (chosen or [button for button in buttons if button.kind == "primary"])[:1]:
            button.click()


class Prompt(SmallDialog):
    """Asks for one line of text; what is refused says why and keeps the dialog open.

    Parameters
    ----------
    title, label, text : str
        Window title, question, and what stands in the field at first.
    accept : str
        Text of the button.
    check : callable
        Turns the text into the answer; raises BadInput where it cannot.
    done : callable
        Called with the answer.
    """

    def __init__(
        self,
        title: str,
        label: str,
        text: str,
        accept: str,
        check: Callable[[str], Any],
        done: Callable[[Any], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self._check = check
        self._done = done
        question = sentence(label)
        self.field = QLineEdit(text)
        self.field.setAccessibleName(label)
        self.field.selectAll()
        question.setBuddy(self.field)
        room = self.field.fontMetrics().horizontalAdvance(text) + FRAME
        self.field.setMinimumWidth(min(max(room, WIDTH), MOST_WIDTH))
        self.problem = sentence("")
        set_role(self.problem, "trouble")
        self.column.addWidget(question)
        self.column.addWidget(self.field)
        self.column.addWidget(self.problem)
        self.column.addStretch(1)
        self.add_button("Cancel", self.reject)
        self.accept_button = self.add_button(accept, self.answer, "primary")
        self.field.textChanged.connect(lambda: self.problem.setText(""))
        self.field.setFocus()

    def offer_folders(self) -> Button:
        """Add a button that chooses the folder in which what is named is to stand; the name stays."""

        def chosen(folder: str) -> None:
            self.field.setText(str(Path(folder) / Path(self.field.text().strip()).name))

        button = Button("Browse…", kind="plain")
        button.setObjectName("browse")
        button.clicked.connect(
            lambda: ask_folder(
                self, "Folder", str(Path(self.field.text().strip()).expanduser().parent), chosen
            )
        )
        self.buttons.insertWidget(0, button)
        return button

    def answer(self) -> None:
        """Check the text; pass the answer on and close, or say what is wrong."""
        try:
            value = self._check(self.field.text().strip())
        except BadInput as error:
            self.problem.setText(str(error))
            self.field.setFocus()
            self.field.selectAll()
            return
        self.accept()
        self._done(value)


def ask_text(
    parent: QWidget | None, title: str, label: str, done: Callable[[str], object], text: str = ""
) -> Prompt:
    """Ask for a text that is not empty."""

    def check(given: str) -> str:
        if not given:
            raise BadInput("There is no name here.", remedy="Type one, or press Esc.")
        return given

    dialog = Prompt(title, label, text, "Save" if title.startswith("Save") else "OK", check, done, parent)
    dialog.open()
    return dialog


def ask_tick(parent: QWidget | None, now: int, done: Callable[[int], object]) -> Prompt:
    """Ask for a tick after ``now`` to run to."""

    def check(given: str) -> int:
        number = parse_number(given.replace(",", ""))
        if number != int(number):
            raise BadInput(f"{given} is not a whole number of ticks.", remedy="Type a whole number.")
        if number <= now:
            raise BadInput(f"Tick {count(number)} is not ahead: the run stands at tick {count(now)}.")
        return int(number)

    label = f"Run to tick (the run stands at {count(now)}):"
    dialog = Prompt("Run to", label, str(_next_round(now)), "Run", check, done, parent)
    dialog.open()
    return dialog


def ask_speed(parent: QWidget | None, present: float | None, done: Callable[[float], object]) -> Prompt:
    """Ask for a speed in ticks a second."""

    def check(given: str) -> float:
        number = parse_number(given.replace(",", ""))
        if not 0.01 <= number <= 1e7:
            raise BadInput(f"{given} ticks/s cannot be kept.", allowed="0.01 to 10,000,000 ticks/s")
        return number

    text = "60" if present is None else f"{present:g}"
    dialog = Prompt("Speed", "Ticks a second of wall clock:", text, "Set", check, done, parent)
    dialog.open()
    return dialog


def ask_file(
    parent: QWidget | None,
    title: str,
    path: str,
    kinds: str,
    done: Callable[[str], object],
    *,
    save: bool = False,
) -> QFileDialog:
    """Ask for a file without stopping the window.

    Parameters
    ----------
    parent : QWidget
        Window it belongs to.
    title, path : str
        Window title, and the file or folder that is suggested.
    kinds : str
        Filter as Qt writes it, such as ``"Sessions (*.tauscope)"``; its first ending is added to a bare name.
    done : callable
        Called with the path that was chosen.
    save : bool
        Whether the file is to be written; one that exists is asked about.
    """
    place = Path(path)
    folder = place if place.is_dir() else place.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent  # Qt takes a folder that is not there for one below the working directory
    dialog = QFileDialog(parent, title, str(folder), kinds)
    dialog.setObjectName(f"file:{title}")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if save:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix(kinds.partition("*.")[2].partition(")")[0].partition(" ")[0])
        dialog.selectFile(place.name)
    else:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda chosen: done(chosen))
    dialog.open()
    return dialog


def ask_folder(parent: QWidget | None, title: str, path: str, done: Callable[[str], object]) -> QFileDialog:
    """Ask for a folder without stopping the window."""
    dialog = QFileDialog(parent, title, path)
    dialog.setObjectName(f"folder:{title}")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda chosen: done(chosen))
    dialog.open()
    return dialog


def confirm(
    parent: QWidget | None,
    title: str,
    text: str,
    accept: str,
    done: Callable[[], object],
    *,
    danger: bool = False,
    refuse: str = "Cancel",
) -> SmallDialog:
    """Ask before something that cannot be undone; ``done`` is called when it is agreed to."""
    dialog = SmallDialog(title, parent)
    dialog.column.addWidget(sentence(text))
    dialog.add_button(refuse, dialog.reject).setFocus()
    dialog.add_button(accept, dialog.accept, "danger" if danger else "primary")
    dialog.accepted.connect(lambda: done())
    dialog.open()
    return dialog


class ShortcutsDialog(SmallDialog):
    """Searchable table of every key.

    Parameters
    ----------
    rows : iterable of (str, str, str)
        Group, text, and keys separated by two spaces.
    """

    def __init__(self, rows: Iterable[Shortcut], parent: QWidget | None = None) -> None:
        super().__init__("Keyboard shortcuts", parent)
        self.search = SearchField("Search actions and keys")
        self.search.textChanged.connect(self.filter)
        self.table = QTreeWidget()
        self.table.setColumnCount(2)
        self.table.setHeaderLabels(["Action", "Keys"])
        self.table.setRootIsDecorated(False)
        self.table.setItemsExpandable(False)
        self.table.setIndentation(12)
        self.table.setUniformRowHeights(True)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.table.header().setStretchLastSection(False)
        self.none = Caption("No action or key matches.")
        self.column.addWidget(self.search)
        self.column.addWidget(self.none)
        self.column.addWidget(self.table, 1)
        self.add_button("Close", self.accept, "primary")
        self._fill(rows)
        self.filter("")
        self.search.setFocus()

    def _fill(self, rows: Iterable[Shortcut]) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        for group, text, keys in rows:
            if group not in groups:
                groups[group] = QTreeWidgetItem(self.table, [group])
                font = groups[group].font(0)
                font.setBold(True)
                groups[group].setFont(0, font)
                groups[group].setFlags(Qt.ItemFlag.ItemIsEnabled)
            shown = "   ".join(native(key) for key in keys.split("  ") if key)
            QTreeWidgetItem(groups[group], [text.replace("…", ""), shown])
        self._groups = list(groups.values())
        self.table.expandAll()

    def filter(self, text: str) -> None:
        """Show the rows that hold every word."""
        words = text.casefold().split()
        for group in self._groups:
            for row in _children(group):
                line = f"{group.text(0)} {row.text(0)} {row.text(1)}".casefold()
                row.setHidden(not all(word in line for word in words))
            group.setHidden(all(row.isHidden() for row in _children(group)))
        found = any(not group.isHidden() for group in self._groups)
        self.table.setVisible(found)
        self.none.setVisible(not found)

    def shown(self) -> list[tuple[str, str]]:
        """Text and keys of the rows that are shown."""
        rows = [row for group in self._groups for row in _children(group)]
        return [(row.text(0), row.text(1)) for row in rows if not row.isHidden()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down leads from the search into the table."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Room for a menu's worth of rows."""
        return QSize(480, 560)


class AboutDialog(SmallDialog):
    """Name, purpose, licence, and what this installation is.

    Parameters
    ----------
    info : mapping of str to mapping
        Sections of facts, such as versions and paths; nested values are written on one line.
    """

    def __init__(self, info: Mapping[str, Mapping[str, Any]], parent: QWidget | None = None) -> None:
        super().__init__("About Tauscope", parent)
        version = info.get("versions", {}).get("tauscope", "")
        name = QLabel(f"Tauscope {version}".strip())
        set_role(name, "title")
        self.text = report(info)
        self.table = QTreeWidget()
        self.table.setColumnCount(2)
        self.table.setHeaderHidden(True)
        self.table.setRootIsDecorated(True)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        for section, facts in info.items():
            top = QTreeWidgetItem(self.table, [section.capitalize()])
            for key, value in facts.items():
                item = QTreeWidgetItem(top, [key.replace("_", " "), _one_line(value)])
                item.setToolTip(1, _one_line(value))
        self.table.expandItem(self.table.topLevelItem(0) or QTreeWidgetItem())
        purpose = Caption(
            "A desktop laboratory for lattice models of emergent gravity, coherence, waves and binding.",
            wrap=True,
        )
        self.column.addWidget(name)
        self.column.addWidget(purpose)
        self.column.addWidget(Caption("MIT licence, without warranty.", wrap=True))
        self.column.addWidget(self.table, 1)
        self.copy = self.add_button("Copy", lambda: QGuiApplication.clipboard().setText(self.text))
        self.copy.setToolTip("Copy all of it, for a report of a problem")
        self.add_button("Close", self.accept, "primary")

    def sizeHint(self) -> QSize:
        """Room for versions."""
        return QSize(520, 520)


def _children(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = [group.child(row) for row in range(group.childCount())]
    return [child for child in found if child is not None]


def sentence(text: str) -> QLabel:
    """Wrapped text at the width of a dialog."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMinimumWidth(WIDTH)
    return label


def report(info: Mapping[str, Mapping[str, Any]]) -> str:
    """Facts as indented text."""
    lines = []
    for section, facts in info.items():
        lines.append(section)
        lines += [f"  {key}: {_one_line(value)}" for key, value in facts.items()]
    return "\n".join(lines)


def native(keys: str) -> str:
    """Keys as the platform writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) or keys


def _one_line(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {_one_line(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_one_line(item) for item in value)
    return str(value)


def _next_round(now: int) -> int:
    """Next multiple of 1,000 that is at least 100 ticks ahead."""
    return (now + 100) // 1000 * 1000 + 1000
