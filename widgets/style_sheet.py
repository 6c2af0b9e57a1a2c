"""The Qt style sheet as a template; `tauscope.widgets.theme` fills in the colours."""

from __future__ import annotations

STYLE_SHEET = """
QWidget { color: $text; selection-background-color: $accent; selection-color: $on_accent; }
QMainWindow, QDialog, QWizard { background: $panel; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; margin: 0; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: $accent; }

QMenuBar { background: $ground; color: $muted; padding: 2px 6px; }
QMenuBar::item { background: transparent; padding: 5px 7px; border-radius: 4px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; color: $text; }
QMenu { background: $panel; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 10px; border-radius: 4px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }
QMenu::indicator { width: 12px; height: 12px; margin-left: 6px; }

QToolBar { background: $panel; border: none; border-bottom: 1px solid $line; padding: 8px; spacing: 8px; }
QToolBar::separator { background: $line; width: 1px; height: 1px; margin: 4px 8px; }
QStatusBar { background: $panel; color: $muted; border-top: 1px solid $line; font-size: $small; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; padding: 0 6px; }

QDockWidget { color: $muted; font-weight: 600; titlebar-close-icon: none; titlebar-normal-icon: none; }
QDockWidget::title {
  background: $panel; padding: 8px 10px; text-align: left; border-bottom: 1px solid $line;
}
QDockWidget > QWidget { background: $panel; }

QToolTip { background: $raised; color: $text; border: 1px solid $edge; padding: 5px 7px; }

QPushButton, QToolButton {
  background: $raised; color: $text; border: 1px solid transparent; border-radius: 6px;
  padding: 5px 10px; min-height: 16px;
}
QToolButton { padding: 4px 6px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $pressed; }
QPushButton:checked, QToolButton:checked { background: $accent_wash; border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton[role="primary"], QToolButton[role="primary"] {
  background: $accent; color: $on_accent; font-weight: 600;
}
QPushButton[role="primary"]:hover, QToolButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:focus, QToolButton[role="primary"]:focus {
  border: 2px solid $text; padding: 4px 9px;
}
QPushButton[role="primary"]:disabled { background: $line; color: $faint; }
QPushButton[role="record"], QToolButton[role="record"],
QPushButton[role="danger"], QToolButton[role="danger"] { color: $trouble; }
QPushButton[role="quiet"], QToolButton[role="quiet"] { background: transparent; padding: 3px; }
QPushButton[role="quiet"]:hover, QToolButton[role="quiet"]:hover { background: $hover; }
QPushButton[role="quiet"]:checked, QToolButton[role="quiet"]:checked { background: $accent_wash; }
QToolButton::menu-indicator, QPushButton::menu-indicator { width: 0; image: none; }
QToolButton::menu-button { border: none; width: 14px; }

QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit {
  background: $raised; color: $text; border: 1px solid $line; border-radius: 4px; padding: 3px 6px;
  min-height: 16px;
}
QLineEdit:hover, QAbstractSpinBox:hover { border-color: $edge; }
QLineEdit:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus { border: 1px solid $accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled { color: $faint; background: $panel; }
QLineEdit:read-only { background: $panel; color: $muted; }
QAbstractSpinBox { padding-right: 18px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
  subcontrol-origin: border; width: 16px; border: none; background: transparent;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-button:pressed, QAbstractSpinBox::down-button:pressed { background: $pressed; }
QAbstractSpinBox::up-arrow { image: url("$up"); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url("$chevron"); width: 10px; height: 10px; }
QLineEdit[role="hero"] { background: transparent; border-color: transparent; padding: 1px 2px; }
QLineEdit[role="hero"]:hover { background: $raised; }
QLineEdit[role="hero"]:focus { background: $raised; border-color: $accent; }
QLineEdit[state="error"] { border: 1px solid $trouble; background: $trouble_wash; }

QComboBox {
  background: $raised; color: $text; border: 1px solid $line; border-radius: 4px; padding: 3px 2px 3px 6px;
  min-height: 16px;
}
QComboBox:hover { border-color: $edge; }
QComboBox:focus { border: 1px solid $accent; }
QComboBox:disabled { color: $faint; }
QComboBox::drop-down { border: none; width: 16px; }
QComboBox::down-arrow { image: url("$chevron"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $edge; outline: none; padding: 2px; }

QCheckBox, QRadioButton { spacing: 8px; background: transparent; border-radius: 4px; }
QCheckBox::indicator, QMenu::indicator { width: 14px; height: 14px; }
QCheckBox::indicator, QMenu::indicator:non-exclusive {
  border: 1px solid $muted; border-radius: 3px; background: $raised;
}
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox:focus { color: $accent_ink; }
QCheckBox::indicator:checked, QMenu::indicator:non-exclusive:checked {
  background: $accent; border-color: $accent; image: url("$check");
}
QCheckBox::indicator:disabled { border-color: $line; background: $panel; }
QRadioButton::indicator { width: 12px; height: 12px; border: 1px solid $muted; border-radius: 7px; }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; }

QTabBar { background: $ground; }
QTabBar::tab {
  background: transparent; color: $muted; padding: 6px 7px;
  border: none; border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent_ink; }
QTabBar::scroller { width: 36px; }
QTabBar::tear { image: none; width: 0; }
QTabBar QToolButton { background: $ground; border: none; border-radius: 0; padding: 0; }
QTabBar QToolButton:hover { background: $hover; }
QTabBar QToolButton::left-arrow { image: url("$left"); width: 12px; height: 12px; }
QTabBar QToolButton::right-arrow { image: url("$right"); width: 12px; height: 12px; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 8px; }
QScrollBar:horizontal { height: 8px; }
QScrollBar::handle { background: $thumb; border-radius: 3px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSlider::groove:horizontal { height: 4px; background: $line; border-radius: 2px; }
QSlider::add-page:horizontal { background: transparent; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
  background: $text; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
}
QSlider::handle:horizontal:hover { background: $accent; }
QSlider::handle:horizontal:focus { background: $accent; }
QSlider::sub-page:horizontal:disabled { background: $thumb; }

QProgressBar {
  background: $line; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; text-align: center;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QProgressBar[state="warning"]::chunk { background: $warning; }
QProgressBar[state="trouble"]::chunk { background: $trouble; }

QAbstractItemView { background: $panel; border: none; outline: none; alternate-background-color: $panel; }
QAbstractItemView::item { padding: 4px 6px; border-radius: 4px; }
QAbstractItemView::item:hover { background: $raised; }
QAbstractItemView::item:selected { background: $accent_wash; color: $text; }
QHeaderView::section {
  background: $panel; color: $muted; border: none; border-bottom: 1px solid $line; padding: 4px 6px;
}
QGroupBox { border: none; border-top: 1px solid $line; margin-top: 16px; padding-top: 8px; }
QGroupBox::title { subcontrol-origin: margin; color: $muted; padding: 0 4px 0 0; }

QLabel { background: transparent; }
QLabel:disabled { color: $faint; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: $small; }
QLabel[role="heading"] { color: $muted; font-weight: 600; }
QLabel[role="title"] { color: $text; font-weight: 600; }
QLabel[role="good"] { color: $good_ink; }
QLabel[role="warning"] { color: $warning_ink; }
QLabel[role="trouble"] { color: $trouble_ink; }
QLabel[role="badge"] {
  color: $muted; border: 1px solid $line; border-radius: 3px; padding: 0 3px; font-size: 10px;
}
QFrame[role="separator"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="card"] { background: $raised; border: 1px solid transparent; border-radius: 6px; }
QFrame[role="panel"] { background: $panel; border: none; }
"""
