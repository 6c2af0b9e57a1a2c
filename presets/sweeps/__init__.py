"""Presets of sweeps, as JSON files."""
