"""The notebook in docs/, from its first cell to its last, with an admin's key on a service that runs."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from argilla_distill.workers.use_cases.versions.comparing import compare
from tests.client.running_service import running
from tests.places import ROOT
from tests.workers.argilla_in_memory import CHAT, D

NOTEBOOK = ROOT / "docs" / "versions.ipynb"
WORDS = {"yes": ("parcel", "late", "carrier"), "no": ("refund", "money", "card")}

TOLD = """
import json
print()
print(json.dumps({
    "contested": len(contested),
    "votes": len(of_one),
    "train": sorted(frame["record_id"]),
    "scores": scores,
    "causes": difference.causes,
    "changed": sorted(difference.to_pandas()["record_id"]),
    "new": len(new.to_arrow()),
}))
"""
"""What the test asks of the notebook's names, behind the last cell."""


def script() -> str:
    """The notebook's code as one program, cell by cell."""
    told = json.loads(NOTEBOOK.read_text("utf-8"))
    assert told["nbformat"] == 4
    cells = [cell for cell in told["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 8
    assert not any(cell["outputs"] for cell in cells)
    return "\n".join(["".join(cell["source"]) for cell in cells] + [TOLD])


def run(folder: Path, **environment: str) -> dict[str, Any]:
    """Run it in a Python of its own; what it comes to."""
    env = {"PATH": os.defpath, "XDG_CACHE_HOME": str(folder), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", script()],
        env={**env, "PYTHONPATH": str(ROOT), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_notebook_connects_looks_at_conflicts_trains_and_compares(
    redis_url: str, tmp_path: Path
) -> None:
    drawn = random.Random(1)
    with running(redis_url, tmp_path) as served:
        service, records = served.service, [f"n{n}" for n in range(60)]
        service.argilla.add(*records)
        for n, record in enumerate(records):
            label = "yes" if n % 2 else "no"
            text = " ".join(drawn.choices(WORDS[label], k=6))
            service.argilla.rows[D][record].fields = {"text": f"{text} {n}"}
            for who in ("ann", "ben"):
                given = label if drawn.random() > 0.2 else "yes"
                service.answer(who, record, helpful=given, problem="none")
        service.settle()
        served.version(strategy="dawid_skene")
        for who in ("ann", "ben"):
            service.answer(who, "n0", helpful="yes", problem="none")
        service.settle()
        served.version(strategy="dawid_skene")
        compare(service.world, CHAT, "dawid_skene-1", "dawid_skene-2")
        found = run(
            tmp_path,
            DISTILL_URL=served.url,
            ARGILLA_API_KEY="adam.apikey",
            DISTILL_DATASET=CHAT.full_name,
        )
    assert found["contested"] > 5
    assert found["votes"] >= 2
    assert len(found["train"]) > 30
    assert all(0 < score < 1 for score in found["scores"].values())
    assert "n0" in found["changed"]
    assert found["causes"]["vote"] >= 1
    assert sum(found["causes"].values()) == len(found["changed"])
    assert found["new"] <= len(found["changed"])
