"""Engines: lattice models that advance by ticks, without windows, files or drawing."""

from tauscope.engine.registry import create, names

__all__ = ["create", "names"]
