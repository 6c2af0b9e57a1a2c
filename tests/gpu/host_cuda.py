"""Runs CUDA kernels on the processor: the same source text, compiled as C++ with one thread a site in a loop.

What it shows is the arithmetic of the kernels, not the device: order of additions, edges, launch signatures.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.gpu.cuda import CudaSource

_HEAD = """
#define __global__
#define __device__
#define __restrict__
struct Dim { int x, y, z; };
static Dim blockIdx, blockDim = {1, 1, 1}, threadIdx = {0, 0, 0};
"""

_C_TYPES: dict[str, Any] = {"int": ctypes.c_int, "float": ctypes.c_float, "double": ctypes.c_double}


class HostModule:
    """Kernels of one variant of a source, callable with NumPy arrays and numbers.

    Parameters
    ----------
    source : CudaSource
        What to compile.
    variant : str
        Which variant.
    folder : Path
        Where to put the library.
    """

    def __init__(self, source: CudaSource, variant: str, folder: Path) -> None:
        compiler = shutil.which("g++") or shutil.which("clang++")
        if compiler is None:
            pytest.skip("no C++ compiler (g++ or clang++) to run the CUDA source on the processor")
        self._source = source
        defines = [option for option in source.variants[variant] if option.startswith("-D")]
        self._real = next((d.partition("=")[2] for d in defines if d.startswith("-DREAL=")), "int")
        text = [_HEAD, source.text()]
        for kernel, parameters in source.launches.items():
            typed = [self._typed(parameter) for parameter in parameters]
            names = ", ".join(parameter.partition(":")[0].strip() for parameter in parameters)
            text.append(
                f'extern "C" void host_{kernel}({", ".join(typed)}) {{\n'
                "  for (blockIdx.y = 0; blockIdx.y < ny; blockIdx.y++)\n"
                "    for (blockIdx.x = 0; blockIdx.x < nx; blockIdx.x++)\n"
                f"      {kernel}({names});\n}}"
            )
        code, library = folder / f"{variant}.cpp", folder / f"{variant}.so"
        code.write_text("\n".join(text), encoding="utf-8")
        flags = ["-std=c++17", "-O2", "-ffp-contract=off", "-shared", "-fPIC", *defines]
        done = subprocess.run(
            [compiler, *flags, str(code), "-o", str(library)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        self._library = ctypes.CDLL(str(library))

    def launch(self, kernel: str, arguments: Sequence[Any]) -> None:
        """Call a kernel once for every site."""
        parameters = self._source.launches[kernel]
        assert len(arguments) == len(parameters)
        given: list[Any] = []
        for value, parameter in zip(arguments, parameters, strict=True):
            kind = parameter.partition(":")[2].strip()
            if isinstance(value, np.ndarray):
                assert kind.endswith("*"), parameter
                assert value.flags.c_contiguous
                given.append(ctypes.c_void_p(value.ctypes.data))
            else:
                assert not kind.endswith("*"), parameter
                given.append(_C_TYPES[self._real if kind == "real" else kind](value))
        getattr(self._library, f"host_{kernel}")(*given)

    def _typed(self, parameter: str) -> str:
        name, _, kind = (part.strip() for part in parameter.partition(":"))
        return f"{kind.replace('real', self._real)} {name}"


class HostDevice:
    """Stands for a CUDA device: NumPy arrays, and kernels compiled for the processor."""

    def __init__(self, folder: Path) -> None:
        self.xp: Any = np
        self._folder = folder
        self._modules: dict[tuple[str, str], HostModule] = {}

    def to_host(self, array: Any) -> Any:
        """Copy of an array."""
        return np.array(array)

    def kernel(self, source: CudaSource, variant: str, name: str) -> Any:
        """Function that runs a kernel for every site."""
        key = (source.file, variant)
        if key not in self._modules:
            self._modules[key] = HostModule(source, variant, self._folder)

        def launch(shape: tuple[int, int], arguments: tuple[Any, ...]) -> None:
            assert arguments[0].shape == shape
            self._modules[key].launch(name, arguments)

        return launch

    def wait(self) -> None:
        """Nothing is under way."""
