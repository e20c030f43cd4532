"""`review enable`, `show` and `disable`."""

from __future__ import annotations

import pytest

from tests.workers.cli.agreed_and_disputed import agreed_and_disputed
from tests.workers.cli.command_line import Run
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    return agreed_and_disputed(build)


def test_review_enable_prints_the_link_for_reviewers_and_may_be_repeated(
    run: Run, service: ServiceInMemory
) -> None:
    made = run("review", "enable", "support/chat", "--json").json
    assert (made["name"], made["action"]) == ("support/chat-review", "created")
    assert made["link"] == (
        f"http://argilla/dataset/{made['id']}/annotation-mode"
        "?page=1&status=pending&sort=metadata.priority.desc"
    )
    again = run("review", "enable", "support/chat")
    assert "support/chat-review kept" in again.out
    assert made["link"] in again.out


def test_review_show_lists_what_is_worth_a_review(run: Run, service: ServiceInMemory) -> None:
    assert "review enable" in run("review", "show", "support/chat").out
    run("review", "enable", "support/chat")
    shown = run("review", "show", "support/chat", "--json").json
    assert shown["total"] >= 1
    assert shown["due"][0]["page"].endswith("/records/r1")
    assert shown["due"][0]["worth"] > 0
    assert len(run("review", "show", "support/chat", "--most", "1", "--json").json["due"]) == 1


def test_review_disable_leaves_the_review_dataset(run: Run, service: ServiceInMemory) -> None:
    assert run("review", "disable", "support/chat").code == 1
    run("review", "enable", "support/chat")
    assert "support/chat-review is left" in run("review", "disable", "support/chat").out
    assert len(service.argilla.sets) == 2
    assert run("status", "--json").json[0]["review"] is None


def test_a_dataset_that_is_not_distilled_cannot_be_reviewed(run: Run) -> None:
    done = run("review", "enable", "support/other")
    assert done.code == 2
    assert "distilled are: support/chat" in done.err
