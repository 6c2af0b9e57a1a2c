"""How every CPU kernel is compiled: two decorators, one set of numba options."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from numba.core.compiler import Compiler
from numba.core.registry import cpu_target
from numba.extending import register_jitable

from tauscope.gpu import compile_log
from tauscope.gpu.freshness import stamp

Function = TypeVar("Function", bound=Callable[..., Any])

compile_log.start()


class _DistinctArrays(Compiler):
    """Compiler that may assume array arguments not to overlap, as numba itself does for parallel loops.

    Without it each row of a sweep begins by comparing some forty pairs of addresses, which takes half the
    time of a short row.
    """

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        return super().define_pipelines()


# numba adds an entry for C to every function; nobody calls it here, and it takes a tenth of the time.
_OPTIONS: dict[str, Any] = {
    "error_model": "numpy",
    "pipeline_class": _DistinctArrays,
    "no_cfunc_wrapper": True,
}


def kernel(function: Function) -> Function:
    """Serial CPU kernel: releases the GIL, cached on disk, IEEE arithmetic in the order written.

    No fast-math: kernels and the NumPy references must agree bit for bit. Arrays that are passed must not
    overlap.
    """
    compiled = numba.njit(nogil=True, cache=True, **_OPTIONS)(function)
    # numba asks only whether the kernel's own file changed, and would keep what it took from others.
    kept = compiled._cache._cache_file
    kept._source_stamp = kept._source_stamp, stamp(function.__code__.co_filename)
    return cast(Function, compiled)


def piece(function: Function) -> Function:
    """Part of kernels, compiled into those that call it; from Python it is plain Python.

    It is not cached by itself and has no entry for Python, which takes a quarter of the compiler's time.
    """
    return cast(Function, register_jitable(no_cpython_wrapper=True, **_OPTIONS)(function))


def variant(function: Any, *flags: Any) -> Any:
    """Compile one variant of a kernel, whose flags are constants of the function that defines it.

    It gets a name of its own: variants that shared a cache file could be mixed up.
    """
    function.__qualname__ = "_".join([function.__name__, *(str(int(flag)) for flag in flags)])
    return kernel(function)


def is_kept(compiled: Any, number: npt.DTypeLike) -> bool:
    """Whether a kernel is on disk for this machine, from its present source, with arrays of a number type.

    Nothing is compiled or loaded; what numba's private cache does not tell counts as not kept.

    Parameters
    ----------
    compiled : kernel
        What `kernel` or `variant` gave.
    number : dtype
        Number type of its first array.
    """
    wanted, magic = f"({np.dtype(number).name},", cpu_target.target_context.codegen().magic_tuple()
    try:
        overloads = compiled._cache._cache_file._load_index()
        return any(key[1] == magic and wanted in str(key[0][0]) for key in overloads)
    except (AttributeError, IndexError, OSError, TypeError, ValueError, EOFError, pickle.UnpicklingError):
        return False  # compiled once more, then
