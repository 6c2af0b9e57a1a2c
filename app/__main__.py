"""``python -m tauscope.app``: the same as the command ``tauscope``."""

from __future__ import annotations

import sys

from tauscope.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
