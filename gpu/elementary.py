"""Logarithm, sine, cosine and angle without branches: vector code, and the same bits on every device.

Errors stay below 1 ulp (logarithm), 2 ulp (sine, cosine up to |x| = 10^5) and 3 ulp (angle).
Source: polynomials of fdlibm (Sun Microsystems, 1993; freely used with this notice): Developed at SunSoft, a
Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is freely
granted, provided that this notice is preserved.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.gpu.intrinsics import bits_of, fma, number_of
from tauscope.gpu.jit import kernel, piece

LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
HALF_PI, HALF_PI_2, HALF_PI_3 = 1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33
"""pi / 2 as a sum of three float64 numbers."""
TAN_PI_8 = 0.41421356237309503
ROOT_HALF = np.int64(0x3FE6A09E00000000)
"""Bits of a number just below sqrt(1/2)."""
ONE = np.int64(0x3FF0000000000000)
"""Bits of 1."""
FRACTION = np.int64(0x000FFFFFFFFFFFFF)
"""Bits of a number's fraction."""


@kernel
def log(x: Any) -> Any:
    """Natural logarithm of a positive normal float64 number."""
    bits = bits_of(x) + (ONE - ROOT_HALF)
    k = np.float64((bits >> np.int64(52)) - np.int64(0x3FF))
    f = number_of((bits & FRACTION) + ROOT_HALF) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * fma(w, fma(w, 1.531383769920937332e-01, 2.222219843214978396e-01), 3.999999999940941908e-01)
    odd = fma(w, 1.479819860511658591e-01, 1.818357216161805012e-01)
    odd = z * fma(w, fma(w, odd, 2.857142874366239149e-01), 6.666666666666735130e-01)
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + (odd + even)) + k * LN2_LOW)) - f)


@piece
def _near(x: Any) -> tuple[Any, Any]:
    """Sine and cosine of |x| <= pi / 4."""
    z = x * x
    s = fma(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08)
    s = fma(z, fma(z, s, 2.75573137070700676789e-06), -1.98412698298579493134e-04)
    s = fma(z, fma(z, s, 8.33333333332248946124e-03), -1.66666666666666324348e-01)
    c = fma(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09)
    c = fma(z, fma(z, c, -2.75573143513906633035e-07), 2.48015872894767294178e-05)
    c = fma(z, fma(z, c, -1.38888888888741095749e-03), 4.16666666666666019037e-02)
    half = 0.5 * z
    top = 1.0 - half
    return fma(x * z, s, x), top + (((1.0 - top) - half) + z * z * c)


@piece
def _turned_by_quarters(quarters: Any, s: Any, c: Any) -> tuple[Any, Any]:
    """Sine and cosine of an angle that many quarter turns farther; ``quarters`` is a whole float64 number."""
    whole = np.int64(quarters)
    swap = (whole & np.int64(1)) != 0
    a = c if swap else s
    b = s if swap else c
    a = -a if (whole & np.int64(2)) != 0 else a
    b = -b if ((whole + np.int64(1)) & np.int64(2)) != 0 else b
    return a, b


@kernel
def sincos(x: Any) -> tuple[Any, Any]:
    """Sine and cosine of x in rad, |x| <= 10^5."""
    quarters = np.rint(x * (1.0 / HALF_PI))
    rest = fma(-quarters, HALF_PI_3, fma(-quarters, HALF_PI_2, fma(-quarters, HALF_PI, x)))
    s, c = _near(rest)
    return _turned_by_quarters(quarters, s, c)


@kernel
def sincos_turns(turns: Any) -> tuple[Any, Any]:
    """Sine and cosine of 2 pi times a number in [0, 1)."""
    quarters = np.rint(4.0 * turns)
    s, c = _near((4.0 * turns - quarters) * HALF_PI)
    return _turned_by_quarters(quarters, s, c)


@kernel
def atan2(y: Any, x: Any) -> Any:
    """Angle of the point x, y, not both 0, in [-pi, pi]."""
    a, b = abs(x), abs(y)
    low, high = (a if a < b else b), (b if a < b else a)
    # atan(low / high) = pi / 4 + atan((low - high) / (low + high)), within the reach of the polynomial.
    far = low > TAN_PI_8 * high
    t = (low - high if far else low) / (low + high if far else high)
    z = t * t
    w = z * z
    even = fma(w, 1.62858201153657823623e-02, 4.97687799461593236017e-02)
    even = fma(w, fma(w, even, 6.66107313738753120669e-02), 9.09088713343650656196e-02)
    even = fma(w, fma(w, even, 1.42857142725034663711e-01), 3.33333333333329318027e-01)
    odd = fma(w, -3.65315727442169155270e-02, -5.83357013379057348645e-02)
    odd = fma(w, fma(w, odd, -7.69187620504482999495e-02), -1.11111104054623557880e-01)
    odd = w * fma(w, odd, -1.99999999998764832476e-01)
    angle = (0.5 * HALF_PI if far else 0.0) + (t - t * fma(z, even, odd))
    angle = HALF_PI - angle if a < b else angle
    angle = 2.0 * HALF_PI - angle if x < 0.0 else angle
    return np.copysign(angle, y)
