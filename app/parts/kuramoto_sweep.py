"""Sweep: order against coupling, worked out in a process of its own from the run's set-up; a click sets K."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QTimer

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.parts import kuramoto_sweep_kept as kept
from tauscope.app.parts.kuramoto_feed import ENGINE, config_of, edit, origin
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.parts.study_job import StudyJob
from tauscope.app.sheets import Sheet
from tauscope.app.studies import StudyTask
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.analysis.expectation import expectation_of
from tauscope.engine.kuramoto.analysis.sweep import OrderCurves
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.study import Report
from tauscope.widgets.controls.numbers import tidy_digits
from tauscope.widgets.labs.kuramoto.sweep import DOWN, UP, Branch, SweepCurves, SweepPanel, SweepWish
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

log = logging.getLogger(__name__)

KEPT = "kuramoto_sweep"
"""Entry of a session's results."""
BEYOND = 3.0
"""The suggested range ends at so many times K_c, or the present K."""
CHANGED = "The set-up was changed since; the curve is that of the set-up before."


class KuramotoSweep(Part):
    """Dock of the sweep."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = SweepPanel()
        self.job = StudyJob(self)
        self._asked: Swept | None = None
        """Set-up of the sweep that was started last."""
        self._shown: Swept | None = None
        """Set-up of the curve that is shown."""
        self._brought: tuple[Swept, SweepCurves, Swept] | None = None
        """Of a session that is being opened: its set-up, its curve, and the set-up of that."""

    def docks(self) -> Sequence[Dock]:
        """Order against coupling."""
        return (Dock("sweep", "r(K) sweep", self.panel, "traces", engines=(ENGINE,)),)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        return (
            ActionSpec(
                "sweep_coupling",
                "&Run",
                "Sweep &K",
                self.run_now,
                tip="Order against coupling for this set-up, K rising and falling, in a process of its own",
                engines=(ENGINE,),
            ),
        )

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel and to the worker."""
        panel, job = self.panel, self.job
        panel.run_requested.connect(self.run)
        panel.cancel_requested.connect(self._cancel)
        panel.coupling_chosen.connect(self.set_coupling)
        panel.export.clicked.connect(lambda: save_sheet(self.lab, "Export sweep", "sweep", self.sheet))
        job.advanced.connect(panel.set_progress)
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        self.lab.window.docks["sweep"].visibilityChanged.connect(
            lambda _seen: QTimer.singleShot(0, self, self._mark)
        )

    # -- told by the lab

    def content_changed(self, before: Content, after: Content) -> None:
        """Mark the present K; say that a curve is of another set-up."""
        if before.configs != after.configs:
            self._mark()

    def prepared(self, content: Content) -> None:
        """Forget the curve of another set-up, and suggest a range for the new one."""
        config, brought = config_of(content), self._brought
        self._brought = None
        if config is not None and brought is not None and brought[0] == _swept(content):
            self.job.drop()
            self._shown = brought[2]
            self.panel.set_progress(None)
            self.panel.set_curves(brought[1])
            self._mark()
            return
        known = self._asked if self.job.running else self._shown
        if config is None or (known is not None and _swept(content) == known):
            self._mark()
            return
        self.job.drop()
        self._shown = None
        self.panel.set_progress(None)
        self.panel.set_curves(None)
        self.panel.suggest(*suggested(config))
        self._mark()

    def results(self) -> dict[str, Any]:
        """The curve."""
        curves, content = self.panel.curves, self.lab.document.content
        if curves is None or config_of(content) is None:
            return {}
        return {KEPT: kept.dump(curves, self._shown == _swept(content))}

    def bring_results(self, found: Mapping[str, Any], content: Content) -> None:
        """The curve of a session; one that does not fit is told and left out."""
        if KEPT not in found or config_of(content) is None:
            return
        try:
            curves, of_present = kept.load(found[KEPT])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.warning("the sweep of a session: %s: %s", type(error).__name__, error)
            self.lab.notify("warning", "The sweep of the session cannot be read, and was left out.")
            return
        own = _swept(content)
        self._brought = own, curves, own if of_present else ANOTHER

    def edits_locked(self, locked: bool) -> None:
        """K is not set while a recording is shown."""
        del locked
        self.panel.set_locked(self.lab.editing.locked)

    def close(self) -> None:
        """End the worker."""
        self.job.close()

    # -- the sweep

    def run_now(self) -> None:
        """Show the dock and run what its form says."""
        dock = self.lab.window.docks["sweep"]
        dock.show()
        dock.raise_()
        self.panel.ask()

    def run(self, wish: SweepWish) -> None:
        """Start a sweep of the present set-up in a worker process."""
        content = self.lab.document.content
        if config_of(content) is None or self.job.running:
            return
        try:
            options = {**asdict(wish), "setup": content.setup().dump()}
            self.job.start(StudyTask(ENGINE, "sweep", seed=content.seed, options=options))
        except BadInput as error:
            self.panel.set_trouble(str(error))
            return
        self._asked = _swept(content)
        self.panel.set_progress(0.0, "Starting a worker process…")

    def _cancel(self) -> None:
        self.job.cancel()
        self.panel.set_progress(0.0, "Stopping…")

    def _done(self, report: Report) -> None:
        self._shown = self._asked
        self.panel.set_progress(None)
        self.panel.set_curves(curves_of(report))
        self._mark()

    def _failed(self, why: str) -> None:
        self.panel.set_progress(None)
        self.panel.set_trouble(why)
        self._mark()

    def set_coupling(self, K: float) -> None:
        """Set K to that of a point: one undoable step."""
        K = tidy_digits(K, 4)
        edit(self.lab, {"K": K}, f"Set K to {K:g}")

    def _mark(self) -> None:
        """Mark the present K, if anyone can see it."""
        content = self.lab.document.content
        config = config_of(content)
        if config is None or not in_sight(self.panel):
            return
        self.panel.set_coupling(config.K)
        changed = self._shown is not None and _swept(content) != self._shown
        self.panel.set_remark(CHANGED if changed else "")

    # -- files

    def sheet(self) -> Sheet | None:
        """Points and theory."""
        curves = self.panel.curves
        if curves is None:
            return None
        rows = [
            (name, *row)
            for name, branch in curves.branches.items()
            for row in zip(branch.K.tolist(), branch.R.tolist(), branch.error.tolist(), strict=True)
        ]
        if curves.theory is not None:
            pairs = zip(*(one.tolist() for one in curves.theory), strict=True)
            rows += [(f"theory {curves.theory_name}".strip(), K, R, float("nan")) for K, R in pairs]
        heads = ("branch", "K [rad/time]", "R", "standard error")
        notes = (*origin(self.lab, None), *curves.notes, f"K_c of the theory: {curves.critical!r}")
        return Sheet({head: [row[place] for row in rows] for place, head in enumerate(heads)}, notes)


