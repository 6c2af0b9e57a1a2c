"""SCRAM in the window: whatever happens to the wave, the window lives and shows the last good state."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from tauscope.app import scram_log, session, slice_planes, stopped_run
from tauscope.app.lab import Lab
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_oracle import UfieOracle
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.recording import RecordingFile
from tauscope.app.sheets import write_sheet
from tauscope.engine.world import World
from tauscope.widgets.docks.log_model import Entry
from tauscope.widgets.labs.ufie.scram_banner import Alarm
from tauscope.widgets.state import RecordingChoice
from tests.support.gui import LEFT, PATIENCE, pump, wait_for
from tests.support.waves import put_back, waves

GENTLE, STRONG = 100.0, 1e5
PUSH: dict[str, Any] = {"name": "push", "frequency": 10.0, "profile": "uniform", "ramp": 0.05}
WAVE: dict[str, Any] = {
    "c0": 300.0,
    "beta": 10.0,
    "alpha": 1.0,
    "emitters": [{**PUSH, "amplitude": GENTLE}],
    "scram": {"checkpoint_every": 0.05, "hold": 0.1, "recovery": 0.25, "recovery_every": 0.02},
    "start": {"kind": "gaussian", "amplitude": 0.3},
}


@pytest.fixture(autouse=True)
def _no_leaks() -> None:
    """What is left behind is looked for once, when the window of all these tests is closed."""


@pytest.fixture(scope="module")
def window(qapp, tmp_path_factory):
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("scram")
    patch.setenv("XDG_STATE_HOME", str(folder / "state"))
    patch.setenv("XDG_DATA_HOME", str(folder / "data"))
    yield from waves(qapp, folder, **WAVE)
    patch.undo()


@pytest.fixture
def lab(window, qapp) -> Iterator[Lab]:
    """The window at tick 0 of its first document, paused, with an empty log and nothing told."""
    content = window.__dict__.setdefault("_start", window.document.content)
    put_back(qapp, window, content)
    former = window.simulation.loop.world
    window.reset()
    wait_for(qapp, lambda: window.simulation.loop.world is not former, "a new run", 120.0)
    wait_for(qapp, lambda: shown_tick(window) == 0, "its first picture", 120.0)
    raise_oracle(qapp, window)
    window.window.notifications.clear()
    window.window.log.clear()
    window.history.clear()
    yield window
    window.playback.close()
    window.window.notifications.clear()


def part(lab: Lab) -> UfieOracle:
    return part_of(lab, UfieOracle)


def said(lab: Lab) -> Alarm:
    """What the banner says."""
    alarm = part(lab).banner.alarm
    assert alarm is not None
    return alarm


def is_red(lab: Lab) -> bool:
    """Whether the banner tells of a stop."""
    alarm = part(lab).banner.alarm
    return alarm is not None and alarm.level == "error"


def shown_tick(lab: Lab) -> int:
    same = lab.frame is not None and lab.frame.generation == lab.simulation.loop.world.generation
    return lab.frame.ticks["ufie"] if same and lab.frame is not None else -1


def steps(qapp, lab: Lab, count: int) -> None:
    """Do so many steps, or as many as SCRAM lets it."""
    loop = lab.simulation.loop
    end = loop.world.macro_tick + count
    lab.step(count)
    wait_for(
        qapp,
        lambda: not loop.running and (loop.world.macro_tick == end or loop.blow_up is not None),
        f"{count} steps",
        120.0,
    )


def poison(world: World, value: float = np.nan) -> None:
    """Put a number that is none into the arrays of the kernels themselves, as a fault would."""
    engine: Any = world.engine("ufie")
    state = {name: array.copy() for name, array in engine._body.wave.state().items()}
    state["psi"].ravel()[7] = value
    engine._body.wave.restore(state)


def entries(lab: Lab) -> list[Entry]:
    model = lab.window.log.model
    return [model.entry(row) for row in range(len(model))]


def levels_told(lab: Lab) -> list[str]:
    """Levels of what the log says of SCRAM; it is told a turn or more after the banner."""
    return [entry.level for entry in entries(lab) if entry.text.startswith("SCRAM")]


def texts(lab: Lab) -> list[str]:
    return lab.window.notifications.texts()


def shows_the_engine(qapp, lab: Lab) -> None:
    """The main slice shows what the engine has, and that is finite."""
    slices = part_of(lab, UfieSlices)
    look, options = slices.view_options("slice"), slices.options("slice")
    request = slice_planes.request_of(look.field, options, look.autoscale == "robust")
    assert request is not None
    frame = lab.simulation.loop.call(lambda world: world.frame([request])).result(PATIENCE)
    wanted = frame.arrays[request]
    assert np.isfinite(wanted).all()

    def agrees() -> bool:
        plane = slices.planes.get("slice")
        return plane is not None and np.array_equal(plane.array, wanted)

    wait_for(qapp, agrees, "the slice shows the engine's plane")


def press(lab: Lab, text: str) -> None:
    """Press a button of the newest notification."""
    banner = lab.window.notifications.visible()[0]
    button = next(b for b in banner.findChildren(QAbstractButton) if b.text() == text)
    QTest.mouseClick(button, LEFT)


def overdrive(lab: Lab, amplitude: float) -> None:
    """Turn the emitter's amplitude, as its dock does."""
    lab.editing.set_parameter("emitters.push.amplitude", amplitude)
    config: Any = lab.document.content.configs["ufie"]
    assert config.emitters[0].amplitude == amplitude


