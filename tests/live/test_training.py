"""docs/training.md, run as it is printed: a version, its exports, classifiers, and suggestions by the SDK."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from demo.argilla.api import Api
from demo.argilla.payloads import label_question
from demo.running.installation import Installation, ours
from demo.running.servers import Argilla
from tests.live.annotated_dataset import crowd
from tests.places import ROOT

PROMPTS = 6
SPLITS = ("train", "validation", "test")


def example(beginning: str, replaced: dict[str, str]) -> str:
    """The page's example that begins so, with what is real in the place of what is printed."""
    text = (ROOT / "docs" / "training.md").read_text()
    pattern = rf"^```(?:python)?\n({re.escape(beginning)}.*?)^```"
    (found,) = re.findall(pattern, text, re.MULTILINE | re.DOTALL)
    code = str(found)
    for printed, real in replaced.items():
        assert f'"{printed}"' in code
        code = code.replace(f'"{printed}"', repr(real))
    return code


def run(code: str, folder: Path) -> list[str]:
    """The lines that it prints."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_what_the_page_says_can_be_done(
    installation: Installation, argilla: Argilla, api: Api, tmp_path: Path
) -> None:
    users = crowd(api, "training", 2)
    workspace = api.create_workspace("training", users=users)
    questions = [label_question("helpful", ("yes", "no"))]
    fields = ("prompt", "reply")
    dataset = api.create_dataset(workspace, questions=questions, fields=fields, min_submitted=2)
    replies = {"yes": "It is on its way, number {}.", "no": "Who knows, number {}."}
    items: list[Any] = [
        {
            "external_id": f"ticket-{n}-{said}",
            "fields": {"prompt": f"Where is my {n * 37} parcel from {n}?", "reply": text.format(n)},
        }
        for n in range(PROMPTS)
        for said, text in replies.items()
    ]
    records = api.add_records(dataset, items)
    for user in users:
        answers = ((r, {"helpful": ("yes", "no")[n % 2]}) for n, r in enumerate(records))
        api.as_user(user).answer_many(answers)
    service = installation.service
    service.command("reconcile", dataset["id"])
    created = service.command("version", "create", dataset["id"], "--wait", "--json")
    manifest = json.loads(created.stdout)
    assert sum(manifest["splits"].values()) == len(records)

    export = ("export", dataset["id"], "latest", "--question", "helpful", "--format")
    labels = tmp_path / "helpful.parquet"
    told = service.command(*export, "classification", "-o", str(labels), "--json")
    assert json.loads(told.stdout)["rows"] == manifest["splits"]["train"]
    checked = 'print(hard.predict(["It is on its way"])[0], soft.predict(["Who knows"])[0])'
    assert run(example("import pandas", {}) + checked, tmp_path) == ["yes no"]

    groups: dict[str, set[str]] = {}
    for split in SPLITS:
        if manifest["splits"][split]:
            done = service.command(*export, "preference", "--split", split)
            pairs = [json.loads(line) for line in done.stdout.splitlines()]
            groups[split] = {pair["prompt"] for pair in pairs}
            assert all("on its way" in p["chosen"] and "Who" in p["rejected"] for p in pairs)
    assert sum(map(len, groups.values())) == len(set.union(*groups.values())) == PROMPTS

    printed = {
        "https://argilla.example": argilla.url,
        "…": argilla.api_key,
        "chatbot-feedback": dataset["name"],
        "support": "training",
    }
    seen = run(example("import argilla", printed), tmp_path)
    expected = []
    for record in records:
        suggestion = ours(api, dataset, api.record(record), "helpful")
        assert suggestion is not None
        expected.append(
            f"{record['external_id']} helpful {suggestion['value']} {suggestion['score']}"
        )
    assert sorted(seen) == sorted(expected)
