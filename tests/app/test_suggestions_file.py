"""The suggestions file: its published schema, reading, writing, and what is never overwritten."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from pydantic import ValidationError

from tauscope.app import suggestions_model
from tauscope.app.ingest import ingest
from tauscope.app.suggestions_model import Suggestion, Suggestions
from tauscope.engine.errors import BadInput
from tests.app.stack_logs import write_log


def test_the_published_schema_is_that_of_the_model():
    """Written by ``python tools/suggestions_schema.py``."""
    text = resources.files("tauscope.resources").joinpath("suggestions.schema.json").read_text("utf-8")
    shipped = json.loads(text)
    assert shipped == json.loads(json.dumps(suggestions_model.json_schema()))
    assert shipped["properties"]["kind"]["const"] == "tauscope.suggestions"
    entry = shipped["$defs"]["Suggestion"]
    assert set(entry["properties"]) == set(Suggestion.model_fields) and entry["additionalProperties"] is False


def test_what_is_written_reads_back_and_a_changed_key_is_refused(tmp_path):
    found = ingest([write_log(tmp_path / "a.csv")])
    path = tmp_path / "new" / "folder" / "s.json"
    suggestions_model.save(path, found)
    assert suggestions_model.load(path) == found
    data = json.loads(path.read_text())
    for change in ({"dk": 0.1}, {"dK": "much"}, {"dK_spread": -1}, {"rule": "guess"}):
        broken = {**data, "suggestions": [{**data["suggestions"][0], **change}]}
        with pytest.raises(ValidationError):
            Suggestions.model_validate(broken)
        path.write_text(json.dumps(broken))
        with pytest.raises(BadInput, match=f"suggestions.0.{next(iter(change))}"):
            suggestions_model.load(path)


def test_our_own_file_is_replaced_and_anything_else_is_not(tmp_path):
    path = tmp_path / "s.json"
    suggestions_model.save(path, Suggestions())
    suggestions_model.save(path, Suggestions(warnings=("one",)))
    assert suggestions_model.load(path).warnings == ("one",)
    for text in ("notes of mine", '{"kind": "other"}', "[]"):
        path.write_text(text)
        with pytest.raises(BadInput, match="exists and is not replaced"):
            suggestions_model.save(path, Suggestions())
        assert path.read_text() == text


def test_a_suggestion_starts_from_what_ran_and_never_goes_below_zero():
    found = Suggestion(preset="a", K=0.9, permeability=0.02, dK=0.05, dpi=-0.05)
    assert found.values(0.1, 0.1) == {"K": 0.95, "permeability": 0.0}
    assert Suggestion(preset="a", dK=0.05).values(0.1, 0.1) == {"K": 0.15}
    with pytest.raises(BadInput, match="no suggestion for a preset named “b”"):
        Suggestions(suggestions=(found,)).of_preset("b")