# -- roll-backs


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_none_is_rolled_back_and_told_above_the_slice(lab, qapp, value) -> None:
    steps(qapp, lab, 210)
    banner = part(lab).banner
    assert not banner.isVisible()
    lab.simulation.loop.call(lambda world: poison(world, value)).result(PATIENCE)
    steps(qapp, lab, 30)
    wait_for(qapp, banner.isVisible, "the banner")
    alarm = said(lab)
    assert (alarm.level, alarm.title) == ("warning", "SCRAM: attempt 1 of 3")
    assert "not a number at site (r 0" in alarm.happened
    assert "step 220, 0.055 s" in alarm.happened
    assert "half the drive" in alarm.done
    assert banner.live.text().startswith("drive 50 %  ·  step 0.25 ms  ·  all of it back in 0.")
    assert not banner.go_back.isVisible()
    shows_the_engine(qapp, lab)
    wait_for(qapp, lambda: levels_told(lab) == ["warning"], "it is logged once")
    wait_for(qapp, lambda: any("SCRAM, step 220" in text for text in texts(lab)), "it is told")
    centre = lab.window.centre.rect()
    slices = part_of(lab, UfieSlices)
    assert banner.mapTo(lab.window.centre, banner.rect().bottomLeft()).y() < centre.height() / 3
    assert slices.views["slice"].isVisible()


def test_the_banner_goes_when_the_whole_drive_is_back(lab, qapp) -> None:
    steps(qapp, lab, 60)
    lab.simulation.loop.call(poison).result(PATIENCE)
    steps(qapp, lab, 20)
    banner = part(lab).banner
    wait_for(qapp, banner.isVisible, "the banner")
    # Held for 0.1 s, then a quarter each 0.02 s.
    steps(qapp, lab, 400 + 2 * 80 + 40)
    wait_for(qapp, lambda: not banner.isVisible(), "all is well")
    assert lab.simulation.loop.world.engine("ufie").scalar("drive_gain") == 1.0
    wait_for(qapp, lambda: levels_told(lab) == ["warning", "info"], "both are logged")


def test_an_acknowledgement_by_mouse_sends_the_banner_away(lab, qapp) -> None:
    steps(qapp, lab, 60)
    lab.simulation.loop.call(poison).result(PATIENCE)
    steps(qapp, lab, 20)
    banner = part(lab).banner
    wait_for(qapp, banner.isVisible, "the banner")
    QTest.mouseClick(banner.acknowledge, LEFT)
    wait_for(qapp, lambda: not banner.isVisible(), "it is acknowledged")
    assert lab.simulation.loop.world.engine("ufie").scalar("scram_attempts") == 0.0
    wait_for(qapp, lambda: any("Acknowledged" in entry.text for entry in entries(lab)), "it is logged")


