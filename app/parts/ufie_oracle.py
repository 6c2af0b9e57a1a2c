"""The oracle's plots, and what SCRAM did: banner, log and acknowledgement."""

from __future__ import annotations

from tauscope.app.parts.part import Part


class UfieOracle(Part):
    """The oracle's plots, and what SCRAM did: banner, log and acknowledgement."""
