"""The 48 bytes at the head of an HDF5 file: read, checked, repaired.

Format: HDF5 File Format Specification, superblock versions 2 and 3; checksum: Bob Jenkins' lookup3.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

SIGNATURE = b"\x89HDF\r\n\x1a\n"
SIZE = 48
OPEN_FOR_WRITE = 0x01
OPEN_FOR_SWMR = 0x04
_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Superblock:
    """What the head of a file says.

    Parameters
    ----------
    raw : bytes
        The 48 bytes.
    version, offset_size, flags : int
        Superblock version, bytes of an address, consistency flags.
    end : int
        End of the file as HDF5 last knew it, in bytes.
    checksum_right : bool
        Whether the checksum fits the bytes.
    """

    raw: bytes
    version: int
    offset_size: int
    flags: int
    end: int
    checksum_right: bool

    @property
    def usable(self) -> bool:
        """Whether it can be repaired: version 2 or 3, 8-byte addresses, right checksum."""
        return self.version in (2, 3) and self.offset_size == 8 and self.checksum_right

    @property
    def left_open(self) -> bool:
        """Whether a writer did not close the file."""
        return bool(self.flags & (OPEN_FOR_WRITE | OPEN_FOR_SWMR))

    def repaired(self, file_size: int) -> bytes:
        """The 48 bytes with the flags cleared and the end at the end of the file."""
        data = bytearray(self.raw)
        data[11] = 0
        data[28:36] = struct.pack("<Q", max(self.end, file_size))
        data[44:48] = struct.pack("<I", lookup3(bytes(data[:44])))
        return bytes(data)


def read(path: Path) -> Superblock | None:
    """Superblock of a file, None if it does not begin like an HDF5 file of version 2 or 3."""
    with path.open("rb") as stream:
        return parse(stream.read(SIZE))


def parse(raw: bytes) -> Superblock | None:
    """Superblock of the first bytes of a file; None as `read`."""
    if len(raw) < SIZE or not raw.startswith(SIGNATURE) or raw[8] not in (2, 3):
        return None
    (end,) = struct.unpack("<Q", raw[28:36])
    (checksum,) = struct.unpack("<I", raw[44:48])
    return Superblock(raw, raw[8], raw[9], raw[11], int(end), lookup3(raw[:44]) == checksum)


def lookup3(data: bytes, initial: int = 0) -> int:
    """Jenkins' lookup3 hash of bytes, 32 bits, as HDF5 uses it for metadata checksums."""
    a = b = c = (0xDEADBEEF + len(data) + initial) & _MASK
    rest = data
    while len(rest) > 12:
        x, y, z = struct.unpack("<III", rest[:12])
        a, b, c = _mix((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)
        rest = rest[12:]
    if not rest:
        return c
    x, y, z = struct.unpack("<III", rest.ljust(12, b"\0"))
    return _final((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)


def _rotated(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    for bits in (4, 6, 8, 16, 19, 4):
        a = ((a - c) & _MASK) ^ _rotated(c, bits)
        c = (c + b) & _MASK
        a, b, c = b, c, a
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    for bits in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - _rotated(b, bits)) & _MASK
        a, b, c = b, c, a
    # Seven steps of a rotation of three leave the last written value in b.
    return b