# -- the stop


def logged() -> list[str]:
    """Lines of scram.log."""
    path = scram_log.log_path()
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def stopped(qapp, lab: Lab) -> Path:
    """Drive the wave until SCRAM stops it; the file of its state."""
    overdrive(lab, STRONG)
    steps(qapp, lab, 8000)
    assert lab.simulation.loop.blow_up is not None
    kept = lab.run_control.stopped
    wait_for(qapp, lambda: kept.saved is not None, "the state is saved")
    assert kept.saved is not None
    return kept.saved


def test_an_overdrive_ends_in_a_stop_with_the_state_saved_and_goes_on_when_acknowledged(lab, qapp) -> None:
    wait_for(qapp, lambda: lab.background.idle, "earlier lines are written")
    before = len(logged())
    path = stopped(qapp, lab)
    banner, loop = part(lab).banner, lab.simulation.loop
    wait_for(qapp, lambda: is_red(lab), "the red banner")
    assert said(lab).title == "SCRAM has stopped the run after 3 attempts"
    assert banner.live.text().endswith("stopped")
    assert banner.go_back.isVisible()
    shows_the_engine(qapp, lab)
    assert path.parent == stopped_run.folder()
    text = texts(lab)[0]
    assert str(path) in text
    assert "three attempts within 60 s" in text
    wait_for(qapp, lambda: levels_told(lab) == ["warning", "warning", "warning", "error"], "all are logged")
    kept, world = session.open_run(path)
    assert kept.tick == loop.world.macro_tick
    np.testing.assert_array_equal(
        world.engine("ufie").field("psi"),
        loop.call(lambda now: now.engine("ufie").field("psi")).result(PATIENCE),
    )
    tick = loop.world.macro_tick
    lab.set_playing(True)
    wait_for(qapp, lambda: any("Acknowledge it to go on" in t for t in texts(lab)), "play is refused")
    assert not loop.running
    assert loop.world.macro_tick == tick
    overdrive(lab, GENTLE)
    press(lab, "Acknowledge and go on")
    wait_for(qapp, lambda: loop.world.macro_tick > tick + 200, "the run goes on")
    lab.set_playing(False)
    wait_for(qapp, lambda: not loop.running, "the run pauses")
    wait_for(qapp, lambda: len(logged()) >= before + 5, "the log is written")
    # What came after the acknowledgement depends on how far the run went meanwhile.
    assert [line.split(" | ")[1] for line in logged()[before:][:5]] == [
        "Attempt 1", "Attempt 2", "Attempt 3", "Attempt 4", "Attempt 0",
    ]  # fmt: skip


def test_the_step_button_is_refused_too_and_go_back_returns_to_before_the_stop(lab, qapp) -> None:
    stopped(qapp, lab)
    loop = lab.simulation.loop
    tick = loop.world.macro_tick
    lab.step(10)
    wait_for(qapp, lambda: any("Acknowledge it to go on" in t for t in texts(lab)), "a step is refused")
    assert loop.world.macro_tick == tick
    QTest.mouseClick(part(lab).banner.go_back, LEFT)
    wait_for(qapp, lambda: loop.blow_up is None, "the good state")
    assert loop.world.macro_tick < tick
    shows_the_engine(qapp, lab)
    wait_for(qapp, lambda: not is_red(lab), "no stop")


def test_a_state_that_was_saved_at_a_stop_opens_with_its_banner_and_does_not_play(lab, qapp) -> None:
    from tauscope.app.parts.sessions import Sessions

    path = stopped(qapp, lab)
    loop = lab.simulation.loop
    former = loop.world
    lab.reset()
    wait_for(qapp, lambda: loop.world is not former and shown_tick(lab) == 0, "a new run")
    assert not part(lab).banner.isVisible()
    part_of(lab, Sessions).open(path)
    wait_for(qapp, lambda: is_red(lab), "the banner")
    tick = loop.world.macro_tick
    assert tick > 0
    lab.set_playing(True)
    wait_for(qapp, lambda: any("Acknowledge it to go on" in t for t in texts(lab)), "play is refused")
    assert loop.world.macro_tick == tick
    assert not [e for e in entries(lab) if e.text.startswith("SCRAM, step")][4:], "it is no news"


