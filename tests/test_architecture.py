"""The layers hold, and each rule about them catches a violation planted on purpose."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("app", "engine", "gpu", "presets", "resources", "widgets")
FILE_WRITERS = {
    "open", "write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir", "rename", "symlink_to",
    "read_text", "read_bytes", "tofile", "fromfile", "save", "savez", "savez_compressed", "savetxt",
    "loadtxt", "genfromtxt", "memmap",
}  # fmt: skip
FILE_MODULES = {"tempfile", "shutil", "h5py", "zipfile", "tarfile", "sqlite3"}


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield (dotted name below tauscope, syntax tree) of every module of the packages."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield name, ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield every module or name that a module imports, at any depth, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def widgets_may_import(name: str) -> bool:
    """Return whether a widget may import this name; names outside the engine are other rules' business."""
    if not (name == "tauscope.engine" or name.startswith("tauscope.engine.")):
        return True
    parts = name.split(".")[2:]
    return bool(parts) and (parts[0] in {"base", "planes", "errors", "config"} or "config" in parts[1:3])


def file_uses(tree: ast.AST) -> list[str]:
    """Return what a module does with files: calls by name, and imports of modules that exist for files."""
    calls = [
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    ]
    return [c for c in calls if c in FILE_WRITERS] + [
        i for i in imports(tree) if i.split(".")[0] in FILE_MODULES
    ]


def test_only_full_tauscope_imports():
    """No relative import, and none of the bare folder names, which work in the clone and nowhere else."""
    wrong = [
        f"{name}: {imported}"
        for name, tree in modules(*PACKAGES)
        for imported in imports(tree)
        if imported.startswith(".") or imported.split(".")[0] in (*PACKAGES, "tests", "tools")
    ]
    assert wrong == []


def test_widgets_see_only_the_base_errors_and_configs_of_engines():
    wrong = [
        f"{name}: {imported}"
        for name, tree in modules("widgets")
        for imported in imports(tree)
        if not widgets_may_import(imported)
    ]
    assert wrong == []


def test_vispy_is_imported_only_by_the_canvas():
    wrong = [
        name
        for name, tree in modules(*PACKAGES)
        for imported in imports(tree)
        if imported.split(".")[0] == "vispy" and not name.startswith("widgets.canvas")
    ]
    assert wrong == []


def test_engines_and_kernels_touch_no_files():
    wrong = [f"{name}: {used}" for name, tree in modules("engine", "gpu") for used in file_uses(tree)]
    assert wrong == []


def test_kernels_know_no_config():
    wrong = [
        f"{name}: {imported}"
        for name, tree in modules("gpu")
        for imported in imports(tree)
        if imported.startswith("tauscope.engine") or imported.split(".")[0] == "pydantic"
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("from pathlib import Path\nPath('x').write_text('y')", ["write_text"]),
        ("import numpy as np\ndef f(a):\n    np.save('x', a)", ["save"]),
        ("open('x')", ["open"]),
        ("import tempfile", ["tempfile"]),
        ("import math\nmath.sin(1.0)", []),
    ],
)
def test_file_rule_sees_a_planted_use(source, caught):
    assert file_uses(ast.parse(source)) == caught


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("tauscope.engine.base.Frame", True),
        ("tauscope.engine.gravity.config.GravityConfig", True),
        ("tauscope.engine.errors.BadInput", True),
        ("tauscope.engine.gravity.engine.GravityEngine", False),
        ("tauscope.engine.registry.create", False),
        ("tauscope.engine.create", False),
        ("tauscope.resources.icons", True),
    ],
)
def test_widget_rule_tells_allowed_from_forbidden(name, allowed):
    assert widgets_may_import(name) is allowed


PLANTED = [
    ("gpu/jit.py", "import tauscope.engine.base", "app > widgets > engine > gpu"),
    ("engine/base.py", "import tauscope.widgets", "app > widgets > engine > gpu"),
    ("widgets/__init__.py", "import tauscope.app.presets", "app > widgets > engine > gpu"),
    ("engine/base.py", "def late():\n    import h5py", "know no window, no drawing and no files"),
    ("gpu/jit.py", "from PySide6 import QtCore", "know no window, no drawing and no files"),
    ("engine/gravity/engine.py", "import tauscope.engine.gravity.analysis", "never import an analysis"),
    ("engine/gravity/reference.py", "import tauscope.engine.gravity.analysis", "never import an analysis"),
    ("gpu/jit.py", "import tauscope.engine.gravity.analysis", "never import an analysis"),
    ("engine/gravity/reference.py", "import tauscope.gpu.philox", "a reference imports nothing from gpu"),
    ("resources/__init__.py", "import tauscope.app.presets", "resources and presets hold data"),
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """Return a copy of the packages, laid out as the import name, that comes before the installed one."""
    folder = tmp_path_factory.mktemp("layers")
    for package in PACKAGES:
        skip = shutil.ignore_patterns("__pycache__", "*.png", "*.h5")
        shutil.copytree(ROOT / package, folder / "tauscope" / package, ignore=skip)
    return folder


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of pyproject.toml on the packages found first on the path `folder`."""
    script = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(script), "--no-cache", "--no-logo", "--config", str(ROOT / "pyproject.toml")],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_contracts_hold(copied):
    done = lint_imports(copied)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(("place", "line", "contract"), PLANTED)
def test_contracts_catch_a_planted_violation(copied, place, line, contract):
    path = copied / "tauscope" / place
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n\n{line}\n", encoding="utf-8")
    try:
        done = lint_imports(copied)
    finally:
        path.write_text(before, encoding="utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [text for text in done.stdout.splitlines() if text.strip().endswith("BROKEN")]
    assert any(contract in text for text in broken), done.stdout
