"""Panels of sweeps: what is run, and what came out."""
