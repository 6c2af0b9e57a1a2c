"""Which rules run on which lattices: the one list that the configuration, the tests and the handbook read."""

from __future__ import annotations

import math
from itertools import product

RULES = ("airtime", "fluid", "literal", "strict")
BOUNDARIES = ("periodic", "reflective", "absorbing", "disc")
DTYPES = ("float32", "float64", "int32")
NEIGHBOURHOODS = ("von_neumann", "moore")

RELAYING = ("airtime", "fluid")
"""Rules with a field: messages are relayed, and sending costs updates."""

UNIT_BITS = 22
"""The dtype int32 counts in units of 2^-22 bit, so that a capacity of 1 bit is 2^22 units."""

LOSS_BITS = 20
"""The dtype int32 counts the share of arriving bits that is lost in steps of 2^-20."""

INT32_LARGEST_LOAD = 500.0
"""Bits: emission of a node plus twice its capacity must stay below 2^31 units, which are 512 bits."""

Cell = tuple[str, str, str, str]


def kept_survival(survival: float, dtype: str) -> float:
    """Relay survival p that the lattice has: with the dtype int32 what is lost is a multiple of 2^-20."""
    if dtype != "int32":
        return survival
    return 1.0 - math.ldexp(round(math.ldexp(1.0 - survival, LOSS_BITS)), -LOSS_BITS)


def why_not(rule: str, boundary: str, dtype: str, neighbourhood: str) -> tuple[str, str, str]:
    """Why a combination does not run: the key to change, the reason as a sentence, what is allowed.

    Empty texts where it runs.
    """
    if neighbourhood not in NEIGHBOURHOODS:
        return "neighbourhood", f"There is no neighbourhood “{neighbourhood}”.", ", ".join(NEIGHBOURHOODS)
    if dtype == "int32" and rule != "airtime":
        if rule == "fluid":
            return (
                "dtype",
                "The fluid rule works with shares of an update, which whole numbers cannot hold.",
                "float32, float64",
            )
        return (
            "dtype",
            f"The rule {rule} relays nothing, so there is nothing that int32 would conserve.",
            "float32, float64",
        )
    if boundary == "disc" and rule not in RELAYING:
        return (
            "boundary",
            f"The rule {rule} relays nothing, so a sink outside a disc would receive nothing.",
            "periodic, reflective, absorbing",
        )
    return "", "", ""


def matrix() -> dict[Cell, bool]:
    """Every combination of rule, boundary, dtype and neighbourhood, and whether it runs."""
    cells = product(RULES, BOUNDARIES, DTYPES, NEIGHBOURHOODS)
    return {cell: not why_not(*cell)[0] for cell in cells}


def table() -> str:
    """The matrix as text, one line a rule and boundary, for the tests' output and the handbook."""
    found = matrix()
    heads = [f"{dtype} {hood}" for dtype, hood in product(DTYPES, NEIGHBOURHOODS)]
    lines = [" ".join(["rule     boundary   ", *(f"{head:>19}" for head in heads)])]
    for rule, boundary in product(RULES, BOUNDARIES):
        marks = [
            "yes" if found[rule, boundary, dtype, hood] else "-"
            for dtype, hood in product(DTYPES, NEIGHBOURHOODS)
        ]
        lines.append(" ".join([f"{rule:<8} {boundary:<11}", *(f"{mark:>19}" for mark in marks)]))
    return "\n".join(lines)
