"""The CUDA source of U(1) lattices, and how its kernels are launched."""

from __future__ import annotations

from tauscope.gpu.cuda import CudaSource

_STAPLES = ("ar: double*", "ai: double*")
_GIVEN = ("ar: const double*", "ai: const double*")
_LINKS = ("ur: const double*", "ui: const double*")
_WRITTEN = ("ur: double*", "ui: double*")
_UP, _DOWN, _PARITY = "up: const long long*", "down: const long long*", "parity: const long long*"
_WHERE = ("mu: int", "p: int")
_ADDRESS = ("k0: int", "k1: int", "c1: int", "c2: int", "c3: int")
_SHAPE = ("ny: int", "nx: int")
_DRAWN = ("counts: int*", *_GIVEN, *_WRITTEN, _PARITY, "beta: double")

LINKS = CudaSource(
    package="tauscope.gpu.gauge",
    file="links.cu",
    variants={"float64": ()},
    launches={
        "staples": (*_STAPLES, *_LINKS, _UP, _DOWN, _PARITY, *_WHERE, "axes: int", *_SHAPE),
        "plaquettes": ("sums: double*", *_LINKS, _UP, _PARITY, "axes: int", *_SHAPE),
        "relax": (*_GIVEN, *_WRITTEN, *_WHERE, *_SHAPE),
        "heat_bath": (*_DRAWN, *_WHERE, *_ADDRESS, *_SHAPE),
        "metropolis": (*_DRAWN, "delta: double", *_WHERE, *_ADDRESS, *_SHAPE),
    },
    cpu={"staples": "tauscope.gpu.gauge.staples:staples"},
)

SOURCES = (LINKS,)
