"""Study of the claims of the wave-interference document, each with its test, the numbers, and a verdict."""

from __future__ import annotations

import time
from dataclasses import astuple
from typing import ClassVar

from tauscope.engine.claim import COLUMNS
from tauscope.engine.study import Report, Study, StudyContext, Table
from tauscope.engine.ufie.analysis import claims_method, claims_tones
from tauscope.engine.ufie.analysis.bench import ContextBench

CLAIMS = (*claims_method.CLAIMS, *claims_tones.CLAIMS)
"""Tests, in the order of the table."""


class ClaimsStudy(Study):
    """Every tested claim of the document; the report's table ``claims`` has the columns of `Claim`."""

    name: ClassVar[str] = "claims"
    title: ClassVar[str] = "Claims of the wave-interference document"

    def run(self, context: StudyContext) -> Report:
        """Test every claim; `quick` takes shorter runs."""
        started = time.monotonic()
        bench = ContextBench(context, len(CLAIMS))
        rows = []
        for test in CLAIMS:
            bench.begin((test.__doc__ or "").split(".")[0])
            rows.append(astuple(test(bench)))
        context.progress(1.0, "done")
        table = Table("claims", COLUMNS, tuple(rows))
        return Report("claims ufie", self.title, tables=(table,), seconds=time.monotonic() - started)
