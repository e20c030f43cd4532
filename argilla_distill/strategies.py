"""What a team needs to write a strategy of its own. These names are a promise; all else may move.

    >>> from argilla_distill.strategies import Custom
    >>> Custom.__name__
    'Custom'

`Custom` asks for a posterior only; `Strategy` is the whole contract. docs/strategies.md has an example
from the first line to the file of settings.
"""

from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.decision import Contribution, Decision
from argilla_distill.workers.engine.contract.facts import (
    Adjudication,
    Content,
    Fact,
    Kind,
    Source,
    Vote,
)
from argilla_distill.workers.engine.contract.question import Question, QuestionType, Span, Value
from argilla_distill.workers.engine.contract.strategy import (
    Reliability,
    State,
    Strategy,
    Training,
)
from argilla_distill.workers.engine.custom import Custom
from argilla_distill.workers.engine.errors import BadValue, NotCurrent, UnknownLabel

__all__ = [
    "Adjudication",
    "BadValue",
    "Content",
    "Contribution",
    "CurrentFacts",
    "Custom",
    "Decision",
    "Fact",
    "Kind",
    "NotCurrent",
    "Question",
    "QuestionType",
    "Reliability",
    "Source",
    "Span",
    "State",
    "Strategy",
    "Training",
    "UnknownLabel",
    "Value",
    "Vote",
]
