"""What is known of a question's model beside its snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KeptReviews = Mapping[str, Mapping[str, tuple[Any, int]]]
"""Record → reviewer → the value that they decided, in Argilla's JSON, and Argilla's time in ms."""


@dataclass(frozen=True, slots=True)
class ModelQuestion:
    """The question that a model was made for: another one needs another model."""

    type: str
    labels: tuple[str, ...] = ()
    scale: tuple[float, ...] = ()
    overlapping: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One question's model.

    Attributes
    ----------
    fit : the number of its fit: the state that began when enough had changed since the one before.
    position : id of the last history entry that it has learned.
    fit_votes, changes : votes when the fit began, and changes since.
    taught : adjudications that the fit was taught by.
    votes : that it knows.
    training : what adjudications have made of the strategy, in a sentence; None if it takes none.
    kinds : annotator's number → kind, of those whose kind the strategy knows.
    audits : those of the reviewed records that are audits, by name.
    text_series, text_blocks : which blocks of texts are the model's, and how many they are.
    terms : what mistakes cost and which votes count how much, as text to compare; "" where nothing is set.
    """

    strategy: str
    fit: int
    question: ModelQuestion | None = None
    position: str = ""
    fit_votes: int = 0
    changes: int = 0
    taught: int = 0
    votes: int = 0
    training: str | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    reviews: KeptReviews = field(default_factory=dict)
    audits: tuple[str, ...] = ()
    terms: str = ""
    text_series: str = ""
    text_blocks: int = 0
