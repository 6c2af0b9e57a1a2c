"""The test bench itself: the leak check sees each kind of leak, and windows get a GL context."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QThread, QTimer
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext
from PySide6.QtWidgets import QApplication, QLabel

from tests.support import leaks


def test_leak_check_names_a_running_timer_until_it_stops(qapp):
    before = leaks.snapshot()
    timer = QTimer()
    timer.setObjectName("ticker")
    timer.start(1000)
    assert any("QTimer 'ticker'" in phrase for phrase in leaks.left_behind(before, patience=0))
    timer.stop()
    assert leaks.left_behind(before) == []


def test_leak_check_names_a_running_qthread_until_it_ends(qapp):
    before = leaks.snapshot()
    thread = QThread()
    thread.setObjectName("worker")
    thread.start()
    assert any("QThread 'worker'" in phrase for phrase in leaks.left_behind(before, patience=0))
    thread.quit()
    assert thread.wait(5000)
    assert leaks.left_behind(before) == []


def test_leak_check_names_a_window_until_it_is_deleted(qapp):
    before = leaks.snapshot()
    window = QLabel("forgotten")
    assert any("QLabel" in phrase for phrase in leaks.left_behind(before, patience=0))
    window.deleteLater()
    assert leaks.left_behind(before) == []


def test_leak_check_names_a_python_thread_until_it_ends(qapp):
    before = leaks.snapshot()
    release = threading.Event()
    thread = threading.Thread(target=release.wait, name="straggler")
    thread.start()
    assert leaks.left_behind(before, patience=0) == ["thread 'straggler'"]
    release.set()
    thread.join()
    assert leaks.left_behind(before) == []


def test_windows_are_x11_and_make_a_gl_context(qapp):
    assert QApplication.platformName() == "xcb"
    surface = QOffscreenSurface()
    surface.create()
    context = QOpenGLContext()
    assert context.create()
    assert context.makeCurrent(surface)
    context.doneCurrent()


def test_numpy_raises_on_overflow_and_stays_silent_on_underflow():
    with pytest.raises(FloatingPointError):
        np.float64(1e308) * np.float64(10.0)
    assert np.float64(1e-308) * np.float64(1e-308) == 0.0
