"""Run by Python at the start of every process with this folder on its path: plants the mutant there too.

Writing processes, victims and whole programs that a test starts miss the protection as the test itself does.
"""

from __future__ import annotations

import os
import sys

if os.environ.get("TAUSCOPE_MUTANT") and "pytest" not in sys.orig_argv:
    from tests.faults.mutants import plant_in_child

    plant_in_child()
