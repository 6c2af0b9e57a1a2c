"""Registry of engines and studies, by import path; third parties join through entry points.

An entry names classes by path (``module:attribute``), so that listing engines imports none of them.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any, TypeVar, cast

from tauscope.engine.base import Array, DerivedField, DerivedScalar, Engine, FieldSpec, ScalarSpec
from tauscope.engine.config import EngineConfig
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.study import Study
from tauscope.gpu import cuda

_Derived = TypeVar("_Derived", DerivedField, DerivedScalar)


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """Where an engine's parts are, as ``module:attribute`` paths.

    Parameters
    ----------
    name, title : str
        Name on command lines, and for people.
    engine, config : str
        Paths of the classes.
    derived : str
        Path of a mapping of name to `DerivedField`, or "".
    derived_scalars : str
        Path of a mapping of name to `DerivedScalar`, or "".
    studies : mapping of str to str
        Paths of studies by name; ``verify`` compares the engine with exact results.
    warm_start : (str, str) or None
        Settable field, and path of ``function(config) -> array`` that gives its exact steady state.
    by_source : (str, str) or None
        Field, and path of ``function(config, array, ids) -> {id: float}``, what each source really emits.
    devices : tuple of str
        Devices it runs on.
    cuda_sources : str
        Path of the tuple of its `CudaSource`s, or "".
    scalars : str
        Path of a mapping of name to `ScalarSpec`, for files without a running engine, or "".
    fields : str
        Path of ``function(config) -> {name: FieldSpec}``, for the same, or "".
    """

    name: str
    title: str
    engine: str
    config: str
    derived: str = ""
    derived_scalars: str = ""
    studies: Mapping[str, str] | None = None
    warm_start: tuple[str, str] | None = None
    by_source: tuple[str, str] | None = None
    devices: tuple[str, ...] = ("cpu",)
    cuda_sources: str = ""
    scalars: str = ""
    fields: str = ""


@dataclass(frozen=True, slots=True)
class StudyEntry:
    """Studies that belong to no engine.

    Parameters
    ----------
    name, title : str
        Name on command lines, and for people.
    studies : mapping of str to str
        Paths of studies by name, as those of an engine.
    """

    name: str
    title: str
    studies: Mapping[str, str]


STUDIES = (
    StudyEntry(
        name="atomx",
        title="Synthetic atoms",
        studies={
            "scan": "tauscope.engine.atomx.analysis.study:ScanStudy",
            "verify": "tauscope.engine.atomx.analysis.verify:AtomxVerify",
            "claims": "tauscope.engine.atomx.analysis.claims:ClaimsStudy",
        },
    ),
)
"""What reports without ever having run by ticks."""

BUILT_IN = (
    EngineEntry(
        name="gravity",
        title="Message-passing lattice",
        engine="tauscope.engine.gravity.engine:GravityEngine",
        config="tauscope.engine.gravity.config:GravityConfig",
        derived="tauscope.engine.gravity.analysis.derived:DERIVED",
        derived_scalars="tauscope.engine.gravity.analysis.derived:SCALARS",
        studies={
            "verify": "tauscope.engine.gravity.analysis.verify:GravityVerify",
            "claims": "tauscope.engine.gravity.analysis.claims:ClaimsStudy",
            "experiment": "tauscope.engine.gravity.analysis.experiments:GravityExperiment",
            "deflection": "tauscope.engine.gravity.analysis.deflection:Deflection",
        },
        warm_start=("traffic", "tauscope.engine.gravity.analysis:warm_start"),
        by_source=("f_live", "tauscope.engine.gravity.analysis.realized:realized_by_source"),
        devices=("cpu", "cuda"),
        cuda_sources="tauscope.gpu.gravity.cuda_sources:SOURCES",
        scalars="tauscope.engine.gravity.catalogue:EVERY_SCALAR",
        fields="tauscope.engine.gravity.catalogue:fields_for",
    ),
    EngineEntry(
        name="kuramoto",
        title="Phase oscillators",
        engine="tauscope.engine.kuramoto.engine:KuramotoEngine",
        config="tauscope.engine.kuramoto.config:KuramotoConfig",
        derived="tauscope.engine.kuramoto.analysis.derived:DERIVED",
        derived_scalars="tauscope.engine.kuramoto.analysis.derived:SCALARS",
        studies={
            "verify": "tauscope.engine.kuramoto.analysis.verify:KuramotoVerify",
            "sweep": "tauscope.engine.kuramoto.analysis.sweep:OrderSweep",
            "choice": "tauscope.engine.kuramoto.analysis.choice:ChoiceStudy",
        },
        devices=("cpu", "cuda"),
        cuda_sources="tauscope.gpu.kuramoto.cuda_sources:SOURCES",
        scalars="tauscope.engine.kuramoto.catalogue:SCALARS",
        fields="tauscope.engine.kuramoto.catalogue:fields_for",
    ),
    EngineEntry(
        name="ufie",
        title="Nine-dimensional wave",
        engine="tauscope.engine.ufie.engine:UfieEngine",
        config="tauscope.engine.ufie.config:UfieConfig",
        studies={
            "verify": "tauscope.engine.ufie.analysis.verify:UfieVerify",
            "scan": "tauscope.engine.ufie.analysis.scan:PhaseScan",
            "heterodyne": "tauscope.engine.ufie.analysis.heterodyne_study:HeterodyneStudy",
            "soliton": "tauscope.engine.ufie.analysis.soliton_bench:SolitonStudy",
            "plasticity": "tauscope.engine.ufie.analysis.learning:PlasticityStudy",
            "nonary": "tauscope.engine.ufie.analysis.nonary_bench:NonaryStudy",
            "claims": "tauscope.engine.ufie.analysis.claims:ClaimsStudy",
        },
        devices=("cpu", "cuda"),
        cuda_sources="tauscope.gpu.ufie.cuda_sources:SOURCES",
        scalars="tauscope.engine.ufie.catalogue:SCALARS",
        fields="tauscope.engine.ufie.catalogue:fields_for",
    ),
    EngineEntry(
        name="charge",
        title="Charge and phase",
        engine="tauscope.engine.charge.engine:ChargeEngine",
        config="tauscope.engine.charge.config:ChargeConfig",
        studies={
            "verify": "tauscope.engine.charge.analysis.verify:ChargeVerify",
            "claims": "tauscope.engine.charge.analysis.claims:ClaimsStudy",
            "v_of_r": "tauscope.engine.charge.analysis.v_of_r:ChargePotential",
        },
        devices=("cpu", "cuda"),
        cuda_sources="tauscope.gpu.charge.cuda_sources:SOURCES",
        scalars="tauscope.engine.charge.catalogue:SCALARS",
        fields="tauscope.engine.charge.catalogue:fields_for",
    ),
    EngineEntry(
        name="gauge",
        title="Compact U(1) gauge theory",
        engine="tauscope.engine.gauge.engine:GaugeEngine",
        config="tauscope.engine.gauge.config:GaugeConfig",
        studies={
            "verify": "tauscope.engine.gauge.analysis.verify:GaugeVerify",
            "two_starts": "tauscope.engine.gauge.analysis.starts:TwoStarts",
            "claims": "tauscope.engine.gauge.analysis.claims:ClaimsStudy",
            "v_of_r": "tauscope.engine.gauge.analysis.v_of_r:GaugePotential",
            "phase_map": "tauscope.engine.gauge.analysis.phase_map:PhaseMap",
        },
        devices=("cpu", "cuda"),
        cuda_sources="tauscope.gpu.gauge.cuda_sources:SOURCES",
        scalars="tauscope.engine.gauge.catalogue:SCALARS",
        fields="tauscope.engine.gauge.catalogue:fields_for",
    ),
)


@cache
def entries() -> Mapping[str, EngineEntry]:
    """All engines by name: the built-in ones, then entry points of the group ``tauscope.engines``.

    An entry point refers to an `EngineEntry`.
    """
    found = {entry.name: entry for entry in BUILT_IN}
    for point in entry_points(group="tauscope.engines"):
        entry = point.load()
        if isinstance(entry, EngineEntry):
            found.setdefault(entry.name, entry)
    return found


def names() -> list[str]:
    """Names of all engines."""
    return list(entries())


def entry(name: str) -> EngineEntry:
    """Entry of an engine.

    Raises
    ------
    BadInput
        Unknown engine; names the nearest.
    """
    known = entries()
    if name not in known:
        raise unknown_name("engine", name, known, key="engine")
    return known[name]


def load(path: str) -> Any:
    """Object at ``module:attribute``."""
    module, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module), attribute)


def config_type(name: str) -> type[EngineConfig]:
    """Configuration class of an engine."""
    return cast("type[EngineConfig]", load(entry(name).config))


def engine_type(name: str) -> type[Engine]:
    """Class of an engine."""
    return cast("type[Engine]", load(entry(name).engine))


def derived_fields(name: str, config: EngineConfig | None = None) -> Mapping[str, DerivedField]:
    """Fields that the analysis layer derives from an engine's own, by name.

    With a configuration, those that mean something for it.
    """
    path = entry(name).derived
    return _applying(cast("Mapping[str, DerivedField]", load(path)), config) if path else {}


def derived_scalars(name: str, config: EngineConfig | None = None) -> Mapping[str, DerivedScalar]:
    """Numbers that the analysis layer derives from an engine's fields, by name.

    With a configuration, those that mean something for it.
    """
    path = entry(name).derived_scalars
    return _applying(cast("Mapping[str, DerivedScalar]", load(path)), config) if path else {}


def scalar_specs(name: str) -> Mapping[str, ScalarSpec]:
    """Scalars of an engine that need not run, by name; none where it does not say."""
    path = entry(name).scalars
    return cast("Mapping[str, ScalarSpec]", load(path)) if path else {}


def field_specs(name: str, config: EngineConfig) -> Mapping[str, FieldSpec]:
    """Own and derived fields of an engine that need not run, by name; none where it does not say.

    Parameters
    ----------
    name : str
        Of the engine.
    config : EngineConfig
        Its configuration, which decides what there is.
    """
    path = entry(name).fields
    if not path:
        return {}
    derived = {key: made.spec for key, made in derived_fields(name, config).items()}
    return {**cast("Mapping[str, FieldSpec]", load(path)(config)), **derived}


def _applying(found: Mapping[str, _Derived], config: EngineConfig | None) -> Mapping[str, _Derived]:
    if config is None:
        return found
    return {name: made for name, made in found.items() if made.applies is None or made.applies(config)}


def warm_start(name: str, config: EngineConfig) -> tuple[str, Array]:
    """Exact steady state of a configuration: the settable field it belongs in, and its values.

    Raises
    ------
    BadInput
        The engine has none.
    """
    known = entry(name).warm_start
    if known is None:
        raise BadInput(
            f"The engine “{name}” has no exact steady state to start from.", key="engine", value=name
        )
    field, path = known
    return field, cast("Array", load(path)(config))


def by_source_field(name: str) -> str:
    """Field from which `by_source` measures, "" where an engine has no such measure."""
    known = entry(name).by_source
    return known[0] if known else ""


def by_source(name: str, config: EngineConfig, array: Array, ids: Iterable[str]) -> dict[str, float]:
    """What each source really emits per tick, by id; empty where the engine has no such measure."""
    known = entry(name).by_source
    return cast("dict[str, float]", load(known[1])(config, array, ids)) if known else {}


def with_study(name: str) -> list[str]:
    """Names of all that have a study of that name: engines, then what is no engine."""
    return [key for key, known in _all_studies().items() if name in known]


def studies(owner: str) -> Mapping[str, str]:
    """Paths of the studies of an engine, or of what is no engine, by name.

    Raises
    ------
    BadInput
        Unknown owner; names the nearest.
    """
    known = _all_studies()
    if owner not in known:
        raise unknown_name("engine", owner, known, key="engine")
    return known[owner]


def _all_studies() -> dict[str, Mapping[str, str]]:
    return {
        **{name: known.studies or {} for name, known in entries().items()},
        **{group.name: group.studies for group in STUDIES},
    }


def study(engine: str, name: str) -> Study:
    """Study of an engine, or of what is no engine, by name.

    Raises
    ------
    BadInput
        Unknown engine or study.
    """
    known = studies(engine)
    if name not in known:
        raise unknown_name("study", name, known, key="study")
    return cast("Study", load(known[name])())


def create(
    name: str, config: Mapping[str, Any] | EngineConfig | None = None, seed: int = 1, device: str = "cpu"
) -> Engine:
    """Create an engine.

    Parameters
    ----------
    name : str
        Engine name, see `names`.
    config : mapping or EngineConfig
        Configuration; missing entries take their defaults.
    seed : int
        Seed of every random stream, 0 to 2^64 - 1.
    device : str
        ``cpu``, ``cuda`` or ``auto`` (cuda where the engine and the machine have it, else cpu).

    Raises
    ------
    BadInput
        Unknown engine or device, refused configuration, seed out of range.

    Examples
    --------
    >>> engine = create("gravity", {"nx": 32, "ny": 32, "boundary": "absorbing"}, seed=1)
    >>> engine.advance(10)
    >>> engine.tick
    10
    """
    known = entry(name)
    chosen = resolve_device(known, device)
    given: Any = seed
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 2**64:
        raise BadInput(
            f"seed = {seed!r} is not a valid seed.", key="seed", value=seed, allowed="0 to 2^64 - 1, whole"
        )
    make = cast("Any", load(known.engine))
    return cast("Engine", make(config_type(name).load(config or {}), seed=seed, device=chosen))


def resolve_device(known: EngineEntry, device: str) -> str:
    """Device to run on.

    Raises
    ------
    BadInput
        Unknown device, or one that this engine does not run on.
    """
    if device == "auto":
        device = os.environ.get("TAUSCOPE_DEVICE", "auto")
    if device == "auto":
        device = "cuda" if "cuda" in known.devices and not cuda.missing() else "cpu"
    if device not in ("cpu", "cuda"):
        raise unknown_name("device", device, ("cpu", "cuda", "auto"), key="device")
    if device not in known.devices:
        raise BadInput(
            f"The engine “{known.name}” does not run on {device}.",
            key="device",
            value=device,
            allowed=", ".join(known.devices),
            remedy="Choose another device or “auto”.",
        )
    if device == "cuda" and (reason := cuda.missing()):
        raise BadInput(
            f"CUDA cannot be used here. {reason}",
            key="device",
            value=device,
            allowed="cpu or auto on this machine",
        )
    return device
