"""Compiles CUDA sources without a device, with the compiler library from the package index."""

from __future__ import annotations

import re

from cuda.bindings import nvrtc

PTX_TYPES = {"pointer": "u64", "int": "u32", "float": "f32", "double": "f64"}


class Refused(AssertionError):
    """The compiler refused a source; the text is its log."""


def compile_ptx(text: str, options: tuple[str, ...], architecture: str = "compute_90") -> str:
    """PTX of a source text.

    Raises
    ------
    Refused
        With the compiler's log.
    """
    error, program = nvrtc.nvrtcCreateProgram(text.encode(), b"source.cu", 0, [], [])
    _must(error)
    try:
        flags = [option.encode() for option in (*options, f"--gpu-architecture={architecture}")]
        (error,) = nvrtc.nvrtcCompileProgram(program, len(flags), flags)
        if error != nvrtc.nvrtcResult.NVRTC_SUCCESS:
            raise Refused(_log(program))
        error, size = nvrtc.nvrtcGetPTXSize(program)
        _must(error)
        ptx = bytearray(size)
        (error,) = nvrtc.nvrtcGetPTX(program, ptx)
        _must(error)
        return bytes(ptx).decode().rstrip("\0")
    finally:
        nvrtc.nvrtcDestroyProgram(program)


def entries(ptx: str) -> dict[str, list[str]]:
    """Types of the parameters of each kernel in a PTX text, by kernel."""
    found = {}
    for name, body in re.findall(r"\.visible \.entry (\w+)\((.*?)\)", ptx, re.DOTALL):
        found[name] = re.findall(r"\.param \.(\w+)", body)
    return found


def _must(error: nvrtc.nvrtcResult) -> None:
    assert error == nvrtc.nvrtcResult.NVRTC_SUCCESS, error


def _log(program: nvrtc.nvrtcProgram) -> str:
    _, size = nvrtc.nvrtcGetProgramLogSize(program)
    text = bytearray(size)
    nvrtc.nvrtcGetProgramLog(program, text)
    return bytes(text).decode(errors="replace").rstrip("\0")
