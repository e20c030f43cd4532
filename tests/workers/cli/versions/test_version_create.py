"""What `version create` says at once of what it was asked for."""

from __future__ import annotations

from tests.workers.cli.command_line import Run
from tests.workers.service_in_memory import ServiceInMemory


def test_a_round_that_is_not_known_is_told_when_a_version_is_asked_for(
    run: Run, quiet: ServiceInMemory
) -> None:
    """Only `status` told it, once a worker had read the dataset."""
    assert quiet.store.datasets.ids()
    done = run("version", "create", "support/chat", "--only", "round=99")
    assert done.code == 0
    assert "round=99: no record is known to be of this round" in done.err
    known = run("version", "create", "support/chat", "--without", "source=model")
    assert (known.code, "is known to be" in known.err) == (0, False)
