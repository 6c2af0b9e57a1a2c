"""Policies of agents from a Python file of the user's own.

No preset, session or recording brings code: whoever runs one with a policy of their own says which file has
it. The files are named in the environment too, so that worker processes, as of replays, know them.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.policies import Policy, register_policy

VARIABLE = "TAUSCOPE_POLICIES"
"""Environment variable with the paths of the files."""


def load(path: Path | str) -> tuple[str, ...]:
    """Run a Python file and register its policies under the names of its functions.

    A policy is a function of the file that takes ``(observation, memory)``; names with a leading underscore
    are left out. A file that is loaded again replaces its policies from the next tick on.

    Parameters
    ----------
    path : Path or str
        File that ends in ``.py``.

    Returns
    -------
    tuple of str
        Names, in the order of the file.

    Raises
    ------
    BadInput
        No such file, one that cannot be run, or one without a policy.
    """
    file = Path(path).expanduser().absolute()
    if file.suffix != ".py" or not file.is_file():
        raise BadInput(
            f"“{path}” is no Python file.", key="policies", value=str(path), allowed="a file that ends in .py"
        )
    try:
        found = _run(file)
    except (Exception, SystemExit) as error:
        raise BadInput(
            f"“{file.name}” cannot be run: {type(error).__name__}: {error}{_line(error, file)}.",
            key="policies",
            value=str(path),
            remedy="Correct the file and load it again.",
        ) from error
    policies = list(_policies(found, file))
    if not policies:
        raise BadInput(
            f"“{file.name}” defines no policy.",
            key="policies",
            value=str(path),
            remedy="Write a function that takes (observation, memory) and returns (dx, dy).",
        )
    for name, policy in policies:
        register_policy(name, policy)
    known = [one for one in os.environ.get(VARIABLE, "").split(os.pathsep) if one]
    if str(file) not in known:
        os.environ[VARIABLE] = os.pathsep.join([*known, str(file)])
    return tuple(name for name, _ in policies)


def load_given() -> None:
    """Load the files that the environment names; for the start of a process.

    Raises
    ------
    BadInput
        As `load`.
    """
    for path in os.environ.get(VARIABLE, "").split(os.pathsep):
        if path:
            load(path)


def _run(file: Path) -> dict[str, Any]:
    """Names of a file after it was run; its module is kept, as its functions need it."""
    name = f"tauscope_policies_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:  # a suffix that Python does not import
        raise ImportError(f"{file.name} is no module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return vars(module)


def _policies(found: dict[str, Any], file: Path) -> Iterator[tuple[str, Policy]]:
    """Functions that the file itself defines, of two arguments by position."""
    for name, value in found.items():
        if name.startswith("_") or not inspect.isfunction(value):
            continue
        if Path(value.__code__.co_filename) != file:
            continue
        try:
            inspect.signature(value).bind(None, {})
        except TypeError:
            continue  # a helper beside the policies, which takes other arguments
        yield name, value


def _line(error: BaseException, file: Path) -> str:
    """Where in the file it happened, as the end of a sentence."""
    if isinstance(error, SyntaxError):
        return ""  # its own text has the line
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)
    ]
    return f" (line {lines[-1]})" if lines else ""
