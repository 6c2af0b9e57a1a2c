"""Write ``presets/schema.json`` anew, after a key of a configuration or of the preset format has changed."""

from __future__ import annotations

import json
from pathlib import Path

from tauscope.app.presets import json_schema

PATH = Path(__file__).resolve().parents[1] / "presets" / "schema.json"


def main() -> None:
    """Write the schema."""
    PATH.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Wrote {PATH.relative_to(Path.cwd()) if PATH.is_relative_to(Path.cwd()) else PATH}.")


if __name__ == "__main__":
    main()
