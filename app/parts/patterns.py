"""Patterns: the dock with palette, list and inspector, and over the fields where they are and have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tauscope.app import placed, policy_files
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content, plain
from tauscope.app.editing import marks_of
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.pattern_history import PatternHistory
from tauscope.app.pattern_looks import ENGINE, Look, looked, reading, sheet, traces
from tauscope.app.recording import RecordingFile
from tauscope.app.sheets import Sheet
from tauscope.app.source_marks import marks_of_config
from tauscope.engine.base import Frame
from tauscope.engine.events import Event
from tauscope.engine.gravity.config_patterns import PatternConfig
from tauscope.engine.gravity.policies import known_policies
from tauscope.widgets.canvas.pattern_marks import LEGEND, drawn
from tauscope.widgets.dialogs import ask_file
from tauscope.widgets.labs.gravity.patterns import PatternsPanel

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

DOCK = "patterns"
LOCKED = "Patterns of the recording that is shown"
SECONDS = 0.1
"""Between two looks at the patterns; their waves are summed over all nodes for it."""
CHANGING = {f"{verb}_pattern" for verb in ("add", "remove", "update")} | {"set_patterns", "set_worlds"}


class Patterns(Part):
    """Shows the patterns of the document in their dock and on the fields, and hands edits on.

    Parameters
    ----------
    lab : Lab
        Whose document is edited.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = PatternsPanel(known_policies())
        self.look: Look | None = None
        """What was seen last."""
        self._recorded: frozenset[str] = frozenset()
        """Patterns that are selected in a recording, whose document holds none of them."""
        self._offered = (False, False)
        self._history: tuple[RecordingFile, PatternHistory | None] | None = None
        """Of the recording that is read, on the thread that reads."""
        self._job = PanelJob(self, lab.window.views["hero"], self._ask, self._seen, SECONDS)

    def docks(self) -> Sequence[Dock]:
        """The patterns."""
        return (Dock(DOCK, "Patterns", self.panel, "sources", engines=(ENGINE,)),)

    def actions(self) -> Sequence[ActionSpec]:
        """Run menu."""
        tip = "Python functions (observation, memory) that agents act by; the file is run, with your rights"
        return (ActionSpec("load_policies", "&Run", "Loa&d agent policies…", self.ask_policies, tip=tip,
                           engines=(ENGINE,)),)  # fmt: skip

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the dock, and to what is selected on the canvases."""
        panel, editing = self.panel, self.lab.editing
        panel.selection_changed.connect(self._select)
        panel.source_edited.connect(editing.edit_source)
        panel.add_requested.connect(editing.add_source)
        panel.delete_requested.connect(editing.delete)
        panel.duplicate_requested.connect(editing.duplicate)
        panel.copy_requested.connect(editing.copy)
        panel.paste_requested.connect(editing.paste)
        panel.sheet_requested.connect(lambda: save_sheet(self.lab, "Export readings", "patterns", self.sheet))
        self.lab.document.selected.connect(self._selected)

    # -- told by the lab

    def set_up_shown(self, content: Content) -> None:
        """Show the patterns of the document, or of a recording."""
        lattice = content.lattice.config
        self.panel.set_limits(*(placed.sides(lattice) or (1, 1)))
        self.panel.set_sources(marks_of(content, placed.PATTERNS))
        if self.lab.playback.active or not getattr(lattice, "patterns", ()):
            self._show(None)

    def prepared(self, content: Content) -> None:
        """Begin with the new run."""
        del content
        self._offered = self._kinds()
        self._show(None)
        self._job.again()

    def frame_shown(self, frame: Frame) -> None:
        """Look at the patterns again, if there are any."""
        if ENGINE in frame.ticks and not self.lab.playback.active and self._kinds()[0]:
            self._job.turn()

    def event_applied(self, event: Event) -> None:
        """Offer psi, pi and the table once the lattice has them."""
        if event.command.name in CHANGING and (kinds := self._kinds()) != self._offered:
            self._offered = tuple(a or b for a, b in zip(kinds, self._offered, strict=True))  # type: ignore[assignment]
            self.lab.runs.offer_fields(self.lab.document.content, self.lab.simulation.loop.world)

    def edits_locked(self, locked: bool) -> None:
        """Nothing is edited while a recording is shown, and nothing of the run is drawn."""
        self.panel.set_locked(LOCKED if locked else "")
        self._history = None if not locked else self._history
        self._recorded = frozenset()
        self._show(None)

    # -- a recording

    def read_frame(self, file: RecordingFile, index: int) -> Look | None:
        """Where the patterns of a recording were at a frame."""
        if self._history is None or self._history[0] is not file:
            self._history = file, PatternHistory.of(file)
        history = self._history[1]
        return None if history is None else history.look(file, index)

    def frame_read(self, found: Look | None) -> None:
        """Show the patterns of a recorded frame as they were."""
        if found is not None and (self.look is None or self.look.config != found.config):
            self.panel.set_sources(marks_of_config(plain(found.config, ("patterns", "worlds"))))
        self._show(found)

    # -- looks

    def _patterns(self) -> tuple[PatternConfig, ...]:
        config: Any = self.lab.document.content.configs.get(ENGINE)
        return () if config is None else config.patterns

    def _kinds(self) -> tuple[bool, bool]:
        """Whether there are patterns, and waves among them."""
        found = self._patterns()
        return bool(found), any(one.is_wave for one in found)

    def _ask(self, done: Callable[[object], None]) -> None:
        future = self.lab.simulation.loop.look(looked)
        future.add_done_callback(lambda told: done(None) if told.cancelled() or told.exception() else None)
        self.lab.background.watch(future, lambda found: done((found,)))

    def _seen(self, found: object) -> None:
        if isinstance(found, tuple) and not self.lab.playback.active:
            self._show(found[0])

    def _show(self, look: Look | None) -> None:
        if look is None and self.look is None:
            return
        self.look = look
        found = () if look is None else traces(look)
        for view in self.lab.window.views.values():
            view.set_extra_shapes(DOCK, partial(drawn, found) if found else None)
            view.header.set_legend(LEGEND if found else ())
        self._read()

    def _select(self, ids: frozenset[str]) -> None:
        """Select in the document; in a recording only for what the panel says of it."""
        if not self.lab.playback.active:
            self.lab.document.select(ids)
            return
        self._recorded = ids
        self.panel.set_selection(ids)
        self._read()

    def _selected(self, ids: frozenset[str]) -> None:
        self.panel.set_selection(ids)
        self._read()

    def _read(self) -> None:
        """Show what the selected pattern shows now."""
        selected = self._recorded if self.lab.playback.active else self.lab.document.selection
        chosen = [placed.bare(one) for one in selected if one.startswith(f"{DOCK}:")]
        look = self.look
        known = look is not None and len(chosen) == 1 and chosen[0] in look.present
        self.panel.set_reading(reading(look, chosen[0]) if look is not None and known else "")

    # -- files

    def ask_policies(self) -> None:
        """Ask for a Python file with policies of the user's own."""
        folder = str(self.lab.files.folder)
        ask_file(self.lab.window, "Load agent policies: this Python file is run", folder, "Python (*.py)",
                 self.load_policies)  # fmt: skip

    def load_policies(self, path: str) -> None:
        """Run a Python file, off the GUI thread, and offer its policies; once more takes its present text."""

        def told(names: tuple[str, ...]) -> None:
            self.panel.inspector.set_choices("policy", known_policies())
            listed = ", ".join(names)
            text = f"Agents can act by {listed} now: choose it as the policy of an agent."
            self.lab.notify("info", text, key="policies")

        self.lab.background.run(lambda: policy_files.load(path), told)

    def sheet(self) -> Sheet | None:
        """Ways and readings of all patterns, a row for each point."""
        look = self.look
        if look is None or not look.present:
            return None
        content = self.lab.document.content
        return sheet(look, f"Tauscope, engine {ENGINE}, preset {content.preset or '–'}, seed {content.seed}")
