"""`disconnect`: ours is taken back, others' is left alone, what stays is said and can be taken away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from argilla_distill.domain.versions.twin import Twin
from argilla_distill.workers.use_cases.connecting import leaving
from argilla_distill.workers.use_cases.reports import guidelines
from argilla_distill.workers.writing.guidelines_section import END, START
from tests.workers.argilla_in_memory import CHAT, HELPFUL, NOTE, PROBLEM, D, Row
from tests.workers.cli.command_line import Run
from tests.workers.guidelines_examples import SECTION, with_section
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    """Two records with two answers each, of which one is in conflict; others suggest as well."""
    service = build()
    service.argilla.suggested_by("judge", "r1", HELPFUL, "no")
    service.argilla.suggested_by("judge", "r1", PROBLEM, "tone")
    service.argilla.suggested_by("judge", "r3", HELPFUL, "no")
    service.argilla.suggested_by("judge", "r4", NOTE, "a hint")
    for record, said in (("r1", "yes"), ("r2", "no"), ("r4", "yes")):
        service.answer("ann", record, helpful="yes")
        service.answer("ben", record, helpful=said)
    service.settle()
    return service


def shown(service: ServiceInMemory) -> dict[str, str | None]:
    """Who suggests what: as `record question value` → agent."""
    return {
        f"{record} {question.name} {found.value}": found.agent
        for record in service.argilla.rows[D]
        for question in (HELPFUL, PROBLEM, NOTE)
        if (found := service.argilla.shown(record, question)) is not None
    }


def reviewed(run: Run, service: ServiceInMemory) -> str:
    """The id of a review dataset with a copy that somebody answered, and one that nobody opened."""
    review = str(run("review", "enable", "support/chat", "--json").json["id"])
    service.settle()
    copy, *_ = service.argilla.rows[review]
    service.argilla.rows[review] = {copy: service.argilla.rows[review][copy]}
    service.argilla.answer("ann", copy, helpful="yes")
    service.argilla.rows[review]["copy-unopened"] = unopened(service.argilla.rows[review][copy])
    return review


def unopened(row: Row) -> Row:
    """Another copy like this one, which nobody has opened."""
    return replace(row, responses={}, suggestions=dict(row.suggestions), external_id="r9")


@pytest.mark.parametrize("options", [[], ["--restore"], ["--all"], ["--all", "--restore"]])
def test_suggestions_of_other_agents_are_never_deleted(
    run: Run, service: ServiceInMemory, options: list[str]
) -> None:
    assert run("disconnect", *options).code == 0
    others = {"r3 helpful no": "judge", "r4 conflicts a hint": "judge"}
    back = {"r1 helpful no": "judge", "r1 problem tone": "judge"} if "--restore" in options else {}
    assert shown(service) == {**others, **back}


def test_what_stays_is_said_with_how_to_take_it_away(run: Run, service: ServiceInMemory) -> None:
    with_section(service)
    reviewed(run, service)
    done = run("disconnect", "--restore", COLUMNS="80")
    assert done.code == 0
    text = " ".join(done.out.split())
    for part in (
        "support/chat: the section of examples in the guidelines",
        "support/chat-review: the review dataset, with 2 copies",
        "disconnect --all",
        "the history is kept",
    ):
        assert part in text
    assert max(map(len, done.out.splitlines())) <= 80
    assert service.argilla.told[D] == SECTION


def test_all_takes_guidelines_and_unopened_copies_away_and_keeps_what_people_said(
    run: Run, service: ServiceInMemory
) -> None:
    with_section(service)
    review = reviewed(run, service)
    (opened,) = [r for r, row in service.argilla.rows[review].items() if row.responses]
    service.argilla.set_suggestions(
        service.argilla.rows[review][opened],
        opened,
        [{"question_id": PROBLEM.id, "value": "tone", "agent": "judge"}],
    )
    told = run("disconnect", "--all", "--json").json
    assert [(r["kind"], r["name"]) for r in told["removed"]] == [("guidelines", "support/chat")]
    assert [(r["kind"], r["name"]) for r in told["stays"]] == [("review", "support/chat-review")]
    assert "1 copy that somebody opened" in told["stays"][0]["text"]
    assert service.argilla.told[D].strip() == "Be kind."
    assert list(service.argilla.rows[review]) == [opened]
    row = service.argilla.rows[review][opened]
    assert list(row.responses) == ["ann"]
    assert [s.agent for s in row.suggestions.values()] == ["judge"]
    assert service.store.reviews.of(D) is None


def test_a_review_dataset_that_nobody_has_opened_is_deleted(
    run: Run, service: ServiceInMemory
) -> None:
    review = str(run("review", "enable", "support/chat", "--json").json["id"])
    service.settle()
    assert service.argilla.rows[review]
    told = run("disconnect", "--all", "--json").json
    assert "the review dataset is deleted" in told["removed"][0]["text"]
    assert list(service.argilla.sets) == [D]


def test_it_is_safe_to_repeat(run: Run, service: ServiceInMemory) -> None:
    with_section(service)
    reviewed(run, service)
    for options in ([], ["--restore"], ["--all"]):
        run("disconnect", *options)
    before = (shown(service), dict(service.argilla.told), list(service.argilla.sets))
    again = run("disconnect", "--all", "--json")
    assert again.code == 0
    assert (again.json["webhooks_deleted"], again.json["records"]) == (0, 0)
    assert again.json["removed"] == []
    assert (shown(service), dict(service.argilla.told), list(service.argilla.sets)) == before


def test_what_our_store_does_not_know_is_found_in_argilla(
    run: Run, service: ServiceInMemory
) -> None:
    with_section(service)
    review = reviewed(run, service)
    service.store.datasets.note(D, **{guidelines.FACT: ""})
    service.store.reviews.forget(D)
    told = run("disconnect", "--json").json
    assert [thing["kind"] for thing in told["stays"]] == ["guidelines", "review"]
    run("disconnect", "--all")
    assert "copy-unopened" not in service.argilla.rows[review]


def test_guidelines_with_a_broken_section_are_left_and_it_is_1(
    run: Run, service: ServiceInMemory
) -> None:
    service.argilla.told[D] = SECTION.replace(END, "")
    done = run("disconnect", "--all")
    assert done.code == 1
    assert "put it right in Argilla" in " ".join(done.out.split())
    assert START in service.argilla.told[D]


def test_a_dataset_that_is_distilled_no_more_is_cleared_as_well(
    run: Run, service: ServiceInMemory, tmp_path: Path
) -> None:
    path = tmp_path / "off.toml"
    path.write_text("[defaults]\ndistil = false\n")
    assert any((agent or "").startswith("distill/") for agent in shown(service).values())
    run("disconnect", DISTILL_CONFIG=str(path))
    assert not any((agent or "").startswith("distill/") for agent in shown(service).values())


def test_suggestions_that_are_kept_are_told_among_what_stays(
    run: Run, service: ServiceInMemory
) -> None:
    told = run("disconnect", "--keep-suggestions", "--json").json
    assert [thing["kind"] for thing in told["stays"]] == ["suggestions"]
    assert run("disconnect", "--keep-suggestions", "--all").code == 2


def test_status_says_disconnected_and_connect_begins_again(
    run: Run, service: ServiceInMemory
) -> None:
    before = service.suggestions()
    run("disconnect", "--all", "--restore")
    done = run("status")
    assert done.out.splitlines()[1].split()[-1] == "disconnected"
    assert "not connected to Argilla: run `argilla-distill connect`" in done.out
    (told,) = run("status", "--json").json
    assert (told["state"], told["labels"]) == ("disconnected", 0)
    assert run("connect").code == 0
    service.settle()
    (told,) = run("status", "--json").json
    assert (told["state"], told["labels"]) == (
        "active",
        sum(agent != "judge" for _, agent in before.values()),
    )
    assert service.suggestions() == before


def test_a_review_dataset_goes_only_when_nothing_is_in_it(service: ServiceInMemory) -> None:
    review = replace(CHAT, id="review-1", name="chat-review", review_of=D, questions=CHAT.questions)
    service.argilla.sets["review-1"], service.argilla.rows["review-1"] = review, {"c1": Row()}
    (thing,) = leaving.left(service.world)

    def opened_meanwhile(call: str) -> None:
        if call == "delete_records":
            service.argilla.rows["review-1"]["c2"] = Row()

    service.argilla.after = opened_meanwhile
    done, _ = leaving.take_away(service.world, thing, lambda done, total: None)
    assert not done
    assert "review-1" in service.argilla.sets


def test_a_twin_stays_until_all_is_taken_away_and_one_with_answers_stays_then(
    run: Run, service: ServiceInMemory
) -> None:
    for name in ("twin-1", "twin-2"):
        twin = replace(CHAT, id=name, name=name, twin_of=D, twin_version="learned-1")
        service.argilla.sets[name], service.argilla.rows[name] = twin, {f"{name}-copy": Row()}
    service.store.twins.keep(D, Twin("learned-1", 1, "done", "twin-1", "support/twin-1"))
    service.argilla.answer("ann", "twin-2-copy", helpful="yes")
    told = run("disconnect", "--json").json
    assert [t["text"] for t in told["stays"] if t["kind"] == "twin"] == [
        "the twin of learned-1"
    ] * 2
    done = run("disconnect", "--all", "--json").json
    assert [t["name"] for t in done["removed"] if t["kind"] == "twin"] == ["support/twin-1"]
    assert [t["text"] for t in done["stays"]] == ["the twin of a version, with 1 answer in it"]
    assert "twin-1" not in service.argilla.sets
    assert service.store.twins.all(D) == {}
