"""The learning loop in the window: assess the run, see what is suggested, apply it, run again, compare."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.ingest import ingest
from tauscope.app.parts.kuramoto_feed import ENGINE, config_of, edit
from tauscope.app.parts.kuramoto_laws import KuramotoLaws
from tauscope.app.parts.live_logging import LiveLogging
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.study_job import StudyJob
from tauscope.app.stack_log import NUMBERS
from tauscope.app.suggestions import suggest
from tauscope.app.suggestions_cards import also_changed, card_of, obstacle, table_of
from tauscope.app.suggestions_model import Suggestion, Suggestions
from tauscope.app.suggestions_reading import Comparison, compare, readings
from tauscope.app.suggestions_statistics import means_of
from tauscope.app.suggestions_study import runs_in, task
from tauscope.engine.base import Frame
from tauscope.engine.errors import TauscopeError
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.study import Report
from tauscope.widgets.docks.suggestions import SuggestionsPanel

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

NO_CONSENT = "consent_to_log is off, so this set-up is not assessed."
READ_SECONDS = 0.5
"""Between two readings of the run: sentences that change faster cannot be read."""
READ_SAMPLES = 240
"""Samples that a reading looks back over; the first third counts as before, the last as now."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an assessment ran: configuration, and ticks of each seed, 0 where a log does not tell."""

    config: KuramotoConfig
    ticks: int = 0

    def apart_from(self, other: Setting | None) -> tuple[str, ...]:
        """What differs besides K and π."""
        if other is None:
            return ()
        ticks = ("the number of ticks",) if 0 < other.ticks != self.ticks else ()
        return (*also_changed(other.config, self.config), *ticks)