# -- limits of the step, and no SCRAM


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [("dt", 1e-3, "third harmonic of e8"), ("c0", 2000.0, "a step of 0.00025 s is too long")],
)
def test_what_is_beyond_the_limits_of_the_step_is_refused_at_the_field(lab, qapp, path, value, why) -> None:
    before = lab.document.content
    lab.editing.set_parameter(path, value)
    assert lab.document.content == before
    assert why in lab.window.parameters.form.rows[path].error()
    assert any(why in text for text in texts(lab))
    steps(qapp, lab, 20)
    shows_the_engine(qapp, lab)


def test_without_scram_a_broken_limit_offers_half_the_step_and_the_run_goes_on(lab, qapp) -> None:
    loop = lab.simulation.loop
    former = loop.world
    lab.editing.set_parameter("scram.on", False)
    wait_for(qapp, lambda: loop.world is not former and shown_tick(lab) == 0, "a run without SCRAM")
    steps(qapp, lab, 40)
    shows_the_engine(qapp, lab)
    shown = part_of(lab, UfieSlices).planes["slice"].array.copy()
    loop.call(poison).result(PATIENCE)
    lab.step(40)
    wait_for(qapp, lambda: loop.blow_up is not None, "the limit is seen")
    wait_for(
        qapp, lambda: any("ufie broke a limit: psi is nan at cell" in t for t in texts(lab)), "it is told"
    )
    np.testing.assert_array_equal(part_of(lab, UfieSlices).planes["slice"].array, shown)
    press(lab, "Go back and halve dt")
    wait_for(qapp, lambda: loop.blow_up is None, "the good state")
    assert lab.document.content.configs["ufie"].dt == 1.25e-4
    wait_for(qapp, lambda: loop.world.engine("ufie").config.dt == 1.25e-4, "the engine has the step")
    steps(qapp, lab, 40)
    shows_the_engine(qapp, lab)


# -- plots


def raise_oracle(qapp, lab: Lab) -> None:
    dock = lab.window.docks["oracle"]
    dock.setVisible(True)
    dock.raise_()
    wait_for(qapp, lambda: dock.widget().isVisible(), "the oracle is seen")


def drawn(lab: Lab) -> dict[str, np.ndarray]:
    return {c.key: c.y for pane in part(lab).panel.chart.panes for c in pane.curves}


def test_the_plots_follow_the_run_and_show_what_scram_did(lab, qapp) -> None:
    raise_oracle(qapp, lab)
    panel = part(lab).panel
    steps(qapp, lab, 300)
    lab.simulation.loop.call(poison).result(PATIENCE)
    steps(qapp, lab, 200)
    engine = lab.simulation.loop.world.engine("ufie")
    wait_for(qapp, lambda: len(panel.chart.panes) == 4 and len(panel.chart.marks) == 1, "panes and a mark")
    wait_for(qapp, lambda: drawn(lab)["H_hat"][-1] == engine.scalar("H_hat"), "the newest value")
    assert drawn(lab)["drive_gain"][-1] == 0.5
    assert drawn(lab)["scram_attempts"][-1] == 1.0
    assert drawn(lab)["soft limit"].tolist() == [1e-4, 1e-4]
    assert "not a number" in panel.chart.marks[0].text
    tips = [plot.toolTip() for plot in panel.chart.plots]
    assert "Power lost to friction" in tips[1]
    assert "1/s³" in tips[1]
    assert "hard limit 0.01" in tips[2]
    panel.chart.hovered.emit(panel.chart.marks[0].x)
    assert "not a number" in panel.said
    panel.chart.hovered.emit(None)
    assert panel.said == ""


