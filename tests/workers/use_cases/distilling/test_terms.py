"""What mistakes cost and which votes count how much: live as in a full fit, in versions as in the history."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.domain.explanation import voices
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.settings import Plan
from argilla_distill.workers.use_cases.versions.asking import ask
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.made_versions import kept_in, made, rows
from tests.workers.service_in_memory import Build, ServiceInMemory

DAY_MS = 86_400_000
DEAR = {"helpful": {"costs": {"yes->no": 5.0}}}


def ago(service: ServiceInMemory, days: float) -> None:
    """What is answered from now on is answered so many days ago, by Argilla's clock."""
    service.argilla.behind_ms = int(days * DAY_MS)


def as_a_full_fit(service: ServiceInMemory) -> None:
    """What is stored is what a fresh start on the same Argilla decides."""
    fresh = service.fresh()
    for record, question in service.values():
        ours, theirs = service.decision(record, question), fresh.decision(record, question)
        assert ours.value == theirs.value
        assert ours.confidence == pytest.approx(theirs.confidence, abs=0.02)


def test_a_credible_no_outweighs_and_the_page_says_why(build: Build) -> None:
    service = build(overlap=3, questions=DEAR)
    for user, said in (("ann", "yes"), ("ben", "yes"), ("cas", "no")):
        service.answer(user, "r1", helpful=said)
    service.settle()
    decision = service.decision("r1")
    assert decision.value == "no"
    assert decision.confidence == pytest.approx(0.38, abs=0.01)
    assert voices.COSTS in {voice.annotator for voice in decision.voices}
    assert sum(v.log_odds for v in decision.voices) + decision.prior > 0
    as_a_full_fit(service)


def test_costs_of_a_label_that_the_question_lacks_leave_it_alone_and_say_so(build: Build) -> None:
    service = build(questions={"helpful": {"costs": {"yes->never": 5.0}}})
    service.answer("ann", "r1", helpful="yes", problem="none")
    service.settle()
    told = str(service.store.datasets.info(D)["questions"])
    assert 'is not \\"said->right\\" of two labels among yes, no' in told.replace('\\\\"', '\\"')
    assert ("r1", "problem") in service.values()
    assert ("r1", "helpful") not in service.values()
    with pytest.raises(InvalidRequest, match="question helpful: costs"):
        ask(service.world, CHAT)


def test_older_votes_fade_before_newer_ones_on_their_record(build: Build, tmp_path: Path) -> None:
    fading = {"helpful": {"half_life_days": 10}}
    service = kept_in(build(overlap=3, questions=fading), tmp_path)
    ago(service, 100)
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
        service.answer(user, "r2", helpful="yes")
    service.settle()
    ago(service, 70)
    service.answer("cas", "r1", helpful="no")
    service.settle()
    assert [service.decision(r).value for r in ("r1", "r2")] == ["no", "yes"]
    as_a_full_fit(service)
    version = made(service)
    [first, second] = rows(service, version)[:2]
    assert (first["helpful"]["value"], second["helpful"]["value"]) == ("no", "yes")
    assert first["helpful"]["confidence"] == pytest.approx(
        service.decision("r1").confidence, abs=0.01
    )
    ago(service, 5)
    service.answer("dan", "r1", helpful="yes")
    service.settle()
    counted = {
        (v["annotator"], v["value"]): (v["counted"], v["why"])
        for v in rows(service, made(service), "votes")
        if v["record_id"] == "r1"
    }
    assert counted["dan", "yes"][0] is True
    assert counted["ann", "yes"] == counted["ben", "yes"] == (False, "old")
    assert made(service, as_of=version.asked_at).content_sha256 == version.content_sha256


def test_votes_under_older_guidelines_give_way_in_every_path(build: Build, tmp_path: Path) -> None:
    service = kept_in(build(overlap=3, guidelines="latest"), tmp_path)
    service.argilla.told[D] = "Be kind."
    ago(service, 100)
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes", stars=2)
        service.answer(user, "r2", helpful="yes", stars=2)
    service.settle()
    before = made(service)
    service.argilla.told[D] = "Be strict."
    ago(service, 0)
    service.answer("cas", "r1", helpful="no", stars=1)
    service.settle()
    made(service)  # by which the new edition is known to the history
    service.settle()
    values = service.values()
    assert (values["r1", "helpful"], values["r2", "helpful"]) == ("no", "yes")
    assert (values["r1", "stars"], values["r2", "stars"]) == (1, 2)
    whys = {
        (v["record_id"], v["question"]): v["why"]
        for v in rows(service, made(service), "votes")
        if not v["counted"]
    }
    assert whys == {("r1", "helpful"): "guidelines", ("r1", "stars"): "guidelines"}
    assert made(service, as_of=before.asked_at).content_sha256 == before.content_sha256


def test_settings_that_are_new_are_learned_from_the_history(build: Build) -> None:
    service = build(overlap=3)
    for user, said in (("ann", "yes"), ("ben", "yes"), ("cas", "no")):
        service.answer(user, "r1", helpful=said)
    service.settle()
    assert service.decision("r1").value == "yes"
    settings = service.world.settings
    plan = Plan(defaults={**settings.plan.defaults, "questions": DEAR})
    object.__setattr__(service.world, "settings", settings.model_copy(update={"plan": plan}))
    service.mark("r1")
    service.settle()
    assert service.decision("r1").value == "no"
    assert service.decision("r1").fit == 2
