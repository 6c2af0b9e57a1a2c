"""The CUDA sources of the gravity lattice, how they are compiled and how their kernels are launched."""

from __future__ import annotations

from tauscope.gpu.cuda import CudaSource

_PACKAGE = "tauscope.gpu.gravity"
_REALS = {"float32": "float", "float64": "double"}
_HOODS = {"von_neumann": 0, "moore": 1}
_RULES = {"airtime": 0, "fluid": 1}


def relay_variant(rule: str, dtype: str, neighbourhood: str) -> str:
    """Name of a variant of `RELAY`."""
    return f"{rule}-{dtype}-{neighbourhood}"


def message_variant(dtype: str, neighbourhood: str) -> str:
    """Name of a variant of `MESSAGES`."""
    return f"{dtype}-{neighbourhood}"


def wave_variant(dtype: str, neighbourhood: str) -> str:
    """Name of a variant of `WAVE`."""
    return f"wave-{dtype}-{neighbourhood}"


RELAY = CudaSource(
    package=_PACKAGE,
    file="relay.cu",
    variants={
        relay_variant(rule, dtype, hood): (f"-DREAL={real}", f"-DRULE={code}", f"-DMOORE={moore}")
        for rule, code in _RULES.items()
        for dtype, real in _REALS.items()
        for hood, moore in _HOODS.items()
    },
    launches={
        "relay": (
            "E: const real*",
            "E2: real*",
            "q: real*",
            "d: real*",
            "a: const real*",
            "n: int*",
            "m: double*",
            "g: real*",
            "C: const real*",
            "sinks: const unsigned char*",
            "ny: int",
            "nx: int",
            "edge: int",
            "near_share: real",
            "diagonal_share: real",
            "alpha: real",
        )
    },
    cpu={"relay": "tauscope.gpu.gravity.cpu:advance"},
)

RELAY_UNITS = CudaSource(
    package=_PACKAGE,
    file="relay.cu",
    variants={f"units-{hood}": ("-DUNITS", f"-DMOORE={moore}") for hood, moore in _HOODS.items()},
    launches={
        "relay_units": (
            "E: const int*",
            "E2: int*",
            "q: int*",
            "d: int*",
            "a: const int*",
            "n: int*",
            "g: float*",
            "C: const int*",
            "sinks: const unsigned char*",
            "ny: int",
            "nx: int",
            "edge: int",
            "k: int",
            "alpha: float",
        )
    },
    cpu={"relay_units": "tauscope.gpu.gravity.cpu:advance"},
)

MESSAGES = CudaSource(
    package=_PACKAGE,
    file="messages.cu",
    variants={
        message_variant(dtype, hood): (f"-DREAL={real}", f"-DMOORE={moore}")
        for dtype, real in _REALS.items()
        for hood, moore in _HOODS.items()
    },
    launches={
        "literal": (
            "e2: real*",
            "q: real*",
            "b: const real*",
            "c: const real*",
            "n: int*",
            "g: real*",
            "ny: int",
            "nx: int",
            "rest: real",
            "alpha: real",
        ),
        "strict": (
            "e2: real*",
            "q: real*",
            "b: const real*",
            "c: const real*",
            "v: const int*",
            "v2: int*",
            "n: int*",
            "g: real*",
            "ny: int",
            "nx: int",
            "wraps: int",
            "rest: real",
            "alpha: real",
        ),
    },
    cpu={
        "literal": "tauscope.gpu.gravity.message_kernels:advance_literal",
        "strict": "tauscope.gpu.gravity.message_kernels:advance_strict",
    },
)

WAVE = CudaSource(
    package=_PACKAGE,
    file="wave.cu",
    variants={
        wave_variant(dtype, hood): (f"-DREAL={real}", f"-DMOORE={moore}")
        for dtype, real in _REALS.items()
        for hood, moore in _HOODS.items()
    },
    launches={
        "wave_step": (
            "P: const real*",
            "P2: real*",
            "V: real*",
            "g: const real*",
            "sinks: const unsigned char*",
            "ny: int",
            "nx: int",
            "wraps: int",
            "hold: real",
            "pace: real",
        )
    },
    cpu={"wave_step": "tauscope.gpu.gravity.wave_kernels:step"},
)

SOURCES = (RELAY, RELAY_UNITS, MESSAGES, WAVE)
