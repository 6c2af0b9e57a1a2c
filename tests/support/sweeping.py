"""Run as a process: the whole program with a sweep of the set-up shown, started by its button."""

from __future__ import annotations

import sys

from tests.support.closing import run_driven


def main(path: str, axis: str, values: str, ticks: float) -> None:
    """Start the window, fill in the form, click Start, and live on."""

    def drive(lab: object) -> None:
        from tauscope.app.lab import Lab
        from tauscope.app.parts.sessions import part_of
        from tauscope.app.parts.sweeps import Sweeps

        assert isinstance(lab, Lab)
        part = part_of(lab, Sweeps)
        part.show()
        panel = part.panel
        panel.axes.set_axes(((axis, values),))
        panel.form.set_value("workers", 2.0)
        panel.form.set_value("settle", ticks)
        panel.path.setText(path)
        panel.run.click()

    run_driven(drive, "two_bodies")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
