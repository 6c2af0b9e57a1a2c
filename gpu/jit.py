"""How every CPU kernel is compiled: one decorator, one set of numba options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Serial CPU kernel: releases the GIL, cached on disk, IEEE arithmetic in the order written.

    No fast-math: kernels and the NumPy references must agree bit for bit.
    """
    return cast(Function, numba.njit(nogil=True, cache=True, error_model="numpy")(function))
