"""Write the schemas of the existence files under ``resources/schemas`` anew, after a key has changed."""

from __future__ import annotations

import json
from pathlib import Path

from tauscope.app.atomx_model import FILES, json_schema

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "schemas"


def main() -> None:
    """Write the schemas."""
    for name in FILES:
        text = json.dumps(json_schema(name), indent=2, ensure_ascii=False)
        (FOLDER / name).write_text(f"{text}\n", encoding="utf-8")
        print(f"Wrote {name}.")


if __name__ == "__main__":
    main()
