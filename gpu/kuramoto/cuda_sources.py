"""The CUDA source of ensembles of phase oscillators, and how its kernels are launched."""

from __future__ import annotations

from tauscope.gpu.cuda import CudaSource

_IN, _OUT = "const double*", "double*"


def _arrays(kind: str, names: str) -> tuple[str, ...]:
    return tuple(f"{name}: {kind}" for name in names.split())


_SHAPE = ("ny: int", "nx: int")
_WHOSE = ("cluster: const int*", *_SHAPE)

ENSEMBLE = CudaSource(
    package="tauscope.gpu.kuramoto",
    file="ensemble.cu",
    variants={"float64": ()},
    launches={
        "stage2": (
            *_arrays(_OUT, "zr zi"),
            *_arrays(_IN, "rr ri"),
            *_arrays(_OUT, "sr si"),
            *_arrays(_IN, "ar ai"),
            *_WHOSE,
        ),
        "stage3": (*_arrays(_IN, "zr zi"), *_arrays(_OUT, "sr si gr gi"), *_arrays(_IN, "ar ai"), *_WHOSE),
        "stage4": (
            *_arrays(_IN, "zr zi rr ri"),
            *_arrays(_OUT, "sr si"),
            *_arrays(_IN, "ar ai"),
            *_WHOSE,
        ),
        "stage5": (*_arrays(_OUT, "zr zi"), *_arrays(_IN, "rr ri sr si gr gi ar ai moving"), *_WHOSE),
        "strang_ahead": (*_arrays(_IN, "zr zi rr ri"), *_arrays(_OUT, "sr si"), *_SHAPE),
        "strang_step": (
            *_arrays(_OUT, "zr zi"),
            *_arrays(_IN, "rr ri"),
            *_arrays(_OUT, "sr si"),
            *_arrays(_IN, "ar ai moving"),
            *_WHOSE,
        ),
        "lanes": (
            *_arrays(_OUT, "lr li"),
            *_arrays(_IN, "sr si"),
            "offsets: const long long*",
            "square: int",
            *_SHAPE,
        ),
        "fold": (*_arrays(_OUT, "fr fi"), *_arrays(_IN, "lr li"), "count: int", *_SHAPE),
        "act": (
            *_arrays(_OUT, "hr hi"),
            *_arrays(_IN, "fr fi"),
            "offsets: const long long*",
            "starts: const long long*",
            "columns: const int*",
            *_arrays(_IN, "values mask moves"),
            "p: double",
            "q: double",
            "u: double",
            "v: double",
            *_SHAPE,
        ),
        "strang_middle": (
            *_arrays(_OUT, "mr mi"),
            *_arrays(_IN, "fr fi f2r f2i hr hi"),
            "offsets: const long long*",
            *_SHAPE,
        ),
        "strang_pole": (*_arrays(_OUT, "hr hi"), *_SHAPE),
        "jolt": (
            *_arrays(_OUT, "zr zi"),
            *_arrays(_IN, "moving"),
            "amplitude: double",
            "k0: int",
            "k1: int",
            "c1: int",
            "c2: int",
            "c3: int",
            *_SHAPE,
        ),
    },
    cpu={
        "stage2": "tauscope.gpu.kuramoto.narrow:stage2",
        "stage3": "tauscope.gpu.kuramoto.narrow:stage3",
        "stage4": "tauscope.gpu.kuramoto.narrow:stage4",
        "stage5": "tauscope.gpu.kuramoto.narrow:stage5",
    },
)

SOURCES = (ENSEMBLE,)
