"""Where an error is passed over, a comment says why that is right."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

QUIET = (ast.Pass, ast.Continue, ast.Break)


def silent(tree: ast.AST) -> Iterator[tuple[int, int]]:
    """First and last line of what passes an error over: it does nothing, or leaves with a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and len(node.body) == 1:
            only = node.body[0]
            empty = isinstance(only, ast.Return) and isinstance(only.value, ast.Constant | None)
            if isinstance(only, QUIET) or empty:
                yield node.lineno, only.end_lineno or only.lineno
        elif isinstance(node, ast.With):
            for item in node.items:
                name = getattr(item.context_expr, "func", None)
                if "suppress" in (getattr(name, "id", ""), getattr(name, "attr", "")):
                    yield node.lineno, node.body[0].lineno


@pytest.mark.parametrize("package", ["app", "engine", "gpu", "widgets"])
def test_an_error_that_is_passed_over_has_a_reason(package: str) -> None:
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "except" not in text and "suppress" not in text:
            continue
        lines = text.splitlines()
        for first, last in silent(ast.parse(text)):
            if not any("#" in line for line in lines[first - 1 : last]):
                found.append(f"{path.relative_to(ROOT)}:{first}")
    assert found == []


def test_the_rule_sees_what_it_is_for() -> None:
    text = "try:\n    f()\nexcept E:\n    pass\nwith contextlib.suppress(E):\n    f()\n"
    assert sorted(silent(ast.parse(text))) == [(3, 4), (5, 6)]
    assert list(silent(ast.parse("try:\n    f()\nexcept E:\n    return g()\n"))) == []
