"""Other agents' suggestions: kept while ours takes their place, and restored after."""

from __future__ import annotations

from argilla_distill.domain.history import Details
from argilla_distill.domain.state.ledger_entry import (
    LedgerSuggestion,
)
from tests.domain.observing.looks import (
    OURS,
    PROBLEM,
    Watcher,
    record,
    suggests,
)


def test_another_agents_suggestion_is_kept_with_all_that_restoring_it_takes() -> None:
    watcher = Watcher()
    (entry,) = watcher.look(record(suggestions=[suggests("judge", "no")]))
    assert (entry.kind, entry.annotator, entry.status) == ("suggestion", 0, "submitted")
    assert (entry.values, entry.details, entry.at) == ({"helpful": "no"}, Details(score=0.9), 5)
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions == {
        "helpful": LedgerSuggestion(0, "no", 0.9, "model", 5, "judge")
    }
    assert watcher.numbers == {"agent:judge": 0}


def test_it_stands_on_while_ours_takes_its_place() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    assert watcher.look(record(suggestions=[OURS])) == []
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions["helpful"].value == "no"


def test_ours_alone_is_no_agents_vote() -> None:
    watcher = Watcher()
    assert watcher.look(record(suggestions=[OURS])) == []
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions == {}


def test_another_agent_that_takes_its_place_ends_it() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    ended, begun = watcher.look(record(suggestions=[suggests("critic", "no", at=9)]))
    assert (ended.annotator, ended.status, ended.replaced) == (0, "deleted", {"helpful": "no"})
    assert (begun.annotator, begun.status, begun.values) == (1, "submitted", {"helpful": "no"})


def test_an_agent_that_changes_its_mind_replaces_its_own_word() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    (entry,) = watcher.look(record(suggestions=[suggests("judge", "yes", at=9)]))
    assert (entry.values, entry.replaced) == ({"helpful": "yes"}, {"helpful": "no"})


def test_a_suggestion_that_vanishes_while_nothing_of_ours_stands_is_gone() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    watcher.shows("yes", 6, 8)
    (entry,) = watcher.look(record())
    assert (entry.kind, entry.status) == ("suggestion", "deleted")


def test_what_ours_had_replaced_stands_on_when_somebody_deletes_ours() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    watcher.shows("yes", 6)
    assert watcher.look(record()) == []
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions["helpful"].agent == "judge"


def test_an_agent_without_a_name_has_a_vote_and_is_restored_without_a_name() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests(None, "no")]))
    assert watcher.numbers == {"agent:unnamed": 0}
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions["helpful"].agent is None


def test_agents_on_two_questions_do_not_meet() -> None:
    watcher = Watcher()
    both = [suggests("judge", "no"), suggests("judge", "tone", PROBLEM)]
    entries = watcher.look(record(suggestions=both))
    assert [e.values for e in entries] == [{"helpful": "no"}, {"problem": "tone"}]
    assert watcher.look(record(suggestions=both[:1]))[0].replaced == {"problem": "tone"}
