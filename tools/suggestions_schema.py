"""Write ``resources/suggestions.schema.json`` anew, after a key of the suggestions file has changed."""

from __future__ import annotations

import json
from pathlib import Path

from tauscope.app.suggestions_model import json_schema

PATH = Path(__file__).resolve().parents[1] / "resources" / "suggestions.schema.json"


def main() -> None:
    """Write the schema."""
    PATH.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Wrote {PATH.relative_to(Path.cwd()) if PATH.is_relative_to(Path.cwd()) else PATH}.")


if __name__ == "__main__":
    main()
