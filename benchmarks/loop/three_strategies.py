"""What three strategies that teams ask for are worth beside `learned`: by what `compare` decides with.

    python -m benchmarks three_strategies [FOLDER]

The strategies are those of docs/three_strategies.md. FOLDER (default ``../shared/bench/medical_relations``)
has answers with their times, texts and truth; it is skipped where it is not there. Each of two labels is a
question of its own, answered with yes or no. One who says yes is a veto; the experts are the ten who have
answered most; the half-life is 1 day, since the answers to a text are days apart. Every record with a truth
is taken for an audit, and held out in one of ten folds. Nothing was chosen by these figures.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import ModuleType

import numpy as np

from argilla_distill.domain.versions.contest import Contest
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.contract.terms import Terms
from argilla_distill.workers.engine.dated import Dated
from argilla_distill.workers.evaluation.contests import (
    Audits,
    Taught,
    decided,
    of_models,
    of_rights,
)
from argilla_distill.workers.evaluation.proxy import folds
from argilla_distill.workers.evaluation.tf_idf import TfIdf

PAGE = Path(__file__).resolve().parents[2] / "docs" / "three_strategies.md"
FOLDER = "../shared/bench/medical_relations"
LABELS = ("TREATS", "CAUSES")
ASKED = label_question("no", "yes")
HALF_LIFE_DAYS = 1.0
MAX_EXPERIENCED = 10


def examples() -> ModuleType:
    """The module that docs/three_strategies.md shows."""
    (code,) = re.findall(
        r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    module = ModuleType("acme_three")
    exec(code, module.__dict__)
    return module


def strategies(votes: Sequence[Vote]) -> dict[str, Strategy]:
    """`learned`, and the three beside it, none of them fitted."""
    module = examples()
    counts = Counter(vote.annotator for vote in votes)
    module.EXPERTS.clear()
    module.EXPERTS.update(name for name, _ in counts.most_common(MAX_EXPERIENCED))
    recent = Dated(module.RecentFirst(ASKED), Terms(half_life_days=HALF_LIFE_DAYS))
    return {
        "learned": registry.create("learned", ASKED),
        "one_veto": module.OneVeto(ASKED),
        "experts_first": module.ExpertsFirst(ASKED),
        "recent_first": recent,
    }


def votes_on(folder: Path, label: str) -> list[Vote]:
    """Who says of which record that the label holds, and when they said so."""
    said: dict[tuple[str, str], Vote] = {}
    for row in csv.DictReader((folder / "answers.csv").open(encoding="utf-8")):
        moment = datetime.strptime(row["timestamp"], "%m/%d/%Y %H:%M:%S")
        at = int(moment.replace(tzinfo=timezone.utc).timestamp() * 1000)
        value = "yes" if label in row["label"].split("|") else "no"
        said[row["task"], row["worker"]] = Vote(row["task"], row["worker"], value, at=at)
    return list(said.values())


def compared(folder: Path) -> None:
    """The table."""
    items = csv.DictReader((folder / "items.csv").open(encoding="utf-8"))
    texts = {row["task"]: row["text"] for row in items}
    rows = csv.DictReader((folder / "truth.csv").open(encoding="utf-8"))
    truth = {row["task"]: json.loads(row["label"]) for row in rows}
    print("| label | strategy | compared | audits | `learned` | the other | verdict |")
    print("| --- " * 7 + "|")
    for label in LABELS:
        votes = votes_on(folder, label)
        ids = sorted(texts.keys() & truth.keys() & {vote.record for vote in votes})
        matrix, prompts = TfIdf().fit_transform(texts[i] for i in ids), [texts[i] for i in ids]
        true = np.array([truth[i].get(label, -1) for i in ids])
        taught = {}
        for name, strategy in strategies(votes).items():
            found = strategy.fit(votes).decide(ids)
            yes = np.array([d.posterior.get("yes", 0.0) for d in found])
            chosen = np.array([{"no": 0, "yes": 1}.get(str(d.value), -1) for d in found])
            taught[name] = Taught(chosen, np.stack([1 - yes, yes], axis=1))
        known = true >= 0
        audits = Audits(np.ones(int(known.sum())), np.flatnonzero(known))
        for name in list(taught)[1:]:
            two = {"learned": taught["learned"], name: taught[name]}
            rights = {n: (t.labels == true)[known].astype(np.float64) for n, t in two.items()}
            blank = Contest(label, "", "hard", "", "")
            contests = of_rights(Contest(label, "", "labels", "", ""), rights, audits)
            contests += of_models(
                blank, matrix, two, true, folds(prompts), prompts, np.ones(len(ids))
            )
            for each in decided(contests):
                right = f"{each.one_right:.3f} | {each.other_right:.3f}"
                cells = f"{label} | `{name}` | {each.aspect} | {each.audits} | {right} | {each.sentence}"
                print(f"| {cells} |", flush=True)


def main(arguments: Sequence[str] = tuple(sys.argv[1:])) -> None:
    """Print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=FOLDER, type=Path)
    folder = parser.parse_args(arguments).folder
    if not folder.exists():
        print(f"{folder} is not there: skipped")
        return
    compared(folder)


if __name__ == "__main__":
    main()