def suggested(config: KuramotoConfig) -> tuple[float, float]:
    """Range of K in which order sets in: to three times K_c of the theory, else of the present K."""
    theory = expectation_of(config)
    top = BEYOND * (theory.critical if theory is not None else config.K)
    return 0.0, tidy_digits(min(max(top, 0.2), 100.0), 2)


def curves_of(report: Report) -> SweepCurves:
    """Curves of a report as the panel draws them."""
    found = OrderCurves.of(report)
    theory = (found.theory_K, found.theory_R) if len(found.theory_K) else None
    branches = {UP: found.up, DOWN: found.down}
    return SweepCurves(
        {key: Branch(one.K, one.R, one.error) for key, one in branches.items()},
        theory,
        found.theory_name,
        found.critical if np.isfinite(found.critical) else float("nan"),
        report.notes[0] if report.notes else "",
        notes=report.notes,
        caveats=" ".join(found.caveats),
    )


Swept = tuple[dict[str, Any], dict[str, int], tuple[Any, ...]]
"""Configurations, ticks and couplings of a set-up, but for what a sweep replaces or never looks at."""


ANOTHER: Swept = ({}, {}, ())
"""A set-up that no document has."""


def _swept(content: Content) -> Swept:
    config = config_of(content)
    left_out = {"K": 1.0, "consent_to_log": True, "offer_two_paths": True, "choice_every": 0.0}
    alike = {} if config is None else {ENGINE: config.model_copy(update=left_out)}
    return {**content.configs, **alike}, dict(content.ticks), content.couplings
