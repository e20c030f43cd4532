"""What distill.toml says: what is done with which dataset, and with each of its questions.

How the file is read is `plan_file`; docs/settings.md lists every setting, and a test holds it to this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from argilla_distill.domain import audits
from argilla_distill.domain.queue_length import SHARE
from argilla_distill.domain.strategy_names import LEARNED
from argilla_distill.domain.versions.rewards.reward import Reward

MAX_DAYS = 36_500
"""A century: times that clocks can count, before and after today."""

MAX_PEOPLE = 1_000
"""So many people may be asked about one record; Argilla takes no endless number."""

MAX_COST = 1_000_000
"""What one mistake may cost in units of another: sums of them stay numbers."""


class FrozenSettings(BaseModel):
    """Settings that nobody changes, with no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class QuestionChoices(FrozenSettings):
    """What may be chosen for a dataset, and again for each of its questions."""

    strategy: str = LEARNED
    min_confidence: float = Field(0.0, ge=0, le=1)
    content: bool = True
    costs: Mapping[str, float] = Field(default_factory=dict)
    half_life_days: float = Field(0.0, ge=0, le=MAX_DAYS)
    guidelines: Literal["all", "latest"] = "all"
    rating: Literal["most_probable", "median", "mean"] = "most_probable"

    @field_validator("costs")
    @classmethod
    def _are_costs(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        """Of mistakes, as far as that is known without a question's labels."""
        for name, cost in value.items():
            if "->" not in name:
                raise ValueError(f'"{name}" should be like "said->right", of two labels')
            if cost <= 0:
                raise ValueError(f'"{name}" should cost more than 0')
            if cost > MAX_COST:
                raise ValueError(f'"{name}" should cost at most {MAX_COST:,}')
        return value


class DatasetSettings(QuestionChoices):
    """How one dataset is distilled. Every key may be given in `[defaults]` as well."""

    distil: bool = True
    publish: Literal["completed", "always"] = "completed"
    tolerance: float = Field(0.02, gt=0, lt=1)
    settled_confidence: float = Field(0.9, gt=0, le=1)
    conflict_question: str = "conflicts"
    confidence_question: str = ""
    explanation_question: str = ""
    name_annotators: bool = False
    tell_reliability: bool = False
    replacement_margin: float = Field(0.15, ge=0, lt=1)
    round_property: str = "round"
    review_workspace: str = ""
    review_overlap: int = Field(1, ge=1, le=MAX_PEOPLE)
    review_most: int = Field(1000, ge=1, le=1_000_000)
    review_worth: float = Field(0.2, ge=0, le=1_000_000)
    review_share: float = Field(SHARE, gt=0, le=1)
    review_audits: float = Field(audits.QUEUE_SHARE, ge=0, le=0.9)
    review_suggest: Literal["settled", "all", "none"] = "settled"
    reason_question: str = "why"
    more_votes: int = Field(0, ge=0, le=MAX_PEOPLE)
    strategy_timeout_s: float = Field(20.0, gt=0, le=86_400)
    prompt_field: str = "prompt"
    keep_versions: int = Field(20, ge=1, le=1_000_000)
    archive_after_days: int = Field(0, ge=0, le=MAX_DAYS)
    completion_field: str = ""
    reward: Mapping[str, Any] = Field(default_factory=dict)
    twin_workspace: str = Field("versions", min_length=1)
    questions: Mapping[str, QuestionChoices] = Field(default_factory=dict)

    @field_validator("reward")
    @classmethod
    def _is_a_reward(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """One that can be composed, as far as that is known without a dataset."""
        if value:
            Reward.read(value)
        return value

    def question(self, name: str) -> QuestionChoices:
        """The choices for one question: the dataset's, overlaid by the question's own."""
        own = {choice: getattr(self, choice) for choice in QuestionChoices.model_fields}
        overlay = self.questions.get(name)
        return QuestionChoices.model_validate(
            {**own, **(overlay.model_dump(exclude_unset=True) if overlay else {})}
        )

    def complete(self) -> dict[str, Any]:
        """As JSON that gives the same settings when it is read again: defaults are in it.

        A question's own choices are completed by the dataset's, as what was left out would be a default.

        >>> plan = DatasetSettings.model_validate(
        ...     {"min_confidence": 0.9, "questions": {"stars": {"strategy": "majority"}}}
        ... )
        >>> DatasetSettings.model_validate(plan.complete()).question("stars").min_confidence
        0.9
        """
        own = {name: self.question(name).model_dump(mode="json") for name in self.questions}
        return {**self.model_dump(mode="json"), "questions": own}


class Sources(FrozenSettings):
    """Patterns of user or agent names by which models, templates and reviewers are known.

    What a reviewer answers is an adjudication.
    """

    models: tuple[str, ...] = ("llm-*", "model-*", "gpt-*", "claude-*", "*-llm")
    templates: tuple[str, ...] = ("template-*", "rule-*")
    reviewers: tuple[str, ...] = ()

    def kind(self, name: str) -> Literal["person", "model", "template", "reviewer"]:
        """The kind of source of a user name.

        >>> Sources().kind("llm-atlas"), Sources().kind("rule-refund"), Sources().kind("ada")
        ('model', 'template', 'person')
        """
        return _kind(name, self.reviewers, self.templates, self.models)


@lru_cache(maxsize=10_000)
def _kind(
    name: str, reviewers: tuple[str, ...], templates: tuple[str, ...], models: tuple[str, ...]
) -> Literal["person", "model", "template", "reviewer"]:
    """Every job asks for each annotator, of whom hardly ever one is new."""
    if _matches(name, reviewers):
        return "reviewer"
    if _matches(name, templates):
        return "template"
    return "model" if _matches(name, models) else "person"


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


class Plan(FrozenSettings):
    """The content of distill.toml."""

    defaults: Mapping[str, Any] = Field(default_factory=dict)
    sources: Sources = Sources()
    datasets: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)

    def dataset(self, name: str) -> DatasetSettings:
        """The settings of the dataset `workspace/name`.

        Keys of `[datasets]` are names or patterns; where several match, the more specific (longer)
        one overlays the others.
        """
        chosen: dict[str, Any] = dict(self.defaults)
        for pattern in sorted(self.datasets, key=len):
            if fnmatchcase(name, pattern):
                chosen.update(self.datasets[pattern])
        return DatasetSettings.model_validate(chosen)
