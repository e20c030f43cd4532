"""The classifiers of docs/training.md, trained as it is printed on what an export really is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.exports.export import export
from argilla_distill.exports.files import write
from argilla_distill.exports.request import ExportRequest
from tests.exports.version_of_rows import HELPFUL, TEXTS, VersionOfRows, helpful
from tests.places import ROOT


def test_both_classifiers_learn_and_the_soft_one_knows_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = VersionOfRows(tmp_path, TEXTS, {"helpful": HELPFUL})
    for n in range(60):
        kind, yes = (("good", 0.97), ("bad", 0.03), ("odd", 0.6))[n % 3]
        version.record(f"r{n:02}", {"prompt": "", "reply": f"{kind} reply"}, helpful=helpful(yes))
    with (tmp_path / "helpful.parquet").open("wb") as file:
        request = ExportRequest("classification", question="helpful")
        write(export(version.source(), request), file, "parquet", lambda _: None)
    page = (ROOT / "docs" / "training.md").read_text()
    (example,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    known: dict[str, Any] = {}
    exec(example, known)
    for name in ("hard", "soft"):
        assert known[name].predict(["good reply", "bad reply"]).tolist() == ["yes", "no"]
    doubt = {name: known[name].predict_proba(["odd reply"])[0, 1] for name in ("hard", "soft")}
    assert abs(doubt["soft"] - 0.6) < abs(doubt["hard"] - 0.6)
