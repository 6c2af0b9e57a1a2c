"""The CUDA source of charges on a torus, and how its kernels are launched."""

from __future__ import annotations

from tauscope.gpu.cuda import CudaSource

_IN, _OUT = "const double*", "double*"


def _typed(kind: str, names: str) -> tuple[str, ...]:
    return tuple(f"{name}: {kind}" for name in names.split())


_SHAPE = ("ny: int", "nx: int")

CHARGE = CudaSource(
    package="tauscope.gpu.charge",
    file="charge.cu",
    variants={"float64": ()},
    launches={
        "drift": (
            *_typed(_IN, "rho phi intent"),
            *_typed(_OUT, "rho2 phi2 intent2"),
            "held: const unsigned char*",
            "flags: int*",
            *_typed("int", "step scheme relaxes"),
            *_typed("double", "dt g alpha nu D lam beta gamma limit"),
            *_SHAPE,
        ),
        "faces": (*_typed(_IN, "p n phi"), *_typed(_OUT, "px py qx qy"), "inverse_t: double", *_SHAPE),
        "gather": (*_typed(_OUT, "p n"), *_typed(_IN, "px py qx qy"), "step: double", *_SHAPE),
    },
    cpu={
        "drift": "tauscope.gpu.charge.drift:advance",
        "faces": "tauscope.gpu.charge.plasma:faces",
        "gather": "tauscope.gpu.charge.plasma:gather",
    },
)

SOURCES = (CHARGE,)
