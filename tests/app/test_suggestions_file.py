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
    for change in (
        {"dk": 0.1},
        {"dK": "much"},
        {"dK": 0.5},
        {"dpi": -0.051},
        {"step_K": 1.0},
        {"dK_spread": -1},
        {"rule": "guess"},
    ):
        broken = {**data, "suggestions": [{**data["suggestions"][0], **change}]}
        with pytest.raises(ValidationError):
            Suggestions.model_validate(broken)
        path.write_text(json.dumps(broken))
        with pytest.raises(BadInput, match=f"suggestions.0.{next(iter(change))}"):
            suggestions_model.load(path)


def test_a_file_that_cannot_be_used_is_refused_with_reason_and_remedy(tmp_path):
    path = tmp_path / "s.json"
    suggestions_model.save(path, Suggestions(suggestions=(Suggestion(preset="a", dK=0.05),)))
    text = path.read_text()
    for broken, reason in (
        (
            text.replace('"schema_version": 1', '"schema_version": 2'),
            "“schema_version” is 2, and this program",
        ),
        (text[: len(text) // 2], "it is no JSON"),
        (text.replace('"rule"', '"rul"'), "no parameter “suggestions.0.rul”. .*mean “rule”"),
        (text.replace('"dK": 0.05', '"dK": 5'), "dK = 5 was refused.*at least -0.05 and at most 0.05"),
        (text.replace('"dK": 0.05', '"dK": NaN'), "dK is nan, which is not a finite number"),
        ("[" * 100_000, "it is no JSON"),
    ):
        assert broken != text
        path.write_text(broken)
        with pytest.raises(BadInput, match=reason) as caught:
            suggestions_model.load(path)
        assert str(path) in str(caught.value) and caught.value.remedy
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(BadInput, match="it is no JSON"):
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
    assert Suggestion(preset="a").values(0.1, 0.1) == {}


def test_a_second_turn_of_the_loop_keeps_what_the_first_one_reached():
    """The preset says K 0.8; the first turn ran 0.85, and the second changes π alone, or nothing."""
    second = Suggestion(preset="a", K=0.85, permeability=0.8, dpi=0.05)
    assert second.values(0.8, 0.8) == {"K": 0.85, "permeability": 0.85}
    assert second.values(0.85, 0.8) == {"permeability": 0.85}
    third = Suggestion(preset="a", K=0.85, permeability=0.85)
    assert third.values(0.8, 0.8) == {"K": 0.85, "permeability": 0.85}


def test_a_file_names_the_presets_that_it_is_about():
    found = Suggestion(preset="a", K=0.9, permeability=0.02, dK=0.05, dpi=-0.05)
    with pytest.raises(BadInput, match="no suggestion for a preset named “b”"):
        Suggestions(suggestions=(found,)).of_preset("b")
