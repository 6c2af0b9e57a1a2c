"""What a kill leaves half written is removed later, and nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tauscope.app import owned
from tauscope.app.storage import replacing
from tauscope.engine.errors import BadInput

ROOT = Path(__file__).resolve().parents[2]
KILLED = {
    "file": """
import os, sys
from pathlib import Path
from tauscope.app.storage import replacing
with replacing(Path(sys.argv[1]), "film") as part:
    part.write_bytes(b"half of a film")
    os.kill(os.getpid(), 9)
""",
    "folder": """
import os, sys
from pathlib import Path
from tauscope.app.owned import folder_beside
part = folder_beside(Path(sys.argv[1]))
(part / "frames").mkdir()
(part / "frames" / "u_000001.png").write_bytes(b"half of a picture")
os.kill(os.getpid(), 9)
""",
}


def killed(script: str, path: Path) -> Path:
    """Run a script that kills itself amid its work; returns what it left in the folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    before = set(path.parent.iterdir())
    done = subprocess.run([sys.executable, "-c", script, str(path)], cwd=ROOT, env=environment, check=False)
    assert done.returncode == -9
    (left,) = set(path.parent.iterdir()) - before
    return left


def age(path: Path, seconds: float = 2 * owned.GRACE) -> None:
    """Let a file, or a folder and all in it, be old."""
    for one in (*path.rglob("*"), path) if path.is_dir() else (path,):
        os.utime(one, (time.time() - seconds,) * 2)


@pytest.mark.parametrize("kind", KILLED)
def test_what_a_kill_left_goes_at_the_next_use_of_the_folder(tmp_path: Path, kind: str) -> None:
    left = killed(KILLED[kind], tmp_path / "run.mp4")
    assert left.name.startswith(".run")
    owned.remove_orphans(tmp_path)
    assert left.exists(), "what the process started may still write"
    age(left)
    with replacing(tmp_path / "other.csv", "table") as part:
        part.write_text("a,b")
    assert [one.name for one in tmp_path.iterdir()] == ["other.csv"]


def test_only_what_dead_processes_of_this_computer_left_goes(tmp_path: Path) -> None:
    mine = tmp_path / f"{owned.hidden_prefix('run')}abc.mp4"
    own, start = str(os.getpid()), mine.name.rsplit("-", 2)[1]
    cases = {
        mine.name: True,
        mine.name.replace(f"-{own}-{start}-", f"-{own}-7-"): False,  # the number was given again
        mine.name.replace(f"tauscope-{owned._host()}", "tauscope-000000").replace(f"-{start}-", "-7-"): True,
        ".run.mp4": True,
        mine.name.replace(f"-{start}-", "-7-")[1:]: True,  # not hidden
        f"{mine.name.replace(f'-{start}-', '-7-')}~": True,
    }
    for name in cases:
        (tmp_path / name).write_bytes(b"half")
        age(tmp_path / name)
    owned.remove_orphans(tmp_path)
    assert {name: (tmp_path / name).exists() for name in cases} == cases


def test_a_folder_in_which_something_is_new_stays(tmp_path: Path) -> None:
    left = killed(KILLED["folder"], tmp_path / "run_frames")
    age(left)
    (left / "run_frames").mkdir()
    age(left, 2 * owned.GRACE)
    (left / "frames" / "u_000002.png").write_bytes(b"new")
    os.utime(left, (1.0, 1.0))
    owned.remove_orphans(tmp_path)
    assert left.exists()


def test_a_name_the_system_does_not_admit_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with (
        pytest.raises(BadInput, match="the name is too long") as caught,
        replacing(tmp_path / f"{'r' * 260}.mp4", "film"),
    ):
        pytest.fail("it began to write")
    assert caught.value.remedy == "Choose a shorter name."


@pytest.mark.parametrize("name", [f"{'r' * 251}.mp4", f"{'τ' * 125}.csv"])
def test_the_longest_names_are_written(tmp_path: Path, name: str) -> None:
    """The name of the half-written file is cut, so that it is never longer than that of the whole one."""
    with replacing(tmp_path / name, "film") as part:
        part.write_bytes(b"film")
    assert [one.name for one in tmp_path.iterdir()] == [name]
