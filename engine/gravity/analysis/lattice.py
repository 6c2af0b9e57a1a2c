"""The square lattice as linear operators: neighbour sums, Laplacian, adjacency matrix, sink masks.

A neighbourhood is a stencil ``lap u = S u - w u``: S sums the neighbours with weights that add up to w, the
stencil's `centre_weight`. A node relays the share p of what arrives, ``p S u / w``.

===========  ========  ============  ===============  =====
stencil      near (4)  diagonal (4)  relay weights    w
===========  ========  ============  ===============  =====
von_neumann  1         0             p/4              4
moore        4/6       1/6           p/5 and p/20     10/3
===========  ========  ============  ===============  =====

Moore's is the isotropic 9-point Laplacian, ``(4 near + diagonal - 20 u) / 6``: its error is
``h^2/12 lap lap u``, the same in every direction (Patra & Karttunen, Numer. Methods PDE 22, 936, 2006).
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tauscope.engine.errors import BadInput, unknown_name

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Boundary = Literal["periodic", "reflective", "absorbing", "disc"]
Neighbourhood = Literal["von_neumann", "moore"]

_DIAGONAL = 1.0 / 6.0
_NEAR = 4.0 / 6.0


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


def centre_weight(neighbourhood: str = "von_neumann") -> float:
    """Weight w of the node itself in the Laplacian ``S u - w u``: 4, or 10/3 for Moore.

    Raises
    ------
    BadInput
        Unknown neighbourhood.
    """
    return 10.0 / 3.0 if _is_moore(neighbourhood) else 4.0


def neighbour_sum(
    field: npt.ArrayLike, boundary: str = "absorbing", neighbourhood: str = "von_neumann"
) -> Floats:
    """Weighted sum S of the neighbours of every node, [ny, nx]: the weights add up to `centre_weight`.

    Parameters
    ----------
    field : array [ny, nx]
        Any real field; beyond absorbing edges it counts as zero, beyond reflective ones as the edge value.
    boundary : str
        ``periodic``, ``reflective`` or ``absorbing``.
    neighbourhood : str
        ``von_neumann``: the four nearest, weight 1. ``moore``: these with 4/6, the four diagonal with 1/6.

    Raises
    ------
    BadInput
        Unknown neighbourhood.
    """
    moore = _is_moore(neighbourhood)
    inner = np.asarray(field, dtype=np.float64)
    if boundary == "periodic":
        padded = np.pad(inner, 1, mode="wrap")
    else:
        padded = np.pad(inner, 1, mode="edge" if boundary == "reflective" else "constant")
    near = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    if not moore:
        return near
    diagonal = padded[:-2, :-2] + padded[2:, 2:] + padded[:-2, 2:] + padded[2:, :-2]
    return _NEAR * near + _DIAGONAL * diagonal


def laplacian(
    field: npt.ArrayLike, boundary: str = "absorbing", neighbourhood: str = "von_neumann"
) -> Floats:
    """Laplacian of a field [ny, nx] by the 5-point or the isotropic 9-point stencil, lattice constant 1.

    Parameters and errors as in `neighbour_sum`.
    """
    here = centre_weight(neighbourhood) * np.asarray(field, dtype=np.float64)
    return neighbour_sum(field, boundary, neighbourhood) - here


def adjacency(
    shape: tuple[int, int], boundary: str = "absorbing", neighbourhood: str = "von_neumann"
) -> sparse.csr_array:
    """Matrix of `neighbour_sum` over the flattened lattice, symmetric, CSR float64.

    A reflective edge node is its own neighbour across the edge; on a periodic side of length two the one
    other node counts twice.
    """
    moore = _is_moore(neighbourhood)
    ny, nx = shape
    along_x = _path(nx, boundary)
    along_y = _path(ny, boundary)
    near = sparse.kron(sparse.eye_array(ny), along_x) + sparse.kron(along_y, sparse.eye_array(nx))
    if not moore:
        return sparse.csr_array(near)
    return sparse.csr_array(_NEAR * near + _DIAGONAL * sparse.kron(along_y, along_x))


def eigenvalues(x_angles: Floats, y_angles: Floats, m2: float, neighbourhood: str = "von_neumann") -> Floats:
    """Eigenvalues of ``lap - m2`` for modes of the given angles along x and y, [y_angles, x_angles].

    They are written in sines, because ``cos - 1`` cancels. With ``X = -4 sin^2(kx/2)`` and Y alike the
    5-point stencil has ``X + Y``, the isotropic 9-point one ``X + Y + X Y / 6``.
    """
    along_x = -4.0 * np.sin(0.5 * x_angles) ** 2
    along_y = -4.0 * np.sin(0.5 * y_angles) ** 2
    found = along_y[:, None] + along_x[None, :] - m2
    if _is_moore(neighbourhood):
        found += _DIAGONAL * along_y[:, None] * along_x[None, :]
    return np.asarray(found)


def _is_moore(neighbourhood: str) -> bool:
    if neighbourhood not in get_args(Neighbourhood):
        raise unknown_name("neighbourhood", neighbourhood, get_args(Neighbourhood), key="neighbourhood")
    return neighbourhood == "moore"


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