def test_plots_that_stand_still_lose_no_sample(lab, qapp) -> None:
    raise_oracle(qapp, lab)
    panel = part(lab).panel
    steps(qapp, lab, 200)
    engine = lab.simulation.loop.world.engine("ufie")
    wait_for(qapp, lambda: len(drawn(lab).get("H", ())) == 11, "curves")
    assert drawn(lab)["H"][-1] == engine.scalar("H"), "the newest value"
    QTest.mouseClick(panel.hold, LEFT)
    still = drawn(lab)["H"].copy()
    steps(qapp, lab, 400)
    pump(qapp, 0.3)
    np.testing.assert_array_equal(drawn(lab)["H"], still)
    QTest.mouseClick(panel.hold, LEFT)
    wait_for(qapp, lambda: len(drawn(lab)["H"]) > len(still), "the plots go on")
    ticks = part(lab).sampler.curves()[0]
    assert ticks.tolist() == list(range(0, 620, 20))


def test_reset_begins_the_account_anew_and_the_table_holds_the_samples(lab, qapp, tmp_path) -> None:
    raise_oracle(qapp, lab)
    steps(qapp, lab, 400)
    engine = lab.simulation.loop.world.engine("ufie")
    assert engine.scalar("W_in") != 0.0
    QTest.mouseClick(part(lab).panel.reset, LEFT)
    wait_for(qapp, lambda: engine.scalar("W_in") == 0.0, "the account is new")
    sheet = part(lab).sheet()
    assert sheet is not None
    path = write_sheet(tmp_path / "oracle.csv", sheet)
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if not row[0].startswith("#")]
    assert rows[0][:3] == ["tick", "t [s]", "H [1/s²]"]
    assert "P_in [1/s³]" in rows[0]
    assert [int(row[0]) for row in rows[1:]] == list(range(0, 420, 20))


def test_a_hidden_oracle_draws_nothing(lab, qapp, monkeypatch) -> None:
    lab.window.docks["oracle"].hide()
    wait_for(qapp, lambda: part(lab)._job._result is None, "what came before is drawn")
    calls: list[object] = []
    monkeypatch.setattr(part(lab).panel.chart, "set_panes", lambda *args: calls.append(args))
    steps(qapp, lab, 100)
    pump(qapp, 0.3)
    assert not calls
    monkeypatch.undo()
    raise_oracle(qapp, lab)


# -- recordings


def test_a_recording_shows_events_at_their_ticks(lab, qapp, tmp_path) -> None:
    raise_oracle(qapp, lab)
    path = tmp_path / "run.h5"
    lab.files.start_recording(RecordingChoice(str(path), ("psi",), 20))
    wait_for(qapp, lambda: lab.record.active, "recording")
    steps(qapp, lab, 100)
    lab.simulation.loop.call(poison).result(PATIENCE)
    steps(qapp, lab, 100)
    lab.files.stop_recording()
    wait_for(qapp, lambda: any("complete" in text for text in texts(lab)), "the file")
    with RecordingFile(path) as file:
        assert [item.notice.tick for item in file.notices()] == [120]
        energy = file.scalars["H"]
    lab.window.log.clear()
    lab.files.open_path(str(path))
    wait_for(qapp, lambda: lab.playback.active and "H" in drawn(lab), "the player")
    wait_for(qapp, lambda: np.array_equal(drawn(lab)["H"], energy), "the recorded series")
    banner = part(lab).banner
    assert not banner.isVisible()

    def shows(wanted: bool) -> bool:
        return banner.isVisible() == wanted

    for index, visible in ((4, False), (6, True), (2, False), (8, True)):
        lab.playback.show(index)
        wait_for(qapp, partial(shows, visible), f"the banner at frame {index}")
    again = "Recorded: SCRAM, step 120"  # once for each time that it was passed
    wait_for(qapp, lambda: sum(e.text.startswith(again) for e in entries(lab)) == 2, "both are logged")
    lab.playback.close()
    wait_for(qapp, lambda: banner.isVisible(), "the run is back, with its reduced drive")
