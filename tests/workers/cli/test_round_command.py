"""What `round list` and `round status` tell of rounds, for people and as JSON."""

from __future__ import annotations

from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.suspected import RoundSuspicion
from tests.workers.argilla_in_memory import D
from tests.workers.cli.command_line import Run
from tests.workers.service_in_memory import ServiceInMemory

CHATS = "support/chat"


def test_a_cancelled_round_has_the_records_that_were_not_taken_back(
    run: Run, service: ServiceInMemory
) -> None:
    known = Round("4", "bot", taken=300, written=150, removed=100, state="cancelled")
    service.store.rounds.keep(D, known)
    assert "50 of 300" in run("round", "list", CHATS).out
    assert "100 records taken back, 50 with answers" in run("round", "status", CHATS, "4").out


def test_what_is_suspect_of_a_round_is_told_as_json_too(run: Run, service: ServiceInMemory) -> None:
    known = Round("4", "bot", question="helpful", state="ended", version="learned-4")
    service.store.rounds.keep(D, known)
    found = RoundSuspicion("helpful", "learned-4", "round=4", "suspect", "Labels are suspect.")
    service.store.suspicions.keep_of_round(D, known, [found])
    told = run("round", "status", CHATS, "4", "--json").json
    assert told["suspicions"] == []
    assert [each["verdict"] for each in told["suspicions_at_end"]] == ["suspect"]
    assert "in learned-4: Labels are suspect." in run("round", "status", CHATS, "4").out
