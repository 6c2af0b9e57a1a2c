"""A file that would be overwritten is refused; a terminal is told the option, a window no key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tauscope.app.outputs import check_output
from tauscope.engine.errors import BadInput


@pytest.mark.parametrize(("key", "end"), [("path", "."), ("out", "."), ("--record", " for --record.")])
def test_a_refused_overwrite_names_the_file_and_only_options(tmp_path: Path, key: str, end: str) -> None:
    there = tmp_path / "run.png"
    there.write_bytes(b"kept")
    with pytest.raises(BadInput) as refused:
        check_output(there, key, (".png",))
    assert str(refused.value) == f"{there} exists, and nothing is overwritten. Choose another name{end}"
    assert refused.value.key == key
    assert there.read_bytes() == b"kept"
