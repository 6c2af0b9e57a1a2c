"""Numbers as views show them: as many digits as they deserve, a true minus sign, k and M for large ones."""

from __future__ import annotations

import math

MINUS = "\u2212"
_EXACT = 1e-3
_LARGE = 1e4
_STEPS = ((1e9, " G"), (1e6, " M"), (1e3, " k"))


def plain(value: float, decimals: int, *, signed: bool = False) -> str:
    """Fixed-point text with a typographic minus, thousands by commas; ``signed`` writes a plus as well."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    rounded = round(value, decimals) + 0.0
    text = f"{abs(rounded):,.{decimals}f}"
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if signed and rounded > 0 else text


def exponent(value: float, decimals: int, *, signed: bool = False) -> str:
    """Scientific text, as in ``4.0e−3``."""
    if not math.isfinite(value):
        return plain(value, 0)
    mantissa, _, power = f"{value:.{decimals}e}".partition("e")
    return f"{plain(float(mantissa), decimals, signed=signed)}e{str(int(power)).replace('-', MINUS)}"


def significant(value: float, digits: int = 3) -> str:
    """Text with a number of significant digits, for a value that stands alone."""
    if value == 0 or not math.isfinite(value):
        return plain(value, 0)
    size = abs(value)
    if size < _EXACT or size >= 1e9:
        return exponent(value, max(digits - 1, 0))
    return plain(value, max(digits - 1 - math.floor(math.log10(size)), 0))


def on_scale(value: float, low: float, high: float, *, signed: bool = False) -> str:
    """Text of a value on a colour bar from ``low`` to ``high``: two digits of the range."""
    span, size = abs(high - low) or 1.0, max(abs(low), abs(high))
    if size == 0 or abs(value) < 1e-9 * span:
        return "0"
    if size < _EXACT:
        decimals = 1 + max(math.floor(math.log10(size)) - math.floor(math.log10(span)), 0)
        return exponent(value, decimals, signed=signed)
    grain = min(span, size)
    for step, name in _STEPS:
        if size >= step and size >= _LARGE:
            return plain(value / step, _decimals(grain / step), signed=signed) + name
    return plain(value, _decimals(grain), signed=signed)


def measured(value: float, error: float | None, span: float) -> str:
    """Text of a value with its error, or with three digits of the range it lies in."""
    if error is None or not math.isfinite(error) or error <= 0 or not math.isfinite(value):
        size = abs(span) if span else abs(value)
        if size == 0 or not math.isfinite(size):
            return plain(value, 0)
        if max(size, abs(value)) < _EXACT:
            return significant(value)
        return plain(value, max(2 - math.floor(math.log10(size)), 0))
    decimals = max(-math.floor(math.log10(error)), 0)
    if error < _EXACT / 10 and abs(value) < _EXACT:
        return f"{significant(value)} ± {exponent(error, 0)}"
    return f"{plain(value, decimals)} ± {plain(error, decimals)}"


def _decimals(span: float) -> int:
    return max(1 - math.floor(math.log10(span)), 0)
