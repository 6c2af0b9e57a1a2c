"""CUDA devices: whether there is one, why not, and the modules compiled for it; CuPy is imported only here.

Kernels stand in ``.cu`` files beside their Python side. They are compiled without fused multiply-add, so that
every device gives the numbers of the CPU kernels bit for bit.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import Any, cast

import numpy.typing as npt

Launch = Callable[[tuple[int, int], tuple[Any, ...]], None]

BLOCK = (32, 8)
"""Threads of a block: a warp along a row, so that its loads are whole lines."""

_BROKEN = (ImportError, OSError, RuntimeError, AttributeError, ValueError)
"""What an installation of CuPy that does not fit raises: libraries that are missing or of another version
(ImportError, OSError, RuntimeError), or a NumPy of another version (AttributeError, ValueError)."""

OPTIONS = ("--std=c++17", "--fmad=false")
"""Options of every compilation. Without ``--fmad=false`` sums of products would differ from the CPU's."""


@dataclass(frozen=True, slots=True, eq=False)
class CudaSource:
    """A ``.cu`` file, the ways it is compiled, and how its kernels are launched.

    Parameters
    ----------
    package, file : str
        Where it is.
    variants : mapping of str to tuple of str
        Options of each variant by name, besides `OPTIONS`.
    launches : mapping of str to tuple of str
        Parameters of each kernel in order, as ``name: type``; ``real`` is the variant's number type.
    cpu : mapping of str to str
        ``module:function`` of the CPU kernel that does the same work, by kernel.
    """

    package: str
    file: str
    variants: Mapping[str, tuple[str, ...]]
    launches: Mapping[str, tuple[str, ...]]
    cpu: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Source text, of the package that it is part of."""
        return (pkgutil.get_data(self.package, self.file) or b"").decode("utf-8")

    def options(self, variant: str) -> tuple[str, ...]:
        """All options of a variant."""
        return (*OPTIONS, *self.variants[variant])


@cache
def missing() -> str:
    """Why CUDA cannot be used here, as a sentence, or "" where it can."""
    if find_spec("cupy") is None:
        return "CuPy is not installed. Install Tauscope with the extra cuda12 or cuda13."
    try:
        import cupy
    except _BROKEN as error:
        return f"CuPy cannot be imported: {error}."
    try:
        count = int(cupy.cuda.runtime.getDeviceCount())
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"CUDA reports no device: {error}."
    return "" if count > 0 else "CUDA reports no device."


@cache
def module(source: CudaSource, variant: str) -> Any:
    """Compiled CuPy module of a variant; compiled once for a device and kept on disk by CuPy.

    Raises
    ------
    RuntimeError
        Without a device.
    """
    if reason := missing():
        raise RuntimeError(reason)
    import cupy

    return cupy.RawModule(code=source.text(), options=source.options(variant))


class CudaDevice:
    """Arrays and kernels of the current CUDA device; tests put the processor in its place.

    Raises
    ------
    RuntimeError
        Without a device.
    """

    def __init__(self) -> None:
        if reason := missing():
            raise RuntimeError(reason)
        import cupy

        self.xp: Any = cupy

    def to_host(self, array: Any) -> npt.NDArray[Any]:
        """Copy of a device array on the host."""
        return cast("npt.NDArray[Any]", self.xp.asnumpy(array))

    def kernel(self, source: CudaSource, variant: str, name: str) -> Launch:
        """Function that launches a kernel with one thread a site: ``launch((ny, nx), arguments)``."""
        function = module(source, variant).get_function(name)

        def launch(shape: tuple[int, int], arguments: tuple[Any, ...]) -> None:
            ny, nx = shape
            function((-(-nx // BLOCK[0]), -(-ny // BLOCK[1])), BLOCK, arguments)

        return launch

    def wait(self) -> None:
        """Wait for what was launched; the GIL is released meanwhile."""
        self.xp.cuda.get_current_stream().synchronize()
