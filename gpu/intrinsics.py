"""What CPU kernels need of the machine and Python has no name for; for use in kernels only.

Kernels are compiled without fast-math, so the compiler never fuses a product and a sum by itself. Where speed
asks for it, a kernel says so with `fma`: the result is defined, and CUDA's ``fma`` gives the same.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic


@intrinsic
def fma(_context: Any, _a: Any, _b: Any, _c: Any) -> Any:
    """``a * b + c`` of float64 numbers, rounded once (IEEE 754-2008)."""

    def code(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    real = types.float64
    return real(real, real, real), code


@intrinsic
def bits_of(_context: Any, _x: Any) -> Any:
    """Bits of a float64 number, as int64."""

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.int64))

    return types.int64(types.float64), code


@intrinsic
def number_of(_context: Any, _bits: Any) -> Any:
    """float64 number of bits given as int64."""

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.int64), code
