"""Runs `argilla-distill aggregate` in this process, on files of a test's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from argilla_distill.workers.cli.offline import aggregate


@dataclass
class Done:
    """How the command ended."""

    code: int
    lines: list[dict[str, Any]]
    told: str

    def value(self, task: str, question: str = "") -> Any:
        """What was decided of a record."""
        [line] = [
            line
            for line in self.lines
            if line["task"] == task and line.get("question", "") == question
        ]
        return line["value"]

    @property
    def values(self) -> dict[str, Any]:
        """Record -> what was decided."""
        return {line["task"]: line["value"] for line in self.lines}


def distil(
    answers: Path | str, kind: str | None = "label", *options: str, stdin: bytes = b""
) -> Done:
    """Run it with --quiet; what it tells nevertheless is in `told`."""
    chosen = ["--type", kind] if kind else []
    command = [str(answers), *chosen, *options, "--quiet"]
    done = CliRunner().invoke(aggregate, command, input=stdin, catch_exceptions=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return Done(done.exit_code, lines, done.stderr)
