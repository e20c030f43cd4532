"""What other libraries make of the same answers. None of them is used at run time.

crowd-kit is an oracle of the tests anyway; evalica and choix take part where they are installed
(``pip install --no-deps evalica choix``). What everybody can count by hand is here as well.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # it has no types of its own
from crowdkit import aggregation as crowd_kit
from numpy.typing import NDArray
from scipy.stats import trim_mean
from sklearn.feature_extraction.text import TfidfVectorizer

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Span

Sets = dict[str, set[str]]
Scores = dict[str, dict[str, float]]
"""Record -> item -> the larger, the better."""

MISSING = [name for name in ("evalica", "choix") if find_spec(name) is None]


def _quietly(call: Callable[[], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how others use pandas and numpy is their own business
        return call()


def _labels(frame: pd.DataFrame, method: str) -> dict[Any, Any]:
    """Task -> label, by crowd-kit."""
    majority = method == "majority"
    base = crowd_kit.MajorityVote() if majority else crowd_kit.DawidSkene(n_iter=100)
    return dict(_quietly(lambda: base.fit_predict(frame)))


# Label


def posterior(
    votes: Sequence[Vote], labels: Sequence[str], records: Sequence[str], method: str
) -> NDArray[np.float64]:
    """crowd-kit's, of shape (n_records, n_labels); of repeated answers the last counts."""
    frame = pd.DataFrame([vote[:3] for vote in votes], columns=["task", "worker", "label"])
    frame = frame.drop_duplicates(["task", "worker"], keep="last")
    base = crowd_kit.MajorityVote() if method == "majority" else crowd_kit.DawidSkene(n_iter=100)
    found = _quietly(lambda: base.fit_predict_proba(frame))
    found = found.reindex(index=list(records), columns=list(labels), fill_value=0.0)
    return np.asarray(found, np.float64)


# Multi-label


def binary_relevance(votes: Sequence[Vote], labels: Sequence[str], method: str) -> Sets:
    """crowd-kit's: every label is a question of its own."""
    found: Sets = {vote.record: set() for vote in votes}
    for label in labels:
        rows = [(v.record, v.annotator, label in v.value) for v in votes]
        frame = pd.DataFrame(rows, columns=["task", "worker", "label"])
        for record, holds in _labels(frame, method).items():
            if holds:
                found[record].add(label)
    return found


def marked(votes: Sequence[Vote], share: float) -> Sets:
    """The labels that more than this share of the annotators marked."""
    given: dict[str, list[Sequence[str]]] = {}
    for vote in votes:
        given.setdefault(vote.record, []).append(vote.value)
    counts = {
        r: Counter(label for value in values for label in value) for r, values in given.items()
    }
    return {r: {x for x, n in c.items() if n > share * len(given[r])} for r, c in counts.items()}


# Rating


def ratings(votes: Sequence[Vote]) -> dict[str, dict[str, float]]:
    """Method -> record -> rating."""
    frame = pd.DataFrame([vote[:3] for vote in votes], columns=["record", "annotator", "value"])
    frame["value"] = frame["value"].astype(float)
    by_record = frame.groupby("record")["value"]
    mean = by_record.mean()
    residual = frame["value"] - frame["record"].map(mean)
    shift = frame["annotator"].map(residual.groupby(frame["annotator"]).mean())
    precision = 1 / frame["annotator"].map(residual.groupby(frame["annotator"]).var()).clip(1e-6)
    weighed = (frame["value"] * precision).groupby(frame["record"]).sum()
    return {
        "mean": dict(mean),
        "median": dict(by_record.median()),
        "trimmed mean 20 %": dict(by_record.apply(lambda values: trim_mean(values, 0.2))),
        "annotator offset removed": dict((frame["value"] - shift).groupby(frame["record"]).mean()),
        "precision-weighted mean": dict(weighed / precision.groupby(frame["record"]).sum()),
    }


# Ranking


def rankings(votes: Sequence[Vote]) -> dict[str, Scores]:
    """Method -> scores; every ranking is taken as the pairs that it holds."""
    pairs: dict[str, list[tuple[str, str, str]]] = {}
    for vote in votes:
        several = not isinstance(vote.value[0][0], str)  # rankings of some items each
        for ranking in vote.value if several else (vote.value,):
            places = [(n, item) for n, group in enumerate(ranking) for item in group]
            pairs.setdefault(vote.record, []).extend(
                (vote.annotator, a, b) for (n, a), (m, b) in combinations(places, 2) if n < m
            )
    methods: dict[str, Callable[[list[tuple[str, str, str]]], dict[str, float]]] = {
        "Bradley-Terry (crowd-kit)": _bradley_terry,
        "Borda": _borda,
    }
    if "evalica" not in MISSING:
        methods["average win rate (evalica)"] = _evalica("average_win_rate")
        methods["counting (evalica)"] = _evalica("counting")
    if "choix" not in MISSING:
        methods["Bradley-Terry (choix)"] = _choix
    return {
        name: {record: method(given) for record, given in pairs.items()}
        for name, method in methods.items()
    }


