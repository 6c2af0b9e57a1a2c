"""The 5-point lattice as linear operators: neighbour sums, Laplacian, adjacency matrix, sink masks."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tauscope.engine.errors import BadInput, unknown_name

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Boundary = Literal["periodic", "reflective", "absorbing", "disc"]


def boundary_and_mask(
    boundary: str | Mask, shape: tuple[int, int], disc_radius: float | None
) -> tuple[str, Mask]:
    """Edge rule and sink mask that a boundary means.

    Parameters
    ----------
    boundary : str or bool array [ny, nx]
        A name of `Boundary`, or a mask that is True on sink nodes (the edges absorb then).
    shape : (int, int)
        ``(ny, nx)``.
    disc_radius : float or None
        Radius of the disc boundary in cells; None takes `default_radius`.

    Returns
    -------
    (str, bool array)
        ``periodic``, ``reflective`` or ``absorbing``, and the mask (all False without sinks).

    Raises
    ------
    BadInput
        Unknown boundary, or a mask of another shape.
    """
    if not isinstance(boundary, str):
        mask = np.asarray(boundary, dtype=np.bool_)
        if mask.shape != shape:
            raise BadInput(
                f"The mask has shape {mask.shape}, the lattice {shape}.", key="boundary", value=mask.shape
            )
        return "absorbing", mask
    if boundary not in get_args(Boundary):
        raise unknown_name("boundary", boundary, get_args(Boundary), key="boundary")
    if boundary == "disc":
        return "absorbing", disc_mask(shape, default_radius(shape) if disc_radius is None else disc_radius)
    return boundary, np.zeros(shape, dtype=np.bool_)


def default_radius(shape: tuple[int, int]) -> float:
    """Radius of the disc where none is given: half the shorter side less two cells (62 on 129 x 129)."""
    return (min(shape) - 1) / 2 - 2.0


def disc_mask(shape: tuple[int, int], radius: float) -> Mask:
    """Sink nodes of the disc boundary: True farther than ``radius`` cells from the lattice's centre."""
    return distance(shape, ((shape[1] - 1) / 2, (shape[0] - 1) / 2)) > radius


def distance(shape: tuple[int, int], centre: tuple[float, float]) -> Floats:
    """Distance of every node from ``centre = (x, y)``, in cells, [ny, nx]."""
    y, x = np.indices(shape, dtype=np.float64)
    return np.hypot(x - centre[0], y - centre[1])


def neighbour_sum(field: npt.ArrayLike, boundary: str = "absorbing") -> Floats:
    """Sum of the four neighbours of every node.

    Parameters
    ----------
    field : array [ny, nx]
        Any real field; beyond absorbing edges it counts as zero, beyond reflective ones as the edge value.
    boundary : str
        ``periodic``, ``reflective`` or ``absorbing``.
    """
    inner = np.asarray(field, dtype=np.float64)
    if boundary == "periodic":
        padded = np.pad(inner, 1, mode="wrap")
    else:
        padded = np.pad(inner, 1, mode="edge" if boundary == "reflective" else "constant")
    return padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]


def laplacian(field: npt.ArrayLike, boundary: str = "absorbing") -> Floats:
    """5-point Laplacian of a field [ny, nx], lattice constant 1, edges as in `neighbour_sum`."""
    return neighbour_sum(field, boundary) - 4.0 * np.asarray(field, dtype=np.float64)


def adjacency(shape: tuple[int, int], boundary: str = "absorbing") -> sparse.csr_array:
    """Matrix of `neighbour_sum` over the flattened lattice, symmetric, CSR float64.

    A reflective edge node is its own neighbour across the edge; on a periodic side of length two the one
    other node counts twice.
    """
    ny, nx = shape
    along_x = _path(nx, boundary)
    along_y = _path(ny, boundary)
    whole = sparse.kron(sparse.eye_array(ny), along_x) + sparse.kron(along_y, sparse.eye_array(nx))
    return sparse.csr_array(whole)


def _path(n: int, boundary: str) -> sparse.csr_array:
    steps = np.arange(n - 1)
    rows, columns = [steps, steps + 1], [steps + 1, steps]
    if boundary == "periodic":
        rows += [np.array([0, n - 1])]
        columns += [np.array([n - 1, 0])]
    elif boundary == "reflective":
        rows += [np.array([0, n - 1])]
        columns += [np.array([0, n - 1])]
    row, column = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_array(sparse.coo_array((np.ones(row.size), (row, column)), shape=(n, n)))
