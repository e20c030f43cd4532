"""The notebook in docs/, run as one program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.places import ROOT

NOTEBOOK = ROOT / "docs" / "versions.ipynb"

ASKED = """
import json
print()
print(json.dumps({
    "versions": [each.name for each in dataset.versions()],
    "contested": len(contested),
    "votes": len(of_one),
    "train": sorted(frame["record_id"]),
    "scores": scores,
    "causes": difference.causes,
    "changed": sorted(difference.to_pandas()["record_id"]),
    "new": len(new.to_arrow()),
}))
"""
"""What tests ask of the notebook's names, behind the last cell."""


def script() -> str:
    """The notebook's code as one program, as a kernel would run it cell by cell."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    assert notebook["nbformat"] == 4
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 8
    assert not any(cell["outputs"] for cell in cells)
    return "\n".join(["".join(cell["source"]) for cell in cells] + [ASKED])


def run(folder: Path, environment: Mapping[str, str], timeout_s: float) -> dict[str, Any]:
    """Run it in a Python of its own, which has this environment; what `ASKED` prints."""
    own = {"PATH": os.defpath, "XDG_CACHE_HOME": str(folder), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", script()],
        env={**own, "PYTHONPATH": str(ROOT), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
