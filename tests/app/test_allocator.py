"""Freed memory goes back to the system."""

from __future__ import annotations

import sys

import psutil
import pytest

from tauscope.app import allocator

BLOCK, COUNT = 16 << 10, 4000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone has malloc_trim")
def test_freed_blocks_below_one_that_stays_go_back() -> None:
    """64 MB in blocks too small to be mapped one by one, held up by the last of them."""
    if not allocator.give_back():
        pytest.skip("another C library")
    process = psutil.Process()
    blocks = [bytearray(BLOCK) for _ in range(COUNT)]
    stays = blocks[-1]
    held = process.memory_info().rss
    blocks.clear()
    allocator.give_back()
    assert held - process.memory_info().rss > BLOCK * COUNT / 2
    assert len(stays) == BLOCK
