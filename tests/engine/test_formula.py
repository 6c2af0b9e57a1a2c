"""Formulas that users type, and arrays as values of a configuration."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np
import pytest

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.errors import BadInput
from tauscope.engine.formula import Formula


def test_a_formula_equals_numpy() -> None:
    x, y = np.linspace(0.1, 3, 7), np.linspace(1, 2, 7)
    found = Formula("4e-3 * exp(-(x**2 + y**2) / 18) + where(x > y, sin(x), arctan2(y, x)) - pi", ("x", "y"))
    wanted = 4e-3 * np.exp(-(x**2 + y**2) / 18) + np.where(x > y, np.sin(x), np.arctan2(y, x)) - np.pi
    # The same operations in double precision; a library may round the last bits of exp and sin otherwise.
    assert np.allclose(found(x=x, y=y), wanted, rtol=1e-14, atol=0)
    assert set(found.names) == {"x", "y"}


@pytest.mark.parametrize("text", ["exp(1000)", "log(-1)", "1/x", "x*1e400"])
def test_what_has_no_finite_value_warns_nobody_and_is_not_finite(
    text: str, recwarn: pytest.WarningsRecorder
) -> None:
    assert not np.isfinite(Formula(text, ("x",))(x=np.zeros(3))).any()
    assert not recwarn


@pytest.mark.parametrize("text", ["1/0", "10.0**400", "2**5000", "10**400*x"])
def test_constants_that_cannot_be_worked_out_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is no formula"):
        Formula(text, ("x",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("x +", "no formula"),
        ("x + z", "“z”"),
        ("foo(x)", "“foo”"),
        ("__import__('os')", ""),
        ("x.real.tofile", ""),
        ("(lambda: 1)()", ""),
        ("[x for x in y]", ""),
        ("1" * 2000, "longer than"),
    ],
)
def test_what_is_no_formula_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        Formula(text, ("x", "y"))
    assert words in str(refused.value)


def test_python_words_are_refused_with_the_right_signs() -> None:
    for text in ("a > 1 and b < 2", "not a > 1", "a > 1 or b > 1"):
        with pytest.raises(BadInput, match="write & for"):
            Formula(text, ("a", "b"))
    assert bool(Formula("(a > 1) & (b < 2)", ("a", "b"))(a=2.0, b=1.0))


def test_a_missing_value_is_named() -> None:
    with pytest.raises(BadInput, match="b has no value"):
        Formula("a + b", ("a", "b"))(a=1.0)


def test_an_array_returns_from_its_packed_form() -> None:
    array = np.random.default_rng(1).normal(size=(7, 5))
    kept = FrozenArray(array)
    again = FrozenArray.read(kept.dump())
    assert np.array_equal(again.array, array)
    assert again == kept
    assert hash(again) == hash(kept)
    assert (kept.least, kept.peak) == (array.min(), array.max())
    assert not kept.array.flags.writeable
    assert FrozenArray(array.T) != kept
    assert FrozenArray(np.zeros((512, 512))).packed_bytes < 16384


def test_only_the_rectangle_that_differs_is_packed() -> None:
    array = np.full((512, 512), 0.5)
    array[100:103, 200:204] = np.random.default_rng(2).normal(size=(3, 4))
    kept = FrozenArray(array)
    again = FrozenArray.read(json.loads(json.dumps(kept.dump())))
    assert again == kept
    assert np.array_equal(again.array, array)
    assert kept.packed_bytes < 8 * 12 + 32
    assert FrozenArray(np.full((512, 512), 0.5)) != kept


def test_the_sign_of_zero_and_the_place_of_a_value_count() -> None:
    zero = np.zeros((4, 6))
    negative = zero.copy()
    negative[2, 3] = -0.0
    again = FrozenArray.read(FrozenArray(negative).dump()).array
    assert [tuple(place) for place in np.argwhere(np.signbit(again))] == [(2, 3)]
    assert FrozenArray(negative) != FrozenArray(zero)
    places = {FrozenArray(np.eye(1, 24, k).reshape(4, 6)).digest for k in range(24)}
    assert len(places) == 24


@pytest.mark.parametrize("seed", range(40))
def test_a_part_exchanged_is_the_array_made_anew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    expected = np.full((9, 12), rng.choice([0.0, -0.0, 1.0]))
    kept = FrozenArray(expected)
    assert kept == FrozenArray.uniform((9, 12), expected[0, 0])
    for _ in range(6):
        (y, x), (h, w) = rng.integers(0, (9, 12)), rng.integers(1, (5, 7))
        box = slice(int(y), min(int(y + h), 9)), slice(int(x), min(int(x + w), 12))
        values = rng.choice([0.0, -0.0, 1.0, 0.5], expected[box].shape)
        expected[box] = values
        kept = kept.with_part(box, values)
        again = FrozenArray(expected)
        assert (kept, kept.least, kept.peak) == (again, again.least, again.peak)
        assert kept.array.tobytes() == expected.tobytes()
    with pytest.raises(BadInput, match="inf"):
        kept.with_part((slice(0, 1), slice(0, 2)), [[0.0, np.inf]])


def test_the_form_without_a_rectangle_is_read() -> None:
    array = np.random.default_rng(3).normal(size=(3, 2))
    packed = base64.b64encode(zlib.compress(array.tobytes())).decode("ascii")
    assert np.array_equal(FrozenArray.read({"__array__": packed, "shape": [3, 2]}).array, array)


@pytest.mark.parametrize(
    "value",
    [
        {**FrozenArray([[1.0, 2.0]]).dump(), "box": [0, 2, 1, 2]},
        {**FrozenArray([[1.0, 2.0]]).dump(), "box": [0, 1, 0, 2]},
        {**FrozenArray([[1.0, 2.0]]).dump(), "box": [1, 0, 0, 2]},
        {**FrozenArray([[1.0, 2.0]]).dump(), "box": "none"},
        {**FrozenArray([[1.0, 2.0]]).dump(), "fill": float("nan")},
        [[1.0, np.nan]],
        [[1.0], [1.0, 2.0]],
        [1.0, 2.0],
        "text",
        {"__array__": "no base64!", "shape": [1, 1]},
        {"__array__": FrozenArray([[1.0]]).dump()["__array__"], "shape": [2, 2]},
        {"__array__": "", "shape": [10**9, 10**9]},
        {"shape": [1, 1]},
    ],
)
def test_what_is_no_array_is_refused(value: object) -> None:
    with pytest.raises(BadInput):
        FrozenArray.read(value)
