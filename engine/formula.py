"""Formulas that users type: of brushes, of theory curves, of conditions; numbers in, numbers out, no code."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import numexpr
import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput, unknown_name

Value = float | npt.NDArray[Any]

FUNCTIONS = (
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh"),
    *("exp", "expm1", "log", "log10", "log1p", "sqrt", "abs", "floor", "ceil", "where"),
)
"""Functions that formulas may call."""

CONSTANTS = {"pi": np.pi, "e": np.e}
_LONGEST = 1000

# One thread: formulas are short, and the machine's cores belong to the lattice.
numexpr.set_num_threads(1)


class Formula:
    """A formula of named variables, such as ``4e-3 * exp(-(x**2 + y**2) / 18)`` or ``R_total > 0.9``.

    Parameters
    ----------
    text : str
        Numbers, ``+ - * / ** %``, comparisons, ``& | ~``, parentheses, `FUNCTIONS`, ``pi`` and ``e``.
    names : iterable of str
        Variables it may use.

    Raises
    ------
    BadInput
        Empty, too long, not a formula, or with an unknown name; the message names the nearest.
    """

    def __init__(self, text: str, names: Iterable[str]) -> None:
        self.text = text.strip()
        self._names = {_plain(name): name for name in names}
        if not self.text or len(self.text) > _LONGEST:
            raise self._refused(
                "it is empty" if not self.text else f"it is longer than {_LONGEST} characters"
            )
        try:
            code = compile(self.text, "<formula>", "eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise self._refused(getattr(error, "msg", str(error))) from None
        if any(
            isinstance(node, ast.BoolOp | ast.Not) for node in ast.walk(ast.parse(self.text, mode="eval"))
        ):
            raise self._refused("write & for “and”, | for “or”, ~ for “not”, as in (a > 1) & (b < 2)")
        used = [name for name in code.co_names if name not in FUNCTIONS and name not in CONSTANTS]
        for name in used:
            if name not in self._names:
                known = [*self._names.values(), *CONSTANTS, *FUNCTIONS]
                raise unknown_name("name", name, known, key="formula")
        self.names = tuple(self._names[name] for name in used)
        """Variables that occur in it."""
        self._check()

    def _check(self) -> None:
        """Evaluate once on two points, so that a mistake shows while it is typed."""
        probe = {name: np.array([0.5, 1.5]) for name in self.names}
        self._evaluate(probe)

    def __call__(self, **values: Value) -> npt.NDArray[Any]:
        """Value for the given variables, broadcast against one another; float64, or bool for a condition.

        Raises
        ------
        BadInput
            A variable of the formula is missing.
        """
        missing = [name for name in self.names if name not in values]
        if missing:
            raise self._refused(f"{missing[0]} has no value here")
        return self._evaluate({name: np.asarray(values[name]) for name in self.names})

    def _evaluate(self, values: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        local = {_plain(name): value for name, value in values.items()} | CONSTANTS
        try:
            # numexpr works constants out by NumPy, which would warn on the terminal.
            with np.errstate(all="ignore"):
                return np.asarray(numexpr.evaluate(self.text, local_dict=local, global_dict={}))
        except (
            SyntaxError,
            TypeError,
            ValueError,
            KeyError,
            NotImplementedError,
            AttributeError,
            RuntimeError,
            ArithmeticError,
        ) as error:
            raise self._refused(str(error).strip("'\"")) from None

    def _refused(self, why: str) -> BadInput:
        allowed = f"numbers, + - * / **, {', '.join(self._names.values())}, {', '.join(FUNCTIONS)}"
        return BadInput(
            f"“{self.text[:60]}” is no formula: {why}.", key="formula", value=self.text[:60], allowed=allowed
        )


def _plain(name: str) -> str:
    """Name as Python's compiler reads it; it takes ϕ for φ."""
    return unicodedata.normalize("NFKC", name)
