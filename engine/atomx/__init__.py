"""Synthetic atoms: where in a medium of two parameters a screened centre binds two levels."""

from tauscope.engine.atomx.scan import scan

__all__ = ["scan"]
