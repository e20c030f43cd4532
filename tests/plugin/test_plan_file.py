"""distill.toml: patterns and tables that overlay each other, and every mistake named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.settings import (
    DatasetSettings,
    Plan,
    Settings,
    read,
)
from argilla_distill.plugin.settings.deciding import DECIDING, NOT_DECIDING
from tests.plugin.plain_words import OF_PYDANTIC

KEY = "owner.api.key-that-nobody-sees"
MINIMAL = {"ARGILLA_API_URL": "http://argilla:6900", "ARGILLA_API_KEY": KEY}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(InvalidSettings) as caught:
        read(environ)
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.fixture
def toml(tmp_path: Path) -> Any:
    def write(text: str) -> dict[str, str]:
        path = tmp_path / "distill.toml"
        path.write_text(text)
        return {**MINIMAL, "DISTILL_CONFIG": str(path)}

    return write


WHOLE = """
[defaults]
strategy = "majority"
tolerance = 0.05

[sources]
models = ["bot-*"]
templates = ["tpl"]

[datasets."support/*"]
min_confidence = 0.5
publish = "always"

[datasets."support/chat"]
publish = "completed"
name_annotators = true
settled_confidence = 0.9
conflict_question = "notes"
questions.helpful = { strategy = "dawid_skene" }

