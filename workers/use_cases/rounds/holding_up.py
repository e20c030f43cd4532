"""How well the distillation held up: what the version before would have said of the round's records.

The strategy is fitted on the answers of the version before, and nothing else. Then it is shown the answers
to one record of the round at a time, decides, and unlearns them: what it knows of annotators is what it
knew then. How often that is what was decided in the end is told of all outputs, each weighted by 1/π.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from argilla_distill.domain.rounds.round import TakenOutput
from argilla_distill.domain.versions.manifest import VersionQuestion
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Source, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.engine.measures.audit_estimate import Estimate, share
from argilla_distill.workers.models import confined
from argilla_distill.workers.versions.labelled import REVIEWER, CountedVote, LabelledRecord

log = logging.getLogger("distill.rounds")

MAX_VOTES = 200_000
"""With more answers in the version before nothing is told: fitting them would keep a worker too long."""


def held_up(
    question: VersionQuestion,
    earlier: Sequence[CountedVote],
    later: Iterable[CountedVote],
    rows: Sequence[tuple[TakenOutput, LabelledRecord]],
    limit_s: float,
) -> Estimate | None:
    """The share of outputs whose label is what it would have been; None where that cannot be told.

    Parameters
    ----------
    question : of the version before.
    earlier, later : the answers of the version before, reviewers' as well, and those on the round's records.
    rows : the round's records with what was decided.
    limit_s : for a strategy of a team's own.
    """
    if not earlier or len(earlier) > MAX_VOTES or len(question.options) < 2:
        return None
    of_record = defaultdict[str, list[CountedVote]](list)
    for vote in later:
        if vote.source != REVIEWER and vote.value in question.options:
            of_record[vote.record_id].append(vote)
    asked = [(t, r) for t, r in rows if r.value and of_record[r.id]]
    strategy = None
    try:
        strategy = confined.create(question.strategy, label_question(*question.options), limit_s)
        everybody = [*earlier, *(v for votes in of_record.values() for v in votes)]
        strategy.fit([*_sources(everybody), *_facts(earlier, question.options)])
        same = []
        for _, row in asked:
            votes = [Vote(v.record_id, v.annotator, v.value) for v in of_record[row.id]]
            for fact in votes:
                strategy.learn(fact)
            (decision,) = strategy.decide([row.id])
            for fact in votes:
                strategy.revert(fact)
            same.append(decision.value == row.value)
    except EngineError as error:
        log.warning("what %s would have said is not told: %s", question.strategy, error)
        return None
    finally:
        if isinstance(strategy, confined.Confined):
            strategy.close()
    pi = np.array([t.pi / t.alike for t, _ in asked])
    groups = np.unique([r.group for _, r in asked], return_inverse=True)[1] if asked else None
    return share(np.array(same, np.float64), pi, np.zeros(len(asked)), np.zeros(1), groups)


def _sources(votes: Iterable[CountedVote]) -> list[Source]:
    kinds = {v.annotator: v.source for v in votes if v.source in ("model", "template")}
    return [Source(who, "model" if kinds[who] == "model" else "template") for who in sorted(kinds)]


def _facts(votes: Iterable[CountedVote], options: Sequence[str]) -> Iterator[Fact]:
    for vote in votes:
        if vote.value not in options:
            continue
        if vote.source == REVIEWER:
            yield Adjudication(vote.record_id, vote.value)
        else:
            yield Vote(vote.record_id, vote.annotator, vote.value)
