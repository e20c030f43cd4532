"""A reward as it is written in distill.toml, and whether a dataset has what it names.

```toml
reward = { helpful = 1.0, politeness = 0.3, veto = { problem = "hallucination" } }
```

What that comes to on a record is `composed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.versions.rewards.composed import Asked, Composed

VETO = "veto"
YES = ("yes", "true", "1")
"""The labels, whatever their case, that a number alone is about."""


class InvalidReward(ValueError):
    """A reward cannot be composed so. The message says why, and what was probably meant."""


@dataclass(frozen=True)
class Reward:
    """A reward as it is written: question → a number, or label → number; question → vetoed labels."""

    worth: Mapping[str, float | Mapping[str, float]]
    veto: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Reward:
        """From a table of distill.toml, or of JSON.

        Raises
        ------
        InvalidReward : it has not the form of a reward.

        >>> Reward.read({"helpful": 1, "veto": {"problem": "hallucination"}}).veto
        {'problem': ('hallucination',)}
        """
        worth = {name: _worth(name, value) for name, value in written.items() if name != VETO}
        table = written.get(VETO, {})
        if not isinstance(table, Mapping):
            raise InvalidReward(
                'veto is a table of question and label: veto = { problem = "tone" }'
            )
        veto = {name: _labels(name, value) for name, value in table.items()}
        if not worth:
            raise InvalidReward("a reward needs a question: reward = { helpful = 1.0 }")
        both = sorted(worth.keys() & veto)
        if both:
            raise InvalidReward(f"{both[0]} is rewarded and a veto: it can be one of them")
        return cls(worth, veto)

    @property
    def written(self) -> dict[str, Any]:
        """The inverse of `read`, as JSON has it."""
        worth = {n: dict(w) if isinstance(w, Mapping) else w for n, w in self.worth.items()}
        return {
            **worth,
            **({VETO: {n: list(v) for n, v in self.veto.items()}} if self.veto else {}),
        }

    def on(self, questions: Mapping[str, Asked]) -> Composed:
        """The reward on the questions of a dataset.

        Raises
        ------
        InvalidReward : a question or label that there is not, or one that cannot be rewarded.
        """
        for name in (*self.worth, *self.veto):
            if name not in questions:
                hint = did_you_mean(name, questions) or f"; there are {', '.join(questions)}"
                raise InvalidReward(f"there is no question {name}{hint}")
        worth = {name: _by_answer(name, questions[name], w) for name, w in self.worth.items()}
        for name, labels in self.veto.items():
            if questions[name].type not in ("label_selection", "multi_label_selection"):
                raise InvalidReward(f"veto {name}: only a label can be a veto")
            for label in labels:
                _check(name, label, questions[name])
        return Composed(worth, self.veto, questions)


def _worth(name: str, value: object) -> float | Mapping[str, float]:
    if isinstance(value, Mapping) and value:
        return {str(label): _number(f"{name}.{label}", each) for label, each in value.items()}
    return _number(name, value)


def _number(place: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
        raise InvalidReward(f"{place} must be a number, or a table of label and number")
    return float(value)


def _labels(name: str, value: object) -> tuple[str, ...]:
    labels = [value] if isinstance(value, str) else value
    if (
        not isinstance(labels, list | tuple)
        or not labels
        or not all(isinstance(x, str) for x in labels)
    ):
        raise InvalidReward(f'veto.{name} must be a label, or a list of labels: ["…", "…"]')
    return tuple(labels)


def _check(name: str, label: str, asked: Asked) -> None:
    if asked.options and label not in asked.options:
        hint = did_you_mean(label, asked.options) or f"; there are {', '.join(asked.options)}"
        raise InvalidReward(f"{name} has no label {label}{hint}")


def _by_answer(name: str, asked: Asked, worth: float | Mapping[str, float]) -> dict[str, float]:
    """True answer → what it is worth."""
    if asked.type == "rating":
        return _by_rating(name, asked, worth)
    if asked.type not in ("label_selection", "multi_label_selection"):
        kind = asked.type.replace("_selection", "").replace("_", "-")
        raise InvalidReward(f"{name} is a {kind} question: only labels and ratings can be rewarded")
    if isinstance(worth, Mapping):
        for label in worth:
            _check(name, label, asked)
        return {label: worth.get(label, 0.0) for label in asked.options or worth}
    yes = [label for label in asked.options if label.casefold() in YES]
    if len(yes) != 1 or asked.type != "label_selection":
        example = ", ".join(f'"{label}" = 0.0' for label in asked.options[:2])
        raise InvalidReward(f"{name}: say what each label is worth: {name} = {{ {example}, … }}")
    return {label: worth if label == yes[0] else 0.0 for label in asked.options}


def _by_rating(name: str, asked: Asked, worth: float | Mapping[str, float]) -> dict[str, float]:
    if isinstance(worth, Mapping):
        raise InvalidReward(f"{name} is a rating: it is rewarded by a number")
    values = {value: float(value) for value in asked.options}
    low, high = min(values.values(), default=0.0), max(values.values(), default=0.0)
    if low == high:
        raise InvalidReward(f"{name}: a rating needs two values to be rewarded")
    return {value: worth * (number - low) / (high - low) for value, number in values.items()}