class Learning(Part):
    """Owns the Suggestions dock.

    Parameters
    ----------
    lab : Lab
        Whose set-up is assessed and changed.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = SuggestionsPanel()
        self.logging = LiveLogging(lab, self.panel)
        self.found = Suggestions()
        """What is suggested now."""
        self.before: Suggestion | None = None
        """Suggestion that was applied last: what a new assessment is compared with."""
        self.comparison: Comparison | None = None
        self._assessed: Setting | None = None
        """What was assessed last."""
        self._found_with: Setting | None = None
        """What the suggestions that are shown were found with; None where they come from logs."""
        self._before_with: Setting | None = None
        """What `before` was found with."""
        self._also: tuple[str, ...] = ()
        """What else differs between the two sides of the comparison."""
        self.job = StudyJob(self)
        self._compares = False
        self._samples: deque[dict[str, float]] = deque(maxlen=READ_SAMPLES)
        self._read_at = 0.0
        self._choice_at = math.nan
        """Time of the run at which the choice was asked for last; NaN while nothing is logged."""

    def docks(self) -> Sequence[Dock]:
        """Suggestions, beside Monitors."""
        return (Dock("suggestions", "Suggestions", self.panel, "monitors", engines=(ENGINE,)),)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        return [
            ActionSpec(
                "assess_run",
                "&Run",
                "Assess and s&uggest",
                self.assess_now,
                tip="Run the present set-up with several seeds, and suggest small changes of K and π",
                engines=(ENGINE,),
            ),
            ActionSpec(
                "read_logs",
                "&Run",
                "Read lo&gs…",
                self.read_dialog,
                tip="Choose CSV logs of runs, and see what they suggest",
                engines=(ENGINE,),
            ),
            ActionSpec(
                "live_log",
                "&Run",
                "Log th&is run…",
                self.logging.toggle,
                tip="Write the scalars of this run to a CSV file as it goes, or stop that",
                engines=(ENGINE,),
            ),
        ]

    def connect(self) -> None:  # type: ignore[override]
        """Its own panel, and the worker's messages."""
        panel = self.panel
        panel.assess_wished.connect(lambda seeds, ticks: self.assess(seeds, ticks))
        panel.again_wished.connect(lambda seeds, ticks: self.assess(seeds, ticks, compares=True))
        panel.cancel_wished.connect(self.cancel)
        panel.read_wished.connect(self.read_dialog)
        panel.log_wished.connect(self.logging.toggle)
        panel.apply_wished.connect(self.apply)
        self.job.advanced.connect(panel.set_progress)
        self.job.done.connect(self._understand)
        self.job.failed.connect(self._failed)

    # -- assessing

    def assess_now(self) -> None:
        """Assess with what the panel says, and show the panel."""
        dock = self.lab.window.docks["suggestions"]
        dock.show()
        dock.raise_()
        self.assess(self.panel.seeds.value(), self.panel.ticks.value())

    def assess(self, seeds: int, ticks: int, compares: bool = False) -> None:
        """Run the present set-up with several seeds in a worker process; nothing while that is being done."""
        content = self.lab.document.content
        config = config_of(content)
        if self.job.running or config is None:
            return
        self.panel.set_trouble("")
        self._compares = compares
        self._assessed = Setting(config, ticks)
        chosen = [content.seed + index for index in range(seeds)]
        self.job.start(task(content.setup(), self._preset(), chosen, ticks))
        self.panel.set_progress(0.0, "Starting a worker process…")

    def cancel(self) -> None:
        """Give up the assessment."""
        self.job.cancel()
        self.panel.set_progress(self.panel.progress.value() / self.panel.progress.maximum(), "Stopping…")

    def _failed(self, why: str) -> None:
        self.panel.set_progress(None)
        self.panel.set_trouble(why or "The assessment was stopped; nothing is suggested from half of it.")
        self._refresh()

    def _understand(self, report: Report) -> None:
        last = Suggestions(suggestions=(self.before,)) if self.before is not None else None
        self.lab.background.run(lambda: suggest(runs_in(report), last), self._suggested)

    def _suggested(self, found: Suggestions) -> None:
        self.panel.set_progress(None)
        self.comparison, self._found_with = None, self._assessed
        if self._compares and self.before is not None and found.suggestions:
            self.comparison = compare(self.before, found.suggestions[-1])
            self._also = self._assessed.apart_from(self._before_with) if self._assessed else ()
        self._compares = False
        self._show_found(found)

    # -- reading logs

    def read_dialog(self) -> None:
        """Ask for logs and read them."""
        dialog = QFileDialog(self.lab.window, "Read logs", str(self.lab.files.folder), "Logs (*.csv)")
        dialog.setObjectName("file:Read logs")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.read)
        dialog.open()

    def read(self, paths: Sequence[str]) -> None:
        """Read logs, off the GUI thread, and show what they suggest."""

        def work() -> Suggestions | TauscopeError:
            try:
                return ingest([Path(path) for path in paths])
            except TauscopeError as error:
                return error

        def told(found: Suggestions | TauscopeError) -> None:
            if isinstance(found, TauscopeError):
                self.panel.set_trouble(str(found))
                return
            self.comparison = self._found_with = None
            self.panel.set_trouble("\n".join(found.warnings))
            self._show_found(found)

        self.lab.background.run(work, told)

    def _show_found(self, found: Suggestions) -> None:
        self.found = found
        self._refresh()

    # -- applying

    def apply(self, key: str) -> None:
        """Carry out a suggestion, as one step."""
        config, suggestion = config_of(self.lab.document.content), self.found.suggestions[int(key)]
        if config is None or obstacle(suggestion, config, self._preset(), False):
            return
        values = suggestion.values(config.K, config.permeability)
        steps = ", ".join(
            f"{name} {getattr(config, path):g} → {values[path]:g}"
            for name, path in (("K", "K"), ("π", "permeability"))
            if path in values
        )
        kept, self.before = self.before, suggestion
        if edit(self.lab, values, f"Apply suggestion ({steps})"):
            self.comparison, self._before_with = None, self._found_with or Setting(config)
            self._refresh()
        else:
            self.before = kept

    # -- what happens

    def content_changed(self, before: Content, after: Content) -> None:
        """What is suggested may fit no more; readings start anew with the change."""
        if before.configs.get(ENGINE) != after.configs.get(ENGINE) or before.preset != after.preset:
            self._samples.clear()
            if before.preset != after.preset:
                self.before = self.comparison = None
            self._refresh()

    def prepared(self, content: Content) -> None:
        """A new run: its log ends, for its rows would follow those of another."""
        self._samples.clear()
        self.logging.stop("The run was started anew, so its log ended.")
        self._refresh()

    def edits_locked(self, locked: bool) -> None:
        """Nothing can be applied to a recording."""
        self._refresh()

    def frame_shown(self, frame: Frame) -> None:
        """Keep the numbers, and say what they mean now and then."""
        scalars = frame.scalars.get(ENGINE)
        if scalars is None:
            return
        self.logging.refresh()
        self._ask_choice(frame.times[ENGINE])
        if not self.panel.isVisible():
            self._samples.clear()
            return
        self._samples.append({name: scalars[name] for name in NUMBERS if name in scalars})
        if time.monotonic() - self._read_at > READ_SECONDS and len(self._samples) >= 6:
            self._read_at = time.monotonic()
            self.panel.set_reading(self._sentences())

    def close(self) -> None:
        """End the worker and write the rest of the log."""
        self.logging.stop()
        self.job.close()

    # -- helpers

    def _ask_choice(self, now: float) -> None:
        """Let the choice of a logged run be assessed at the cadence of its configuration."""
        config = config_of(self.lab.document.content)
        if self.logging.log is None or config is None or not config.choice_every or not config.consent_to_log:
            self._choice_at = math.nan
        elif not now - self._choice_at < config.choice_every:
            known, self._choice_at = math.isfinite(self._choice_at), now
            laws = next((part for part in self.lab.parts if isinstance(part, KuramotoLaws)), None)
            if known and laws is not None:
                laws.assess()

    def _sentences(self) -> list[str]:
        """The present numbers, and the document's heuristics that hold."""
        third = len(self._samples) // 3
        rows = list(self._samples)
        head, now = (_means(part) for part in (rows[:third], rows[-third:]))
        config = config_of(self.lab.document.content) or KuramotoConfig()
        held = readings(head, now, config.offer_two_paths, classic=config.metrics == "classic")
        numbers = [
            f"{name} {now[name]:.{3 if name == 'drift' else 2}f}"
            for name in ("R_total", "cross_sync", "drift", "ready")
            if name in now
        ]
        return [", ".join(numbers) + ".", *(held or ["None of the three readings applies."])]

    def _set_obstacle(self, why_not: str) -> None:
        """Say why nothing can be assessed, "" where it can, at the buttons and in the menu."""
        self.panel.set_obstacle(why_not)
        self.lab.actions.enable("assess_run", not why_not, why_not)

    def _preset(self) -> str:
        content = self.lab.document.content
        return content.preset or content.title or "run"

    def _refresh(self) -> None:
        """Show what is found beside what runs now."""
        config, panel = config_of(self.lab.document.content), self.panel
        if config is None:
            self._set_obstacle("The Kuramoto engine does not run.")
            return
        self._set_obstacle("" if config.consent_to_log else NO_CONSENT)
        locked = bool(self.lab.editing.locked)
        panel.set_cards(
            [
                card_of(suggestion, str(index), config, self._preset(), locked)
                for index, suggestion in enumerate(self.found.suggestions)
            ]
        )
        table = table_of(self.comparison, self._also) if self.comparison is not None else None
        panel.set_comparison(table, can_compare=self.before is not None)


def _means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return means_of({name: np.array([row[name] for row in rows]) for name in rows[0]})
