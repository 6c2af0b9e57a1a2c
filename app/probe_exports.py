"""Files of the window's probes: samples and the profile that is shown, saved off the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog

from tauscope.app import probe_files
from tauscope.app.probe_docks import ProbeDocks
from tauscope.engine.errors import BadInput
from tauscope.engine.sampler import Sampler
from tauscope.widgets.dialogs import ask_file

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

KINDS = "Samples of probes (*.csv *.h5)"
PROFILE_KINDS = "Profile (*.csv *.h5)"


class ProbeExports:
    """Asks for files and saves samples and profiles.

    Parameters
    ----------
    lab : Lab
        Whose run they are of.
    sampler : Sampler
        Keeps the samples.
    shown : ProbeDocks
        Knows the profile that is shown.
    """

    def __init__(self, lab: Lab, sampler: Sampler, shown: ProbeDocks) -> None:
        self._lab, self._sampler, self._shown = lab, sampler, shown

    def ask_samples(self) -> None:
        """Ask for a file and save the samples."""
        if not self._lab.document.content.probes:
            self._lab.notify("warning", "There are no probes yet, so there are no samples to save.")
            return
        self._ask("Export samples", "-probes", KINDS, self.samples)

    def samples(self, path: str) -> None:
        """Save the samples of every probe to a new CSV or HDF5 file; a refusal becomes a notification."""
        metadata = self._metadata()
        self._write(
            path,
            "file of samples",
            lambda: probe_files.save_samples(Path(path), self._sampler.data(), metadata),
            self.samples,
        )

    def ask_profile(self) -> None:
        """Ask for a file and save the profile."""
        if self._shown.newest_profile is None:
            self._lab.notify(
                "warning", "There is no profile yet: add a line probe and open the Profile dock."
            )
            return
        self._ask("Export profile", "-profile", PROFILE_KINDS, self.profile)

    def profile(self, path: str) -> None:
        """Save the profile that is shown to a new CSV or HDF5 file; a refusal becomes a notification.

        Raises
        ------
        BadInput
            No profile is shown.
        """
        profile, metadata = self._shown.newest_profile, self._metadata()
        if profile is None:
            raise BadInput(
                "There is no profile yet.",
                key="profile",
                remedy="Add a line probe and open the Profile dock.",
            )
        units = {name: spec.unit for name, spec in self._lab.live.specs.items()}
        self._write(
            path,
            "profile",
            lambda: probe_files.save_profile(Path(path), profile, units, metadata),
            self.profile,
        )

    def _write(self, path: str, what: str, work: Callable[[], Path], again: Callable[[str], object]) -> None:
        self._lab.files.write(Path(path), what, work, self._saved, again)

    def _ask(self, title: str, ending: str, kinds: str, done: Callable[[str], None]) -> None:
        files = self._lab.files
        name = f"{self._lab.document.content.preset or 'run'}{ending}"
        dialog = ask_file(self._lab.window, title, files.suggestion(".csv", name), kinds, done, save=True)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # what exists is refused, never replaced

    def _metadata(self) -> dict[str, Any]:
        content = self._lab.document.content.lattice
        return {
            "engine": content.engine,
            "preset": content.preset,
            "title": content.title,
            "seed": content.seed,
            "config": content.config.dump(),
            "saved": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        }

    def _saved(self, path: Path) -> None:
        self._lab.notify("info", f"Saved {path}.")
