"""Commands as a shell would run them: their output, their end, and no environment but their own."""

from __future__ import annotations

import os

import pytest

from demo.running import commands


def test_a_command_has_its_own_environment_output_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGILLA_API_KEY", "ours")
    given = {"ARGILLA_API_URL": "http://127.0.0.1:9", "PATH": os.defpath}
    told = commands.run(["--help"], given)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("Usage: argilla-distill ")
    refused = commands.run(["status"], given)
    assert (refused.returncode, refused.stdout) == (4, "")
    assert "ARGILLA_API_KEY" in refused.stderr
    assert os.environ["ARGILLA_API_KEY"] == "ours"
