"""Recorded answers of real annotators through a real Argilla: is the result that of a batch fit?

    python -m benchmarks replay [FOLDER…] [--rounds 3]

Each folder holds `answers.csv` and `truth.csv`. The answers are logged in Argilla in rounds, each
followed by `argilla-distill reconcile`, so that the model is learned incrementally. Then the labels
that stand suggested in Argilla are held against the truth, and against the labels of a strategy
fitted at once on the answers that Argilla holds.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.live.rig import BULK, Rig, rig
from demo.argilla.payloads import Json
from demo.running.installation import batch
from demo.scenarios.recorded import recorded
from demo.scenarios.scenario import Scenario

BENCH = Path("../shared/bench")


def played(r: Rig, scenario: Scenario, name: str, rounds: int) -> Json:
    """The scenario as a dataset, its answers logged in rounds."""
    users = {a.name: r.api.create_user(f"{name}-{n}") for n, a in enumerate(scenario.users)}
    workspace = r.api.create_workspace(name, users=list(users.values()))
    questions = [question.to_argilla() for question in scenario.label_questions]
    fields = [field.name for field in scenario.fields]
    dataset = r.api.create_dataset(
        workspace, name, questions=questions, fields=fields, min_submitted=scenario.overlap
    )
    made = r.api.add_records(dataset, [{"fields": dict(item.fields)} for item in scenario.items])
    ids = {item.id: record["id"] for item, record in zip(scenario.items, made, strict=True)}
    people = {annotator.name: annotator for annotator in scenario.annotators}
    texts = {item.id: item for item in scenario.items}
    for turn in range(rounds):
        items: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for step in scenario.plan[turn::rounds]:
            values = people[step.annotator].answer(texts[step.item])
            items[ids[step.item]].append(
                {
                    "user_id": users[step.annotator]["id"],
                    "status": "submitted",
                    "values": {question: {"value": label} for question, label in values.items()},
                }
            )
        logged = [{"id": i, "responses": responses} for i, responses in items.items()]
        for start in range(0, len(logged), BULK):
            part = {"items": logged[start : start + BULK]}
            r.api.call("PUT", f"/datasets/{dataset['id']}/records/bulk", json=part)
        print(f"{name}: round {turn + 1} of {rounds}", file=sys.stderr)
        r.running.service.command("reconcile", f"{name}/{name}")
    return dict(dataset) | {"ids": ids}


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="replay")
    parser.add_argument("folders", nargs="*", type=Path, default=[BENCH / "rte", BENCH / "product"])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    print(
        "| answers of | records | answers | suggested in Argilla | batch fit | labels that differ |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for folder in options.folders:
        if not (folder / "answers.csv").exists():
            print(f"| {folder.name} | skipped: no {folder}/answers.csv | | | | |")
            continue
        scenario = recorded(folder)
        with rig() as r:
            dataset = played(r, scenario, folder.name, options.rounds)
            (question,) = scenario.label_questions
            fitted = batch(r.api, dataset, question.name)
            shown = {
                record["id"]: next((s["value"] for s in record["suggestions"]), None)
                for record in r.api.records(dataset)
            }
            truth = {
                dataset["ids"][i.id]: i.truth[question.name] for i in scenario.items if i.truth
            }
            ours = sum(shown[i] == label for i, label in truth.items()) / len(truth)
            theirs = sum(fitted[i].value == label for i, label in truth.items()) / len(truth)
            differ = sum(shown[i] != decision.value for i, decision in fitted.items())
            print(
                f"| {folder.name} | {len(shown)} | {len(scenario.plan)} | {ours:.2%} | {theirs:.2%} "
                f"| {differ} |",
                flush=True,
            )
