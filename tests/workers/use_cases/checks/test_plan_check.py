"""What distill.toml names and Argilla does not have is told by `status` and `doctor`, with what was meant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.use_cases.checks import doctor
from tests.workers.argilla_in_memory import CHAT
from tests.workers.cli.command_line import Run
from tests.workers.service_in_memory import Build, ServiceInMemory

CASES = {
    "a dataset": (
        '[datasets."support/chatt"]\npublish = "always"',
        '[datasets."support/chatt"]: Argilla has no such dataset (did you mean support/chat?)',
    ),
    "a dataset in another case": (
        '[datasets."Support/Chat"]\npublish = "always"',
        "(did you mean support/chat?)",
    ),
    "a pattern": ('[datasets."suport/*"]\n', '"suport/*"]: matches none of Argilla\'s 1 datasets'),
    "a pattern of characters": ('[datasets."support/[xy]"]\n', "matches none"),
    "a dataset that is not published": ('[datasets."support/draft"]\n', "is not published yet"),
    "a question": (
        '[datasets."support/chat"]\nquestions.helpfull = { strategy = "majority" }',
        "questions.helpfull: support/chat has no question helpfull (did you mean helpful?)",
    ),
    "a question of defaults": ("[defaults]\nquestions.hlpful = {}", "(did you mean helpful?)"),
    "the question of notes": (
        '[datasets."support/*"]\nconflict_question = "conflict"',
        "conflict_question: support/chat has no question conflict (did you mean conflicts?)",
    ),
    "a question of another type": (
        '[datasets."support/chat"]\nexplanation_question = "helpful"',
        "explanation_question: helpful is no text question",
    ),
    "how sure": ('[defaults]\nconfidence_question = "conflicts"', "is no rating or label question"),
    "a reward": (
        "[defaults]\nreward = { helpfull = 1.0 }",
        "reward: there is no question helpfull (did you mean helpful?)",
    ),
    "a veto": (
        '[datasets."support/*"]\nreward = { helpful = 1.0, veto = { problem = "tune" } }',
        "reward: problem has no label tune (did you mean tone?)",
    ),
    "a workspace": (
        '[defaults]\nreview_workspace = "qualty"',
        "no workspace qualty (did you mean quality?)",
    ),
    "a reviewer": (
        '[sources]\nreviewers = ["ana"]',
        "ana is no user of Argilla, and no agent seen so far (did you mean",
    ),
    "a model": ('[sources]\nmodels = ["gpt-*"]', "gpt-* matches no user of Argilla"),
}
RIGHT = """
[defaults]
conflict_question = "conflicts"
review_workspace = "quality"
[sources]
reviewers = ["ben"]
models = ["a*"]
[datasets."support/*"]
questions.helpful = { strategy = "majority" }
[datasets."support/chat"]
confidence_question = "stars"
reward = { helpful = 1.0, veto = { problem = ["tone", "facts"] } }
"""


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    service = build()
    service.argilla.sets["draft"] = replace(CHAT, id="draft", name="draft", status="draft")
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    return service


@pytest.fixture
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(doctor, "ARRIVAL_S", 0.1)
    return tmp_path / "other.toml"


@pytest.mark.parametrize("case", CASES)
def test_a_name_that_argilla_does_not_have_is_told(run: Run, toml: Path, case: str) -> None:
    text, told = CASES[case]
    toml.write_text(text)
    for command in ("status", "doctor"):
        done = run(command, DISTILL_CONFIG=str(toml))
        assert told in " ".join(done.out.split()), done.out
        assert not done.err
    found = {f["text"]: f for f in run("doctor", "--json").json if f["what"] == "distill.toml"}
    ((text, finding),) = found.items()
    assert told in text
    assert (finding["state"], bool(finding["remedy"])) == ("warn", True)


def test_what_is_of_one_dataset_is_told_with_it(run: Run, toml: Path) -> None:
    toml.write_text(CASES["a question"][0])
    done = run("status", "--json", DISTILL_CONFIG=str(toml))
    assert "did you mean helpful?" in done.json[0]["settings"][0]
    assert "! support/chat: distill.toml: " in run("status").out
    assert run("status").out.splitlines()[1].endswith("active !")


def test_names_that_are_there_are_told_nothing_of(run: Run, toml: Path) -> None:
    toml.write_text(RIGHT)
    assert "!" not in run("status", DISTILL_CONFIG=str(toml)).out
    assert "distill.toml" not in {f["what"] for f in run("doctor", "--json").json}


def test_a_dataset_that_the_store_does_not_know_yet_is_asked_for(
    run: Run, service: ServiceInMemory, toml: Path
) -> None:
    service.argilla.sets["new"] = replace(CHAT, id="new", name="new")
    service.argilla.rows["new"] = {}
    toml.write_text('[datasets."support/new"]\nquestions.helpfl = {}\n')
    assert "did you mean helpful?" in run("status", DISTILL_CONFIG=str(toml)).out


def test_one_of_several_datasets_with_the_question_is_enough(
    run: Run, service: ServiceInMemory, toml: Path
) -> None:
    service.argilla.sets["bare"] = replace(
        CHAT, id="bare", name="bare", questions=CHAT.questions[1:]
    )
    service.argilla.rows["bare"] = {}
    toml.write_text('[datasets."support/*"]\nquestions.helpful = {}\n')
    assert "!" not in run("status", DISTILL_CONFIG=str(toml)).out
    toml.write_text('[datasets."support/*"]\nquestions.helpfl = {}\n')
    assert "none of 2 datasets has a question helpfl" in run("status").out


def test_without_argilla_status_says_that_it_could_not_compare(
    run: Run, service: ServiceInMemory, toml: Path
) -> None:
    def away(_: str) -> None:
        raise ArgillaUnavailable("Argilla at http://argilla refuses the connection")

    service.argilla.before = away
    assert run("status").code == 0  # nothing is named: Argilla is not asked
    toml.write_text(RIGHT)
    done = run("status", DISTILL_CONFIG=str(toml))
    assert done.code == 0
    assert "not compared with Argilla: Argilla at http://argilla refuses" in " ".join(
        done.out.split()
    )
    assert "not compared" in run("status", "--json").err
