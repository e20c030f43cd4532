"""The chatbot: it picks the best of several canned replies, by a small model of what helps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from demo.loop.dialogues import Reply

GOOD = "yes"


@dataclass(frozen=True)
class Pick:
    """The reply that a chatbot gives, and how sure it is that it helps, 0 to 1."""

    reply: Reply
    score: float

    def line(self) -> str:
        """As `argilla-distill round start` reads it."""
        data = {"fields": self.reply.fields, "external_id": self.reply.id, "score": self.score}
        return json.dumps(data)


class Chatbot:
    """TF-IDF of words and pairs of words, and logistic regression, on an export of a version.

    Parameters
    ----------
    rows : lines of `export --format classification`: `text`, `label` and `weight`.

    Raises
    ------
    RuntimeError : the rows do not have both labels, so nothing can be learned from them.
    """

    def __init__(self, name: str, rows: Sequence[str]) -> None:
        self.name = name
        self.trained_on = len(rows)
        data = [json.loads(row) for row in rows]
        labels = [each["label"] for each in data]
        if len(set(labels)) < 2 or GOOD not in labels:
            raise RuntimeError(
                f"{name}: {len(rows)} rows are not both of replies that help and not"
            )
        self._model: Pipeline = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            LogisticRegression(C=10.0, max_iter=1000),
        )
        weights = [each["weight"] for each in data]
        self._model.fit(
            [each["text"] for each in data], labels, logisticregression__sample_weight=weights
        )
        self._good = list(self._model.classes_).index(GOOD)

    @classmethod
    def trained(cls, name: str, path: Path) -> Chatbot:
        """One that is trained on an exported file."""
        return cls(name, path.read_text("utf-8").splitlines())

    def pick(self, replies: Sequence[Reply]) -> Pick:
        """The best reply to one prompt; the first of several that seem as good."""
        texts = [f"{reply.prompt}\n{reply.text}" for reply in replies]
        scores = self._model.predict_proba(texts)[:, self._good]
        best = int(scores.argmax())
        return Pick(replies[best], round(float(scores[best]), 4))


def passed(picks: Sequence[Pick]) -> float:
    """The share of picks that help in truth, which only the demo knows."""
    return sum(pick.reply.helps for pick in picks) / len(picks)
