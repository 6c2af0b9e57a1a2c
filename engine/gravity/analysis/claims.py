"""Study of the claims of the message-passing document, each with its test, the numbers, and a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import astuple
from typing import Any, ClassVar, cast

import numpy as np

from tauscope.engine.claim import COLUMNS, Claim
from tauscope.engine.gravity.analysis.steady import warm_start
from tauscope.engine.gravity.engine import GravityEngine
from tauscope.engine.study import Report, Study, StudyContext, Table

SIDE = 65
MIDDLE = 32
MASS = {"kind": "gaussian", "x": MIDDLE, "y": MIDDLE, "strength": 0.03, "width": 3}

Test = Callable[[StudyContext], Claim]


def _engine(context: StudyContext, **entries: Any) -> GravityEngine:
    patterns = entries.pop("patterns", [])
    engine = cast(GravityEngine, context.create("gravity", {"nx": SIDE, "ny": SIDE, **entries}, context.seed))
    if entries.get("rule", "airtime") == "airtime":
        engine.command("set_field", name="traffic", value=warm_start(engine), steady=True)
    engine.command("set_patterns", patterns=patterns)
    return engine


def no_field(context: StudyContext) -> Claim:
    """Congestion makes a field."""
    source = {**MASS, "strength": 5.0}
    engine = _engine(context, rule="literal", background=0.1, sources=[source])
    engine.advance(1000)
    f = engine.field("f")
    b = engine.field("emission").astype(np.float64)
    outside = f[b <= 1]
    return Claim(
        "4.2",
        "sources congest their links, queues build up, and f drops around them",
        "the kernel and scheduler as written, source of 5 C, 1000 ticks",
        f"f = {f[MIDDLE, MIDDLE]:.3f} at the source, {outside.min():g} to {outside.max():g} where b <= C",
        "fails" if float(outside.min()) == 1.0 else "holds",
        "messages must be relayed, and airtime must cost updates: then f = 1 - λ/C",
    )


def clocks(context: StudyContext) -> Claim:
    """Clocks near a source run slow."""
    pair = [
        {"kind": "clock", "id": "near", "x": 37, "y": 32},
        {"kind": "clock", "id": "far", "x": 60, "y": 32},
    ]
    counts = {}
    for rule in ("airtime", "literal"):
        engine = _engine(context, rule=rule, sources=[MASS], patterns=pair)
        engine.advance(1000)
        counts[rule] = {name: int(one["count"]) for name, one in engine.patterns().items()}
    air, plain = counts["airtime"], counts["literal"]
    return Claim(
        "7.2",
        "a clock near a source ticks slower than a distant one",
        "clocks 5 and 28 cells from a source, 1000 ticks",
        f"airtime {air['near']} and {air['far']}; as written {plain['near']} and {plain['far']}",
        "holds only if" if air["near"] < air["far"] and plain["near"] == plain["far"] else "holds",
        "traffic is relayed (rule airtime)",
    )


def light(context: StudyContext) -> Claim:
    """Light bends toward larger f."""
    ray = {"kind": "ray", "x": 3, "y": 44, "velocity": [1, 0]}
    both = [{**ray, "id": "exact"}, {**ray, "id": "document", "law": "document"}]
    engine = _engine(context, sources=[MASS], patterns=both)
    engine.advance(100)
    found = {name: float(np.arctan2(one["py"], one["px"])) for name, one in engine.patterns().items()}
    return Claim(
        "7.4.2",
        "light bends toward regions of higher f, and this is lensing",
        "ray 12 cells above a mass, 100 ticks, as written and by n = 1/f",
        f"as written {found['document']:+.3f} rad, away from the mass; n = 1/f {found['exact']:+.3f} rad",
        "fails" if found["document"] > 0 > found["exact"] else "holds",
        "d n/dl = -(grad ln f), across: toward lower f, as Snell has it",
    )


def raw_ticks(context: StudyContext) -> Claim:
    """Patterns change on realized ticks only."""
    pulse = {"kind": "light", "id": "w", "x": 14, "y": 44, "velocity": [1, 0], "extent": 6}
    ratio = {}
    for window in (1.0, 1000.0):
        engine = _engine(context, sources=[MASS], ema_window=window, patterns=[pulse])
        engine.advance(380)
        ratio[window] = engine.scalars()["wave_energy_ratio"]
    return Claim(
        "7.3.1",
        "in regions of low f updates are less frequent, so a packet slows down",
        "energy of a pulse after 380 ticks over that of its launch: skipping waits, and W = 1000",
        f"{ratio[1.0]:.3g} and {ratio[1000.0]:.5f}",
        "holds only if" if ratio[1.0] > 2 and abs(ratio[1000.0] - 1) < 0.02 else "holds",
        "each node steps by its averaged f; skipping the ticks at which it waits is unstable",
    )


def superposed(context: StudyContext) -> Claim:
    """The background of worlds."""
    found = {}
    for name, background in (("once", 2e-3), ("twice", 4e-3)):
        engine = _engine(context, background=background, sources=[{**MASS, "strength": 4e-3}])
        engine.advance(10)
        found[name] = 1 - float(engine.field("f_traffic")[MIDDLE, MIDDLE])
    return Claim(
        "8.1",
        "the engine runs on the sum of the worlds' source maps",
        "depth of a well with the background added once, and once for each of two worlds",
        f"{found['once']:.4f} and {found['twice']:.4f}",
        "holds only if" if found["twice"] > 1.1 * found["once"] else "holds",
        "maps hold what is emitted beyond the background, which is added once",
    )


CLAIMS: tuple[Test, ...] = (no_field, clocks, light, raw_ticks, superposed)
"""Tests, in the order of the table."""


class ClaimsStudy(Study):
    """Every tested claim of the document; the report's table ``claims`` has the columns of `Claim`."""

    name: ClassVar[str] = "claims"
    title: ClassVar[str] = "Claims of the message-passing document"

    def run(self, context: StudyContext) -> Report:
        """Test every claim."""
        started = time.monotonic()
        rows = []
        for number, test in enumerate(CLAIMS):
            context.progress(number / len(CLAIMS), (test.__doc__ or "").split(".")[0])
            rows.append(astuple(test(context)))
        context.progress(1.0, "done")
        table = Table("claims", COLUMNS, tuple(rows))
        return Report("claims gravity", self.title, tables=(table,), seconds=time.monotonic() - started)
