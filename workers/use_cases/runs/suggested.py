"""Predictions that are there already: an agent's suggestions, or what was predicted of a round's outputs."""

from __future__ import annotations

from collections.abc import Iterator

from argilla_distill.domain.records import OWN_AGENT, Dataset
from argilla_distill.domain.runs.run import Prediction
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.runs.predicted import PredictionForm
from argilla_distill.workers.use_cases.world import World


def of_agent(
    world: World, dataset: Dataset, question: str, agent: str, round_: str, form: PredictionForm
) -> list[Prediction]:
    """What an agent suggested last, also where a suggestion of ours has taken its place since.

    Parameters
    ----------
    round_ : only on records of this round; "" for all.

    Raises
    ------
    InvalidRequest : it suggested nothing there; who did is said. Or it is ours.
    """
    if agent.startswith(OWN_AGENT):
        raise InvalidRequest(
            f"{agent} is our own: what we distil is compared as a version, not as a run"
        )
    found, others = [], set()
    for record_id, entry in world.store.datasets.scan_ledger(dataset.id):
        said = entry.suggestions.get(question)
        if entry.gone or said is None or (round_ and entry.round != round_):
            continue
        if said.agent != agent:
            others.add(said.agent or "one without a name")
        elif not form.why_not(said.value):
            score = said.score if isinstance(said.score, int | float) else None
            sure = score if score is not None and 0 <= score <= 1 else None
            found.append(Prediction(record_id, form.value(said.value), "", sure))
    if not found:
        where = f" in round {round_}" if round_ else ""
        know = f"; {', '.join(sorted(others))} did" if others else ""
        raise InvalidRequest(f"{agent} suggested nothing for {question!r}{where}{know}")
    return list({each.record_id: each for each in found}.values())


def of_round(
    world: World, dataset: Dataset, question: str, round_: str, form: PredictionForm
) -> tuple[str, list[Prediction]]:
    """What the outputs of a round came with as their predictions; and what that model was trained on.

    Raises
    ------
    InvalidRequest : there is no such round, or nothing was predicted.
    """
    known = world.store.rounds.of(dataset.id, round_)
    if known is None:
        names = ", ".join(each.name for each in world.store.rounds.all(dataset.id)) or "none"
        raise InvalidRequest(
            f"no round {round_} was started here; there are: {names}. Name the agent by --agent, if the "
            "round's records have suggestions"
        )
    if known.question and known.question != question:
        raise InvalidRequest(f"round {round_} is about {known.question!r}, not {question!r}")
    found = list(_of_outputs(world, dataset.id, round_, form))
    if not found:
        raise InvalidRequest(f"the outputs of round {round_} came without predictions")
    return known.trained_on, found


def _of_outputs(
    world: World, dataset_id: str, round_: str, form: PredictionForm
) -> Iterator[Prediction]:
    for each in world.store.rounds.taken(dataset_id, round_):
        if each.record_id and each.prediction and not form.why_not(each.prediction):
            yield Prediction(each.record_id, form.value(each.prediction))
