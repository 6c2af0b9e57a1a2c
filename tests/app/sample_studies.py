"""Studies that a worker process runs in the tests of the study runner."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any, ClassVar

from tauscope.engine.errors import BadInput
from tauscope.engine.registry import EngineEntry
from tauscope.engine.study import Check, Curve, Figure, Report, Study, StudyContext, Table


class Counting(Study):
    """Counts to ``options["n"]``, reporting each step, and hands back all kinds of results."""

    name: ClassVar[str] = "counting"
    title: ClassVar[str] = "Counting"

    def run(self, context: StudyContext) -> Report:
        n = int(context.options.get("n", 5))
        for index in range(n):
            context.progress(index / n, f"step {index}")
            time.sleep(float(context.options.get("pause", 0.0)))
        context.progress(1.0, "done")
        return Report(
            self.name,
            self.title,
            checks=(
                Check.within("count", float(n), float(n), 0.0),
                Check.within("seed", 7.0, float(context.seed), 0.5, unit="1"),
                Check.within("quick", 1.0, float(context.quick), 0.0),
            ),
            tables=(Table("rows", ("i", "square"), tuple((i, i * i) for i in range(n))),),
            figures=(Figure("curve", "i", "i^2", (Curve("squares", (0.0, 1.0), (0.0, 1.0)),)),),
            notes=(f"pid {os.getpid()}",),
        )


class Deaf(Study):
    """Works without ever reporting, so that cancelling it takes force."""

    name: ClassVar[str] = "deaf"
    title: ClassVar[str] = "Deaf"

    def run(self, context: StudyContext) -> Report:
        context.progress(0.0, "started")
        time.sleep(600.0)
        return Report(self.name, self.title)


class Refusing(Study):
    """Refuses its options."""

    name: ClassVar[str] = "refusing"
    title: ClassVar[str] = "Refusing"

    def run(self, context: StudyContext) -> Report:
        raise BadInput("n = 0 is too small.", key="n", value=0, allowed="at least 1", nearest="m")


class Failing(Study):
    """Has a fault."""

    name: ClassVar[str] = "failing"
    title: ClassVar[str] = "Failing"

    def run(self, context: StudyContext) -> Report:
        raise ZeroDivisionError("division by zero")


class Dying(Study):
    """Its process is killed, as the kernel does when memory is short."""

    name: ClassVar[str] = "dying"
    title: ClassVar[str] = "Dying"

    def run(self, context: StudyContext) -> Report:
        context.progress(0.5, "half")
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


class Unpicklable(Study):
    """Hands back something that no pipe carries."""

    name: ClassVar[str] = "unpicklable"
    title: ClassVar[str] = "Unpicklable"

    def run(self, context: StudyContext) -> Report:
        rows: Any = ((lambda: 0,),)
        return Report(self.name, self.title, tables=(Table("t", ("f",), rows),))


class FailedCheck(Study):
    """Ends well, with a check that does not hold."""

    name: ClassVar[str] = "verify"
    title: ClassVar[str] = "A verification that fails"

    def run(self, context: StudyContext) -> Report:
        context.progress(0.5, "half")
        return Report(
            self.name,
            self.title,
            checks=(
                Check.within("good", 1.0, 1.0, 0.1),
                Check.within("bad", 1.0, 2.0, 0.1, unit="bits", reason="planted"),
                Check.within("not a number", 1.0, float("nan"), 0.1),
            ),
        )


class Endless(Counting):
    """Counts for hours, listening to its cancel button."""

    def run(self, context: StudyContext) -> Report:
        for index in range(10**6):
            context.progress(index / 10**6, f"step {index}")
            time.sleep(0.01)
        return Report(self.name, self.title)


def _entry(name: str, study: type[Study]) -> EngineEntry:
    return EngineEntry(
        name=name,
        title="Diffusion with a verification",
        engine="tests.toy_engine:ToyEngine",
        config="tests.toy_engine:ToyConfig",
        studies={"verify": f"tests.app.sample_studies:{study.__name__}"},
    )


CHECKED = _entry("checked", FailedCheck)
ENDLESS = _entry("endless", Endless)


def write_plugin(folder: Path) -> Path:
    """Write an installed-package record that offers both engines; returns the folder for ``sys.path``."""
    record = folder / "tauscope_checked-1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tauscope-checked\nVersion: 1.0\n", encoding="utf-8"
    )
    (record / "entry_points.txt").write_text(
        "[tauscope.engines]\nchecked = tests.app.sample_studies:CHECKED\n"
        "endless = tests.app.sample_studies:ENDLESS\n",
        encoding="utf-8",
    )
    return folder
