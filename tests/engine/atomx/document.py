"""What the document's program does, voxel by voxel, with pandas; its misprints repaired.

Independent of the package: it stands here to be compared with.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

HBAR, MASS, MEV = 1.054_571_817e-34, 9.109e-31, 1.0 / 1.602e-22
GATES = {"split_thr": 0.19, "compat_thr": 0.02, "r2_thr": 0.98}
FIRST = np.linspace(1e-10, 5e-10, 20), np.linspace(1e-15, 5e-15, 20)
SECOND = np.linspace(2e-17, 4e-16, 20), np.linspace(1e-7, 4e-7, 20)


def level(kappa: float, r_screen: float, n: int) -> float:
    alpha = (1.0 / (r_screen**2)) * (n**2)
    kinetic = 1.5 * (HBAR**2) * alpha / MASS
    potential = -kappa * (np.sqrt(np.pi) / (2.0 * alpha * r_screen))
    energy = kinetic + potential
    return energy * MEV if energy < 0 else np.nan


def run(folder: Path, kappas: np.ndarray, lengths: np.ndarray) -> int:
    """Write the four files of the unamended program; the number of voxels with two levels."""
    np.random.seed(12345)  # noqa: NPY002 - the document's own generator
    rows = []
    for length in lengths:
        for kappa in kappas:
            e1, e2 = level(kappa, length, 1), level(kappa, length, 2)
            row = [kappa, length, np.nan, np.nan, np.nan, np.nan, np.nan]
            if np.isfinite(e1) and np.isfinite(e2) and e2 >= e1:
                compat = 0.01 + 0.005 * np.random.rand()  # noqa: NPY002
                r2 = 0.98 + 0.01 * np.random.rand()  # noqa: NPY002
                row[2:] = [e1, e2, abs(e2 - e1), compat, r2]
            rows.append(row)
    names = ["kappa (N/m)", "r_screen (m)", "E1 (meV)", "E2 (meV)", "split (meV)", "compat_norm", "R2"]
    path = folder / "synthetic_atom_scan.csv"
    pd.DataFrame(rows, columns=names).to_csv(path, index=False)
    _json_files(folder, pd.read_csv(path), kappas, lengths)
    return int(np.isfinite([row[2] for row in rows]).sum())


def _json_files(folder: Path, table: pd.DataFrame, kappas: np.ndarray, lengths: np.ndarray) -> None:
    shape = (lengths.size, kappas.size)
    split, compat, r2 = table["split (meV)"], table["compat_norm"], table["R2"]
    passed = (
        (split <= GATES["split_thr"]) & (compat <= GATES["compat_thr"]) & (r2 >= GATES["r2_thr"])
    ).to_numpy()
    margins = (
        (GATES["split_thr"] - split) / GATES["split_thr"]
        + (GATES["compat_thr"] - compat) / GATES["compat_thr"]
        + (r2 - GATES["r2_thr"]) / GATES["r2_thr"]
    )
    tau = 1e-9 * (1.0 + np.maximum(0.0, margins.to_numpy()))
    tau[~passed] = np.nan
    mean = float(tau[passed].mean()) if passed.any() else 0.0
    chosen = table[passed]
    csv_sha = sha256((folder / "synthetic_atom_scan.csv").read_bytes()).hexdigest()
    verdict = "natural" if passed.any() else "maintained"
    region = {
        "schema_version": "1.0.0",
        "system": "atomX",
        "grid": {"kappa": kappas.tolist(), "r_screen": lengths.tolist()},
        "region_flag": passed.reshape(shape).tolist(),
        "tau_mean_grid": tau.reshape(shape).tolist(),
        "thresholds": GATES,
        "sha256": {"input_csv": csv_sha},
        "provenance": {"seed": 12345, "grid_size": list(shape)},
    }
    report = {
        "schema_version": "1.0.0",
        "system": "atomX",
        "verdict": verdict,
        "compat_norm": float(chosen["compat_norm"].min()) if len(chosen) else float("nan"),
        "stability_linear": {"R2": float(chosen["R2"].max()) if len(chosen) else float("nan")},
        "maintenance_cost": {"deltaM_norm": 0.0 if verdict == "natural" else 0.1},
        "robustness": {
            "tau_mean": mean,
            "tau_ci95": [0.8 * mean, 1.2 * mean] if mean > 0 else [0.0, 0.0],
            "units": {"tau": "s"},
        },
        "existence_region": {
            "region_file": "EXISTENCE_REGION_atomX.json",
            "params": ["kappa (N/m)", "r_screen (m)"],
            "pass_points": chosen[["kappa (N/m)", "r_screen (m)"]].to_numpy().tolist(),
        },
        "thresholds": GATES,
        "reference_medium": {"kappa_ref": 3e-10, "r_screen_ref": 3e-15, "bc_ref": 0},
        "sha256": {"input_csv": csv_sha},
        "provenance": {"commit": "atomx-v1.0", "env": "python3.11"},
    }
    names = ["synthetic_atom_scan.csv", "EXISTENCE_REGION_atomX.json", "EXISTENCE_REPORT_atomX.json"]
    for name, data in zip(names[1:], (region, report), strict=True):
        (folder / name).write_text(json.dumps(data, indent=2))
    lines = "".join(f"{name} {sha256((folder / name).read_bytes()).hexdigest()}\n" for name in names)
    own = sha256(lines.encode()).hexdigest()
    (folder / "MANIFEST_SHA256.txt").write_text(f"{lines}MANIFEST_SHA256.txt {own}\n")
