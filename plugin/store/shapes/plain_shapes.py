"""How annotators, models and review datasets are written down: in JSON whose keys are words.

Shapes of which there are many, with shorter keys, are `shapes` and `history_shapes`.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.failed_strategy import FailedStrategy
from argilla_distill.domain.state.model_info import ModelInfo, ModelQuestion
from argilla_distill.domain.state.review import ReviewInfo
from argilla_distill.plugin.store.packing import unpack

Json = dict[str, Any]


def annotator(stored: Json) -> KnownAnnotator:
    """An annotator."""
    return KnownAnnotator(stored["key"], stored["name"], stored["kind"])


@lru_cache(maxsize=10_000)
def packed_annotator(stored: bytes) -> KnownAnnotator:
    """One as packed: every job asks for all of a dataset, and hardly ever is one another than before."""
    return annotator(unpack(stored))


def annotator_json(known: KnownAnnotator) -> Json:
    """The inverse of `annotator`."""
    return {"key": known.key, "name": known.name, "kind": known.kind}


def model_info(stored: Json) -> ModelInfo:
    """What is known of a question's model."""
    asked = stored.get("question")
    return ModelInfo(
        stored["strategy"],
        stored["version"],
        None if asked is None else _model_question(asked),
        position=stored["position"],
        fit_votes=stored["version_votes"],
        changes=stored["changes"],
        taught=stored.get("taught", 0),
        votes=stored.get("votes", 0),
        training=stored.get("training"),
        kinds=stored["kinds"],
        reviews={
            record: {who: (value, at) for who, (value, at) in said.items()}
            for record, said in stored["reviews"].items()
        },
        audits=tuple(stored.get("audits", ())),  # releases before kept none
        terms=stored.get("terms", ""),
        text_series=stored.get("text_series", ""),
        text_blocks=stored.get("text_blocks", 0),
    )


def _model_question(stored: Json) -> ModelQuestion:
    labels, scale = tuple(stored["labels"]), tuple(stored["scale"])
    required = stored.get("required", True)  # release 0.1 did not ask
    return ModelQuestion(stored["type"], labels, scale, stored["overlapping"], required)


def model_json(info: ModelInfo) -> Json:
    """The inverse of `model_info`."""
    return {
        "strategy": info.strategy,
        "question": None if info.question is None else _unless_required(asdict(info.question)),
        "version": info.fit,
        "position": info.position,
        "version_votes": info.fit_votes,
        "changes": info.changes,
        "taught": info.taught,
        "votes": info.votes,
        **({} if info.training is None else {"training": info.training}),
        "kinds": dict(info.kinds),
        "reviews": info.reviews,
        **({"audits": list(info.audits)} if info.audits else {}),
        **({"terms": info.terms} if info.terms else {}),
        **({"text_series": info.text_series} if info.text_series else {}),
        **({"text_blocks": info.text_blocks} if info.text_blocks else {}),
    }


def _unless_required(question: Json) -> Json:
    """A question as it is stored; that it is required goes without saying, as in release 0.1."""
    return {name: value for name, value in question.items() if (name, value) != ("required", True)}


def failed_strategy(stored: Json) -> FailedStrategy:
    """A strategy that failed."""
    return FailedStrategy(**stored)


def review(stored: Json) -> ReviewInfo:
    """A dataset's review dataset."""
    known = stored.get("dataset")
    dataset = None if known is None else Dataset.restored(known)
    return ReviewInfo(
        stored["id"], stored["name"], stored.get("word", ""), dataset, stored.get("gone")
    )


def review_json(known: ReviewInfo) -> Json:
    """The inverse of `review`."""
    stored: Json = {"id": known.id, "name": known.name, "word": known.trouble}
    if known.dataset is not None:
        read_anew = ("guidelines", "changed_at", "twin_of", "twin_version", "twin_digest")
        every = asdict(known.dataset)
        stored["dataset"] = {name: every[name] for name in every if name not in read_anew}
        stored["dataset"]["questions"] = [_unless_required(each) for each in every["questions"]]
    return stored | ({} if known.gone is None else {"gone": known.gone})
