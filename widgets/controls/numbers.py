"""Numbers as text and text as numbers: sensible precision, real minus, units."""

from __future__ import annotations

import math
import re

from tauscope.engine.errors import BadInput

MINUS = "\u2212"
THIN = "\u202f"
"""Narrow no-break space, before a unit."""

_EXACT_DIGITS = 12
_PLAIN_LOW, _PLAIN_HIGH = 1e-2, 1e6
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


def format_value(value: float, unit: str = "", digits: int | None = None, *, short: bool = False) -> str:
    """Return a number as the interface shows it, thousands by commas.

    Parameters
    ----------
    value : float or int
        Value; NaN and infinities are allowed.
    unit : str
        Unit, appended after a narrow space; ``"1"`` and ``""`` show none.
    digits : int, optional
        Significant digits of a measured value. Without it the value is a setting and is shown as it
        was set (up to 12 digits, so never 0.30000000000000004), with two decimals at least.
    short : bool
        Whether thousands become ``k``, ``M``, ``G``, ``T``.
    """
    if isinstance(value, int):
        text = _short(float(value), digits or 3) if short and abs(value) >= 1000 else _group(str(value))
    elif not math.isfinite(value):
        text = "NaN" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    elif short and abs(value) >= 1000:
        text = _short(value, digits or 3)
    elif digits is None:
        text = _exact(value)
    else:
        text = _measured(value, max(1, digits))
    return with_unit(text.replace("-", MINUS), unit)


def with_unit(text: str, unit: str) -> str:
    """Append a unit to a formatted number; ``"1"`` and ``""`` add nothing."""
    return text if unit in ("", "1") else f"{text}{THIN}{unit}"


def plain_unit(unit: str) -> str:
    """Return the unit as shown: empty for a dimensionless ``"1"``."""
    return "" if unit == "1" else unit


def format_bytes(count: float) -> str:
    """Return a number of bytes with a decimal prefix, such as ``60.0 MB``."""
    if abs(count) < 1000:
        return f"{round(count)}{THIN}B"
    return f"{_short(float(count), 3)}B"


def format_duration(seconds: float) -> str:
    """Return a duration in its largest sensible units, such as ``41 min`` or ``2 h 5 min``."""
    if not math.isfinite(seconds):
        return "∞"
    if seconds < 60:
        return with_unit(_group(str(round(seconds))) if seconds >= 10 else _measured(seconds, 2), "s")
    minutes = round(seconds / 60)
    if minutes < 60:
        return with_unit(str(minutes), "min")
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}{THIN}h" + (f" {minutes}{THIN}min" if minutes else "")
    return with_unit(_group(str(round(hours / 24))), "days")


def parse_number(text: str, unit: str = "") -> float:
    """Return the number a user typed: plain or scientific, with any minus, spaces, or its unit behind it.

    Commas stand between thousands, as they are shown; any other comma is refused.

    Raises
    ------
    BadInput
        If the text is not a finite number.
    """
    cleaned = _without_spaces(text)
    unit = plain_unit(unit)  # the "1" of a dimensionless number is no ending: 0.01 stays 0.01
    for ending in {_without_spaces(unit), _without_spaces(unit.replace(" per ", "/"))} - {""}:
        cleaned = cleaned.removesuffix(ending)
    cleaned = cleaned.replace(MINUS, "-").replace("–", "-")
    for times in ("×10^", "*10^", "×10", "·10^", "·10"):
        cleaned = cleaned.replace(times, "e")
    cleaned = cleaned.translate(_SUPERSCRIPTS)
    if not cleaned:
        raise BadInput("There is no number here.", remedy="Type one, or press Esc.")
    cleaned = _GROUPED.sub(lambda found: found[0].replace(",", ""), cleaned)
    if "," in cleaned:
        raise BadInput(f"“{text.strip()}” has a comma.", remedy="Write decimals with a point.")
    try:
        number = float(cleaned)
    except ValueError:
        raise BadInput(f"“{text.strip()}” is not a number.", remedy="Type 0.004 or 4e-3.") from None
    if not math.isfinite(number):
        raise BadInput(f"“{text.strip()}” is not a finite number.", remedy="Type a finite one.")
    return number


def tidy(value: float, step: float) -> float:
    """Return ``value`` rounded to the power of ten at or below ``step``, free of binary crumbs."""
    if step <= 0 or not math.isfinite(value):
        return value
    decimals = -math.floor(math.log10(step) + 1e-9)
    return float(round(value, decimals)) + 0.0


def tidy_digits(value: float, digits: int) -> float:
    """Return ``value`` rounded to ``digits`` significant digits."""
    return float(f"{value:.{max(1, digits) - 1}e}")


def _without_spaces(text: str) -> str:
    for space in (" ", "\u00a0", "\u2009", THIN, "_"):
        text = text.replace(space, "")
    return text


def _group(text: str) -> str:
    """Group the integer part of plain digits by threes."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, dot, rest = digits.partition(".")
    if len(whole) > 3:
        head = len(whole) % 3
        parts = ([whole[:head]] if head else []) + [whole[i : i + 3] for i in range(head, len(whole), 3)]
        whole = ",".join(parts)
    return f"{sign}{whole}{dot}{rest}"


def _exact(value: float) -> str:
    rounded = float(f"{value:.{_EXACT_DIGITS}g}")
    if rounded == 0:
        return "0.00"
    if _PLAIN_LOW <= abs(rounded) < _PLAIN_HIGH:
        power = math.floor(math.log10(abs(rounded)))
        text = f"{rounded:.{_EXACT_DIGITS - 1 - power}f}".rstrip("0")
        whole, _, rest = text.partition(".")
        return _group(f"{whole}.{rest.ljust(2, '0')}")
    mantissa, _, exponent = f"{rounded:.{_EXACT_DIGITS - 1}e}".partition("e")
    whole, _, rest = mantissa.partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(1, '0')}e{int(exponent)}"


def _measured(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    scientific = f"{value:.{digits - 1}e}"
    mantissa, _, exponent = scientific.partition("e")
    power = int(exponent)
    if -2 <= power < 6:
        return _group(f"{float(scientific):.{max(0, digits - 1 - power)}f}")
    return f"{mantissa}e{power}"


def _short(value: float, digits: int) -> str:
    for factor, prefix in _PREFIXES:
        # Rounding first, so that 999 999 becomes 1.00 M and not 1000 k.
        if abs(tidy_digits(value, digits)) >= factor:
            return f"{_measured(value / factor, digits)}{THIN}{prefix}"
    return _measured(value, digits)
