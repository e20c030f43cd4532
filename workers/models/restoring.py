"""One question's model as it was saved, or a fresh one where there is none that fits."""

from __future__ import annotations

import logging
from functools import partial

from argilla_distill.domain.records import Dataset, DatasetQuestion
from argilla_distill.domain.state.model_info import ModelInfo
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import (
    BadSnapshot,
    EngineError,
    StrategyFailed,
    UnknownStrategy,
    UnsuitedStrategy,
    UnsuitedTerms,
)
from argilla_distill.workers.models import confined
from argilla_distill.workers.models.facts_of_history import Annotators, FactsOfHistory
from argilla_distill.workers.models.kept_texts import KeptTexts
from argilla_distill.workers.models.question_model import Model, model_question
from argilla_distill.workers.models.terms import terms_of
from argilla_distill.workers.models.values import TYPES, question_of

log = logging.getLogger("distill.models")


def restored(
    store: Store,
    dataset: Dataset,
    plan: DatasetSettings,
    question: DatasetQuestion,
    annotators: Annotators,
    failed_before: bool,
) -> Model:
    """A question's model; its history is still to be read, behind its position.

    Parameters
    ----------
    failed_before : its strategy failed when it was last used: what it saved is not taken.

    Raises
    ------
    StrategyFailed, UnknownStrategy, UnsuitedStrategy, UnsuitedTerms : see `confined`.
    """
    asked, choices = question_of(question), plan.question(question.name)
    sureness = dataset.question(plan.confidence_question)
    terms = terms_of(choices)
    new = partial(FactsOfHistory, question.name, asked, annotators, sureness, dated=terms.dated)
    data, info = store.models.of(dataset.id, question.name)
    wanted = choices.strategy, model_question(asked), terms.key
    same = info is not None and (info.strategy, info.question, info.terms) == wanted
    if data and info and same and not failed_before:
        try:
            facts_of_history = new()
            facts_of_history.remember(info.kinds, info.reviews, info.audits)
            if not facts_of_history.outdated:
                texts = KeptTexts(
                    store, dataset.id, question.name, info.text_series, info.text_blocks
                )
                strategy = _restored(data, info, texts, plan.strategy_timeout_s)
                return Model(
                    question,
                    facts_of_history,
                    strategy,
                    terms=terms.key,
                    fit=info.fit,
                    position=info.position,
                    fit_votes=info.fit_votes,
                    changes=info.changes,
                    taught=info.taught,
                    texts=texts,
                )
        except (StrategyFailed, UnknownStrategy, UnsuitedStrategy, UnsuitedTerms):
            raise
        except EngineError as error:
            log.warning("snapshot of %s unusable, folding anew: %s", question.name, error)
    fit = (info.fit if info else 0) + 1
    strategy = confined.create(choices.strategy, asked, plan.strategy_timeout_s, terms)
    texts = KeptTexts(store, dataset.id, question.name)
    strategy.keep_apart(texts)
    return Model(question, new(), strategy, fit, terms=terms.key, texts=texts)


def _restored(data: bytes, info: ModelInfo, texts: KeptTexts, limit_s: float) -> Strategy:
    """The strategy with what it keeps apart. Raises BadSnapshot where some of that is missing."""
    if info.text_blocks and not texts.complete():
        raise BadSnapshot("texts that belong to it are missing")
    strategy = confined.restore(snapshot.unpack(data), limit_s)
    strategy.keep_apart(texts)
    return strategy


def why_left_alone(question: DatasetQuestion, plan: DatasetSettings) -> str | None:
    """Why a question is left alone; None where it is distilled."""
    purposes = {
        plan.conflict_question: "carries the conflict note",
        plan.confidence_question: "tells how sure annotators are",
        plan.explanation_question: "tells why annotators answer as they do",
    }
    if question.type not in TYPES:
        return f"{question.type} questions are not distilled"
    return purposes.get(question.name)
