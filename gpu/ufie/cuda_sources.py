"""The CUDA source of waves in bricks, and how its kernels are launched."""

from __future__ import annotations

from tauscope.gpu.cuda import CudaSource


def _typed(kind: str, names: str) -> tuple[str, ...]:
    return tuple(f"{name}: {kind}" for name in names.split())


_IN, _OUT = "const real*", "real*"
_PLACE = _typed("int", "sites ny nx")

_LATTICE = (*_typed("const int*", "beside near"), f"g: {_IN}", "mixed: const int*")

_ARRAYS = (
    *_LATTICE,
    *_typed(_IN, "loss rate weight numbers"),
    "pointer: const long long*",
    *_typed("const int*", "who row"),
    *_typed(_IN, "factor table drives"),
    "clock: const int*",
)

_SIZES = (*_typed("int", "B kind count width uniform emitters"), *_PLACE)

WAVE = CudaSource(
    package="tauscope.gpu.ufie",
    file="wave.cu",
    variants={"fast": ("-DREAL=float",), "precise": ("-DREAL=double",)},
    launches={
        "fluxes": (
            f"flux: {_OUT}",
            f"psi: {_IN}",
            *_LATTICE,
            f"numbers: {_IN}",
            *_typed("int", "B kind count width"),
            *_PLACE,
        ),
        "wave_step": (f"psi: {_IN}", *_typed(_OUT, "out u"), f"flux: {_IN}", *_ARRAYS, "mode: int", *_SIZES),
        "sums": ("lanes: double*", *_typed(_IN, "psi u flux"), *_ARRAYS, "bricks: int", *_SIZES),
        "fold": ("totals: double*", "lanes: double*", "clock: const int*", "B: int", *_PLACE),
        "tick": ("clock: int*", "ny: int", "nx: int"),
        "rewind_clock": ("clock: int*", "ny: int", "nx: int"),
        "relink": ("beside: int*", "deltas: const int*", *_PLACE),
        "tops": ("best: double*", "sound: int*", *_typed(_IN, "psi u"), "B: int", *_PLACE),
        "project": (
            "part: double*",
            f"field: {_IN}",
            "start: const long long*",
            "places: const int*",
            *_typed("int", "B inner mode"),
            *_PLACE,
        ),
        "collect": (
            "totals: double*",
            "part: const double*",
            "first: const long long*",
            *_typed("const int*", "order outer place"),
            *_typed("int", "inner parts mode"),
            *_PLACE,
        ),
    },
    cpu={"tops": "tauscope.gpu.ufie.measures:tops"},
)

SOURCES = (WAVE,)
