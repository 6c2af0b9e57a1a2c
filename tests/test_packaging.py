"""What a user installs is what the clone holds: the wheel's files against the tracked files."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("app", "engine", "gpu", "presets", "resources", "widgets")
PYTHONS = ("3.11", "3.12", "3.13")


def tracked(*paths: str) -> list[str]:
    """Return the tracked files below some paths of the clone."""
    command = ["git", "ls-files", "-z", "--", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the path of a wheel built offline from a copy of the tracked files alone."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in tracked(*PACKAGES, "pyproject.toml", "README.md", "LICENSE"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_exactly_the_tracked_files(wheel):
    """An unlisted subpackage or data type works in an editable install and is missing from the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {f"tauscope/{name}" for name in tracked(*PACKAGES)}
    assert sorted(wanted - held) == []
    assert sorted(held - wanted) == []


def test_wheel_carries_its_licence_and_its_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entry,) = [name for name in names if name.endswith(".dist-info/entry_points.txt")]
        assert "tauscope = tauscope.app.cli:main" in archive.read(entry).decode()
    assert any(name.endswith("/LICENSE") for name in names)


def pinned(python: str) -> dict[str, Version]:
    """Return the versions that constraints.txt gives one Python on Linux."""
    found: dict[str, Version] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        requirement = Requirement(line)
        if applies(requirement.marker, python):
            (exact,) = requirement.specifier
            assert exact.operator == "==", line
            assert found.setdefault(canonicalize_name(requirement.name), Version(exact.version)) == Version(
                exact.version
            ), line
    return found


def applies(marker: Marker | None, python: str) -> bool:
    """Return whether a requirement counts on this Python."""
    return marker is None or marker.evaluate({"python_version": python, "python_full_version": f"{python}.0"})


@pytest.mark.parametrize("python", PYTHONS)
def test_every_requirement_is_pinned_within_its_bounds(python):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = pinned(python)
    for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        requirement = Requirement(text)
        if applies(requirement.marker, python):
            assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), (python, text)


def test_qt_that_aborts_is_never_chosen_on_python_3_11():
    assert pinned("3.11")["pyside6-essentials"] < Version("6.12")


def test_constraints_name_no_place():
    """Exact versions only: an address or a path would tie the file to one machine."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "://" in line or " @ " in line or line.startswith("-")] == []
