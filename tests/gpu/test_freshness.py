"""A kernel that was compiled before is compiled again when anything that it takes from elsewhere changed."""

from pathlib import Path

import pytest

from tauscope.gpu import freshness
from tauscope.gpu.kuramoto import advance

FILES = {
    "a.py": "from tauscope.gpu.b import one\nfrom tauscope.gpu.part import (\n    deep,\n)\n",
    "b.py": "from tauscope.gpu.a import two\n",
    "part/__init__.py": "",
    "part/deep.py": "x = 1\n",
    "other.py": "y = 1\n",
}


def stamp(folder: Path, changed: str = "") -> str:
    """Stamp of a.py in a copy of the files, one of them changed."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "# another line\n" * (name == changed), encoding="utf-8")
    return freshness.stamp(str(folder / "a.py"), folder)


@pytest.mark.parametrize(("changed", "notices"), [("", False), ("other.py", False), ("a.py", True)])
def test_a_stamp_is_that_of_the_texts(changed: str, notices: bool, tmp_path: Path) -> None:
    assert (stamp(tmp_path / "one") != stamp(tmp_path / "two", changed)) == notices


@pytest.mark.parametrize("changed", ["b.py", "part/deep.py"])
def test_a_stamp_follows_imports(changed: str, tmp_path: Path) -> None:
    assert stamp(tmp_path / "one") != stamp(tmp_path / "two", changed)


def test_a_file_that_cannot_be_read_has_the_stamp_of_no_text(tmp_path: Path) -> None:
    assert freshness.stamp(str(tmp_path / "missing.py")) == freshness.stamp(str(tmp_path / "gone.py"))


def test_numba_asks_for_the_stamp_before_it_takes_a_compiled_kernel() -> None:
    """The driver of wide clusters calls what stages.py says, in another file."""
    kept = advance.advance_wide._cache._cache_file  # type: ignore[attr-defined]
    own = freshness.stamp(advance.__file__)
    assert kept._source_stamp[1] == own
    folder = Path(freshness.__file__).parent
    paths = [folder / "kuramoto" / "stages.py", folder / "intrinsics.py", folder / "jit.py"]
    reached, left = set[Path](), [Path(advance.__file__)]
    while left:
        path = left.pop()
        if path not in reached:
            reached.add(path)
            left.extend(freshness._imported(freshness._text(path), folder))
    assert set(paths) <= {path.resolve() for path in reached}