def _bradley_terry(pairs: list[tuple[str, str, str]]) -> dict[str, float]:
    rows = [(annotator, a, b, a) for annotator, a, b in pairs]
    frame = pd.DataFrame(rows, columns=["worker", "left", "right", "label"])
    return dict(_quietly(lambda: crowd_kit.BradleyTerry(n_iter=100).fit_predict(frame)))


def _borda(pairs: list[tuple[str, str, str]]) -> dict[str, float]:
    points: Counter[str] = Counter()
    for _, a, b in pairs:
        points[a] += 1
        points[b] -= 1
    return dict(points)


def _evalica(method: str) -> Callable[[list[tuple[str, str, str]]], dict[str, float]]:
    import evalica  # type: ignore[import-not-found,unused-ignore]

    def scores(pairs: list[tuple[str, str, str]]) -> dict[str, float]:
        better, worse = [a for _, a, _ in pairs], [b for _, _, b in pairs]
        result = _quietly(
            lambda: getattr(evalica, method)(better, worse, [evalica.Winner.X] * len(pairs))
        )
        return dict(result.scores)

    return scores


def _choix(pairs: list[tuple[str, str, str]]) -> dict[str, float]:
    import choix  # type: ignore[import-not-found,import-untyped,unused-ignore]

    items = sorted({item for _, *both in pairs for item in both})
    number = {item: n for n, item in enumerate(items)}
    given = [(number[a], number[b]) for _, a, b in pairs]
    return dict(zip(items, choix.ilsr_pairwise(len(items), given, alpha=0.01), strict=True))


# Text


def texts(
    votes: Sequence[Vote],
    words: Callable[[str], list[str]],
    distance: Callable[[list[str], list[str]], int],
) -> dict[str, dict[str, str]]:
    """Method -> record -> text."""
    given: dict[str, list[str]] = {}
    for vote in votes:
        given.setdefault(vote.record, []).append(vote.value)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame([vote[:3] for vote in votes], columns=["task", "worker", "text"])
    tf_idf = TfidfVectorizer().fit(frame["text"])
    rasa = crowd_kit.TextRASA(encoder=lambda text: tf_idf.transform([text]).toarray()[0])
    rover = crowd_kit.ROVER(tokenizer=words, detokenizer=" ".join)
    return {
        "a random answer": {r: str(rng.choice(values)) for r, values in given.items()},
        "most frequent string": {r: Counter(v).most_common(1)[0][0] for r, v in given.items()},
        "TextRASA (crowd-kit, TF-IDF)": dict(_quietly(lambda: rasa.fit_predict(frame, None))),
        "medoid by word edit distance": {
            r: min(v, key=lambda x: sum(distance(words(x), words(y)) for y in v))
            for r, v in given.items()
        },
        "ROVER (crowd-kit)": dict(_quietly(lambda: rover.fit_predict(frame))),
    }


# Span


def token_level(
    votes: Sequence[Vote], tokens: Mapping[str, Sequence[tuple[int, int]]], method: str
) -> dict[str, list[Span]]:
    """crowd-kit on every token's label; neighbours of one label are one span again."""
    rows = []
    for vote in votes:
        for n, (start, end) in enumerate(tokens[vote.record]):
            held = (s.label for s in vote.value if s.start < end and start < s.end)
            rows.append(((vote.record, n), vote.annotator, next(held, "")))
    frame = pd.DataFrame(rows, columns=["task", "worker", "label"])
    label = _labels(frame, method)
    return {
        r: joined(places, [label.get((r, n), "") for n in range(len(places))])
        for r, places in tokens.items()
    }


def joined(places: Sequence[tuple[int, int]], labels: Iterable[str]) -> list[Span]:
    """Spans over neighbouring tokens of the same label."""
    spans: list[Span] = []
    before = ""
    for (start, end), label in zip(places, labels, strict=True):
        if label and label == before:
            spans[-1] = spans[-1]._replace(end=end)
        elif label:
            spans.append(Span(start, end, label))
        before = label
    return spans


def words(sentence: str) -> list[str]:
    """In lower case, without punctuation."""
    return re.sub(r"[^\w\s]", "", sentence.lower()).split()


def distance(one: list[str], other: list[str]) -> int:
    """Words to insert, delete or replace."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]
