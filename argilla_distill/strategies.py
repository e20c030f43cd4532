"""What a team needs to write a strategy of its own. These names are a promise; all else may move.

    >>> from argilla_distill.strategies import Custom
    >>> Custom.__name__
    'Custom'

docs/strategies.md has an example from the first line to the file of settings.
"""

from argilla_distill.workers.engine.contract.decision import Contribution, Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Source, Vote
from argilla_distill.workers.engine.contract.question import Question, Span
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.custom import Custom

__all__ = [
    "Adjudication",
    "Contribution",
    "Custom",
    "Decision",
    "Question",
    "Source",
    "Span",
    "Strategy",
    "Vote",
]