[datasets."old/*"]
distil = false
"""


def test_the_more_specific_pattern_overlays_the_others(toml: Any) -> None:
    plan = read(toml(WHOLE)).plan
    chat, other, old = map(plan.dataset, ("support/chat", "support/mail", "old/one"))
    assert (chat.strategy, chat.min_confidence, chat.publish) == ("majority", 0.5, "completed")
    assert (chat.name_annotators, chat.conflict_question, chat.tolerance) == (True, "notes", 0.05)
    assert (other.publish, other.name_annotators, other.conflict_question) == (
        "always",
        False,
        "conflicts",
    )
    assert (old.distil, chat.distil) == (False, True)
    assert plan.dataset("Support/chat").min_confidence == 0.0


def test_a_questions_choices_overlay_the_datasets(toml: Any) -> None:
    chat = read(toml(WHOLE)).plan.dataset("support/chat")
    assert (chat.question("helpful").strategy, chat.question("problem").strategy) == (
        "dawid_skene",
        "majority",
    )
    assert chat.question("helpful").min_confidence == 0.5


def test_sources_are_told_apart_by_patterns_and_templates_come_first(toml: Any) -> None:
    sources = read(toml(WHOLE)).plan.sources
    assert [sources.kind(n) for n in ("bot-1", "tpl", "llm-x", "BOT-1")] == [
        "model",
        "template",
        "person",
        "person",
    ]


def test_without_a_file_every_dataset_has_the_defaults() -> None:
    plan = Plan()
    assert plan.dataset("any/thing").model_dump() == plan.dataset("").model_dump()
    assert plan.dataset("any/thing").strategy == "learned"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[default]\n", "default"),
        ("[defaults]\nstrategie = 'x'\n", "strategie"),
        ("[defaults]\nmin_confidence = 2\n", "min_confidence"),
        ("[sources]\npeople = ['x']\n", "people"),
        ("[datasets.'a/b']\npublish = 'never'\n", "publish"),
        ("[datasets.'a/*']\npublished = 'always'\n", "published"),
        ("[datasets.'a/team[12]']\npublished = 'always'\n", "published"),
        ("[datasets.'a/?']\nquestions.q = { strategi = 'x' }\n", "strategi"),
        ("[datasets.'a/b']\ntolerance = 0\n", "tolerance"),
        ("this is no toml", "not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_the_file(toml: Any, text: str, named: str) -> None:
    told = refusal(toml(text))
    assert "distill.toml" in told
    assert named in told
    assert "\n" not in told.removesuffix("\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[defaults]\npublsh = 'always'\n",
            "[defaults] publsh: is no setting (did you mean publish?)",
        ),
        (
            "[datasets.'a/b']\nTolerance = 1\n",
            '[datasets."a/b"] Tolerance: is no setting (did you mean tolerance?)',
        ),
        ("[default]\n", "default: is no setting (did you mean defaults?)"),
        ("[sources]\nmodel = ['x']\n", "sources.model: is no setting (did you mean models?)"),
        ("[sources]\nmodels = 'llm-*'\n", "sources.models: must be a list of texts"),
        ("publish = 'always'\n", "publish (it belongs in the table [defaults])"),
        ("reviewers = ['ada']\n", "reviewers (it belongs in the table [sources])"),
        ("defaults = 3\n", "defaults: must be a table"),
        ("[datasets.a.b]\npublish = 'always'\n", "put the name of a dataset in quotes"),
        ("[datasets]\n'a/b' = 3\n", "a/b: must be a table"),
        ("[defaults]\npublish = 'allways'\n", "publish: must be one of completed or always"),
        ("[defaults]\ntolerance = 'x'\n", "tolerance: must be a number"),
        ("[defaults]\ntolerance = nan\n", "tolerance: must be"),
        ("[defaults]\nmin_confidence = 2\n", "min_confidence: must be at most 1"),
        ("[defaults]\nreview_overlap = 1.5\n", "review_overlap: must be a whole number"),
        ("[defaults]\nstrategy = 3\n", "strategy: must be a text, in quotes"),
        ("[defaults]\ndistil = 'perhaps'\n", "distil: must be true or false"),
        (
            "[defaults]\nquestions.q = { strategi = 'x' }\n",
            "questions.q.strategi: is no setting (did you mean strategy?)",
        ),
        ("[defaults]\nquestions.q = 'x'\n", "questions.q: must be a table"),
        ("[defaults]\nreward = { helpful = 'yes' }\n", "reward: helpful must be a number"),
        ("[datasets.'a/b']\nreward = { veto = 1 }\n", '[datasets."a/b"] reward: veto is a table'),
        ("[defaults]\nreward = 1\n", "reward: must be a table"),
        ("[defaults]\n\npublish = always\n", "line 3, column"),
        ("[datasets.a/b]\n", "names with a / in them, in quotes"),
        ("[defaults]\nx = 'open\n", "line 2"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_table_and_what_is_right(
    toml: Any, text: str, told: str
) -> None:
    found = refusal(toml(text))
    assert found.startswith("DISTILL_CONFIG: ")
    assert told in found
    assert not any(word in found for word in OF_PYDANTIC)


def test_every_table_with_a_mistake_is_told(toml: Any) -> None:
    told = refusal(toml("[defaults]\nx = 1\n[datasets.'a/b']\ny = 1\n[datasets.'c/d']\nz = 1\n"))
    assert [name in told for name in ("[defaults] x", '"a/b"] y', '"c/d"] z')] == [True] * 3


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "distill.toml"
    path.write_bytes(b"\xef\xbb\xbf[defaults]\npublish = 'always'\n")
    plan = read({**MINIMAL, "DISTILL_CONFIG": str(path)}).plan
    assert plan.dataset("a/b").publish == "always"


def test_a_file_that_is_missing_is_named() -> None:
    assert "cannot read /nowhere/d.toml" in refusal(
        {**MINIMAL, "DISTILL_CONFIG": "/nowhere/d.toml"}
    )


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "distill.toml"
    path.write_bytes(b"[defaults]\nstrategy = '\xff'\n")
    assert "distill.toml" in refusal({**MINIMAL, "DISTILL_CONFIG": str(path)})


def test_settings_made_directly_are_checked_too() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(
            {"argilla_api_url": "http://a", "argilla_api_key": "k", "quue": "x"}
        )


def test_of_every_setting_of_a_dataset_it_is_known_whether_labels_depend_on_it() -> None:
    assert set(DatasetSettings.model_fields) == DECIDING | NOT_DECIDING
    assert not DECIDING & NOT_DECIDING
