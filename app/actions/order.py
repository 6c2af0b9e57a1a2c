"""Order of the menus: which actions stand together, and what stands last."""

from __future__ import annotations

ORDER: dict[str, tuple[tuple[str, ...], ...]] = {
    "&File": (
        ("open", "open_session"),
        ("save_session", "save_session_as", "quick_save", "quick_load", "open_autosaved"),
        ("save_preset", "save_trace"),
        ("record", "snapshot", "export"),
        ("quit",),
    ),
    "&Edit": (
        ("undo", "redo"),
        ("copy", "paste", "duplicate", "delete", "select_all"),
        ("add_image", "copy_picture"),
    ),
    "&Run": (
        ("play", "step", "step_n", "run_to", "pause_when"),
        ("keyframe_back", "keyframe_on", "past_end"),
        ("faster", "slower"),
        ("warm_start", "reset_statistics", "reset"),
        ("assess_run", "read_logs", "live_log"),
        ("sweep_runs", "compare_runs", "atomx"),
    ),
    "&View": (
        ("fit", "autoscale", "camera_back", "camera_on"),
        ("link_views", "compare_poisson", "show_surface"),
        ("dark", "full_screen", "hide_panels"),
        ("workspaces", "reset_layout"),
    ),
}
"""Groups of a menu by the keys of its actions; a line stands between two groups."""

LAST = "quit"
"""Stands below what no group names."""
