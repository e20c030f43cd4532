"""Voices as they were saved before their words were set apart: by release 0.1, and for a while after it.

They held the words of all texts, and of each text its topics. Read once; what is written is the new form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from argilla_distill.workers.engine.label.texts.content_voice import ContentVoice
from argilla_distill.workers.engine.label.texts.text_block import TextBlock
from argilla_distill.workers.engine.label.texts.topics import Topics
from argilla_distill.workers.engine.label.texts.words import FEATURES


def is_released(state: Mapping[str, Any]) -> bool:
    """Whether a voice was saved in that form."""
    return "content_place" in state


def converted(state: Mapping[str, Any]) -> dict[str, Any]:
    """The same in the form of today: it says of every text what it said."""
    rows = np.array(state["text_rows"], np.intp)
    has = np.zeros(int(rows.max(initial=-1)) + 1, np.bool_)
    has[rows] = True
    block = TextBlock(
        rows,
        np.array(state["text_ends"], np.int64)[1:],
        np.array(state["text_marks"], np.int64),
        np.array(state["text_words"], np.uint16),
        np.array(state["text_counts"], np.uint8),
    )
    content = ContentVoice(len(state["content_shares"]))
    content.shares_ = np.array(state["content_shares"], np.float64)
    content.centre_ = np.array(state["content_centre"], np.float64)
    content.coefficients_ = np.array(state["content_coefficients"], np.float64)
    topics, trust = _topics(state), float(state["content_trust"])
    heard = trust > 0
    axes = topics.axes_.astype(np.float64) * topics.idf_[:, None]
    return {
        "texts_has": np.packbits(has),
        "texts_marks": block.marks,
        **block.state(),
        "voice_said": _said(state, block, content, topics) if heard else np.zeros((0, 0)),
        "voice_idf": topics.idf_,
        "voice_added": axes @ content.coefficients_ if heard else np.zeros((0, 0)),
        "voice_middle": content.centre_ @ content.coefficients_,
        "voice_shares": content.shares_,
        "voice_trust": trust,
        "voice_accuracy": float(state["content_accuracy"]),
    }


def _topics(state: Mapping[str, Any]) -> Topics:
    topics = Topics()
    axes = np.array(state["topics_axes"], np.float16)
    topics.idf_ = np.array(state["topics_idf"], np.float32)
    topics.axes_ = np.zeros((FEATURES, axes.shape[1]), np.float16)
    topics.axes_[np.array(state["topics_used"], np.intp)] = axes
    return topics


def _said(
    state: Mapping[str, Any], block: TextBlock, content: ContentVoice, topics: Topics
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The odds of these texts: as they were fitted, or else by their topics."""
    found = topics.projected(block.matrix())
    known = {row: at for at, row in enumerate(np.array(state["topics_rows"]).tolist())}
    kept = [(at, known[row]) for at, row in enumerate(block.rows.tolist()) if row in known]
    here, there = np.array(kept, np.intp).reshape(-1, 2).T
    found[here] = np.array(state["topics_found"], np.float16)[there]
    said = content.of_others(found)
    place = np.full(int(block.rows.max(initial=-1)) + 1, -1, np.int64)
    given = np.array(state["content_place"], np.int64)[: len(place)]
    place[: len(given)] = given
    fitted = place[block.rows] >= 0
    said[fitted] = np.array(state["content_odds"], np.float64)[place[block.rows][fitted]]
    return said.astype(np.float32)
