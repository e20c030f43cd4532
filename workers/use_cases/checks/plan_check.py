"""Whether what distill.toml names is there in Argilla: datasets, questions, workspaces, users.

A name that nobody has is reported with the nearest that there is. Nothing here is an error: a dataset may
be made later. Mistakes within the file are found when it is read (`plugin.settings.plan_file`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.rewards.composed import Asked
from argilla_distill.domain.versions.rewards.reward import InvalidReward, Reward
from argilla_distill.plugin.settings import DatasetSettings, Plan, Sources
from argilla_distill.workers.use_cases.world import World

QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "conflict_question": ("text",),
    "explanation_question": ("text",),
    "confidence_question": ("rating", "label_selection"),
}
"""The keys that name a question, and of which types it may be."""


@dataclass(frozen=True)
class Mismatch:
    """Something that distill.toml names and Argilla does not have. `dataset`: of which, "" of none."""

    place: str
    text: str
    dataset: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True)
class Named:
    """A published dataset by its name, with its questions' names, types and what may be chosen."""

    name: str
    asked: Mapping[str, Asked]

    @property
    def questions(self) -> Mapping[str, str]:
        """Name → type."""
        return {name: asked.type for name, asked in self.asked.items()}


def names_anything(plan: Plan) -> bool:
    """Whether there is anything to look up in Argilla."""
    defaults = plan.defaults.get("review_workspace") or plan.defaults.get("reward")
    defaults = defaults or _questions(plan.defaults)
    return bool(plan.datasets or plan.sources.model_fields_set or defaults)


def compare(world: World) -> list[Mismatch]:
    """What distill.toml names and Argilla does not have.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused : Argilla cannot be asked.
    """
    plan = world.settings.plan
    if not names_anything(plan):
        return []
    every = world.gateway.datasets()
    asked = [d for d in every if _questions_matter(plan, d.full_name)]
    known = [Named(d.full_name, _asked(world, d)) for d in asked]
    others = [d.full_name for d in world.gateway.datasets(published=False)]
    found = [
        *_datasets(plan, [d.full_name for d in every], others),
        *_all_questions(plan, known),
        *_rewards(plan, known),
        *_workspaces(world),
    ]
    return [*found, *_sources(plan.sources, _people(world, every))]


def _tables(plan: Plan) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Title, pattern and content of each table for datasets; `[defaults]` is for all of them."""
    yield "[defaults]", "*", plan.defaults
    for pattern, table in plan.datasets.items():
        yield f'[datasets."{pattern}"]', pattern, table


def _is_pattern(name: str) -> bool:
    return any(sign in name for sign in "*?[")


def _datasets(plan: Plan, names: Sequence[str], others: Sequence[str]) -> Iterator[Mismatch]:
    for title, pattern, _ in _tables(plan):
        if title == "[defaults]" or any(fnmatchcase(name, pattern) for name in names):
            continue
        if any(fnmatchcase(name, pattern) for name in others):
            yield Mismatch(title, "the dataset is not published yet")
        elif _is_pattern(pattern):
            yield Mismatch(title, f"matches none of Argilla's {len(names)} datasets")
        else:
            hint = did_you_mean(pattern, [*names, *others])
            yield Mismatch(title, f"Argilla has no such dataset{hint}")


def _questions(table: Mapping[str, Any]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Key → the question that it names, and of which types that may be (empty: of any).

    The default of a key is no promise that there is such a question.
    """
    found = {
        key: (str(table[key]), types)
        for key, types in QUESTIONS.items()
        if table.get(key) and table[key] != DatasetSettings.model_fields[key].default
    }
    return {**found, **{f"questions.{name}": (name, ()) for name in table.get("questions", {})}}


def _questions_matter(plan: Plan, name: str) -> bool:
    return any(
        fnmatchcase(name, pattern) and (_questions(t) or t.get("reward"))
        for _, pattern, t in _tables(plan)
    )


def _asked(world: World, dataset: Dataset) -> Mapping[str, Asked]:
    """A dataset's questions: as we know them, or as Argilla tells."""
    known = json.loads(world.store.datasets.info(dataset.id).get("questions") or "{}")
    if known:
        return {name: Asked(q["type"], tuple(q["labels"])) for name, q in known.items()}
    return {q.name: Asked(q.type, q.labels) for q in world.gateway.dataset(dataset.id).questions}


def _all_questions(plan: Plan, known: Sequence[Named]) -> Iterator[Mismatch]:
    for title, pattern, table in _tables(plan):
        concerned = [d for d in known if fnmatchcase(d.name, pattern)]
        for key, (name, types) in _questions(table).items():
            if concerned and (message := _question(name, types, concerned)):
                dataset = concerned[0].name if len(concerned) == 1 else ""
                yield Mismatch(f"{title} {key}", message, dataset)


def _question(name: str, types: tuple[str, ...], concerned: Sequence[Named]) -> str:
    """What is wrong with a question's name; nothing if a single one of these datasets has it."""
    having = [d.questions[name] for d in concerned if name in d.questions]
    if any(not types or kind in types for kind in having):
        return ""
    if having:
        kinds = " or ".join(kind.replace("_selection", "") for kind in types)
        return f"{name} is no {kinds} question"
    every = {question for d in concerned for question in d.questions}
    where = concerned[0].name if len(concerned) == 1 else f"none of {len(concerned)} datasets"
    has = "has no question" if len(concerned) == 1 else "has a question"
    return f"{where} {has} {name}{did_you_mean(name, every)}"


def _rewards(plan: Plan, known: Sequence[Named]) -> Iterator[Mismatch]:
    """Rewards that can be composed on none of the datasets that they are for."""
    for title, pattern, table in _tables(plan):
        concerned = [d for d in known if table.get("reward") and fnmatchcase(d.name, pattern)]
        wrong = [_reward(table["reward"], each) for each in concerned]
        if wrong and all(wrong):
            dataset = concerned[0].name if len(concerned) == 1 else ""
            yield Mismatch(f"{title} reward", wrong[0], dataset)


def _reward(written: Mapping[str, Any], dataset: Named) -> str:
    """What is wrong with a reward on a dataset; "" for nothing."""
    try:
        Reward.read(written).on(dataset.asked)
    except InvalidReward as error:
        return str(error)
    return ""


def _workspaces(world: World) -> Iterator[Mismatch]:
    named = [
        (title, t["review_workspace"])
        for title, _, t in _tables(world.settings.plan)
        if t.get("review_workspace")
    ]
    known = sorted(world.gateway.workspaces().values()) if named else []
    for title, name in named:
        if name not in known:
            hint = did_you_mean(name, known)
            yield Mismatch(f"{title} review_workspace", f"Argilla has no workspace {name}{hint}")


def _people(world: World, datasets: Iterable[Dataset]) -> set[str]:
    """Everybody who may answer: Argilla's users, and all agents that were seen."""
    names = set(world.gateway.users().values())
    for dataset in datasets:
        names |= {each.name for each in world.store.datasets.annotators(dataset.id).values()}
    return names


def _sources(sources: Sources, names: set[str]) -> Iterator[Mismatch]:
    for key in sorted(sources.model_fields_set):
        for pattern in getattr(sources, key):
            if not any(fnmatchcase(name, pattern) for name in names):
                hint = "" if _is_pattern(pattern) else did_you_mean(pattern, names)
                text = f"{pattern} is no user of Argilla, and no agent seen so far{hint}"
                matches = f"{pattern} matches no user of Argilla, and no agent seen so far"
                yield Mismatch(f"[sources] {key}", matches if _is_pattern(pattern) else text)
