"""The event log keeps every argument exactly and refuses what it cannot keep."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput
from tauscope.engine.events import Event, EventLog, decode, encode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_values_survive_the_log(value: object) -> None:
    assert decode(json.loads(json.dumps(encode(value)))) == value


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "complex64", "bool"])
def test_arrays_survive_the_log_bit_for_bit(dtype: str) -> None:
    array = (np.arange(24).reshape(2, 3, 4) % 7).astype(dtype)
    command = Command("toy", "set_field", {"name": "u", "value": array[:, ::-1]}, origin="script")
    event = Event.from_json(Event(7, 14, 3, command, "s1").to_json())
    kept = event.command.args["value"]
    assert kept.dtype == array.dtype
    assert kept.tobytes() == np.ascontiguousarray(array[:, ::-1]).tobytes()
    assert (event.macro_tick, event.engine_tick, event.seq, event.result) == (7, 14, 3, "s1")
    assert (event.command.name, event.command.origin) == ("set_field", "script")


def test_numpy_scalars_become_numbers() -> None:
    assert encode({"x": np.float32(0.5), "n": np.int64(3)}) == {"x": 0.5, "n": 3}


def test_a_value_without_json_form_is_refused() -> None:
    with pytest.raises(BadInput, match="set cannot be kept"):
        encode({"value": {1, 2}})


@pytest.mark.parametrize("line", ["", "{", "[]", "null", '{"macro_tick": 1}', '{"macro_tick": "x"}'])
def test_a_damaged_line_is_refused(line: str) -> None:
    with pytest.raises(BadInput, match="event log"):
        Event.from_json(line)


def test_numbers_run_and_old_events_stay() -> None:
    log = EventLog()
    events = [
        log.append(tick, 2 * tick, Command("toy", "set", {"path": "D", "value": tick}), None)
        for tick in range(5)
    ]
    assert [event.seq for event in events] == [0, 1, 2, 3, 4]
    assert log.since(3) == tuple(events[3:])
    assert len(log) == 5


def test_a_line_is_one_line_of_strict_json() -> None:
    line = Event(0, 0, 0, Command("toy", "note", {"text": "a\nb\u2028c"}), None).to_json()
    assert "\n" not in line
    with pytest.raises(ValueError, match="JSON compliant"):
        Event(0, 0, 0, Command("toy", "set", {"value": float("nan")}), None).to_json()
