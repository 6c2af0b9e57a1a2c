"""Maps from files: what they give, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tauscope.app import presets
from tauscope.app.images import LARGEST_SIDE, read_map
from tauscope.engine import create, readers
from tauscope.engine.errors import BadInput

PICTURE = np.random.default_rng(1).integers(0, 256, (6, 9, 4), dtype=np.uint8)


def save(path: Path, array: np.ndarray, **options: Any) -> Path:
    Image.fromarray(array).save(path, **options)
    return path


def test_a_picture_gives_luminance_times_opacity_upright(tmp_path: Path, tolerances: dict[str, Any]) -> None:
    got = read_map(save(tmp_path / "p.png", PICTURE))
    red, green, blue, alpha = np.moveaxis(PICTURE.astype(float), 2, 0)
    expected = (0.299 * red + 0.587 * green + 0.114 * blue) * alpha / 255**2
    np.testing.assert_allclose(got, expected[::-1], rtol=0, atol=tolerances["painting"]["gray"])


@pytest.mark.parametrize(
    ("array", "largest"), [(PICTURE[:, :, 0], 255), (PICTURE[:, :, 0].astype(np.uint16) * 257, 65535)]
)
def test_gray_pictures(tmp_path: Path, array: np.ndarray, largest: int, tolerances: dict[str, Any]) -> None:
    got = read_map(save(tmp_path / "g.png", array))
    np.testing.assert_allclose(got, array[::-1] / largest, rtol=0, atol=tolerances["painting"]["gray"])


def test_a_jpeg_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    plain = np.zeros((16, 32), np.uint8)
    plain[:8] = 255
    turn = Image.Exif()
    turn[0x0112] = 3  # upside down
    got = read_map(save(tmp_path / "p.JPG", plain, exif=turn))
    assert got.shape == (16, 32)
    assert got[12:].mean() < 0.05  # bright at the top in the file, so at the bottom of what is shown
    assert got[:4].mean() > 0.95


def test_arrays_and_tables_keep_their_first_row_at_the_bottom(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.int32).reshape(3, 4)
    np.save(tmp_path / "a.npy", array)
    assert np.array_equal(read_map(tmp_path / "a.npy"), array)
    for between in (",", ";", "\t", "  "):
        text = "# a table\n\n" + "\n".join(between.join(str(n) for n in row) for row in array.tolist())
        (tmp_path / "a.csv").write_text(text)
        assert np.array_equal(read_map(str(tmp_path / "a.csv")), array)


def npy(array: object) -> bytes:
    out = io.BytesIO()
    np.save(out, np.asarray(array))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\nnothing", "picture"),
        ("a.jpg", b"not a picture", "not a PNG or JPEG"),
        ("a.txt", b"1 2", "no picture, array or table"),
        ("a.npy", b"garbage", "not a NumPy array"),
        ("a.npy", npy(np.ones((2, 2, 2))), "3 dimensions"),
        ("a.npy", npy([[1.0, np.nan]]), "row 0, column 1 is nan, not a finite number"),
        ("a.npy", npy([[1.0, -0.5]]), "column 1 is -0.5, negative"),
        ("a.npy", npy([[0.0, 0.0]]), "every entry is 0"),
        ("a.npy", npy([["a"]]), "not real numbers"),
        ("a.npy", npy(np.ones((1, LARGEST_SIDE + 1))), "1 rows and 4097 columns"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"1,2\n3", "not a table of numbers"),
        ("a.csv", b"1,x", "not a table of numbers"),
        ("a.csv", b"\xff\xfe1", "not text"),
    ],
)
def test_refusals_say_why(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=why) as caught:
        read_map(path)
    assert caught.value.value == str(path)
    assert "4096 x 4096" in str(caught.value)


def test_a_picture_cut_short_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "p.png", np.random.default_rng(2).integers(0, 256, (64, 64), dtype=np.uint8))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(BadInput, match=r"p\.png was not taken"):
        read_map(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_map(tmp_path / "none.png")


def test_an_engine_takes_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", [[0.0, 2.0], [1.0, 0.0]])
    source = {
        "kind": "image",
        "x": 8.5,
        "y": 8.5,
        "width": 2,
        "strength": 0.5,
        "file": str(tmp_path / "a.npy"),
    }
    engine = create("gravity", {"nx": 16, "ny": 16, "dtype": "float64", "sources": [source]})
    expected = np.zeros((16, 16))
    expected[8:10, 8:10] = [[0.0, 0.5], [0.25, 0.0]]
    assert np.array_equal(engine.field("emission"), expected)
    with pytest.raises(BadInput, match="no such file"):
        create("gravity", {"nx": 16, "ny": 16, "sources": [{**source, "file": "none.npy"}]})


def test_without_a_reader_the_refusal_names_array(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "entry_points", lambda **_choice: ())
    with pytest.raises(BadInput, match="Give array"):
        create("gravity", {"sources": [{"kind": "brush", "file": "a.npy"}]})


def test_a_preset_names_files_relative_to_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "a.npy", [[0.25]])
    (tmp_path / "mine.json").write_text(
        '{"engine": "gravity", "title": "Mine", "summary": "One cell.", "config":'
        ' {"nx": 8, "ny": 8, "sources": [{"kind": "brush", "x": 2, "y": 3, "file": "a.npy"}]}}'
    )
    monkeypatch.chdir("/")
    source = presets.load(tmp_path / "mine.json").engine_config().dump()["sources"][0]
    assert source["file"] == str(tmp_path / "a.npy")
    assert source["array"]["shape"] == [1, 1]
