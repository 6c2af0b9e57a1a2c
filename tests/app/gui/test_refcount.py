"""F0: signals and turns of the event loop neither lose nor leave references to True and None."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

TIMES = 5000
MOST = 50


class Sender(QObject):
    told = Signal(bool, object)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from 3.12 on True and None are not counted")
def test_five_thousand_emits_and_turns_keep_the_counts(qapp: QApplication) -> None:
    """PySide6 6.12 on Python 3.11 lost one each time, and the program died after about 570."""
    sender, heard = Sender(), [0]

    def hear(yes: bool, nothing: object) -> None:
        heard[0] += yes and nothing is None

    sender.told.connect(hear)
    qapp.processEvents()
    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(TIMES):
        sender.told.emit(True, None)
        qapp.processEvents()
    after = sys.getrefcount(True), sys.getrefcount(None)
    assert heard[0] == TIMES
    assert max(abs(b - a) for a, b in zip(before, after, strict=True)) < MOST
